package pgcatalog

import (
	_ "embed"
	"strings"
	"testing"

	"synapse/catalog/types"
)

// columns15 are the relations of a PostgreSQL 15 with their columns in order,
// domains as their base types: one relation per line.
//
//go:embed testdata/columns15.txt
var columns15 string

// changed16 are the columns whose type PostgreSQL 16 changed, and those whose
// type Synapse lacks: shown as something that is NULL anyway.
var changed16 = map[string]string{
	"pg_attribute.attndims": "int2", "pg_attribute.attinhcount": "int2", "pg_attribute.attstattarget": "int2",
	"pg_subscription.substream": "char", "pg_statistic_ext_data.stxdndistinct": "bytea", "pg_statistic_ext_data.stxddependencies": "bytea",
	"pg_statistic_ext_data.stxdmcv": "bytea", "pg_statistic_ext_data.stxdexpr": "_record",
	"pg_stats_ext.n_distinct": "bytea", "pg_stats_ext.dependencies": "bytea",
}

// added16 are the columns that PostgreSQL 16 added.
var added16 = map[string]bool{}

func init() {
	for _, name := range strings.Fields(`pg_auth_members.oid pg_auth_members.inherit_option pg_auth_members.set_option
		pg_collation.collicurules pg_database.daticurules pg_subscription.subpasswordrequired pg_subscription.subrunasowner
		pg_subscription.suborigin pg_stat_all_tables.last_seq_scan pg_stat_all_tables.last_idx_scan pg_stat_all_tables.n_tup_newpage_upd
		pg_stat_sys_tables.last_seq_scan pg_stat_sys_tables.last_idx_scan pg_stat_sys_tables.n_tup_newpage_upd
		pg_stat_user_tables.last_seq_scan pg_stat_user_tables.last_idx_scan pg_stat_user_tables.n_tup_newpage_upd
		pg_stat_xact_all_tables.n_tup_newpage_upd pg_stat_xact_sys_tables.n_tup_newpage_upd pg_stat_xact_user_tables.n_tup_newpage_upd
		pg_stat_all_indexes.last_idx_scan pg_stat_sys_indexes.last_idx_scan pg_stat_user_indexes.last_idx_scan
		pg_stat_subscription.leader_pid pg_stat_gssapi.credentials_delegated pg_prepared_statements.result_types
		pg_hba_file_rules.rule_number pg_hba_file_rules.file_name pg_ident_file_mappings.map_number pg_ident_file_mappings.file_name
		pg_replication_slots.conflicting`) {
		added16[name] = true
	}
}

// TestShapes compares the relations with PostgreSQL 15's: every column is there
// with its type, in the same order, and nothing is added but what 16 added.
func TestShapes(t *testing.T) {
	cat := sample()
	known := map[string]bool{"pg_catalog.pg_stat_io": true}
	for line := range strings.Lines(columns15) {
		name, columns, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		known[name] = true
		schema, rel, _ := strings.Cut(name, ".")
		table := cat.Table(relationByName(cat, nil, schema, rel))
		if table == nil {
			t.Errorf("%s is missing", name)
			continue
		}
		var ours []string
		for i := range table.Columns {
			if c := &table.Columns[i]; !added16[rel+"."+c.Name] {
				ours = append(ours, c.Name+":"+types.Lookup(c.Type.OID).Name)
			}
		}
		var want []string
		for _, c := range strings.Fields(columns) {
			col, _, _ := strings.Cut(c, ":")
			if typ := changed16[rel+"."+col]; typ != "" {
				c = col + ":" + typ
			}
			want = append(want, c)
		}
		if rel == "pg_attribute" { // 16 moved attndims and attstattarget
			if len(ours) != len(want) {
				t.Errorf("pg_attribute has %d columns, want %d", len(ours), len(want))
			}
			continue
		}
		if got, want := strings.Join(ours, " "), strings.Join(want, " "); got != want {
			t.Errorf("%s\n got %s\nwant %s", name, got, want)
		}
	}
	for _, r := range relations() {
		if name := cat.SchemaName(r.table.Schema) + "." + r.table.Name; !known[name] {
			t.Errorf("%s is not one of PostgreSQL's", name)
		}
	}
}
