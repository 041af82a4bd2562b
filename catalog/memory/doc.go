// Package memory is the memory schema: its tables and views as SQL (schema.sql),
// the statements its functions run (statements.go), the functions' signatures
// (functions.go) and the lineage relations (virtual.go).
//
// The functions are catalog functions whose bodies ask the session (Host) to do
// the work inside the caller's transaction and snapshot: most are one SQL
// statement of statements.go; recall (memory.query) is an operator of the engine,
// exec/recall.
package memory
