// Package ddl binds schema changes: it turns CREATE, ALTER, DROP and their kin
// into catalog objects as they shall be and the steps that exec takes
// (exec/plan/ddl.go). Everything is checked here against the statement's
// catalog; names and messages are as PostgreSQL makes them.
//
// Expressions that the catalog keeps (defaults, checks, index expressions) are
// bound and stored as the text that plan.Expr.String gives, so that they parse
// back to the same meaning whatever the search path is then. Views keep their
// source text, with each * spelled out, and the search path they were made with.
//
// What depends on what is not stored: it is found by looking (depend.go). Views
// name what they read in their text, so that renaming something a view reads is
// refused, where PostgreSQL would rewrite the view.
//
// A temporary table's ON COMMIT is exec.OnCommit's work. What a role
// may do with schemas and definitions is asked here (owner.go), what it may do
// with rows when a plan runs (exec/plan.Access).
//
// Start at bind.go. table.go, column.go, constraint.go, fkey.go and like.go make
// tables, index.go and opclass.go indexes, view.go and tableas.go stored
// queries; alter*.go and rename.go change them; depend.go and drop.go follow
// dependencies.
package ddl
