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
	case *ast.AlterDefaultPrivilegesStmt:
		return "ALTER DEFAULT PRIVILEGES", b.defaultPrivileges(s)
	case *ast.OwnedStmt:
		if s.NewRole != nil {
			return "REASSIGN OWNED", b.reassignOwned(s)
		}
		return "DROP OWNED", b.dropOwned(s)
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
	case ast.RoleCurrentRole, ast.RoleCurrentUser:
		name = b.User
	case ast.RoleSessionUser:
		name = b.SessionUser
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

// me is the role that the statement acts as; without rights if it was dropped meanwhile.
func (b *binder) me() *catalog.Role {
	if r := b.cat.RoleByID(b.Owner); r != nil {
		return r
	}
	return &catalog.Role{}
}

func notPermitted(format string, args ...any) *sqlerr.Error {
	return sqlerr.New(sqlerr.InsufficientPrivilege, format, args...)
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
	r := &catalog.Role{Login: s.Login, Inherit: true, ConnLimit: -1}
	r.Name = name
	if err := b.roleOptions(r, s.Options); err != nil {
		return err
	}
	switch me := b.me(); {
	case r.Super && !me.Super:
		return notPermitted("must be superuser to create superusers")
	case r.Replicate && !me.Super:
		return notPermitted("must be superuser to create replication users")
	case r.BypassRLS && !me.Super:
		return notPermitted("must be superuser to create bypassrls users")
	case !me.CreateRole && !me.Super:
		return notPermitted("permission denied to create role")
	}
	if b.cat.Role(name) != nil {
		return sqlerr.New(sqlerr.DuplicateObject, "role \"%s\" already exists", name)
	}
	h, err := b.header(name, 0)
	if err != nil {
		return err
	}
	h.Owner = 0
	r.Header = h
	b.put(r)
	return b.roleMembers(r, s.Options, false)
}

func (b *binder) alterRole(s *ast.AlterRoleStmt) error {
	old, err := b.roleNamed(s.Role)
	if err != nil {
		return err
	}
	if err := b.mayAlterRole(old, s.Options); err != nil {
		return err
	}
	r := *old
	if err := b.roleOptions(&r, s.Options); err != nil {
		return err
	}
	if r.ID == catalog.RoleSynapse && !r.Super {
		return sqlerr.New(sqlerr.FeatureNotSupported, "permission denied to alter role").
			WithDetail("The bootstrap user must have the SUPERUSER attribute.")
	}
	b.put(&r)
	return b.roleMembers(&r, s.Options, s.Drop)
}

// mayAlterRole checks the attributes that a statement changes against those of who runs it.
func (b *binder) mayAlterRole(r *catalog.Role, list []*ast.Option) error {
	if r.Predefined() {
		return sqlerr.New(sqlerr.ReservedName, "role name \"%s\" is reserved", r.Name).
			WithDetail("Cannot alter reserved roles.")
	}
	has := func(name string) bool {
		for _, o := range list {
			if o.Name == name {
				return true
			}
		}
		return false
	}
	me := b.me()
	switch {
	case me.Super:
		return nil
	case r.Super || has("superuser"):
		return notPermitted("must be superuser to alter superuser roles or change superuser attribute")
	case r.Replicate || has("isreplication"):
		return notPermitted("must be superuser to alter replication roles or change replication attribute")
	case has("bypassrls"):
		return notPermitted("must be superuser to change bypassrls attribute")
	case me.CreateRole || r.ID == me.ID && len(list) == 1 && has("password"):
		return nil
	}
	return notPermitted("permission denied")
}

// roleOptions applies the attributes of CREATE and ALTER ROLE.
func (b *binder) roleOptions(r *catalog.Role, list []*ast.Option) error {
	flags := map[string]*bool{
		"superuser": &r.Super, "inherit": &r.Inherit, "createrole": &r.CreateRole, "createdb": &r.CreateDB,
		"canlogin": &r.Login, "bypassrls": &r.BypassRLS, "isreplication": &r.Replicate,
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
		case "validUntil":
			v, err := types.ParseText(types.Timestamptz, o.Text(), b.format())
			if err != nil {
				return err
			}
			until := v.Int()
			r.ValidUntil = &until
		default:
			return sqlerr.Unsupported("role option "+strings.ToUpper(o.Name), "")
		}
	}
	return nil
}

func (b *binder) format() *types.Format {
	if b.Format != nil {
		return b.Format
	}
	return types.DefaultFormat
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

// roleSetting is ALTER ROLE … SET and RESET.
func (b *binder) roleSetting(s *ast.AlterRoleSetStmt) error {
	if s.Role == nil || s.Database != "" {
		return sqlerr.Unsupported("ALTER ROLE ALL and IN DATABASE", "Set it for each role.")
	}
	old, err := b.roleNamed(s.Role)
	if err != nil {
		return err
	}
	switch me := b.me(); {
	case old.Super && !me.Super:
		return notPermitted("must be superuser to alter superusers")
	case !me.Super && !me.CreateRole && old.ID != me.ID:
		return notPermitted("permission denied")
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
