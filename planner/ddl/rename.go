package ddl

import (
	"slices"
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/planner/ast"
	"synapse/planner/bind"
)

// rename is ALTER … RENAME TO.
func (b *binder) rename(s *ast.RenameStmt) (tag string, err error) {
	tag = "ALTER " + string(s.Kind)
	switch s.Kind {
	case ast.KindColumn:
		return "ALTER " + string(s.RelationKind), b.renameColumn(s)
	case ast.KindDomainConstraint:
		return "ALTER DOMAIN", b.renameDomainConstraint(s)
	case ast.KindConstraint:
		return "ALTER TABLE", b.renameConstraint(s)
	case ast.KindSchema, ast.KindRole, ast.KindDatabase:
		return tag, b.renameNamed(s)
	case ast.KindType, ast.KindDomain:
		return tag, b.renameType(s)
	case ast.KindAttribute:
		return "ALTER TYPE", b.renameAttribute(s)
	}
	if isRoutineKind(s.Kind) {
		return tag, b.renameFunction(s)
	}
	if s.Kind == ast.KindTrigger {
		return tag, b.renameTrigger(s)
	}
	if relationClasses[s.Kind] == nil {
		return "", sqlerr.Unsupported(tag+" RENAME", "")
	}
	return tag, b.renameRelation(s)
}

// altered finds the relation of an ALTER; nil without an error where IF EXISTS finds none.
func (b *binder) altered(ref *ast.TableRef, kind ast.ObjectKind, ifExists bool) (catalog.Object, error) {
	o, err := b.lookup(ref.Schema, ref.Name)
	if err != nil {
		return nil, err
	}
	if o == nil {
		if ifExists {
			b.notice(sqlerr.Notice("relation \"%s\" does not exist, skipping", ref.Name))
			return nil, nil
		}
		return nil, b.noRelation(ref)
	}
	if is := relationClasses[kind]; is != nil && kind != ast.KindTable && !is(o) {
		return nil, wrongKind(kind, ref.Name)
	}
	if t, ok := o.(*catalog.Table); ok && t.Virtual {
		return nil, sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied: \"%s\" is a system catalog", ref.Name)
	}
	return o, b.mustOwn(o)
}

func (b *binder) renameRelation(s *ast.RenameStmt) error {
	o, err := b.altered(s.Table, s.Kind, s.IfExists)
	if err != nil || o == nil {
		return err
	}
	name := b.name(s.NewName)
	if b.cat.Relation(b.cat.SchemaName(o.SchemaID()), name) != nil {
		return sqlerr.New(sqlerr.DuplicateTable, "relation \"%s\" already exists", name)
	}
	if err := b.namedInViews(o, "rename"); err != nil {
		return err
	}
	n, h := cloneObject(o)
	h.Name = name
	b.put(n)
	if ix, ok := n.(*catalog.Index); ok && ix.Constraint != 0 {
		b.renameIndexConstraint(ix)
	}
	return nil
}

// renameIndexConstraint keeps the names of a constraint and its index the same.
func (b *binder) renameIndexConstraint(ix *catalog.Index) {
	t := b.cat.Table(ix.Table).Clone()
	for i := range t.Constraints {
		if t.Constraints[i].ID == ix.Constraint {
			t.Constraints[i].Name = ix.Name
		}
	}
	b.put(t)
}

// namedInViews refuses to change the name of what views name in their text.
func (b *binder) namedInViews(o catalog.Object, what string) error {
	users, err := b.viewUsers(o.ObjectID())
	if err != nil || len(users) == 0 {
		return err
	}
	return sqlerr.New(sqlerr.FeatureNotSupported, "cannot %s %s because %s names it", what, b.describe(item{obj: o}), b.describe(users[0].item)).
		WithHint("Drop the view and create it again afterwards.")
}

