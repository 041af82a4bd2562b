package ast

// AlterAction is one thing ALTER TABLE can do.
type AlterAction uint8

// The actions. The comment names the fields of AlterCmd that are set beside Name.
const (
	AlterOther              AlterAction = iota // what Synapse does not have; Text names it
	AlterAddColumn                             // Column, IfNotExists
	AlterDropColumn                            // IfExists, Cascade
	AlterColumnDefault                         // Expr; nil drops the default
	AlterDropNotNull                           //
	AlterSetNotNull                            //
	AlterDropExpression                        // IfExists
	AlterColumnType                            // Column.Type, .Collation, .Using
	AlterSetStatistics                         // Expr (or Number for the column's place)
	AlterSetStorage                            // Text
	AlterSetCompression                        // Text
	AlterSetColumnOptions                      // Options
	AlterResetColumnOptions                    // Options
	AlterAddIdentity                           // Constraint
	AlterSetIdentity                           // Options
	AlterDropIdentity                          // IfExists
	AlterAddConstraint                         // Constraint
	AlterChangeConstraint                      // Constraint (ALTER CONSTRAINT)
	AlterValidateConstraint                    //
	AlterDropConstraint                        // IfExists, Cascade
	AlterOwner                                 // Owner
	AlterSetOptions                            // Options
	AlterResetOptions                          // Options
	AlterSetLogged                             //
	AlterSetUnlogged                           //
	AlterSetTablespace                         //
	AlterSetAccessMethod                       //
	AlterEnableTrigger                         // Name "" is ALL; Text is "", "ALWAYS", "REPLICA" or "USER"
	AlterDisableTrigger                        // the same
	AlterEnableRLS                             //
	AlterDisableRLS                            //
	AlterForceRLS                              //
	AlterNoForceRLS                            //
	AlterInherit                               // Table
	AlterNoInherit                             // Table
	AlterAttachPartition                       // Table, Bound
	AlterDetachPartition                       // Table, Concurrently, Finalize
	AlterReplicaIdentity                       // Text: "d", "f", "n" or "i" with Name
	AlterClusterOn                             //
	AlterDropCluster                           //
)

// AlterTableStmt is ALTER TABLE, and ALTER INDEX, VIEW, SEQUENCE, MATERIALIZED
// VIEW or TYPE with table-like actions.
type AlterTableStmt struct {
	Position
	Kind     ObjectKind
	Table    *TableRef
	IfExists bool
	Cmds     []*AlterCmd
}

// AlterCmd is one action of ALTER TABLE.
type AlterCmd struct {
	Position
	Action      AlterAction
	Name        string // the column, constraint, trigger, index, …
	Number      int    // ALTER COLUMN 2 SET STATISTICS
	Text        string
	Column      *ColumnDef
	Constraint  *Constraint
	Expr        Expr
	Options     []*Option
	Owner       *RoleName
	Table       *TableRef
	Bound       *PartitionBound
	Cascade     bool
	IfExists    bool
	IfNotExists bool

	Concurrently, Finalize bool
}

// RenameStmt is ALTER … RENAME.
type RenameStmt struct {
	Position
	Kind         ObjectKind // what gets the new name: TABLE, COLUMN, CONSTRAINT, …
	RelationKind ObjectKind // for COLUMN and ATTRIBUTE: the kind of its relation; else ""
	Table        *TableRef  // the relation, or nil
	Object       *ObjectRef // the object where Table is nil
	Name         string     // the old name of the column, constraint, role, …
	NewName      string
	IfExists     bool
	Cascade      bool
}

// AlterSchemaStmt is ALTER … SET SCHEMA.
type AlterSchemaStmt struct {
	Position
	Kind      ObjectKind
	Table     *TableRef
	Object    *ObjectRef
	NewSchema string
	IfExists  bool
}

// AlterOwnerStmt is ALTER … OWNER TO for objects that are not relations.
type AlterOwnerStmt struct {
	Position
	Kind   ObjectKind
	Object *ObjectRef
	Owner  *RoleName
}

// DropStmt is DROP of any kind of object but roles and databases.
type DropStmt struct {
	Position
	Kind         ObjectKind
	Objects      []*ObjectRef
	IfExists     bool
	Cascade      bool
	Concurrently bool
}

// CommentStmt is COMMENT ON.
type CommentStmt struct {
	Position
	Kind   ObjectKind
	Object *ObjectRef
	Text   string
	Remove bool // IS NULL
}

// TruncateStmt is TRUNCATE.
type TruncateStmt struct {
	Position
	Tables          []*TableRef
	RestartIdentity bool
	Cascade         bool
}

func (*AlterTableStmt) stmt()  {}
func (*RenameStmt) stmt()      {}
func (*AlterSchemaStmt) stmt() {}
func (*AlterOwnerStmt) stmt()  {}
func (*DropStmt) stmt()        {}
func (*CommentStmt) stmt()     {}
func (*TruncateStmt) stmt()    {}
