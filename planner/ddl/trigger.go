package ddl

import (
	"slices"
	"strings"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
	"synapse/planner/bind"
)

// createTrigger makes or replaces a trigger: part of its table or view.
func (b *binder) createTrigger(s *ast.CreateTriggerStmt) error {
	o := b.relation(s.Table.Schema, s.Table.Name)
	if o == nil {
		return b.noRelation(s.Table)
	}
	t, view, err := triggerRelation(o)
	if err != nil {
		return err
	}
	if err := b.must(o, catalog.MayTrigger); err != nil {
		return err
	}
	tr, err := b.trigger(s, t, view != nil)
	if err != nil {
		return err
	}
	if have := triggerNamed(t.Triggers, tr.Name); have != nil {
		if !s.Replace {
			return sqlerr.New(sqlerr.DuplicateObject, "trigger \"%s\" for relation \"%s\" already exists", tr.Name, t.Name)
		}
		tr.ID = have.ID
	} else if tr.ID, err = b.NewOID(); err != nil {
		return err
	}
	b.putTriggers(o, append(withoutTrigger(t.Triggers, tr.ID), *tr))
	if view != nil {
		return nil
	}
	d := &draft{binder: b, t: b.cat.Table(t.ID).Clone()}
	return d.below(func(child *draft) error { return child.partTrigger(d.t, tr) })
}

// triggerRelation is a relation as triggers know it; view is not nil for a view.
func triggerRelation(o catalog.Object) (t *catalog.Table, view *catalog.View, err error) {
	switch o := o.(type) {
	case *catalog.Table:
		if o.Virtual {
			return nil, nil, sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied: \"%s\" is a system catalog", o.Name)
		}
		if o.Materialized == "" {
			return o, nil, nil
		}
	case *catalog.View:
		return bind.ViewTable(o), o, nil
	}
	return nil, nil, sqlerr.New(sqlerr.WrongObjectType, "relation \"%s\" cannot have triggers", o.ObjectName())
}

// putTriggers stores the triggers of a relation, in order of name.
func (b *binder) putTriggers(o catalog.Object, list []catalog.Trigger) {
	list = sortedTriggers(list)
	switch o := o.(type) {
	case *catalog.Table:
		b.lock(o.ID, ast.ShareRowExclusiveLock)
		n := o.Clone()
		n.Triggers = list
		b.put(n)
	case *catalog.View:
		n := *o
		n.Triggers = list
		b.put(&n)
	}
}

func sortedTriggers(list []catalog.Trigger) []catalog.Trigger {
	slices.SortFunc(list, func(x, y catalog.Trigger) int { return strings.Compare(x.Name, y.Name) })
	return list
}

func triggerNamed(list []catalog.Trigger, name string) *catalog.Trigger {
	for i := range list {
		if list[i].Name == name {
			return &list[i]
		}
	}
	return nil
}

func withoutTrigger(list []catalog.Trigger, id types.OID) []catalog.Trigger {
	var out []catalog.Trigger
	for _, t := range list {
		if t.ID != id {
			out = append(out, t)
		}
	}
	return out
}

var triggerEvents = map[ast.TriggerEvent]catalog.TriggerType{
	ast.TriggerInsert: catalog.TriggerInsert, ast.TriggerDelete: catalog.TriggerDelete,
	ast.TriggerUpdate: catalog.TriggerUpdate, ast.TriggerTruncate: catalog.TriggerTruncate,
}

