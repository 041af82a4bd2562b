package catalog

import "synapse/catalog/types"

// TypeKind is pg_type.typtype of a type that a user made.
type TypeKind byte

// Kinds of user type.
const (
	EnumType      TypeKind = 'e'
	DomainType    TypeKind = 'd'
	CompositeType TypeKind = 'c'
	// A range type and its multirange type are an object each, with one RangeDef.
	RangeType      TypeKind = 'r'
	MultirangeType TypeKind = 'm'
)

// RangeDef is what CREATE TYPE … AS RANGE says, and the OIDs of what comes with it.
type RangeDef struct {
	RangeID      types.OID  `json:"range_id"`
	MultirangeID types.OID  `json:"multirange_id"`
	Subtype      types.Type `json:"subtype"`
	Collation    string     `json:"collation,omitempty"`
	SubtypeDiff  types.OID  `json:"subtype_diff,omitempty"` // function; 0 none
	// Functions are the OIDs of builtin.RangeConstructors, in their order.
	Functions []types.OID `json:"functions"`
}

// RangeFunctions is how many constructors a range type and its multirange type have.
const RangeFunctions = 5

// Type is what codecs know of the pair.
func (d *RangeDef) Type() *types.RangeType {
	return &types.RangeType{Range: d.RangeID, Multirange: d.MultirangeID, Subtype: d.Subtype}
}

// Type is a type that a user made. Its OID is its place in pg_type for good;
// the array over it has an OID of its own and no object. Columns name types by
// OID, so renaming one, or a label or an attribute of it, changes this object
// alone. The row type of a table is no object: it follows from the table.
type Type struct {
	Header
	Kind    TypeKind  `json:"kind"`
	ArrayID types.OID `json:"array_id"`

	Labels []EnumLabel `json:"labels,omitempty"` // of an enum, in their order

	Base       types.Type   `json:"base"` // of a domain
	NotNull    bool         `json:"not_null,omitempty"`
	Default    string       `json:"default,omitempty"` // SQL text; "" none
	Collation  string       `json:"collation,omitempty"`
	Checks     []Constraint `json:"checks,omitempty"`   // their Expr is over VALUE
	Relation   types.OID    `json:"relation,omitempty"` // of a composite type: its row in pg_class
	Attributes []Column     `json:"attributes,omitempty"`
	Range      *RangeDef    `json:"range,omitempty"` // of a range or multirange type; shared, not to be changed
}

// EnumLabel is a value of an enum. Position is what rows store: see types.Label.
type EnumLabel struct {
	ID       types.OID `json:"id"` // pg_enum.oid
	Name     string    `json:"name"`
	Position int64     `json:"position"`
}

// LabelStep is the distance between the positions of labels that are added at
// the end: between two neighbours there is room for 32 halvings.
const LabelStep = int64(1) << 32

// Class implements Object.
func (*Type) Class() Class { return ClassType }

// Clone returns a copy whose slices may be changed.
func (t *Type) Clone() *Type {
	n := *t
	n.Labels = append([]EnumLabel(nil), t.Labels...)
	n.Checks = append([]Constraint(nil), t.Checks...)
	n.Attributes = append([]Column(nil), t.Attributes...)
	return &n
}

// Defined is the type as codecs know it.
func (t *Type) Defined() *types.Defined {
	d := &types.Defined{Info: types.Info{
		OID: t.ID, Name: t.Name, SQLName: t.Name, TypType: byte(t.Kind), Array: t.ArrayID,
	}}
	switch t.Kind {
	case EnumType:
		d.Len, d.ByVal, d.Align, d.Category, d.Kind = 4, true, 'i', 'E', types.KindEnum
		for _, l := range t.Labels {
			d.Labels = append(d.Labels, types.Label{Position: l.Position, Name: l.Name})
		}
	case CompositeType:
		d.Len, d.Align, d.Category, d.Kind = -1, 'd', 'C', types.KindRecord
		d.Fields = fieldsOf(t.Attributes)
	case RangeType, MultirangeType:
		d = types.RangeInfo(t.ID, t.Name, t.Range.Type())
		if t.Kind == MultirangeType {
			d = types.MultirangeInfo(t.ID, t.Name, t.Range.Type())
		}
		d.Array = t.ArrayID
	case DomainType:
		d.Base, d.NotNull = t.Base, t.NotNull // Define adds the base type's shape
	}
	return d
}

