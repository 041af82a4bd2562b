// Package interp runs PL/pgSQL: the trees of planner/plpgsql. It knows variables,
// control flow, exceptions and cursors; whatever is SQL it hands to its Host,
// which the session implements, together with the names that the text may use.
//
// Compile (compile.go) numbers the variables of a body once. Each call has a
// frame with their values (frame.go). A variable is a parameter of the plans of
// the body's statements, under its own number; a field that a statement takes of
// a record gets a number when the statement is first compiled, because only then
// the record's columns are known (names.go). Plans are kept beside their text
// and made anew where the catalog or the columns of a record have changed.
//
// A Function belongs to one session and is used by its goroutine alone;
// recursion gives each call its own frame.
//
// Start reading at host.go, compile.go, run.go.
package interp
