package types

import (
	"sort"
	"strings"
	"sync"
	"sync/atomic"

	"synapse/catalog/sqlerr"
)

// Defined is a type that a user made: an enum, a domain, a composite type, a
// range type, its multirange type, or the array over one of these. Immutable once it is given to Define.
//
// The catalog is where such types live: catalog.Type objects and the row types
// of tables, versioned as all objects are, and what a statement means by a
// name, a label or a field is decided there. This registry holds what codecs
// need about an OID without a catalog at hand: its shape, which never changes
// (OIDs are not used twice), and the newest committed spelling of labels and
// fields.
type Defined struct {
	Info
	Base    Type       // of a domain: what it is made over, modifier included
	NotNull bool       // of a domain
	Labels  []Label    // of an enum, in their order
	Fields  []Field    // of a composite type, dropped ones left out
	Range   *RangeType // of a range type and of its multirange type
}

// Label is one value of an enum. Position is its payload: labels sort by it,
// and it never changes, so stored values and index keys outlive ADD VALUE and
// RENAME VALUE.
type Label struct {
	Position int64
	Name     string
}

// Field is one attribute of a composite type. Attr is its 0-based number, which
// dropped attributes keep: it is the field's place in stored values.
type Field struct {
	Name string
	Type Type
	Attr int
}

// defined maps OIDs to types that users made. Readers load the map, writers
// replace it under the lock.
var (
	defined     atomic.Pointer[map[OID]*Defined]
	definedLock sync.Mutex
)

// Define makes user types known to Lookup, Type.Kind and the codecs. A type
// that is known already stays as it is unless replace is set, which is for what
// has been committed.
func Define(replace bool, list ...*Defined) {
	if len(list) == 0 {
		return
	}
	definedLock.Lock()
	defer definedLock.Unlock()
	old := defined.Load()
	next := make(map[OID]*Defined, len(list))
	if old != nil {
		for k, v := range *old {
			next[k] = v
		}
	}
	changed := false
	// What a domain is made over is older than the domain.
	sort.Slice(list, func(i, j int) bool { return list[i].OID < list[j].OID })
	for _, d := range list {
		if next[d.OID] != nil && !replace {
			continue
		}
		if d.TypType == 'd' {
			d.takeShape(next)
		}
		next[d.OID], changed = d, true
	}
	if changed {
		defined.Store(&next)
	}
}

// takeShape gives a domain the shape of its base type.
func (d *Defined) takeShape(known map[OID]*Defined) {
	in := registry[d.Base.OID]
	if base := known[d.Base.OID]; base != nil {
		in = &base.Info
	}
	if in != nil {
		d.Len, d.ByVal, d.Align, d.Category, d.Kind, d.Elem = in.Len, in.ByVal, in.Align, in.Category, in.Kind, in.Elem
	}
}

// DefinedType returns a type that a user made, nil if the OID names none.
func DefinedType(oid OID) *Defined {
	if oid < FirstUserOID {
		return nil
	}
	if m := defined.Load(); m != nil {
		return (*m)[oid]
	}
	return nil
}

// Base returns what values of t are at rest: the type below all domains, with
// the modifier that it has there; t itself where it is no domain.
func (t Type) Base() Type {
	for t.OID >= FirstUserOID {
		d := DefinedType(t.OID)
		if d == nil || d.TypType != 'd' {
			break
		}
		t = d.Base
	}
	return t
}

// IsDomain reports whether t is a domain.
func (t Type) IsDomain() bool {
	d := DefinedType(t.OID)
	return d != nil && d.TypType == 'd'
}

// Fields returns the attributes of a composite type (also below a domain), nil for others.
func (t Type) Fields() []Field {
	if d := DefinedType(t.Base().OID); d != nil && d.TypType == 'c' {
		return d.Fields
	}
	return nil
}

