package sqltests

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"synapse/sqltests/harness"
)

// catalogColumns lists every relation of the two schemas with its columns;
// information_schema's domains count as the types beneath them.
const catalogColumns = `SELECT n.nspname || '.' || c.relname || '.' || a.attname, c.relkind::text || ' ' || a.attnum || ' ' || b.typname || ' ' || a.attnotnull
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
JOIN pg_type b ON b.oid = CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END
WHERE n.nspname IN ('pg_catalog', 'information_schema') AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v')`

// sameRows are questions whose answers must hold in PostgreSQL too, by the key in
// the first column: what is built in has PostgreSQL's numbers and properties.
// Rows that PostgreSQL alone has are what Synapse lacks; they are counted. From
// 10900 on Synapse numbers the operator classes of extensions, there from the start.
var sameRows = []struct{ name, sql string }{
	{"pg_type", `SELECT oid, concat_ws(' ', typname, typlen, typbyval, typtype, typcategory, typispreferred, typdelim, typsubscript, typelem, typarray, typinput, typoutput, typreceive, typsend, typmodin, typmodout, typalign, typstorage, typnotnull, typcollation) FROM pg_type WHERE oid < 10000 AND typtype <> 'c'`},
	{"pg_proc", `SELECT oid, concat_ws(' ', proname, proargtypes, prorettype, proretset, prokind, provolatile, proisstrict, provariadic) FROM pg_proc WHERE oid < 10000`},
	{"pg_operator", `SELECT oid, concat_ws(' ', oprname, oprkind, oprleft, oprright, oprresult, oprcode::oid) FROM pg_operator WHERE oid < 10000`},
	{"pg_cast", `SELECT castsource || ' ' || casttarget, castcontext FROM pg_cast WHERE castsource < 10000 AND casttarget < 10000`},
	{"pg_am", `SELECT oid, concat_ws(' ', amname, amhandler, amtype) FROM pg_am WHERE oid < 10000`},
	{"pg_opclass", `SELECT opcmethod || ' ' || opcname, concat_ws(' ', opcintype, opcdefault, opcfamily, opckeytype) FROM pg_opclass WHERE opcmethod < 10000 AND opcintype < 10000 AND oid < 10900`},
	{"pg_opfamily", `SELECT oid, concat_ws(' ', opfmethod, opfname) FROM pg_opfamily WHERE oid < 10000`},
	{"pg_range", `SELECT rngtypid, concat_ws(' ', rngsubtype, rngmultitypid) FROM pg_range WHERE rngtypid < 10000`},
	{"pg_language", `SELECT oid, lanname FROM pg_language WHERE oid < 10000`},
	{"pg_collation", `SELECT oid, concat_ws(' ', collname, collprovider, collencoding) FROM pg_collation WHERE oid < 10000`},
	{"pg_aggregate", `SELECT aggfnoid::oid, concat_ws(' ', aggkind, aggnumdirectargs) FROM pg_aggregate WHERE aggfnoid::oid < 10000`},
}

// differs are the allowed exceptions, by question and key, each with its reason.
var differs = map[string]string{
	"columns pg_catalog.pg_statistic_ext_data.stxdndistinct":    "a type of statistics that Synapse lacks; NULL anyway",
	"columns pg_catalog.pg_statistic_ext_data.stxddependencies": "as above",
	"columns pg_catalog.pg_statistic_ext_data.stxdmcv":          "as above",
	"columns pg_catalog.pg_statistic_ext_data.stxdexpr":         "as above",
	"columns pg_catalog.pg_stats_ext.n_distinct":                "as above",
	"columns pg_catalog.pg_stats_ext.dependencies":              "as above",
}

func init() {
	for _, handler := range strings.Fields("3 330 331 332 333 334") {
		differs["pg_proc "+handler] = "a handler of access methods: Synapse has no type for what it returns"
	}
	for _, function := range strings.Fields("6212 6215 6216 6219 6220 6221 6222 6223 6273 6321") {
		differs["pg_proc "+function] = "a function of PostgreSQL 16"
	}
	differs["pg_aggregate 6321"] = "any_value, of PostgreSQL 16"
}