// trigger checks the statement and makes the trigger.
func (b *binder) trigger(s *ast.CreateTriggerStmt, t *catalog.Table, view bool) (*catalog.Trigger, error) {
	tr := &catalog.Trigger{Name: b.name(s.Name), Args: s.Args, OldTable: s.OldTable, NewTable: s.NewTable}
	if s.Row {
		tr.Type |= catalog.TriggerRow
	}
	switch s.Timing {
	case ast.TriggerBefore:
		tr.Type |= catalog.TriggerBefore
	case ast.TriggerInsteadOf:
		tr.Type |= catalog.TriggerInstead
	}
	for event, bit := range triggerEvents {
		if s.Events&event != 0 {
			tr.Type |= bit
		}
	}
	if err := checkTiming(s, tr, t.Name, view); err != nil {
		return nil, err
	}
	for _, name := range s.Columns {
		c, ord := t.Column(name)
		if c == nil {
			return nil, sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", name, t.Name)
		}
		if slices.Contains(tr.Columns, ord) {
			return nil, sqlerr.New(sqlerr.DuplicateColumn, "column \"%s\" specified more than once", name)
		}
		tr.Columns = append(tr.Columns, ord)
	}
	if s.When != nil {
		if err := b.triggerCondition(s, tr, t); err != nil {
			return nil, err
		}
	}
	return tr, b.triggerFunction(s, tr)
}

// checkTiming: what a trigger of this kind and time can be.
func checkTiming(s *ast.CreateTriggerStmt, tr *catalog.Trigger, name string, view bool) error {
	instead := tr.Is(catalog.TriggerInstead)
	switch {
	case s.Deferrable || s.InitiallyDeferred:
		return sqlerr.Unsupported("a deferrable trigger", "Make it immediate; foreign keys can be DEFERRABLE.")
	case view && s.Row && !instead:
		return sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is a view", name).WithDetail("Views cannot have row-level BEFORE or AFTER triggers.")
	case view && tr.Is(catalog.TriggerTruncate):
		return sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is a view", name).WithDetail("Views cannot have TRUNCATE triggers.")
	case !view && instead:
		return sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is a table", name).WithDetail("Tables cannot have INSTEAD OF triggers.")
	case instead && !s.Row:
		return sqlerr.New(sqlerr.FeatureNotSupported, "INSTEAD OF triggers must be FOR EACH ROW")
	case instead && s.When != nil:
		return sqlerr.New(sqlerr.FeatureNotSupported, "INSTEAD OF triggers cannot have WHEN conditions")
	case instead && len(s.Columns) > 0:
		return sqlerr.New(sqlerr.FeatureNotSupported, "INSTEAD OF triggers cannot have column lists")
	case s.Row && tr.Is(catalog.TriggerTruncate):
		return sqlerr.New(sqlerr.FeatureNotSupported, "TRUNCATE FOR EACH ROW triggers are not supported")
	case s.OldTable != "" || s.NewTable != "":
		return sqlerr.Unsupported("a transition table (REFERENCING)", "Use a trigger FOR EACH ROW.")
	}
	return nil
}

// triggerCondition binds WHEN and keeps its text.
func (b *binder) triggerCondition(s *ast.CreateTriggerStmt, tr *catalog.Trigger, t *catalog.Table) error {
	x, err := bind.TriggerWhen(b.bindContext(), t, s.When, b.text)
	if err != nil {
		return err
	}
	old, new := false, false
	for _, ord := range columnsOf(x) {
		old = old || ord <= len(t.Columns)
		new = new || ord > len(t.Columns)
	}
	switch {
	case !s.Row && (old || new):
		return sqlerr.New(sqlerr.InvalidObjectDefinition, "statement trigger's WHEN condition cannot reference column values")
	case old && tr.Is(catalog.TriggerInsert):
		return sqlerr.New(sqlerr.InvalidObjectDefinition, "INSERT trigger's WHEN condition cannot reference OLD values")
	case new && tr.Is(catalog.TriggerDelete):
		return sqlerr.New(sqlerr.InvalidObjectDefinition, "DELETE trigger's WHEN condition cannot reference NEW values")
	}
	tr.When = x.String()
	return nil
}

// whenUses reports whether a trigger's condition reads a column.
func (b *binder) whenUses(t *catalog.Table, tr *catalog.Trigger, ord int) bool {
	if tr.When == "" {
		return false
	}
	x, err := b.whenOf(t, tr)
	if err != nil {
		return false
	}
	used := columnsOf(x)
	return hasColumn(used, ord) || hasColumn(used, ord+len(t.Columns))
}

