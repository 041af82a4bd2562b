package ddl

import (
	"slices"
	"strings"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/planner/ast"
)

// createType is CREATE TYPE: enums, composite types and range types.
func (b *binder) createType(s *ast.CreateTypeStmt) error {
	switch {
	case s.Enum:
		t, err := b.newType(s.Names, catalog.EnumType)
		if err != nil {
			return err
		}
		if err := b.addLabels(t, s.Labels); err != nil {
			return err
		}
		b.put(t)
		return nil
	case s.Composite:
		return b.createComposite(s)
	case s.Range:
		return b.createRange(s)
	}
	return sqlerr.Unsupported("CREATE TYPE of a base type", "Use CREATE DOMAIN over a built-in type.")
}

// newType starts a type of a name that its schema has free. The type and the
// array over it get OIDs that no type of the process has.
func (b *binder) newType(names []string, kind catalog.TypeKind) (*catalog.Type, error) {
	schema, err := b.creationSchema(schemaOf(names), ast.Permanent, -1)
	if err != nil {
		return nil, err
	}
	name := b.name(names[len(names)-1])
	if b.cat.TypeNamed(schema.Name, name) != 0 {
		return nil, sqlerr.New(sqlerr.DuplicateObject, "type \"%s\" already exists", name)
	}
	t := &catalog.Type{Header: catalog.Header{Name: name, Schema: schema.ID, Owner: b.Owner, Created: b.Now}, Kind: kind, Base: types.Type{Mod: -1}}
	if t.ID, err = b.typeID(); err != nil {
		return nil, err
	}
	t.ArrayID, err = b.typeID()
	return t, err
}

// freeType refuses a relation of a type's name: its row type needs the name.
func (b *binder) freeType(schema *catalog.Schema, name string) error {
	t := b.cat.Type(schema.Name, name)
	switch {
	case t == nil:
		return nil
	case t.Kind == catalog.CompositeType:
		return sqlerr.New(sqlerr.DuplicateTable, "relation \"%s\" already exists", name)
	}
	return sqlerr.New(sqlerr.DuplicateObject, "type \"%s\" already exists", name).
		WithHint("A relation has an associated type of the same name, so you must use a name that doesn't conflict with any existing type.")
}

// enumLabelMaxBytes is PostgreSQL's NAMEDATALEN - 1.
const enumLabelMaxBytes = maxNameBytes

func checkLabel(label string) error {
	if len(label) > enumLabelMaxBytes {
		return sqlerr.New(sqlerr.InvalidName, "invalid enum label \"%s\"", label).
			WithDetail("Labels must be %d bytes or less.", enumLabelMaxBytes)
	}
	return nil
}

// addLabels gives a new enum its labels.
func (b *binder) addLabels(t *catalog.Type, labels []string) error {
	for i, label := range labels {
		if err := checkLabel(label); err != nil {
			return err
		}
		if labelIndex(t, label) >= 0 {
			return sqlerr.New(sqlerr.UniqueViolation, "duplicate key value violates unique constraint \"pg_enum_typid_label_index\"").
				WithDetail("Key (enumtypid, enumlabel)=(%d, %s) already exists.", t.ID, label)
		}
		id, err := b.NewOID()
		if err != nil {
			return err
		}
		t.Labels = append(t.Labels, catalog.EnumLabel{ID: id, Name: label, Position: int64(i+1) * catalog.LabelStep})
	}
	return nil
}

func labelIndex(t *catalog.Type, label string) int {
	return slices.IndexFunc(t.Labels, func(l catalog.EnumLabel) bool { return l.Name == label })
}

// alterEnum is ALTER TYPE … ADD VALUE and RENAME VALUE.
func (b *binder) alterEnum(s *ast.AlterEnumStmt) error {
	t, err := b.enumType(s.Names)
	if err != nil {
		return err
	}
	if err := checkLabel(s.NewLabel); err != nil {
		return err
	}
	t = t.Clone()
	taken := labelIndex(t, s.NewLabel) >= 0
	if s.OldLabel != "" {
		i := labelIndex(t, s.OldLabel)
		switch {
		case i < 0:
			return noLabel(s.OldLabel)
		case taken:
			return labelTaken(s.NewLabel)
		}
		t.Labels[i].Name = s.NewLabel
		b.put(t)
		return nil
	}
	if taken {
		if s.IfNotExists {
			b.notice(sqlerr.Notice("enum label \"%s\" already exists, skipping", s.NewLabel))
			return nil
		}
		return labelTaken(s.NewLabel)
	}
	if err := b.insertLabel(t, s); err != nil {
		return err
	}
	b.put(t)
	return nil
}

