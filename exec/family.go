package exec

import (
	"synapse/catalog"
	bounds "synapse/catalog/partition"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
)

// A command names one table, and its rows may be stored in others: in the
// partitions of a partitioned table, in the children of a parent. Rows pass
// through the command laid out as the named table's; a member lays them out as
// its own where it writes them.

// rowFamily is the named table with those that store its rows.
type rowFamily struct {
	r       *run
	w       *writer // of the named table: triggers of statements
	members map[types.OID]*member
	router  *router // nil: the table is not partitioned
}

// member is a table that stores rows of the family.
type member struct {
	w   *writer
	in  []int // as catalog.ColumnPlaces: from the family's row to the member's; nil: they are alike
	out []int // and back
	// wider: the member has columns that the family's rows do not show.
	wider    bool
	arbiters []types.OID // of ON CONFLICT
}

// family prepares writing to a table.
func (r *run) family(info *plan.TableInfo) (*rowFamily, error) {
	w, err := r.writer(info)
	if err != nil {
		return nil, err
	}
	f := &rowFamily{r: r, w: w, members: map[types.OID]*member{}}
	if !info.Table.Partitioned() {
		f.members[w.t.ID] = &member{w: w}
		return f, nil
	}
	if err := w.txn.LockForWrite(r.ctx, w.t); err != nil {
		return nil, err
	}
	f.router, err = r.newRouter(w.t, info.Table.ID, info.Tree)
	return f, err
}

// of returns the member with the OID.
func (f *rowFamily) of(id types.OID) (*member, error) {
	if m := f.members[id]; m != nil {
		return m, nil
	}
	info, err := f.r.env.tableInfo(id)
	if err != nil {
		return nil, err
	}
	w, err := f.r.writer(info)
	if err != nil {
		return nil, err
	}
	m := &member{w: w, in: catalog.ColumnPlaces(f.w.t, w.t), out: catalog.ColumnPlaces(w.t, f.w.t)}
	for i, p := range m.in {
		m.wider = m.wider || p < 0 && !w.t.Columns[i].Dropped
	}
	if f.w.sets != nil {
		w.sets = map[int]bool{}
		for ord := range f.w.sets {
			if _, at := w.t.Column(f.w.t.Columns[ord-1].Name); at > 0 {
				w.sets[at] = true
			}
		}
	}
	f.members[id] = m
	return m, nil
}

// route finds the member that a new row of the family belongs to: 23514 where no
// partition takes it.
func (f *rowFamily) route(row []types.Value) (*member, error) {
	if f.router == nil {
		return f.members[f.w.t.ID], nil
	}
	if err := f.w.mustBelong(row); err != nil {
		return nil, err
	}
	leaf, err := f.router.find(row)
	if err != nil {
		return nil, err
	}
	return f.of(leaf)
}

// router finds the partition of a row laid out as the table's on top.
type router struct {
	r      *run
	tree   *bounds.Tree
	places []int // from the row on top
	keys   []*eval.Expr
	below  []*router
	key    []types.Value
}