// ArrayInfo describes the array type over a defined one.
func ArrayInfo(array OID, over *Defined) *Defined {
	return &Defined{Info: Info{
		OID: array, Name: "_" + over.Name, SQLName: over.SQLName + "[]", Len: -1, Align: 'd',
		Category: 'A', TypType: 'b', Elem: over.OID, Kind: KindArray,
	}}
}

func errNoLabel(d *Defined, s string) error {
	return sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid input value for enum %s: \"%s\"", d.SQLName, s)
}

// parseEnum reads a label. Error: 22P02.
func parseEnum(t Type, s string, f *Format) (Value, error) {
	d := f.Definition(t.OID)
	for i := range d.Labels {
		if d.Labels[i].Name == s {
			return NewInt(d.Labels[i].Position), nil
		}
	}
	return Null, errNoLabel(d, s)
}

// appendEnum writes the label of a position; a position without one, which a
// moment before the label was made can show, is empty.
func appendEnum(dst []byte, t Type, at int64, f *Format) []byte {
	for _, d := range [...]*Defined{f.Definition(t.OID), DefinedType(t.OID)} {
		i := sort.Search(len(d.Labels), func(i int) bool { return d.Labels[i].Position >= at })
		if i < len(d.Labels) && d.Labels[i].Position == at {
			return append(dst, d.Labels[i].Name...)
		}
	}
	return dst
}

// Definition is a user's type as the settings' catalog has it, else as the
// registry does; nil if the OID names none.
func (f *Format) Definition(oid OID) *Defined {
	if f != nil && f.Defined != nil {
		if d := f.Defined(oid); d != nil {
			return d
		}
	}
	return DefinedType(oid)
}

// parseComposite is record_in for a type whose fields are known: (a,"b c",).
// Errors: 22P02, and those of the fields.
func parseComposite(t Type, s string, f *Format) (Value, error) {
	d := f.Definition(t.OID)
	if d == nil {
		return Null, errAnonymousInput()
	}
	bad := func(detail string) error {
		return sqlerr.New(sqlerr.InvalidTextRepresentation, "malformed record literal: \"%s\"", s).WithDetail("%s", detail)
	}
	rest := strings.TrimLeft(s, " \t\n\r\v\f")
	if !strings.HasPrefix(rest, "(") {
		return Null, bad("Missing left parenthesis.")
	}
	rest = rest[1:]
	rec := RecordValue{Of: t.OID}
	for i, field := range d.Fields {
		if i > 0 {
			if !strings.HasPrefix(rest, ",") {
				return Null, bad("Too few columns.")
			}
			rest = rest[1:]
		}
		text, null, after, ok := recordField(rest)
		if !ok {
			return Null, bad("Unexpected end of input.")
		}
		rest = after
		v := Null
		if !null {
			var err error
			if v, err = ParseText(field.Type, text, f); err != nil {
				return Null, err
			}
			if v, err = ApplyTypmod(field.Type, v, false); err != nil {
				return Null, err
			}
		}
		rec.Types, rec.Values = append(rec.Types, field.Type.NoMod()), append(rec.Values, v)
	}
	if !strings.HasPrefix(rest, ")") {
		return Null, bad("Too many columns.")
	}
	if strings.TrimLeft(rest[1:], " \t\n\r\v\f") != "" {
		return Null, bad("Junk after right parenthesis.")
	}
	return rec.Encode(), nil
}

// recordField takes one field off a record literal, up to a comma or the closing
// parenthesis. A field without any character is NULL.
func recordField(s string) (text string, null bool, rest string, ok bool) {
	if s == "" {
		return "", false, "", false
	}
	if s[0] == ',' || s[0] == ')' {
		return "", true, s, true
	}
	var b []byte
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			if i++; i == len(s) {
				return "", false, "", false
			}
			b = append(b, s[i])
		case c == '"' && quoted && i+1 < len(s) && s[i+1] == '"':
			b = append(b, c)
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ',' || c == ')'):
			return string(b), false, s[i:], true
		default:
			b = append(b, c)
		}
	}
	return "", false, "", false
}
