package session

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"synapse/catalog/memory"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/recall"
	"synapse/storage"
	"synapse/storage/lineage"
)

// recallName is what a recall's lineage row has in place of SQL text.
const recallName = "memory.query"

// recallParams is the number of parameters in a recall's lineage row: question,
// k, filter, moment of validity, weight of the vectors, namespaces, profile, budget,
// what the reranker answered.
const recallParams = 9

// firstRecallParams is the number that recalls had at first; what came later was not asked for then.
const firstRecallParams = 8

// rerankParam keeps what the reranker answered: a replay asks nobody.
func rerankParam(r *recall.Reranking) lineage.Param {
	p := lineage.Param{Type: uint32(types.OIDJSONB), Null: r == nil}
	if b, err := json.Marshal(r); err == nil && r != nil {
		p.Text = string(b)
	}
	return p
}

// Query implements memory.Host: one ranked recall, recorded with its hits.
func (h *host) Query(a *memory.QueryArgs, yield func(row []types.Value) error) error {
	view := h.view
	if a.AsOf != 0 {
		v, err := h.s.engine.Store.SnapshotAt(h.ctx, storage.Timestamp(a.AsOf), h.s.principal())
		if err != nil {
			return err
		}
		defer v.Close()
		view = v
	}
	q, err := h.recallQuery(view, a)
	if err != nil {
		return err
	}
	start := time.Now()
	hits, err := recall.Run(h.ctx, view, q)
	if err != nil {
		return err
	}
	policy, err := h.lineagePolicy(q.Namespaces)
	if err != nil {
		return err
	}
	if a.AsOf == 0 && !h.past {
		h.s.engine.touches.add(hits, h.s.block.started)
	}
	if r := q.Reranking; r != nil && r.Failed != "" {
		h.s.notice(sqlerr.Warningf(sqlerr.Warning, "entries are in the fused order: %s", r.Failed))
	}
	if h.s.engine.OnRecall != nil {
		for _, ns := range q.Namespaces {
			h.s.engine.OnRecall(ns, time.Since(start), len(hits))
		}
	}
	rec := h.recordRecall(view, q, hits, start, policy)
	if rec.AsOf = a.AsOf; rec.AsOf == 0 && h.past {
		rec.AsOf = int64(view.Time())
	}
	return yieldHits(hits, rec.QueryID, yield)
}

// recallQuery resolves the arguments: namespaces, terms, the query's vector, the moment of validity.
func (h *host) recallQuery(view *storage.View, a *memory.QueryArgs) (*recall.Query, error) {
	q := &recall.Query{Text: a.Query, K: a.K, Filter: a.Filter, ValidAt: a.ValidAsOf, Vector: a.Embedding, VectorWeight: 1, Budget: a.Budget, Reranker: h.s.engine.Reranker}
	switch {
	case q.ValidAt != 0:
	case a.AsOf != 0:
		q.ValidAt = a.AsOf
	case h.s.block.writes && !h.past:
		// What the transaction wrote is valid from its own time, later than what it reads.
		q.ValidAt = max(int64(view.Time()), h.s.block.started)
	default:
		q.ValidAt = int64(view.Time())
	}
	if a.NS != "" {
		q.Namespaces = []string{a.NS}
	}
	q.Namespaces = append(q.Namespaces, a.Namespaces...)
	var err error
	if q.Namespaces, err = h.expandNamespaces(q.Namespaces, a.AsOf); err != nil {
		return nil, err
	}
	if q.Profile, err = recall.LoadProfile(view, a.Profile, q.Namespaces); err != nil {
		return nil, err
	}
	if !a.HasQuery {
		return q, nil
	}
	q.Terms = h.s.engine.Tokenize(nil, a.Query)
	if q.Vector == nil && h.s.engine.Embedder != nil {
		if q.Vector, err = h.embedQuestion(a.Query, q.Namespaces); err != nil {
			return nil, err
		}
		if h.s.engine.Embedder.Model() == builtinModel {
			q.VectorWeight = recall.BuiltinWeight
		}
	}
	return q, nil
}

