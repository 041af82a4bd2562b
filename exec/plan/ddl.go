package plan

import (
	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// DDL is a compiled schema change: the objects as they shall be, already
// checked against the catalog, and the work on rows that goes with them. Its
// steps run in order inside the statement's transaction; Plan.Root is nil.
type DDL struct {
	Tag   string // command tag: "CREATE TABLE"
	Steps []Step
}

// Step is one action of a DDL statement.
type Step interface{ step() }

// PutObject creates or replaces a catalog object.
type PutObject struct{ Object catalog.Object }

// DropObject removes a catalog object; its rows stay for AS OF reads until retention.
type DropObject struct{ ID types.OID }

// LockTable takes a table lock (storage.TableLock level) before the change.
type LockTable struct {
	Table types.OID
	Level uint8
}

// RewriteRows gives every live row a new version: Exprs (one per New.Columns)
// are over the old row (Old.Columns wide). ALTER COLUMN TYPE, ADD COLUMN with a
// volatile default or a generated value.
type RewriteRows struct {
	Old, New *catalog.Table
	Exprs    []Expr
}

// CheckRows verifies that Cond is not false for any live row (Table.Columns
// wide): ADD CHECK (23514), SET NOT NULL (23502).
type CheckRows struct {
	Table      *catalog.Table
	Cond       Expr
	Constraint string // "" for NOT NULL
	Column     string // of NOT NULL and of a domain's constraint
	Domain     bool   // the constraint is of the domain of Column
}

// CheckForeignKey verifies that every live row has its parent (23503).
type CheckForeignKey struct {
	Table      *catalog.Table
	Constraint catalog.Constraint
}

// CheckPartition verifies that every row of a partition is its own (23514).
// Default: the rows of the default partition, after another partition came.
type CheckPartition struct {
	Table   *catalog.Table
	Default bool
}

// CheckDetached verifies that no foreign key points at a row of a partition that
// leaves the table that the key references (23503).
type CheckDetached struct {
	Partition, Child *catalog.Table
	Constraint       catalog.Constraint
}

// TruncateTable removes all rows; Restart also restarts the sequences.
type TruncateTable struct {
	Table   *catalog.Table
	Restart []types.OID
}

// FillTable inserts a query's rows: CREATE TABLE AS, REFRESH MATERIALIZED VIEW.
// The count becomes part of the tag "SELECT n" where Count is set.
type FillTable struct {
	Info  *TableInfo
	Input *Plan
	Count bool
}

// SetSequence positions a sequence (ALTER SEQUENCE RESTART).
type SetSequence struct {
	Sequence types.OID
	Value    int64
	Called   bool
}

// Notice sends a NOTICE or WARNING: "relation \"t\" already exists, skipping".
type Notice struct {
	Code            sqlerr.Code     // SuccessfulCompletion where nothing particular is said
	Severity        sqlerr.Severity // "" is NOTICE
	Message, Detail string
}

func (*PutObject) step()       {}
func (*DropObject) step()      {}
func (*LockTable) step()       {}
func (*RewriteRows) step()     {}
func (*CheckRows) step()       {}
func (*CheckForeignKey) step() {}
func (*CheckPartition) step()  {}
func (*CheckDetached) step()   {}
func (*TruncateTable) step()   {}
func (*FillTable) step()       {}
func (*SetSequence) step()     {}
func (*Notice) step()          {}
