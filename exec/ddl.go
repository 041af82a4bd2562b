package exec

import (
	"context"
	"fmt"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/storage"
)

// RunDDL carries out a schema change step by step in env's transaction and
// returns the command tag. A step that fails leaves the earlier ones to the
// rollback of the statement.
func RunDDL(ctx context.Context, env *Env, d *plan.DDL) (tag string, err error) {
	r := newRun(ctx, env, &plan.Plan{Command: plan.UtilityCommand})
	defer r.close()
	tag = d.Tag
	for _, s := range d.Steps {
		if err := r.interrupt(); err != nil {
			return "", err
		}
		if f, ok := s.(*plan.FillTable); ok {
			n, err := r.fillTable(f)
			if err != nil {
				return "", err
			}
			if f.Count {
				tag = fmt.Sprintf("SELECT %d", n)
			}
			continue
		}
		if err := r.step(s); err != nil {
			return "", err
		}
	}
	if err := r.checkConstraints(); err != nil {
		return tag, err
	}
	return tag, r.fireAfter(true)
}

func (r *run) step(s plan.Step) error {
	txn, err := r.txn()
	if err != nil {
		return err
	}
	switch s := s.(type) {
	case *plan.Notice:
		n := sqlerr.Notice("%s", s.Message)
		if s.Code != "" {
			n.Code = s.Code
		}
		if s.Severity != "" {
			n.Severity = s.Severity
		}
		n.Detail = s.Detail
		r.env.notice(n)
		return nil
	case *plan.LockTable:
		return txn.LockTable(r.ctx, s.Table, storage.TableLock(s.Level), storage.Wait)
	case *plan.PutObject:
		return txn.PutObject(r.ctx, s.Object)
	case *plan.DropObject:
		return txn.DropObject(r.ctx, s.ID)
	case *plan.RewriteRows:
		return r.rewriteRows(s)
	case *plan.CheckRows:
		return r.checkRows(s)
	case *plan.CheckForeignKey:
		return r.checkForeignKey(s)
	case *plan.CheckPartition:
		return r.checkPartition(s)
	case *plan.CheckDetached:
		return r.checkDetached(s)
	case *plan.TruncateTable:
		return r.truncate(s)
	case *plan.SetSequence:
		return r.setSequence(s.Sequence, s.Value, s.Called)
	}
	return sqlerr.Internal("schema change %T cannot be run", s)
}

func (r *run) setSequence(id types.OID, value int64, called bool) error {
	if r.env.Builtin == nil || r.env.Builtin.Host == nil {
		return sqlerr.Unsupported("a sequence in this place", "")
	}
	return r.env.Builtin.Host.SetVal(id, value, called)
}

func (r *run) truncate(s *plan.TruncateTable) error {
	if len(s.Table.Triggers) > 0 {
		info, err := r.env.tableInfo(s.Table.ID)
		if err != nil {
			return err
		}
		w, err := r.writer(info)
		if err != nil {
			return err
		}
		if err := w.statement(catalog.TriggerTruncate); err != nil {
			return err
		}
	}
	if err := r.env.Txn.Truncate(r.ctx, s.Table); err != nil {
		return err
	}
	for _, id := range s.Restart {
		seq, ok := r.env.Txn.Catalog().Object(id).(*catalog.Sequence)
		if !ok {
			return sqlerr.Internal("no sequence with OID %d", id)
		}
		if err := r.setSequence(id, seq.Start, false); err != nil {
			return err
		}
	}
	return nil
}

// eachRow calls f for every row of a table as a new command sees it. The row is
// reused; its values alias storage until f returns.
func (r *run) eachRow(t *catalog.Table, f func(id storage.RowID, row []types.Value) error) error {
	view, err := r.env.Txn.BeginCommand(r.ctx)
	if err != nil {
		return err
	}
	defer view.Close()
	spec := storage.ScanSpec{Columns: make([]int, len(t.Columns))}
	for i := range spec.Columns {
		spec.Columns[i] = i + 1
	}
	c, err := view.Scan(t, spec)
	if err != nil {
		return err
	}
	defer c.Close()
	row := make([]types.Value, len(t.Columns))
	var rb storage.RowBatch
	for {
		if err := r.interrupt(); err != nil {
			return err
		}
		if err := c.Next(&rb); err != nil || rb.N == 0 {
			return err
		}
		for i := range rb.N {
			for k := range row {
				row[k] = rb.Cols[k].Get(i)
			}
			if err := f(rb.IDs[i], row); err != nil {
				return err
			}
		}
	}
}