func (b *binder) renameColumn(s *ast.RenameStmt) error {
	o, err := b.altered(s.Table, s.RelationKind, s.IfExists)
	if err != nil || o == nil {
		return err
	}
	switch o := o.(type) {
	case *catalog.Table:
		return b.renameTableColumn(o, s)
	case *catalog.View:
		return b.renameViewColumn(o, s)
	}
	return sqlerr.New(sqlerr.WrongObjectType, "cannot rename columns of relation \"%s\"", o.ObjectName())
}

func (b *binder) renameTableColumn(t *catalog.Table, s *ast.RenameStmt) error {
	if c, _ := t.Column(s.Name); c != nil && c.Inherited > 0 {
		return sqlerr.New(sqlerr.InvalidTableDefinition, "cannot rename inherited column \"%s\"", c.Name)
	}
	if s.Table.Only && len(t.Children) > 0 {
		return sqlerr.New(sqlerr.InvalidTableDefinition, "inherited column \"%s\" must be renamed in child tables too", s.Name)
	}
	for _, below := range b.cat.Family(t) {
		if c, _ := below.Column(s.Name); c != nil && below != t && c.Inherited > 1 && !below.IsPartition() {
			return sqlerr.New(sqlerr.InvalidTableDefinition, "cannot rename inherited column \"%s\"", c.Name)
		}
		if err := b.renameOneColumn(below, s); err != nil {
			return err
		}
	}
	return nil
}

// renameOneColumn renames the column of one table of a family.
func (b *binder) renameOneColumn(t *catalog.Table, s *ast.RenameStmt) error {
	d := &draft{binder: b, t: t.Clone()}
	if systemColumnNames[s.Name] {
		return sqlerr.New(sqlerr.FeatureNotSupported, "cannot rename system column \"%s\"", s.Name)
	}
	c, ord := d.t.Column(s.Name)
	if c == nil {
		return sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" does not exist", s.Name)
	}
	name, err := d.columnName(s.NewName)
	if err != nil {
		return err
	}
	users, err := b.columnUsers(t, ord)
	if err != nil {
		return err
	}
	if len(users) > 0 {
		return sqlerr.New(sqlerr.FeatureNotSupported, "cannot rename %s because %s names it", b.describe(item{obj: t, column: ord}), b.describe(users[0].item)).
			WithHint("Drop the view and create it again afterwards.")
	}
	c.Name = name
	renameInOptions(d.t, s.Name, name)
	if err := d.renameTexts(t); err != nil {
		return err
	}
	d.put()
	return d.renameIndexTexts(t)
}

// renameInOptions follows a column's new name in the options that name columns.
func renameInOptions(t *catalog.Table, from, to string) {
	for _, option := range []string{"synapse.namespace", "synapse.valid_time", "synapse.embed"} {
		v, ok := t.Options[option]
		if !ok {
			continue
		}
		parts := strings.Split(v, ",")
		for i, p := range parts {
			if parts[i] = strings.TrimSpace(p); parts[i] == from {
				parts[i] = to
			}
		}
		t.Options[option] = strings.Join(parts, ", ")
	}
}

// renameTexts rewrites the expressions of the table, written with the names of old.
func (d *draft) renameTexts(old *catalog.Table) (err error) {
	for i := range d.t.Constraints {
		if k := &d.t.Constraints[i]; k.Kind == catalog.Check {
			if k.Expr, err = bind.RenamedText(d.bindContext(), old, d.t, k.Expr); err != nil {
				return err
			}
		}
	}
	for i := range d.t.Columns {
		if c := &d.t.Columns[i]; c.Generated != "" {
			if c.Generated, err = bind.RenamedText(d.bindContext(), old, d.t, c.Generated); err != nil {
				return err
			}
		}
	}
	if d.t.Partitioned() {
		p := *d.t.Partitioning
		p.Keys = slices.Clone(p.Keys)
		for i := range p.Keys {
			if k := &p.Keys[i]; k.Expr != "" {
				if k.Expr, err = bind.RenamedText(d.bindContext(), old, d.t, k.Expr); err != nil {
					return err
				}
			}
		}
		d.t.Partitioning = &p
	}
	return nil
}

