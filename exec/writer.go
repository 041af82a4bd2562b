package exec

import (
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
	"synapse/storage"
)

// writer writes rows of one table: generated columns, constraints, then
// storage, then what foreign keys owe. One per table and run.
type writer struct {
	r         *run
	txn       *storage.Txn
	info      *plan.TableInfo
	t         *catalog.Table
	checks    []*eval.Expr // parallel to info.Checks
	generated []*eval.Expr // parallel to info.Generated
	notNull   []int        // 0-based positions
	parents   []*catalog.Constraint
	keyed     []bool // by 0-based position: part of a unique index, so that others may reference it
	children  []reference
	searched  bool // children is filled
	embedding embedding
	triggers  []trigger
	sets      map[int]bool // columns that the command's UPDATE sets, by 1-based position
	ancestry  *ancestry    // of a partition; made when it is asked for
}

// reference is a foreign key of another table that points here.
type reference struct {
	child *catalog.Table
	con   *catalog.Constraint
	key   []int // the referenced columns of the writer's table: con.ParentCols, but in a partition's order
}

// writer returns the run's writer of a table.
func (r *run) writer(info *plan.TableInfo) (*writer, error) {
	if w := r.writers[info.Table.ID]; w != nil {
		return w, nil
	}
	txn, err := r.txn()
	if err != nil {
		return nil, err
	}
	w := &writer{r: r, txn: txn, info: info, t: info.Table}
	for i := range info.Checks {
		e, err := r.compile(info.Checks[i].Expr)
		if err != nil {
			return nil, err
		}
		w.checks = append(w.checks, e)
	}
	for i := range info.Generated {
		e, err := r.compile(info.Generated[i].Expr)
		if err != nil {
			return nil, err
		}
		w.generated = append(w.generated, e)
	}
	for i := range w.t.Columns {
		if c := &w.t.Columns[i]; c.NotNull && !c.Dropped {
			w.notNull = append(w.notNull, i)
		}
	}
	if err := w.compileTriggers(); err != nil {
		return nil, err
	}
	w.findKeys()
	w.findEmbedding()
	if r.writers == nil {
		r.writers = map[types.OID]*writer{}
	}
	r.writers[w.t.ID] = w
	return w, nil
}

// findKeys lists the foreign keys of the table and what others can reference.
func (w *writer) findKeys() {
	for i := range w.t.Constraints {
		if w.t.Constraints[i].Kind == catalog.ForeignKey {
			w.parents = append(w.parents, &w.t.Constraints[i])
		}
	}
	w.keyed = make([]bool, len(w.t.Columns))
	for _, ix := range w.info.Indexes {
		for k := range ix.Keys {
			if c := ix.Keys[k].Column; ix.Unique && c > 0 {
				w.keyed[c-1] = true
			}
		}
	}
}

// references lists the foreign keys that point here. The search goes through
// the catalog, so it waits until a key really goes away.
func (w *writer) references() []reference {
	if w.searched {
		return w.children
	}
	w.searched = true
	cat := w.txn.Catalog()
	for _, t := range append([]*catalog.Table{w.t}, cat.Ancestors(w.t)...) {
		for _, child := range cat.Referencing(t.ID) {
			for i := range child.Constraints {
				// What a partition has of its parent's keys, the parent's own covers.
				if c := &child.Constraints[i]; c.Kind == catalog.ForeignKey && c.Parent == t.ID && c.ParentID == 0 {
					w.children = append(w.children, reference{child, c, catalog.MapOrds(t, w.t, c.ParentCols)})
				}
			}
		}
	}
	return w.children
}

// keyChanged reports whether an update touches a column that others may reference.
func (w *writer) keyChanged(old, row []types.Value) bool {
	for i, keyed := range w.keyed {
		if keyed && !old[i].Identical(row[i]) {
			return true
		}
	}
	return false
}

// complete computes the generated columns of a new row and verifies NOT NULL and CHECK.
func (w *writer) complete(row []types.Value) error {
	if w.embedding.on {
		if err := w.embed(row); err != nil {
			return err
		}
	}
	for i, e := range w.generated {
		v, err := e.Values(row)
		if err != nil {
			return err
		}
		row[w.info.Generated[i].Ord-1] = v
	}
	for _, c := range w.notNull {
		if row[c].IsNull() {
			return sqlerr.New(sqlerr.NotNullViolation, "null value in column \"%s\" of relation \"%s\" violates not-null constraint", w.t.Columns[c].Name, w.t.Name).
				WithDetail("Failing row contains %s.", w.rowText(row)).On(w.schema(), w.t.Name, w.t.Columns[c].Name, "")
		}
	}
	for i, e := range w.checks {
		v, err := e.Values(row)
		if err != nil {
			return err
		}
		if !v.IsNull() && !v.Bool() {
			name := w.info.Checks[i].Name
			return sqlerr.New(sqlerr.CheckViolation, "new row for relation \"%s\" violates check constraint \"%s\"", w.t.Name, name).
				WithDetail("Failing row contains %s.", w.rowText(row)).On(w.schema(), w.t.Name, "", name)
		}
	}
	return nil
}

