package exec

import (
	"math"

	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
	"synapse/storage"
)

// textScan returns rows by BM25 score; with All, those without a score after them.
type textScan struct {
	*ranked
	n     *plan.TextScan
	k1, b *eval.Expr
	seen  map[storage.RowID]struct{} // given out; nil: rows without a score are not asked for
	rest  bool                       // the cursor is at the rows without a score
}

func (r *run) textScan(n *plan.TextScan) (operator, error) {
	if r.env.Tokenize == nil {
		return nil, sqlerr.Unsupported("a text search in this place", "")
	}
	o, err := r.ranked(&n.Scan, n, n.Query, n.Limit, n.Search)
	if err != nil {
		return nil, err
	}
	t := &textScan{ranked: o, n: n}
	if t.k1, err = r.compileOpt(n.K1); err != nil {
		return nil, err
	}
	t.b, err = r.compileOpt(n.B)
	return t, err
}

func (o *textScan) open() error {
	set, partition, ok, err := o.prepare()
	if err != nil || !ok {
		return err
	}
	o.rest, o.seen = false, nil
	if o.n.All {
		o.seen = map[storage.RowID]struct{}{}
	}
	v, err := o.query.Values(nil)
	if err != nil {
		return err
	}
	if o.unranked = v.IsNull(); o.unranked {
		if !o.n.All {
			return nil // NULL is more than nothing
		}
		o.seen = nil
		return o.scanAll()
	}
	k1, err := parameter("k1", o.k1, math.MaxFloat64)
	if err != nil {
		return err
	}
	b, err := parameter("b", o.b, 1)
	if err != nil {
		return err
	}
	o.cond = nil
	o.begin(nil, partition)
	o.cursor, err = o.view.Text(o.s.Table, o.n.Index, storage.TextSpec{
		Terms: o.r.env.Tokenize(o.n.Index.Options, v.Str()), K: o.k(), K1: k1, B: b, Partition: partition, Rows: set,
		Filter: o.pushed.fn(), FilterColumns: o.pushed.columns(),
	}, o.spec)
	return err
}

// parameter evaluates k1 or b of the scan; nil: the index's.
func parameter(name string, e *eval.Expr, maximum float64) (*float64, error) {
	if e == nil {
		return nil, nil
	}
	v, err := e.Values(nil)
	if err != nil {
		return nil, err
	}
	return builtin.BM25Parameter(name, v, maximum)
}

func (o *textScan) next(b *Batch) error {
	if o.rest {
		return o.without(b)
	}
	if err := o.ranked.next(b); err != nil {
		return err
	}
	if o.seen == nil {
		return nil
	}
	if b.N > 0 {
		for _, i := range b.Selection() {
			o.seen[o.rb.IDs[i]] = struct{}{}
		}
		return nil
	}
	if o.left == 0 || o.cursor == nil {
		return nil
	}
	// All that hold a term are given: the others follow.
	o.scanBase.close()
	if err := o.scanAll(); err != nil {
		return err
	}
	return o.without(b)
}

// scanAll opens the table itself.
func (o *textScan) scanAll() error {
	o.rest = !o.unranked
	return o.whole()
}

// without gives the rows that the search did not find, with score 0.
func (o *textScan) without(b *Batch) error {
	b.N, b.Sel = 0, nil
	for o.left != 0 {
		if err := o.fetch(b); err != nil || b.N == 0 {
			return err
		}
		var sel []uint16
		for _, i := range b.Selection() {
			if _, given := o.seen[o.rb.IDs[i]]; !given && o.left != 0 {
				sel = append(sel, i)
				if o.left > 0 {
					o.left--
				}
			}
		}
		if len(sel) == 0 {
			continue
		}
		b.Sel = sel
		copy(o.out, b.Cols)
		o.score.Reset(types.Float8, b.N)
		for i := range b.N {
			o.score.Set(i, types.NewFloat(0))
		}
		o.out[len(o.out)-1] = o.score
		b.Cols = o.out
		return nil
	}
	b.N = 0
	return nil
}
