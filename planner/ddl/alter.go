package ddl

import (
	"slices"
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/exec/plan"
	"synapse/planner/ast"
	"synapse/planner/bind"
)

// alterPass is when an action of ALTER TABLE runs: as in PostgreSQL what is
// dropped makes room for what is added, whatever the order of writing.
func alterPass(c *ast.AlterCmd) int {
	switch c.Action {
	case ast.AlterDropColumn, ast.AlterDropConstraint, ast.AlterDropNotNull, ast.AlterDropExpression, ast.AlterDropIdentity:
		return 0
	case ast.AlterColumnDefault:
		if c.Expr == nil {
			return 0
		}
		return 3
	case ast.AlterColumnType:
		return 1
	case ast.AlterAddColumn:
		return 2
	case ast.AlterSetNotNull, ast.AlterAddIdentity, ast.AlterSetIdentity:
		return 3
	case ast.AlterAddConstraint:
		switch c.Constraint.Kind {
		case ast.ConstraintPrimaryKey, ast.ConstraintUnique:
			return 4
		}
		return 5
	}
	return 6
}

// alterTable is ALTER TABLE and its kin for other relations.
func (b *binder) alterTable(s *ast.AlterTableStmt) error {
	if s.Kind == ast.KindType {
		return b.alterComposite(s)
	}
	o, err := b.lookup(s.Table.Schema, s.Table.Name)
	if err != nil {
		return err
	}
	if o == nil {
		if s.IfExists {
			b.notice(sqlerr.Notice("relation \"%s\" does not exist, skipping", s.Table.Name))
			return nil
		}
		return b.noRelation(s.Table)
	}
	if is := relationClasses[s.Kind]; is != nil && s.Kind != ast.KindTable && !is(o) {
		return wrongKind(s.Kind, s.Table.Name)
	}
	t, ok := o.(*catalog.Table)
	if ok && t.Virtual {
		return sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied: \"%s\" is a system catalog", s.Table.Name)
	}
	if err := b.mustOwn(o); err != nil {
		return err
	}
	if !ok {
		return b.alterOther(s, o)
	}
	b.lock(t.ID, ast.AccessExclusiveLock)
	d := &draft{binder: b, t: t.Clone()}
	cmds := append([]*ast.AlterCmd(nil), s.Cmds...)
	slices.SortStableFunc(cmds, func(x, y *ast.AlterCmd) int { return alterPass(x) - alterPass(y) })
	for _, c := range cmds {
		if err := d.alterFamily(c, s.Table.Only, false); err != nil {
			return err
		}
	}
	if err := d.checkOptions(); err != nil {
		return err
	}
	d.repartition(t)
	d.put()
	d.checksLast()
	return nil
}

// checksLast moves the checks of rows behind the other steps: like PostgreSQL,
// ALTER TABLE builds its indexes first and then looks at the rows.
func (b *binder) checksLast() {
	isCheck := func(s plan.Step) int {
		switch s.(type) {
		case *plan.CheckRows, *plan.CheckPartition, *plan.CheckDetached:
			return 1
		}
		return 0
	}
	slices.SortStableFunc(b.steps, func(x, y plan.Step) int { return isCheck(x) - isCheck(y) })
}

// repartition builds the indexes anew whose partitions are the namespaces, where
// another column is the namespace now.
func (d *draft) repartition(old *catalog.Table) {
	if old.NamespaceColumn() == d.t.NamespaceColumn() {
		return
	}
	var again []*catalog.Index
	for _, ix := range d.cat.Indexes(d.t.ID) {
		if partitioned(ix.Method) && len(ix.Keys) == 1 {
			again = append(again, ix)
			d.dropObject(ix.ID)
		}
	}
	d.put()
	for _, ix := range again {
		d.binder.put(ix)
	}
}

