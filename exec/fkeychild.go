package exec

import (
	"synapse/catalog"
	"synapse/catalog/types"
	"synapse/storage"
)

// childRow is a row that references a parent key that went away.
type childRow struct {
	id   storage.RowID
	from storage.Timestamp
	row  []types.Value
	at   int // index of the key

	table *catalog.Table      // that holds it: the foreign key's, or a partition of it
	con   *catalog.Constraint // the foreign key over the columns of that table
}

// childRows finds the rows of child whose foreign key is one of keys, as a new
// command sees them among the newest commits: by an index that begins with the columns, else in one scan.
func (r *run) childRows(child *catalog.Table, con *catalog.Constraint, keys [][]types.Value) ([]childRow, error) {
	view, err := r.env.Txn.NewestView(r.ctx)
	if err != nil {
		return nil, err
	}
	defer view.Close()
	var out []childRow
	tables, cons := holders(r.env.Txn.Catalog(), child, con)
	for i, t := range tables {
		rows, err := r.rowsOf(view, t, cons[i], keys)
		if err != nil {
			return nil, err
		}
		for _, c := range rows {
			c.table, c.con = t, cons[i]
			out = append(out, c)
		}
	}
	return out, nil
}

// rowsOf is childRows for one stored table.
func (r *run) rowsOf(view *storage.View, child *catalog.Table, con *catalog.Constraint, keys [][]types.Value) ([]childRow, error) {
	spec := storage.ScanSpec{Columns: make([]int, len(child.Columns))}
	for i := range spec.Columns {
		spec.Columns[i] = i + 1
	}
	f := &childFinder{r: r, con: con, spec: spec, child: child}
	ix, order := indexOn(r.env.Txn.Catalog(), child, con.Columns)
	if ix == nil {
		c, err := view.Scan(child, spec)
		if err != nil {
			return nil, err
		}
		err = f.collect(c, keys, 0)
		return f.out, err
	}
	key := make([]types.Value, len(order))
	for n := range keys {
		for i, at := range order {
			key[i] = keys[n][at]
		}
		c, err := view.Lookup(child, ix, key, spec)
		if err != nil {
			return nil, err
		}
		if err := f.collect(c, keys[n:n+1], n); err != nil {
			return nil, err
		}
	}
	return f.out, nil
}

// indexOn finds an ordered index whose first keys are the columns in any order;
// order gives, per key of the index, the position in cols.
func indexOn(c *catalog.Catalog, t *catalog.Table, cols []int) (ix *catalog.Index, order []int) {
	for _, ix := range c.Indexes(t.ID) {
		whole := ix.Method == catalog.Hash && len(ix.Keys) != len(cols)
		if ix.Invalid || ix.Predicate != "" || len(ix.Keys) < len(cols) || whole || ix.Method != catalog.BTree && ix.Method != catalog.Hash {
			continue
		}
		order = order[:0]
		for i := range cols {
			for at, col := range cols {
				if ix.Keys[i].Column == col {
					order = append(order, at)
				}
			}
		}
		if len(order) == len(cols) {
			return ix, order
		}
	}
	return nil, nil
}

type childFinder struct {
	r     *run
	child *catalog.Table
	con   *catalog.Constraint
	spec  storage.ScanSpec
	out   []childRow
}

// collect reads a cursor and keeps the rows whose key is one of keys; base is
// the index of the first of them.
func (f *childFinder) collect(c *storage.Cursor, keys [][]types.Value, base int) error {
	defer c.Close()
	want := newKeySet(f.child, f.con.Columns, keys)
	var rb storage.RowBatch
	for {
		if err := f.r.interrupt(); err != nil {
			return err
		}
		if err := c.Next(&rb); err != nil || rb.N == 0 {
			return err
		}
		for i := range rb.N {
			at, ok := want.find(func(k int) types.Value { return rb.Cols[f.con.Columns[k]-1].Get(i) })
			if !ok {
				continue
			}
			row := make([]types.Value, len(rb.Cols))
			for k := range rb.Cols {
				row[k] = rb.Cols[k].Get(i).Clone()
			}
			f.out = append(f.out, childRow{id: rb.IDs[i], from: rb.From[i], row: row, at: base + at})
		}
	}
}

// keySet finds a key among several by its order-preserving bytes.
type keySet struct {
	types []types.Type
	at    map[string]int
	buf   []byte
}

func newKeySet(t *catalog.Table, cols []int, keys [][]types.Value) *keySet {
	s := &keySet{at: make(map[string]int, len(keys))}
	for _, c := range cols {
		s.types = append(s.types, t.Columns[c-1].Type)
	}
	for n, key := range keys {
		s.encode(func(k int) types.Value { return key[k] })
		s.at[string(s.buf)] = n
	}
	return s
}

func (s *keySet) encode(get func(k int) types.Value) bool {
	s.buf = s.buf[:0]
	for k, t := range s.types {
		v := get(k)
		if v.IsNull() {
			return false
		}
		s.buf = types.AppendKey(s.buf, t, v)
	}
	return true
}

