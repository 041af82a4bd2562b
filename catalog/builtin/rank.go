package builtin

import (
	"math"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/vecindex/distance"
)

// The parts of hybrid search as functions, for tables of the user's own: bm25
// scores a row's text, rrf fuses ranks, mmr picks rows that differ. memory.query
// is made of the same.

// RRFK is the k of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009).
const RRFK = 60

// DefaultMMRLambda weighs relevance against likeness where mmr is not told.
const DefaultMMRLambda = 0.5

func init() {
	Register(&Function{
		Name: "bm25", Args: []types.OID{types.OIDText, types.OIDText, types.OIDFloat8, types.OIDFloat8},
		ArgNames: []string{"text", "query", "k1", "b"}, Defaults: []string{"NULL", "NULL"},
		Ret: types.OIDFloat8, Volatility: Stable, OfIndex: true, Eval: bm25,
	})
	Register(&Function{
		Name: "rrf", Args: []types.OID{types.OIDInt8Array}, ArgNames: []string{"ranks"}, Variadic: true,
		Ret: types.OIDFloat8, Volatility: Immutable, Eval: rrf,
	})
	Register(&Function{
		Name: "rrf", Args: []types.OID{types.OIDInt8Array, types.OIDFloat8Array, types.OIDInt4},
		ArgNames: []string{"ranks", "weights", "k"}, Defaults: []string{"60"},
		Ret: types.OIDFloat8, Volatility: Immutable, Eval: rrf,
	})
	for _, args := range [][]types.OID{{types.OIDVector, types.OIDFloat8}, {types.OIDVector, types.OIDFloat8, types.OIDFloat8}} {
		Register(&Function{
			Name: "mmr", Kind: Window, Args: args, ArgNames: []string{"embedding", "score", "lambda"}[:len(args)],
			Ret: types.OIDInt8, Volatility: Immutable, NewWindow: func(*Call) WindowFunc { return &mmr{args: len(args)} },
		})
	}
}

// bm25 is the score of a row's text for a query; 0 where it holds none of the
// query's terms, as a NULL text does; NULL for a NULL query.
func bm25(c *Call, a []types.Value) (types.Value, error) {
	if a[1].IsNull() {
		return types.Null, nil
	}
	q := &TextScore{Index: c.Index, Text: a[0].Str(), Query: a[1].Str(), Partition: a[4:]}
	var err error
	if q.K1, err = BM25Parameter("k1", a[2], math.MaxFloat64); err != nil {
		return types.Null, err
	}
	if q.B, err = BM25Parameter("b", a[3], 1); err != nil {
		return types.Null, err
	}
	if a[0].IsNull() {
		return types.NewFloat(0), nil
	}
	for _, v := range q.Partition {
		if v.IsNull() {
			return types.NewFloat(0), nil // no index holds such a row
		}
	}
	score, err := c.Host.TextScore(q)
	return types.NewFloat(score), err
}

// BM25Parameter reads k1 or b: between 0 and the maximum; nil for NULL, the index's.
func BM25Parameter(name string, v types.Value, maximum float64) (*float64, error) {
	if v.IsNull() {
		return nil, nil
	}
	f := v.Float()
	if !(f >= 0 && f <= maximum) {
		return nil, sqlerr.New(sqlerr.InvalidParameterValue, "parameter %s of bm25 is out of range: %v", name, f)
	}
	return &f, nil
}

// rrf is the sum of weight/(k + rank) over the lists that rank a row: a NULL rank
// is a list without it.
func rrf(c *Call, a []types.Value) (types.Value, error) {
	if a[0].IsNull() {
		return types.Null, nil
	}
	ranks, err := types.DecodeArray(c.Args[0], a[0])
	if err != nil {
		return types.Null, err
	}
	k := int64(RRFK)
	var weights []types.Value
	if len(a) > 1 {
		if !a[1].IsNull() {
			list, err := types.DecodeArray(c.Args[1], a[1])
			if err != nil {
				return types.Null, err
			}
			if weights = list.Values; len(weights) != len(ranks.Values) {
				return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "rrf needs a weight for each rank: %d ranks, %d weights", len(ranks.Values), len(weights))
			}
		}
		if !a[2].IsNull() {
			k = a[2].Int()
		}
		if k < 0 {
			return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "k of rrf must not be negative")
		}
	}
	sum := 0.0
	for i, r := range ranks.Values {
		weight := 1.0
		if weights != nil {
			weight = weights[i].Float()
		}
		switch {
		case r.IsNull() || weights != nil && weights[i].IsNull():
			continue
		case r.Int() < 1:
			return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "ranks start at 1, not %d", r.Int())
		}
		sum += weight / float64(k+r.Int())
	}
	return types.NewFloat(sum), nil
}

// mmr is a row's place, from 1, in the order of maximal marginal relevance
// (Carbonell and Goldstein, SIGIR 1998) of its partition: lambda times the score,
// scaled to the best one's, minus 1-lambda times the cosine to the most similar
// row that came before. The lambda is the partition's first row's.
type mmr struct {
	args  int
	p     *Partition
	place []int64
}

func (m *mmr) Value(p *Partition, row int) (types.Value, error) {
	if m.p != p {
		if err := m.order(p); err != nil {
			return types.Null, err
		}
		m.p = p
	}
	return types.NewInt(m.place[row]), nil
}

func (m *mmr) order(p *Partition) error {
	lambda := DefaultMMRLambda
	if m.args > 2 && p.N > 0 {
		v, err := p.Arg(2, 0)
		if err != nil {
			return err
		}
		if !v.IsNull() {
			lambda = v.Float()
		}
	}
	if !(lambda >= 0 && lambda <= 1) {
		return sqlerr.New(sqlerr.InvalidParameterValue, "lambda of mmr must be between 0 and 1")
	}
	scores := make([]float64, p.N)
	vectors := make([][]float32, p.N)
	for i := range p.N {
		v, err := p.Arg(0, i)
		if err != nil {
			return err
		}
		if !v.IsNull() {
			vectors[i] = types.AsFloat32s(v.Clone())
		}
		if v, err = p.Arg(1, i); err != nil {
			return err
		}
		if scores[i] = v.Float(); math.IsNaN(scores[i]) || math.IsInf(scores[i], 0) {
			return sqlerr.New(sqlerr.NumericValueOutOfRange, "scores of mmr must be finite")
		}
	}
	m.place = make([]int64, p.N)
	for place, i := range distance.MarginalOrder(scores, vectors, lambda, p.N) {
		m.place[i] = int64(place) + 1
	}
	return nil
}
