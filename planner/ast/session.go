package ast

// TxnKind is a transaction command.
type TxnKind uint8

// The commands.
const (
	TxnBegin    TxnKind = iota
	TxnStart            // START TRANSACTION
	TxnCommit           // END too
	TxnRollback         // ABORT too
	TxnSavepoint
	TxnRelease
	TxnRollbackTo
	TxnPrepare
	TxnCommitPrepared
	TxnRollbackPrepared
)

// TxnModes are the modes of BEGIN, SET TRANSACTION and SET SESSION
// CHARACTERISTICS.
type TxnModes struct {
	Isolation  string // "read committed", …; "" if not given
	ReadOnly   *bool  // nil if not given
	Deferrable *bool
}

// TransactionStmt is BEGIN, COMMIT, SAVEPOINT and their kin.
type TransactionStmt struct {
	Position
	Kind  TxnKind
	Name  string // savepoint, or the prepared transaction's id
	Modes TxnModes
	Chain bool            // AND CHAIN
	AsOf  *TemporalClause // BEGIN … AS OF …
}

// SetTransactionStmt is SET TRANSACTION … and SET SESSION CHARACTERISTICS AS
// TRANSACTION ….
type SetTransactionStmt struct {
	Position
	Session  bool // SESSION CHARACTERISTICS
	Modes    TxnModes
	Snapshot string          // SET TRANSACTION SNAPSHOT 'id'
	AsOf     *TemporalClause // SET TRANSACTION AS OF …
}

// SetStmt is SET, SET LOCAL, RESET.
type SetStmt struct {
	Position
	Name    string // lower case; "" for RESET ALL
	Values  []Expr // Const for words, strings and numbers; CastExpr for SET TIME ZONE INTERVAL
	Local   bool
	Default bool // SET … TO DEFAULT, or RESET
	Current bool // ALTER FUNCTION … SET name FROM CURRENT
	Reset   bool // written RESET
}

// ShowStmt is SHOW name; "all" for SHOW ALL.
type ShowStmt struct {
	Position
	Name string
}

// SetConstraintsStmt is SET CONSTRAINTS.
type SetConstraintsStmt struct {
	Position
	Constraints []*TableRef // empty: ALL
	Deferred    bool
}

// DiscardKind is what DISCARD throws away.
type DiscardKind uint8

// The kinds.
const (
	DiscardAll DiscardKind = iota
	DiscardPlans
	DiscardSequences
	DiscardTemp
)

// DiscardStmt is DISCARD.
type DiscardStmt struct {
	Position
	Kind DiscardKind
}

// PrepareStmt is PREPARE name (types) AS query.
type PrepareStmt struct {
	Position
	Name  string
	Types []*TypeName
	Query Stmt
	Text  string // the query's source
}

// ExecuteStmt is EXECUTE name (args).
type ExecuteStmt struct {
	Position
	Name string
	Args []Expr
}

// DeallocateStmt is DEALLOCATE name; "" is ALL.
type DeallocateStmt struct {
	Position
	Name string
}

// DeclareStmt is DECLARE name CURSOR FOR query.
type DeclareStmt struct {
	Position
	Name        string
	Binary      bool
	Scroll      bool
	NoScroll    bool
	Insensitive bool
	Hold        bool
	Query       *SelectStmt
	Text        string // the query's source
}

// FetchDirection is the direction of FETCH and MOVE.
type FetchDirection uint8

// The directions.
const (
	FetchForward FetchDirection = iota
	FetchBackward
	FetchAbsolute
	FetchRelative
)

// FetchAllRows is FetchStmt.Count for ALL.
const FetchAllRows int64 = 1<<63 - 1

// FetchStmt is FETCH or MOVE.
type FetchStmt struct {
	Position
	Cursor    string
	Direction FetchDirection
	Count     int64
	Move      bool
}

// CloseStmt is CLOSE name; "" is ALL.
type CloseStmt struct {
	Position
	Name string
}

// ListenStmt is LISTEN channel.
type ListenStmt struct {
	Position
	Channel string
}

// UnlistenStmt is UNLISTEN channel; "" is *.
type UnlistenStmt struct {
	Position
	Channel string
}

// NotifyStmt is NOTIFY channel, payload.
type NotifyStmt struct {
	Position
	Channel string
	Payload string
}

func (*TransactionStmt) stmt()    {}
func (*SetTransactionStmt) stmt() {}
func (*SetStmt) stmt()            {}
func (*ShowStmt) stmt()           {}
func (*SetConstraintsStmt) stmt() {}
func (*DiscardStmt) stmt()        {}
func (*PrepareStmt) stmt()        {}
func (*ExecuteStmt) stmt()        {}
func (*DeallocateStmt) stmt()     {}
func (*DeclareStmt) stmt()        {}
func (*FetchStmt) stmt()          {}
func (*CloseStmt) stmt()          {}
func (*ListenStmt) stmt()         {}
func (*UnlistenStmt) stmt()       {}
func (*NotifyStmt) stmt()         {}
