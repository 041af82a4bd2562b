package builtin

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// elementSet answers whether values occur in an array: by a scan when it is
// short, else by hash.
type elementSet struct {
	order  func(a, b types.Value) int
	hash   func(types.Value) uint64
	values []types.Value
	byHash map[uint64][]types.Value
}

// scanMax is the array length up to which a scan is cheaper than hashing.
const scanMax = 16

func newElementSet(a types.Array) *elementSet {
	s := &elementSet{order: types.CompareFunc(a.Elem), values: a.Values}
	if len(a.Values) <= scanMax {
		return s
	}
	s.hash = types.HashFunc(a.Elem)
	s.byHash = make(map[uint64][]types.Value, len(a.Values))
	for _, v := range a.Values {
		if !v.IsNull() {
			h := s.hash(v)
			s.byHash[h] = append(s.byHash[h], v)
		}
	}
	return s
}

func (s *elementSet) has(v types.Value) bool {
	if v.IsNull() {
		return false // NULL is equal to nothing here
	}
	candidates := s.values
	if s.byHash != nil {
		candidates = s.byHash[s.hash(v)]
	}
	for _, w := range candidates {
		if !w.IsNull() && s.order(v, w) == 0 {
			return true
		}
	}
	return false
}

// ContainsArray is the operator @>: every element of b is in a. t is their array type.
func ContainsArray(t types.Type, a, b types.Value) (bool, error) {
	return searchArrays(t, a, b, func(set *elementSet, values []types.Value) bool {
		for _, v := range values {
			if !set.has(v) {
				return false
			}
		}
		return true
	})
}

// OverlapArray is the operator &&: the arrays have an element in common.
func OverlapArray(t types.Type, a, b types.Value) (bool, error) {
	return searchArrays(t, a, b, func(set *elementSet, values []types.Value) bool {
		for _, v := range values {
			if set.has(v) {
				return true
			}
		}
		return false
	})
}

func searchArrays(t types.Type, a, b types.Value, test func(*elementSet, []types.Value) bool) (bool, error) {
	x, err := types.DecodeArray(t, a)
	if err != nil {
		return false, err
	}
	y, err := types.DecodeArray(t, b)
	if err != nil {
		return false, err
	}
	return test(newElementSet(x), y.Values), nil
}

func arrayTest(fn func(t types.Type, a, b types.Value) (bool, error)) body {
	return func(c *Call, a []types.Value) (types.Value, error) {
		ok, err := fn(c.Args[0], a[0], a[1])
		return types.NewBool(ok), err
	}
}

func unnest(c *Call, a []types.Value, yield func([]types.Value) error) error {
	var err error
	types.ArrayEach(c.Args[0], a[0], func(_ int, v types.Value) bool {
		err = yield([]types.Value{v})
		return err == nil
	})
	return err
}

// generateSubscripts yields the subscripts of a dimension, backwards if asked.
func generateSubscripts(_ *Call, a []types.Value, yield func([]types.Value) error) error {
	dims, lower := types.ArrayDims(a[0])
	d := a[1].Int() - 1
	if d < 0 || d >= int64(len(dims)) {
		return nil
	}
	backwards := len(a) > 2 && a[2].Bool()
	for i := int32(0); i < dims[d]; i++ {
		at := lower[d] + i
		if backwards {
			at = lower[d] + dims[d] - 1 - i
		}
		if err := yield([]types.Value{types.NewInt(int64(at))}); err != nil {
			return err
		}
	}
	return nil
}

// arrayAgg collects values, or arrays of equal dimensions, into one array.
type arrayAgg struct {
	arg    types.Type
	values []types.Value
	dims   []int32 // of each argument that is an array
	n      int32
	seen   bool
}

