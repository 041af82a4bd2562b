package builtin

import (
	"math"

	"synapse/catalog/types"
)

// moments accumulates count, sum and sum of squared differences of one float
// (Youngs and Cramer, the updating formula PostgreSQL uses, so that results
// agree to the last digit).
type moments struct {
	n, sum, squares float64
	result          func(m *moments) (float64, bool)
}

func (m *moments) Add(a []types.Value) error {
	x, before := a[0].Float(), m.sum
	m.n++
	m.sum += x
	if m.n == 1 {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			m.squares = math.NaN()
		}
		return nil
	}
	d := x*m.n - m.sum
	m.squares += d * d / (m.n * (m.n - 1))
	if math.IsInf(m.sum, 0) || math.IsInf(m.squares, 0) {
		if !math.IsInf(before, 0) && !math.IsInf(x, 0) {
			return floatOverflow()
		}
		m.squares = math.NaN()
	}
	return nil
}

func (m *moments) Result() (types.Value, error) { return floatOrNull(m.result(m)) }

func floatOrNull(f float64, ok bool) (types.Value, error) {
	if !ok {
		return types.Null, nil
	}
	return types.NewFloat(f), nil
}

// pairs accumulates the moments of two floats; the arguments come as (y, x).
type pairs struct {
	n, sx, sy     float64
	sxx, syy, sxy float64
	result        func(p *pairs) (float64, bool)
}

func (p *pairs) Add(a []types.Value) error {
	y, x := a[0].Float(), a[1].Float()
	p.n++
	p.sx += x
	p.sy += y
	if p.n == 1 {
		p.first(x, y)
		return nil
	}
	dx, dy := x*p.n-p.sx, y*p.n-p.sy
	scale := 1 / (p.n * (p.n - 1))
	p.sxx += dx * dx * scale
	p.syy += dy * dy * scale
	p.sxy += dx * dy * scale
	for _, s := range []float64{p.sx, p.sy, p.sxx, p.syy, p.sxy} {
		if math.IsInf(s, 0) && !math.IsInf(x, 0) && !math.IsInf(y, 0) {
			return floatOverflow()
		}
	}
	return nil
}

// first marks sums that a NaN or infinity makes meaningless from the start.
func (p *pairs) first(x, y float64) {
	badX, badY := math.IsNaN(x) || math.IsInf(x, 0), math.IsNaN(y) || math.IsInf(y, 0)
	if badX {
		p.sxx, p.sxy = math.NaN(), math.NaN()
	}
	if badY {
		p.syy, p.sxy = math.NaN(), math.NaN()
	}
}

func (p *pairs) Result() (types.Value, error) { return floatOrNull(p.result(p)) }

// floatSum is sum() of float4 and float8; add rounds to the type.
type floatSum struct {
	add func(a, b float64) (float64, error)
	acc types.Value
}

func (s *floatSum) Add(a []types.Value) error {
	if s.acc.IsNull() {
		s.acc = a[0]
		return nil
	}
	sum, err := s.add(s.acc.Float(), a[0].Float())
	s.acc = types.NewFloat(sum)
	return err
}

func (s *floatSum) Result() (types.Value, error) { return s.acc, nil }

// Variances in terms of moments; the sample ones are NULL below two values.
var momentResults = map[string]func(m *moments) (float64, bool){
	"avg":         func(m *moments) (float64, bool) { return m.sum / m.n, m.n > 0 },
	"var_pop":     func(m *moments) (float64, bool) { return m.squares / m.n, m.n > 0 },
	"var_samp":    func(m *moments) (float64, bool) { return m.squares / (m.n - 1), m.n > 1 },
	"variance":    func(m *moments) (float64, bool) { return m.squares / (m.n - 1), m.n > 1 },
	"stddev_pop":  func(m *moments) (float64, bool) { return math.Sqrt(m.squares / m.n), m.n > 0 },
	"stddev_samp": func(m *moments) (float64, bool) { return math.Sqrt(m.squares / (m.n - 1)), m.n > 1 },
	"stddev":      func(m *moments) (float64, bool) { return math.Sqrt(m.squares / (m.n - 1)), m.n > 1 },
}

var pairResults = map[string]func(p *pairs) (float64, bool){
	"regr_sxx":   func(p *pairs) (float64, bool) { return p.sxx, p.n > 0 },
	"regr_syy":   func(p *pairs) (float64, bool) { return p.syy, p.n > 0 },
	"regr_sxy":   func(p *pairs) (float64, bool) { return p.sxy, p.n > 0 },
	"regr_avgx":  func(p *pairs) (float64, bool) { return p.sx / p.n, p.n > 0 },
	"regr_avgy":  func(p *pairs) (float64, bool) { return p.sy / p.n, p.n > 0 },
	"covar_pop":  func(p *pairs) (float64, bool) { return p.sxy / p.n, p.n > 0 },
	"covar_samp": func(p *pairs) (float64, bool) { return p.sxy / (p.n - 1), p.n > 1 },
	"corr": func(p *pairs) (float64, bool) {
		return p.sxy / math.Sqrt(p.sxx*p.syy), p.n > 0 && p.sxx != 0 && p.syy != 0
	},
	"regr_r2": func(p *pairs) (float64, bool) {
		if p.syy == 0 {
			return 1, p.n > 0 && p.sxx != 0
		}
		return p.sxy * p.sxy / (p.sxx * p.syy), p.n > 0 && p.sxx != 0
	},
	"regr_slope":     func(p *pairs) (float64, bool) { return p.sxy / p.sxx, p.n > 0 && p.sxx != 0 },
	"regr_intercept": func(p *pairs) (float64, bool) { return (p.sy - p.sx*p.sxy/p.sxx) / p.n, p.n > 0 && p.sxx != 0 },
}

func init() {
	for name, result := range momentResults {
		for _, t := range []string{"float4", "float8"} {
			addAggregate(name+"("+t+")", true, func(*Call, []types.Value) Aggregator { return &moments{result: result} })
		}
	}
	for name, result := range pairResults {
		addAggregate(name+"(float8,float8)", true, func(*Call, []types.Value) Aggregator { return &pairs{result: result} })
	}
	addAggregate("regr_count(float8,float8)", true, func(*Call, []types.Value) Aggregator { return &count{} })
	addAggregate("sum(float8)", true, func(*Call, []types.Value) Aggregator { return &floatSum{add: floatAdd} })
	addAggregate("sum(float4)", true, func(*Call, []types.Value) Aggregator { return &floatSum{add: single(floatAdd)} })
}
