package exec

import (
	"context"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/storage"
	"synapse/storage/lineage"
)

// WorkMemDefault is the memory that the rows one query holds may take, in bytes, where Env sets none.
const WorkMemDefault = 256 << 20

// Env is what a statement runs in: one per run, filled by the session. Fields
// marked "out" are written by exec.
type Env struct {
	Builtin *builtin.Env
	Params  []types.Value

	// View is what the statement sees. Where AsOf is not zero, View is the snapshot
	// at that time and the plan's own AS OF clause has been resolved already.
	View *storage.View
	AsOf storage.Timestamp
	// ViewAt opens the snapshot of a temporal clause; exec closes it. Nil: refused.
	ViewAt func(ctx context.Context, at storage.Timestamp) (*storage.View, error)
	// QueryTime is the snapshot that a lineage row recorded (AS OF QUERY).
	QueryTime func(ctx context.Context, id types.Value) (storage.Timestamp, error)
	// Moments are those of the plan's clauses that were found before the run, by
	// which its names were resolved; others are evaluated.
	Moments map[*plan.Temporal]storage.Timestamp
	// AsOfEnv is Builtin and Virtual as of a clause. Nil: refused.
	AsOfEnv func(*storage.View) (*builtin.Env, catalog.VirtualSource)

	Txn       *storage.Txn // nil for a pure AS OF read
	Isolation storage.Isolation

	WorkMem int64 // bytes; 0 = WorkMemDefault

	// TableInfo compiles a table for writing: foreign key actions reach tables the plan does not name.
	TableInfo func(table types.OID) (*plan.TableInfo, error)
	// Deferred keeps the checks of deferred constraints until CheckDeferred; one per transaction. Nil: all are immediate.
	Deferred *Deferred
	// Virtual is what providers of virtual relations read from.
	Virtual catalog.VirtualSource
	// Tokenize splits query text as the BM25 index did its rows.
	Tokenize func(options map[string]string, text string) []string

	// Fire calls a trigger's function. It returns the row that a BEFORE or INSTEAD
	// OF trigger gives, nil where it gives none.
	Fire func(ctx context.Context, ev *TriggerEvent) ([]types.Value, error)

	Notice   func(*sqlerr.Error)                      // nil: dropped
	OnSearch func(n plan.Node, s storage.SearchStats) // nil, or told of each ended vector or text search
	Beam     int                                      // hnsw.ef_search of vector searches; 0 = the engine's own
	Exact    bool                                     // vector searches use no graph

	Stepwise bool // rows are asked for a few at a time, and perhaps not all: a cursor
	Analyze  bool // measure each node: Rows.Measured

	Ranked       []*lineage.Record // out: one per ranked scan, with its hits
	RowsAffected int64             // out: of the top-level command
}

func (e *Env) notice(n *sqlerr.Error) {
	if e.Notice != nil {
		e.Notice(n)
	}
}
