package builtin

import (
	"math"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// Ordered-set aggregates get their rows sorted as WITHIN GROUP (ORDER BY …)
// says, NULLs left out.

// sortedValues collects the rows.
type sortedValues struct {
	values []types.Value
	result func(values []types.Value) (types.Value, error)
}

func (s *sortedValues) Add(a []types.Value) error {
	s.values = append(s.values, a[0].Clone())
	return nil
}

func (s *sortedValues) Result() (types.Value, error) {
	if len(s.values) == 0 {
		return types.Null, nil
	}
	return s.result(s.values)
}

func checkPercentile(p float64) error {
	if p < 0 || p > 1 || math.IsNaN(p) {
		return sqlerr.New(sqlerr.NumericValueOutOfRange, "percentile value %v is not between 0 and 1", p)
	}
	return nil
}

// percentile finds one percentile of sorted values.
type percentile func(values []types.Value, p float64) types.Value

func discrete(values []types.Value, p float64) types.Value {
	return values[max(int(math.Ceil(p*float64(len(values)))), 1)-1]
}

// continuous interpolates between the two neighbours.
func continuous(between func(low, high types.Value, part float64) types.Value) percentile {
	return func(values []types.Value, p float64) types.Value {
		at := p * float64(len(values)-1)
		low, high := math.Floor(at), math.Ceil(at)
		if low == high {
			return values[int(low)]
		}
		return between(values[int(low)], values[int(high)], at-low)
	}
}

func betweenFloats(low, high types.Value, part float64) types.Value {
	return types.NewFloat(low.Float() + part*(high.Float()-low.Float()))
}

// onePercentile serves percentile_x(float8).
func onePercentile(find percentile) func(*Call, []types.Value) Aggregator {
	return func(_ *Call, direct []types.Value) Aggregator {
		return &sortedValues{result: func(values []types.Value) (types.Value, error) {
			if direct[0].IsNull() {
				return types.Null, nil
			}
			p := direct[0].Float()
			if err := checkPercentile(p); err != nil {
				return types.Null, err
			}
			return find(values, p), nil
		}}
	}
}

// manyPercentiles serves percentile_x(float8[]): an array of the same shape.
func manyPercentiles(find percentile) func(*Call, []types.Value) Aggregator {
	return func(c *Call, direct []types.Value) Aggregator {
		elem := c.Args[1]
		return &sortedValues{result: func(values []types.Value) (types.Value, error) {
			if direct[0].IsNull() {
				return types.Null, nil
			}
			a, err := types.DecodeArray(types.Float8Array, direct[0])
			if err != nil {
				return types.Null, err
			}
			out := types.Array{Elem: elem, Dims: a.Dims, Lower: a.Lower, Values: make([]types.Value, len(a.Values))}
			for i, v := range a.Values {
				if v.IsNull() {
					continue
				}
				if err := checkPercentile(v.Float()); err != nil {
					return types.Null, err
				}
				out.Values[i] = find(values, v.Float())
			}
			return out.Encode(), nil
		}}
	}
}

// modeOf is the most frequent of sorted values, the first of them on a tie.
func modeOf(order func(a, b types.Value) int) func([]types.Value) (types.Value, error) {
	return func(values []types.Value) (types.Value, error) {
		best, bestRun, run := values[0], 0, 0
		for i, v := range values {
			if i > 0 && order(values[i-1], v) != 0 {
				run = 0
			}
			if run++; run > bestRun {
				best, bestRun = v, run
			}
		}
		return best, nil
	}
}

func init() {
	floats, spans := continuous(betweenFloats), continuous(betweenSpans)
	for key, value := range map[string]func(Standing) types.Value{
		"rank(any)":       func(s Standing) types.Value { return types.NewInt(s.Before + 1) },
		"dense_rank(any)": func(s Standing) types.Value { return types.NewInt(s.Kinds + 1) },
		"percent_rank(any)": func(s Standing) types.Value {
			if s.Rows == 0 {
				return types.NewFloat(0)
			}
			return types.NewFloat(float64(s.Before) / float64(s.Rows))
		},
		"cume_dist(any)": func(s Standing) types.Value {
			return types.NewFloat(float64(s.Through+1) / float64(s.Rows+1))
		},
	} {
		fn := declared(key)
		fn.Strict = false
		fn.Hypothetical = value
		publish(fn)
	}
	addAggregate("percentile_disc(float8,anyelement)", true, onePercentile(discrete))
	addAggregate("percentile_disc(_float8,anyelement)", true, manyPercentiles(discrete))
	addAggregate("percentile_cont(float8,float8)", true, onePercentile(floats))
	addAggregate("percentile_cont(_float8,float8)", true, manyPercentiles(floats))
	addAggregate("percentile_cont(float8,interval)", true, onePercentile(spans))
	addAggregate("percentile_cont(_float8,interval)", true, manyPercentiles(spans))
	addAggregate("mode(anyelement)", true, func(c *Call, _ []types.Value) Aggregator {
		return &sortedValues{result: modeOf(types.CompareFunc(c.Args[0]))}
	})
}
