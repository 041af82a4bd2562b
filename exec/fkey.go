package exec

import (
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage"
)

// pendingCheck is a foreign key or a deferrable unique key that must hold when the
// statement has run, or at commit where the constraint is deferred.
type pendingCheck struct {
	twin  *storage.Duplicate // of a unique key; child and con are set too
	child *catalog.Table
	con   *catalog.Constraint
	// owns: a child row was written and needs its parent; else a parent key went
	// away and no child may be left with it.
	owns     bool
	row      storage.RowID // the child row, of owns
	key      []types.Value // in order of con.Columns
	restrict bool          // of RESTRICT: at once, and a new parent of the key does not help
	old      bool          // put off to the commit: the row may have changed since
}

// pendingAction is ON DELETE or ON UPDATE CASCADE, SET NULL or SET DEFAULT.
type pendingAction struct {
	ref reference
	act catalog.Action
	key []types.Value // the parent key that went away, in order of con.Columns
	new []types.Value // what replaced it; nil after a DELETE
}

// childWritten notes that a row with foreign keys was inserted (old nil) or updated.
func (r *run) childWritten(w *writer, id storage.RowID, old, row []types.Value) error {
	for _, con := range w.parents {
		key := pick(row, con.Columns)
		if old != nil && identical(pick(old, con.Columns), key) {
			continue
		}
		nulls := countNulls(key)
		if con.MatchFull && nulls > 0 && nulls < len(key) {
			return foreignKeyError(w.schema(), w.t, con, "insert or update on table \"%s\" violates foreign key constraint \"%s\"", w.t.Name, con.Name).
				WithDetail("MATCH FULL does not allow mixing of null and nonnull key values.")
		}
		if nulls == 0 {
			r.owe(pendingCheck{child: w.t, con: con, owns: true, row: id, key: cloneValues(key)})
		}
	}
	return nil
}

// parentGone notes that a row that may be referenced was deleted (row nil) or updated.
func (r *run) parentGone(w *writer, old, row []types.Value) error {
	if row != nil && !w.keyChanged(old, row) {
		return nil
	}
	for _, ref := range w.references() {
		key := pick(old, ref.key)
		if countNulls(key) > 0 {
			continue
		}
		act := ref.con.OnDelete
		var next []types.Value
		if row != nil {
			act = ref.con.OnUpdate
			next = pick(row, ref.key)
			if identical(key, next) {
				continue
			}
			next = cloneValues(next)
		}
		key = cloneValues(key)
		switch act {
		case catalog.Cascade, catalog.SetNull, catalog.SetDefault:
			r.actions = append(r.actions, pendingAction{ref: ref, act: act, key: key, new: next})
		default:
			r.owe(pendingCheck{child: ref.child, con: ref.con, key: key, restrict: act == catalog.Restrict})
		}
	}
	return nil
}

// owe queues a check for the end of the statement or of the transaction.
// RESTRICT is never put off. Rows that come in batches may reference rows of
// their own table that are still to come, so such checks wait for the commit.
func (r *run) owe(c pendingCheck) {
	later := r.batches && c.owns && c.con.Parent == c.child.ID
	if r.env.Deferred != nil && !c.restrict && (later || r.env.Deferred.puts(c.con)) {
		c.old = true
		r.env.Deferred.list = append(r.env.Deferred.list, c)
		return
	}
	r.checks = append(r.checks, c)
}

// checkConstraints runs the actions that foreign keys call for, which may call
// for more, and then verifies what is owed.
func (r *run) checkConstraints() error {
	for len(r.actions) > 0 {
		if err := r.interrupt(); err != nil {
			return err
		}
		// One command per constraint: a row that two of them change is changed twice.
		list, rest := r.sameConstraint()
		r.actions = rest
		if err := r.act(list); err != nil {
			return err
		}
	}
	checks := r.checks
	r.checks = nil
	known := map[string]bool{}
	var gone []pendingCheck
	for i := range checks {
		c := &checks[i]
		if c.twin != nil {
			if err := r.checkTwin(c); err != nil {
				return err
			}
			continue
		}
		if !c.owns {
			gone = append(gone, *c)
			continue
		}
		if err := r.checkParent(c, known); err != nil {
			return err
		}
	}
	return r.checkChildren(gone)
}

