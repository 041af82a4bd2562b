// Package snapshot keeps the database in two SQLite files, so that the commit
// log can be cut and so that anybody can read the data with any SQLite tool.
//
// A Pair follows the commit log. Its two files, snapshot-a.sqlite and
// snapshot-b.sqlite, are brought up to date in turn, a bounded batch of commits
// per SQLite transaction; the same transaction writes how far the file is
// (applied LSN), so every state that a file can be found in is a valid snapshot.
// The log is cut below the smaller of the two once both are checkpointed. If
// anything fails, the log is simply not cut.
//
// # What is in a file
//
//	_synapse     key, value: format, database, applied_lsn, redo_lsn, ceiling, last_timestamp
//	_tables      a row per table of the database: OID and name of its SQLite table
//	_columns     a row per attribute a table ever had: SQLite column, type
//	_sequences   ceilings of sequences
//	_namespaces  namespace → shard
//	_catalog     the catalog: its rows are stored like any table's
//	"schema.name.oid"  a table: _row_id, _system_from, _system_to (NULL: still the newest),
//	             _attrs (number of attributes the version was written with), _crc, and its columns
//	"schema.name", "schema.name@history"  views for people: what is current, everything
//
// Times are microseconds since 2000-01-01 UTC. Values are described in value.go:
// a BLOB in a column that is not binary is the exact payload of a value that
// SQLite or its text form could not hold.
//
// Files go through SQLite and so through the operating system, not through vfs.
//
// Start reading at pair.go, then file.go, apply.go, schema.go, value.go, load.go.
package snapshot
