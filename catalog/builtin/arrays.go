package builtin

import (
	"fmt"
	"math"
	"strings"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// decodeArg reads an array argument; SQL's NULL is an empty array of the type.
func decodeArg(t types.Type, v types.Value) (types.Array, error) {
	if v.IsNull() {
		return types.Array{Elem: t.Elem()}, nil
	}
	return types.DecodeArray(t, v)
}

func arrayTooLarge() error {
	return sqlerr.New(sqlerr.ProgramLimitExceeded, "array size exceeds the maximum allowed (%d)", types.ArrayItemsMax)
}

// dimension lifts a question about one dimension; it is NULL out of range.
func dimension(fn func(length, lower int64) int64) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		dims, lower := types.ArrayDims(a[0])
		d := a[1].Int() - 1
		if d < 0 || d >= int64(len(dims)) {
			return types.Null, nil
		}
		return types.NewInt(fn(int64(dims[d]), int64(lower[d]))), nil
	}
}

// bounds writes [lower:upper] per dimension.
func bounds(dims, lower []int32) string {
	var b strings.Builder
	for i := range dims {
		fmt.Fprintf(&b, "[%d:%d]", lower[i], lower[i]+dims[i]-1)
	}
	return b.String()
}

// appendElement puts an element at one end of an array of at most one dimension.
func appendElement(front bool) body {
	return func(c *Call, args []types.Value) (types.Value, error) {
		at, et := 0, 1
		if front {
			at, et = 1, 0
		}
		a, err := decodeArg(c.Args[at], args[at])
		if err != nil {
			return types.Null, err
		}
		if len(a.Dims) > 1 {
			return types.Null, sqlerr.New(sqlerr.DataException, "argument must be empty or one-dimensional array")
		}
		values := append(a.Values[:len(a.Values):len(a.Values)], args[et])
		if front {
			values = append([]types.Value{args[et]}, a.Values...)
		}
		out := types.NewArray(a.Elem, values)
		if len(a.Lower) == 1 {
			out.Lower = a.Lower // the first subscript stays
		}
		return out.Encode(), nil
	}
}

func cannotConcat(detail string, args ...any) error {
	return sqlerr.New(sqlerr.ArraySubscriptError, "cannot concatenate incompatible arrays").WithDetail(detail, args...)
}

// arrayCat joins arrays of equal dimensions along the outermost, or adds an
// (n-1)-dimensional one as one more row.
func arrayCat(c *Call, args []types.Value) (types.Value, error) {
	if args[0].IsNull() {
		return args[1], nil
	}
	if args[1].IsNull() {
		return args[0], nil
	}
	a, err := types.DecodeArray(c.Args[0], args[0])
	if err != nil {
		return types.Null, err
	}
	b, err := types.DecodeArray(c.Args[1], args[1])
	if err != nil {
		return types.Null, err
	}
	switch {
	case len(a.Dims) == 0:
		return args[1], nil
	case len(b.Dims) == 0:
		return args[0], nil
	}
	out := types.Array{Elem: a.Elem, Values: append(a.Values[:len(a.Values):len(a.Values)], b.Values...)}
	rowsOf := func(x types.Array) []int32 { return x.Dims[1:] }
	switch len(a.Dims) - len(b.Dims) {
	case 0:
		if !equalDims(rowsOf(a), rowsOf(b)) {
			return types.Null, cannotConcat("Arrays with differing element dimensions are not compatible for concatenation.")
		}
		out.Dims, out.Lower = append([]int32{a.Dims[0] + b.Dims[0]}, rowsOf(a)...), a.Lower
	case 1:
		if !equalDims(rowsOf(a), b.Dims) {
			return types.Null, cannotConcat("Arrays with differing dimensions are not compatible for concatenation.")
		}
		out.Dims, out.Lower = append([]int32{a.Dims[0] + 1}, b.Dims...), a.Lower
	case -1:
		if !equalDims(rowsOf(b), a.Dims) {
			return types.Null, cannotConcat("Arrays with differing dimensions are not compatible for concatenation.")
		}
		out.Dims, out.Lower = append([]int32{b.Dims[0] + 1}, a.Dims...), b.Lower
	default:
		return types.Null, cannotConcat("Arrays of %d and %d dimensions are not compatible for concatenation.", len(a.Dims), len(b.Dims))
	}
	return out.Encode(), nil
}

func equalDims(a, b []int32) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// sameElement is the equality the array functions use: NULL equals NULL.
func sameElement(order func(a, b types.Value) int, a, b types.Value) bool {
	if a.IsNull() || b.IsNull() {
		return a.IsNull() && b.IsNull()
	}
	return order(a, b) == 0
}

func searchUnsupported(message string) error {
	return sqlerr.New(sqlerr.FeatureNotSupported, "%s", message)
}

// arrayPosition finds the subscript of the first match from an optional start on.
func arrayPosition(c *Call, args []types.Value) (types.Value, error) {
	if args[0].IsNull() {
		return types.Null, nil
	}
	a, err := types.DecodeArray(c.Args[0], args[0])
	if err != nil {
		return types.Null, err
	}
	if len(a.Dims) > 1 {
		return types.Null, searchUnsupported("searching for elements in multidimensional arrays is not supported")
	}
	start := int64(math.MinInt64)
	if len(args) > 2 {
		if args[2].IsNull() {
			return types.Null, sqlerr.New(sqlerr.NullValueNotAllowed, "initial position must not be null")
		}
		start = args[2].Int()
	}
	order := types.CompareFunc(a.Elem)
	for i, v := range a.Values {
		at := int64(a.Lower[0]) + int64(i)
		if at >= start && sameElement(order, v, args[1]) {
			return types.NewInt(at), nil
		}
	}
	return types.Null, nil
}

