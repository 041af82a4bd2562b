package session

import (
	"math"
	"sort"
	"strings"
)

type settingKind uint8

const (
	stringSetting settingKind = iota
	boolSetting
	intSetting
	realSetting
	enumSetting
)

// settingDef is one row of pg_settings.
type settingDef struct {
	name, def      string
	kind           settingKind
	unit           string // "ms", "kB" or none; value and bounds are in it
	min, max       int64
	enum           []string
	only           []string // the values that do here what they say; others are 0A000. nil: all
	validate       func(value, old string) (string, error)
	report         bool // ParameterStatus
	fixed          bool // SHOW only
	keepOnResetAll bool
	desc           string
}

var settingTable = map[string]*settingDef{}

func lookupSetting(name string) *settingDef {
	if d := settingTable[name]; d != nil {
		return d
	}
	return settingTable[strings.ToLower(name)]
}

// sortedSettings lists the table by name, as SHOW ALL does.
func sortedSettings() []*settingDef {
	out := make([]*settingDef, 0, len(settingTable))
	for _, d := range settingTable {
		out = append(out, d)
	}
	sort.Slice(out, func(i, j int) bool { return strings.ToLower(out[i].name) < strings.ToLower(out[j].name) })
	return out
}

// ServerVersion is what Synapse reports: the version whose catalogs and behaviour it follows
// (pg_dump refuses a server that is newer than itself).
const (
	ServerVersion    = "15.20"
	serverVersionNum = "150020"
)

func init() {
	for _, list := range [][]settingDef{clientSettings, txnSettings, plannerSettings, fixedSettings, synapseSettings} {
		for i := range list {
			d := &list[i]
			if d.kind == intSetting && d.max == 0 {
				d.max = math.MaxInt32
			}
			settingTable[strings.ToLower(d.name)] = d
		}
	}
}

var onOff = boolSetting

var clientSettings = []settingDef{
	{name: "application_name", report: true, desc: "Sets the application name to be reported in statistics and logs."},
	{name: "client_encoding", def: "UTF8", validate: checkEncoding, report: true, desc: "Sets the client's character set encoding."},
	{name: "client_min_messages", def: "notice", kind: enumSetting, enum: []string{"debug5", "debug4", "debug3", "debug2", "debug1", "log", "notice", "warning", "error"}, desc: "Sets the message levels that are sent to the client."},
	{name: "DateStyle", def: "ISO, MDY", validate: checkDateStyle, report: true, desc: "Sets the display format for date and time values."},
	{name: "IntervalStyle", def: "postgres", kind: enumSetting, enum: []string{"postgres", "postgres_verbose", "sql_standard", "iso_8601"}, report: true, desc: "Sets the display format for interval values."},
	{name: "TimeZone", def: defaultTimeZone, validate: checkTimeZone, report: true, desc: "Sets the time zone for displaying and interpreting time stamps."},
	{name: "extra_float_digits", def: "1", kind: intSetting, min: -15, max: 3, desc: "Sets the number of digits displayed for floating-point values."},
	{name: "bytea_output", def: "hex", kind: enumSetting, enum: []string{"escape", "hex"}, desc: "Sets the output format for bytea."},
	{name: "xmloption", def: "content", kind: enumSetting, enum: []string{"content", "document"}, desc: "Sets whether XML data is considered a document or content."},
	{name: "search_path", def: `"$user", public`, report: true, desc: "Sets the schema search order for names that are not schema-qualified."},
	{name: "standard_conforming_strings", def: "on", kind: onOff, only: []string{"on"}, report: true, desc: "Causes '...' strings to treat backslashes literally."},
	{name: "escape_string_warning", def: "on", kind: onOff, desc: "Warn about backslash escapes in ordinary string literals."},
	{name: "backslash_quote", def: "safe_encoding", desc: "Sets whether \"\\'\" is allowed in string literals."},
	{name: "row_security", def: "on", kind: onOff, desc: "Enable row security."},
	{name: "check_function_bodies", def: "on", kind: onOff, desc: "Check routine bodies during CREATE FUNCTION."},
	{name: "default_tablespace", desc: "Sets the default tablespace to create tables and indexes in."},
	{name: "temp_tablespaces", desc: "Sets the tablespace(s) to use for temporary tables and sort files."},
	{name: "default_table_access_method", def: "heap", desc: "Sets the default table access method for new tables."},
	{name: "default_with_oids", def: "off", kind: onOff, desc: "Create new tables with OIDs by default."},
	{name: "default_text_search_config", def: "pg_catalog.english", validate: checkTextSearchConfig, desc: "Sets default text search configuration."},
	{name: "lc_messages", def: "C", desc: "Sets the language in which messages are displayed."},
	{name: "lc_monetary", def: "C", desc: "Sets the locale for formatting monetary amounts."},
	{name: "lc_numeric", def: "C", desc: "Sets the locale for formatting numbers."},
	{name: "lc_time", def: "C", desc: "Sets the locale for formatting date and time values."},
	{name: "synchronize_seqscans", def: "on", kind: onOff, desc: "Enable synchronized sequential scans."},
	{name: "quote_all_identifiers", def: "off", kind: onOff, desc: "When generating SQL fragments, quote all identifiers."},
	{name: "password_encryption", def: "scram-sha-256", kind: enumSetting, enum: []string{"scram-sha-256"}, desc: "Chooses the algorithm for encrypting passwords."},
	{name: "gin_fuzzy_search_limit", def: "0", kind: intSetting, desc: "Sets the maximum allowed result for exact search by GIN."},
	{name: "array_nulls", def: "on", kind: onOff, only: []string{"on"}, desc: "Enable input of NULL elements in arrays."},
	{name: "transform_null_equals", def: "off", kind: onOff, only: []string{"off"}, desc: "Treats expr=NULL as expr IS NULL."},
	{name: "log_statement", def: "none", desc: "Sets the type of statements logged."},
	{name: "log_min_duration_statement", def: "-1", kind: intSetting, unit: "ms", min: -1, desc: "Sets the minimum execution time above which statements are logged."},
	{name: "log_error_verbosity", def: "default", desc: "Sets the verbosity of logged messages."},
	{name: "log_min_messages", def: "warning", desc: "Sets the message levels that are logged."},
	{name: "track_activities", def: "on", kind: onOff, desc: "Collects information about executing commands."},
	{name: "session_replication_role", def: "origin", kind: enumSetting, only: []string{"origin", "local"}, enum: []string{"origin", "replica", "local"}, desc: "Sets the session's behavior for triggers and rewrite rules."},
}

