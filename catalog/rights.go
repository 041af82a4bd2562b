package catalog

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// Who may do what. A role has the privileges that were granted to it, to PUBLIC,
// and to the roles whose privileges it inherits; an owner has all; a superuser
// is asked nothing. Everything here is a look at the catalog: whoever holds
// today's catalog has today's rights.

// memberships are the groups of every role: those it is in, and those whose
// privileges it has without SET ROLE.
type memberships map[types.OID]*groups

type groups struct {
	all     map[types.OID]bool // itself included
	inherit map[types.OID]bool // itself included
}

// Membership is that a role is in another.
type Membership struct {
	Role    types.OID `json:"role"`
	Grantor types.OID `json:"grantor,omitempty"`
	Admin   bool      `json:"admin,omitempty"` // it may let others in
}

// rolesChanged reports whether memberships must be worked out anew.
func rolesChanged(c *Catalog, changes []Change) bool {
	for _, ch := range changes {
		o := ch.Object
		if o == nil {
			o = c.objects[ch.ID].obj
		}
		if o != nil && (o.Class() == ClassRole || o.Class() == ClassDatabase) {
			return true
		}
	}
	return false
}

// memberships works out the groups of all roles.
func (c *Catalog) memberships() memberships {
	owners := map[types.OID]bool{}
	for _, o := range c.All(ClassDatabase) {
		owners[o.Head().Owner] = true
	}
	m := memberships{}
	for _, o := range c.All(ClassRole) {
		r := o.(*Role)
		g := &groups{all: map[types.OID]bool{}, inherit: map[types.OID]bool{}}
		c.collect(r, g.all, false, owners)
		c.collect(r, g.inherit, true, owners)
		m[r.ID] = g
	}
	return m
}

// collect adds a role and its groups. Those of a role without INHERIT are not
// among the ones whose privileges it has.
func (c *Catalog) collect(r *Role, into map[types.OID]bool, inherit bool, owners map[types.OID]bool) {
	if into[r.ID] {
		return
	}
	into[r.ID] = true
	if owners[r.ID] {
		into[RoleDatabaseOwner] = true
	}
	if inherit && !r.Inherit {
		return
	}
	for _, g := range r.MemberOf {
		if up, ok := c.Object(g.Role).(*Role); ok {
			c.collect(up, into, inherit, owners)
		}
	}
}

// RoleByID finds a role, nil if the OID names none.
func (c *Catalog) RoleByID(id types.OID) *Role { r, _ := c.Object(id).(*Role); return r }

// IsSuper reports whether a role is a superuser.
func (c *Catalog) IsSuper(role types.OID) bool {
	r := c.RoleByID(role)
	return r != nil && r.Super
}

// HasPrivilegesOf reports whether a role may do what another may, without SET ROLE.
func (c *Catalog) HasPrivilegesOf(role, group types.OID) bool {
	return role == group || c.IsSuper(role) || c.groupsOf(role).inherit[group]
}

// IsMember reports whether a role is another one, or in it: it may SET ROLE to it.
func (c *Catalog) IsMember(role, group types.OID) bool {
	return c.IsSuper(role) || c.IsMemberNoSuper(role, group)
}

// IsMemberNoSuper is IsMember for what superusers are asked too.
func (c *Catalog) IsMemberNoSuper(role, group types.OID) bool {
	return role == group || c.groupsOf(role).all[group]
}

// HasAdmin reports whether a role may let others into a group, or out of it.
func (c *Catalog) HasAdmin(role, group types.OID) bool {
	if c.IsSuper(role) {
		return true
	}
	for id := range c.groupsOf(role).all {
		r := c.RoleByID(id)
		if r == nil {
			continue
		}
		for _, m := range r.MemberOf {
			if m.Role == group && m.Admin {
				return true
			}
		}
	}
	return false
}

var noGroups = &groups{}

func (c *Catalog) groupsOf(role types.OID) *groups {
	if g := c.members[role]; g != nil {
		return g
	}
	return noGroups
}

