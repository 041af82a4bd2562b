package exec

import (
	"math"
	"math/rand/v2"

	"synapse/catalog/sqlerr"
	"synapse/exec/eval"
	"synapse/exec/plan"
)

// sampleScan reads the rows that TABLESAMPLE chooses: those whose number (or
// whose block's number), mixed with the seed, falls below a bound. The same seed
// chooses the same rows as long as they live.
type sampleScan struct {
	scanBase
	n             *plan.SampleScan
	percent, seed *eval.Expr
	below         float64 // of 2^64: rows whose mix is less are chosen
	key           uint64
}

// sampleBlockShift makes blocks of 64 neighbouring rows, about a page of PostgreSQL's.
const sampleBlockShift = 6

func (r *run) sampleScan(n *plan.SampleScan) (operator, error) {
	base, err := r.scanBase(&n.Scan, n)
	if err != nil {
		return nil, err
	}
	o := &sampleScan{scanBase: base, n: n}
	if o.percent, err = r.compile(n.Percent); err != nil {
		return nil, err
	}
	o.seed, err = r.compileOpt(n.Seed)
	return o, err
}

func (o *sampleScan) open() error {
	if err := o.choose(); err != nil {
		return err
	}
	err := o.start()
	if err != nil {
		return err
	}
	o.cursor, err = o.view.Scan(o.s.Table, o.spec)
	return err
}

// choose evaluates the method's argument and the seed.
func (o *sampleScan) choose() error {
	percent, err := o.percent.Values(nil)
	if err != nil {
		return err
	}
	if percent.IsNull() {
		return sqlerr.New(sqlerr.InvalidTablesampleArg, "TABLESAMPLE parameter cannot be null")
	}
	p := percent.Float()
	if math.IsNaN(p) || p < 0 || p > 100 {
		return sqlerr.New(sqlerr.InvalidTablesampleArg, "sample percentage must be between 0 and 100")
	}
	o.below = p / 100 * (1 << 32) * (1 << 32)
	if o.seed == nil {
		o.key = rand.Uint64()
		return nil
	}
	seed, err := o.seed.Values(nil)
	if err != nil {
		return err
	}
	if seed.IsNull() {
		return sqlerr.New(sqlerr.InvalidTablesampleRepeat, "TABLESAMPLE REPEATABLE parameter cannot be null")
	}
	o.key = mix64(math.Float64bits(seed.Float() + 0)) // + 0: -0 is 0
	return nil
}

// mix64 is the finaliser of splitmix64 (Steele, Lea and Flood, 2014): every bit
// of the result depends on every bit of x.
func mix64(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

func (o *sampleScan) next(b *Batch) error {
	for {
		if err := o.fetch(b); err != nil || b.N == 0 {
			return err
		}
		sel := make([]uint16, 0, b.N)
		for _, i := range b.Selection() {
			id := uint64(o.rb.IDs[i])
			if o.n.Blocks {
				id >>= sampleBlockShift
			}
			if float64(mix64(id*0x9e3779b97f4a7c15+o.key)) < o.below {
				sel = append(sel, i)
			}
		}
		if len(sel) > 0 {
			b.Sel = sel
			return nil
		}
	}
}
