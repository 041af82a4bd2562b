package ddl

import (
	"slices"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/planner/ast"
)

// roleMembers applies IN ROLE, ROLE and ADMIN of CREATE ROLE, and ALTER GROUP.
func (b *binder) roleMembers(r *catalog.Role, list []*ast.Option, remove bool) error {
	for _, o := range list {
		for _, n := range o.Roles {
			other, err := b.roleNamed(n)
			if err != nil {
				return err
			}
			m := membershipChange{revoke: remove, admin: o.Name == "adminmembers", grantor: b.Owner}
			switch o.Name {
			case "addroleto":
				err = b.member(other, r, m)
			case "rolemembers", "adminmembers":
				err = b.member(r, other, m)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// membershipChange is how a role comes into a group, or out of it.
type membershipChange struct {
	revoke  bool
	admin   bool // with, or only, the admin option
	grantor types.OID
}

// grantRole is GRANT and REVOKE of membership.
func (b *binder) grantRole(s *ast.GrantRoleStmt) error {
	m := membershipChange{revoke: s.Revoke, grantor: b.Owner}
	for _, o := range s.Options {
		if o.Name != "admin" {
			return b.syntaxNear(o)
		}
		m.admin = s.Revoke || o.Text() == "true" || o.Text() == "1" || !o.HasValue() // REVOKE ADMIN OPTION FOR says false
	}
	if s.GrantedBy != nil {
		by, err := b.roleNamed(s.GrantedBy)
		if err != nil {
			return err
		}
		if by.ID != b.Owner && !b.me().Super {
			return notPermitted("must be superuser to set grantor")
		}
		m.grantor = by.ID
	}
	for _, name := range s.Roles {
		group, err := b.role(name)
		if err != nil {
			return err
		}
		if err := b.mayGrantRole(group); err != nil {
			return err
		}
		for _, n := range s.Grantees {
			r, err := b.roleNamed(n)
			if err != nil {
				return err
			}
			if err := b.member(group, r, m); err != nil {
				return err
			}
		}
	}
	return nil
}

// syntaxNear refuses an option that PostgreSQL 15 does not have.
func (b *binder) syntaxNear(o *ast.Option) error {
	return sqlerr.New(sqlerr.SyntaxError, "unrecognized role option \"%s\"", o.Name).At(b.at(o.Pos()))
}

// mayGrantRole: who lets others into a group is a superuser, may create roles, or has the admin option.
func (b *binder) mayGrantRole(group *catalog.Role) error {
	me := b.me()
	if group.ID == catalog.RoleDatabaseOwner {
		return sqlerr.New(sqlerr.InvalidGrantOperation, "role \"%s\" cannot have explicit members", group.Name)
	}
	switch {
	case me.Super:
	case group.Super:
		return notPermitted("must be superuser to alter superusers")
	case !me.CreateRole && !b.cat.HasAdmin(me.ID, group.ID):
		return notPermitted("must have admin option on role \"%s\"", group.Name)
	}
	return nil
}

// member makes one role a member of another, or ends that.
func (b *binder) member(group, role *catalog.Role, m membershipChange) error {
	role = b.cat.Role(role.Name)
	if !m.revoke && b.cat.IsMemberNoSuper(group.ID, role.ID) {
		return sqlerr.New(sqlerr.InvalidGrantOperation, "role \"%s\" is a member of role \"%s\"", group.Name, role.Name)
	}
	if role.ID == catalog.RoleDatabaseOwner {
		return sqlerr.New(sqlerr.InvalidGrantOperation, "role \"%s\" cannot be a member of any role", role.Name)
	}
	n := *role
	n.MemberOf = slices.Clone(role.MemberOf)
	i := slices.IndexFunc(n.MemberOf, func(x catalog.Membership) bool { return x.Role == group.ID })
	switch {
	case m.revoke && i < 0:
		b.notice(sqlerr.Warningf(sqlerr.Warning, "role \"%s\" is not a member of role \"%s\"", role.Name, group.Name))
		return nil
	case m.revoke && m.admin:
		n.MemberOf[i].Admin = false
	case m.revoke:
		n.MemberOf = slices.Delete(n.MemberOf, i, i+1)
	case i < 0:
		n.MemberOf = append(n.MemberOf, catalog.Membership{Role: group.ID, Grantor: m.grantor, Admin: m.admin})
	case n.MemberOf[i].Admin || !m.admin:
		b.notice(sqlerr.Notice("role \"%s\" is already a member of role \"%s\"", role.Name, group.Name))
		return nil
	default:
		n.MemberOf[i].Admin, n.MemberOf[i].Grantor = true, m.grantor
	}
	b.put(&n)
	return nil
}
