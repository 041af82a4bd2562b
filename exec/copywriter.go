package exec

import (
	"context"

	"synapse/catalog"
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
)

// CopyWriter is the insert path of COPY FROM: batches of values for some
// columns, the rest by default. Used by one goroutine.
type CopyWriter struct {
	r        *run
	fam      *rowFamily
	columns  []int // 1-based positions of the batch's columns
	defaults []*eval.Expr
	ords     []int // 0-based positions that defaults fill
	domains  []*eval.Expr
	checked  []int // 0-based positions that domains check
	where    *eval.Expr
	row      []types.Value
	rows     int64
}

// NewCopyWriter prepares writing to a table. columns are 1-based positions in
// Table.Columns, in the order of the batches' columns. Rows for which where, over
// the table's row, is not true are left out; nil keeps all.
func NewCopyWriter(ctx context.Context, env *Env, info *plan.TableInfo, columns []int, where plan.Expr) (*CopyWriter, error) {
	r := newRun(ctx, env, &plan.Plan{Command: plan.InsertCommand})
	r.batches = true
	fam, err := r.family(info)
	if err != nil {
		return nil, err
	}
	c := &CopyWriter{r: r, fam: fam, columns: columns, row: make([]types.Value, len(info.Table.Columns))}
	given := map[int]bool{}
	for _, ord := range columns {
		given[ord] = true
	}
	for _, d := range info.Defaults {
		if given[d.Ord] {
			continue
		}
		e, err := r.compile(d.Expr)
		if err != nil {
			return nil, err
		}
		c.defaults, c.ords = append(c.defaults, e), append(c.ords, d.Ord-1)
	}
	for _, d := range info.Domains {
		if !given[d.Ord] {
			continue
		}
		e, err := r.compile(d.Expr)
		if err != nil {
			return nil, err
		}
		c.domains, c.checked = append(c.domains, e), append(c.checked, d.Ord-1)
	}
	if c.where, err = r.compileOpt(where); err != nil {
		return nil, err
	}
	return c, fam.w.statement(catalog.TriggerInsert)
}

// Write inserts the selected rows of b and verifies what their foreign keys
// owe; keys into the table itself are verified at commit where Env.Deferred is
// there to remember them. Errors as of INSERT; rows before the bad one stay, which the end of the transaction undoes.
func (c *CopyWriter) Write(b *Batch) error {
	if err := c.r.interrupt(); err != nil {
		return err
	}
	if err := c.embedAhead(b); err != nil {
		return err
	}
	for _, i := range b.Selection() {
		clear(c.row) // what completing the row before filled in is not this row's
		for k, ord := range c.columns {
			c.row[ord-1] = b.Cols[k].Get(int(i))
		}
		for k, e := range c.defaults {
			v, err := e.Values(nil)
			if err != nil {
				return err
			}
			c.row[c.ords[k]] = v
		}
		for k, e := range c.domains {
			v, err := e.Values(c.row)
			if err != nil {
				return err
			}
			c.row[c.checked[k]] = v
		}
		if c.where != nil {
			v, err := c.where.Values(c.row)
			if err != nil {
				return err
			}
			if v.IsNull() || !v.Bool() {
				continue
			}
		}
		m, _, err := c.fam.insert(c.row)
		if err != nil {
			return err
		}
		if m != nil {
			c.rows++
		}
	}
	if err := c.r.checkConstraints(); err != nil {
		return err
	}
	return c.r.fireAfter(false)
}

// embedAhead embeds the batch's texts together; a namespace that a default gives is
// not known yet, and such rows are embedded one by one.
func (c *CopyWriter) embedAhead(b *Batch) error {
	at := make(map[int]int, len(c.columns)) // batch column by 0-based position
	for k, ord := range c.columns {
		at[ord-1] = k
	}
	e := &c.fam.w.embedding
	if _, given := at[e.ns]; !given && e.ns >= 0 {
		return nil
	}
	return c.fam.w.embedAhead(b.Selection(), func(row uint16, position int) types.Value {
		if k, given := at[position]; given {
			return b.Cols[k].Get(int(row))
		}
		return types.Null
	})
}

// Finish runs what waits for the end of the command: triggers.
func (c *CopyWriter) Finish() error { return c.r.fireAfter(true) }

// Rows is how many rows have been written.
func (c *CopyWriter) Rows() int64 { return c.rows }

// Close frees the writer.
func (c *CopyWriter) Close() { c.r.close() }