// enumType finds an enum; other types are 42809.
func (b *binder) enumType(names []string) (*catalog.Type, error) {
	t := b.findType(names)
	if t != nil && t.Kind == catalog.EnumType {
		return t, b.mustOwn(t)
	}
	name := names[len(names)-1]
	in := types.LookupName(name)
	switch {
	case t != nil:
		name = b.shownType(t)
	case in != nil:
		name = in.SQLName
	case b.relation(schemaOf(names), name) == nil:
		_, err := b.userType(names)
		return nil, err
	}
	return nil, sqlerr.New(sqlerr.WrongObjectType, "%s is not an enum", name)
}

func labelTaken(label string) error {
	return sqlerr.New(sqlerr.DuplicateObject, "enum label \"%s\" already exists", label)
}

func noLabel(label string) error {
	return sqlerr.New(sqlerr.InvalidParameterValue, "\"%s\" is not an existing enum label", label)
}

// insertLabel adds a label at the end, or between its neighbours at half the way.
func (b *binder) insertLabel(t *catalog.Type, s *ast.AlterEnumStmt) error {
	at := len(t.Labels)
	if s.Neighbor != "" {
		if at = labelIndex(t, s.Neighbor); at < 0 {
			return noLabel(s.Neighbor)
		}
		if s.After {
			at++
		}
	}
	label := catalog.EnumLabel{Name: s.NewLabel, Position: catalog.LabelStep}
	switch {
	case len(t.Labels) == 0:
	case at == len(t.Labels):
		label.Position = t.Labels[at-1].Position + catalog.LabelStep
	case at == 0:
		label.Position = t.Labels[0].Position - catalog.LabelStep
	default:
		low, high := t.Labels[at-1].Position, t.Labels[at].Position
		if label.Position = low + (high-low)/2; label.Position == low {
			return sqlerr.New(sqlerr.ProgramLimitExceeded, "no room for another label between \"%s\" and \"%s\"", t.Labels[at-1].Name, t.Labels[at].Name).
				WithHint("Create the type anew with all labels and change the columns to it.")
		}
	}
	var err error
	if label.ID, err = b.NewOID(); err != nil {
		return err
	}
	t.Labels = slices.Insert(t.Labels, at, label)
	return nil
}

// findType finds a user type by its perhaps qualified name, nil if there is none.
func (b *binder) findType(names []string) *catalog.Type {
	name := names[len(names)-1]
	if schema := schemaOf(names); schema != "" {
		if schema == "pg_temp" {
			schema = b.TempSchema
		}
		return b.cat.Type(schema, name)
	}
	for _, schema := range b.SearchPath {
		if t := b.cat.Type(schema, name); t != nil {
			return t
		}
	}
	return nil
}

