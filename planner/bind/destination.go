package bind

import (
	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// destination is what a data change names as its target: a table, or a view
// each of whose rows is a row of one table.
type destination struct {
	name   string    // of the table or view
	id     types.OID // its own
	parent types.OID // of what a view selects from
	rel    *relation // the table
	item   *nameItem // what names mean: the table's columns, or the view's over them
	cols   []destColumn
	where  plan.Expr // rows that the view shows; nil: all
	checks []viewCheck
	access *plan.Access // of the table or view
	// instead: a view whose INSTEAD OF triggers do what the command says; rel is the view.
	instead bool
	inner   *destination // what the view selects from; nil for a table
}

// gives notes that column i of cols is written.
func (d *destination) gives(p catalog.Privileges, i int) {
	attr := i + 1
	if d.inner == nil {
		attr = d.cols[i].ord
	} else {
		for k := range d.inner.cols {
			if d.inner.cols[k].ord == d.cols[i].ord {
				d.inner.gives(p, k)
				break
			}
		}
	}
	if d.access != nil {
		d.access.Needs |= p
	}
	writes(d.access, p, attr)
}

// needs notes that rows of the table, and of the views over it, are changed in one more way.
func (d *destination) needs(p catalog.Privileges) {
	for ; d != nil; d = d.inner {
		if d.access != nil {
			d.access.Needs |= p
		}
	}
}

// destColumn is a column that SET or a column list may name.
type destColumn struct {
	name  string
	ord   int    // 1-based position in the table; 0: cannot be written
	below int    // 1-based position in what the view selects from
	why   string // it cannot be written
	owner string // the view that says so
	// fallback is the text of the view's own default, "" if it has none.
	fallback string
}

// viewCheck is WITH CHECK OPTION of one view.
type viewCheck struct {
	view string
	cond plan.Expr
}

func (d *destination) table() *catalog.Table { return d.rel.table }

// tableDestination makes the destination of a table.
func (b *binder) tableDestination(t *catalog.Table, s *scope, alias string, cmd plan.Command, only bool) *destination {
	d := &destination{name: t.Name, id: t.ID, rel: b.tableRelation(t, s, alias)}
	d.access = b.asks(t, needsOf[cmd])
	d.rel.access = d.access
	if only {
		d.rel.family, d.rel.tree = nil, nil
	}
	d.item = d.rel.nameItem()
	for _, ord := range t.Live() {
		d.cols = append(d.cols, destColumn{name: t.Columns[ord-1].Name, ord: ord})
	}
	return d
}

// viewWords are the words of a refused change: its verb, and the trigger that
// PostgreSQL would want.
var viewWords = map[plan.Command][3]string{
	plan.InsertCommand: {"insert into", "inserting into", "INSERT"},
	plan.UpdateCommand: {"update", "updating", "UPDATE"},
	plan.DeleteCommand: {"delete from", "deleting from", "DELETE"},
}

// notUpdatable is 55000 for a view whose rows are not those of a table.
func notUpdatable(view string, cmd plan.Command, why string) error {
	w := viewWords[cmd]
	return sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "cannot %s view \"%s\"", w[0], view).WithDetail("%s", why).
		WithHint("To enable %s the view, provide an INSTEAD OF %s trigger or an unconditional ON %s DO INSTEAD rule.", w[1], w[2], w[2])
}

// notOneTable is the commonest reason for not being updatable.
const notOneTable = "Views that do not select from a single table or view are not automatically updatable."

// viewObstacle says why a view's query cannot be written through, as far as its
// syntax shows; "" if nothing does.
func viewObstacle(q *ast.SelectStmt) string {
	switch {
	case q.Distinct || len(q.DistinctOn) > 0:
		return "Views containing DISTINCT are not automatically updatable."
	case len(q.GroupBy) > 0:
		return "Views containing GROUP BY are not automatically updatable."
	case q.Having != nil:
		return "Views containing HAVING are not automatically updatable."
	case q.Op != ast.SetNone:
		return "Views containing UNION, INTERSECT, or EXCEPT are not automatically updatable."
	case q.With != nil:
		return "Views containing WITH are not automatically updatable."
	case q.Limit != nil || q.Offset != nil:
		return "Views containing LIMIT or OFFSET are not automatically updatable."
	case q.AsOf != nil:
		return "Views of the past are not automatically updatable."
	}
	return ""
}