func (w *writer) schema() string { return w.txn.Catalog().SchemaName(w.t.Schema) }

// rowTextBytes is the most of one value that an error shows, as in PostgreSQL.
const rowTextBytes = 64

func (w *writer) rowText(row []types.Value) string {
	var b strings.Builder
	b.WriteByte('(')
	first := true
	for i := range w.t.Columns {
		if w.t.Columns[i].Dropped {
			continue
		}
		if !first {
			b.WriteString(", ")
		}
		first = false
		b.WriteString(w.valueText(i, row[i]))
	}
	b.WriteByte(')')
	return b.String()
}

func (w *writer) valueText(col int, v types.Value) string {
	if v.IsNull() {
		return "null"
	}
	return cutText(types.FormatText(w.t.Columns[col].Type, v, w.r.format()))
}

// cutText shortens a value that an error shows.
func cutText(s string) string {
	if len(s) <= rowTextBytes {
		return s
	}
	cut := rowTextBytes
	for cut > 0 && s[cut]&0xc0 == 0x80 {
		cut--
	}
	return s[:cut] + "..."
}

func (r *run) format() *types.Format {
	if r.env.Builtin == nil {
		return nil
	}
	return r.env.Builtin.Format
}

// insert writes a complete row. A taken key is returned, not raised.
func (w *writer) insert(row []types.Value, arbiters ...types.OID) (storage.RowID, *storage.Conflict, error) {
	id, conflict, err := w.txn.Insert(w.r.ctx, w.t, row, arbiters...)
	if err != nil || conflict != nil {
		return id, conflict, err
	}
	if err := w.noteDuplicates(); err != nil {
		return id, nil, err
	}
	if err := w.r.childWritten(w, id, nil, row); err != nil {
		return id, nil, err
	}
	return id, nil, w.after(catalog.TriggerInsert, nil, row)
}

// update replaces a locked row by a complete one.
func (w *writer) update(id storage.RowID, old, row []types.Value) error {
	conflict, err := w.txn.Update(w.r.ctx, w.t, id, row)
	if err != nil {
		return err
	}
	if conflict != nil {
		return w.duplicate(conflict)
	}
	if err := w.noteDuplicates(); err != nil {
		return err
	}
	if err := w.r.childWritten(w, id, old, row); err != nil {
		return err
	}
	if err := w.r.parentGone(w, old, row); err != nil {
		return err
	}
	return w.after(catalog.TriggerUpdate, old, row)
}

// delete removes a locked row.
func (w *writer) delete(id storage.RowID, old []types.Value) error {
	return w.takeAway(id, old, nil)
}

// takeAway removes a locked row, which goes on as next in another partition; nil: nowhere.
func (w *writer) takeAway(id storage.RowID, old, next []types.Value) error {
	if err := w.txn.Delete(w.r.ctx, w.t, id); err != nil {
		return err
	}
	if err := w.r.parentGone(w, old, next); err != nil {
		return err
	}
	return w.after(catalog.TriggerDelete, old, nil)
}

// duplicate is 23505 for a taken key, 23P01 for keys that another row excludes.
func (w *writer) duplicate(c *storage.Conflict) error {
	names, values := w.keyText(c.Index, c.Key)
	if c.Other != nil {
		_, others := w.keyText(c.Index, c.Other)
		return sqlerr.New(sqlerr.ExclusionViolation, "conflicting key value violates exclusion constraint \"%s\"", c.Index.Name).
			WithDetail("Key (%s)=(%s) conflicts with existing key (%s)=(%s).", names, values, names, others).
			On(w.schema(), w.t.Name, "", c.Index.Name)
	}
	return sqlerr.New(sqlerr.UniqueViolation, "duplicate key value violates unique constraint \"%s\"", c.Index.Name).
		WithDetail("Key (%s)=(%s) already exists.", names, values).
		On(w.schema(), w.t.Name, "", c.Index.Name)
}

// keyText lists the keys of an index and their values, for error details.
func (w *writer) keyText(ix *catalog.Index, key []types.Value) (string, string) {
	var names, values []string
	for i := range ix.Keys {
		k := &ix.Keys[i]
		name := k.Expr
		if k.Column > 0 {
			name = w.t.Columns[k.Column-1].Name
		}
		names = append(names, name)
		if i < len(key) {
			text := "null"
			if !key[i].IsNull() {
				text = types.FormatText(k.Type, key[i], w.r.format())
			}
			values = append(values, text)
		}
	}
	return strings.Join(names, ", "), strings.Join(values, ", ")
}