var txnSettings = []settingDef{
	{name: "statement_timeout", def: "0", kind: intSetting, unit: "ms", desc: "Sets the maximum allowed duration of any statement."},
	{name: "lock_timeout", def: "0", kind: intSetting, unit: "ms", desc: "Sets the maximum allowed duration of any wait for a lock."},
	{name: "idle_in_transaction_session_timeout", def: "0", kind: intSetting, unit: "ms", desc: "Sets the maximum allowed idle time between queries, when in a transaction."},
	{name: "idle_session_timeout", def: "0", kind: intSetting, unit: "ms", desc: "Sets the maximum allowed idle time between queries, when not in a transaction."},
	{name: "transaction_timeout", def: "0", kind: intSetting, only: []string{"0"}, unit: "ms", desc: "Sets the maximum allowed duration of any transaction within a session."},
	{name: "deadlock_timeout", def: "1s", kind: intSetting, unit: "ms", min: 1, desc: "Sets the time to wait on a lock before checking for deadlock."},
	{name: "default_transaction_isolation", def: "read committed", kind: enumSetting, enum: isolationNames, desc: "Sets the transaction isolation level of each new transaction."},
	{name: "default_transaction_read_only", def: "off", kind: onOff, report: true, desc: "Sets the default read-only status of new transactions."},
	{name: "default_transaction_deferrable", def: "off", kind: onOff, desc: "Sets the default deferrable status of new transactions."},
	{name: "transaction_isolation", def: "read committed", kind: enumSetting, enum: isolationNames, keepOnResetAll: true, desc: "Sets the current transaction's isolation level."},
	{name: "transaction_read_only", def: "off", kind: onOff, keepOnResetAll: true, desc: "Sets the current transaction's read-only status."},
	{name: "transaction_deferrable", def: "off", kind: onOff, keepOnResetAll: true, desc: "Whether to defer a read-only serializable transaction until it can be executed with no possible serialization failures."},
	{name: "synchronous_commit", def: "on", kind: enumSetting, enum: []string{"on", "off", "local", "remote_write", "remote_apply"}, desc: "Sets the current transaction's synchronization level."},
}

var isolationNames = []string{"serializable", "repeatable read", "read committed", "read uncommitted"}

