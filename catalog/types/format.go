package types

import "time"

// Format carries the session settings that text input and output depend on.
// Immutable once made; sessions replace it when a setting changes.
type Format struct {
	DateStyle        string // "ISO", "SQL", "Postgres", "German"
	DateOrder        string // "MDY", "DMY", "YMD"
	IntervalStyle    string // "postgres", "postgres_verbose", "sql_standard", "iso_8601"
	Zone             *time.Location
	ExtraFloatDigits int    // > 0: shortest exact (PostgreSQL's default 1)
	ByteaOutput      string // "hex", "escape"
	Now              int64  // statement or transaction time, µs since 2000-01-01 UTC: for 'now', 'today'
	// RegName spells a value of a reg* type (typ is OIDRegclass, OIDRegproc, …) as
	// the session's catalog and search path do; "" or nil: the number, and for
	// regtype the built-in type's name.
	RegName func(typ, value OID) string
	// RegValue reads a name as a value of a reg* type, its inverse; nil reads
	// numbers only. Errors as PostgreSQL's for a name that nothing has.
	RegValue func(typ OID, text string) (OID, error)
	// Defined returns a user's type as the session's catalog has it: labels and
	// fields as of the statement. nil, or nil for an OID: the newest committed.
	Defined func(OID) *Defined
}

// DefaultFormat is PostgreSQL's default with time zone UTC.
var DefaultFormat = &Format{
	DateStyle: "ISO", DateOrder: "MDY", IntervalStyle: "postgres",
	Zone: time.UTC, ExtraFloatDigits: 1, ByteaOutput: "hex",
}
