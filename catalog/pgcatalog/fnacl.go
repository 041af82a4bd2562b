package pgcatalog

import (
	"strconv"
	"strings"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// Functions on lists of grants: aclitem and its arrays.

func init() {
	bind(aclDefault, "acldefault(char,oid)")
	bind(makeACLItem, "makeaclitem(oid,oid,text,bool)")
	bind(aclContains, "aclcontains(_aclitem,aclitem)")
	bind(func(_ *scope, a []types.Value) (types.Value, error) {
		return types.NewBool(a[0].Str() == a[1].Str()), nil
	}, "aclitemeq(aclitem,aclitem)")
	builtin.BindSet("aclexplode(_aclitem)", aclExplode)
}

// aclRole is a role's name as aclitem shows it: quoted if it holds anything but letters, digits and underscores.
func aclRole(cat *catalog.Catalog) func(types.OID) string {
	return func(id types.OID) string {
		r, ok := cat.Object(id).(*catalog.Role)
		if !ok {
			return oidText(id)
		}
		plain := func(c rune) bool {
			return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c > 127
		}
		for _, c := range r.Name {
			if !plain(c) {
				return "\"" + strings.ReplaceAll(r.Name, "\"", "\"\"") + "\""
			}
		}
		return r.Name
	}
}

// oidText is an OID in digits.
func oidText(id types.OID) string { return strconv.FormatUint(uint64(id), 10) }

// aclTexts are the items of a list.
func aclTexts(cat *catalog.Catalog, list catalog.ACL) []string {
	out := make([]string, len(list))
	for i := range list {
		out[i] = list[i].Text(aclRole(cat))
	}
	return out
}

// readACLItem reads an item with the names of roles.
func readACLItem(cat *catalog.Catalog, text string) (catalog.ACLItem, bool) {
	return catalog.ParseACLItem(text, func(name string) (types.OID, bool) {
		if n := len(name); n >= 2 && name[0] == '"' {
			name = strings.ReplaceAll(name[1:n-1], "\"\"", "\"")
		}
		if r := cat.Role(name); r != nil {
			return r.ID, true
		}
		return 0, false
	})
}

func aclDefault(s *scope, a []types.Value) (types.Value, error) {
	kind := catalog.GrantKind(a[0].Int())
	switch kind {
	case 'c':
		return value(types.Of(types.OIDACLItemArray), []string{}), nil
	case 'L', 'p', 't', 'F', 'S':
		owner := aclRole(s.cat)(oidArg(a[1]))
		letters := map[catalog.GrantKind]string{'L': "rw", 'p': "sA", 't': "C", 'F': "U", 'S': "U"}[kind]
		return value(types.Of(types.OIDACLItemArray), []string{owner + "=" + letters + "/" + owner}), nil
	}
	if catalog.AllPrivileges(kind) == 0 {
		return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "unrecognized object type abbreviation: %c", byte(kind))
	}
	return value(types.Of(types.OIDACLItemArray), aclTexts(s.cat, catalog.DefaultACL(kind, oidArg(a[1])))), nil
}

func makeACLItem(s *scope, a []types.Value) (types.Value, error) {
	item := catalog.ACLItem{Grantee: oidArg(a[0]), Grantor: oidArg(a[1]), Privileges: catalog.PrivilegeNamed(a[2].Str())}
	if item.Privileges == 0 {
		return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "unrecognized privilege type: \"%s\"", a[2].Str())
	}
	if a[3].Bool() {
		item.Options = item.Privileges
	}
	return types.NewString(item.Text(aclRole(s.cat))), nil
}

func aclContains(s *scope, a []types.Value) (types.Value, error) {
	want, ok := readACLItem(s.cat, a[1].Str())
	found := false
	types.ArrayEach(types.Of(types.OIDACLItemArray), a[0], func(_ int, e types.Value) bool {
		have, read := readACLItem(s.cat, e.Str())
		found = found || read && ok && have.Grantee == want.Grantee && have.Grantor == want.Grantor &&
			want.Privileges&^have.Privileges == 0 && want.Options&^have.Options == 0
		return !found
	})
	return types.NewBool(found), nil
}

// aclExplode gives a row for each privilege of each item.
func aclExplode(c *builtin.Call, a []types.Value, yield func(row []types.Value) error) error {
	s, err := scopeOf(c)
	if err != nil {
		return err
	}
	types.ArrayEach(types.Of(types.OIDACLItemArray), a[0], func(_ int, e types.Value) bool {
		item, ok := readACLItem(s.cat, e.Str())
		if !ok {
			err = sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid aclitem: \"%s\"", e.Str())
			return false
		}
		for _, word := range item.Privileges.Words() {
			option := item.Options&catalog.PrivilegeNamed(word) != 0
			if err = yield([]types.Value{
				types.NewInt(int64(item.Grantor)), types.NewInt(int64(item.Grantee)), types.NewString(word), types.NewBool(option),
			}); err != nil {
				return false
			}
		}
		return true
	})
	return err
}
