package bind

import (
	"slices"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// destinationFor finds the table or view that a data change writes to.
func (b *binder) destinationFor(s *scope, ref *ast.TableRef, cmd plan.Command) (*destination, error) {
	o, err := b.relation(ref)
	if err != nil {
		return nil, err
	}
	if ref.AsOf != nil {
		return nil, b.errorf(sqlerr.FeatureNotSupported, ref.AsOf.Pos(), "the past cannot be changed").
			WithHint("AS OF may stand in the query of INSERT ... SELECT.")
	}
	alias := aliasName(ref.Alias, ref.Name)
	t, ok := o.(*catalog.Table)
	switch {
	case !ok && o.Class() == catalog.ClassView:
		if cmd == plan.MergeCommand {
			return nil, sqlerr.New(sqlerr.FeatureNotSupported, "cannot execute MERGE on relation \"%s\"", ref.Name).
				WithDetail("This operation is not supported for views.")
		}
		if v := o.(*catalog.View); hasInstead(v, cmd) {
			return b.insteadDestination(v, s, alias, cmd)
		}
		return b.viewDestination(o.(*catalog.View), s, alias, cmd, false)
	case !ok && o.Class() == catalog.ClassIndex:
		return nil, b.errorf(sqlerr.WrongObjectType, ref.Pos(), "cannot open relation \"%s\"", ref.Name).
			WithDetail("This operation is not supported for indexes.")
	case !ok:
		return nil, b.errorf(sqlerr.WrongObjectType, -1, "cannot change sequence \"%s\"", ref.Name)
	case t.Virtual:
		return nil, b.errorf(sqlerr.InsufficientPrivilege, -1, "permission denied: \"%s\" is a system catalog", ref.Name)
	case t.Materialized != "":
		return nil, b.errorf(sqlerr.WrongObjectType, -1, "cannot change materialized view \"%s\"", ref.Name)
	}
	if t.AppendOnly() && cmd != plan.InsertCommand && !b.ctx.Engine {
		return nil, sqlerr.AppendOnly(changeName[cmd], t.Name).At(b.at(ref.Pos()))
	}
	return b.tableDestination(t, s, alias, cmd, ref.Only), nil
}

// changeName says what a command does to rows.
var changeName = map[plan.Command]string{plan.UpdateCommand: "update", plan.DeleteCommand: "delete from", plan.MergeCommand: "merge into"}

// insertStmt binds INSERT.
func (b *binder) insertStmt(parent *scope, stmt *ast.InsertStmt) (*query, error) {
	s := newScope(parent)
	q := &query{scope: s}
	if err := b.bindWith(s, q, stmt.With); err != nil {
		return nil, err
	}
	d, err := b.destinationFor(s, stmt.Table, plan.InsertCommand)
	if err != nil {
		return nil, err
	}
	ch := newChange(plan.InsertCommand, d)
	q.change = ch
	cols, err := b.insertColumns(d, stmt.Columns)
	if err != nil {
		return nil, err
	}
	if ch.source, err = b.insertSource(s, d, cols, stmt); err != nil {
		return nil, err
	}
	if ch.conflict, err = b.onConflict(s, ch, stmt); err != nil {
		return nil, err
	}
	return q, b.returning(s, ch, []*nameItem{d.item}, stmt.Returning)
}

// severalAssignments is for two columns of a view that are the same one of its table.
func severalAssignments(t *catalog.Table, ord int) error {
	return sqlerr.New(sqlerr.SyntaxError, "multiple assignments to same column \"%s\"", t.Columns[ord-1].Name)
}

// insertColumn is a column that INSERT names, with its place in the text.
type insertColumn struct {
	ord   int // 0: a column of a view that is none of its table's
	name  string
	pos   int
	steps []*ast.Step // to a part of the column
}

// insertColumns resolves the column list; without one, all columns in order.
func (b *binder) insertColumns(d *destination, list []*ast.InsertColumn) ([]insertColumn, error) {
	var out []insertColumn
	if len(list) == 0 {
		for i := range d.cols {
			out = append(out, insertColumn{ord: d.cols[i].ord, name: d.cols[i].name, pos: -1})
		}
		return out, nil
	}
	parts := map[string]bool{} // columns given; true: in parts only
	for _, c := range list {
		_, ord, err := b.destColumn(d, c.Name, plan.InsertCommand, c.Pos())
		if err != nil {
			return nil, err
		}
		part := len(c.Steps) > 0
		if inParts, seen := parts[c.Name]; seen && !(inParts && part) {
			return nil, b.errorf(sqlerr.DuplicateColumn, c.Pos(), "column \"%s\" specified more than once", c.Name)
		}
		parts[c.Name] = part
		out = append(out, insertColumn{ord, c.Name, c.Pos(), c.Steps})
	}
	return out, nil
}

// insertSource binds the rows: a query with one column per Table.Columns,
// defaults in place.
func (b *binder) insertSource(s *scope, t *destination, cols []insertColumn, stmt *ast.InsertStmt) (*query, error) {
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
func (b *binder) insertRows(s *scope, d *destination, cols []insertColumn, rows [][]ast.Expr, stmt *ast.InsertStmt) (*query, error) {
	t := d.table()
	q := &query{scope: newScope(s)}
	for _, row := range rows {
		row = b.spreadRows(row)
		if len(row) != len(b.spreadRows(rows[0])) {
			return nil, b.errorf(sqlerr.SyntaxError, startOf(row[0]), "VALUES lists must all be the same length")
		}
		if err := b.checkInsertWidth(row, cols, stmt); err != nil {
			return nil, err
		}
		values := make([]plan.Expr, len(t.Columns))
		for i, e := range row {
			if err := b.insertValue(q.scope, d, cols[i], e, stmt.Overriding, values); err != nil {
				return nil, err
			}
		}
		if err := b.fillDefaults(d, values); err != nil {
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

// insertValue binds one value into its place; DEFAULT leaves the place empty.
func (b *binder) insertValue(s *scope, d *destination, c insertColumn, e ast.Expr, over ast.Overriding, values []plan.Expr) error {
	col, ord, err := b.destColumn(d, c.name, plan.InsertCommand, c.pos)
	if err != nil {
		return err
	}
	if _, ok := e.(*ast.DefaultExpr); ok {
		if len(c.steps) > 0 {
			return b.partDefault(col, c.steps, c.pos)
		}
		return nil
	}
	if col.Generated != "" {
		return b.errorf(sqlerr.GeneratedAlways, -1, "cannot insert a non-DEFAULT value into column \"%s\"", col.Name).
			WithDetail("Column \"%s\" is a generated column.", col.Name)
	}
	x, err := b.exprIn(s, e, clauseInsertValues)
	if err != nil {
		return err
	}
	if skip, err := b.identityRule(col, over); skip || err != nil {
		return err
	}
	return b.inserted(s, d, c, x, startOf(e), &values[ord-1])
}

// inserted converts a value to its column, or puts it into a part of it.
func (b *binder) inserted(s *scope, d *destination, c insertColumn, x plan.Expr, pos int, into *plan.Expr) (err error) {
	col := &d.table().Columns[c.ord-1]
	switch {
	case len(c.steps) > 0:
		*into, err = b.insertedPart(s, *into, col, c, x, pos)
	case *into != nil:
		err = severalAssignments(d.table(), c.ord)
	default:
		*into, err = b.coerceAssign(x, col.Type, col.Name, pos)
	}
	return err
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
func (b *binder) fillDefaults(d *destination, values []plan.Expr) error {
	t := d.table()
	for i := range values {
		if values[i] != nil {
			continue
		}
		x, err := b.defaultFor(d, i+1)
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
		b.dependOn(c.Sequence, nil)
		next, err := b.callNamed("nextval", []plan.Expr{&plan.Const{Typ: types.Regclass, Val: types.NewInt(int64(c.Sequence))}}, -1)
		if err != nil {
			return nil, err
		}
		return b.coerceAssign(next, c.Type, c.Name, -1)
	case c.Default == "" && c.Type.IsDomain():
		if x, err := b.domainDefault(c.Type); x != nil || err != nil {
			return x, err
		}
		return b.toDomain(nullConst(c.Type.Base().NoMod()), c.Type)
	case c.Default == "":
		return nil, nil
	}
	return b.catalogExpr(c.Default, nil, &c.Type, clauseDefault)
}

// insertQuery binds INSERT … SELECT: the query's columns are converted to the
// target's on top of it.
func (b *binder) insertQuery(s *scope, d *destination, cols []insertColumn, stmt *ast.InsertStmt) (*query, error) {
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
	t := d.table()
	q := &query{scope: newScope(s)}
	rel := b.queryRelation(inner, q.scope, "*SELECT*")
	q.from = rel
	values := make([]plan.Expr, len(t.Columns))
	for i := range list {
		col, _, err := b.destColumn(d, cols[i].name, plan.InsertCommand, cols[i].pos)
		if err != nil {
			return nil, err
		}
		if col.Generated != "" {
			return nil, b.errorf(sqlerr.GeneratedAlways, -1, "cannot insert a non-DEFAULT value into column \"%s\"", col.Name).
				WithDetail("Column \"%s\" is a generated column.", col.Name)
		}
		if skip, err := b.identityRule(col, stmt.Overriding); err != nil {
			return nil, err
		} else if skip {
			continue
		}
		x, err := b.insertedColumn(inner, rel, i, cols[i], col)
		if err != nil {
			return nil, err
		}
		if err := b.inserted(s, d, cols[i], x, inner.visibleAt(i), &values[cols[i].ord-1]); err != nil {
			return nil, err
		}
	}
	if err := b.fillDefaults(d, values); err != nil {
		return nil, err
	}
	for _, x := range values {
		q.targets = append(q.targets, &entry{expr: x})
	}
	return q, nil
}

// insertedColumn is column i of the query; a literal or parameter without a
// type takes the column's where it stands.
func (b *binder) insertedColumn(inner *query, rel *relation, i int, c insertColumn, col *catalog.Column) (plan.Expr, error) {
	v := rel.column(i, inner.visibleAt(i))
	if v.typ.OID == types.OIDUnknown && i < len(inner.targets) {
		e := inner.targets[i]
		want := col.Type
		if slice := slices.ContainsFunc(c.steps, func(st *ast.Step) bool { return st.Kind == ast.StepSlice }); len(c.steps) > 0 && !slice && col.Type.Elem().OID != 0 {
			want = col.Type.Elem()
		}
		x, err := b.convert(e.expr, want, builtin.CastAssignment, e.pos)
		if err != nil {
			return nil, err
		}
		e.expr = x
		rel.cols[i].typ, v.typ = x.Type(), x.Type()
	}
	return v, nil
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
