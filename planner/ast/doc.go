// Package ast is Synapse's own syntax tree for SQL: what planner/parse makes
// of a text and planner/bind reads.
//
// It follows PostgreSQL's grammar, with two differences. First, shapes that the
// grammar folds into one node (A_Expr, A_Indirection) are nodes of their own
// here, so that a switch on Go types says everything. Second, time travel is
// part of the tree: a table reference, a SELECT and BEGIN carry a Temporal.
//
// Invariants:
//   - A tree is immutable once parse.Parse has returned it. It is shared by the
//     AST cache between connections; nobody writes to it.
//   - Every node is a pointer to a struct that embeds Position.
//   - Positions are byte offsets into the text given to Parse, before the AS OF
//     rewrite; Unknown where the grammar keeps none.
//   - Identifiers are already folded and unquoted; constants are unescaped.
//   - Names are not resolved: that is planner/bind's work.
//
// Start reading at node.go, then expr.go, table.go and select.go.
package ast
