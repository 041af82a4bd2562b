// Package plan is the contract between planner and exec: immutable plan nodes,
// typed expressions and their EXPLAIN text. Plans are data only, shared between
// sessions and cached; whatever changes while a plan runs lives in exec.
//
// Every node produces rows with a fixed list of columns (Columns). An
// expression refers to the columns of its node's input by ordinal (Col), to
// statement parameters (Param), and to values of an enclosing query or of the
// outer side of a nested loop through slots (Slot) that exec sets before it runs
// the inner side.
//
// Start reading at plan.go, expr.go, scan.go, node.go, modify.go.
package plan
