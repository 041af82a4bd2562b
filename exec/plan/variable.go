package plan

import "synapse/catalog/types"

// Variables are the names that the text of a function's body may use beside
// columns: its arguments and variables. They are read as parameters of the plan.
type Variables interface {
	// Variable resolves the longest part of a dotted name that means a variable
	// and returns how many parts that were; nil if it means none. Errors are
	// those of the name itself: a record without that field, or without value yet.
	Variable(name []string) (v *Variable, used int, err error)
	// Argument is what $n stands for, nil if nothing.
	Argument(n int) *Variable
	// Ambiguous reports whether a name that is both a column and a variable is an
	// error (PL/pgSQL); else the column is meant (SQL functions).
	Ambiguous() bool
}

// Variable is a value that the plan reads from parameter Param, or a row.
type Variable struct {
	Name  string
	Param int // 1-based
	Type  types.Type
	// Row: the fields are parameters of their own, or with Packed parts of the
	// one record that Param holds.
	Row    bool
	Packed bool
	Fields []Variable
}