// sameConstraint splits off the actions of the first one's constraint and kind.
func (r *run) sameConstraint() (list, rest []pendingAction) {
	first := r.actions[0]
	for _, a := range r.actions {
		if a.ref.con == first.ref.con && a.act == first.act {
			list = append(list, a)
		} else {
			rest = append(rest, a)
		}
	}
	return list, rest
}

// checkParent verifies that a child row has its parent and locks it against
// going away. known remembers keys that were found already.
func (r *run) checkParent(c *pendingCheck, known map[string]bool) error {
	txn, err := r.txn()
	if err != nil {
		return err
	}
	if c.old {
		// The row may be gone or have another key by now, which then has a check of its own.
		row, _, ok, err := txn.Latest(c.child, c.row)
		if err != nil || !ok || !identical(pick(row, c.con.Columns), c.key) {
			return err
		}
	}
	name := []byte(c.con.Name)
	for i, v := range c.key {
		name = types.AppendKey(name, c.child.Columns[c.con.Columns[i]-1].Type, v)
	}
	if known[string(name)] {
		return nil
	}
	found, err := r.parentExists(c.con, c.key)
	if err != nil {
		return err
	}
	if !found {
		cat := txn.Catalog()
		return foreignKeyError(cat.SchemaName(c.child.Schema), c.child, c.con,
			"insert or update on table \"%s\" violates foreign key constraint \"%s\"", c.child.Name, c.con.Name).
			WithDetail("Key %s is not present in table \"%s\".", r.keyText(c.child, c.con.Columns, c.key), cat.Table(c.con.Parent).Name)
	}
	known[string(name)] = true
	return nil
}

// parentExists looks for the parent of a key among the newest commits and own writes.
func (r *run) parentExists(con *catalog.Constraint, key []types.Value) (bool, error) {
	ix, err := r.parentIndex(con, key)
	if err != nil || ix == nil {
		return false, err
	}
	ordered := make([]types.Value, len(ix.Keys))
	of := r.env.Txn.Catalog().Index(con.Index)
	for i := range of.Keys {
		for k, col := range con.ParentCols {
			if col == of.Keys[i].Column {
				ordered[i] = key[k]
			}
		}
	}
	_, found, err := r.env.Txn.LatestByKey(r.ctx, ix, ordered, storage.ForKeyShare)
	return found, err
}

func (r *run) keyText(t *catalog.Table, cols []int, key []types.Value) string {
	var names, values []string
	for i, c := range cols {
		names = append(names, t.Columns[c-1].Name)
		values = append(values, types.FormatText(t.Columns[c-1].Type, key[i], r.format()))
	}
	return "(" + strings.Join(names, ", ") + ")=(" + strings.Join(values, ", ") + ")"
}

func foreignKeyError(schema string, t *catalog.Table, con *catalog.Constraint, format string, args ...any) *sqlerr.Error {
	return sqlerr.New(sqlerr.ForeignKeyViolation, format, args...).On(schema, t.Name, "", con.Name)
}

// pick takes the columns at 1-based positions.
func pick(row []types.Value, cols []int) []types.Value {
	out := make([]types.Value, len(cols))
	for i, c := range cols {
		out[i] = row[c-1]
	}
	return out
}

func identical(a, b []types.Value) bool {
	for i := range a {
		if !a[i].Identical(b[i]) {
			return false
		}
	}
	return true
}

func countNulls(row []types.Value) int {
	n := 0
	for _, v := range row {
		if v.IsNull() {
			n++
		}
	}
	return n
}

func cloneValues(row []types.Value) []types.Value {
	out := make([]types.Value, len(row))
	for i, v := range row {
		out[i] = v.Clone()
	}
	return out
}
