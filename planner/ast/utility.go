package ast

// CopyStmt is COPY. Exactly one of Table and Query is set.
type CopyStmt struct {
	Position
	Table    *TableRef
	Columns  []string
	Query    Stmt // SelectStmt, or a data change with RETURNING
	From     bool // COPY … FROM
	Program  bool
	Filename string    // "" for STDIN and STDOUT
	Options  []*Option // format, delimiter, null, header, quote, escape, force_quote, …
	Where    Expr
}

// ExplainStmt is EXPLAIN.
type ExplainStmt struct {
	Position
	Options []*Option // analyze, verbose, format, costs, buffers, timing, …
	Query   Stmt
}

// VacuumStmt is VACUUM or, with Analyze, ANALYZE.
type VacuumStmt struct {
	Position
	Analyze bool
	Options []*Option
	Tables  []*VacuumTable
}

// VacuumTable is a table of VACUUM with its columns.
type VacuumTable struct {
	Position
	Table   *TableRef
	Columns []string
}

// ReindexStmt is REINDEX.
type ReindexStmt struct {
	Position
	Kind    ObjectKind // INDEX, TABLE, SCHEMA, DATABASE or SYSTEM
	Table   *TableRef  // for INDEX and TABLE
	Name    string     // for the others
	Options []*Option
}

// ClusterStmt is CLUSTER.
type ClusterStmt struct {
	Position
	Table   *TableRef // nil: all
	Index   string
	Options []*Option
}

// LockMode is a table lock's mode, numbered as in PostgreSQL.
type LockMode uint8

// The modes from weak to strong.
const (
	AccessShareLock LockMode = iota + 1
	RowShareLock
	RowExclusiveLock
	ShareUpdateExclusiveLock
	ShareLock
	ShareRowExclusiveLock
	ExclusiveLock
	AccessExclusiveLock
)

// LockStmt is LOCK TABLE.
type LockStmt struct {
	Position
	Tables []*TableRef
	Mode   LockMode
	NoWait bool
}

// DoStmt is DO. Language is "plpgsql" where not given.
type DoStmt struct {
	Position
	Language string
	Body     string
}

// CallStmt is CALL.
type CallStmt struct {
	Position
	Call *FuncCall
}

// CheckpointStmt is CHECKPOINT.
type CheckpointStmt struct{ Position }

func (*CopyStmt) stmt()       {}
func (*ExplainStmt) stmt()    {}
func (*VacuumStmt) stmt()     {}
func (*ReindexStmt) stmt()    {}
func (*ClusterStmt) stmt()    {}
func (*LockStmt) stmt()       {}
func (*DoStmt) stmt()         {}
func (*CallStmt) stmt()       {}
func (*CheckpointStmt) stmt() {}
