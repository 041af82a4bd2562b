package types

import (
	"math"
	"unsafe"
)

// Value is one SQL value without its type. The zero Value is NULL. It is
// immutable: Str may alias memory that its producer promises not to change
// while the value is in use (a slab pinned by a snapshot, an arena of a batch);
// Clone cuts that tie.
type Value struct {
	s     string
	i     int64
	valid bool
}

// Null is SQL's NULL.
var Null = Value{}

// NewInt makes a value of the fixed class from its raw payload.
func NewInt(i int64) Value { return Value{i: i, valid: true} }

// NewBool makes a bool.
func NewBool(b bool) Value {
	if b {
		return Value{i: 1, valid: true}
	}
	return Value{valid: true}
}

// NewFloat makes a float4 or float8.
func NewFloat(f float64) Value { return Value{i: int64(math.Float64bits(f)), valid: true} }

// NewString makes a value of the variable class from its raw payload.
func NewString(s string) Value { return Value{s: s, valid: true} }

// NewBytes is NewString without a copy: the caller gives b away.
func NewBytes(b []byte) Value {
	return Value{s: unsafe.String(unsafe.SliceData(b), len(b)), valid: true}
}

// IsNull reports whether v is NULL.
func (v Value) IsNull() bool { return !v.valid }

// Int returns the raw payload of the fixed class.
func (v Value) Int() int64 { return v.i }

// Bool returns the payload as bool; NULL is false.
func (v Value) Bool() bool { return v.i != 0 }

// Float returns the payload as float64.
func (v Value) Float() float64 { return math.Float64frombits(uint64(v.i)) }

// Str returns the raw payload of the variable class.
func (v Value) Str() string { return v.s }

// Bytes returns the payload of the variable class without a copy; it must not be written to.
func (v Value) Bytes() []byte { return unsafe.Slice(unsafe.StringData(v.s), len(v.s)) }

// Clone returns a value that shares no memory with v.
func (v Value) Clone() Value {
	if len(v.s) > 0 {
		v.s = string(append([]byte(nil), v.s...))
	}
	return v
}

// Identical reports equality of payload bytes (NULL is identical to NULL). It
// is stricter than SQL's =, for which see Equal.
func (v Value) Identical(w Value) bool { return v == w }