// embedQuestion is a question's vector; nil where the namespaces' policies take
// that there is none.
func (h *host) embedQuestion(question string, namespaces []string) ([]float32, error) {
	all := &recall.EmbedSettings{Lexical: len(namespaces) > 0}
	for _, ns := range namespaces {
		s, err := h.embedSettings(ns)
		if err != nil {
			return nil, err
		}
		if err := h.sameModel(ns, s); err != nil {
			return nil, h.withoutVectors(s, err)
		}
		all.Lexical = all.Lexical && s.Lexical
	}
	vector, err := h.Embed(question)
	if err != nil && h.ctx.Err() == nil {
		return nil, h.withoutVectors(all, err)
	}
	return vector, err
}

// expandNamespaces replaces prefixes ('team:support/*') by the namespaces that exist.
func (h *host) expandNamespaces(list []string, asOf int64) ([]string, error) {
	var out []string
	strict := h.s.settings.must("synapse.create_namespaces") == "off"
	seen := map[string]bool{}
	add := func(ns string) {
		if !seen[ns] {
			seen[ns] = true
			out = append(out, ns)
		}
	}
	for _, ns := range list {
		prefix, wild := strings.CutSuffix(ns, "*")
		if !wild {
			if strict {
				s, err := recall.LoadEmbedSettings(h.view, ns)
				if err == nil && s.Model == "" {
					err = memory.UnknownNamespace(ns)
				}
				if err != nil {
					return nil, err
				}
			}
			add(ns)
			continue
		}
		err := h.Run("namespaces", asOf, []types.Value{types.NewString(prefix)}, func(row []types.Value) error {
			add(row[0].Str())
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// recordRecall adds the ranked call to the statement's lineage.
func (h *host) recordRecall(view *storage.View, q *recall.Query, hits []recall.Hit, start time.Time, policy string) *lineage.Record {
	id, _ := uuid.NewV7()
	rec := &lineage.Record{
		QueryID: id, StartedAt: int64(h.s.engine.Store.Now()), Duration: time.Since(start), Snapshot: int64(view.Time()),
		Namespace: strings.Join(q.Namespaces, ","), SQL: recallName, Rows: int64(len(hits)), Plan: recall.Formula, QueryVector: q.Vector,
		Params: []lineage.Param{
			{Type: uint32(types.OIDText), Text: q.Text, Null: q.Text == ""},
			{Type: uint32(types.OIDInt4), Text: string(types.AppendText(nil, types.Int4, types.NewInt(int64(q.K)), types.DefaultFormat))},
			{Type: uint32(types.OIDJSONB), Text: jsonText(q.Filter), Null: q.Filter.IsNull()},
			{Type: uint32(types.OIDTimestamptz), Text: string(types.AppendText(nil, types.Timestamptz, types.NewInt(q.ValidAt), types.DefaultFormat))},
			{Type: uint32(types.OIDFloat8), Text: string(types.AppendText(nil, types.Float8, types.NewFloat(q.VectorWeight), types.DefaultFormat))},
			{Type: uint32(types.OIDTextArray), Text: string(types.AppendText(nil, types.TextArray, textArray(q.Namespaces), types.DefaultFormat))},
			{Type: uint32(types.OIDText), Text: q.Profile.Name},
			{Type: uint32(types.OIDInt4), Text: strconv.Itoa(q.Budget)},
			rerankParam(q.Reranking),
		},
	}
	for i := range hits {
		hit := &hits[i]
		rec.Hits = append(rec.Hits, lineage.Hit{
			Rank: i + 1, ID: string(types.AppendText(nil, types.UUID, hit.Entry.ID, types.DefaultFormat)),
			Row: uint64(hit.Row), Version: int64(hit.Version), Score: hit.Score, Parts: hit.Parts.JSON(),
		})
	}
	if policy != "full" {
		h.lineage.hash() // the statement's text and parameters hold the question too
		rec.Params, rec.QueryVector = nil, nil
	}
	if h.lineage.wanted() && policy != "off" {
		h.env.Ranked = append(h.env.Ranked, rec)
	}
	return rec
}

func jsonText(v types.Value) string {
	if v.IsNull() {
		return ""
	}
	return types.JSONBToText(v)
}

func yieldHits(hits []recall.Hit, queryID uuid.UUID, yield func(row []types.Value) error) error {
	for i := range hits {
		hit := &hits[i]
		e := &hit.Entry
		parts, err := types.JSONBFromText(hit.Parts.JSON())
		if err != nil {
			return err
		}
		err = yield([]types.Value{
			types.NewInt(int64(i + 1)), e.ID, types.NewInt(int64(hit.Version)), e.NS, e.Content, types.NewFloat(hit.Score), parts, e.Kind,
			e.Metadata, e.Salience, e.Session, e.Seq, e.Agent, e.ValidFrom, e.ValidTo, types.NewBytes(queryID[:]),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// ReplayQuery implements memory.Host: the recorded recall again, over the
// snapshot it read (or as of another moment).
func (h *host) ReplayQuery(queryID types.Value, o memory.Replay, yield func(row []types.Value) error) error {
	asOf := o.AsOf
	rec, err := h.recorded(queryID)
	if err != nil {
		return err
	}
	if rec == nil || rec.SQL != recallName {
		return sqlerr.New(sqlerr.UndefinedObject, "no recorded recall with query id %s", uuidText(queryID))
	}
	if rec.Erased && (asOf == 0 || rec.Params == nil) {
		return sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "recall %s was of entries that have been erased and cannot be replayed", rec.QueryID).
			WithDetail("erased")
	}
	if rec.Params == nil {
		return sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "recall %s was recorded without its question and cannot be replayed", rec.QueryID).
			WithDetail("Its namespace, or synapse.lineage, said hash: only the fingerprint and what was returned are kept.")
	}
	if rec.OwnWrites && asOf == 0 {
		return sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "recall %s read uncommitted writes of its own transaction and cannot be replayed", rec.QueryID).
			WithHint("Give as_of to run the same question at a moment of your choice.")
	}
	at := rec.Snapshot
	if asOf != 0 {
		at = asOf
	}
	view, err := h.s.engine.Store.SnapshotAt(h.ctx, storage.Timestamp(at), h.s.principal())
	if err != nil {
		return err
	}
	defer view.Close()
	q, err := recordedQuery(rec)
	if err != nil {
		return err
	}
	if asOf != 0 { // another moment may bring other entries: the endpoint is asked again
		q.ValidAt, q.Reranking, q.Reranker = asOf, nil, h.s.engine.Reranker
	}
	if err := h.noteErased(q.Namespaces, at); err != nil {
		return err
	}
	q.K += o.Deeper
	if !o.WithoutID.IsNull() || o.WithoutAgent != "" {
		q.Without = &recall.Without{ID: o.WithoutID.Str(), Agent: o.WithoutAgent}
	}
	q.Terms = h.s.engine.Tokenize(nil, q.Text)
	if rec.Params[0].Null {
		q.Terms = nil
	}
	if q.Profile, err = recall.LoadProfile(view, rec.Params[6].Text, nil); err != nil {
		return err
	}
	hits, err := recall.Run(h.ctx, view, q)
	if err != nil {
		return err
	}
	return yieldHits(hits, rec.QueryID, yield)
}

// recordedQuery reads a recall back from its lineage row; see recordRecall.
func recordedQuery(rec *lineage.Record) (*recall.Query, error) {
	for len(rec.Params) < recallParams && len(rec.Params) >= firstRecallParams {
		rec.Params = append(rec.Params, lineage.Param{Type: uint32(types.OIDJSONB), Null: true})
	}
	if len(rec.Params) != recallParams {
		return nil, sqlerr.New(sqlerr.DataCorrupted, "lineage of recall %s is not complete", rec.QueryID)
	}
	value := func(i int) (types.Value, error) {
		p := rec.Params[i]
		if p.Null {
			return types.Null, nil
		}
		return types.ParseText(types.Of(types.OID(p.Type)), p.String(), types.DefaultFormat)
	}
	q := &recall.Query{Text: rec.Params[0].Text, Vector: rec.QueryVector}
	var values [recallParams]types.Value
	for i := range values {
		v, err := value(i)
		if err != nil {
			return nil, err
		}
		values[i] = v
	}
	q.K, q.Filter, q.ValidAt, q.VectorWeight = int(values[1].Int()), values[2], values[3].Int(), values[4].Float()
	q.Budget = int(values[7].Int())
	if !values[8].IsNull() {
		if err := json.Unmarshal([]byte(rec.Params[8].Text), &q.Reranking); err != nil {
			return nil, sqlerr.New(sqlerr.DataCorrupted, "lineage of recall %s is not complete", rec.QueryID).Wrap(err)
		}
	}
	names, err := types.DecodeArray(types.TextArray, values[5])
	if err != nil {
		return nil, err
	}
	for _, v := range names.Values {
		q.Namespaces = append(q.Namespaces, v.Str())
	}
	return q, nil
}
