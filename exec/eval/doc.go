// Package eval turns plan expressions into something that runs: kernels over
// the column vectors of a batch, and a row path for one row at a time.
//
// Compile binds an expression to one statement run (its parameters, slots,
// function environment and subquery runner) and returns an Expr. An Expr owns
// scratch memory: it is used by one goroutine at a time, and a column that
// Vector returns is valid until the next Vector of the same Expr.
//
// Every kind of expression has a row form; the hot ones have a vector form too
// (see kernel.go), and the rest run their row form in a loop. Branches of CASE,
// COALESCE, AND and OR are evaluated only for the rows that need them: the
// vector forms narrow the selection before they go on.
//
// Start reading at batch.go, expr.go, compile.go, then call.go and kernel.go.
package eval
