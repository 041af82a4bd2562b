package ast

// TemporalClause is the time travel of a table reference, a query or a
// transaction: at most one period per clock.
type TemporalClause struct {
	Position
	System *Period // what was known; nil if not given
	Valid  *Period // when it held; nil if not given
}

// PeriodKind is the form of a Period.
type PeriodKind uint8

// The forms.
const (
	PeriodAsOf    PeriodKind = iota // AS OF From: the state at one moment
	PeriodBetween                   // BETWEEN From AND To: versions, To included
	PeriodFromTo                    // FROM From TO To: versions, To excluded
	PeriodAll                       // ALL: every version
	PeriodQuery                     // AS OF QUERY From: the snapshot that a lineage row recorded
)

// Period selects moments of one clock. From and To are expressions without
// columns and subqueries; they share the statement's parameters.
type Period struct {
	Position
	Kind PeriodKind
	From Expr
	To   Expr // for Between and FromTo

	// UnixNanos is true after SYSTEM TIME: a bare integer counts nanoseconds
	// since 1970 as in CockroachDB, else microseconds since 2000.
	UnixNanos bool
}