func fieldsOf(columns []Column) []types.Field {
	var out []types.Field
	for i := range columns {
		if c := &columns[i]; !c.Dropped {
			out = append(out, types.Field{Name: c.Name, Type: c.Type, Attr: i})
		}
	}
	return out
}

// definedBy lists what an object gives the registry of types: the type or row
// type, and the array over it.
func definedBy(o Object) []*types.Defined {
	var d *types.Defined
	switch o := o.(type) {
	case *Type:
		d = o.Defined()
	case *Table:
		if o.TypeID < types.FirstUserOID {
			return nil
		}
		d = rowType(&o.Header, o.TypeID, o.ArrayTypeID, o.Columns)
	case *View:
		if o.TypeID < types.FirstUserOID {
			return nil
		}
		d = rowType(&o.Header, o.TypeID, 0, o.Columns)
	default:
		return nil
	}
	if d.Array == 0 {
		return []*types.Defined{d}
	}
	return []*types.Defined{d, types.ArrayInfo(d.Array, d)}
}

// rowType is the composite type of a relation's rows.
func rowType(h *Header, id, array types.OID, columns []Column) *types.Defined {
	return &types.Defined{
		Info: types.Info{
			OID: id, Name: h.Name, SQLName: h.Name, TypType: byte(CompositeType), Array: array,
			Len: -1, Align: 'd', Category: 'C', Kind: types.KindRecord,
		},
		Fields: fieldsOf(columns),
	}
}

// Publish makes the spelling of a committed object's type that of the process:
// see types.Define. Types that a Catalog is given for the first time are
// published by it.
func Publish(o Object) { types.Define(true, definedBy(o)...) }

// Introduce makes the type of an object known that may be an older version: what
// the process knows already stays.
func Introduce(o Object) { types.Define(false, definedBy(o)...) }

// Type finds a user type by schema and name, nil if none.
func (c *Catalog) Type(schema, name string) *Type {
	s := c.Schema(schema)
	if s == nil {
		return nil
	}
	if id, ok := c.names[nameKey{'t', s.ID, name}]; ok {
		return c.objects[id].obj.(*Type)
	}
	return nil
}

// TypeByID finds a user type by its OID or that of the array over it, nil if none.
func (c *Catalog) TypeByID(id types.OID) (t *Type, array bool) {
	if t, ok := c.Object(id).(*Type); ok {
		return t, false
	}
	d := types.DefinedType(id)
	if d == nil || d.Elem == 0 {
		return nil, false
	}
	t, ok := c.Object(d.Elem).(*Type)
	return t, ok
}

// Defined returns a user's type as this catalog has it, nil if it has none with
// the OID. It is what types.Format.Defined wants.
func (c *Catalog) Defined(id types.OID) *types.Defined { return c.defined[id] }

// definitions are those of c after changes that made new ones.
func (c *Catalog) definitions(changes []Change, made []*types.Defined) map[types.OID]*types.Defined {
	gone := false
	for _, ch := range changes {
		gone = gone || c.defined[ch.ID] != nil
	}
	if len(made) == 0 && !gone {
		return c.defined
	}
	out := make(map[types.OID]*types.Defined, len(c.defined)+len(made))
	for id, d := range c.defined {
		out[id] = d
	}
	for _, ch := range changes {
		delete(out, ch.ID)
	}
	for _, d := range made {
		if d.TypType == byte(EnumType) || d.TypType == byte(CompositeType) {
			out[d.OID] = d
		}
	}
	return out
}

// TypeNamed finds a type of a schema by name: a user type, the array over one
// (its name with an underscore in front), or a relation's row type; 0 if none.
func (c *Catalog) TypeNamed(schema, name string) types.OID {
	if t := c.Type(schema, name); t != nil {
		return t.ID
	}
	if id := RowTypeID(c.Relation(schema, name)); id >= types.FirstUserOID {
		return id
	}
	if len(name) > 1 && name[0] == '_' {
		if t := c.Type(schema, name[1:]); t != nil {
			return t.ArrayID
		}
		if t, ok := c.Relation(schema, name[1:]).(*Table); ok {
			return t.ArrayTypeID
		}
	}
	return 0
}

// RowTypeID is the type of an object's rows: of a table, a view or a composite
// type; 0 for other objects and nil.
func RowTypeID(o Object) types.OID {
	switch o := o.(type) {
	case *Table:
		return o.TypeID
	case *View:
		return o.TypeID
	case *Type:
		if o.Kind == CompositeType {
			return o.ID
		}
	}
	return 0
}