// userType is findType; none is 42704, a type of the system 42501, a row type 42809.
func (b *binder) userType(names []string) (*catalog.Type, error) {
	if t := b.findType(names); t != nil {
		return t, nil
	}
	if schema := schemaOf(names); schema != "" && b.cat.Schema(schema) == nil {
		return nil, sqlerr.New(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", schema)
	}
	name := names[len(names)-1]
	if types.LookupName(name) != nil {
		return nil, sqlerr.New(sqlerr.InsufficientPrivilege, "must be owner of type %s", name)
	}
	if o := b.relation(schemaOf(names), name); o != nil {
		return nil, sqlerr.New(sqlerr.WrongObjectType, "%s is a table's row type", name).WithHint("Use ALTER TABLE instead.")
	}
	return nil, sqlerr.New(sqlerr.UndefinedObject, "type \"%s\" does not exist", strings.Join(names, "."))
}

// droppedType finds the type of DROP TYPE or DROP DOMAIN; nil where IF EXISTS finds none.
func (b *binder) droppedType(s *ast.DropStmt, ref *ast.ObjectRef) (catalog.Object, error) {
	t := b.findType(ref.Names)
	switch {
	case t != nil && t.Kind == catalog.MultirangeType:
		of := b.shownType(b.otherRange(t))
		return nil, sqlerr.New(sqlerr.DependentObjectsExist, "cannot drop type %s because type %s requires it", b.shownType(t), of).
			WithHint("You can drop type %s instead.", of)
	case t != nil && s.Kind == ast.KindDomain && t.Kind != catalog.DomainType:
		return nil, sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not a domain", strings.Join(ref.Names, "."))
	case t != nil && s.Objects != nil:
		return t, b.mustOwnOrSchema(t)
	case t != nil:
		return t, nil
	case s.IfExists:
		if schema := schemaOf(ref.Names); schema != "" && b.cat.Schema(schema) == nil {
			b.notice(sqlerr.Notice("schema \"%s\" does not exist, skipping", schema))
		} else if types.LookupName(ref.Names[len(ref.Names)-1]) == nil {
			b.notice(sqlerr.Notice("type \"%s\" does not exist, skipping", strings.Join(ref.Names, ".")))
		}
		return nil, nil
	}
	if o := b.relation(schemaOf(ref.Names), ref.Names[len(ref.Names)-1]); o != nil {
		shown := b.shownName(o)
		return nil, sqlerr.New(sqlerr.DependentObjectsExist, "cannot drop type %s because %s %s requires it", shown, describeKind(o), shown).
			WithHint("You can drop %s %s instead.", describeKind(o), shown)
	}
	if in := types.LookupName(ref.Names[len(ref.Names)-1]); in != nil {
		return nil, sqlerr.New(sqlerr.DependentObjectsExist, "cannot drop type %s because it is required by the database system", in.SQLName)
	}
	_, err := b.userType(ref.Names)
	return nil, err
}

// renameType is ALTER TYPE … RENAME TO and ALTER DOMAIN … RENAME TO.
func (b *binder) renameType(s *ast.RenameStmt) error {
	t, err := b.alteredType(s.Kind, s.Object.Names)
	if err != nil {
		return err
	}
	if err := b.namedInViews(t, "rename"); err != nil {
		return err
	}
	t.Name = b.name(s.NewName)
	if b.cat.TypeNamed(b.cat.SchemaName(t.Schema), t.Name) != 0 {
		return sqlerr.New(sqlerr.DuplicateObject, "type \"%s\" already exists", t.Name)
	}
	b.put(t)
	return nil
}

// alteredType finds the type of an ALTER, of ALTER DOMAIN a domain, as a copy to change.
func (b *binder) alteredType(kind ast.ObjectKind, names []string) (*catalog.Type, error) {
	t, err := b.userType(names)
	if err != nil {
		return nil, err
	}
	if kind == ast.KindDomain && t.Kind != catalog.DomainType {
		return nil, sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not a domain", strings.Join(names, "."))
	}
	return t.Clone(), b.mustOwn(t)
}

// setTypeSchema is ALTER TYPE … SET SCHEMA.
func (b *binder) setTypeSchema(s *ast.AlterSchemaStmt) error {
	t, err := b.alteredType(s.Kind, s.Object.Names)
	if err != nil {
		return err
	}
	to := b.cat.Schema(s.NewSchema)
	if to == nil {
		return sqlerr.New(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", s.NewSchema)
	}
	if err := b.writableSchema(to); err != nil || to.ID == t.Schema {
		return err
	}
	if b.cat.TypeNamed(to.Name, t.Name) != 0 {
		return sqlerr.New(sqlerr.DuplicateObject, "type \"%s\" already exists in schema \"%s\"", t.Name, to.Name)
	}
	if err := b.namedInViews(t, "move"); err != nil {
		return err
	}
	t.Schema = to.ID
	b.put(t)
	return nil
}

// typeDependents lists what cannot live without a user type, or without the
// array over it: columns, attributes, domains, functions and views.
func (b *binder) typeDependents(t *catalog.Type, array bool) ([]dependent, error) {
	id := t.ID
	if array {
		id = t.ArrayID
	}
	out := b.typeUsers([]types.OID{id})
	for _, o := range b.cat.All(catalog.ClassType) {
		other := o.(*catalog.Type)
		if other.Kind == catalog.RangeType && other.Range.Subtype.OID == id {
			out = append(out, dependent{item: item{obj: other}})
		}
		if other.Kind == catalog.DomainType && other.Base.OID == id {
			out = append(out, dependent{item: item{obj: other}})
		}
		for i := range slices.Backward(other.Attributes) {
			if a := &other.Attributes[i]; !a.Dropped && a.Type.OID == id {
				out = append(out, dependent{item: item{obj: other, column: i + 1}})
			}
		}
	}
	for _, o := range b.cat.All(catalog.ClassFunction) {
		f := o.(*catalog.Function)
		uses := f.Ret.OID == id
		for _, a := range append(slices.Clone(f.Args), f.Columns...) {
			uses = uses || a.Type.OID == id
		}
		if uses {
			out = append(out, dependent{item: item{obj: f}})
		}
	}
	if array {
		return out, nil
	}
	users, err := b.viewUsers(id)
	out = append(out, dependent{item{obj: t, part: arrayOver}, true})
	if m := b.otherRange(t); m != nil && t.Kind == catalog.RangeType {
		out = append(out, dependent{item{obj: m}, true})
	}
	return append(out, users...), err
}

// shownType qualifies a type's name where the search path does not find it.
func (b *binder) shownType(t *catalog.Type) string {
	name := builtin.QuoteIdent(t.Name)
	if found := b.findType([]string{t.Name}); found != nil && found.ID == t.ID {
		return name
	}
	return builtin.QuoteIdent(b.cat.SchemaName(t.Schema)) + "." + name
}
