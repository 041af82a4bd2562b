package types

// Type is a SQL type with its modifier: comparable, copied freely.
// Mod is PostgreSQL's atttypmod: -1 means none (varchar(10) has 14, numeric(p,s)
// has ((p<<16)|s)+4, vector(384) has 384).
type Type struct {
	OID OID
	Mod int32
}

// Of returns the type without a modifier.
func Of(oid OID) Type { return Type{OID: oid, Mod: -1} }

// Types without modifier that code names often.
var (
	Bool        = Of(OIDBool)
	Int2        = Of(OIDInt2)
	Int4        = Of(OIDInt4)
	Int8        = Of(OIDInt8)
	Float4      = Of(OIDFloat4)
	Float8      = Of(OIDFloat8)
	Numeric     = Of(OIDNumeric)
	Text        = Of(OIDText)
	Varchar     = Of(OIDVarchar)
	Bpchar      = Of(OIDBpchar)
	Name        = Of(OIDName)
	Char        = Of(OIDChar)
	Bytea       = Of(OIDBytea)
	UUID        = Of(OIDUUID)
	JSON        = Of(OIDJSON)
	JSONB       = Of(OIDJSONB)
	Date        = Of(OIDDate)
	Time        = Of(OIDTime)
	Timetz      = Of(OIDTimetz)
	Timestamp   = Of(OIDTimestamp)
	Timestamptz = Of(OIDTimestamptz)
	Interval    = Of(OIDInterval)
	OIDType     = Of(OIDOID)
	Regclass    = Of(OIDRegclass)
	Regtype     = Of(OIDRegtype)
	Unknown     = Of(OIDUnknown)
	Void        = Of(OIDVoid)
	Record      = Of(OIDRecord)
	Vector      = Of(OIDVector)
	Halfvec     = Of(OIDHalfvec)
	TextArray   = Of(OIDTextArray)
	Int4Array   = Of(OIDInt4Array)
	Int8Array   = Of(OIDInt8Array)
	Float4Array = Of(OIDFloat4Array)
	Float8Array = Of(OIDFloat8Array)
	UUIDArray   = Of(OIDUUIDArray)
)

// Kind groups types that share payload and algorithms.
type Kind uint8

// Kinds. Those up to KindEnum are of the fixed class.
const (
	KindInvalid Kind = iota
	KindBool
	KindInt2
	KindInt4
	KindInt8
	KindOID  // oid, xid, cid and the reg* types
	KindChar // "char"
	KindFloat4
	KindFloat8
	KindDate
	KindTime
	KindTimestamp
	KindTimestamptz
	KindEnum // position among the labels, see Label
	KindText // text, varchar, unknown, cstring, xml, pg_node_tree, refcursor
	KindBpchar
	KindName
	KindCitext
	KindBytea
	KindUUID
	KindInterval
	KindTimetz
	KindNumeric
	KindJSON
	KindJSONB
	KindArray // also int2vector and oidvector
	KindRecord
	KindVector
	KindHalfvec
	KindSparsevec
	KindRange
	KindMultirange
	KindHstore
	KindBit
	KindInet
	KindMacaddr
	KindTSVector
	KindTSQuery
	KindJSONPath
	KindACLItem
	KindTID
	KindPgLSN
	KindMoney
	KindVoid
	KindPseudo // any, anyelement, …: appear in signatures only
)

// Fixed reports whether the payload lives in Value.Int and Column.I64.
func (k Kind) Fixed() bool { return k >= KindBool && k <= KindEnum }

// Info describes a type as pg_type does.
type Info struct {
	OID       OID
	Name      string // pg_type.typname: "int4", "_int4"
	SQLName   string // format_type: "integer", "integer[]"
	Len       int16  // typlen: bytes on a PostgreSQL disk, -1 varlena, -2 cstring
	ByVal     bool
	Align     byte // typalign
	Category  byte // typcategory
	Preferred bool
	TypType   byte // 'b' base, 'p' pseudo, 'e' enum, 'd' domain, 'c' composite, 'r' range, 'm' multirange
	Elem      OID  // element type of an array
	Array     OID  // its array type
	Kind      Kind
}

// Lookup returns the description of a type, nil if oid names none. That of a
// domain has the kind, the category and the element of its base type.
func Lookup(oid OID) *Info {
	if d := DefinedType(oid); d != nil {
		return &d.Info
	}
	return registry[oid]
}

// LookupName finds a built-in or extension type by its pg_type name ("int4", "_text", "vector"), nil if none.
func LookupName(name string) *Info { return byName[name] }

// All returns every built-in and extension type in order of OID. The slice is shared: do not change it.
func All() []*Info { return ordered }

// Kind returns the kind of the type, KindInvalid for an unknown OID.
func (t Type) Kind() Kind {
	if int(t.OID) < len(kinds) {
		return kinds[t.OID]
	}
	if d := DefinedType(t.OID); d != nil {
		return d.Kind
	}
	return KindInvalid
}

// Fixed reports whether values of the type live in Value.Int and Column.I64.
func (t Type) Fixed() bool { return t.Kind().Fixed() }

// Info returns the description; it panics for an OID that no type has.
func (t Type) Info() *Info {
	in := Lookup(t.OID)
	if in == nil {
		panic("types: no type with this OID")
	}
	return in
}

// Elem returns the element type of an array type (modifier kept), or OID 0.
func (t Type) Elem() Type {
	if t.OID >= FirstUserOID {
		t = t.Base()
	}
	if in := Lookup(t.OID); in != nil && in.Kind == KindArray {
		return Type{OID: in.Elem, Mod: t.Mod}
	}
	return Type{}
}

// ArrayOf returns the array type of t (modifier kept), or OID 0 where none exists.
func (t Type) ArrayOf() Type {
	if in := Lookup(t.OID); in != nil && in.Array != 0 {
		return Type{OID: in.Array, Mod: t.Mod}
	}
	return Type{}
}

// IsArray reports whether t is an array type.
func (t Type) IsArray() bool { return t.Kind() == KindArray }

// NoMod returns t without its modifier.
func (t Type) NoMod() Type { return Type{OID: t.OID, Mod: -1} }
