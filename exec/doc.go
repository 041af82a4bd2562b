// Package exec runs plans: one operator per plan node, each pulling batches of
// columns from its inputs, over one view of storage.
//
//	plan.Plan ─► Open ─► build (operator tree) ─► Rows.Next … ─► Close
//
// The plan is shared and never changed; all state of a run lives in operators
// and in the run that they share (run.go). Expressions are compiled by exec/eval
// when the tree is built.
//
// Ownership: the columns of a Batch belong to the operator that filled it and
// are valid until its next next; strings in them stay valid until the run ends,
// because they alias memory that the statement's view pins or that the collector
// owns. So an operator that keeps rows copies column slots, never bytes.
//
// Writes go through modify.go (checks, conflicts) and fkey.go (foreign keys,
// checked when the whole statement has run). Rows that another transaction
// changed while we waited for their lock are evaluated again: see recheck.go.
//
// Start reading at env.go, run.go, build.go, operator.go, then one operator of
// your choice.
package exec
