package ddl

import (
	"strconv"
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/planner/ast"
)

// roleStatement binds statements about roles, privileges and databases; what is
// left of DDL is not supported.
func (b *binder) roleStatement(stmt ast.Stmt) (tag string, err error) {
	switch s := stmt.(type) {
	case *ast.CreateRoleStmt:
		return "CREATE ROLE", b.createRole(s)
	case *ast.AlterRoleStmt:
		return "ALTER ROLE", b.alterRole(s)
	case *ast.AlterRoleSetStmt:
		return "ALTER ROLE", b.roleSetting(s)
	case *ast.DropRoleStmt:
		return "DROP ROLE", b.dropRole(s)
	case *ast.GrantStmt:
		if s.Revoke {
			return "REVOKE", b.grant(s)
		}
		return "GRANT", b.grant(s)
	case *ast.GrantRoleStmt:
		if s.Revoke {
			return "REVOKE ROLE", b.grantRole(s)
		}
		return "GRANT ROLE", b.grantRole(s)
	case *ast.CreateDatabaseStmt:
		return "CREATE DATABASE", b.createDatabase(s)
	case *ast.DropDatabaseStmt:
		return "DROP DATABASE", b.dropDatabase(s)
	}
	return "", unsupportedStatement(stmt)
}

// unsupportedStatement is 0A000 for statements of the grammar that Synapse does not have.
func unsupportedStatement(stmt ast.Stmt) error {
	switch stmt.(type) {
	case *ast.PolicyStmt:
		return sqlerr.Unsupported("CREATE POLICY", "Namespaces keep rows apart: WITH (synapse.namespace = 'column').")
	case *ast.AlterDefaultPrivilegesStmt:
		return sqlerr.Unsupported("ALTER DEFAULT PRIVILEGES", "Use GRANT on the objects.")
	case *ast.OwnedStmt:
		return sqlerr.Unsupported("DROP OWNED and REASSIGN OWNED", "Use ALTER ... OWNER TO or DROP on the objects.")
	case *ast.AlterDatabaseStmt:
		return sqlerr.Unsupported("ALTER DATABASE", "Use ALTER ROLE ... SET, or the server's configuration.")
	}
	return sqlerr.Internal("planner: %T is not a schema change", stmt)
}

// roleNamed finds a role; nil for no name.
func (b *binder) roleNamed(n *ast.RoleName) (*catalog.Role, error) {
	if n == nil {
		return nil, nil
	}
	name := n.Name
	switch n.Kind {
	case ast.RoleCurrentRole, ast.RoleCurrentUser, ast.RoleSessionUser:
		name = b.User
	case ast.RolePublic:
		name = "public"
	}
	return b.role(name)
}

func (b *binder) role(name string) (*catalog.Role, error) {
	if r := b.cat.Role(name); r != nil {
		return r, nil
	}
	return nil, sqlerr.New(sqlerr.UndefinedObject, "role \"%s\" does not exist", name)
}

func (b *binder) createRole(s *ast.CreateRoleStmt) error {
	name := b.name(s.Name)
	if name == "public" || name == "none" || strings.HasPrefix(name, "pg_") {
		e := sqlerr.New(sqlerr.ReservedName, "role name \"%s\" is reserved", name)
		if strings.HasPrefix(name, "pg_") {
			e = e.WithDetail("Role names starting with \"pg_\" are reserved.")
		}
		return e
	}
	if b.cat.Role(name) != nil {
		return sqlerr.New(sqlerr.DuplicateObject, "role \"%s\" already exists", name)
	}
	h, err := b.header(name, 0)
	if err != nil {
		return err
	}
	h.Owner = 0
	r := &catalog.Role{Header: h, Login: s.Login, Inherit: true, ConnLimit: -1}
	if err := b.roleOptions(r, s.Options); err != nil {
		return err
	}
	b.put(r)
	return b.roleMembers(r, s.Options, false)
}