// viewSource is the relation that a view selects from, if it is the only one.
func viewSource(q *ast.SelectStmt) (ref *ast.TableRef, why string) {
	if len(q.From) != 1 {
		return nil, notOneTable
	}
	switch from := q.From[0].(type) {
	case *ast.TableSample:
		return nil, "Views containing TABLESAMPLE are not automatically updatable."
	case *ast.TableRef:
		if from.AsOf != nil {
			return nil, "Views of the past are not automatically updatable."
		}
		return from, ""
	}
	return nil, notOneTable
}

// viewDestination finds the table behind a view and binds the view's columns
// and condition over it. cascaded: a view above checks all that is below it.
func (b *binder) viewDestination(v *catalog.View, s *scope, alias string, cmd plan.Command, cascaded bool) (*destination, error) {
	if b.viewDeep++; b.viewDeep > viewDepthMax {
		return nil, sqlerr.New(sqlerr.InvalidObjectDefinition, "infinite recursion detected in rules for relation \"%s\"", v.Name)
	}
	defer func() { b.viewDeep-- }()
	stmt, err := parseQuery(v.Query)
	if err != nil {
		return nil, err
	}
	access := b.asks(v, needsOf[cmd])
	src := b.viewSource(v)
	asked := len(b.access)
	if why := viewObstacle(stmt); why != "" {
		return nil, notUpdatable(v.Name, cmd, why)
	}
	q, err := src.selectStmt(nil, stmt, true)
	if err != nil {
		return nil, err
	}
	if why := q.scope.obstacle(); why != "" {
		return nil, notUpdatable(v.Name, cmd, why)
	}
	b.access = b.access[:asked] // the query was bound for its shape; what is written below asks for itself
	ref, why := viewSource(stmt)
	if why != "" {
		return nil, notUpdatable(v.Name, cmd, why)
	}
	option := v.Options["check_option"]
	cascaded = cascaded || option == "cascaded"
	inner, err := src.sourceDestination(v, ref, s, cmd, cascaded)
	if err != nil {
		return nil, err
	}
	d := &destination{name: v.Name, id: v.ID, parent: inner.id, rel: inner.rel, checks: inner.checks, instead: inner.instead, access: access, inner: inner}
	d.rel.alias = alias
	cond, err := src.viewColumns(d, inner, v, stmt, ref, cmd)
	if err != nil {
		return nil, err
	}
	if cond != nil && (option != "" || cascaded) {
		d.checks = append(d.checks, viewCheck{v.Name, cond})
	}
	d.where = allOf(inner.where, cond)
	d.item.name, d.item.access = alias, access
	return d, nil
}

// obstacle says why the rows of a query level are not those of a table.
func (s *scope) obstacle() string {
	switch {
	case s.hasAggs:
		return "Views that return aggregate functions are not automatically updatable."
	case len(s.windows) > 0:
		return "Views that return window functions are not automatically updatable."
	case s.hasSets:
		return "Views that return set-returning functions are not automatically updatable."
	}
	return ""
}

// allOf joins conditions, of which some may be nil, by AND.
func allOf(conds ...plan.Expr) plan.Expr {
	var args []plan.Expr
	for _, c := range conds {
		if c != nil {
			args = append(args, c)
		}
	}
	switch len(args) {
	case 0:
		return nil
	case 1:
		return args[0]
	}
	return &plan.BoolOp{Args: args}
}

// sourceDestination is the destination of the relation below a view.
func (b *binder) sourceDestination(v *catalog.View, ref *ast.TableRef, s *scope, cmd plan.Command, cascaded bool) (*destination, error) {
	o, err := b.relation(ref)
	if err != nil {
		return nil, err
	}
	switch o := o.(type) {
	case *catalog.Table:
		if !o.Virtual && o.Materialized == "" {
			return b.tableDestination(o, s, ref.Name, cmd, ref.Only), nil
		}
	case *catalog.View:
		if hasInstead(o, cmd) {
			return b.insteadDestination(o, s, o.Name, cmd)
		}
		return b.viewDestination(o, s, o.Name, cmd, cascaded)
	}
	return nil, notUpdatable(v.Name, cmd, notOneTable)
}