func (b *binder) whenOf(t *catalog.Table, tr *catalog.Trigger) (plan.Expr, error) {
	e, err := bind.ParseExpr(tr.When)
	if err != nil {
		return nil, err
	}
	return bind.TriggerWhen(b.bindContext(), t, e, "")
}

func (b *binder) triggerFunction(s *ast.CreateTriggerStmt, tr *catalog.Trigger) error {
	if n := len(s.Function); n == 1 || s.Function[0] == "pg_catalog" {
		for _, f := range builtin.Functions(s.Function[n-1]) {
			if f.Ret == types.OIDTrigger && len(f.Args) == 0 {
				tr.Function = f.OID
				return nil
			}
		}
	}
	f, err := b.functionOf(ast.KindFunction, &ast.ObjectRef{Position: ast.Unknown, Names: s.Function, ArgsGiven: true}, false)
	if err != nil {
		return err
	}
	if f.Ret.OID != types.OIDTrigger {
		return sqlerr.New(sqlerr.InvalidObjectDefinition, "function %s must return type %s", strings.Join(s.Function, "."), "trigger")
	}
	tr.Function = f.ID
	return b.must(f, catalog.MayExecute)
}

// triggerOf finds the trigger that a statement names; nil without an error where
// it is missing and may be.
func (b *binder) triggerOf(ref *ast.ObjectRef, missing bool) (catalog.Object, *catalog.Trigger, error) {
	table := &ast.TableRef{Position: ref.Position, Schema: schemaOf(ref.Table), Name: ref.Table[len(ref.Table)-1]}
	o := b.relation(table.Schema, table.Name)
	if o == nil {
		if missing {
			b.notice(sqlerr.Notice("relation \"%s\" does not exist, skipping", table.Name))
			return nil, nil, nil
		}
		return nil, nil, b.noRelation(table)
	}
	name := ref.Names[len(ref.Names)-1]
	if t, _, err := triggerRelation(o); err == nil {
		if tr := triggerNamed(t.Triggers, name); tr != nil {
			return o, tr, nil
		}
	}
	if missing {
		b.notice(sqlerr.Notice("trigger \"%s\" for relation \"%s\" does not exist, skipping", name, table.Name))
		return nil, nil, nil
	}
	return nil, nil, sqlerr.New(sqlerr.UndefinedObject, "trigger \"%s\" for table \"%s\" does not exist", name, table.Name)
}

func (b *binder) droppedTrigger(s *ast.DropStmt, ref *ast.ObjectRef) (*item, error) {
	o, tr, err := b.triggerOf(ref, s.IfExists)
	if err != nil || tr == nil {
		return nil, err
	}
	if err := b.mustOwn(o); err != nil {
		return nil, err
	}
	if up := b.triggerOwner(tr.Parent); up != nil {
		mine, theirs := b.describe(item{obj: o, trigger: tr.ID}), b.describe(*up)
		return nil, sqlerr.New(sqlerr.DependentObjectsExist, "cannot drop %s because %s requires it", mine, theirs).
			WithHint("You can drop %s instead.", theirs)
	}
	return &item{obj: o, trigger: tr.ID}, nil
}

// triggerOwner finds the table of a trigger; nil if there is none.
func (b *binder) triggerOwner(id types.OID) *item {
	for _, o := range b.cat.All(catalog.ClassTable) {
		t := o.(*catalog.Table)
		if id != 0 && slices.ContainsFunc(t.Triggers, func(tr catalog.Trigger) bool { return tr.ID == id }) {
			return &item{obj: t, trigger: id}
		}
	}
	return nil
}