// Owns reports whether a role may do with an object what its owner may.
func (c *Catalog) Owns(role types.OID, o Object) bool {
	return c.HasPrivilegesOf(role, c.ownerOf(o))
}

// ownerOf is an object's owner; an index has its table's.
func (c *Catalog) ownerOf(o Object) types.OID {
	if ix, ok := o.(*Index); ok {
		if t := c.Object(ix.Table); t != nil {
			return t.Head().Owner
		}
	}
	return o.Head().Owner
}

// Privileges are those that a role has on an object.
func (c *Catalog) Privileges(role types.OID, o Object) Privileges {
	kind := KindOf(o)
	all := AllPrivileges(kind)
	if c.IsSuper(role) {
		return all
	}
	have := c.Granted(role, ACLOf(o))
	g := c.groupsOf(role).inherit
	switch kind {
	case OnTable:
		if t, ok := o.(*Table); ok && t.Virtual {
			break
		}
		if g[RoleReadAllData] {
			have |= MaySelect
		}
		if g[RoleWriteAllData] {
			have |= MayInsert | MayUpdate | MayDelete
		}
	case OnSequence:
		if g[RoleReadAllData] {
			have |= MaySelect
		}
		if g[RoleWriteAllData] {
			have |= MayUpdate
		}
	case OnSchema:
		if g[RoleReadAllData] || g[RoleWriteAllData] {
			have |= MayUse
		}
	}
	return have & all
}

// Granted are the privileges that a list gives to a role, directly, through
// PUBLIC or through a group.
func (c *Catalog) Granted(role types.OID, acl ACL) Privileges {
	var have Privileges
	g := c.groupsOf(role).inherit
	for i := range acl {
		if to := acl[i].Grantee; to == Public || to == role || g[to] {
			have |= acl[i].Privileges
		}
	}
	return have
}

// GrantOptions are the privileges on an object that a role may grant on; its
// owner may grant all, and also those it has revoked from itself.
func (c *Catalog) GrantOptions(role types.OID, acl ACL, owner types.OID, kind GrantKind) Privileges {
	if c.HasPrivilegesOf(role, owner) {
		return AllPrivileges(kind)
	}
	var have Privileges
	g := c.groupsOf(role).inherit
	for i := range acl {
		if to := acl[i].Grantee; to != Public && (to == role || g[to]) {
			have |= acl[i].Options
		}
	}
	return have & AllPrivileges(kind)
}

// ColumnPrivileges are those that a role has on a column by grants on it alone.
func (c *Catalog) ColumnPrivileges(role types.OID, col *Column) Privileges {
	if c.IsSuper(role) {
		return AllPrivileges(OnColumn)
	}
	return c.Granted(role, col.ACL)
}

// ColumnsOf are the columns of a table or view, nil for other objects.
func ColumnsOf(o Object) []Column {
	switch o := o.(type) {
	case *Table:
		return o.Columns
	case *View:
		return o.Columns
	}
	return nil
}

// KindName is the word for an object's kind in messages on privileges.
func KindName(o Object) string {
	switch o := o.(type) {
	case *Table:
		if o.Materialized != "" {
			return "materialized view"
		}
		return "table"
	case *View:
		return "view"
	case *Function:
		return o.Kind()
	case *Index:
		return "index"
	case *Sequence:
		return "sequence"
	case *Schema:
		return "schema"
	case *Database:
		return "database"
	case *Type:
		return "type"
	case *Extension:
		return "extension"
	case *Role:
		return "role"
	}
	return "object"
}

// Denied is 42501 for a privilege that a role does not have.
func Denied(o Object) *sqlerr.Error {
	return sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied for %s %s", KindName(o), o.ObjectName())
}

// NotOwner is 42501 for what only an owner may do.
func NotOwner(o Object) *sqlerr.Error {
	return sqlerr.New(sqlerr.InsufficientPrivilege, "must be owner of %s %s", KindName(o), o.ObjectName())
}