var plannerSettings = []settingDef{
	{name: "work_mem", def: "4MB", kind: intSetting, unit: "kB", min: 64, desc: "Sets the maximum memory to be used for query workspaces."},
	{name: "maintenance_work_mem", def: "64MB", kind: intSetting, unit: "kB", min: 64, desc: "Sets the maximum memory to be used for maintenance operations."},
	{name: "max_parallel_maintenance_workers", def: "2", kind: intSetting, max: 1024, desc: "Sets the maximum number of parallel processes per maintenance operation."},
	{name: "max_parallel_workers", def: "8", kind: intSetting, max: 1024, desc: "Sets the maximum number of parallel workers that can be active at one time."},
	{name: "max_parallel_workers_per_gather", def: "2", kind: intSetting, max: 1024, desc: "Sets the maximum number of parallel processes per executor node."},
	{name: "jit", def: "off", kind: onOff, desc: "Allow JIT compilation."},
	{name: "enable_seqscan", def: "on", kind: onOff, desc: "Enables the planner's use of sequential-scan plans."},
	{name: "enable_indexscan", def: "on", kind: onOff, desc: "Enables the planner's use of index-scan plans."},
	{name: "enable_indexonlyscan", def: "on", kind: onOff, desc: "Enables the planner's use of index-only-scan plans."},
	{name: "enable_bitmapscan", def: "on", kind: onOff, desc: "Enables the planner's use of bitmap-scan plans."},
	{name: "enable_hashjoin", def: "on", kind: onOff, desc: "Enables the planner's use of hash join plans."},
	{name: "enable_mergejoin", def: "on", kind: onOff, desc: "Enables the planner's use of merge join plans."},
	{name: "enable_nestloop", def: "on", kind: onOff, desc: "Enables the planner's use of nested-loop join plans."},
	{name: "enable_hashagg", def: "on", kind: onOff, desc: "Enables the planner's use of hashed aggregation plans."},
	{name: "enable_sort", def: "on", kind: onOff, desc: "Enables the planner's use of explicit sort steps."},
	{name: "enable_material", def: "on", kind: onOff, desc: "Enables the planner's use of materialization."},
	{name: "plan_cache_mode", def: "auto", kind: enumSetting, enum: []string{"auto", "force_generic_plan", "force_custom_plan"}, desc: "Controls the planner's selection of custom or generic plan."},
	{name: "random_page_cost", def: "4", kind: realSetting, max: math.MaxInt32, desc: "Sets the planner's estimate of the cost of a nonsequentially fetched disk page."},
	{name: "seq_page_cost", def: "1", kind: realSetting, max: math.MaxInt32, desc: "Sets the planner's estimate of the cost of a sequentially fetched disk page."},
	{name: "effective_cache_size", def: "4GB", kind: intSetting, unit: "kB", min: 1, desc: "Sets the planner's assumption about the total size of the data caches."},
	{name: "default_statistics_target", def: "100", kind: intSetting, min: 1, max: 10000, desc: "Sets the default statistics target."},
	{name: "constraint_exclusion", def: "partition", kind: enumSetting, enum: []string{"partition", "on", "off"}, desc: "Enables the planner to use constraints to optimize queries."},
	{name: "cursor_tuple_fraction", def: "0.1", kind: realSetting, max: 1, desc: "Sets the planner's estimate of the fraction of a cursor's rows that will be retrieved."},
	{name: "from_collapse_limit", def: "8", kind: intSetting, min: 1, desc: "Sets the FROM-list size beyond which subqueries are not collapsed."},
	{name: "join_collapse_limit", def: "8", kind: intSetting, min: 1, desc: "Sets the FROM-list size beyond which JOIN constructs are not flattened."},
	{name: "jit_above_cost", def: "100000", kind: realSetting, min: -1, max: math.MaxInt32, desc: "Perform JIT compilation if query is more expensive."},
	{name: "enable_tidscan", def: "on", kind: onOff, desc: "Enables the planner's use of TID scan plans."},
	{name: "enable_memoize", def: "on", kind: onOff, desc: "Enables the planner's use of memoization."},
	{name: "enable_incremental_sort", def: "on", kind: onOff, desc: "Enables the planner's use of incremental sort steps."},
	{name: "enable_gathermerge", def: "on", kind: onOff, desc: "Enables the planner's use of gather merge plans."},
	{name: "enable_parallel_append", def: "on", kind: onOff, desc: "Enables the planner's use of parallel append plans."},
	{name: "enable_parallel_hash", def: "on", kind: onOff, desc: "Enables the planner's use of parallel hash plans."},
	{name: "enable_partition_pruning", def: "on", kind: onOff, desc: "Enables plan-time and execution-time partition pruning."},
	{name: "enable_partitionwise_join", def: "off", kind: onOff, desc: "Enables partitionwise join."},
	{name: "enable_partitionwise_aggregate", def: "off", kind: onOff, desc: "Enables partitionwise aggregation and grouping."},
	{name: "geqo", def: "on", kind: onOff, desc: "Enables genetic query optimization."},
	{name: "hnsw.ef_search", def: "40", kind: intSetting, min: 1, max: 1000, desc: "Sets the size of the dynamic candidate list for search."},
	{name: "hnsw.iterative_scan", def: "off", kind: enumSetting, enum: []string{"off", "relaxed_order", "strict_order"}, desc: "Sets the mode for iterative scans."},
	{name: "hnsw.max_scan_tuples", def: "20000", kind: intSetting, min: 1, desc: "Sets the max number of tuples to visit for iterative scans."},
	{name: "hnsw.scan_mem_multiplier", def: "1", kind: realSetting, min: 1, max: 1000, desc: "Sets the multiple of work_mem to use for iterative scans."},
	{name: "ivfflat.probes", def: "1", kind: intSetting, min: 1, max: 32768, desc: "Sets the number of probes."},
	{name: "ivfflat.iterative_scan", def: "off", kind: enumSetting, enum: []string{"off", "relaxed_order"}, desc: "Sets the mode for iterative scans."},
	{name: "ivfflat.max_probes", def: "32768", kind: intSetting, min: 1, max: 32768, desc: "Sets the max number of probes for iterative scans."},
	{name: "pg_trgm.strict_word_similarity_threshold", def: "0.5", kind: realSetting, max: 1, desc: "Sets the threshold used by the <<% operator."},
	{name: "pg_trgm.word_similarity_threshold", def: "0.6", kind: realSetting, max: 1, desc: "Sets the threshold used by the <% operator."},
	{name: "pg_trgm.similarity_threshold", def: "0.3", kind: realSetting, max: 1, desc: "Sets the threshold used by the % operator."},
}