func (s *keySet) find(get func(k int) types.Value) (int, bool) {
	if !s.encode(get) {
		return 0, false
	}
	at, ok := s.at[string(s.buf)]
	return at, ok
}

// act carries out actions of one constraint on the child rows.
func (r *run) act(list []pendingAction) error {
	ref, act := list[0].ref, list[0].act
	keys := make([][]types.Value, len(list))
	for i := range list {
		keys[i] = list[i].key
	}
	rows, err := r.childRows(ref.child, ref.con, keys)
	if err != nil {
		return err
	}
	for _, c := range rows {
		info, err := r.env.tableInfo(c.table.ID)
		if err != nil {
			return err
		}
		w, err := r.writer(info)
		if err != nil {
			return err
		}
		if err := w.txn.ConcurrentlyWritten(c.from); err != nil {
			return err
		}
		strength := storage.ForNoKeyUpdate
		if act == catalog.Cascade && list[c.at].new == nil {
			strength = storage.ForUpdate
		}
		outcome, newest, _, err := w.txn.LockRow(r.ctx, w.t, c.id, c.from, strength, storage.Wait)
		if err != nil {
			return err
		}
		if outcome == storage.Changed {
			if c.row = newest; !identical(pick(newest, c.con.Columns), keys[c.at]) {
				continue
			}
		} else if outcome != storage.Locked {
			continue
		}
		if err := r.actOn(w, c.con, act, &list[c.at], c); err != nil {
			return err
		}
	}
	return nil
}

// actOn changes one child row.
func (r *run) actOn(w *writer, con *catalog.Constraint, act catalog.Action, a *pendingAction, c childRow) error {
	if act == catalog.Cascade && a.new == nil {
		if _, ok, err := w.before(catalog.TriggerDelete, c.row, nil); err != nil || !ok {
			return err
		}
		return w.delete(c.id, c.row)
	}
	row := append([]types.Value(nil), c.row...)
	for i, col := range con.Columns {
		switch act {
		case catalog.Cascade:
			row[col-1] = a.new[i]
		case catalog.SetNull:
			row[col-1] = types.Null
		default:
			v, err := w.defaultOf(col)
			if err != nil {
				return err
			}
			row[col-1] = v
		}
	}
	if len(w.triggers) > 0 {
		w.sets = map[int]bool{}
		for _, col := range con.Columns {
			w.sets[col] = true
		}
		next, ok, err := w.before(catalog.TriggerUpdate, c.row, row)
		if err != nil || !ok {
			return err
		}
		row = next
	}
	if stays, err := w.belongs(row); err != nil {
		return err
	} else if !stays {
		return r.moveOn(w, c, row)
	}
	if err := w.complete(row); err != nil {
		return err
	}
	if key := pick(row, con.Columns); act == catalog.SetDefault && identical(key, pick(c.row, con.Columns)) && countNulls(key) == 0 {
		// The default is the very key that went away: the update alone would see no change to verify.
		r.owe(pendingCheck{child: w.t, con: con, owns: true, row: c.id, key: cloneValues(key)})
	}
	return w.update(c.id, c.row, row)
}

// defaultOf evaluates the default of a column (1-based), NULL where it has none.
func (w *writer) defaultOf(col int) (types.Value, error) {
	for _, d := range w.info.Defaults {
		if d.Ord == col {
			e, err := w.r.compile(d.Expr)
			if err != nil {
				return types.Null, err
			}
			return e.Values(nil)
		}
	}
	return types.Null, nil
}

// checkChildren verifies that no row references a key that went away. A key
// that another row has by now is there again, except for RESTRICT.
func (r *run) checkChildren(checks []pendingCheck) error {
	for len(checks) > 0 {
		con, restrict := checks[0].con, checks[0].restrict
		var keys [][]types.Value
		var rest []pendingCheck
		for _, c := range checks {
			if c.con == con && c.restrict == restrict {
				keys = append(keys, c.key)
			} else {
				rest = append(rest, c)
			}
		}
		if err := r.checkGone(&checks[0], keys); err != nil {
			return err
		}
		checks = rest
	}
	return nil
}

func (r *run) checkGone(check *pendingCheck, keys [][]types.Value) error {
	child, con := check.child, check.con
	rows, err := r.childRows(child, con, keys)
	if err != nil {
		return err
	}
	for _, c := range rows {
		if !check.restrict {
			found, err := r.parentExists(con, keys[c.at])
			if err != nil {
				return err
			}
			if found {
				continue
			}
		}
		cat := r.env.Txn.Catalog()
		parent := cat.Table(con.Parent)
		return foreignKeyError(cat.SchemaName(child.Schema), child, con,
			"update or delete on table \"%s\" violates foreign key constraint \"%s\" on table \"%s\"", parent.Name, con.Name, child.Name).
			WithDetail("Key %s is still referenced from table \"%s\".", r.keyText(parent, con.ParentCols, keys[c.at]), child.Name)
	}
	return nil
}
