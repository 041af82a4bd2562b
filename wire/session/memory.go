package session

import (
	"context"

	"github.com/google/uuid"

	"synapse/catalog/memory"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec"
	"synapse/exec/plan"
	"synapse/storage"
	"synapse/storage/lineage"
)

var _ memory.Host = (*host)(nil)

// memoryPath is how names in the statements of the memory functions resolve.
var memoryPath = []string{"pg_catalog", "memory"}

// Run implements memory.Host: a statement inside the caller's transaction. A
// query sees what the caller sees; a change is a command of its own.
func (h *host) Run(name string, asOf int64, params []types.Value, yield func(row []types.Value) error) error {
	st, ok := memory.Statements[name]
	if !ok {
		return sqlerr.Internal("no statement %q of the memory schema", name)
	}
	if err := h.mayRun(name); err != nil {
		return err
	}
	if name == "policy" { // asked for before anything is written to the namespace, by a statement that holds the content
		if policy, err := h.lineagePolicy([]string{params[0].Str()}); err != nil {
			return err
		} else if policy != "full" {
			h.lineage.hash()
		}
	}
	list, err := h.s.engine.Planner.Parse(st.SQL)
	if err != nil {
		return err
	}
	bound := make([]boundParam, len(params))
	for i, v := range params {
		bound[i] = boundParam{types.Of(st.Params[i]), v}
	}
	p := &portal{prep: &prepared{stmt: list[0], given: st.Params}, params: bound}
	return h.nested(p, asOf, yield)
}

// nested plans and runs a statement below the caller's.
func (h *host) nested(p *portal, asOf int64, yield func(row []types.Value) error) error {
	s := h.s
	bc := s.bindContext(s.catalog(), p.prep.given)
	bc.SearchPath, bc.Engine = memoryPath, true
	pl, slots, err := s.engine.Planner.Plan(h.ctx, bc, p.prep.stmt)
	if err != nil {
		return err
	}
	p.slots = slots
	view, own, err := h.nestedView(pl, asOf)
	if err != nil {
		return err
	}
	if own {
		defer view.Close()
	}
	rows, err := exec.Open(h.ctx, s.execEnv(h.ctx, p, view), pl)
	if err != nil {
		return err
	}
	defer rows.Close()
	var b Batch
	for {
		if err := rows.Next(&b); err != nil {
			return err
		}
		if b.N == 0 {
			return nil
		}
		if yield == nil || pl.Columns == nil {
			continue
		}
		row := make([]types.Value, len(b.Cols))
		for _, i := range b.Selection() {
			for c := range b.Cols {
				row[c] = b.Cols[c].Get(int(i)).Clone()
			}
			if err := yield(row); err != nil {
				return err
			}
		}
	}
}

// nestedView is what a nested statement sees; own: the caller closes it.
func (h *host) nestedView(pl *plan.Plan, asOf int64) (view *storage.View, own bool, err error) {
	s := h.s
	if pl.ReadOnly {
		if asOf != 0 {
			view, err = s.engine.Store.SnapshotAt(h.ctx, storage.Timestamp(asOf), s.principal())
			return view, true, err
		}
		if h.past || !s.block.writes {
			return h.view, false, nil
		}
	} else if h.past || s.block.readOnly {
		return nil, false, sqlerr.New(sqlerr.ReadOnlySQLTransaction, "cannot write memory in a read-only transaction or as of a past moment")
	}
	if !pl.ReadOnly {
		s.block.writes = true
	}
	view, err = s.beginCommand(h.ctx)
	return view, true, err
}

// Agent implements memory.Host.
func (h *host) Agent() string { return h.s.agent(nil) }

// NewID implements memory.Host.
func (h *host) NewID() types.Value {
	id, err := uuid.NewV7()
	if err != nil {
		id = uuid.New()
	}
	return types.NewBytes(id[:])
}

// SyncLineage implements memory.Host.
func (h *host) SyncLineage() error {
	if h.s.engine.Recorder == nil {
		return nil
	}
	return h.s.engine.Recorder.Sync(h.ctx)
}

// recorded finds a lineage record, nil if there is none.
func (h *host) recorded(queryID types.Value) (*lineage.Record, error) {
	finder, ok := h.s.engine.Recorder.(interface {
		Find(id uuid.UUID) (*lineage.Record, error)
	})
	if !ok {
		return nil, sqlerr.Unsupported("reading a recorded query without lineage", "")
	}
	var id uuid.UUID
	copy(id[:], queryID.Str())
	rec, err := finder.Find(id)
	if err != nil || rec == nil || !h.s.mayKnow(rec.Role) {
		return nil, err // what another role asked is not known
	}
	return rec, nil
}

func uuidText(v types.Value) string {
	return string(types.AppendText(nil, types.UUID, v, types.DefaultFormat))
}

// Hits implements memory.Host.
func (h *host) Hits(queryID types.Value, yield func(row []types.Value) error) error {
	rec, err := h.recorded(queryID)
	if err != nil || rec == nil {
		return err
	}
	return rec.HitRows(yield)
}

// Recorded implements memory.Host.
func (h *host) Recorded(queryID types.Value) (*memory.Recorded, error) {
	rec, err := h.recorded(queryID)
	if err != nil || rec == nil {
		return nil, err
	}
	out := &memory.Recorded{At: rec.Snapshot, Agent: rec.Agent, Namespace: rec.Namespace, Question: types.Null}
	if rec.SQL == recallName && len(rec.Params) > 0 && !rec.Params[0].Null {
		out.Question = types.NewString(rec.Params[0].Text)
	}
	return out, nil
}

// lineagePolicy is what the namespaces say of keeping recalls, the strictest of
// them: full, hash (neither question nor vector) or off. Policies are today's.
func (h *host) lineagePolicy(namespaces []string) (string, error) {
	policy := "full"
	today := int64(h.s.engine.Store.Watermark())
	err := h.Run("lineage_policy", today, []types.Value{textArray(namespaces)}, func(row []types.Value) error {
		policy = row[0].Str()
		return nil
	})
	return policy, err
}

// textArray is a text[] of the strings.
func textArray(list []string) types.Value {
	values := make([]types.Value, len(list))
	for i, s := range list {
		values[i] = types.NewString(s)
	}
	return types.NewArray(types.Text, values).Encode()
}

// builtinModel is the model whose vectors count less in the fusion: it knows words, not meanings.
const builtinModel = "builtin-hash-v1"

// installMemory makes the memory schema in a new data directory.
func (e *Engine) installMemory(ctx context.Context) error {
	if e.Store.Catalog().Relation("memory", "entries") != nil {
		return nil
	}
	model, dims := builtinModel, 384
	if e.Embedder != nil {
		model, dims = e.Embedder.Model(), e.Embedder.Dimensions()
	}
	s := e.newInternal()
	defer s.abortBlock()
	return s.Simple(ctx, memory.Schema(model, dims), discard{})
}
