package pgcatalog

import (
	"strings"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// Functions on privileges. A role that is not a superuser has what PostgreSQL
// gives to owners and, through PUBLIC, to everyone; of grants on an object
// those in its ACL count.

func init() {
	for _, kind := range []string{"table", "sequence", "database", "function", "language", "schema", "tablespace", "any_column"} {
		name := "has_" + kind + "_privilege("
		bind(hasPrivilege(kind, 1), name+"name,text,text)", name+"name,oid,text)", name+"oid,text,text)", name+"oid,oid,text)")
		bind(hasPrivilege(kind, 0), name+"text,text)", name+"oid,text)")
	}
	for _, col := range []string{"text", "int2"} {
		name := "has_column_privilege("
		bind(hasPrivilege("column", 1), name+"name,text,"+col+",text)", name+"name,oid,"+col+",text)", name+"oid,text,"+col+",text)", name+"oid,oid,"+col+",text)")
		bind(hasPrivilege("column", 0), name+"text,"+col+",text)", name+"oid,"+col+",text)")
	}
	for _, kind := range []string{"foreign_data_wrapper", "server"} {
		bind(always(types.NewBool(true)), "has_"+kind+"_privilege(oid,text)", "has_"+kind+"_privilege(oid,oid,text)")
	}
	bind(hasRole(1), "pg_has_role(name,name,text)", "pg_has_role(name,oid,text)", "pg_has_role(oid,name,text)", "pg_has_role(oid,oid,text)")
	bind(hasRole(0), "pg_has_role(name,text)", "pg_has_role(oid,text)")
	bind(always(types.NewBool(false)), "row_security_active(oid)", "row_security_active(text)")
	bind(aclDefault, "acldefault(char,oid)")
	builtin.BindSet("aclexplode(_aclitem)", aclExplode)
}

// role finds the role an argument names by OID or name.
func (s *scope) role(t types.Type, v types.Value) (*catalog.Role, error) {
	if t.Kind() == types.KindOID {
		r, ok := s.cat.Object(oidArg(v)).(*catalog.Role)
		if !ok {
			return nil, sqlerr.New(sqlerr.UndefinedObject, "role with OID %d does not exist", v.Int())
		}
		return r, nil
	}
	if r := s.cat.Role(v.Str()); r != nil {
		return r, nil
	}
	return nil, sqlerr.New(sqlerr.UndefinedObject, "role \"%s\" does not exist", v.Str())
}

func (s *scope) currentRole() *catalog.Role { return s.cat.Role(s.host.CurrentUser()) }

// hasPrivilege answers for the argument at place 'at' (a role stands before it where at is 1).
func hasPrivilege(kind string, at int) function {
	return func(s *scope, a []types.Value) (types.Value, error) {
		role := s.currentRole()
		if at == 1 {
			var err error
			if role, err = s.role(s.Args[0], a[0]); err != nil {
				return types.Null, err
			}
		}
		o, found, err := s.object(kind, s.Args[at], a[at])
		if err != nil || !found {
			return types.Null, err
		}
		ok := allowed(s.cat, role, o, kind, a[len(a)-1].Str())
		return types.NewBool(ok), nil
	}
}

// object finds what a privilege is asked on; o is nil for kinds without objects here.
func (s *scope) object(kind string, t types.Type, v types.Value) (o catalog.Object, found bool, err error) {
	if t.Kind() == types.KindOID {
		o = s.cat.Object(oidArg(v))
		switch kind {
		case "function":
			return o, findProcedure(s.cat, oidArg(v)) != nil, nil
		case "language", "tablespace":
			return nil, true, nil
		}
		return o, o != nil, nil
	}
	switch name := v.Str(); kind {
	case "table", "sequence", "any_column", "column":
		o, err = s.relation(name)
		return o, err == nil, err
	case "schema":
		if n := s.cat.Schema(name); n != nil {
			return n, true, nil
		}
		return nil, false, sqlerr.New(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", name)
	case "database":
		if d := s.cat.Database(name); d != nil {
			return d, true, nil
		}
		return nil, false, sqlerr.New(sqlerr.InvalidCatalogName, "database \"%s\" does not exist", name)
	case "function":
		_, err = RegValue(s.cat, s.path, types.OIDRegprocedure, name)
		return nil, err == nil, err
	}
	return nil, true, nil
}

// aclLetters are the letters of aclitem by privilege.
var aclLetters = map[string]byte{
	"SELECT": 'r', "INSERT": 'a', "UPDATE": 'w', "DELETE": 'd', "TRUNCATE": 'D', "REFERENCES": 'x', "TRIGGER": 't',
	"USAGE": 'U', "CREATE": 'C', "CONNECT": 'c', "TEMPORARY": 'T', "TEMP": 'T', "EXECUTE": 'X',
}

// allowed reports whether the role has one of the privileges in a comma-separated list.
func allowed(cat *catalog.Catalog, role *catalog.Role, o catalog.Object, kind, list string) bool {
	if role == nil || role.Super || o == nil {
		return role != nil
	}
	h := header(o)
	if isMember(cat, role, h.Owner) {
		return true
	}
	for _, p := range strings.Split(list, ",") {
		p = strings.TrimSuffix(strings.ToUpper(strings.TrimSpace(p)), " WITH GRANT OPTION")
		letter := aclLetters[p]
		if h.ACL == nil && (kind == "function" || kind == "database" && letter != 'C' || h.ID < catalog.SchemaMemory && letter == 'r' ||
			(h.ID == catalog.SchemaPublic || h.ID == catalog.SchemaPgCatalog || h.ID == catalog.SchemaInformation) && letter == 'U') {
			return true
		}
		if granted(cat, role, h.ACL, letter) {
			return true
		}
	}
	return false
}

// granted looks for the letter in items that name PUBLIC or a role that role is a member of.
func granted(cat *catalog.Catalog, role *catalog.Role, acl []string, letter byte) bool {
	for _, item := range acl {
		grantee, rest, ok := strings.Cut(item, "=")
		if !ok {
			continue
		}
		letters, _, _ := strings.Cut(rest, "/")
		if strings.IndexByte(letters, letter) < 0 {
			continue
		}
		grantee = builtin.SplitName(grantee)[0]
		if grantee == "" {
			return true
		}
		if r := cat.Role(grantee); r != nil && isMember(cat, role, r.ID) {
			return true
		}
	}
	return false
}

// isMember reports whether role is the group or a direct or indirect member of it.
func isMember(cat *catalog.Catalog, role *catalog.Role, group types.OID) bool {
	seen := map[types.OID]bool{}
	var walk func(r *catalog.Role) bool
	walk = func(r *catalog.Role) bool {
		if r.ID == group {
			return true
		}
		seen[r.ID] = true
		for _, id := range r.MemberOf {
			if next, ok := cat.Object(id).(*catalog.Role); ok && !seen[id] && walk(next) {
				return true
			}
		}
		return false
	}
	return walk(role)
}

func hasRole(at int) function {
	return func(s *scope, a []types.Value) (types.Value, error) {
		role := s.currentRole()
		var err error
		if at == 1 {
			if role, err = s.role(s.Args[0], a[0]); err != nil {
				return types.Null, err
			}
		}
		group, err := s.role(s.Args[at], a[at])
		if err != nil {
			return types.Null, err
		}
		return types.NewBool(role != nil && (role.Super || isMember(s.cat, role, group.ID))), nil
	}
}

// defaultLetters are what an owner and PUBLIC have on objects of a kind without an ACL.
var defaultLetters = map[byte][2]string{
	'r': {"arwdDxt", ""}, 's': {"rwU", ""}, 'd': {"CTc", "Tc"}, 'f': {"X", "X"}, 'l': {"U", "U"}, 'L': {"rw", ""}, 'n': {"UC", ""},
	'p': {"sA", ""}, 't': {"C", ""}, 'F': {"U", ""}, 'S': {"U", ""}, 'T': {"U", "U"},
}

func aclDefault(s *scope, a []types.Value) (types.Value, error) {
	letters, ok := defaultLetters[byte(a[0].Int())]
	if !ok {
		return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "unrecognized object type abbreviation: %c", byte(a[0].Int()))
	}
	owner := builtin.QuoteIdent(roleName(s.cat, oidArg(a[1])))
	var items []string
	if letters[1] != "" {
		items = append(items, "="+letters[1]+"/"+owner)
	}
	return value(types.Of(types.OIDACLItemArray), append(items, owner+"="+letters[0]+"/"+owner)), nil
}

var letterWords = func() map[byte]string {
	m := map[byte]string{}
	for word, letter := range aclLetters {
		if word != "TEMP" {
			m[letter] = word
		}
	}
	return m
}()

// aclExplode gives a row for each privilege of each item.
func aclExplode(c *builtin.Call, a []types.Value, yield func(row []types.Value) error) error {
	s, err := scopeOf(c)
	if err != nil {
		return err
	}
	roleOID := func(name string) types.Value {
		if r := s.cat.Role(builtin.SplitName(name)[0]); r != nil {
			return types.NewInt(int64(r.ID))
		}
		return types.NewInt(0)
	}
	types.ArrayEach(types.Of(types.OIDACLItemArray), a[0], func(_ int, e types.Value) bool {
		grantee, rest, _ := strings.Cut(e.Str(), "=")
		letters, grantor, _ := strings.Cut(rest, "/")
		for i := 0; i < len(letters) && err == nil; i++ {
			if letters[i] == '*' {
				continue
			}
			option := i+1 < len(letters) && letters[i+1] == '*'
			err = yield([]types.Value{roleOID(grantor), roleOID(grantee), types.NewString(letterWords[letters[i]]), types.NewBool(option)})
		}
		return err == nil
	})
	return err
}