func (r *run) newRouter(top *catalog.Table, id types.OID, tree *bounds.Tree) (*router, error) {
	info, err := r.env.tableInfo(id)
	if err != nil {
		return nil, err
	}
	n := &router{r: r, tree: tree, below: make([]*router, len(tree.Children)), key: make([]types.Value, len(info.PartitionKey))}
	if top.ID != id {
		n.places = catalog.ColumnPlaces(top, info.Table)
	}
	if n.keys, err = r.compileAll(info.PartitionKey); err != nil {
		return nil, err
	}
	for i, below := range tree.Below {
		if below == nil {
			continue
		}
		if n.below[i], err = r.newRouter(top, below.Table.ID, below); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// child is the position of the partition that takes the row, -1 for none.
func (n *router) child(row []types.Value) (int, error) {
	row = catalog.MapRow(n.places, row)
	for i, e := range n.keys {
		v, err := e.Values(row)
		if err != nil {
			return 0, err
		}
		n.key[i] = v
	}
	return n.tree.Route(n.key), nil
}

// find returns the leaf that takes a row: 23514 where there is none.
func (n *router) find(row []types.Value) (types.OID, error) {
	for {
		at, err := n.child(row)
		switch {
		case err != nil:
			return 0, err
		case at < 0:
			return 0, n.noPartition()
		case n.below[at] == nil:
			return n.tree.Children[at].ID, nil
		}
		n = n.below[at]
	}
}

// leaf is find, but 0 where no partition takes the row.
func (n *router) leaf(row []types.Value) (types.OID, error) {
	for {
		at, err := n.child(row)
		switch {
		case err != nil || at < 0:
			return 0, err
		case n.below[at] == nil:
			return n.tree.Children[at].ID, nil
		}
		n = n.below[at]
	}
}

func (n *router) noPartition() error {
	t := n.tree.Table
	text := ""
	for i, v := range n.key {
		if i > 0 {
			text += ", "
		}
		if v.IsNull() {
			text += "null"
		} else {
			text += cutText(types.FormatText(t.Partitioning.Keys[i].Type, v, n.r.format()))
		}
	}
	return sqlerr.New(sqlerr.CheckViolation, "no partition of relation \"%s\" found for row", t.Name).
		WithDetail("Partition key of the failing row contains (%s) = (%s).", bounds.KeyNames(t), text).
		On(n.r.env.Txn.Catalog().SchemaName(t.Schema), t.Name, "", "")
}

// ancestry verifies that rows written to a partition are its own, on every level.
type ancestry struct {
	routers []*router
	child   []int // the position that a router must find
}

// belongs reports whether a row of the writer's table satisfies its bounds.
func (w *writer) belongs(row []types.Value) (bool, error) {
	if !w.t.IsPartition() {
		return true, nil
	}
	if w.ancestry == nil {
		if err := w.findAncestry(); err != nil {
			return false, err
		}
	}
	for i, n := range w.ancestry.routers {
		at, err := n.child(row)
		if err != nil || at != w.ancestry.child[i] {
			return false, err
		}
	}
	return true, nil
}

func (w *writer) findAncestry() error {
	w.ancestry = &ancestry{}
	below := w.t
	for _, up := range w.txn.Catalog().Ancestors(w.t) {
		info, err := w.r.env.tableInfo(up.ID)
		if err != nil {
			return err
		}
		n := &router{r: w.r, tree: info.Tree, key: make([]types.Value, len(info.PartitionKey)), places: catalog.ColumnPlaces(w.t, info.Table)}
		if n.keys, err = w.r.compileAll(info.PartitionKey); err != nil {
			return err
		}
		at := -1
		for i, c := range info.Tree.Children {
			if c.ID == below.ID {
				at = i
			}
		}
		w.ancestry.routers, w.ancestry.child = append(w.ancestry.routers, n), append(w.ancestry.child, at)
		below = up
	}
	return nil
}

// mustBelong is 23514 for a row that is not the partition's.
func (w *writer) mustBelong(row []types.Value) error {
	ok, err := w.belongs(row)
	if err != nil || ok {
		return err
	}
	return sqlerr.New(sqlerr.CheckViolation, "new row for relation \"%s\" violates partition constraint", w.t.Name).
		WithDetail("Failing row contains %s.", w.rowText(row)).On(w.schema(), w.t.Name, "", "")
}

// notRerouted refuses a trigger of the partitioned table that makes another
// partition's row of one that was found its partition already.
func (w *writer) notRerouted(t *catalog.Trigger, row []types.Value) error {
	ok, err := w.belongs(row)
	if err != nil || ok {
		return err
	}
	return sqlerr.New(sqlerr.FeatureNotSupported, "moving row to another partition during a BEFORE FOR EACH ROW trigger is not supported").
		WithDetail("Before executing trigger \"%s\", the row was to be in partition \"%s.%s\".", t.Name, w.schema(), w.t.Name)
}

// ready completes a row that a member is about to insert: generated columns,
// constraints, and that it is the partition's where it was not routed here.
func (f *rowFamily) ready(m *member, own []types.Value) error {
	if err := m.w.complete(own); err != nil {
		return err
	}
	if f.router == nil {
		return m.w.mustBelong(own)
	}
	return nil
}

// insert writes a new row of the family; the member is nil where a trigger left
// the row out. Errors: of the constraints.
func (f *rowFamily) insert(row []types.Value) (*member, []types.Value, error) {
	m, err := f.route(row)
	if err != nil {
		return nil, nil, err
	}
	own, ok, err := m.w.before(catalog.TriggerInsert, nil, catalog.MapRow(m.in, row))
	if err != nil || !ok {
		return nil, nil, err
	}
	if err := f.ready(m, own); err != nil {
		return nil, nil, err
	}
	_, conflict, err := m.w.insert(own)
	if err == nil && conflict != nil {
		err = m.w.duplicate(conflict)
	}
	return m, own, err
}
