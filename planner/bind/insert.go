package bind

import (
	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// targetTable finds the table that a data change writes to.
func (b *binder) targetTable(ref *ast.TableRef, verb string) (*catalog.Table, error) {
	o, err := b.relation(ref)
	if err != nil {
		return nil, err
	}
	t, ok := o.(*catalog.Table)
	switch {
	case !ok && o.Class() == catalog.ClassView:
		return nil, b.errorf(sqlerr.ObjectNotInPrerequisiteState, -1, "cannot %s view \"%s\"", verb, ref.Name).
			WithDetail("Views are not automatically updatable.")
	case !ok:
		return nil, b.errorf(sqlerr.WrongObjectType, -1, "cannot change relation \"%s\"", ref.Name)
	case t.Virtual:
		return nil, b.errorf(sqlerr.InsufficientPrivilege, -1, "permission denied: \"%s\" is a system catalog", ref.Name)
	case t.Materialized != "":
		return nil, b.errorf(sqlerr.WrongObjectType, -1, "cannot change materialized view \"%s\"", ref.Name)
	}
	if ref.AsOf != nil {
		return nil, b.errorf(sqlerr.FeatureNotSupported, ref.AsOf.Pos(), "the past cannot be changed").
			WithHint("AS OF may stand in the query of INSERT ... SELECT.")
	}
	return t, nil
}

// insertStmt binds INSERT.
func (b *binder) insertStmt(parent *scope, stmt *ast.InsertStmt) (*query, error) {
	s := newScope(parent)
	q := &query{scope: s}
	if err := b.bindWith(s, q, stmt.With); err != nil {
		return nil, err
	}
	t, err := b.targetTable(stmt.Table, "insert into")
	if err != nil {
		return nil, err
	}
	ch := &change{command: plan.InsertCommand, table: t, rel: b.tableRelation(t, s, aliasName(stmt.Table.Alias, stmt.Table.Name))}
	q.change = ch
	cols, err := b.insertColumns(t, stmt.Columns)
	if err != nil {
		return nil, err
	}
	if ch.source, err = b.insertSource(s, t, cols, stmt); err != nil {
		return nil, err
	}
	if ch.conflict, err = b.onConflict(s, ch, stmt); err != nil {
		return nil, err
	}
	return q, b.returning(s, ch, []*nameItem{ch.rel.nameItem()}, stmt.Returning)
}

// insertColumn is a column that INSERT names, with its place in the text.
type insertColumn struct {
	ord int
	pos int
}

// insertColumns resolves the column list; without one, all columns in order.
func (b *binder) insertColumns(t *catalog.Table, list []*ast.InsertColumn) ([]insertColumn, error) {
	var out []insertColumn
	if len(list) == 0 {
		for _, ord := range t.Live() {
			out = append(out, insertColumn{ord, -1})
		}
		return out, nil
	}
	seen := map[int]bool{}
	for _, c := range list {
		col, ord := t.Column(c.Name)
		if col == nil {
			return nil, b.errorf(sqlerr.UndefinedColumn, c.Pos(), "column \"%s\" of relation \"%s\" does not exist", c.Name, t.Name)
		}
		if len(c.Steps) > 0 {
			return nil, sqlerr.Unsupported("INSERT into a part of a column", "Give the whole value.").At(b.at(c.Pos()))
		}
		if seen[ord] {
			return nil, b.errorf(sqlerr.DuplicateColumn, c.Pos(), "column \"%s\" specified more than once", c.Name)
		}
		seen[ord] = true
		out = append(out, insertColumn{ord, c.Pos()})
	}
	return out, nil
}

// insertSource binds the rows: a query with one column per Table.Columns,
// defaults in place.
func (b *binder) insertSource(s *scope, t *catalog.Table, cols []insertColumn, stmt *ast.InsertStmt) (*query, error) {
	src := stmt.Query
	if src == nil {
		return b.insertRows(s, t, nil, [][]ast.Expr{{}}, stmt)
	}
	if src.Values != nil && src.Op == ast.SetNone && src.With == nil && len(src.OrderBy) == 0 && src.Limit == nil && src.Offset == nil && src.AsOf == nil {
		return b.insertRows(s, t, cols, src.Values, stmt)
	}
	return b.insertQuery(s, t, cols, stmt)
}

// insertRows binds INSERT … VALUES and DEFAULT VALUES.
func (b *binder) insertRows(s *scope, t *catalog.Table, cols []insertColumn, rows [][]ast.Expr, stmt *ast.InsertStmt) (*query, error) {
	q := &query{scope: newScope(s)}
	for _, row := range rows {
		if len(row) != len(rows[0]) {
			return nil, b.errorf(sqlerr.SyntaxError, startOf(row[0]), "VALUES lists must all be the same length")
		}
		if err := b.checkInsertWidth(row, cols, stmt); err != nil {
			return nil, err
		}
		values := make([]plan.Expr, len(t.Columns))
		for i, e := range row {
			x, err := b.insertValue(q.scope, t, cols[i], e, stmt.Overriding)
			if err != nil {
				return nil, err
			}
			values[cols[i].ord-1] = x
		}
		if err := b.fillDefaults(t, values); err != nil {
			return nil, err
		}
		q.values = append(q.values, values)
	}
	for _, x := range q.values[0] {
		q.targets = append(q.targets, &entry{expr: nullConst(x.Type())})
	}
	for i := range t.Columns {
		q.targets[i].expr = nullConst(columnType(&t.Columns[i]))
	}
	if q.scope.hasSets {
		return b.projectSets(q), nil
	}
	return q, nil
}

// projectSets: INSERT … VALUES (unnest(…)) is INSERT … SELECT unnest(…).
func (b *binder) projectSets(q *query) *query {
	out := &query{scope: q.scope}
	for _, x := range q.values[0] {
		out.targets = append(out.targets, &entry{expr: x})
	}
	return out
}

// columnType is a column's type; that of a dropped one is int4, all NULL.
func columnType(c *catalog.Column) types.Type {
	if c.Dropped && c.Type.Kind() == types.KindInvalid {
		return types.Int4
	}
	return c.Type
}

func (b *binder) checkInsertWidth(row []ast.Expr, cols []insertColumn, stmt *ast.InsertStmt) error {
	if len(row) > len(cols) {
		return b.errorf(sqlerr.SyntaxError, startOf(row[len(cols)]), "INSERT has more expressions than target columns")
	}
	if len(row) < len(cols) && len(stmt.Columns) > 0 {
		return b.errorf(sqlerr.SyntaxError, cols[len(row)].pos, "INSERT has more target columns than expressions")
	}
	return nil
}

// insertValue binds one value; nil means the column's default.
func (b *binder) insertValue(s *scope, t *catalog.Table, c insertColumn, e ast.Expr, over ast.Overriding) (plan.Expr, error) {
	col := &t.Columns[c.ord-1]
	if _, ok := e.(*ast.DefaultExpr); ok {
		return nil, nil
	}
	if col.Generated != "" {
		return nil, b.errorf(sqlerr.GeneratedAlways, -1, "cannot insert a non-DEFAULT value into column \"%s\"", col.Name).
			WithDetail("Column \"%s\" is a generated column.", col.Name)
	}
	x, err := b.exprIn(s, e, clauseInsertValues)
	if err != nil {
		return nil, err
	}
	if skip, err := b.identityRule(col, over); skip || err != nil {
		return nil, err
	}
	return b.coerceAssign(x, col.Type, col.Name, startOf(e))
}

// identityRule applies OVERRIDING to a value given for an identity column; skip
// means that the default is taken instead.
func (b *binder) identityRule(col *catalog.Column, over ast.Overriding) (skip bool, err error) {
	if col.Identity == 0 {
		return false, nil
	}
	if over == ast.OverridingUser {
		return true, nil
	}
	if col.Identity == 'a' && over != ast.OverridingSystem {
		return false, b.errorf(sqlerr.GeneratedAlways, -1, "cannot insert a non-DEFAULT value into column \"%s\"", col.Name).
			WithDetail("Column \"%s\" is an identity column defined as GENERATED ALWAYS.", col.Name).
			WithHint("Use OVERRIDING SYSTEM VALUE to override.")
	}
	return false, nil
}

// fillDefaults puts defaults into the places that are nil.
func (b *binder) fillDefaults(t *catalog.Table, values []plan.Expr) error {
	for i := range values {
		if values[i] != nil {
			continue
		}
		x, err := b.columnDefault(&t.Columns[i])
		if err != nil {
			return err
		}
		if x == nil {
			x = nullConst(columnType(&t.Columns[i]))
		}
		values[i] = x
	}
	return nil
}

// columnDefault is a column's default value: its expression, or the next value
// of its sequence; nil if it has none.
func (b *binder) columnDefault(c *catalog.Column) (plan.Expr, error) {
	if x, ok := b.defaults[c]; ok {
		return x, nil
	}
	x, err := b.bindDefault(c)
	if err == nil {
		b.defaults[c] = x
	}
	return x, err
}

func (b *binder) bindDefault(c *catalog.Column) (plan.Expr, error) {
	switch {
	case c.Dropped || c.Generated != "":
		return nil, nil
	case c.Sequence != 0:
		b.uses(c.Sequence)
		next, err := b.callNamed("nextval", []plan.Expr{&plan.Const{Typ: types.Regclass, Val: types.NewInt(int64(c.Sequence))}}, -1)
		if err != nil {
			return nil, err
		}
		return b.coerceAssign(next, c.Type, c.Name, -1)
	case c.Default == "":
		return nil, nil
	}
	return b.catalogExpr(c.Default, nil, &c.Type, clauseDefault)
}

// insertQuery binds INSERT … SELECT: the query's columns are converted to the
// target's on top of it.
func (b *binder) insertQuery(s *scope, t *catalog.Table, cols []insertColumn, stmt *ast.InsertStmt) (*query, error) {
	inner, err := b.selectStmt(s, stmt.Query, false)
	if err != nil {
		return nil, err
	}
	list := inner.output()
	if len(list) > len(cols) {
		return nil, b.errorf(sqlerr.SyntaxError, inner.visibleAt(len(cols)), "INSERT has more expressions than target columns")
	}
	if len(list) < len(cols) && len(stmt.Columns) > 0 {
		return nil, b.errorf(sqlerr.SyntaxError, cols[len(list)].pos, "INSERT has more target columns than expressions")
	}
	q := &query{scope: newScope(s)}
	rel := b.queryRelation(inner, q.scope, "*SELECT*")
	q.from = rel
	values := make([]plan.Expr, len(t.Columns))
	for i := range list {
		col := &t.Columns[cols[i].ord-1]
		if col.Generated != "" {
			return nil, b.errorf(sqlerr.GeneratedAlways, -1, "cannot insert a non-DEFAULT value into column \"%s\"", col.Name).
				WithDetail("Column \"%s\" is a generated column.", col.Name)
		}
		if skip, err := b.identityRule(col, stmt.Overriding); err != nil {
			return nil, err
		} else if skip {
			continue
		}
		if values[cols[i].ord-1], err = b.insertedColumn(inner, rel, i, col); err != nil {
			return nil, err
		}
	}
	if err := b.fillDefaults(t, values); err != nil {
		return nil, err
	}
	for _, x := range values {
		q.targets = append(q.targets, &entry{expr: x})
	}
	return q, nil
}

// insertedColumn converts column i of the query; a literal or parameter without
// a type is converted where it stands.
func (b *binder) insertedColumn(inner *query, rel *relation, i int, col *catalog.Column) (plan.Expr, error) {
	v := rel.column(i, inner.visibleAt(i))
	if v.typ.OID == types.OIDUnknown && i < len(inner.targets) {
		e := inner.targets[i]
		x, err := b.convert(e.expr, col.Type, builtin.CastAssignment, e.pos)
		if err != nil {
			return nil, err
		}
		e.expr = x
		rel.cols[i].typ, v.typ = x.Type(), x.Type()
	}
	return b.coerceAssign(v, col.Type, col.Name, v.pos)
}

// returning binds RETURNING over the names given.
func (b *binder) returning(s *scope, ch *change, items []*nameItem, list []*ast.Target) (err error) {
	if list == nil {
		return nil
	}
	outer := s.items
	s.items = items
	defer func() { s.items = outer }()
	if ch.returning, err = b.targetList(s, list, clauseReturning); err != nil {
		return err
	}
	for _, t := range ch.returning {
		if t.expr, err = b.resolveUnknown(t.expr, t.pos); err != nil {
			return err
		}
	}
	return nil
}