func arrayPositions(c *Call, args []types.Value) (types.Value, error) {
	if args[0].IsNull() {
		return types.Null, nil
	}
	a, err := types.DecodeArray(c.Args[0], args[0])
	if err != nil {
		return types.Null, err
	}
	if len(a.Dims) > 1 {
		return types.Null, searchUnsupported("searching for elements in multidimensional arrays is not supported")
	}
	order := types.CompareFunc(a.Elem)
	var at []types.Value
	for i, v := range a.Values {
		if sameElement(order, v, args[1]) {
			at = append(at, types.NewInt(int64(a.Lower[0])+int64(i)))
		}
	}
	return types.NewArray(types.Int4, at).Encode(), nil
}

func arrayRemove(c *Call, args []types.Value) (types.Value, error) {
	if args[0].IsNull() {
		return types.Null, nil
	}
	a, err := types.DecodeArray(c.Args[0], args[0])
	if err != nil {
		return types.Null, err
	}
	if len(a.Dims) > 1 {
		return types.Null, searchUnsupported("removing elements from multidimensional arrays is not supported")
	}
	order := types.CompareFunc(a.Elem)
	var kept []types.Value
	for _, v := range a.Values {
		if !sameElement(order, v, args[1]) {
			kept = append(kept, v)
		}
	}
	out := types.NewArray(a.Elem, kept)
	if len(kept) > 0 {
		out.Lower = a.Lower
	}
	return out.Encode(), nil
}

func arrayReplace(c *Call, args []types.Value) (types.Value, error) {
	if args[0].IsNull() {
		return types.Null, nil
	}
	a, err := types.DecodeArray(c.Args[0], args[0])
	if err != nil {
		return types.Null, err
	}
	order := types.CompareFunc(a.Elem)
	for i, v := range a.Values {
		if sameElement(order, v, args[1]) {
			a.Values[i] = args[2]
		}
	}
	return a.Encode(), nil
}

// int4List decodes array_fill's dimensions and lower bounds.
func int4List(v types.Value, what string) ([]int32, error) {
	if dims, _ := types.ArrayDims(v); len(dims) > 1 {
		return nil, sqlerr.New(sqlerr.ArraySubscriptError, "wrong number of array subscripts").
			WithDetail("Dimension array must be one dimensional.")
	}
	var list []int32
	var err error
	types.ArrayEach(types.Int4Array, v, func(_ int, e types.Value) bool {
		if e.IsNull() {
			err = sqlerr.New(sqlerr.NullValueNotAllowed, "dimension values cannot be null")
		}
		list = append(list, int32(e.Int()))
		return err == nil
	})
	if len(list) > types.ArrayDimsMax {
		err = sqlerr.New(sqlerr.ProgramLimitExceeded, "number of array %s (%d) exceeds the maximum allowed (%d)", what, len(list), types.ArrayDimsMax)
	}
	return list, err
}

func arrayFill(c *Call, args []types.Value) (types.Value, error) {
	if args[1].IsNull() || len(args) > 2 && args[2].IsNull() {
		return types.Null, sqlerr.New(sqlerr.NullValueNotAllowed, "dimension array or low bound array cannot be null")
	}
	dims, err := int4List(args[1], "dimensions")
	if err != nil {
		return types.Null, err
	}
	lower := make([]int32, len(dims))
	for i := range lower {
		lower[i] = 1
	}
	if len(args) > 2 {
		if lower, err = int4List(args[2], "dimensions"); err != nil {
			return types.Null, err
		}
		if len(lower) != len(dims) {
			return types.Null, sqlerr.New(sqlerr.ArraySubscriptError, "wrong number of array subscripts").
				WithDetail("Low bound array has different size than dimensions array.")
		}
	}
	n := int64(1)
	for _, d := range dims {
		if n *= int64(d); d < 0 || n > types.ArrayItemsMax {
			return types.Null, arrayTooLarge()
		}
	}
	elem := c.Args[0]
	if len(dims) == 0 || n == 0 {
		return types.NewArray(elem, nil).Encode(), nil
	}
	values := make([]types.Value, n)
	for i := range values {
		values[i] = args[0]
	}
	return types.Array{Elem: elem, Dims: dims, Lower: lower, Values: values}.Encode(), nil
}

// trimArray drops the last n rows.
func trimArray(c *Call, args []types.Value) (types.Value, error) {
	a, err := types.DecodeArray(c.Args[0], args[0])
	if err != nil {
		return types.Null, err
	}
	rows := int64(0)
	if len(a.Dims) > 0 {
		rows = int64(a.Dims[0])
	}
	n := args[1].Int()
	if n < 0 || n > rows {
		return types.Null, sqlerr.New(sqlerr.ArraySubscriptError, "number of elements to trim must be between 0 and %d", rows)
	}
	if n == rows {
		return types.NewArray(a.Elem, nil).Encode(), nil
	}
	row := len(a.Values) / int(rows)
	a.Dims[0] -= int32(n)
	a.Values = a.Values[:row*int(a.Dims[0])]
	for i := range a.Lower {
		a.Lower[i] = 1
	}
	return a.Encode(), nil
}
