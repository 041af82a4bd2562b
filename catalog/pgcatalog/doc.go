// Package pgcatalog makes pg_catalog and information_schema: real relations,
// whose rows are produced from the statement's catalog and from PostgreSQL's
// built-ins, and the functions that clients call on them (format_type,
// pg_get_indexdef, to_regclass, …).
//
// relations.tsv lists every relation of PostgreSQL 15 in the two schemas with
// its columns; Tables makes them all. The rows of a relation come from, in order:
// a provider in Go (rows of the catalog), a file of snapshot/ (what PostgreSQL is
// born with and Synapse shares), or nowhere: it exists, and is empty.
//
// A provider is a function of the catalog alone, so its rows are kept until a
// statement reads another catalog; live relations (pg_settings, pg_stat_activity)
// are made at each read.
//
// Start reading at tables.go, sheet.go, class.go.
package pgcatalog
