package ast

// CreateSchemaStmt is CREATE SCHEMA.
type CreateSchemaStmt struct {
	Position
	Name        string // "" for AUTHORIZATION role alone
	Owner       *RoleName
	IfNotExists bool
	Elements    []Stmt
}

// CreateSequenceStmt is CREATE SEQUENCE. Option names: as, start, increment,
// minvalue, maxvalue, cache, cycle, owned_by, restart.
type CreateSequenceStmt struct {
	Position
	Sequence    *TableRef
	Persistence Persistence
	IfNotExists bool
	Options     []*Option
}

// AlterSequenceStmt is ALTER SEQUENCE.
type AlterSequenceStmt struct {
	Position
	Sequence *TableRef
	IfExists bool
	Options  []*Option
}

// CheckOption is a view's WITH CHECK OPTION.
type CheckOption uint8

// The options.
const (
	CheckNone CheckOption = iota
	CheckLocal
	CheckCascaded
)

// CreateViewStmt is CREATE VIEW.
type CreateViewStmt struct {
	Position
	View        *TableRef
	Persistence Persistence
	Replace     bool
	Columns     []string
	Query       *SelectStmt
	QueryText   string // the query's source, as the catalog keeps it
	Options     []*Option
	CheckOption CheckOption
}

// CreateTableAsStmt is CREATE TABLE AS, SELECT INTO and CREATE MATERIALIZED VIEW.
type CreateTableAsStmt struct {
	Position
	Into         *IntoTarget
	Materialized bool
	SelectInto   bool
	IfNotExists  bool
	Query        Stmt   // SelectStmt or ExecuteStmt
	QueryText    string // the query's source, as the catalog keeps it
}

// RefreshStmt is REFRESH MATERIALIZED VIEW.
type RefreshStmt struct {
	Position
	View         *TableRef
	Concurrently bool
	NoData       bool
}

// CreateTypeStmt is CREATE TYPE. Exactly one of Composite, Enum, Range and Base
// is true; none is a shell type.
type CreateTypeStmt struct {
	Position
	Names     []string
	Composite bool
	Columns   []*ColumnDef
	Enum      bool
	Labels    []string
	Range     bool
	Base      bool
	Options   []*Option
}

// AlterEnumStmt is ALTER TYPE … ADD VALUE or RENAME VALUE.
type AlterEnumStmt struct {
	Position
	Names       []string
	OldLabel    string // RENAME VALUE OldLabel TO NewLabel; "" for ADD
	NewLabel    string
	Neighbor    string // ADD VALUE … BEFORE|AFTER Neighbor
	After       bool
	IfNotExists bool
}

// CreateDomainStmt is CREATE DOMAIN.
type CreateDomainStmt struct {
	Position
	Names       []string
	Type        *TypeName
	Collation   []string
	Constraints []*Constraint
}

// AlterDomainStmt is ALTER DOMAIN. Action is one of AlterColumnDefault,
// AlterDropNotNull, AlterSetNotNull, AlterAddConstraint, AlterDropConstraint
// and AlterValidateConstraint.
type AlterDomainStmt struct {
	Position
	Names      []string
	Action     AlterAction
	Name       string // constraint
	Expr       Expr
	Constraint *Constraint
	IfExists   bool
	Cascade    bool
}

// CreateExtensionStmt is CREATE EXTENSION. Option names: schema, new_version, cascade.
type CreateExtensionStmt struct {
	Position
	Name        string
	IfNotExists bool
	Options     []*Option
}

// AlterExtensionStmt is ALTER EXTENSION … UPDATE.
type AlterExtensionStmt struct {
	Position
	Name    string
	Options []*Option
}

// ParamMode is a function parameter's mode.
type ParamMode uint8

// The modes.
const (
	ParamIn ParamMode = iota
	ParamOut
	ParamInOut
	ParamVariadic
	ParamTable // RETURNS TABLE (…)
)