// clientFunctions are the functions that the recorded clients call.
var clientFunctions = strings.Fields(`pg_get_expr(pg_node_tree,oid) pg_get_expr(pg_node_tree,oid,bool) format_type(oid,int4) pg_get_indexdef(oid) pg_get_indexdef(oid,int4,bool)
	pg_get_constraintdef(oid) pg_get_constraintdef(oid,bool) unnest(anyarray) array_agg(anynonarray) current_schema() current_schemas(bool) current_database()
	pg_table_is_visible(oid) col_description(oid,int4) generate_series(int4,int4) obj_description(oid,name) obj_description(oid) generate_subscripts(anyarray,int4)
	array_upper(anyarray,int4) quote_ident(text) pg_get_viewdef(oid) pg_get_viewdef(oid,bool) pg_get_serial_sequence(text,text) version()
	array_position(anycompatiblearray,anycompatible) pg_type_is_visible(oid) pg_tablespace_location(oid) current_setting(text) set_config(text,text,bool)
	has_schema_privilege(oid,text) string_agg(text,text) nextval(regclass) pg_get_function_result(oid) pg_get_triggerdef(oid) pg_get_triggerdef(oid,bool)
	array_remove(anycompatiblearray,anycompatible) array_to_string(anyarray,text) pg_get_userbyid(oid) pg_encoding_to_char(int4) pg_get_keywords()
	to_regtype(text) lastval() pg_partition_ancestors(regclass) pg_relation_is_publishable(regclass) pg_get_statisticsobjdef_columns(oid)
	pg_get_function_arguments(oid) pg_function_is_visible(oid) has_database_privilege(text,text) has_table_privilege(oid,text) pg_size_pretty(int8)
	pg_total_relation_size(regclass) pg_relation_size(regclass) shobj_description(oid,name) acldefault(char,oid) pg_is_in_recovery() pg_notify(text,text)
	pg_advisory_lock(int8) pg_advisory_lock(int4,int4) pg_advisory_unlock(int8) pg_advisory_unlock_all() pg_try_advisory_lock(int8) pg_advisory_xact_lock(int8)
	pg_get_partkeydef(oid) pg_get_functiondef(oid) pg_get_ruledef(oid) txid_current() pg_backend_pid() pg_index_column_has_property(regclass,int4,text)`)

// keyed reads two columns as a map.
func keyed(t *testing.T, c *pgconn.PgConn, sql string) map[string]string {
	t.Helper()
	results, err := c.Exec(context.Background(), sql).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	out := map[string]string{}
	for _, row := range results[0].Rows {
		out[string(row[0])] = string(row[1])
	}
	return out
}

// TestCatalogsOfPostgres compares pg_catalog and information_schema with those of a real PostgreSQL.
func TestCatalogsOfPostgres(t *testing.T) {
	if testing.Short() {
		t.Skip("short: needs a PostgreSQL")
	}
	theirs, ours := connect(t, harness.StartPostgres(t)), connect(t, harness.StartSynapse(t).URL())
	t.Run("columns", func(t *testing.T) {
		want, got := keyed(t, theirs, catalogColumns), keyed(t, ours, catalogColumns)
		compareRows(t, "columns", want, got)
		for _, key := range slices.Sorted(maps.Keys(want)) {
			if _, ok := got[key]; !ok {
				t.Errorf("%s is missing", key)
			}
		}
	})
	for _, q := range sameRows {
		t.Run(q.name, func(t *testing.T) {
			want, got := keyed(t, theirs, q.sql), keyed(t, ours, q.sql)
			compareRows(t, q.name, want, got)
			lacking := 0
			for key := range want {
				if _, ok := got[key]; !ok {
					lacking++
				}
			}
			t.Logf("%d rows, equal to PostgreSQL's; PostgreSQL has %d more", len(got), lacking)
		})
	}
	t.Run("functions of clients", func(t *testing.T) {
		for _, f := range clientFunctions {
			ask := fmt.Sprintf(`SELECT '%s', coalesce(to_regprocedure('%s')::oid::text, 'none')`, f, strings.Replace(f, "(char,", `("char",`, 1))
			want, got := keyed(t, theirs, ask), keyed(t, ours, ask)
			if want[f] == "none" {
				t.Errorf("PostgreSQL has no %s", f)
			}
			compareRows(t, "function", want, got)
		}
	})
	for key, reason := range differs {
		t.Logf("allowed to differ: %s (%s)", key, reason)
	}
}

// compareRows requires that each row of ours is as theirs.
func compareRows(t *testing.T, name string, want, got map[string]string) {
	t.Helper()
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if _, ok := differs[name+" "+key]; !ok && got[key] != want[key] {
			t.Errorf("%s %s is %q, PostgreSQL's %q", name, key, got[key], want[key])
		}
	}
}
