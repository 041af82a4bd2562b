package exec

import (
	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/exec/eval"
	"synapse/exec/plan"
	"synapse/storage"
)

// rowSource is a compiled source of candidate rows; rows is nil where no row can match.
type rowSource interface {
	rows(v *storage.View, t *catalog.Table, spec storage.ScanSpec) (*storage.RowSet, error)
}

func (r *run) rowSource(s plan.RowSource) (rowSource, error) {
	switch s := s.(type) {
	case nil:
		return nil, nil
	case *plan.IndexRows:
		keys, err := r.keyRange(&s.Range, s.Index)
		return &indexRows{keys}, err
	case *plan.InvertedRows:
		value, err := r.compile(s.Value)
		return &invertedRows{s, value}, err
	case *plan.AndRows:
		parts, err := r.rowSources(s.Sources)
		return &combinedRows{parts: parts, and: true}, err
	case *plan.OrRows:
		parts, err := r.rowSources(s.Sources)
		return &combinedRows{parts: parts}, err
	}
	return nil, sqlerr.Internal("row source %T cannot be run", s)
}

func (r *run) rowSources(list []plan.RowSource) ([]rowSource, error) {
	out := make([]rowSource, len(list))
	for i, s := range list {
		var err error
		if out[i], err = r.rowSource(s); err != nil {
			return nil, err
		}
	}
	return out, nil
}

type indexRows struct{ keys *keyRange }

func (s *indexRows) rows(v *storage.View, t *catalog.Table, spec storage.ScanSpec) (*storage.RowSet, error) {
	ok, err := s.keys.eval(false)
	if err != nil || !ok {
		return nil, err
	}
	var set *storage.RowSet
	for first := true; ; first = false {
		c, err := s.keys.next(v, t, spec, first)
		if err != nil || c == nil {
			return set, err
		}
		part, err := v.RowSet(c)
		if err != nil {
			return nil, err
		}
		set = union(set, part)
	}
}

func union(a, b *storage.RowSet) *storage.RowSet {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	return a.Or(b)
}

type invertedRows struct {
	n     *plan.InvertedRows
	value *eval.Expr
}

func (s *invertedRows) rows(v *storage.View, t *catalog.Table, spec storage.ScanSpec) (*storage.RowSet, error) {
	value, err := s.value.Values(nil)
	if err != nil || value.IsNull() {
		return nil, err
	}
	q := storage.InvertedQuery{Op: storage.InvertedOp(s.n.Op), Value: value}
	c, err := v.Inverted(t, s.n.Index, q, spec)
	if err != nil {
		return nil, err
	}
	return v.RowSet(c)
}

// combinedRows intersects or unites its parts.
type combinedRows struct {
	parts []rowSource
	and   bool
}

func (s *combinedRows) rows(v *storage.View, t *catalog.Table, spec storage.ScanSpec) (*storage.RowSet, error) {
	var set *storage.RowSet
	for i, p := range s.parts {
		part, err := p.rows(v, t, spec)
		if err != nil {
			return nil, err
		}
		switch {
		case !s.and:
			set = union(set, part)
		case part == nil:
			return nil, nil
		case i == 0:
			set = part
		default:
			set = set.And(part)
		}
	}
	return set, nil
}

// bitmapScan reads the rows of a source in row order.
type bitmapScan struct {
	scanBase
	source rowSource
}

func (r *run) bitmapScan(n *plan.BitmapScan) (operator, error) {
	base, err := r.scanBase(&n.Scan, n)
	if err != nil {
		return nil, err
	}
	source, err := r.rowSource(n.Source)
	return &bitmapScan{base, source}, err
}

func (o *bitmapScan) open() error {
	if err := o.start(); err != nil {
		return err
	}
	// The same versions as the scan's, but no column: only the rows count.
	candidates := o.spec
	candidates.Columns = nil
	set, err := o.source.rows(o.view, o.s.Table, candidates)
	if err != nil || set == nil {
		return err
	}
	o.cursor, err = o.view.Fetch(o.s.Table, set.IDs(), o.spec)
	return err
}

func (o *bitmapScan) next(b *Batch) error { return o.fetch(b) }
