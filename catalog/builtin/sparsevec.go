package builtin

import (
	"math"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// pgvector's functions, operators and casts of sparsevec. Sums are float32, as
// pgvector keeps them.

// sparseSums walks the elements that either vector has.
func sparseSums(a, b types.Sparse, each func(x, y float32)) {
	i, j := 0, 0
	for i < len(a.Indices) || j < len(b.Indices) {
		switch {
		case j == len(b.Indices) || i < len(a.Indices) && a.Indices[i] < b.Indices[j]:
			each(a.Values[i], 0)
			i++
		case i == len(a.Indices) || b.Indices[j] < a.Indices[i]:
			each(0, b.Values[j])
			j++
		default:
			each(a.Values[i], b.Values[j])
			i++
			j++
		}
	}
}

func sparseSquared(a, b types.Sparse) float64 {
	var sum float32
	sparseSums(a, b, func(x, y float32) { sum += (x - y) * (x - y) })
	return float64(sum)
}

func sparseInner(a, b types.Sparse) float64 {
	var sum float32
	sparseSums(a, b, func(x, y float32) { sum += x * y })
	return float64(sum)
}

func sparseL1(a, b types.Sparse) float64 {
	var sum float32
	sparseSums(a, b, func(x, y float32) { sum += float32(math.Abs(float64(x - y))) })
	return float64(sum)
}

// sparseCosine is NaN where a vector has no length.
func sparseCosine(a, b types.Sparse) float64 {
	var inner, normA, normB float32
	sparseSums(a, b, func(x, y float32) {
		inner += x * y
		normA += x * x
		normB += y * y
	})
	similarity := float64(inner) / math.Sqrt(float64(normA)*float64(normB))
	return 1 - max(min(similarity, 1), -1)
}

func sparseNorm(v types.Sparse) float64 {
	sum := 0.0
	for _, f := range v.Values {
		sum += float64(f) * float64(f)
	}
	return math.Sqrt(sum)
}

// sparsePair lifts a measure of two vectors of the same dimensions (else 22000).
func sparsePair(fn func(a, b types.Sparse) float64) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		x, y := types.AsSparse(a[0]), types.AsSparse(a[1])
		if x.Dims != y.Dims {
			return types.Null, sqlerr.New(sqlerr.DataException, "different sparsevec dimensions %d and %d", x.Dims, y.Dims)
		}
		return types.NewFloat(fn(x, y)), nil
	}
}

func sparseNormalize(_ *Call, a []types.Value) (types.Value, error) {
	v := types.AsSparse(a[0])
	norm := sparseNorm(v)
	if norm == 0 {
		return a[0], nil
	}
	out := types.Sparse{Dims: v.Dims}
	for i, f := range v.Values {
		x := float32(float64(f) / norm)
		if math.IsInf(float64(x), 0) {
			return types.Null, floatOverflow()
		}
		if x != 0 {
			out.Indices, out.Values = append(out.Indices, v.Indices[i]), append(out.Values, x)
		}
	}
	return out.Value(), nil
}

func init() {
	const two = "(sparsevec,sparsevec)"
	operator := func(name string, fn *Function) {
		RegisterOperator(&Operator{Name: name, Left: types.OIDSparsevec, Right: types.OIDSparsevec, Ret: fn.Ret, Fn: fn, Commutator: name})
	}
	operator("<->", define("l2_distance"+two+" float8", sparsePair(func(a, b types.Sparse) float64 { return math.Sqrt(sparseSquared(a, b)) })))
	operator("<=>", define("cosine_distance"+two+" float8", sparsePair(sparseCosine)))
	operator("<+>", define("l1_distance"+two+" float8", sparsePair(sparseL1)))
	operator("<#>", define("sparsevec_negative_inner_product"+two+" float8", sparsePair(func(a, b types.Sparse) float64 { return -sparseInner(a, b) })))
	define("inner_product"+two+" float8", sparsePair(sparseInner))
	define("sparsevec_l2_squared_distance"+two+" float8", sparsePair(sparseSquared))
	define("l2_norm(sparsevec) float8", func(_ *Call, a []types.Value) (types.Value, error) {
		return types.NewFloat(sparseNorm(types.AsSparse(a[0]))), nil
	})
	define("l2_normalize(sparsevec) sparsevec", sparseNormalize)
	vectorType{name: "sparsevec"}.registerOrder()
	registerSparseCasts()
}

func registerSparseCasts() {
	cast := func(from, to types.OID, context CastContext, fn *Function) {
		RegisterCast(&Cast{From: from, To: to, Context: context, Fn: fn})
	}
	fromArrays := vectorType{"sparsevec", nil, func(f []float32) (types.Value, error) {
		v, err := types.SparseOf(f)
		return v.Value(), err
	}}
	for _, source := range vectorSources {
		array := source.elem.ArrayOf()
		cast(array.OID, types.OIDSparsevec, CastAssignment,
			define("array_to_sparsevec("+array.Info().Name+") sparsevec", fromArrays.fromArray(source.elem, source.number)))
	}
	cast(types.OIDSparsevec, types.OIDSparsevec, CastImplicit, define("sparsevec(sparsevec,int4,bool) sparsevec", func(_ *Call, a []types.Value) (types.Value, error) {
		return types.ApplyTypmod(types.Type{OID: types.OIDSparsevec, Mod: int32(a[1].Int())}, a[0], true)
	}))
	for _, t := range []vectorType{fullVector, halfVector} {
		cast(typeOID(t.name), types.OIDSparsevec, CastImplicit, define(t.name+"_to_sparsevec("+t.name+",int4,bool) sparsevec", func(_ *Call, a []types.Value) (types.Value, error) {
			return fromArrays.value(t.floats(a[0]))
		}))
		cast(types.OIDSparsevec, typeOID(t.name), CastAssignment, define("sparsevec_to_"+t.name+"(sparsevec,int4,bool) "+t.name, func(_ *Call, a []types.Value) (types.Value, error) {
			v := types.AsSparse(a[0])
			if err := types.CheckVectorDims(v.Dims, t.name); err != nil {
				return types.Null, err
			}
			return t.value(v.Dense())
		}))
	}
}
