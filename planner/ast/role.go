package ast

// CreateRoleStmt is CREATE ROLE, USER or GROUP. Option names: password,
// superuser, inherit, createrole, createdb, canlogin, isreplication, bypassrls,
// connectionlimit, validUntil, addroleto, rolemembers, adminmembers.
type CreateRoleStmt struct {
	Position
	Name    string
	Login   bool // CREATE USER: LOGIN is the default
	Options []*Option
}

// AlterRoleStmt is ALTER ROLE … options, or ALTER GROUP ADD|DROP USER.
type AlterRoleStmt struct {
	Position
	Role    *RoleName
	Options []*Option
	Drop    bool // ALTER GROUP … DROP USER
}

// AlterRoleSetStmt is ALTER ROLE … [IN DATABASE d] SET|RESET.
type AlterRoleSetStmt struct {
	Position
	Role     *RoleName // nil for ALL
	Database string
	Set      *SetStmt
}

// DropRoleStmt is DROP ROLE.
type DropRoleStmt struct {
	Position
	Roles    []*RoleName
	IfExists bool
}

// Privilege is one privilege of GRANT; "" is ALL.
type Privilege struct {
	Position
	Name    string
	Columns []string
}

// GrantStmt is GRANT or REVOKE of privileges on objects.
type GrantStmt struct {
	Position
	Revoke      bool
	Kind        ObjectKind
	AllInSchema bool // Objects are schemas
	Default     bool // within ALTER DEFAULT PRIVILEGES
	Objects     []*ObjectRef
	Privileges  []*Privilege // empty: ALL
	Grantees    []*RoleName
	GrantOption bool
	GrantedBy   *RoleName
	Cascade     bool
}

// GrantRoleStmt is GRANT or REVOKE of membership.
type GrantRoleStmt struct {
	Position
	Revoke    bool
	Roles     []string
	Grantees  []*RoleName
	Options   []*Option // admin, inherit, set
	GrantedBy *RoleName
	Cascade   bool
}

// AlterDefaultPrivilegesStmt is ALTER DEFAULT PRIVILEGES. Option names: schemas, roles.
type AlterDefaultPrivilegesStmt struct {
	Position
	Options []*Option
	Grant   *GrantStmt
}

// OwnedStmt is DROP OWNED BY or REASSIGN OWNED BY … TO.
type OwnedStmt struct {
	Position
	Roles   []*RoleName
	NewRole *RoleName // nil: DROP OWNED
	Cascade bool
}

func (*CreateRoleStmt) stmt()             {}
func (*AlterRoleStmt) stmt()              {}
func (*AlterRoleSetStmt) stmt()           {}
func (*DropRoleStmt) stmt()               {}
func (*GrantStmt) stmt()                  {}
func (*GrantRoleStmt) stmt()              {}
func (*AlterDefaultPrivilegesStmt) stmt() {}
func (*OwnedStmt) stmt()                  {}