// rewriteRows gives every live row the values of the new definition.
func (r *run) rewriteRows(s *plan.RewriteRows) error {
	exprs, err := r.compileAll(s.Exprs)
	if err != nil {
		return err
	}
	next := make([]types.Value, len(exprs))
	err = r.eachRow(s.Old, func(id storage.RowID, row []types.Value) error {
		for i, e := range exprs {
			v, err := e.Values(row)
			if err != nil {
				return err
			}
			next[i] = v
		}
		conflict, err := r.env.Txn.Update(r.ctx, s.New, id, next)
		if err != nil || conflict == nil {
			return err
		}
		w := &writer{r: r, txn: r.env.Txn, t: s.New}
		return w.duplicate(conflict)
	})
	if err != nil {
		return err
	}
	for _, d := range r.env.Txn.TakeDuplicates() {
		if err := r.checkTwin(&pendingCheck{twin: &d, child: s.New}); err != nil {
			return err
		}
	}
	return nil
}

// checkRows verifies a condition for the rows that are there already.
func (r *run) checkRows(s *plan.CheckRows) error {
	cond, err := r.compile(s.Cond)
	if err != nil {
		return err
	}
	schema := r.env.Txn.Catalog().SchemaName(s.Table.Schema)
	return r.eachRow(s.Table, func(_ storage.RowID, row []types.Value) error {
		v, err := cond.Values(row)
		if err != nil || v.IsNull() || v.Bool() {
			return err
		}
		if s.Domain {
			return domainViolated(s, schema)
		}
		if s.Constraint == "" {
			return sqlerr.New(sqlerr.NotNullViolation, "column \"%s\" of relation \"%s\" contains null values", s.Column, s.Table.Name).
				On(schema, s.Table.Name, s.Column, "")
		}
		return sqlerr.New(sqlerr.CheckViolation, "check constraint \"%s\" of relation \"%s\" is violated by some row", s.Constraint, s.Table.Name).
			On(schema, s.Table.Name, "", s.Constraint)
	})
}

// domainViolated: a stored value does not satisfy what ALTER DOMAIN adds.
func domainViolated(s *plan.CheckRows, schema string) error {
	code, what := sqlerr.CheckViolation, "values that violate the new constraint"
	if s.Constraint == "" {
		code, what = sqlerr.NotNullViolation, "null values"
	}
	return sqlerr.New(code, "column \"%s\" of table \"%s\" contains %s", s.Column, s.Table.Name, what).
		On(schema, s.Table.Name, s.Column, "")
}

// checkForeignKey verifies a new foreign key for the rows that are there already.
func (r *run) checkForeignKey(s *plan.CheckForeignKey) error {
	known := map[string]bool{}
	return r.eachRow(s.Table, func(id storage.RowID, row []types.Value) error {
		key := pick(row, s.Constraint.Columns)
		if countNulls(key) > 0 {
			return nil
		}
		return r.checkParent(&pendingCheck{child: s.Table, con: &s.Constraint, owns: true, row: id, key: key}, known)
	})
}

// fillTable inserts the rows of a query that runs as a command of its own.
func (r *run) fillTable(s *plan.FillTable) (int64, error) {
	txn, err := r.txn()
	if err != nil {
		return 0, err
	}
	view, err := txn.BeginCommand(r.ctx)
	if err != nil {
		return 0, err
	}
	defer view.Close()
	env := *r.env
	if env.AsOf == 0 {
		env.View = view
	}
	rows, err := Open(r.ctx, &env, s.Input)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	w, err := rows.r.writer(s.Info)
	if err != nil {
		return 0, err
	}
	row := make([]types.Value, len(s.Info.Table.Columns))
	var n int64
	var b Batch
	for {
		if err := rows.Next(&b); err != nil || b.N == 0 {
			return n, err
		}
		for _, i := range b.Selection() {
			for c := range b.Cols {
				row[c] = b.Cols[c].Get(int(i))
			}
			if err := w.complete(row); err != nil {
				return n, err
			}
			_, conflict, err := w.insert(row)
			if err != nil {
				return n, err
			}
			if conflict != nil {
				return n, w.duplicate(conflict)
			}
			n++
		}
	}
}
