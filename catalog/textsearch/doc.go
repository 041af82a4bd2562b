// Package textsearch is PostgreSQL's full text search without its catalogs: the
// default parser, the dictionaries and configurations that are built in, and what
// to_tsvector, the to_tsquery family, @@, ts_rank, ts_headline and ts_rewrite
// compute. Answers are PostgreSQL 15's to the last bit.
//
//	text ─ Parse ─► tokens ─ Config ─► lexemes ─ Vector ─► tsvector (catalog/types)
//
// The values themselves and their input and output are in catalog/types. The
// functions of SQL are bound in catalog/builtin. Nothing here knows a session.
//
// Start reading at parser.go and config.go.
package textsearch
