package pgcatalog

import (
	"errors"
	"testing"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// host is a session with a catalog and nothing else.
type host struct {
	builtin.Host
	cat  *catalog.Catalog
	user string
	path []string
}

func (h host) Catalog() *catalog.Catalog { return h.cat }
func (h host) CurrentUser() string       { return h.user }
func (h host) SearchPath() []string      { return h.path }
func (host) BackendPID() int32           { return 7 }

// Usage pretends that a relation has as many bytes as its OID.
func (host) Usage(id types.OID) catalog.Usage { return catalog.Usage{Rows: 1, Bytes: int64(id)} }

// call runs the overload that key names ("name(oid,text)") with arguments in
// their text form; \N is NULL.
func call(t *testing.T, h builtin.Host, key string, args ...string) (string, error) {
	t.Helper()
	name, in := parseKey(t, key)
	f := builtin.FunctionFor(name, in...)
	if f == nil {
		t.Fatalf("no function %s", key)
	}
	c := &builtin.Call{Env: &builtin.Env{Host: h, Format: types.DefaultFormat}, Ret: types.Of(f.Ret)}
	values := make([]types.Value, len(args))
	for i, a := range args {
		c.Args = append(c.Args, types.Of(in[i]))
		if a == `\N` {
			continue
		}
		v, err := types.ParseText(parsedAs(types.Of(in[i])), a, nil)
		if err != nil {
			t.Fatal(err)
		}
		values[i] = v
	}
	v, err := f.Eval(c, values)
	if err != nil {
		return "", err
	}
	if v.IsNull() {
		return `\N`, nil
	}
	return types.FormatText(parsedAs(c.Ret), v, nil), nil
}

func parseKey(t *testing.T, key string) (string, []types.OID) {
	t.Helper()
	var in []types.OID
	open := 0
	for key[open] != '(' {
		open++
	}
	for _, a := range splitTypes(key[open+1 : len(key)-1]) {
		in = append(in, namedType(a))
	}
	return key[:open], in
}

func TestFunctions(t *testing.T) {
	super := host{cat: sample(), user: "synapse", path: []string{"public"}}
	const idx = "CREATE INDEX users_name ON public.users USING btree (lower((\"Name\")::text) DESC, id NULLS FIRST) INCLUDE (twice) WHERE (id > 5)"
	for _, c := range []struct {
		key  string
		args []string
		want string
	}{
		{"format_type(oid,int4)", []string{"1043", "44"}, "character varying(40)"},
		{"format_type(oid,int4)", []string{"1042", `\N`}, "character"},
		{"format_type(oid,int4)", []string{"1042", "-1"}, "bpchar"},
		{"format_type(oid,int4)", []string{"16386", "3"}, "vector(3)[]"},
		{"format_type(oid,int4)", []string{"20002", `\N`}, "users[]"},
		{"format_type(oid,int4)", []string{"0", `\N`}, "-"},
		{"format_type(oid,int4)", []string{"99999", `\N`}, "???"},
		{"format_type(oid,int4)", []string{`\N`, `\N`}, `\N`},
		{"pg_get_userbyid(oid)", []string{"10"}, "synapse"},
		{"pg_get_userbyid(oid)", []string{"11"}, "unknown (OID=11)"},
		{"pg_table_is_visible(oid)", []string{"20000"}, "t"},
		{"pg_table_is_visible(oid)", []string{"1259"}, "t"},
		{"pg_table_is_visible(oid)", []string{"13200"}, "f"},
		{"pg_table_is_visible(oid)", []string{"9"}, `\N`},
		{"pg_type_is_visible(oid)", []string{"23"}, "t"},
		{"pg_function_is_visible(oid)", []string{"20400"}, "t"},
		{"to_regclass(text)", []string{`public."users"`}, "20000"},
		{"to_regclass(text)", []string{"Users"}, "20000"},
		{"to_regclass(text)", []string{"nosuch"}, `\N`},
		{"to_regtype(text)", []string{"timestamp with time zone"}, "1184"},
		{"to_regtype(text)", []string{"varchar(10)[]"}, "1015"},
		{"to_regtype(text)", []string{"public.vector"}, "16385"},
		{"to_regtype(text)", []string{"users"}, "20001"},
		{"to_regtype(text)", []string{"_users"}, "20002"},
		{"to_regtype(text)", []string{"x[0"}, `\N`},
		{"to_regtype(text)", []string{")("}, `\N`},
		{"to_regtype(text)", []string{""}, `\N`},
		{"to_regproc(text)", []string{"array_in"}, "750"},
		{"to_regprocedure(text)", []string{"array_in(cstring,oid,integer)"}, "750"},
		{"to_regprocedure(text)", []string{"twice(int)"}, "20400"},
		{"to_regnamespace(text)", []string{"public"}, "2200"},
		{"to_regrole(text)", []string{"app"}, "20500"},
		{"to_regoperator(text)", []string{"=(int4,int4)"}, "96"},
		{"pg_get_indexdef(oid)", []string{"20031"}, idx},
		{"pg_get_indexdef(oid)", []string{"20032"}, "CREATE INDEX users_v ON public.users USING hnsw (v vector_cosine_ops) WITH (ef_construction='64', m='16')"},
		{"pg_get_indexdef(oid)", []string{"1"}, `\N`},
		{"pg_get_indexdef(oid,int4,bool)", []string{"20031", "2", "t"}, "id"},
		{"pg_get_indexdef(oid,int4,bool)", []string{"20031", "3", "f"}, "twice"},
		{"pg_get_indexdef(oid,int4,bool)", []string{"20031", "9", "f"}, ""},
		{"pg_get_constraintdef(oid)", []string{"20020"}, "PRIMARY KEY (id)"},
		{"pg_get_constraintdef(oid)", []string{"20021"}, "CHECK ((id > 0))"},
		{"pg_get_constraintdef(oid,bool)", []string{"20021", "t"}, "CHECK (id > 0)"},
		{"pg_get_constraintdef(oid)", []string{"20120"}, `FOREIGN KEY ("user id") REFERENCES users(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED`},
		{"pg_get_expr(pg_node_tree,oid)", []string{"nextval('20010'::regclass)", "20000"}, "nextval('users_id_seq'::regclass)"},
		{"pg_get_expr(pg_node_tree,oid,bool)", []string{"(id > 0)", "20000", "t"}, "id > 0"},
		{"pg_get_viewdef(oid)", []string{"20200"}, " SELECT id FROM users;"},
		{"pg_get_serial_sequence(text,text)", []string{"users", "n"}, "public.users_n_seq"},
		{"pg_get_serial_sequence(text,text)", []string{"users", "v"}, `\N`},
		{"pg_get_function_arguments(oid)", []string{"20400"}, "x integer DEFAULT 1"},
		{"pg_get_function_identity_arguments(oid)", []string{"20400"}, "x integer"},
		{"pg_get_function_result(oid)", []string{"20400"}, "integer"},
		{"pg_get_functiondef(oid)", []string{"20400"}, "CREATE OR REPLACE FUNCTION public.twice(x integer DEFAULT 1)\n RETURNS integer\n LANGUAGE sql\nAS $function$SELECT x * 2$function$\n"},
		{"obj_description(oid,name)", []string{"20000", "pg_class"}, "on users"},
		{"obj_description(oid,name)", []string{"20000", "pg_proc"}, `\N`},
		{"obj_description(oid)", []string{"20021"}, "positive"},
		{"col_description(oid,int4)", []string{"20000", "1"}, "the key"},
		{"col_description(oid,int4)", []string{"20000", "77"}, `\N`},
		{"shobj_description(oid,name)", []string{"5", "pg_database"}, "default database"},
		{"pg_total_relation_size(regclass)", []string{"20000"}, "80093"},
		{"pg_relation_size(regclass)", []string{"1"}, `\N`},
		{"pg_char_to_encoding(name)", []string{"utf-8"}, "6"},
		{"pg_char_to_encoding(name)", []string{"latin1"}, "-1"},
		{"has_table_privilege(text,text)", []string{"users", "select"}, "t"},
		{"acldefault(char,oid)", []string{"r", "10"}, "{synapse=arwdDxt/synapse}"},
	} {
		got, err := call(t, super, c.key, c.args...)
		if err != nil || got != c.want {
			t.Errorf("%s %q\n got %s (%v)\nwant %s", c.key, c.args, got, err, c.want)
		}
	}
}

func TestFunctionErrors(t *testing.T) {
	h := host{cat: sample(), user: "synapse", path: []string{"public"}}
	for _, c := range []struct {
		key  string
		args []string
		code sqlerr.Code
	}{
		{"pg_get_serial_sequence(text,text)", []string{"nosuch", "a"}, sqlerr.UndefinedTable},
		{"pg_get_serial_sequence(text,text)", []string{"users", "nosuch"}, sqlerr.UndefinedColumn},
		{"has_table_privilege(name,text,text)", []string{"nosuch", "users", "select"}, sqlerr.UndefinedObject},
		{"has_schema_privilege(text,text)", []string{"nosuch", "usage"}, sqlerr.InvalidSchemaName},
		{"acldefault(char,oid)", []string{"?", "10"}, sqlerr.InvalidParameterValue},
		{"regclass(text)", []string{"nosuch"}, sqlerr.UndefinedTable},
	} {
		_, err := call(t, h, c.key, c.args...)
		var e *sqlerr.Error
		if !errors.As(err, &e) || e.Code != c.code {
			t.Errorf("%s %q: %v, want %s", c.key, c.args, err, c.code)
		}
	}
}

// TestPrivileges asks for a role that is no superuser.
func TestPrivileges(t *testing.T) {
	cat := sample()
	granted := *cat.Table(20100)
	granted.ACL = append(catalog.DefaultACL(catalog.OnTable, catalog.RoleSynapse),
		catalog.ACLItem{Grantee: 20600, Grantor: catalog.RoleSynapse, Privileges: catalog.MaySelect})
	cat = cat.With(3,
		catalog.Change{ID: 20600, Object: &catalog.Role{Header: catalog.Header{ID: 20600, Name: "guest"}}},
		catalog.Change{ID: 20100, Object: &granted})
	h := host{cat: cat, user: "guest", path: []string{"public"}}
	for _, c := range []struct {
		key  string
		args []string
		want string
	}{
		{"has_table_privilege(text,text)", []string{"users", "SELECT"}, "f"},
		{"has_table_privilege(text,text)", []string{"posts", "SELECT"}, "t"},
		{"has_table_privilege(text,text)", []string{"posts", "INSERT"}, "f"},
		{"has_table_privilege(text,text)", []string{"posts", "insert, select"}, "t"},
		{"has_table_privilege(text,text)", []string{"pg_class", "SELECT"}, "t"},
		{"has_table_privilege(name,text,text)", []string{"app", "users", "SELECT"}, "t"}, // member of the owner
		{"has_schema_privilege(text,text)", []string{"public", "USAGE"}, "t"},
		{"has_schema_privilege(text,text)", []string{"public", "CREATE"}, "f"},
		{"has_database_privilege(text,text)", []string{"synapse", "CONNECT"}, "t"},
		{"pg_has_role(name,text)", []string{"synapse", "member"}, "f"},
	} {
		if got, err := call(t, h, c.key, c.args...); err != nil || got != c.want {
			t.Errorf("%s %q = %s (%v), want %s", c.key, c.args, got, err, c.want)
		}
	}
}

func TestRegNames(t *testing.T) {
	cat := sample()
	path := ImplicitPath([]string{"public"}, 7)
	for _, c := range []struct {
		typ  types.OID
		id   types.OID
		want string
	}{
		{types.OIDRegclass, 20000, "users"},
		{types.OIDRegclass, 13200, "information_schema._pg_foreign_data_wrappers"},
		{types.OIDRegclass, 23, ""},
		{types.OIDRegtype, types.OIDInt4, "integer"},
		{types.OIDRegtype, types.OIDBpchar, "character"},
		{types.OIDRegproc, 750, "array_in"},
		{types.OIDRegprocedure, 750, "array_in(cstring,oid,integer)"},
		{types.OIDRegnamespace, 2200, "public"},
		{types.OIDRegrole, 10, "synapse"},
		{types.OIDRegoperator, 96, "=(integer,integer)"},
		{types.OIDRegconfig, 3748, "simple"},
		{types.OIDRegcollation, 950, `"C"`},
	} {
		got := RegName(cat, path, c.typ, c.id)
		if got != c.want {
			t.Errorf("RegName(%d, %d) = %q, want %q", c.typ, c.id, got, c.want)
		}
		if got == "" {
			continue
		}
		if back, err := RegValue(cat, path, c.typ, got); err != nil || back != c.id {
			t.Errorf("RegValue(%d, %q) = %d, %v", c.typ, got, back, err)
		}
	}
	if got := RegName(cat, ImplicitPath(nil, 7), types.OIDRegclass, 20000); got != "public.users" {
		t.Errorf("outside the path: %q", got)
	}
}
