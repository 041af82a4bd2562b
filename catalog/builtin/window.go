package builtin

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// windowFunc adapts a function that needs no state to WindowFunc.
type windowFunc func(p *Partition, row int) (types.Value, error)

func (f windowFunc) Value(p *Partition, row int) (types.Value, error) { return f(p, row) }

func stateless(f windowFunc) func(*Call) WindowFunc {
	return func(*Call) WindowFunc { return f }
}

// denseRank remembers where it is so that a walk over the partition is linear.
type denseRank struct {
	p    *Partition
	row  int
	rank int64
}

func (d *denseRank) Value(p *Partition, row int) (types.Value, error) {
	if d.p != p || row < d.row {
		d.p, d.row, d.rank = p, 0, 1
	}
	for end := p.PeerEnd(d.row); end <= row; end = p.PeerEnd(end) {
		d.row = end
		d.rank++
	}
	return types.NewInt(d.rank), nil
}

// ntile spreads n rows over k buckets whose sizes differ by at most one, the larger first.
func ntile(p *Partition, row int) (types.Value, error) {
	arg, err := p.Arg(0, row)
	if err != nil || arg.IsNull() {
		return types.Null, err
	}
	buckets := arg.Int()
	if buckets <= 0 {
		return types.Null, sqlerr.New(sqlerr.InvalidArgForNtile, "argument of ntile must be greater than zero")
	}
	size, larger := int64(p.N)/buckets, int64(p.N)%buckets
	at := int64(row)
	if inLarger := larger * (size + 1); at >= inLarger {
		return types.NewInt(larger + (at-inLarger)/size + 1), nil
	}
	return types.NewInt(at/(size+1) + 1), nil
}

// offsetValue is lag (direction -1) and lead (+1); the second argument is the
// distance, the third what stands beyond the partition.
func offsetValue(direction, args int) windowFunc {
	return func(p *Partition, row int) (types.Value, error) {
		distance := int64(1)
		if args > 1 {
			v, err := p.Arg(1, row)
			if err != nil || v.IsNull() {
				return types.Null, err
			}
			distance = v.Int()
		}
		at := int64(row) + int64(direction)*distance
		if at >= 0 && at < int64(p.N) {
			return p.Arg(0, int(at))
		}
		if args > 2 {
			return p.Arg(2, row)
		}
		return types.Null, nil
	}
}

// frameRow finds the n-th row (0-based) of the row's frame, from its end where
// fromEnd is set; -1 if there is none.
func frameRow(p *Partition, row int, n int64, fromEnd bool) int {
	start, end := p.FrameStart(row), p.FrameEnd(row)
	at, step := start, 1
	if fromEnd {
		at, step = end-1, -1
	}
	for ; at >= start && at < end; at += step {
		if p.InFrame != nil && !p.InFrame(row, at) {
			continue
		}
		if n == 0 {
			return at
		}
		n--
	}
	return -1
}

func frameValue(fromEnd bool) windowFunc {
	return func(p *Partition, row int) (types.Value, error) {
		at := frameRow(p, row, 0, fromEnd)
		if at < 0 {
			return types.Null, nil
		}
		return p.Arg(0, at)
	}
}

func nthValue(p *Partition, row int) (types.Value, error) {
	n, err := p.Arg(1, row)
	if err != nil || n.IsNull() {
		return types.Null, err
	}
	if n.Int() <= 0 {
		return types.Null, sqlerr.New(sqlerr.InvalidArgForNthValue, "argument of nth_value must be greater than zero")
	}
	at := frameRow(p, row, n.Int()-1, false)
	if at < 0 {
		return types.Null, nil
	}
	return p.Arg(0, at)
}

func init() {
	addWindow("row_number()", stateless(func(_ *Partition, row int) (types.Value, error) { return types.NewInt(int64(row) + 1), nil }))
	addWindow("rank()", stateless(func(p *Partition, row int) (types.Value, error) {
		return types.NewInt(int64(p.PeerStart(row)) + 1), nil
	}))
	addWindow("dense_rank()", func(*Call) WindowFunc { return &denseRank{} })
	addWindow("percent_rank()", stateless(func(p *Partition, row int) (types.Value, error) {
		if p.N <= 1 {
			return types.NewFloat(0), nil
		}
		return types.NewFloat(float64(p.PeerStart(row)) / float64(p.N-1)), nil
	}))
	addWindow("cume_dist()", stateless(func(p *Partition, row int) (types.Value, error) {
		return types.NewFloat(float64(p.PeerEnd(row)) / float64(p.N)), nil
	}))
	addWindow("ntile(int4)", stateless(ntile))
	for name, direction := range map[string]int{"lag": -1, "lead": 1} {
		addWindow(name+"(anyelement)", stateless(offsetValue(direction, 1)))
		addWindow(name+"(anyelement,int4)", stateless(offsetValue(direction, 2)))
		addWindow(name+"(anycompatible,int4,anycompatible)", stateless(offsetValue(direction, 3)))
	}
	addWindow("first_value(anyelement)", stateless(frameValue(false)))
	addWindow("last_value(anyelement)", stateless(frameValue(true)))
	addWindow("nth_value(anyelement,int4)", stateless(nthValue))
}
