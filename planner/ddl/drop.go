package ddl

import (
	"slices"
	"strconv"
	"strings"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// dropping collects what one DROP removes.
type dropping struct {
	*binder
	cascade bool
	order   []item // dependents before what they depend on
	reached map[itemKey]*reach
	first   []item // those that were named
}

// reach says how an item was found.
type reach struct {
	auto bool
	from item
}

func (b *binder) newDropping(cascade bool) *dropping {
	return &dropping{binder: b, cascade: cascade, reached: map[itemKey]*reach{}}
}

// relationClasses are the kinds that DROP finds among relations.
var relationClasses = map[ast.ObjectKind]func(catalog.Object) bool{
	ast.KindTable:    func(o catalog.Object) bool { t, ok := o.(*catalog.Table); return ok && t.Materialized == "" },
	ast.KindMatView:  func(o catalog.Object) bool { t, ok := o.(*catalog.Table); return ok && t.Materialized != "" },
	ast.KindView:     func(o catalog.Object) bool { return o.Class() == catalog.ClassView },
	ast.KindIndex:    func(o catalog.Object) bool { return o.Class() == catalog.ClassIndex },
	ast.KindSequence: func(o catalog.Object) bool { return o.Class() == catalog.ClassSequence },
}

func (b *binder) drop(s *ast.DropStmt) error {
	if s.Kind == ast.KindIndex && s.Concurrently && (len(s.Objects) > 1 || s.Cascade) {
		return sqlerr.New(sqlerr.FeatureNotSupported, "DROP INDEX CONCURRENTLY does not support dropping multiple objects or CASCADE")
	}
	x := b.newDropping(s.Cascade)
	for _, ref := range s.Objects {
		var o catalog.Object
		var err error
		switch {
		case relationClasses[s.Kind] != nil:
			o, err = b.droppedRelation(s, ref)
		case s.Kind == ast.KindSchema:
			o, err = b.droppedSchema(s, ref)
		case s.Kind == ast.KindType || s.Kind == ast.KindDomain:
			o, err = b.droppedType(s, ref)
		case s.Kind == ast.KindExtension:
			o, err = b.droppedExtension(s, ref)
		case isRoutineKind(s.Kind):
			var f *catalog.Function
			if f, err = b.functionOf(s.Kind, ref, s.IfExists); f != nil {
				o, err = f, b.mustOwnOrSchema(f)
			}
		case s.Kind == ast.KindTrigger:
			var it *item
			if it, err = b.droppedTrigger(s, ref); err == nil && it != nil {
				x.first = append(x.first, *it)
			}
		default:
			return b.dropUnsupported(s)
		}
		if err != nil {
			return err
		}
		if o != nil {
			x.first = append(x.first, item{obj: o})
		}
	}
	return x.run()
}

// dropUnsupported: with IF EXISTS an object of a kind that cannot exist is not
// there, which is no error.
func (b *binder) dropUnsupported(s *ast.DropStmt) error {
	switch s.Kind {
	case ast.KindRule, ast.KindPolicy, ast.KindAggregate:
		if !s.IfExists {
			break
		}
		for _, ref := range s.Objects {
			name := ref.Names[len(ref.Names)-1]
			kind := strings.ToLower(string(s.Kind))
			switch {
			case len(ref.Table) > 0 && b.relation(schemaOf(ref.Table), ref.Table[len(ref.Table)-1]) != nil:
				b.notice(sqlerr.Notice("%s \"%s\" for relation \"%s\" does not exist, skipping", kind, name, ref.Table[len(ref.Table)-1]))
			case len(ref.Table) > 0:
				b.notice(sqlerr.Notice("relation \"%s\" does not exist, skipping", ref.Table[len(ref.Table)-1]))
			case s.Kind == ast.KindAggregate:
				b.notice(sqlerr.Notice("%s %s() does not exist, skipping", kind, name))
			default:
				b.notice(sqlerr.Notice("type \"%s\" does not exist, skipping", name))
			}
		}
		return nil
	}
	return sqlerr.Unsupported("DROP "+string(s.Kind), "")
}

func schemaOf(names []string) string {
	if len(names) < 2 {
		return ""
	}
	return names[len(names)-2]
}

func (b *binder) droppedRelation(s *ast.DropStmt, ref *ast.ObjectRef) (catalog.Object, error) {
	schema, name := schemaOf(ref.Names), ref.Names[len(ref.Names)-1]
	kind := strings.ToLower(string(s.Kind))
	if schema != "" && schema != "pg_temp" && b.cat.Schema(schema) == nil {
		if s.IfExists {
			b.notice(sqlerr.Notice("schema \"%s\" does not exist, skipping", schema))
			return nil, nil
		}
		return nil, sqlerr.New(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", schema)
	}
	o := b.relation(schema, name)
	if o == nil {
		if s.IfExists {
			b.notice(sqlerr.Notice("%s \"%s\" does not exist, skipping", kind, name))
			return nil, nil
		}
		code := sqlerr.UndefinedTable
		if s.Kind == ast.KindIndex {
			code = sqlerr.UndefinedObject
		}
		return nil, sqlerr.New(code, "%s \"%s\" does not exist", kind, dotted(schema, name))
	}
	if !relationClasses[s.Kind](o) {
		return nil, wrongDrop(s.Kind, o)
	}
	if t, ok := o.(*catalog.Table); ok && t.Virtual {
		return nil, sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied: \"%s\" is a system catalog", name)
	}
	if err := b.mustOwnOrSchema(o); err != nil {
		return nil, err
	}
	return o, b.required(o)
}

// wrongDrop: DROP TABLE of a view and the like.
func wrongDrop(kind ast.ObjectKind, o catalog.Object) error {
	e := wrongKind(kind, o.ObjectName())
	for k, is := range relationClasses {
		if is(o) {
			e = e.WithHint("Use DROP %s to remove %s.", k, withArticle(k))
		}
	}
	return e
}

// required refuses to drop what another object cannot do without: the index of
// a constraint, the sequence of an identity column.
func (b *binder) required(o catalog.Object) error {
	switch o := o.(type) {
	case *catalog.Index:
		t := b.cat.Table(o.Table)
		if up := b.cat.Index(o.Parent); up != nil {
			return b.needed(o, item{obj: up})
		}
		if o.Constraint == 0 || t == nil {
			return nil
		}
		for i := range t.Constraints {
			if t.Constraints[i].ID == o.Constraint {
				return b.needed(o, item{obj: t, con: o.Constraint})
			}
		}
	case *catalog.Sequence:
		t := b.cat.Table(o.OwnerTable)
		if t != nil && o.OwnerColumn > 0 && t.Columns[o.OwnerColumn-1].Identity != 0 && t.Columns[o.OwnerColumn-1].Sequence == o.ID {
			return b.needed(o, item{obj: t, column: o.OwnerColumn})
		}
	}
	return nil
}

func (b *binder) needed(o catalog.Object, by item) error {
	holder := b.describe(by)
	return sqlerr.New(sqlerr.DependentObjectsExist, "cannot drop %s because %s requires it", b.describe(item{obj: o}), holder).
		WithHint("You can drop %s instead.", holder)
}

func (b *binder) droppedSchema(s *ast.DropStmt, ref *ast.ObjectRef) (catalog.Object, error) {
	name := ref.Names[0]
	o := b.cat.Schema(name)
	if o == nil {
		if s.IfExists {
			b.notice(sqlerr.Notice("schema \"%s\" does not exist, skipping", name))
			return nil, nil
		}
		return nil, sqlerr.New(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", name)
	}
	switch o.ID {
	case catalog.SchemaPgCatalog, catalog.SchemaInformation, catalog.SchemaToast, catalog.SchemaMemory:
		return nil, sqlerr.New(sqlerr.DependentObjectsExist, "cannot drop schema %s because it is required by the database system", name)
	}
	return o, b.mustOwn(o)
}

// run follows the dependencies and makes the steps.
func (x *dropping) run() error {
	for _, it := range x.first {
		x.reached[it.key()] = &reach{auto: true, from: it}
	}
	for _, it := range x.first {
		if err := x.follow(it); err != nil {
			return err
		}
	}
	if err := x.report(); err != nil {
		return err
	}
	x.remove()
	return nil
}

// follow visits what depends on an item, newest first as PostgreSQL does, then
// the item itself.
func (x *dropping) follow(it item) error {
	list, err := x.dependents(it)
	if err != nil {
		return err
	}
	for _, d := range slices.Backward(list) {
		if have := x.reached[d.key()]; have != nil {
			have.auto = have.auto || d.auto
			continue
		}
		if x.insideReached(d.item) {
			continue
		}
		x.reached[d.key()] = &reach{auto: d.auto, from: it}
		if err := x.follow(d.item); err != nil {
			return err
		}
	}
	x.order = append(x.order, it)
	return nil
}

// detailLinesMax is how many dependents an error or notice lists, as in PostgreSQL.
const detailLinesMax = 100

// report is 2BP01 for dependents without CASCADE, and a notice of them with it.
func (x *dropping) report() error {
	var lines []string
	one := ""
	total := 0
	for _, it := range slices.Backward(x.order) {
		r := x.reached[it.key()]
		if r.auto || x.insideReached(it) {
			continue
		}
		total++
		if total > detailLinesMax {
			continue
		}
		if x.cascade {
			one = "drop cascades to " + x.describe(it)
			lines = append(lines, one)
			continue
		}
		lines = append(lines, x.describe(it)+" depends on "+x.describe(r.from))
	}
	if total == 0 {
		return nil
	}
	if total > detailLinesMax {
		lines = append(lines, "and "+strconv.Itoa(total-detailLinesMax)+" other objects (see server log for list)")
	}
	detail := strings.Join(lines, "\n")
	if x.cascade {
		if total == 1 {
			x.step(&plan.Notice{Message: one})
		} else {
			x.step(&plan.Notice{Message: "drop cascades to " + strconv.Itoa(total) + " other objects", Detail: detail})
		}
		return nil
	}
	message := "cannot drop desired object(s) because other objects depend on them"
	if len(x.first) == 1 {
		message = "cannot drop " + x.describe(x.first[0]) + " because other objects depend on it"
	}
	return sqlerr.New(sqlerr.DependentObjectsExist, "%s", message).WithDetail("%s", detail).
		WithHint("Use DROP ... CASCADE to drop the dependent objects too.")
}

// insideReached: part of a table or column that goes as a whole.
func (x *dropping) insideReached(it item) bool {
	if it.value && x.reached[itemKey{id: it.obj.ObjectID(), column: it.column}] != nil {
		return true
	}
	return (it.column != 0 || it.con != 0 || it.trigger != 0) && x.reached[itemKey{id: it.obj.ObjectID()}] != nil
}

// remove makes the steps: parts of tables first, then whole objects, those that
// depend on others before these.
func (x *dropping) remove() {
	changed := map[types.OID]*catalog.Table{}
	for _, it := range x.order {
		if t, ok := it.obj.(*catalog.Table); ok && it.part == wholeItem {
			x.lock(t.ID, ast.AccessExclusiveLock)
		}
		if it.whole() || x.insideReached(it) {
			continue // whole objects, and the types that come with them
		}
		if v, ok := it.obj.(*catalog.View); ok {
			x.dropViewTrigger(v, it.trigger)
			continue
		}
		if c, ok := it.obj.(*catalog.Type); ok {
			n := x.cat.Object(c.ID).(*catalog.Type).Clone()
			dropAttribute(n, it.column)
			x.put(n)
			continue
		}
		t := changed[it.obj.ObjectID()]
		if t == nil {
			t = x.cat.Table(it.obj.ObjectID()).Clone()
			changed[t.ID] = t
		}
		switch {
		case it.trigger != 0:
			t.Triggers = withoutTrigger(t.Triggers, it.trigger)
		case it.con != 0:
			dropConstraint(t, it.con)
		case it.value:
			t.Columns[it.column-1].Default, t.Columns[it.column-1].Sequence = "", 0
		default:
			dropColumn(t, it.column)
		}
	}
	for _, it := range x.order {
		if t := changed[it.obj.ObjectID()]; t != nil {
			x.put(t)
			delete(changed, t.ID)
		}
	}
	for _, it := range x.order {
		if it.whole() && it.part == wholeItem {
			if t, ok := it.obj.(*catalog.Table); ok {
				for _, up := range t.Parents {
					if x.reached[itemKey{id: up}] == nil {
						x.forgetChild(up, t.ID)
					}
				}
			}
			x.dropObject(it.obj.ObjectID())
		}
	}
}

func dropConstraint(t *catalog.Table, id types.OID) {
	var rest []catalog.Constraint
	for _, c := range t.Constraints {
		if c.ID != id {
			rest = append(rest, c)
		}
	}
	t.Constraints = rest
}

// dropColumn marks a column as dropped: its place and attribute stay taken.
func dropColumn(t *catalog.Table, ord int) {
	c := &t.Columns[ord-1]
	*c = catalog.Column{
		Name: "........pg.dropped." + strconv.Itoa(ord) + "........", Type: c.Type, Attr: c.Attr, Dropped: true, Missing: c.Missing,
	}
}

// describe names an item as PostgreSQL's messages do.
func (b *binder) describe(it item) string {
	if it.trigger != 0 {
		return b.describeTrigger(it)
	}
	if f, ok := it.obj.(*catalog.Function); ok {
		return f.Kind() + " " + b.shownFunction(f)
	}
	if t, ok := it.obj.(*catalog.Table); ok && it.part == wholeItem {
		name := b.shownName(t)
		switch {
		case it.con != 0:
			for i := range t.Constraints {
				if t.Constraints[i].ID == it.con {
					return "constraint " + builtin.QuoteIdent(t.Constraints[i].Name) + " on table " + name
				}
			}
		case it.column != 0:
			column := "column " + builtin.QuoteIdent(t.Columns[it.column-1].Name) + " of table " + name
			if it.value {
				return "default value for " + column
			}
			return column
		}
	}
	if t, ok := it.obj.(*catalog.Type); ok && it.column != 0 {
		return "column " + builtin.QuoteIdent(t.Attributes[it.column-1].Name) + " of composite type " + b.shownType(t)
	}
	name := describeKind(it.obj) + " " + b.shownName(it.obj)
	switch it.part {
	case arrayOver:
		name += "[]"
	case rowTypeOf:
		name = "type " + b.shownName(it.obj)
	}
	return name
}

func describeKind(o catalog.Object) string {
	switch o := o.(type) {
	case *catalog.Table:
		if o.Materialized != "" {
			return "materialized view"
		}
		return "table"
	case *catalog.View:
		return "view"
	case *catalog.Index:
		return "index"
	case *catalog.Sequence:
		return "sequence"
	case *catalog.Schema:
		return "schema"
	case *catalog.Extension:
		return "extension"
	case *catalog.Function:
		return "function"
	case *catalog.Role:
		return "role"
	case *catalog.Type:
		return "type"
	}
	return "object"
}

// shownName qualifies a relation's name where the search path does not find it.
func (b *binder) shownName(o catalog.Object) string {
	if t, ok := o.(*catalog.Type); ok {
		return b.shownType(t)
	}
	name := builtin.QuoteIdent(o.ObjectName())
	if o.SchemaID() == 0 || o.Class() == catalog.ClassExtension {
		return name
	}
	if found := b.relation("", o.ObjectName()); found != nil && found.ObjectID() == o.ObjectID() {
		return name
	}
	return builtin.QuoteIdent(b.cat.SchemaName(o.SchemaID())) + "." + name
}