// alter carries out one action on a table.
func (d *draft) alter(c *ast.AlterCmd) error {
	switch c.Action {
	case ast.AlterAddColumn:
		return d.alterAddColumn(c)
	case ast.AlterDropColumn:
		return d.alterDropColumn(c)
	case ast.AlterColumnType:
		return d.alterType(c)
	case ast.AlterColumnDefault, ast.AlterDropNotNull, ast.AlterSetNotNull, ast.AlterDropExpression,
		ast.AlterAddIdentity, ast.AlterSetIdentity, ast.AlterDropIdentity, ast.AlterSetStorage:
		return d.alterColumn(c)
	case ast.AlterAddConstraint:
		return d.addConstraint(c.Constraint)
	case ast.AlterDropConstraint:
		return d.alterDropConstraint(c)
	case ast.AlterValidateConstraint:
		return d.validateConstraint(c.Name)
	case ast.AlterChangeConstraint:
		return d.changeConstraint(c)
	case ast.AlterSetOptions:
		return d.setOptions(c.Options)
	case ast.AlterResetOptions:
		d.resetOptions(c.Options)
		return nil
	case ast.AlterOwner:
		return d.alterOwner(c.Owner)
	case ast.AlterSetLogged, ast.AlterSetUnlogged:
		want := catalog.Permanent
		if c.Action == ast.AlterSetUnlogged {
			want = catalog.Unlogged
		}
		if d.t.Persistence == want || d.t.Persistence == 0 && want == catalog.Permanent {
			return nil
		}
		return sqlerr.Unsupported("changing whether a table is logged", "Make a new table with CREATE [UNLOGGED] TABLE ... AS.")
	case ast.AlterEnableTrigger, ast.AlterDisableTrigger:
		return d.switchTrigger(c)
	case ast.AlterSetAccessMethod:
		return d.accessMethod(c.Name)
	case ast.AlterSetStatistics, ast.AlterSetCompression, ast.AlterSetColumnOptions, ast.AlterResetColumnOptions:
		return d.alterColumnStorage(c)
	case ast.AlterReplicaIdentity:
		return d.replicaIdentity(c)
	case ast.AlterClusterOn, ast.AlterDropCluster:
		return d.clusterOn(c)
	case ast.AlterSetTablespace:
		return tablespace(c.Name)
	case ast.AlterAttachPartition:
		return d.attachPartition(c)
	case ast.AlterDetachPartition:
		return d.detachPartition(c)
	case ast.AlterInherit:
		return d.alterInherit(c)
	case ast.AlterNoInherit:
		return d.alterNoInherit(c)
	}
	return unsupportedAction(c)
}

// actionNames are the words of the actions that are not there.
var actionNames = map[ast.AlterAction][2]string{
	ast.AlterEnableRLS:  {"row level security", "Namespaces keep rows apart: WITH (synapse.namespace = 'column')."},
	ast.AlterDisableRLS: {"row level security", ""},
	ast.AlterForceRLS:   {"row level security", ""},
	ast.AlterNoForceRLS: {"row level security", ""},
}

func unsupportedAction(c *ast.AlterCmd) error {
	if n, ok := actionNames[c.Action]; ok {
		return sqlerr.Unsupported(n[0], n[1])
	}
	return sqlerr.Unsupported("ALTER TABLE "+c.Text, "")
}

// alterOther is ALTER TABLE, INDEX, VIEW or SEQUENCE of what is not a table.
func (b *binder) alterOther(s *ast.AlterTableStmt, o catalog.Object) error {
	for _, c := range s.Cmds {
		n, h := cloneObject(o)
		switch {
		case c.Action == ast.AlterOwner:
			if n.Class() == catalog.ClassIndex {
				return sqlerr.New(sqlerr.WrongObjectType, "cannot change owner of index \"%s\"", h.Name).
					WithHint("Change the ownership of the index's table instead.")
			}
			role, err := b.roleNamed(c.Owner)
			if err != nil {
				return err
			}
			if err := b.mayGive(o, role); err != nil {
				return err
			}
			b.give(o, role.ID)
			o = b.cat.Object(h.ID)
			continue
		case c.Action == ast.AlterAttachPartition && n.Class() == catalog.ClassIndex:
			return b.attachIndexPartition(n.(*catalog.Index), c)
		case c.Action == ast.AlterSetOptions || c.Action == ast.AlterResetOptions:
			if err := changeOptions(n, c); err != nil {
				return err
			}
			if v, ok := n.(*catalog.View); ok {
				if err := b.shapeView(v); err != nil {
					return err
				}
			}
		case c.Action == ast.AlterSetTablespace && n.Class() == catalog.ClassIndex:
			if err := tablespace(c.Name); err != nil {
				return err
			}
		case c.Action == ast.AlterSetStatistics && n.Class() == catalog.ClassIndex:
			if err := b.indexStatistics(n.(*catalog.Index), c); err != nil {
				return err
			}
		case c.Action == ast.AlterColumnDefault && n.Class() == catalog.ClassView:
			if err := b.viewDefault(n.(*catalog.View), c); err != nil {
				return err
			}
		case s.Kind == ast.KindTable && n.Class() != catalog.ClassView:
			return sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not a table", h.Name)
		default:
			return sqlerr.Unsupported("this form of ALTER "+strings.ToUpper(describeKind(o)), "")
		}
		b.put(n)
		o = n
	}
	return nil
}

