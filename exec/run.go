package exec

import (
	"context"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
	"synapse/storage"
)

// Batch is a batch of rows; see eval.Batch.
type Batch = eval.Batch

// BatchRows is the most rows of a batch.
const BatchRows = eval.BatchRows

// run is the state that the operators of one statement share.
type run struct {
	ctx      context.Context
	env      *Env
	plan     *plan.Plan
	comp     *eval.Compiler
	ctes     []*cte
	views    map[storage.Timestamp]*storage.View // opened for temporal clauses
	past     map[*plan.Temporal]*pastEnv         // of functions called as of a clause
	mem      memory
	writers  map[types.OID]*writer
	routers  map[types.OID]*router
	checks   []pendingCheck // foreign keys, checked when the statement has run
	actions  []pendingAction
	events   []*TriggerEvent // AFTER ROW triggers that wait for the end of the statement
	ending   []*TriggerEvent // AFTER STATEMENT triggers
	batches  bool            // the statement's rows come in several calls: COPY
	measures map[plan.Node]*plan.Measure
	stepwise bool      // the reader may stop early; see stepwise.go
	override *override // set while a tree for re-evaluation is built
}

// memory counts the bytes that a query's kept rows take.
type memory struct{ used, limit int64 }

// grow asks for n more bytes. Error 53200.
func (m *memory) grow(n int64) error {
	m.used += n
	if m.used > m.limit {
		return sqlerr.New(sqlerr.OutOfMemory, "out of memory").
			WithDetail("The query needs more than %d bytes for the rows it has to hold.", m.limit).
			WithHint("Raise synapse.query_memory, or make the query hold fewer rows.")
	}
	return nil
}

func (m *memory) shrink(n int64) { m.used -= n }

// interrupt reports a cancelled statement.
func (r *run) interrupt() error {
	if f := r.comp.Env; f != nil && f.Interrupt != nil {
		if err := f.Interrupt(); err != nil {
			return err
		}
	}
	if err := r.ctx.Err(); err != nil {
		return sqlerr.New(sqlerr.QueryCanceled, "canceling statement due to user request").Wrap(err)
	}
	return nil
}

// txn returns the transaction, or 25006 in a read that has none.
func (r *run) txn() (*storage.Txn, error) {
	if r.env.Txn == nil {
		return nil, sqlerr.New(sqlerr.ReadOnlySQLTransaction, "cannot write in a read-only transaction")
	}
	return r.env.Txn, nil
}

// Rows is a running plan.
type Rows struct {
	r       *run
	root    operator
	started bool
	done    bool
}

// Open prepares a run of p: the tree is built and its expressions compiled;
// nothing is read before the first Next. Close must follow.
func Open(ctx context.Context, env *Env, p *plan.Plan) (*Rows, error) {
	r := newRun(ctx, env, p)
	root, err := r.build(p.Root)
	if err != nil {
		r.close()
		return nil, err
	}
	return &Rows{r: r, root: root}, nil
}

func newRun(ctx context.Context, env *Env, p *plan.Plan) *run {
	r := &run{ctx: ctx, env: env, plan: p, stepwise: env.Stepwise}
	r.mem.limit = env.WorkMem
	if r.mem.limit == 0 {
		r.mem.limit = WorkMemDefault
	}
	r.comp = &eval.Compiler{Env: env.Builtin, EnvAsOf: r.envAsOf, Params: env.Params, Sub: r}
	if p.Slots > 0 {
		r.comp.Slots = make([]types.Value, p.Slots)
	}
	if len(p.CTEs) > 0 {
		r.ctes = make([]*cte, len(p.CTEs))
		for i := range p.CTEs {
			r.ctes[i] = newCTE(r, &p.CTEs[i])
		}
	}
	if env.Analyze {
		r.measures = map[plan.Node]*plan.Measure{}
	}
	return r
}

// Next fills b with the next rows; b.N is 0 at the end. A command that writes
// has written everything, and its constraints hold, when the first Next returns.
func (rows *Rows) Next(b *Batch) error {
	b.N, b.Sel = 0, nil
	if rows.done {
		return nil
	}
	if !rows.started {
		rows.started = true
		if err := rows.start(); err != nil {
			return err
		}
	}
	if err := rows.r.interrupt(); err != nil {
		return err
	}
	if err := rows.root.next(b); err != nil {
		return err
	}
	rows.done = b.N == 0
	return nil
}

// start opens the tree and runs what writes.
func (rows *Rows) start() error {
	r := rows.r
	for _, c := range r.ctes {
		if c.def.Modifying {
			if err := c.finish(); err != nil {
				return err
			}
		}
	}
	if err := rows.root.open(); err != nil {
		return err
	}
	n, err := runModifier(rows.root)
	if err != nil {
		return err
	}
	r.env.RowsAffected = n
	if err := r.checkConstraints(); err != nil {
		return err
	}
	return r.fireAfter(true)
}

// Close ends the run; rows taken from it become invalid.
func (rows *Rows) Close() {
	if rows.root != nil {
		rows.root.close()
	}
	rows.r.close()
	rows.done = true
}

// Measured returns what was measured per node, nil unless Env.Analyze.
func (rows *Rows) Measured() map[plan.Node]*plan.Measure { return rows.r.measures }

func (r *run) close() {
	for _, c := range r.ctes {
		c.close()
	}
	for _, v := range r.views {
		v.Close()
	}
	r.views = nil
}