func (d *draft) renameIndexTexts(old *catalog.Table) (err error) {
	ctx := d.bindContext()
	for _, ix := range d.cat.Indexes(d.t.ID) {
		n := *ix
		n.Keys = append([]catalog.IndexKey(nil), ix.Keys...)
		changed := false
		texts := []*string{&n.Predicate}
		for i := range n.Keys {
			texts = append(texts, &n.Keys[i].Expr)
		}
		for _, text := range texts {
			if *text == "" {
				continue
			}
			was := *text
			if *text, err = bind.RenamedText(ctx, old, d.t, was); err != nil {
				return err
			}
			changed = changed || *text != was
		}
		if changed {
			d.binder.put(&n)
		}
	}
	return nil
}

func (b *binder) renameViewColumn(v *catalog.View, s *ast.RenameStmt) error {
	if err := b.namedInViews(v, "rename a column of"); err != nil {
		return err
	}
	n := *v
	n.Columns = append([]catalog.Column(nil), v.Columns...)
	found := -1
	for i, c := range n.Columns {
		switch c.Name {
		case s.Name:
			found = i
		case s.NewName:
			return sqlerr.New(sqlerr.DuplicateColumn, "column \"%s\" of relation \"%s\" already exists", s.NewName, v.Name)
		}
	}
	if found < 0 {
		return sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" does not exist", s.Name)
	}
	n.Columns[found].Name = b.name(s.NewName)
	b.put(&n)
	return nil
}

func (b *binder) renameConstraint(s *ast.RenameStmt) error {
	o, err := b.altered(s.Table, ast.KindTable, s.IfExists)
	if err != nil || o == nil {
		return err
	}
	t, ok := o.(*catalog.Table)
	if !ok {
		return wrongKind(ast.KindTable, o.ObjectName())
	}
	d := &draft{binder: b, t: t.Clone()}
	k := constraintNamed(d.t, s.Name)
	if k == nil {
		return sqlerr.New(sqlerr.UndefinedObject, "constraint \"%s\" for table \"%s\" does not exist", s.Name, t.Name)
	}
	if k.Kind == catalog.Check && k.Inherited > 0 {
		return sqlerr.New(sqlerr.InvalidTableDefinition, "cannot rename inherited constraint \"%s\"", s.Name)
	}
	if k.Kind == catalog.Check && !k.NoInherit && len(t.Children) > 0 {
		return b.renameFamilyCheck(t, s)
	}
	name := b.name(s.NewName)
	if err := d.freeConstraint(name); err != nil {
		return err
	}
	if k.Kind != catalog.ForeignKey && k.Index != 0 {
		if b.cat.Relation(b.cat.SchemaName(t.Schema), name) != nil {
			return sqlerr.New(sqlerr.DuplicateTable, "relation \"%s\" already exists", name)
		}
		ix := *b.cat.Index(k.Index)
		ix.Name = name
		b.put(&ix)
	}
	k.Name = name
	d.put()
	return nil
}

// renameNamed renames a schema, role or database.
func (b *binder) renameNamed(s *ast.RenameStmt) error {
	old := s.Name
	if old == "" && s.Object != nil {
		old = s.Object.Names[0]
	}
	o, err := b.namedObject(s.Kind, old, "ALTER ")
	if err != nil {
		return err
	}
	if err := b.mayRename(o); err != nil {
		return err
	}
	name := b.name(s.NewName)
	if taken, _ := b.namedObject(s.Kind, name, "ALTER "); taken != nil {
		codes := map[ast.ObjectKind]sqlerr.Code{
			ast.KindSchema: sqlerr.DuplicateSchema, ast.KindRole: sqlerr.DuplicateObject, ast.KindDatabase: sqlerr.DuplicateDatabase,
		}
		return sqlerr.New(codes[s.Kind], "%s \"%s\" already exists", strings.ToLower(string(s.Kind)), name)
	}
	if s.Kind == ast.KindSchema {
		if strings.HasPrefix(name, "pg_") {
			return sqlerr.New(sqlerr.ReservedName, "unacceptable schema name \"%s\"", name).
				WithDetail("The prefix \"pg_\" is reserved for system schemas.")
		}
		if err := b.schemaMovable(o.(*catalog.Schema)); err != nil {
			return err
		}
	}
	n, h := cloneObject(o)
	h.Name = name
	b.put(n)
	return nil
}

