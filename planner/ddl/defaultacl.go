package ddl

import (
	"reflect"
	"slices"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/planner/ast"
)

// defaultPrivileges is ALTER DEFAULT PRIVILEGES.
func (b *binder) defaultPrivileges(s *ast.AlterDefaultPrivilegesStmt) error {
	var schemas []*catalog.Schema
	roles := []*catalog.Role{b.me()}
	for _, o := range s.Options {
		switch o.Name {
		case "schemas":
			for _, name := range o.Names {
				n := b.cat.Schema(name)
				if n == nil {
					return sqlerr.New(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", name)
				}
				schemas = append(schemas, n)
			}
		case "roles":
			roles = nil
			for _, name := range o.Roles {
				r, err := b.roleNamed(name)
				if err != nil {
					return err
				}
				roles = append(roles, r)
			}
		}
	}
	kind := grantKinds[s.Grant.Kind]
	if kind == catalog.OnSchema && len(schemas) > 0 {
		return sqlerr.New(sqlerr.InvalidGrantOperation, "cannot use IN SCHEMA clause when using GRANT/REVOKE ON SCHEMAS")
	}
	g, err := b.grantChange(s.Grant, kind)
	if err != nil {
		return err
	}
	if extra := g.privileges &^ catalog.AllPrivileges(kind); extra != 0 {
		return invalidPrivilege(extra, kind)
	}
	for _, r := range roles {
		if !b.cat.IsMember(b.Owner, r.ID) {
			return notPermitted("must be member of role \"%s\"", r.Name)
		}
		if len(schemas) == 0 {
			if err := b.changeDefault(r.ID, 0, kind, g); err != nil {
				return err
			}
		}
		for _, n := range schemas {
			if err := b.changeDefault(r.ID, n.ID, kind, g); err != nil {
				return err
			}
		}
	}
	return nil
}

// changeDefault changes what a role's new objects of a kind grant: in one
// schema, or (0) everywhere. What says nothing new is not kept.
func (b *binder) changeDefault(role, schema types.OID, kind catalog.GrantKind, g *grantChange) error {
	r := *b.cat.RoleByID(role)
	r.Defaults = slices.Clone(r.Defaults)
	builtin := catalog.DefaultACL(kind, role)
	if schema != 0 {
		builtin = catalog.ACL{}
	}
	at := slices.IndexFunc(r.Defaults, func(d catalog.DefaultGrant) bool { return d.Schema == schema && d.Kind == kind })
	acl := builtin
	if at >= 0 {
		acl = r.Defaults[at].ACL
	}
	m := granting{b: b, kind: kind, owner: role, revoke: g.revoke, option: g.option, cascade: g.cascade, grantees: g.grantees}
	acl, err := m.merge(acl, g.privileges, role)
	if err != nil {
		return err
	}
	if same := sameACL(acl, builtin); at < 0 && !same {
		id, err := b.NewOID()
		if err != nil {
			return err
		}
		r.Defaults = append(r.Defaults, catalog.DefaultGrant{ID: id, Schema: schema, Kind: kind, ACL: acl})
	} else if at >= 0 && same {
		r.Defaults = slices.Delete(r.Defaults, at, at+1)
	} else if at >= 0 {
		r.Defaults[at].ACL = acl
	}
	b.put(&r)
	return nil
}

// sameACL compares lists without regard to order.
func sameACL(a, o catalog.ACL) bool {
	sorted := func(l catalog.ACL) catalog.ACL {
		l = l.Clone()
		slices.SortFunc(l, func(x, y catalog.ACLItem) int {
			if x.Grantee != y.Grantee {
				return int(x.Grantee) - int(y.Grantee)
			}
			return int(x.Grantor) - int(y.Grantor)
		})
		return l
	}
	return reflect.DeepEqual(sorted(a), sorted(o))
}

// applyDefaults gives a new object the privileges that its owner's defaults say.
func (b *binder) applyDefaults(o catalog.Object) {
	h, kind := o.Head(), catalog.KindOf(o)
	r := b.cat.RoleByID(h.Owner)
	if r == nil || len(r.Defaults) == 0 || kind == 0 || h.ACL != nil {
		return
	}
	var acl catalog.ACL
	for _, d := range r.Defaults {
		if d.Kind == kind && d.Schema == 0 {
			acl = d.ACL.Clone()
		}
	}
	builtin := catalog.DefaultACL(kind, r.ID)
	if acl == nil {
		acl = builtin
	}
	for _, d := range r.Defaults {
		if d.Kind != kind || d.Schema == 0 || d.Schema != h.Schema {
			continue
		}
		for _, it := range d.ACL {
			m := granting{b: b, kind: kind, owner: r.ID}
			acl, _ = m.update(acl, it) // a default's options go to no one's own grantor
		}
	}
	if !sameACL(acl, builtin) {
		h.ACL = acl
	}
}
