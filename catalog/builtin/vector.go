package builtin

import (
	"math"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/vecindex/distance"
)

// vectorType is what pgvector's functions for vector and halfvec differ in.
type vectorType struct {
	name   string
	floats func(types.Value) []float32
	value  func([]float32) (types.Value, error)
}

var (
	fullVector = vectorType{"vector", types.AsFloat32s, func(f []float32) (types.Value, error) {
		return types.VectorFromFloat32s(f), nil
	}}
	halfVector = vectorType{"halfvec", types.HalfvecFloat32s, types.HalfvecFromFloat32s}
)

// pair decodes two vectors and refuses different dimensions (22000) before any work.
func (t vectorType) pair(a []types.Value) (x, y []float32, err error) {
	x, y = t.floats(a[0]), t.floats(a[1])
	if len(x) != len(y) {
		err = sqlerr.New(sqlerr.DataException, "different %s dimensions %d and %d", t.name, len(x), len(y))
	}
	return x, y, err
}

// metric lifts a measure of two vectors.
func (t vectorType) metric(fn func(a, b []float32) float64) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		x, y, err := t.pair(a)
		if err != nil {
			return types.Null, err
		}
		return types.NewFloat(fn(x, y)), nil
	}
}

func exact(m distance.Metric) func(a, b []float32) float64 {
	return func(a, b []float32) float64 { return distance.Exact(m, a, b) }
}

// elementwise lifts an operation on single elements, checked against overflow
// and, for products, underflow.
func (t vectorType) elementwise(op func(a, b float32) float32, product bool) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		x, y, err := t.pair(a)
		if err != nil {
			return types.Null, err
		}
		out := make([]float32, len(x))
		for i := range x {
			out[i] = op(x[i], y[i])
			if math.IsInf(float64(out[i]), 0) || t.name == "halfvec" && types.HalfInfinite(types.Float32ToHalf(out[i])) {
				return types.Null, floatOverflow()
			}
			if product && out[i] == 0 && x[i] != 0 && y[i] != 0 {
				return types.Null, floatUnderflow()
			}
		}
		return t.value(out)
	}
}

func (t vectorType) concat(_ *Call, a []types.Value) (types.Value, error) {
	x, y := t.floats(a[0]), t.floats(a[1])
	if err := types.CheckVectorDims(len(x)+len(y), t.name); err != nil {
		return types.Null, err
	}
	out := make([]float32, 0, len(x)+len(y))
	return t.value(append(append(out, x...), y...))
}

// normalize scales to length 1; the zero vector stays as it is.
func (t vectorType) normalize(_ *Call, a []types.Value) (types.Value, error) {
	x := t.floats(a[0])
	norm := distance.Norm(x)
	if norm == 0 {
		return a[0], nil
	}
	out := make([]float32, len(x))
	for i, f := range x {
		out[i] = float32(float64(f) / norm)
	}
	return t.value(out)
}

// sub is subvector(v, start, count) with a 1-based start; what reaches beyond the ends is cut.
func (t vectorType) sub(_ *Call, a []types.Value) (types.Value, error) {
	x, start, n := t.floats(a[0]), a[1].Int(), a[2].Int()
	size := int64(len(x))
	if n < 1 || start > size {
		return types.Null, types.CheckVectorDims(0, t.name)
	}
	end := min(start+n, size+1)
	start = max(start, 1)
	if end <= start {
		return types.Null, types.CheckVectorDims(0, t.name)
	}
	return t.value(x[start-1 : end-1])
}

// quantize has a bit set for each positive element.
func (t vectorType) quantize(_ *Call, a []types.Value) (types.Value, error) {
	x := t.floats(a[0])
	packed := make([]byte, (len(x)+7)/8)
	for i, f := range x {
		if f > 0 {
			packed[i/8] |= 0x80 >> (i % 8)
		}
	}
	return types.NewBits(len(x), packed), nil
}

func init() {
	for _, t := range []vectorType{fullVector, halfVector} {
		t.register()
	}
	define("vector_norm(vector) float8", lengthOf(fullVector))
	define("l2_norm(halfvec) float8", lengthOf(halfVector))
}

func lengthOf(t vectorType) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		return types.NewFloat(distance.Norm(t.floats(a[0]))), nil
	}
}

