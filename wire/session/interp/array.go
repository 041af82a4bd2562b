package interp

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// setElement sets one element of an array and returns the array. NULL is an
// empty array, which begins at the subscript; an array of one dimension grows in
// both directions, filled up with NULLs.
func setElement(array types.Value, t types.Type, index []int64, v types.Value) (types.Value, error) {
	a := types.Array{Elem: t.Elem()}
	if !array.IsNull() {
		var err error
		if a, err = types.DecodeArray(t, array); err != nil {
			return types.Null, err
		}
	}
	if len(a.Dims) == 0 {
		a.Dims, a.Lower = make([]int32, len(index)), make([]int32, len(index))
		for i, n := range index {
			a.Dims[i], a.Lower[i] = 1, int32(n)
		}
		a.Values = []types.Value{v}
		return a.Encode(), nil
	}
	if len(index) != len(a.Dims) {
		return types.Null, sqlerr.New(sqlerr.ArraySubscriptError, "wrong number of array subscripts")
	}
	values := append([]types.Value(nil), a.Values...)
	if len(index) == 1 {
		return growTo(a, values, index[0], v)
	}
	at := 0
	for i, n := range index {
		off := n - int64(a.Lower[i])
		if off < 0 || off >= int64(a.Dims[i]) {
			return types.Null, sqlerr.New(sqlerr.ArraySubscriptError, "array subscript out of range")
		}
		at = at*int(a.Dims[i]) + int(off)
	}
	values[at] = v
	a.Values = values
	return a.Encode(), nil
}

// arrayElementsMax is PostgreSQL's bound on the elements of an array.
const arrayElementsMax = 134217727

func growTo(a types.Array, values []types.Value, n int64, v types.Value) (types.Value, error) {
	off := n - int64(a.Lower[0])
	if off >= arrayElementsMax || off <= -arrayElementsMax {
		return types.Null, sqlerr.New(sqlerr.ProgramLimitExceeded, "array size exceeds the maximum allowed (%d)", arrayElementsMax)
	}
	if off < 0 {
		values = append(make([]types.Value, -off), values...)
		a.Lower, off = []int32{int32(n)}, 0
	}
	for int64(len(values)) <= off {
		values = append(values, types.Null)
	}
	values[off] = v
	a.Values, a.Dims = values, []int32{int32(len(values))}
	return a.Encode(), nil
}