func (s *arrayAgg) Add(a []types.Value) error {
	if !s.arg.IsArray() {
		s.seen = true
		s.n++
		s.values = append(s.values, a[0].Clone())
		return nil
	}
	if a[0].IsNull() {
		return sqlerr.New(sqlerr.NullValueNotAllowed, "cannot accumulate null arrays")
	}
	x, err := types.DecodeArray(s.arg, a[0].Clone())
	switch {
	case err != nil:
		return err
	case len(x.Dims) == 0:
		return sqlerr.New(sqlerr.ArraySubscriptError, "cannot accumulate empty arrays")
	case s.seen && !equalDims(s.dims, x.Dims):
		return sqlerr.New(sqlerr.ArraySubscriptError, "cannot accumulate arrays of different dimensionality")
	case len(x.Dims) >= types.ArrayDimsMax:
		return sqlerr.New(sqlerr.ProgramLimitExceeded, "number of array dimensions (%d) exceeds the maximum allowed (%d)", len(x.Dims)+1, types.ArrayDimsMax)
	}
	s.seen, s.dims = true, x.Dims
	s.n++
	s.values = append(s.values, x.Values...)
	return nil
}

func (s *arrayAgg) Result() (types.Value, error) {
	if !s.seen {
		return types.Null, nil
	}
	if !s.arg.IsArray() {
		return types.NewArray(s.arg.NoMod(), s.values).Encode(), nil
	}
	out := types.Array{Elem: s.arg.Elem(), Dims: append([]int32{s.n}, s.dims...), Values: s.values}
	for range out.Dims {
		out.Lower = append(out.Lower, 1)
	}
	return out.Encode(), nil
}

func init() {
	add("array_length(anyarray,int4)", dimension(func(length, _ int64) int64 { return length }))
	add("array_lower(anyarray,int4)", dimension(func(_, lower int64) int64 { return lower }))
	add("array_upper(anyarray,int4)", dimension(func(length, lower int64) int64 { return lower + length - 1 }))
	add("cardinality(anyarray)", func(_ *Call, a []types.Value) (types.Value, error) {
		return types.NewInt(int64(types.ArrayLen(a[0]))), nil
	})
	add("array_ndims(anyarray)", func(_ *Call, a []types.Value) (types.Value, error) {
		dims, _ := types.ArrayDims(a[0])
		if len(dims) == 0 {
			return types.Null, nil
		}
		return types.NewInt(int64(len(dims))), nil
	})
	add("array_dims(anyarray)", func(_ *Call, a []types.Value) (types.Value, error) {
		dims, lower := types.ArrayDims(a[0])
		if len(dims) == 0 {
			return types.Null, nil
		}
		return types.NewString(bounds(dims, lower)), nil
	})
	add("array_append(anycompatiblearray,anycompatible)", appendElement(false))
	add("array_prepend(anycompatible,anycompatiblearray)", appendElement(true))
	add("array_cat(anycompatiblearray,anycompatiblearray)", arrayCat)
	addAll(arrayPosition, "array_position(anycompatiblearray,anycompatible)", "array_position(anycompatiblearray,anycompatible,int4)")
	add("array_positions(anycompatiblearray,anycompatible)", arrayPositions)
	add("array_remove(anycompatiblearray,anycompatible)", arrayRemove)
	add("array_replace(anycompatiblearray,anycompatible,anycompatible)", arrayReplace)
	addAll(arrayFill, "array_fill(anyelement,_int4)", "array_fill(anyelement,_int4,_int4)")
	add("trim_array(anyarray,int4)", trimArray)
	add("arraycontains(anyarray,anyarray)", arrayTest(ContainsArray))
	add("arraycontained(anyarray,anyarray)", swapped(arrayTest(ContainsArray)))
	add("arrayoverlap(anyarray,anyarray)", arrayTest(OverlapArray))
	addSet("unnest(anyarray)", unnest)
	addSet("generate_subscripts(anyarray,int4)", generateSubscripts)
	addSet("generate_subscripts(anyarray,int4,bool)", generateSubscripts)
	collect := func(c *Call, _ []types.Value) Aggregator { return &arrayAgg{arg: c.Args[0]} }
	addAggregate("array_agg(anynonarray)", false, collect)
	addAggregate("array_agg(anyarray)", false, collect)
}
