package session

import (
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/storage"
)

// Who a session is. It logged in as one role (login); SET SESSION AUTHORIZATION
// makes a superuser's session another's; SET ROLE acts as a role that the
// session's own is in; a SECURITY DEFINER function acts as its owner while it
// runs. The two settings hold the names, so that a rollback takes them back.

// identity caches the role that the settings name in one catalog.
type identity struct {
	catalog       *catalog.Catalog
	session, role string
	current       *catalog.Role
	who           *storage.Principal // nil: not made yet
}

// noRole is the value of the setting "role" that no SET ROLE is in force.
const noRole = "none"

// role is the role whose rights hold now, as today's catalog has it; one
// without rights if it was dropped.
func (s *Session) role() *catalog.Role {
	if s.definer != nil {
		return s.definer
	}
	c := s.catalog()
	session, role := s.settings.must("session_authorization"), s.settings.must("role")
	if id := &s.identity; id.catalog == c && id.session == session && id.role == role {
		return id.current
	}
	r := s.sessionRole(c)
	if role != noRole {
		if r = c.Role(role); r == nil {
			r = &catalog.Role{Header: catalog.Header{Name: role}}
		}
	}
	s.identity = identity{c, session, role, r, nil}
	return r
}

// sessionRole is the role that the session is, whatever SET ROLE says.
func (s *Session) sessionRole(c *catalog.Catalog) *catalog.Role {
	name := s.settings.must("session_authorization")
	if name == s.login.Name {
		if r := c.RoleByID(s.login.ID); r != nil {
			return r
		}
	}
	if r := c.Role(name); r != nil {
		return r
	}
	return &catalog.Role{Header: catalog.Header{Name: name}}
}

// become sets what the session is at login.
func (s *Session) become(r *catalog.Role) {
	s.login = r
	s.settings.values["session_authorization"] = r.Name
	s.settings.values["is_superuser"] = onOffText(r.Super)
}

// setRole is SET ROLE and SET SESSION AUTHORIZATION; "" goes back.
func (s *Session) setRole(name, value string, local bool) error {
	if s.definer != nil {
		return sqlerr.New(sqlerr.InsufficientPrivilege, "cannot set parameter %q within security-definer function", name)
	}
	c := s.catalog()
	if strings.EqualFold(name, "session_authorization") {
		return s.setSessionAuthorization(c, value, local)
	}
	if value == "" || value == noRole {
		s.settings.assign("role", noRole, true, local)
		return s.showSuper(local)
	}
	r := c.Role(value)
	if r == nil {
		return sqlerr.New(sqlerr.InvalidParameterValue, "role %q does not exist", value)
	}
	if !c.IsMember(s.sessionRole(c).ID, r.ID) {
		return sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied to set role %q", value)
	}
	s.settings.assign("role", r.Name, true, local)
	return s.showSuper(local)
}

func (s *Session) setSessionAuthorization(c *catalog.Catalog, value string, local bool) error {
	if value == "" {
		value = s.login.Name
	}
	r := c.Role(value)
	if r == nil {
		return sqlerr.New(sqlerr.InvalidParameterValue, "role %q does not exist", value)
	}
	if r.ID != s.login.ID && !c.IsSuper(s.login.ID) {
		return sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied to set session authorization")
	}
	s.settings.assign("session_authorization", r.Name, true, local)
	s.settings.assign("role", noRole, true, local)
	return s.showSuper(local)
}

// showSuper keeps the setting that tells drivers whether they are a superuser.
func (s *Session) showSuper(local bool) error {
	s.settings.assign("is_superuser", onOffText(s.role().Super), true, local)
	return nil
}

// permit asks for the rights that a plan takes.
func (s *Session) permit(pl *plan.Plan) error {
	if len(pl.Access) == 0 {
		return nil
	}
	return pl.Permit(s.catalog(), s.role().ID)
}

// mayUse refuses an object on which the current role has none of the privileges.
func (s *Session) mayUse(o catalog.Object, p catalog.Privileges) error {
	if s.catalog().Privileges(s.role().ID, o)&p == 0 {
		return catalog.Denied(o)
	}
	return nil
}

// hasPrivilegesOf reports whether the current role may do what another may.
func (s *Session) hasPrivilegesOf(role types.OID) bool {
	return s.catalog().HasPrivilegesOf(s.role().ID, role)
}
