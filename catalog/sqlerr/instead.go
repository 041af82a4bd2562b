package sqlerr

import "strings"

// instead says what serves in place of what Synapse does not have, by words of
// its name; the first line that fits is taken.
var instead = []struct{ word, hint string }{
	{"FOREIGN", "Synapse reads its own data only: bring other data in with COPY or INSERT."},
	{"USER MAPPING", "Synapse reads its own data only: bring other data in with COPY or INSERT."},
	{"SERVER", "Synapse reads its own data only: bring other data in with COPY or INSERT."},
	{"TEXT SEARCH", "Use the configurations simple and english."},
	{"TSDICTIONARY", "Use the configurations simple and english."},
	{"TSCONFIGURATION", "Use the configurations simple and english."},
	{"PUBLICATION", "There is no logical replication: read changes with LISTEN, or as of a time with AS OF."},
	{"SUBSCRIPTION", "There is no logical replication: read changes with LISTEN, or as of a time with AS OF."},
	{"REPLICA IDENTITY", "There is no logical replication: leave it out."},
	{"TABLESPACE", "Tables are in memory and their log is in the server's data directory: leave the tablespace out."},
	{"TABLE SPACE", "Tables are in memory and their log is in the server's data directory: leave the tablespace out."},
	{"MOVE ALL", "Tables are in memory and their log is in the server's data directory: leave the tablespace out."},
	{"CLUSTER", "Rows are in memory and in no order on disk: an index serves the order."},
	{"RULE", "Use a trigger, or a view that can be updated."},
	{"POLICY", "Use a view with a condition, grant on that, and namespaces for memory."},
	{"row level security", "Use a view with a condition, grant on that, and namespaces for memory."},
	{"EVENT TRIGGER", "Use a trigger on the table."},
	{"AGGREGATE", "Write a function over array_agg(…)."},
	{"OPERATOR", "Write a function and call it by name."},
	{"CREATE CAST", "Write a function and call it by name, or cast through text."},
	{"CAST", "The casts between the built-in types are fixed."},
	{"CONVERSION", "Texts are UTF-8; convert_from and convert_to know LATIN1 too."},
	{"COLLATION", "Texts are ordered by their bytes (collation \"C\")."},
	{"COLL", "Texts are ordered by their bytes (collation \"C\")."},
	{"ACCESS METHOD", "The access methods are btree, hash, gin, hnsw, ivfflat and bm25."},
	{"LANGUAGE", "Functions are in the languages sql and plpgsql."},
	{"TRANSFORM", "Functions are in the languages sql and plpgsql, which need none."},
	{"LOAD", "Functions are in the languages sql and plpgsql; extensions are built in."},
	{"SUPPORT", "The planner knows the built-in functions: leave it out."},
	{"EXTENSION", "Extensions are built in and stay as they are."},
	{"DEPENDS", "Extensions are built in and stay: leave it out."},
	{"ALTER SYSTEM", "Set it in the configuration or by a flag of synapse serve, or with ALTER DATABASE … SET or ALTER ROLE … SET."},
	{"SECURITY LABEL", "Use COMMENT ON for notes and GRANT for rights."},
	{"STATISTICS", "ANALYZE collects what the planner uses of each column."},
	{"STATS", "ANALYZE collects what the planner uses of each column."},
	{"COMPRESSION", "Values in memory are not compressed: leave it out."},
	{"XML", "Use json or text."},
	{"inheritance", "Use a view over UNION ALL, or one table with a column that tells the kinds apart."},
	{"DropOf", "Create the table with its columns, or with LIKE."},
	{"Oids", "Tables have no oids: leave it out."},
	{"GRANT ON PARAMETER", "Every role may set its own parameters."},
	{"GRANT ON TYPE", "Types are everybody's: leave it out."},
	{"ALTER TABLE comp", "Create the table with its columns, or with LIKE."},
	{"ALTER INDEX", "Drop the index and create it as it is to be."},
	{"ALTER SEQUENCE", "Drop the sequence and create it as it is to be."},
	{"ALTER TYPE", "Drop the type and create it as it is to be."},
	{"LARGE OBJECT", "Use bytea."},
}

// insteadOf is the hint of something unsupported that came without one.
func insteadOf(what string) string {
	for _, i := range instead {
		if strings.Contains(what, i.word) {
			return i.hint
		}
	}
	return "What Synapse has stands in its README under Status."
}
