package ddl

import (
	"slices"
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/planner/ast"
)

func (b *binder) dropRole(s *ast.DropRoleStmt) error {
	me := b.me()
	if !me.Super && !me.CreateRole {
		return notPermitted("permission denied to drop role")
	}
	var going []*catalog.Role
	for _, n := range s.Roles {
		if n.Kind != ast.RoleNamed {
			return sqlerr.New(sqlerr.InvalidParameterValue, "cannot use special role specifier in DROP ROLE")
		}
		r, err := b.roleNamed(n)
		if err != nil {
			if s.IfExists {
				b.notice(sqlerr.Notice("role \"%s\" does not exist, skipping", n.Name))
				continue
			}
			return err
		}
		switch {
		case r.Name == b.User:
			return sqlerr.New(sqlerr.ObjectInUse, "current user cannot be dropped")
		case r.Name == b.SessionUser:
			return sqlerr.New(sqlerr.ObjectInUse, "session user cannot be dropped")
		case r.Super && !me.Super:
			return notPermitted("must be superuser to drop superusers")
		}
		going = append(going, r)
	}
	for _, r := range going {
		if err := b.roleUnused(r); err != nil {
			return err
		}
		b.leaveAll(r.ID)
		b.dropObject(r.ID)
	}
	return nil
}

// leaveAll ends the membership of others in a role that goes.
func (b *binder) leaveAll(group types.OID) {
	for _, o := range b.cat.All(catalog.ClassRole) {
		m := *o.(*catalog.Role)
		if i := slices.IndexFunc(m.MemberOf, func(x catalog.Membership) bool { return x.Role == group }); i >= 0 {
			m.MemberOf = slices.Delete(slices.Clone(m.MemberOf), i, i+1)
			b.put(&m)
		}
	}
}

// ownable are the classes whose objects have owners and privileges.
var ownable = []catalog.Class{
	catalog.ClassSchema, catalog.ClassTable, catalog.ClassSequence, catalog.ClassView, catalog.ClassExtension, catalog.ClassDatabase,
	catalog.ClassFunction, catalog.ClassType,
}

// roleUnused is 2BP01 for a role that owns something or has privileges.
func (b *binder) roleUnused(r *catalog.Role) error {
	if r.ID == catalog.RoleSynapse || r.Predefined() {
		return sqlerr.New(sqlerr.DependentObjectsExist, "cannot drop role %s because it is required by the database system", r.Name)
	}
	var lines []string
	for _, class := range ownable {
		for _, o := range b.cat.All(class) {
			lines = append(lines, b.roleUses(r.ID, o)...)
		}
	}
	for _, o := range b.cat.All(catalog.ClassRole) {
		owner := o.(*catalog.Role)
		for _, d := range owner.Defaults {
			if owner.ID == r.ID || mentions(d.ACL, r.ID) {
				lines = append(lines, b.describeDefault(owner, d))
			}
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return sqlerr.New(sqlerr.DependentObjectsExist, "role \"%s\" cannot be dropped because some objects depend on it", r.Name).
		WithDetail("%s", strings.Join(lines, "\n"))
}

// roleUses says how an object depends on a role.
func (b *binder) roleUses(role types.OID, o catalog.Object) []string {
	h := o.Head()
	var lines []string
	if strings.HasPrefix(h.Name, "pg_temp_") && o.Class() == catalog.ClassSchema {
		return nil
	}
	if h.Owner == role {
		return append(lines, "owner of "+b.describe(item{obj: o}))
	}
	if mentions(h.ACL, role) {
		lines = append(lines, "privileges for "+b.describe(item{obj: o}))
	}
	for i, c := range catalog.ColumnsOf(o) {
		if mentions(c.ACL, role) {
			lines = append(lines, "privileges for "+b.describe(item{obj: o, column: i + 1}))
		}
	}
	return lines
}

// mentions reports whether a list grants to a role or in its name.
func mentions(acl catalog.ACL, role types.OID) bool {
	return slices.ContainsFunc(acl, func(i catalog.ACLItem) bool { return i.Grantee == role || i.Grantor == role })
}