// FuncParam is a parameter of CREATE FUNCTION.
type FuncParam struct {
	Position
	Name    string
	Type    *TypeName
	Mode    ParamMode
	Default Expr
}

// CreateFunctionStmt is CREATE FUNCTION or PROCEDURE. Option names: as (Names:
// body, or object file and symbol), language, volatility, strict, security,
// leakproof, cost, rows, parallel, set, window, transform.
type CreateFunctionStmt struct {
	Position
	Names     []string
	Procedure bool
	Replace   bool
	Params    []*FuncParam
	Returns   *TypeName // nil if not given
	Options   []*Option
	Body      []Stmt // BEGIN ATOMIC … END or RETURN expr
	Atomic    bool
}

// ReturnStmt is RETURN expr, the body of a SQL function.
type ReturnStmt struct {
	Position
	Value Expr
}

// AlterFunctionStmt is ALTER FUNCTION … options.
type AlterFunctionStmt struct {
	Position
	Kind    ObjectKind
	Object  *ObjectRef
	Options []*Option
}

// TriggerTiming is when a trigger fires.
type TriggerTiming uint8

// The timings.
const (
	TriggerAfter TriggerTiming = iota
	TriggerBefore
	TriggerInsteadOf
)

// TriggerEvent is a mask of events.
type TriggerEvent uint8

// The events.
const (
	TriggerInsert TriggerEvent = 1 << iota
	TriggerDelete
	TriggerUpdate
	TriggerTruncate
)

// CreateTriggerStmt is CREATE TRIGGER.
type CreateTriggerStmt struct {
	Position
	Name              string
	Replace           bool
	Constraint        bool
	Table             *TableRef
	Function          []string
	Args              []string
	Timing            TriggerTiming
	Events            TriggerEvent
	Row               bool
	Columns           []string // UPDATE OF columns
	When              Expr
	OldTable          string // REFERENCING OLD TABLE AS
	NewTable          string
	Deferrable        bool
	InitiallyDeferred bool
	From              *TableRef // CREATE CONSTRAINT TRIGGER … FROM
}

// CreateDatabaseStmt is CREATE DATABASE.
type CreateDatabaseStmt struct {
	Position
	Name    string
	Options []*Option
}

// AlterDatabaseStmt is ALTER DATABASE … options, or SET and RESET when Set is given.
type AlterDatabaseStmt struct {
	Position
	Name    string
	Options []*Option
	Set     *SetStmt
}

// DropDatabaseStmt is DROP DATABASE.
type DropDatabaseStmt struct {
	Position
	Name     string
	IfExists bool
	Options  []*Option
}

// PolicyStmt is CREATE POLICY or, with Alter, ALTER POLICY.
type PolicyStmt struct {
	Position
	Alter      bool
	Name       string
	Table      *TableRef
	Command    string // "all", "select", "insert", "update", "delete"
	Permissive bool
	Roles      []*RoleName
	Using      Expr
	Check      Expr
}

func (*CreateSchemaStmt) stmt()    {}
func (*CreateSequenceStmt) stmt()  {}
func (*AlterSequenceStmt) stmt()   {}
func (*CreateViewStmt) stmt()      {}
func (*CreateTableAsStmt) stmt()   {}
func (*RefreshStmt) stmt()         {}
func (*CreateTypeStmt) stmt()      {}
func (*AlterEnumStmt) stmt()       {}
func (*CreateDomainStmt) stmt()    {}
func (*AlterDomainStmt) stmt()     {}
func (*CreateExtensionStmt) stmt() {}
func (*AlterExtensionStmt) stmt()  {}
func (*CreateFunctionStmt) stmt()  {}
func (*ReturnStmt) stmt()          {}
func (*AlterFunctionStmt) stmt()   {}
func (*CreateTriggerStmt) stmt()   {}
func (*CreateDatabaseStmt) stmt()  {}
func (*AlterDatabaseStmt) stmt()   {}
func (*DropDatabaseStmt) stmt()    {}
func (*PolicyStmt) stmt()          {}