// schemaMovable refuses schemas of the system and those that views name.
func (b *binder) schemaMovable(s *catalog.Schema) error {
	switch s.ID {
	case catalog.SchemaPgCatalog, catalog.SchemaInformation, catalog.SchemaMemory, catalog.SchemaToast:
		return sqlerr.New(sqlerr.InsufficientPrivilege, "must be owner of schema %s", s.Name)
	}
	for _, o := range b.schemaObjects(s.ID) {
		if o.Class() != catalog.ClassTable && o.Class() != catalog.ClassView {
			continue
		}
		if err := b.namedInViews(o, "rename the schema of"); err != nil {
			return err
		}
	}
	return nil
}

// setSchema is ALTER … SET SCHEMA: a table takes its indexes and sequences along.
func (b *binder) setSchema(s *ast.AlterSchemaStmt) error {
	if s.Kind == ast.KindType || s.Kind == ast.KindDomain {
		return b.setTypeSchema(s)
	}
	if isRoutineKind(s.Kind) {
		return b.functionSchema(s)
	}
	if s.Kind == ast.KindExtension {
		return b.extensionSchema(s)
	}
	if relationClasses[s.Kind] == nil || s.Table == nil {
		return sqlerr.Unsupported("ALTER "+string(s.Kind)+" SET SCHEMA", "")
	}
	o, err := b.altered(s.Table, s.Kind, s.IfExists)
	if err != nil || o == nil {
		return err
	}
	to := b.cat.Schema(s.NewSchema)
	if to == nil {
		return sqlerr.New(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", s.NewSchema)
	}
	if err := b.writableSchema(to); err != nil {
		return err
	}
	if to.ID == o.SchemaID() {
		return nil
	}
	if strings.HasPrefix(to.Name, "pg_temp") || strings.HasPrefix(b.cat.SchemaName(o.SchemaID()), "pg_temp") {
		return sqlerr.New(sqlerr.FeatureNotSupported, "cannot move objects into or out of temporary schemas")
	}
	if q, ok := o.(*catalog.Sequence); ok && q.OwnerTable != 0 {
		return sqlerr.New(sqlerr.FeatureNotSupported, "cannot move an owned sequence into another schema").
			WithDetail("Sequence \"%s\" is linked to table \"%s\".", q.Name, b.cat.Table(q.OwnerTable).Name)
	}
	if err := b.namedInViews(o, "move"); err != nil {
		return err
	}
	list := []catalog.Object{o}
	if t, ok := o.(*catalog.Table); ok {
		for _, ix := range b.cat.Indexes(t.ID) {
			list = append(list, ix)
		}
		for _, q := range b.ownedSequences(t.ID, 0) {
			list = append(list, q.obj)
		}
	}
	for _, o := range list {
		if b.cat.Relation(to.Name, o.ObjectName()) != nil {
			return sqlerr.New(sqlerr.DuplicateTable, "relation \"%s\" already exists in schema \"%s\"", o.ObjectName(), to.Name)
		}
		n, h := cloneObject(o)
		h.Schema = to.ID
		b.put(n)
	}
	return nil
}

// renameFamilyCheck renames a check of a table and of those that have it of the table.
func (b *binder) renameFamilyCheck(t *catalog.Table, s *ast.RenameStmt) error {
	if s.Table.Only {
		return sqlerr.New(sqlerr.InvalidTableDefinition, "inherited constraint \"%s\" must be renamed in child tables too", s.Name)
	}
	name := b.name(s.NewName)
	for _, below := range b.cat.Family(t) {
		d := &draft{binder: b, t: below.Clone()}
		k := constraintNamed(d.t, s.Name)
		if k == nil {
			continue
		}
		if err := d.freeConstraint(name); err != nil {
			return err
		}
		k.Name = name
		d.put()
	}
	return nil
}