func (b *binder) alterRole(s *ast.AlterRoleStmt) error {
	old, err := b.roleNamed(s.Role)
	if err != nil {
		return err
	}
	r := *old
	if err := b.roleOptions(&r, s.Options); err != nil {
		return err
	}
	if r.ID == catalog.RoleSynapse && !(r.Super && r.Login) {
		return sqlerr.New(sqlerr.FeatureNotSupported, "role \"%s\" must stay a superuser that can log in", r.Name)
	}
	b.put(&r)
	return b.roleMembers(&r, s.Options, s.Drop)
}

// roleOptions applies the attributes of CREATE and ALTER ROLE.
func (b *binder) roleOptions(r *catalog.Role, list []*ast.Option) error {
	flags := map[string]*bool{
		"superuser": &r.Super, "inherit": &r.Inherit, "createrole": &r.CreateRole, "createdb": &r.CreateDB,
		"canlogin": &r.Login, "bypassrls": &r.BypassRLS,
	}
	seen := map[string]bool{}
	for _, o := range list {
		if seen[o.Name] {
			return sqlerr.New(sqlerr.SyntaxError, "conflicting or redundant options").At(b.at(o.Pos()))
		}
		seen[o.Name] = true
		if f := flags[o.Name]; f != nil {
			*f = o.Text() == "true" || o.Text() == "1"
			continue
		}
		switch o.Name {
		case "password":
			if err := b.setPassword(r, o); err != nil {
				return err
			}
		case "connectionlimit":
			n, err := strconv.Atoi(o.Text())
			if err != nil || n < -1 {
				return sqlerr.New(sqlerr.InvalidParameterValue, "invalid connection limit: %s", o.Text())
			}
			r.ConnLimit = n
		case "addroleto", "rolemembers", "adminmembers":
		case "isreplication":
			if o.Text() == "true" || o.Text() == "1" {
				return sqlerr.Unsupported("REPLICATION", "")
			}
		case "validUntil":
			return sqlerr.Unsupported("VALID UNTIL", "Use ALTER ROLE ... NOLOGIN when the time comes.")
		default:
			return sqlerr.Unsupported("role option "+strings.ToUpper(o.Name), "")
		}
	}
	return nil
}

func (b *binder) setPassword(r *catalog.Role, o *ast.Option) error {
	text := o.Text()
	if !o.HasValue() || isNull(o.Value) {
		r.Password = ""
		return nil
	}
	verifier, err := passwordVerifier(text)
	if err != nil {
		return err
	}
	if verifier == "" {
		b.notice(sqlerr.Notice("empty string is not a valid password, clearing password"))
	}
	r.Password = verifier
	return nil
}

