package session

import (
	"slices"

	"synapse/catalog"
	"synapse/catalog/memory"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/recall"
	"synapse/storage"
	"synapse/storage/lineage"
)

// Bounds of memory.would_have_hit: the last evictions and the last recalls count.
const (
	forgottenMax = 10_000
	recallsMax   = 1_000
)

// forgotten is an evicted entry.
type forgotten struct {
	id      types.Value
	version storage.Timestamp
	at      int64 // of the eviction, µs since 2000
}

// revival puts evicted entries back into a transaction that is never committed:
// recalls over it rank them among the others, as of any moment.
type revival struct {
	h       *host
	txn     *storage.Txn
	table   *catalog.Table
	primary *catalog.Index
	waiting []forgotten // by time of eviction
	back    map[string]forgotten
}

// WouldHaveHit implements memory.Host.
func (h *host) WouldHaveHit(a *memory.QueryArgs, since int64, yield func(row []types.Value) error) error {
	r, err := h.newRevival(a.NS)
	if err != nil || r == nil {
		return err
	}
	defer r.txn.Rollback()
	if a.K != 0 {
		q, err := h.recallQuery(h.view, a)
		if err != nil {
			return err
		}
		return r.ask(asked{at: h.view.Time(), began: h.s.block.started}, q, yield)
	}
	records, err := h.recallsOf(a.NS, since)
	if err != nil {
		return err
	}
	for _, rec := range records {
		q, err := recordedQuery(rec)
		if err != nil {
			return err
		}
		q.Terms = h.s.engine.Tokenize(nil, q.Text)
		if rec.Params[0].Null {
			q.Terms = nil
		}
		err = r.ask(asked{types.NewBytes(rec.QueryID[:]), storage.Timestamp(rec.Snapshot), rec.StartedAt, rec.Params[6].Text}, q, yield)
		if err != nil && !sqlerr.Is(err, sqlerr.FeatureNotSupported) { // else it is in the archive
			return err
		}
	}
	return nil
}

// newRevival finds what was evicted, nil if nothing was.
func (h *host) newRevival(ns string) (*revival, error) {
	c := h.s.catalog()
	t, _ := c.Relation("memory", "entries").(*catalog.Table)
	if t == nil {
		return nil, nil
	}
	r := &revival{h: h, table: t, back: map[string]forgotten{}}
	for _, ix := range c.Indexes(t.ID) {
		if ix.Primary {
			r.primary = ix
		}
	}
	err := h.Run("forgotten", 0, []types.Value{types.NewString(ns), types.NewInt(forgottenMax)}, func(row []types.Value) error {
		r.waiting = append(r.waiting, forgotten{row[0], storage.Timestamp(row[1].Int()), row[2].Int()})
		return nil
	})
	if err != nil || len(r.waiting) == 0 || r.primary == nil {
		return nil, err
	}
	slices.Reverse(r.waiting)
	r.txn = h.s.engine.Store.Begin(storage.TxnOptions{Who: h.s.principal()})
	return r, nil
}

// recallsOf are the recorded recalls of a namespace that can be asked again, oldest first.
func (h *host) recallsOf(ns string, since int64) ([]*lineage.Record, error) {
	all, ok := h.s.engine.Recorder.(interface {
		Each(yield func(r *lineage.Record) error) error
	})
	if !ok {
		return nil, nil
	}
	var out []*lineage.Record
	err := all.Each(func(rec *lineage.Record) error {
		if !h.s.mayKnow(rec.Role) || rec.SQL != recallName || rec.Params == nil || rec.AsOf != 0 || rec.OwnWrites || rec.Snapshot < since {
			return nil
		}
		q, err := recordedQuery(rec)
		if err == nil && slices.Contains(q.Namespaces, ns) {
			out = append(out, rec)
		}
		return nil
	})
	return out[max(0, len(out)-recallsMax):], err
}

// asked is when and how a question was asked.
type asked struct {
	query   types.Value       // its id; NULL: now
	at      storage.Timestamp // what it read
	began   int64
	profile string // "" = the namespace's
}

// ask ranks as of a moment, with everything that was evicted until then back in
// its place, and yields the hits that are back. Moments must not go backwards.
func (r *revival) ask(w asked, q *recall.Query, yield func(row []types.Value) error) error {
	for len(r.waiting) > 0 && r.waiting[0].at <= int64(w.at) {
		if err := r.revive(r.waiting[0]); err != nil {
			return err
		}
		r.waiting = r.waiting[1:]
	}
	view, err := r.txn.ViewAt(r.h.ctx, r.table, w.at)
	if err != nil {
		return err
	}
	defer view.Close()
	if q.Profile == nil {
		if q.Profile, err = recall.LoadProfile(view, w.profile, q.Namespaces); err != nil {
			return err
		}
	}
	hits, err := recall.Run(r.h.ctx, view, q)
	if err != nil {
		return err
	}
	for i := range hits {
		e := &hits[i].Entry
		was, ok := r.back[e.ID.Str()]
		if !ok || hits[i].Version != storage.Pending {
			continue
		}
		question := types.Null
		if q.Text != "" {
			question = types.NewString(q.Text)
		}
		err := yield([]types.Value{
			w.query, types.NewInt(w.began), question, e.ID, types.NewInt(int64(i + 1)), types.NewFloat(hits[i].Score), e.Content, types.NewInt(was.at),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// revive inserts an entry as its last version was. One whose id or key is in use
// again stays away.
func (r *revival) revive(f forgotten) error {
	then, err := r.h.s.engine.Store.SnapshotAt(r.h.ctx, f.version, r.h.s.principal())
	if err != nil {
		return err
	}
	defer then.Close()
	live := r.table.Live()
	cur, err := then.Lookup(r.table, r.primary, []types.Value{f.id}, storage.ScanSpec{Columns: live})
	if err != nil {
		return err
	}
	defer cur.Close()
	var b storage.RowBatch
	if err := cur.Next(&b); err != nil || b.N == 0 {
		return err // erased
	}
	values := make([]types.Value, len(r.table.Columns))
	for i, ord := range live {
		values[ord-1] = b.Cols[i].Get(0).Clone()
	}
	begun, err := r.txn.BeginCommand(r.h.ctx)
	if err != nil {
		return err
	}
	defer begun.Close()
	_, conflict, err := r.txn.Insert(r.h.ctx, r.table, values)
	if err == nil && conflict == nil {
		r.back[f.id.Str()] = f
	}
	return err
}
