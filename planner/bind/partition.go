package bind

import (
	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/partition"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// readFamily finds the tables whose rows a reference to a table means: the
// partitions of a partitioned table, a table and its children.
func (b *binder) readFamily(r *relation) {
	t := r.table
	names := b.names()
	switch {
	case t.Partitioned():
		tree, err := partition.NewTree(names, t)
		if err != nil {
			b.damaged = err
			return
		}
		r.tree, r.family = tree, tree.Leaves()
		if r.family == nil {
			r.family = []*catalog.Table{}
		}
	case len(t.Children) > 0:
		r.family = names.Family(t)
	}
}

// family reads the tables of a relation one behind the other. Each row is laid
// out as the named table's.
func (l *lowerer) family(r *relation, s plan.Scan, valid plan.Expr, ly *layout, fr *frame) plan.Node {
	if l.b.damaged != nil {
		l.fail(l.b.damaged)
	}
	n := &plan.Append{Parts: &plan.Parts{Table: r.table, Alias: s.Alias, Tree: r.tree}}
	for _, t := range r.family {
		l.b.dependOn(t.ID, r.at)
		c := s
		c.Table, c.Cols = t, familyColumns(r.table, t, s.Cols)
		n.Inputs = append(n.Inputs, l.tableScan(r, c, valid, ly, fr))
		n.Parts.Leaves = append(n.Parts.Leaves, t.ID)
	}
	if len(n.Inputs) == 0 {
		return &plan.Values{Cols: s.Columns()}
	}
	return n
}

// familyColumns are the positions in a relative of the columns that a scan of
// the table would read.
func familyColumns(t, relative *catalog.Table, cols []int) []int {
	places := catalog.ColumnPlaces(relative, t)
	out := make([]int, len(cols))
	for i, c := range cols {
		switch {
		case c > 0 && t.Columns[c-1].Dropped:
			out[i] = plan.SysNull
		case c > 0 && places != nil:
			out[i] = places[c-1] + 1
		default:
			out[i] = c
		}
	}
	return out
}

// tableColumn is one more than the column in which a row says which table it is
// of, 0 where the relation reads one table only.
func (ly *layout) tableColumn(r *relation) int {
	if r.family == nil {
		return 0
	}
	return 1 + ly.vars[varKey{r, plan.SysTableOID}]
}

// partitionKey compiles the keys of a partitioned table over its row, and reads
// its partitions.
func (b *binder) partitionKey(info *plan.TableInfo) (err error) {
	t := info.Table
	if !t.Partitioned() {
		return nil
	}
	if info.Tree, err = partition.NewTree(b.ctx.Catalog, t); err != nil {
		return err
	}
	for _, leaf := range b.ctx.Catalog.Family(t) {
		b.dependOn(leaf.ID, nil)
	}
	for i := range t.Partitioning.Keys {
		k := &t.Partitioning.Keys[i]
		if k.Column > 0 {
			c := &t.Columns[k.Column-1]
			info.PartitionKey = append(info.PartitionKey, &plan.Col{Index: k.Column - 1, Typ: c.Type, Name: c.Name})
			continue
		}
		x, err := b.tableExpr(t, k.Expr, types.Type{}, clauseIndexExpr)
		if err != nil {
			return err
		}
		info.PartitionKey = append(info.PartitionKey, x)
	}
	return nil
}

// BoundValue evaluates an expression of FOR VALUES as a value of a partition
// key's type. Errors: 42P10 for columns, 42804 for another type, 0A000 for what
// is not constant.
func BoundValue(ctx *Context, e ast.Expr, want types.Type, key, text string) (types.Value, types.Type, error) {
	b := newBinder(ctx, text)
	var ref *ast.ColumnRef
	ast.Inspect(e, func(n ast.Node) bool {
		if c, ok := n.(*ast.ColumnRef); ok && ref == nil {
			ref = c
		}
		return ref == nil
	})
	if ref != nil {
		return types.Null, want, b.errorf(sqlerr.InvalidColumnReference, ref.Pos(), "cannot use column reference in partition bound expression")
	}
	x, err := b.exprIn(newScope(nil), e, clausePartitionBound)
	if err != nil {
		return types.Null, want, err
	}
	if x, err = b.coerce(x, want, builtin.CastAssignment, startOf(e)); err != nil {
		return types.Null, want, err
	}
	if x == nil {
		return types.Null, want, b.errorf(sqlerr.DatatypeMismatch, startOf(e), "specified value cannot be cast to type %s for column \"%s\"", typeName(want.OID), key)
	}
	for {
		r, ok := x.(*plan.Relabel)
		if !ok {
			break
		}
		x = r.Arg
	}
	if c, ok := x.(*plan.Const); ok {
		return c.Val, want, nil
	}
	return types.Null, want, b.errorf(sqlerr.FeatureNotSupported, startOf(e), "a partition bound that is not constant is not supported").
		WithHint("Write the value itself.")
}
