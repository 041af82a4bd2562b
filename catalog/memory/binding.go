package memory

import (
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// Namespaces bound to roles: who may read and write which.

const oidNamespaceGrants types.OID = 13103

func registerBinding() {
	args := []types.OID{oidText, oidText, oidText}
	names, defaults := []string{"role", "ns", "privilege"}, []string{"'read'"}
	fn("grant_namespace", names, args, defaults, types.OIDVoid, bindNamespace(false))
	fn("revoke_namespace", names, args, defaults, types.OIDVoid, bindNamespace(true))
}

// bindNamespace lets a role into a namespace, or the namespaces of a prefix, or out of it.
func bindNamespace(revoke bool) func(h Host, a []types.Value) (types.Value, error) {
	return func(h Host, a []types.Value) (types.Value, error) {
		for i, name := range []string{"role", "ns", "privilege"} {
			if err := required(name, a[i]); err != nil {
				return types.Null, err
			}
		}
		privilege := strings.ToLower(a[2].Str())
		if privilege != "read" && privilege != "write" {
			return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "unrecognized privilege on a namespace: \"%s\"", a[2].Str()).
				WithHint("It is read or write; write includes read.")
		}
		if pattern := a[1].Str(); pattern == "" || strings.Contains(strings.TrimSuffix(pattern, "*"), "*") {
			return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "\"%s\" is no namespace and no prefix of namespaces", pattern).
				WithHint("An asterisk may stand at the end only: 'team:support/*'.")
		}
		return types.NewString(""), h.BindNamespace(a[0].Str(), a[1].Str(), privilege == "write", revoke)
	}
}

// namespaceGrants shows who may reach which namespaces: to superusers all, to
// others what their own roles were given.
func namespaceGrants() *catalog.VirtualTable {
	v := live(oidNamespaceGrants, "namespace_grants", "the namespaces that roles may read and write", "", []column{
		{"role", types.Text}, {"ns", types.Text}, {"privilege", types.Text},
	})
	v.Rows = func(src catalog.VirtualSource, yield func(row []types.Value) error) error {
		cat := src.Catalog()
		reader := cat.Role(src.CurrentUser())
		for _, o := range cat.All(catalog.ClassRole) {
			r := o.(*catalog.Role)
			if reader == nil || !cat.HasPrivilegesOf(reader.ID, r.ID) {
				continue
			}
			for _, g := range r.Namespaces {
				privilege := "read"
				if g.Write {
					privilege = "write"
				}
				if err := yield([]types.Value{types.NewString(r.Name), types.NewString(g.Pattern), types.NewString(privilege)}); err != nil {
					return err
				}
			}
		}
		return nil
	}
	return v
}