func (t vectorType) register() {
	n := t.name
	two, oid := "("+n+","+n+")", typeOID(n)
	operator := func(name, commutator string, fn *Function) {
		RegisterOperator(&Operator{Name: name, Left: oid, Right: oid, Ret: fn.Ret, Fn: fn, Commutator: commutator})
	}
	operator("<->", "<->", define("l2_distance"+two+" float8", t.metric(exact(distance.L2))))
	operator("<=>", "<=>", define("cosine_distance"+two+" float8", t.metric(exact(distance.Cosine))))
	operator("<+>", "<+>", define("l1_distance"+two+" float8", t.metric(exact(distance.L1))))
	operator("<#>", "<#>", define(n+"_negative_inner_product"+two+" float8", t.metric(exact(distance.InnerProduct))))
	define("inner_product"+two+" float8", t.metric(distance.Inner))
	define(n+"_l2_squared_distance"+two+" float8", t.metric(distance.SquaredL2))

	operator("+", "+", define(n+"_add"+two+" "+n, t.elementwise(func(a, b float32) float32 { return a + b }, false)))
	operator("-", "", define(n+"_sub"+two+" "+n, t.elementwise(func(a, b float32) float32 { return a - b }, false)))
	operator("*", "*", define(n+"_mul"+two+" "+n, t.elementwise(func(a, b float32) float32 { return a * b }, true)))
	operator("||", "", define(n+"_concat"+two+" "+n, t.concat))

	define("vector_dims("+n+") int4", func(_ *Call, a []types.Value) (types.Value, error) {
		return types.NewInt(int64(len(t.floats(a[0])))), nil
	})
	define("l2_normalize("+n+") "+n, t.normalize)
	define("subvector("+n+",int4,int4) "+n, t.sub)
	define("binary_quantize("+n+") bit", t.quantize)
	t.registerOrder()
	t.registerAggregates()
	t.registerCasts()
}

// registerOrder adds the btree comparisons, element by element.
func (t vectorType) registerOrder() {
	oid := typeOID(t.name)
	order := orderingOf(oid, oid)
	define(t.name+"_cmp("+t.name+","+t.name+") int4", orderBody(order))
	for _, o := range []struct{ op, name, commutator, negator string }{
		{"<", "lt", ">", ">="},
		{"<=", "le", ">=", ">"},
		{"=", "eq", "=", "<>"},
		{"<>", "ne", "<>", "="},
		{">=", "ge", "<=", "<"},
		{">", "gt", "<", "<="},
	} {
		fn := define(t.name+"_"+o.name+"("+t.name+","+t.name+") bool", comparisonBody(order, comparisonTests[o.op]))
		RegisterOperator(&Operator{
			Name: o.op, Left: oid, Right: oid, Ret: types.OIDBool, Fn: fn,
			Commutator: o.commutator, Negator: o.negator, HashJoin: o.op == "=",
		})
	}
}

// vectorSum is the state of sum and avg: float64 per element.
type vectorSum struct {
	t    vectorType
	n    int64
	sums []float64
	mean bool
}

func (s *vectorSum) Add(a []types.Value) error {
	x := s.t.floats(a[0])
	if s.n == 0 {
		s.sums = make([]float64, len(x))
	}
	if len(x) != len(s.sums) && !s.mean { // sums are made by +
		return sqlerr.New(sqlerr.DataException, "different %s dimensions %d and %d", s.t.name, len(s.sums), len(x))
	}
	if len(x) != len(s.sums) {
		return sqlerr.New(sqlerr.DataException, "expected %d dimensions, not %d", len(s.sums), len(x))
	}
	s.n++
	for i, f := range x {
		s.sums[i] += float64(f)
	}
	return nil
}

func (s *vectorSum) Result() (types.Value, error) {
	if s.n == 0 {
		return types.Null, nil
	}
	by := 1.0
	if s.mean {
		by = float64(s.n)
	}
	out := make([]float32, len(s.sums))
	for i, f := range s.sums {
		if out[i] = float32(f / by); math.IsInf(float64(out[i]), 0) {
			return types.Null, floatOverflow()
		}
	}
	return s.t.value(out)
}

func (t vectorType) registerAggregates() {
	oid := typeOID(t.name)
	for _, name := range []string{"sum", "avg"} {
		Register(&Function{
			Name: name, Kind: Aggregate, Args: []types.OID{oid}, Ret: oid, Strict: true,
			NewAggregate: func(*Call, []types.Value) Aggregator { return &vectorSum{t: t, mean: name == "avg"} },
		})
	}
}
