package exec

import (
	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// parentIndex is the index to look a parent key up in: that of the foreign key,
// or its part in the partition that takes the key; nil where none does.
func (r *run) parentIndex(con *catalog.Constraint, key []types.Value) (*catalog.Index, error) {
	cat := r.env.Txn.Catalog()
	ix := cat.Index(con.Index)
	if ix == nil {
		return nil, sqlerr.Internal("foreign key %q has no index on its parent", con.Name)
	}
	parent := cat.Table(ix.Table)
	if !parent.Partitioned() {
		return ix, nil
	}
	n, err := r.routerOf(parent)
	if err != nil {
		return nil, err
	}
	row := make([]types.Value, len(parent.Columns))
	for i, ord := range con.ParentCols { // they include the whole partition key
		row[ord-1] = key[i]
	}
	leaf, err := n.leaf(row)
	if err != nil || leaf == 0 {
		return nil, err
	}
	return cat.PartitionIndex(ix.ID, leaf), nil
}

// routerOf keeps one router per partitioned table and run.
func (r *run) routerOf(t *catalog.Table) (*router, error) {
	if n := r.routers[t.ID]; n != nil {
		return n, nil
	}
	info, err := r.env.tableInfo(t.ID)
	if err != nil {
		return nil, err
	}
	n, err := r.newRouter(t, t.ID, info.Tree)
	if err != nil {
		return nil, err
	}
	if r.routers == nil {
		r.routers = map[types.OID]*router{}
	}
	r.routers[t.ID] = n
	return n, nil
}

// holders are the tables that hold the rows of a foreign key's table, with the
// key as it is there.
func holders(cat *catalog.Catalog, t *catalog.Table, con *catalog.Constraint) (tables []*catalog.Table, keys []*catalog.Constraint) {
	if !t.Partitioned() {
		return []*catalog.Table{t}, []*catalog.Constraint{con}
	}
	for _, leaf := range cat.Family(t) {
		if leaf.Partitioned() {
			continue
		}
		own := *con
		own.Columns = catalog.MapOrds(t, leaf, con.Columns)
		tables, keys = append(tables, leaf), append(keys, &own)
	}
	return tables, keys
}

// moveOn inserts a row of a partition that a foreign key's action has changed
// into the partition that it belongs to now.
func (r *run) moveOn(w *writer, c childRow, row []types.Value) error {
	up := w.txn.Catalog().Ancestors(w.t)
	info, err := r.env.tableInfo(up[len(up)-1].ID)
	if err != nil {
		return err
	}
	f, err := r.family(info)
	if err != nil {
		return err
	}
	shown := catalog.MapRow(catalog.ColumnPlaces(w.t, info.Table), row)
	if _, err := f.route(shown); err != nil {
		return err
	}
	if _, ok, err := w.before(catalog.TriggerDelete, c.row, nil); err != nil || !ok {
		return err
	}
	if err := w.takeAway(c.id, c.row, row); err != nil {
		return err
	}
	_, _, err = f.insert(shown)
	return err
}