var fixedSettings = []settingDef{
	{name: "server_version", def: ServerVersion, fixed: true, report: true, desc: "Shows the server version."},
	{name: "server_version_num", def: serverVersionNum, fixed: true, desc: "Shows the server version as an integer."},
	{name: "server_encoding", def: "UTF8", fixed: true, report: true, desc: "Shows the server (database) character set encoding."},
	{name: "integer_datetimes", def: "on", fixed: true, kind: onOff, report: true, desc: "Shows whether datetimes are integer based."},
	{name: "in_hot_standby", def: "off", fixed: true, kind: onOff, report: true, desc: "Shows whether hot standby is currently active."},
	{name: "is_superuser", def: "on", fixed: true, kind: onOff, report: true, desc: "Shows whether the current user is a superuser."},
	{name: "max_identifier_length", def: "63", fixed: true, kind: intSetting, desc: "Shows the maximum identifier length."},
	{name: "max_index_keys", def: "32", fixed: true, kind: intSetting, desc: "Shows the maximum number of index keys."},
	{name: "max_connections", def: "1000", fixed: true, kind: intSetting, desc: "Sets the maximum number of concurrent connections."},
	{name: "block_size", def: "8192", fixed: true, kind: intSetting, desc: "Shows the size of a disk block."},
	{name: "lc_collate", def: "C", fixed: true, desc: "Shows the collation order locale."},
	{name: "lc_ctype", def: "C", fixed: true, desc: "Shows the character classification and case conversion locale."},
	{name: "ssl", def: "off", fixed: true, kind: onOff, desc: "Enables SSL connections."},
	{name: "wal_level", def: "replica", fixed: true, desc: "Sets the level of information written to the WAL."},
	{name: "wal_block_size", def: "8192", fixed: true, kind: intSetting, desc: "Shows the block size in the write ahead log."},
	{name: "fsync", def: "on", fixed: true, kind: onOff, desc: "Forces synchronization of updates to disk."},
	{name: "max_prepared_transactions", def: "0", fixed: true, kind: intSetting, desc: "Sets the maximum number of simultaneously prepared transactions."},
	{name: "shared_preload_libraries", fixed: true, desc: "Lists shared libraries to preload into server."},
	{name: "role", def: noRole, desc: "Sets the current role."},
	{name: "session_authorization", def: "synapse", fixed: true, report: true, desc: "Shows the session user name."},
	{name: "allow_system_table_mods", def: "off", fixed: true, kind: onOff, desc: "Allows modifications of the structure of system tables."},
	{name: "data_checksums", def: "on", fixed: true, kind: onOff, desc: "Shows whether data checksums are turned on for this cluster."},
}

var synapseSettings = []settingDef{
	{name: "synapse.as_of", desc: "Reads the state of this moment in every statement of the session."},
	{name: "synapse.agent", desc: "Name the agent claims; recorded in lineage."},
	{name: "synapse.traceparent", desc: "W3C trace parent of the statements that follow."},
	{name: "synapse.namespace", desc: "Default namespace of the memory functions."},
	{name: "synapse.create_namespaces", def: "on", kind: boolSetting, desc: "Writing to an unknown namespace makes it; off: memory functions refuse it with 42704."},
	{name: "synapse.lineage", def: "full", kind: enumSetting, enum: []string{"full", "hash", "off"}, desc: "What lineage keeps of statement text and parameters."},
	{name: "synapse.durability", def: "durable", fixed: true, desc: "Whether a commit waits for the disk."},
	{name: "synapse.exact", def: "off", kind: onOff, desc: "Vector searches scan exactly instead of using a graph."},
	{name: "synapse.query_memory", def: "256MB", kind: intSetting, unit: "kB", min: 64, desc: "Sets the most memory one query may use; beyond it 53200."},
}