// triggerClones lists the triggers that partitions have of one.
func (b *binder) triggerClones(id types.OID) []dependent {
	var out []dependent
	for _, o := range b.cat.All(catalog.ClassTable) {
		t := o.(*catalog.Table)
		for i := range t.Triggers {
			if t.Triggers[i].Parent == id {
				out = append(out, dependent{item{obj: t, trigger: t.Triggers[i].ID}, true})
			}
		}
	}
	return out
}

// changeTrigger stores a trigger that was changed by f.
func (b *binder) changeTrigger(o catalog.Object, id types.OID, f func(tr *catalog.Trigger)) {
	t, _, _ := triggerRelation(o)
	list := slices.Clone(t.Triggers)
	for i := range list {
		if list[i].ID == id {
			f(&list[i])
		}
	}
	b.putTriggers(o, list)
}

func (b *binder) renameTrigger(s *ast.RenameStmt) error {
	ref := &ast.ObjectRef{Position: ast.Unknown, Names: []string{s.Name}}
	if s.Table.Schema != "" {
		ref.Table = append(ref.Table, s.Table.Schema)
	}
	ref.Table = append(ref.Table, s.Table.Name)
	o, tr, err := b.triggerOf(ref, false)
	if err == nil {
		err = b.mustOwn(o)
	}
	if err != nil {
		return err
	}
	t, _, _ := triggerRelation(o)
	name := b.name(s.NewName)
	if triggerNamed(t.Triggers, name) != nil {
		return sqlerr.New(sqlerr.DuplicateObject, "trigger \"%s\" for relation \"%s\" already exists", name, t.Name)
	}
	b.changeTrigger(o, tr.ID, func(tr *catalog.Trigger) { tr.Name = name })
	return nil
}

func (b *binder) commentTrigger(s *ast.CommentStmt, text string) error {
	o, tr, err := b.triggerOf(s.Object, false)
	if err != nil {
		return err
	}
	b.changeTrigger(o, tr.ID, func(tr *catalog.Trigger) { tr.Comment = text })
	return nil
}

// switchTrigger is ALTER TABLE … ENABLE or DISABLE TRIGGER.
func (d *draft) switchTrigger(c *ast.AlterCmd) error {
	if c.Text == "REPLICA" {
		return sqlerr.Unsupported("ENABLE REPLICA TRIGGER", "There is no replication role.")
	}
	found := c.Name == ""
	for i := range d.t.Triggers {
		if c.Name == "" || d.t.Triggers[i].Name == c.Name {
			d.t.Triggers[i].Disabled = c.Action == ast.AlterDisableTrigger
			found = true
		}
	}
	if !found {
		return sqlerr.New(sqlerr.UndefinedObject, "trigger \"%s\" for table \"%s\" does not exist", c.Name, d.t.Name)
	}
	return nil
}

// dropViewTrigger removes a trigger of a view that stays.
func (x *dropping) dropViewTrigger(v *catalog.View, id types.OID) {
	now, ok := x.cat.Object(v.ID).(*catalog.View)
	if !ok {
		return
	}
	n := *now
	n.Triggers = withoutTrigger(now.Triggers, id)
	x.put(&n)
}

func (b *binder) describeTrigger(it item) string {
	list := []catalog.Trigger(nil)
	if t, _, err := triggerRelation(it.obj); err == nil {
		list = t.Triggers
	}
	for i := range list {
		if list[i].ID == it.trigger {
			return "trigger " + builtin.QuoteIdent(list[i].Name) + " on " + describeKind(it.obj) + " " + b.shownName(it.obj)
		}
	}
	return "trigger"
}

// whole reports that an item is an object and not a part of one.
func (it item) whole() bool { return it.column == 0 && it.con == 0 && it.trigger == 0 }

// shownFunction is a function's signature, qualified where the search path does not find it.
func (b *binder) shownFunction(f *catalog.Function) string {
	schema := b.cat.SchemaName(f.Schema)
	if slices.Contains(b.SearchPath, schema) {
		return b.functionSignature(f)
	}
	return builtin.QuoteIdent(schema) + "." + b.functionSignature(f)
}