// viewDefault is ALTER VIEW … ALTER COLUMN … SET or DROP DEFAULT.
func (b *binder) viewDefault(v *catalog.View, c *ast.AlterCmd) error {
	v.Columns = slices.Clone(v.Columns)
	for i := range v.Columns {
		col := &v.Columns[i]
		if col.Name != c.Name {
			continue
		}
		if c.Expr == nil {
			col.Default = ""
			return nil
		}
		x, err := bind.CatalogExpr(b.bindContext(), &catalog.Table{Header: v.Header, Columns: v.Columns}, col, c.Expr, bind.DefaultExpr, b.text)
		if err != nil {
			return err
		}
		col.Default = x.String()
		return nil
	}
	return sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", c.Name, v.Name)
}

// changeOptions is SET or RESET (…) of an index or view.
func changeOptions(o catalog.Object, c *ast.AlterCmd) (err error) {
	merge := func(old, set map[string]string) map[string]string {
		out := map[string]string{}
		for k, v := range old {
			out[k] = v
		}
		for k, v := range set {
			out[k] = v
		}
		if c.Action == ast.AlterResetOptions {
			for _, opt := range c.Options {
				delete(out, opt.Name)
			}
		}
		return out
	}
	var set map[string]string
	switch o := o.(type) {
	case *catalog.Index:
		if c.Action == ast.AlterSetOptions {
			set, err = indexOptions(o.Method, c.Options)
		}
		o.Options = merge(o.Options, set)
	case *catalog.View:
		if c.Action == ast.AlterSetOptions {
			set, err = viewOptions(c.Options)
		}
		o.Options = merge(o.Options, set)
	default:
		err = sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not a table", o.ObjectName())
	}
	return err
}

// alterOwner gives the table, its indexes and its sequences to a role.
func (d *draft) alterOwner(to *ast.RoleName) error {
	role, err := d.roleNamed(to)
	if err != nil {
		return err
	}
	if err := d.mayGive(d.t, role); err != nil {
		return err
	}
	d.put()
	d.give(d.t, role.ID)
	d.reload()
	return nil
}

// reload takes over what other parts of the binder made of the table.
func (d *draft) reload() { d.t = d.cat.Table(d.t.ID).Clone() }

// column finds a column of the table; 42703 if there is none.
func (d *draft) column(name string) (*catalog.Column, int, error) {
	c, ord := d.t.Column(name)
	if c == nil {
		if systemColumnNames[name] {
			return nil, 0, sqlerr.New(sqlerr.FeatureNotSupported, "cannot alter system column \"%s\"", name)
		}
		return nil, 0, sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", name, d.t.Name)
	}
	return c, ord, nil
}

func (d *draft) alterDropColumn(c *ast.AlterCmd) error {
	_, ord := d.t.Column(c.Name)
	if ord == 0 && c.IfExists {
		d.notice(sqlerr.Notice("column \"%s\" of relation \"%s\" does not exist, skipping", c.Name, d.t.Name))
		return nil
	}
	if _, _, err := d.column(c.Name); err != nil {
		return err
	}
	if option := optionUses(d.t, c.Name); option != "" {
		return sqlerr.New(sqlerr.DependentObjectsExist, "cannot drop column \"%s\" because parameter \"%s\" of table \"%s\" names it", c.Name, option, d.t.Name).
			WithHint("Use ALTER TABLE ... RESET (%s) first.", option)
	}
	d.put()
	x := d.newDropping(c.Cascade)
	x.first = []item{{obj: d.cat.Table(d.t.ID), column: ord}}
	if err := x.run(); err != nil {
		return err
	}
	d.reload()
	return nil
}

func (d *draft) alterDropConstraint(c *ast.AlterCmd) error {
	k := constraintNamed(d.t, c.Name)
	if k == nil {
		if c.IfExists {
			d.notice(sqlerr.Notice("constraint \"%s\" of relation \"%s\" does not exist, skipping", c.Name, d.t.Name))
			return nil
		}
		return sqlerr.New(sqlerr.UndefinedObject, "constraint \"%s\" of relation \"%s\" does not exist", c.Name, d.t.Name)
	}
	d.put()
	x := d.newDropping(c.Cascade)
	x.first = []item{{obj: d.cat.Table(d.t.ID), con: k.ID}}
	if err := x.run(); err != nil {
		return err
	}
	d.reload()
	return nil
}