// viewColumns binds the view's targets over the destination below it and
// returns the view's own condition.
func (b *binder) viewColumns(d, inner *destination, v *catalog.View, stmt *ast.SelectStmt, ref *ast.TableRef, cmd plan.Command) (plan.Expr, error) {
	below := *inner.item
	below.name = aliasName(ref.Alias, ref.Name)
	below.cols = append([]nameColumn(nil), below.cols...)
	if ref.Alias != nil {
		for i, name := range ref.Alias.Columns {
			below.cols[i].name = name
		}
	}
	vs := newScope(nil)
	vs.items = []*nameItem{&below}
	targets, err := b.targetList(vs, stmt.Targets, clauseSelect)
	if err != nil {
		return nil, err
	}
	cond, err := b.condition(vs, stmt.Where, clauseWhere)
	if err != nil {
		return nil, err
	}
	d.item = &nameItem{rel: d.rel, relVisible: true, colVisible: true, lateralOK: true, view: true}
	writable := false
	for i, t := range targets {
		if t.expr, err = b.resolveUnknown(t.expr, -1); err != nil {
			return nil, err
		}
		c := viewColumn(inner, t.expr, v.Name)
		c.name = t.name
		if i < len(v.Columns) {
			c.name = v.Columns[i].Name
			if own := v.Columns[i].Default; own != "" {
				c.fallback = own
			}
		}
		writable = writable || c.ord > 0
		d.cols = append(d.cols, c)
		d.item.cols = append(d.item.cols, nameColumn{name: c.name, expr: t.expr})
	}
	if !writable && cmd != plan.DeleteCommand {
		return nil, notUpdatable(v.Name, cmd, "Views that have no updatable columns are not automatically updatable.")
	}
	return cond, nil
}

// viewColumn finds the table's column that a view's column is, or says why it is none.
func viewColumn(inner *destination, x plan.Expr, view string) destColumn {
	c := destColumn{owner: view, why: "View columns that are not columns of their base relation are not updatable."}
	if v, ok := x.(*variable); ok && v.rel == inner.rel && v.col < 0 {
		c.why = "View columns that refer to system columns are not updatable."
		return c
	}
	for i, below := range inner.item.cols {
		if v, ok := below.expr.(*variable); below.expr != x && (!ok || !sameExpr(v, x)) {
			continue
		}
		c = inner.cols[i] // a column that the view below cannot write has its reason there
		switch {
		case c.ord == 0:
			c.below = 0
		case inner.parent == 0: // a table, which may have dropped columns
			c.below = c.ord
		default:
			c.below = i + 1
		}
		return c
	}
	if _, ok := x.(*plan.RowExpr); ok {
		c.why = "View columns that return whole-row references are not updatable."
	}
	return c
}

// fallback is the view's own default for a column of the table, "" if it has none.
func (d *destination) fallback(ord int) string {
	for i := range d.cols {
		if d.cols[i].ord == ord && d.cols[i].fallback != "" {
			return d.cols[i].fallback
		}
	}
	return ""
}

// destColumn finds a column to write by name.
func (b *binder) destColumn(d *destination, name string, cmd plan.Command, pos int) (*catalog.Column, int, error) {
	for i := range d.cols {
		c := &d.cols[i]
		if c.name != name {
			continue
		}
		if c.ord == 0 {
			return nil, 0, sqlerr.New(sqlerr.FeatureNotSupported, "cannot %s column \"%s\" of view \"%s\"", viewWords[cmd][0], name, c.owner).WithDetail("%s", c.why)
		}
		d.gives(needsOf[cmd], i)
		return &d.table().Columns[c.ord-1], c.ord, nil
	}
	return nil, 0, b.errorf(sqlerr.UndefinedColumn, pos, "column \"%s\" of relation \"%s\" does not exist", name, d.name)
}

// defaultFor is what a column takes where nothing is given: the view's default,
// else the column's own; nil if there is neither.
func (b *binder) defaultFor(d *destination, ord int) (plan.Expr, error) {
	c := &d.table().Columns[ord-1]
	if text := d.fallback(ord); text != "" {
		return b.catalogExpr(text, nil, &c.Type, clauseDefault)
	}
	return b.columnDefault(c)
}

// ViewShape is what a stored view must know about itself to be written through:
// the relation that it selects from and, for each of its columns, the 1-based
// position there; 0 for an expression. why is set where the view's own query
// does not allow it.
func ViewShape(ctx *Context, v *catalog.View) (base types.OID, columns []int, why string, err error) {
	b := newBinder(ctx, "")
	d, err := b.viewDestination(v, newScope(nil), v.Name, plan.DeleteCommand, false)
	if e := sqlerr.From(err); e != nil {
		if e.Code == sqlerr.ObjectNotInPrerequisiteState {
			return 0, nil, e.Detail, nil
		}
		return 0, nil, "", err
	}
	for i := range d.cols {
		columns = append(columns, d.cols[i].below)
	}
	return d.parent, columns, "", nil
}
