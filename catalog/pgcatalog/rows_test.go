package pgcatalog

import (
	"strings"
	"testing"

	"synapse/catalog/types"
)

// TestRows looks at chosen columns of rows, found by the text of one column.
func TestRows(t *testing.T) {
	cat := sample()
	for _, c := range []struct {
		relation, where, columns, want string
	}{
		{
			"pg_catalog.pg_class", "oid=20000", "relname relnamespace reltype relkind relnatts relchecks relhasindex relhastriggers relam relpersistence reloptions",
			"users|2200|20001|r|7|1|t|t|2|p|{\"synapse.retention=1 day\"}",
		},
		{"pg_catalog.pg_class", "oid=20031", "relname relkind relam relnatts", "users_name|i|403|3"},
		{"pg_catalog.pg_class", "oid=20200", "relname relkind relhasrules", "adults|v|t"},
		{"pg_catalog.pg_class", "oid=1259", "relname relkind relnatts", "pg_class|r|33"},
		{"pg_catalog.pg_class", "relname=pg_roles", "relkind", "v"},
		{"pg_catalog.pg_attribute", "attrelid=20000 attnum=1", "attname atttypid attnotnull atthasdef attlen attbyval", "id|20|t|t|8|t"},
		{"pg_catalog.pg_attribute", "attrelid=20000 attnum=2", "attname atttypid attisdropped", "........pg.dropped.2........|0|t"},
		{"pg_catalog.pg_attribute", "attrelid=20000 attnum=3", "attname atttypmod attcollation attstorage", "Name|44|100|x"},
		{"pg_catalog.pg_attribute", "attrelid=20000 attnum=4", "attgenerated atthasdef", "s|t"},
		{"pg_catalog.pg_attribute", "attrelid=20000 attnum=6", "attidentity atthasdef", "a|f"},
		{"pg_catalog.pg_attribute", "attrelid=20000 attnum=7", "atttypid attndims", "1009|1"},
		{"pg_catalog.pg_attribute", "attrelid=20031 attnum=1", "attname atttypid", "lower|25"},
		{"pg_catalog.pg_attrdef", "adrelid=20000 adnum=4", "adbin", "(id * 2)"},
		{
			"pg_catalog.pg_index", "indexrelid=20031", "indrelid indnatts indnkeyatts indkey indclass indoption indcollation indexprs indpred indisunique",
			`20000|3|2|0 1 4|3126 3124|3 2|100 0|lower(("Name")::text)|(id > 5)|f`,
		},
		{"pg_catalog.pg_index", "indexrelid=20030", "indisprimary indisunique indimmediate indkey indclass", "t|t|t|1|3124"},
		{
			"pg_catalog.pg_constraint", "oid=20120", "contype conrelid confrelid conkey confkey confdeltype confupdtype condeferrable condeferred conindid conpfeqop",
			"f|20100|20000|{1}|{1}|c|a|t|t|20030|{410}",
		},
		{"pg_catalog.pg_constraint", "oid=20021", "contype conbin convalidated", "c|(id > 0)|t"},
		{"pg_catalog.pg_type", "oid=1009", "typname typelem typcategory typinput", "_text|25|A|750"},
		{"pg_catalog.pg_type", "oid=16385", "typname typarray typcategory typlen", "vector|16386|U|-1"},
		{"pg_catalog.pg_type", "oid=20001", "typname typtype typrelid typarray", "users|c|20000|20002"},
		{"pg_catalog.pg_proc", "oid=20400", "proname pronargs proargtypes proargnames prorettype prosrc", "twice|1|23|{x}|23|SELECT x * 2"},
		{"pg_catalog.pg_proc", "oid=750", "proname proargtypes", "array_in|2275 26 23"},
		{"pg_catalog.pg_depend", "objid=20010 refclassid=1259", "refobjid refobjsubid deptype", "20000|1|a"},
		{"pg_catalog.pg_depend", "objid=20011 refclassid=1259", "refobjid refobjsubid deptype", "20000|6|i"},
		{"pg_catalog.pg_description", "objoid=20000 objsubid=1", "classoid description", "1259|the key"},
		{"pg_catalog.pg_shdescription", "objoid=5", "classoid description", "1262|default database"},
		{"pg_catalog.pg_roles", "rolname=app", "rolsuper rolcanlogin rolpassword rolconfig oid", "f|f|********|{search_path=app}|20500"},
		{"pg_catalog.pg_auth_members", "member=20500", "roleid admin_option", "10|f"},
		{"pg_catalog.pg_sequence", "seqrelid=20011", "seqtypid seqstart seqmax seqcycle", "23|1|9|f"},
		{"pg_catalog.pg_indexes", "indexname=users_pkey", "tablename indexdef", "users|CREATE UNIQUE INDEX users_pkey ON public.users USING btree (id)"},
		{"pg_catalog.pg_am", "amname=hnsw", "amtype", "i"},
		{"pg_catalog.pg_settings", "name=work_mem", "setting unit vartype min_val source", "4096|kB|integer|64|default"},
		{"pg_catalog.pg_stat_activity", "pid=7", "datname client_addr client_port state query", "synapse|127.0.0.1|5|active|SELECT 1"},
		{
			"information_schema.columns", "table_name=users column_name=id", "ordinal_position column_default is_nullable data_type udt_name numeric_precision is_identity",
			"1|nextval('users_id_seq'::regclass)|NO|bigint|int8|64|NO",
		},
		{"information_schema.columns", "table_name=users column_name=Name", "data_type character_maximum_length character_octet_length", "character varying|40|160"},
		{"information_schema.columns", "table_name=users column_name=twice", "is_generated generation_expression column_default", `ALWAYS|id * 2|\N`},
		{"information_schema.columns", "table_name=users column_name=v", "data_type udt_name", "USER-DEFINED|vector"},
		{"information_schema.columns", "table_name=users column_name=n", "is_identity identity_generation identity_maximum", "YES|ALWAYS|9"},
		{"information_schema.columns", "table_name=users column_name=tags", "data_type udt_name", "ARRAY|_text"},
		{"information_schema.tables", "table_name=users", "table_catalog table_schema table_type is_insertable_into", "synapse|public|BASE TABLE|YES"},
		{"information_schema.tables", "table_name=adults", "table_type", "VIEW"},
		{"information_schema.views", "table_name=adults", "view_definition", " SELECT id FROM users;"},
		{"information_schema.table_constraints", "constraint_name=posts_fk", "constraint_type is_deferrable", "FOREIGN KEY|YES"},
		{"information_schema.key_column_usage", "constraint_name=posts_fk", "column_name position_in_unique_constraint", "user id|1"},
		{"information_schema.constraint_column_usage", "constraint_name=posts_fk", "table_name column_name", "users|id"},
		{"information_schema.referential_constraints", "constraint_name=posts_fk", "unique_constraint_name delete_rule", "users_pkey|CASCADE"},
		{"information_schema.check_constraints", "constraint_name=users_check", "check_clause", "(id > 0)"},
		{"information_schema.sequences", "sequence_name=users_id_seq", "data_type maximum_value", "bigint|9"},
		{"information_schema.routines", "routine_name=twice", "data_type external_language routine_definition", "integer|SQL|SELECT x * 2"},
		{"information_schema.parameters", "specific_name=twice_20400", "parameter_name data_type parameter_mode parameter_default", "x|integer|IN|1"},
		{"information_schema.element_types", "object_name=users", "collection_type_identifier data_type", "7|text"},
	} {
		schema, name, _ := strings.Cut(c.relation, ".")
		v, rows := readAll(t, cat, schema, name)
		text := func(row []types.Value, column string) string {
			_, ord := v.Column(column)
			if ord == 0 {
				t.Fatalf("%s has no column %s", c.relation, column)
			}
			if row[ord-1].IsNull() {
				return `\N`
			}
			return types.FormatText(parsedAs(v.Columns[ord-1].Type), row[ord-1], nil)
		}
		found := 0
	next:
		for _, row := range rows {
			for _, cond := range strings.Fields(c.where) {
				column, want, _ := strings.Cut(cond, "=")
				if text(row, column) != want {
					continue next
				}
			}
			found++
			var got []string
			for _, column := range strings.Fields(c.columns) {
				got = append(got, text(row, column))
			}
			if got := strings.Join(got, "|"); got != c.want {
				t.Errorf("%s %s\n got %s\nwant %s", c.relation, c.where, got, c.want)
			}
		}
		if found != 1 {
			t.Errorf("%s: %d rows with %s", c.relation, found, c.where)
		}
	}
}

// TestHidden: a role without privileges does not see tables of others in information_schema.
func TestHidden(t *testing.T) {
	cat := sample()
	guest := guestSource{source{cat}}
	v := cat.Virtuals().ByID(relationByName(cat, nil, "information_schema", "tables"))
	err := v.Rows(guest, func(row []types.Value) error {
		if row[2].Str() == "users" {
			t.Error("users is shown")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

type guestSource struct{ source }

func (guestSource) CurrentUser() string { return "nobody" }
