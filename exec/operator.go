package exec

import (
	"time"

	"synapse/exec/plan"
)

// operator is a running plan node.
type operator interface {
	// open starts it, or starts it again: slots may have changed since.
	open() error
	// next fills b; N = 0 at the end. Every batch before that has at least one selected row.
	next(b *Batch) error
	// close frees what open took. open may follow.
	close()
}

// limited is implemented by operators for which it matters that no more than n
// rows will be read after the next open (row locks, volatile expressions,
// searches); -1 means all.
type limited interface{ limit(n int64) }

// setLimit passes a bound on where op cares for it.
func setLimit(op operator, n int64) {
	if l, ok := op.(limited); ok {
		l.limit(n)
	}
}

// modifier is an operator that writes. run does all its work and returns the
// number of rows for the command tag; next then yields RETURNING.
type modifier interface {
	operator
	run() (int64, error)
}

// measured wraps an operator to fill its Measure.
type measured struct {
	op    operator
	m     *plan.Measure
	first bool          // no batch since open
	was   time.Duration // total time before this open
}

func (o *measured) open() error {
	start := time.Now()
	o.m.Loops++
	o.first, o.was = true, o.m.Total
	err := o.op.open()
	o.m.Total += time.Since(start)
	return err
}

func (o *measured) next(b *Batch) error {
	start := time.Now()
	err := o.op.next(b)
	o.m.Total += time.Since(start)
	if o.first {
		o.first = false
		o.m.Startup += o.m.Total - o.was
	}
	o.m.Rows += int64(b.Len())
	return err
}

func (o *measured) close() { o.op.close() }

func (o *measured) limit(n int64) { setLimit(o.op, n) }

// runModifier runs an opened operator that writes; others have nothing to run.
func runModifier(op operator) (int64, error) {
	if m, ok := op.(*measured); ok {
		start := time.Now()
		n, err := runModifier(m.op)
		m.m.Total += time.Since(start)
		return n, err
	}
	if m, ok := op.(modifier); ok {
		return m.run()
	}
	return 0, nil
}

// instrument returns the node's measure, nil when nothing is measured.
func (r *run) instrument(n plan.Node) *plan.Measure {
	if r.measures == nil {
		return nil
	}
	m := r.measures[n]
	if m == nil {
		m = &plan.Measure{}
		r.measures[n] = m
	}
	return m
}