// roleMembers applies IN ROLE, ROLE and ADMIN of CREATE ROLE, and ALTER GROUP.
func (b *binder) roleMembers(r *catalog.Role, list []*ast.Option, remove bool) error {
	for _, o := range list {
		for _, n := range o.Roles {
			other, err := b.roleNamed(n)
			if err != nil {
				return err
			}
			switch o.Name {
			case "addroleto":
				err = b.member(other, r, remove)
			case "rolemembers", "adminmembers":
				err = b.member(r, other, remove)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// member makes one role a member of another, or ends that.
func (b *binder) member(group, role *catalog.Role, remove bool) error {
	role = b.cat.Role(role.Name)
	if !remove && (group.ID == role.ID || b.isMember(group, role.ID)) {
		return sqlerr.New(sqlerr.InvalidGrantOperation, "role \"%s\" is a member of role \"%s\"", group.Name, role.Name)
	}
	n := *role
	n.MemberOf = nil
	for _, id := range role.MemberOf {
		if id != group.ID {
			n.MemberOf = append(n.MemberOf, id)
		}
	}
	was := len(n.MemberOf) < len(role.MemberOf)
	switch {
	case remove && !was:
		b.notice(sqlerr.Notice("role \"%s\" is not a member of role \"%s\"", role.Name, group.Name))
		return nil
	case !remove && was:
		b.notice(sqlerr.Notice("role \"%s\" is already a member of role \"%s\"", role.Name, group.Name))
		return nil
	case !remove:
		n.MemberOf = append(n.MemberOf, group.ID)
	}
	b.put(&n)
	return nil
}

// isMember reports whether a role is in a group, directly or not.
func (b *binder) isMember(r *catalog.Role, group types.OID) bool {
	for _, id := range r.MemberOf {
		if id == group {
			return true
		}
		if up, ok := b.cat.Object(id).(*catalog.Role); ok && b.isMember(up, group) {
			return true
		}
	}
	return false
}

func (b *binder) grantRole(s *ast.GrantRoleStmt) error {
	for _, name := range s.Roles {
		group, err := b.role(name)
		if err != nil {
			return err
		}
		for _, n := range s.Grantees {
			r, err := b.roleNamed(n)
			if err != nil {
				return err
			}
			if err := b.member(group, r, s.Revoke); err != nil {
				return err
			}
		}
	}
	return nil
}

// roleSetting is ALTER ROLE … SET and RESET.
func (b *binder) roleSetting(s *ast.AlterRoleSetStmt) error {
	if s.Role == nil || s.Database != "" {
		return sqlerr.Unsupported("ALTER ROLE ALL and IN DATABASE", "Set it for each role.")
	}
	old, err := b.roleNamed(s.Role)
	if err != nil {
		return err
	}
	r := *old
	r.Settings = map[string]string{}
	for k, v := range old.Settings {
		r.Settings[k] = v
	}
	switch {
	case s.Set.Name == "" && (s.Set.Reset || s.Set.Default):
		r.Settings = nil
	case s.Set.Default || s.Set.Reset:
		delete(r.Settings, s.Set.Name)
	case s.Set.Current:
		return sqlerr.Unsupported("SET FROM CURRENT", "Write the value.")
	default:
		var values []string
		for _, v := range s.Set.Values {
			c, ok := v.(*ast.Const)
			if !ok {
				return sqlerr.Unsupported("this value of a setting", "Write it as a string.")
			}
			values = append(values, c.String())
		}
		r.Settings[s.Set.Name] = strings.Join(values, ", ")
	}
	b.put(&r)
	return nil
}

func (b *binder) dropRole(s *ast.DropRoleStmt) error {
	for _, n := range s.Roles {
		r, err := b.roleNamed(n)
		if err != nil {
			if s.IfExists && n.Kind == ast.RoleNamed {
				b.notice(sqlerr.Notice("role \"%s\" does not exist, skipping", n.Name))
				continue
			}
			return err
		}
		if r.Name == b.User {
			return sqlerr.New(sqlerr.ObjectInUse, "current user cannot be dropped")
		}
		if err := b.roleUnused(r); err != nil {
			return err
		}
		for _, o := range b.cat.All(catalog.ClassRole) {
			m := *o.(*catalog.Role)
			if len(m.MemberOf) > 0 && b.isMember(&m, r.ID) {
				m.MemberOf = nil
				for _, id := range o.(*catalog.Role).MemberOf {
					if id != r.ID {
						m.MemberOf = append(m.MemberOf, id)
					}
				}
				b.put(&m)
			}
		}
		b.dropObject(r.ID)
	}
	return nil
}

// roleUnused is 2BP01 for a role that owns something or has privileges.
func (b *binder) roleUnused(r *catalog.Role) error {
	var lines []string
	if r.ID == catalog.RoleSynapse {
		return sqlerr.New(sqlerr.DependentObjectsExist, "cannot drop role %s because it is required by the database system", r.Name)
	}
	for _, class := range []catalog.Class{
		catalog.ClassSchema, catalog.ClassTable, catalog.ClassSequence, catalog.ClassView, catalog.ClassExtension, catalog.ClassDatabase, catalog.ClassFunction,
	} {
		for _, o := range b.cat.All(class) {
			_, h := cloneObject(o)
			switch {
			case h.Owner == r.ID:
				lines = append(lines, "owner of "+b.describe(item{obj: o}))
			case findACL(h.ACL, r.Name) >= 0:
				lines = append(lines, "privileges for "+b.describe(item{obj: o}))
			}
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return sqlerr.New(sqlerr.DependentObjectsExist, "role \"%s\" cannot be dropped because some objects depend on it", r.Name).
		WithDetail("%s", strings.Join(lines, "\n"))
}
