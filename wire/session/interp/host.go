package interp

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// Host is what a function's body asks of the session that runs it.
type Host interface {
	// Prepare compiles one statement of SQL whose names may be variables.
	Prepare(sql string, vars plan.Variables) (Statement, error)
	// Cast converts a value as an assignment does.
	Cast(v types.Value, from, to types.Type) (types.Value, error)
	// Type resolves a type's text. rel is not 0 where it is the row of a relation.
	Type(text string) (t types.Type, rel types.OID, err error)
	// ColumnType is the type of a relation's column (%TYPE).
	ColumnType(name []string) (types.Type, error)
	// RowType finds a relation by name (%ROWTYPE).
	RowType(name []string) (types.OID, error)
	// RowColumns are the columns of a relation.
	RowColumns(rel types.OID) (names []string, columns []types.Type)
	Text(v types.Value, t types.Type) string
	Notice(e *sqlerr.Error)
	Interrupt() error

	// Savepoint begins a subtransaction; the returned function ends it, undoing it or not.
	Savepoint() (end func(undo bool), err error)
	// Commit and Rollback end the transaction inside a procedure and begin another.
	Commit(chain bool) error
	Rollback(chain bool) error

	// OpenCursor makes a cursor; with name "" it is given one, which is returned.
	OpenCursor(name string, s Statement, params []types.Value) (string, error)
	// Fetch moves a cursor and returns the row it is on then, nil if none, and how far it moved.
	Fetch(name, direction string, count int64, all, move bool) (names []string, ts []types.Type, row []types.Value, moved int64, err error)
	CloseCursor(name string) error
}

// Statement is a compiled statement.
type Statement interface {
	// Valid reports whether it still means the same.
	Valid() bool
	// Columns are those of the result, nil for none.
	Columns() []plan.OutColumn
	// Value computes the single value of an expression; simple says that it was no query.
	Value(params []types.Value) (v types.Value, err error)
	Simple() bool
	// Run executes the statement and passes on at most limit rows (-1: all). It
	// returns how many rows it gave or changed. each may be nil.
	Run(params []types.Value, limit int64, each func(row []types.Value) error) (int64, error)
	// Selects reports a query, which needs a destination for its rows.
	Selects() bool
	// Changes reports INSERT, UPDATE, DELETE and MERGE.
	Changes() bool
}

// Caller is a Statement that is CALL: Outputs are the names of the variables
// that its OUT arguments go to.
type Caller interface {
	Outputs() ([][]string, error)
}
