// Package partition knows how the rows of a partitioned table are dealt out:
// which partition takes a key (Set.Route), which ones a condition leaves
// (Set.Prune), which bounds would overlap (Set.Conflict).
//
// A Set is made of a table's definition and its partitions' and reads no rows.
// It serves the planner, which leaves out the partitions that a query cannot
// need, the executor, which finds the partition of a new row, and schema changes.
//
// Start reading at set.go.
package partition
