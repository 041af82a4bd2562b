package builtin

import (
	"math"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// fromArray makes a vector of a one-dimensional array of numbers without NULLs.
func (t vectorType) fromArray(elem types.Type, number func(types.Value) (float64, error)) body {
	array := elem.ArrayOf()
	return func(_ *Call, a []types.Value) (types.Value, error) {
		dims, _ := types.ArrayDims(a[0])
		if len(dims) > 1 {
			return types.Null, sqlerr.New(sqlerr.DataException, "array must be 1-D")
		}
		n := types.ArrayLen(a[0])
		if err := types.CheckVectorDims(n, t.name); err != nil {
			return types.Null, err
		}
		out := make([]float32, 0, n)
		var err error
		types.ArrayEach(array, a[0], func(_ int, v types.Value) bool {
			var f float64
			if v.IsNull() {
				err = sqlerr.New(sqlerr.NullValueNotAllowed, "array must not contain nulls")
			} else if f, err = number(v); err == nil {
				out = append(out, float32(f))
			}
			return err == nil
		})
		if err == nil {
			err = types.CheckVector(out, t.name)
		}
		if err != nil {
			return types.Null, err
		}
		return t.value(out)
	}
}

// toArray is the cast to real[].
func (t vectorType) toArray(_ *Call, a []types.Value) (types.Value, error) {
	x := t.floats(a[0])
	values := make([]types.Value, len(x))
	for i, f := range x {
		values[i] = types.NewFloat(float64(f))
	}
	return types.NewArray(types.Float4, values).Encode(), nil
}

// enforce is the cast to a fixed number of dimensions: (value, modifier, explicit).
func (t vectorType) enforce(_ *Call, a []types.Value) (types.Value, error) {
	want, have := a[1].Int(), int64(len(t.floats(a[0])))
	if want != -1 && want != have {
		return types.Null, sqlerr.New(sqlerr.DataException, "expected %d dimensions, not %d", want, have)
	}
	return a[0], nil
}

// to converts between the two precisions.
func (t vectorType) to(target vectorType) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		x := t.floats(a[0])
		return target.value(append(make([]float32, 0, len(x)), x...))
	}
}

// vectorSources are the types whose arrays can become vectors.
var vectorSources = []struct {
	elem   types.Type
	number func(types.Value) (float64, error)
}{{types.Int4, integerFloat}, {types.Float4, plainFloat}, {types.Float8, plainFloat}, {types.Numeric, numericFloat}}

func integerFloat(v types.Value) (float64, error) { return float64(v.Int()), nil }
func plainFloat(v types.Value) (float64, error)   { return v.Float(), nil }

// registerCasts adds pgvector's casts with pgvector's contexts.
func (t vectorType) registerCasts() {
	oid, n := typeOID(t.name), t.name
	cast := func(from, to types.OID, context CastContext, fn *Function) {
		RegisterCast(&Cast{From: from, To: to, Context: context, Fn: fn})
	}
	for _, source := range vectorSources {
		array := source.elem.ArrayOf()
		cast(array.OID, oid, CastAssignment, define("array_to_"+n+"("+array.Info().Name+") "+n, t.fromArray(source.elem, source.number)))
	}
	cast(oid, oid, CastImplicit, define(n+"("+n+",int4,bool) "+n, t.enforce))
	toArray := define(n+"_to_float4("+n+") _float4", t.toArray)
	if t.name == "vector" {
		cast(oid, types.OIDFloat4Array, CastImplicit, toArray)
		cast(oid, types.OIDHalfvec, CastImplicit, define("vector_to_halfvec(vector) halfvec", t.to(halfVector)))
		return
	}
	cast(oid, types.OIDFloat4Array, CastAssignment, toArray)
	cast(oid, types.OIDVector, CastAssignment, define("halfvec_to_vector(halfvec) vector", t.to(fullVector)))
}

// numericFloat reads a numeric as float8; what is too large is an infinity, which vectors refuse.
func numericFloat(v types.Value) (float64, error) {
	f, err := types.NumericToFloat64(v)
	if err != nil {
		return math.Inf(1), nil
	}
	return f, nil
}
