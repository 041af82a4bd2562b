// Package parse turns SQL text into planner/ast.
//
// PostgreSQL's own parser (pg_query, through cgo) does the grammar; this
// package adds what Synapse has beyond it and keeps C out of danger:
//
//	text ─ limits.go ─► pg_query ─ convert*.go ─► ast
//	                       │ syntax error, and the text says AS OF …
//	                       └─► temporal.go, levels.go: cut and move clauses ─► pg_query ─► ast
//
// Invariants:
//   - A text that PostgreSQL's grammar accepts is never rewritten: time travel
//     takes no spelling away from plain PostgreSQL.
//   - Words inside strings, quoted identifiers, comments and dollar quotes never
//     trigger anything: all decisions are made on tokens (lex.go).
//   - Every position, in trees and in errors, is one of the user's text;
//     segment.go maps them back.
//   - Size and nesting are checked before C sees a text.
//
// The AS OF clause. Directly behind a table, function or subquery of FROM (with
// or without its alias) it belongs to that item; anywhere else it must stand at
// the border of a clause and belongs to the whole query level. CockroachDB's
// AS OF SYSTEM TIME belongs to the query level also when it ends FROM, as
// there. "FROM t AS of" and "FROM t AS of (a, b)" stay aliases.
//
// Beside Parse: CutComment (sqlcommenter), ExtractLiterals (texts that differ
// in long literals share a cache entry), Normalize (fingerprints), Cache.
// Start reading at parse.go, then temporal.go.
package parse
