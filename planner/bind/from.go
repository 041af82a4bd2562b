package bind

import (
	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// fromList binds FROM's items, joined by commas, and makes their names visible.
func (b *binder) fromList(s *scope, list []ast.TableExpr) (joinNode, error) {
	var tree joinNode
	for _, e := range list {
		node, items, err := b.fromItem(s, e)
		if err != nil {
			return nil, err
		}
		if err := b.checkDuplicates(s.items, items); err != nil {
			return nil, err
		}
		for _, it := range items {
			it.lateral, it.lateralOK = true, true
		}
		s.items = append(s.items, items...)
		if tree == nil {
			tree = node
		} else {
			tree = &join{kind: plan.Inner, left: tree, right: node}
		}
	}
	for _, it := range s.items {
		it.lateral = false
	}
	return tree, nil
}

func (b *binder) checkDuplicates(have, more []*nameItem) error {
	for _, m := range more {
		for _, h := range have {
			if m.relVisible && h.relVisible && m.name == h.name && m.schema == h.schema && m.name != "" {
				return sqlerr.New(sqlerr.DuplicateAlias, "table name \"%s\" specified more than once", m.name)
			}
		}
	}
	return nil
}

// fromItem binds one item of FROM and returns the names that it adds.
func (b *binder) fromItem(s *scope, e ast.TableExpr) (joinNode, []*nameItem, error) {
	var rel *relation
	var err error
	switch e := e.(type) {
	case *ast.JoinExpr:
		return b.joinExpr(s, e)
	case *ast.TableRef:
		return b.tableItem(s, e)
	case *ast.SubqueryRef:
		rel, err = b.subqueryItem(s, e)
	case *ast.FuncRef:
		rel, err = b.functionItem(s, e)
	case *ast.TableSample:
		return b.sampleItem(s, e)
	default:
		return nil, nil, sqlerr.Internal("bind: FROM item %T", e)
	}
	if err != nil {
		return nil, nil, err
	}
	return rel, []*nameItem{rel.nameItem()}, nil
}

// tableItem binds a table, view, virtual relation or CTE.
func (b *binder) tableItem(s *scope, ref *ast.TableRef) (joinNode, []*nameItem, error) {
	tm, err := b.temporalClause(s, ref.AsOf)
	if err != nil {
		return nil, nil, err
	}
	leave, err := b.enter(tm)
	if err != nil {
		return nil, nil, err
	}
	rel, err := b.tableRef(s, ref)
	schemas := b.names()
	leave()
	if err != nil {
		return nil, nil, err
	}
	rel.temporal = tm
	if err := b.checkTemporal(rel, tm, ref.Pos()); err != nil {
		return nil, nil, err
	}
	if err := b.rename(rel, ref.Alias); err != nil {
		return nil, nil, err
	}
	it := rel.nameItem()
	if ref.Alias == nil && rel.table != nil {
		it.schema = schemas.SchemaName(rel.table.Schema)
	}
	return rel, []*nameItem{it}, nil
}

func aliasName(a *ast.Alias, name string) string {
	if a != nil && a.Name != "" {
		return a.Name
	}
	return name
}

func (b *binder) tableRef(s *scope, ref *ast.TableRef) (*relation, error) {
	alias := aliasName(ref.Alias, ref.Name)
	if ref.Schema == "" {
		if c := findCTE(s, ref.Name); c != nil {
			return b.cteRelation(s, c, alias, ref)
		}
	}
	o, absent, err := b.relationAt(ref)
	if err != nil {
		return nil, err
	}
	b.named(ref.Pos(), o.ObjectID(), ref.Schema != "")
	access := b.asks(o, catalog.MaySelect)
	switch o := o.(type) {
	case *catalog.Table:
		r := b.tableRelation(o, s, alias)
		r.absent, r.access = absent, access
		if ref.Only {
			r.family, r.tree = nil, nil
		}
		return r, nil
	case *catalog.View:
		r, err := b.viewRelation(s, o, alias)
		if err == nil {
			r.access = access
		}
		return r, err
	case *catalog.Sequence:
		return b.sequenceRelation(o, s, alias), nil
	}
	return nil, b.errorf(sqlerr.WrongObjectType, ref.Pos(), "cannot open relation \"%s\"", ref.Name).
		WithDetail("This operation is not supported for indexes.")
}

// sequenceRelation makes the relation of a sequence: one row of its state.
func (b *binder) sequenceRelation(q *catalog.Sequence, s *scope, alias string) *relation {
	r := b.newRelation(relFunction, s, alias)
	call := plan.SetCall{
		Fn: builtin.SequenceRow, Name: q.Name,
		Args: []plan.Expr{&plan.Const{Typ: types.Regclass, Val: types.NewInt(int64(q.ID))}},
	}
	for _, c := range builtin.SequenceRow.Columns {
		call.Cols = append(call.Cols, c.Type)
		r.cols = append(r.cols, relColumn{name: c.Name, typ: c.Type})
	}
	r.calls = append(r.calls, call)
	return r
}

// relation finds the relation that a reference names, or says why not.
func (b *binder) relation(ref *ast.TableRef) (catalog.Object, error) {
	if ref.Catalog != "" && b.ctx.Database != "" && ref.Catalog != b.ctx.Database {
		return nil, b.errorf(sqlerr.FeatureNotSupported, ref.Pos(), "cross-database references are not implemented: \"%s.%s.%s\"",
			ref.Catalog, ref.Schema, ref.Name)
	}
	if err := b.mayUseSchemaOf(ref); err != nil {
		return nil, err
	}
	if o := b.lookupRelation(ref.Schema, ref.Name); o != nil {
		return o, nil
	}
	return nil, b.errorf(sqlerr.UndefinedTable, ref.Pos(), "relation \"%s\" does not exist", refName(ref))
}

// named tells who keeps the statement's text what a name in it means.
func (b *binder) named(pos int, id types.OID, qualified bool) {
	if b.ctx.OnName != nil && !b.kept {
		b.ctx.OnName(pos, id, qualified)
	}
}

// refName is a reference as messages show it.
func refName(ref *ast.TableRef) string {
	if ref.Schema != "" {
		return ref.Schema + "." + ref.Name
	}
	return ref.Name
}

// viewSource is the binder of a view's text, whose relations are asked of the
// view's owner, or of who uses it if the view says so.
func (b *binder) viewSource(v *catalog.View) *binder {
	src := b.source(v.SearchPath)
	if v.Options["security_invoker"] != "true" {
		src.as = v.Owner
	}
	return src
}

// viewRelation binds a view's query by the path that its creator had.
func (b *binder) viewRelation(s *scope, v *catalog.View, alias string) (*relation, error) {
	if b.viewDeep++; b.viewDeep > viewDepthMax {
		return nil, sqlerr.New(sqlerr.InvalidObjectDefinition, "infinite recursion detected in rules for relation \"%s\"", v.Name)
	}
	defer func() { b.viewDeep-- }()
	stmt, err := parseQuery(v.Query)
	if err != nil {
		return nil, err
	}
	src := b.viewSource(v)
	src.root = stmt
	q, err := src.selectStmt(nil, stmt, true)
	if err != nil {
		return nil, err
	}
	rel := b.queryRelation(q, s, alias)
	for i := range rel.cols {
		if i < len(v.Columns) {
			rel.cols[i].name = v.Columns[i].Name
		}
		rel.cols[i].table, rel.cols[i].attr = v.ID, i+1
	}
	return rel, nil
}

func (b *binder) subqueryItem(s *scope, e *ast.SubqueryRef) (*relation, error) {
	wasActive, wasClause := s.lateralActive, s.clause
	s.lateralActive, s.clause = e.Lateral, clauseFromSubquery
	defer func() { s.lateralActive, s.clause = wasActive, wasClause }()
	q, err := b.selectStmt(s, e.Query, true)
	if err != nil {
		return nil, err
	}
	rel := b.queryRelation(q, s, aliasName(e.Alias, ""))
	rel.lateral = e.Lateral
	return rel, b.rename(rel, e.Alias)
}

func (b *binder) tooManyAliases(name string, have, given, pos int) error {
	return b.errorf(sqlerr.InvalidColumnReference, pos, "table \"%s\" has %d columns available but %d columns specified", name, have, given)
}

// joinExpr binds JOIN.
func (b *binder) joinExpr(s *scope, e *ast.JoinExpr) (joinNode, []*nameItem, error) {
	left, leftItems, err := b.fromItem(s, e.Left)
	if err != nil {
		return nil, nil, err
	}
	outer := s.items
	for _, it := range leftItems {
		it.lateral, it.lateralOK = true, e.Kind == ast.JoinInner || e.Kind == ast.JoinLeft
	}
	s.items = append(outer[:len(outer):len(outer)], leftItems...)
	right, rightItems, err := b.fromItem(s, e.Right)
	s.items = outer
	if err != nil {
		return nil, nil, err
	}
	if err := b.checkDuplicates(leftItems, rightItems); err != nil {
		return nil, nil, err
	}
	kind := map[ast.JoinKind]plan.JoinKind{
		ast.JoinInner: plan.Inner, ast.JoinLeft: plan.LeftJoin, ast.JoinRight: plan.RightJoin, ast.JoinFull: plan.FullJoin,
	}[e.Kind]
	j := &join{kind: kind, left: left, right: right}
	items := append(leftItems[:len(leftItems):len(leftItems)], rightItems...)
	using := e.Using
	if e.Natural {
		using = naturalColumns(leftItems, rightItems)
	}
	var merged *nameItem
	if len(using) > 0 || e.Natural {
		if merged, err = b.using(j, leftItems, rightItems, using, e); err != nil {
			return nil, nil, err
		}
	} else if err := b.joinOn(s, j, items, e.On); err != nil {
		return nil, nil, err
	}
	switch kind {
	case plan.LeftJoin:
		setNullable(right)
	case plan.RightJoin:
		setNullable(left)
	case plan.FullJoin:
		setNullable(j)
	}
	return b.joinNames(j, items, merged, e)
}

// setNullable marks the relations that a join may not find a row of.
func setNullable(n joinNode) {
	switch n := n.(type) {
	case *relation:
		n.nullable = true
	case *join:
		setNullable(n.left)
		setNullable(n.right)
	}
}

func (b *binder) joinOn(s *scope, j *join, items []*nameItem, on ast.Expr) (err error) {
	outer := s.items
	for _, it := range items {
		it.lateral = false
	}
	s.items = items
	j.cond, err = b.condition(s, on, clauseJoinOn)
	s.items = outer
	return err
}

// joinNames decides which names a join leaves visible.
func (b *binder) joinNames(j *join, items []*nameItem, merged *nameItem, e *ast.JoinExpr) (joinNode, []*nameItem, error) {
	if merged == nil && e.Alias == nil {
		return j, items, nil
	}
	if merged == nil {
		merged = &nameItem{colVisible: true}
		for _, it := range items {
			if it.colVisible {
				merged.cols = append(merged.cols, it.cols...)
			}
		}
	}
	if e.Alias != nil {
		merged.name, merged.relVisible = e.Alias.Name, true
		if len(e.Alias.Columns) > len(merged.cols) {
			return nil, nil, b.tooManyAliases(e.Alias.Name, len(merged.cols), len(e.Alias.Columns), e.Alias.Pos())
		}
		for i, name := range e.Alias.Columns {
			merged.cols[i].name = name
		}
		return j, []*nameItem{merged}, nil
	}
	out := []*nameItem{merged}
	for _, it := range items {
		c := *it
		c.colVisible = false
		out = append(out, &c)
	}
	if e.UsingAlias != nil {
		n := len(e.Using)
		out = append(out, &nameItem{name: e.UsingAlias.Name, relVisible: true, cols: merged.cols[:n]})
	}
	return j, out, nil
}

func naturalColumns(left, right []*nameItem) []string {
	var out []string
	for _, c := range visibleColumns(left) {
		for _, d := range visibleColumns(right) {
			if c.name == d.name {
				out = append(out, c.name)
				break
			}
		}
	}
	return out
}

func visibleColumns(items []*nameItem) []nameColumn {
	var out []nameColumn
	for _, it := range items {
		if it.colVisible {
			out = append(out, it.cols...)
		}
	}
	return out
}

// using makes the join condition of USING and the merged columns: the left
// value for inner and left joins, the right for right joins, COALESCE for full.
func (b *binder) using(j *join, left, right []*nameItem, names []string, e *ast.JoinExpr) (*nameItem, error) {
	merged := &nameItem{colVisible: true, lateralOK: true}
	taken := map[string]bool{}
	var conds []plan.Expr
	for _, name := range names {
		if taken[name] {
			return nil, b.errorf(sqlerr.DuplicateColumn, e.Pos(), "column name \"%s\" appears more than once in USING clause", name)
		}
		taken[name] = true
		l, err := b.usingColumn(left, name, "left", e)
		if err != nil {
			return nil, err
		}
		r, err := b.usingColumn(right, name, "right", e)
		if err != nil {
			return nil, err
		}
		cond, err := b.callOperator("=", l, r, e.Pos())
		if err != nil {
			return nil, err
		}
		conds = append(conds, cond)
		x, err := b.mergedColumn(j.kind, l, r, e)
		if err != nil {
			return nil, err
		}
		merged.cols = append(merged.cols, nameColumn{name: name, expr: x})
	}
	for _, c := range append(visibleColumns(left), visibleColumns(right)...) {
		if !taken[c.name] {
			merged.cols = append(merged.cols, c)
		}
	}
	if len(conds) == 1 {
		j.cond = conds[0]
	} else if len(conds) > 1 {
		j.cond = &plan.BoolOp{Args: conds}
	}
	return merged, nil
}

func (b *binder) usingColumn(items []*nameItem, name, side string, e *ast.JoinExpr) (plan.Expr, error) {
	var found plan.Expr
	for _, c := range visibleColumns(items) {
		if c.name != name {
			continue
		}
		if found != nil {
			return nil, b.errorf(sqlerr.AmbiguousColumn, e.Pos(), "common column name \"%s\" appears more than once in %s table", name, side)
		}
		found = placed(c.expr, e.Pos())
	}
	if found == nil {
		return nil, b.errorf(sqlerr.UndefinedColumn, -1, "column \"%s\" specified in USING clause does not exist in %s table", name, side)
	}
	return found, nil
}

func (b *binder) mergedColumn(kind plan.JoinKind, l, r plan.Expr, e *ast.JoinExpr) (plan.Expr, error) {
	both, t, err := b.unify([]located{{l, e.Pos()}, {r, e.Pos()}}, "JOIN/USING")
	if err != nil {
		return nil, err
	}
	switch kind {
	case plan.RightJoin:
		return both[1], nil
	case plan.FullJoin:
		return &plan.Coalesce{Args: both, Typ: t}, nil
	}
	return both[0], nil
}
