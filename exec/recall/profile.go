package recall

import (
	"math"
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage"
)

// DefaultProfile is the profile of recalls that name none.
const DefaultProfile = "default"

// Profile is a row of memory.profiles: the constants of the formula. Rows are
// versioned like all data, so a recall of the past ranks as it did then.
// docs/retrieval.md says how the defaults were chosen.
type Profile struct {
	Name            string
	K1, B           float64 // BM25
	WindowTurns     int64   // neighbours on each side
	WindowWeight    float64 // of the passage around a turn, against its own BM25
	SessionWeight   float64
	RRFK            int64 // k of reciprocal rank fusion
	LexicalWeight   float64
	VectorWeight    float64 // NaN: the embedder's
	SalienceSwing   float64 // salience 0…1 moves the score by ± half of it
	RecencySwing    float64
	RecencyHalfDays float64
	CreditSwing     float64 // what citations move the score by
	DuplicateCosine float64 // of entries at least this similar the better is kept; NaN: off
	MMRLambda       float64 // NaN: off
	Candidates      int64   // per list at least
	LinkWeight      float64 // share of its score that an entry lends those it is linked with; 0: none
	RerankDepth     int64   // entries that the reranking endpoint sees; 0: it is not asked
}

// standard is what applies before the schema knew profiles, and of rows without a value.
func standard() Profile {
	return Profile{
		Name: DefaultProfile, K1: 0.9, B: 0.4, WindowTurns: 2, WindowWeight: 0.5, SessionWeight: 0.5, RRFK: 60,
		LexicalWeight: 1, VectorWeight: math.NaN(), SalienceSwing: 0.2, RecencySwing: 0.1, RecencyHalfDays: 30, CreditSwing: 0.2,
		DuplicateCosine: math.NaN(), MMRLambda: math.NaN(), Candidates: 200,
	}
}

// fields binds columns of memory.profiles to the struct.
func (p *Profile) fields() map[string]any {
	return map[string]any{
		"bm25_k1": &p.K1, "bm25_b": &p.B, "window_turns": &p.WindowTurns, "window_weight": &p.WindowWeight,
		"session_weight": &p.SessionWeight, "rrf_k": &p.RRFK, "lexical_weight": &p.LexicalWeight, "vector_weight": &p.VectorWeight,
		"salience_swing": &p.SalienceSwing, "recency_swing": &p.RecencySwing, "recency_half_days": &p.RecencyHalfDays,
		"credit_swing": &p.CreditSwing, "duplicate_cosine": &p.DuplicateCosine, "mmr_lambda": &p.MMRLambda,
		"candidates": &p.Candidates, "rerank_depth": &p.RerankDepth,
		"link_weight": &p.LinkWeight,
	}
}

// LoadProfile reads the profile as of the view; "" is the one of the first
// namespace that is known.
func LoadProfile(view *storage.View, name string, namespaces []string) (*Profile, error) {
	p := standard()
	for _, ns := range namespaces {
		if name != "" {
			break
		}
		_, err := row(view, "namespaces", ns, map[string]any{"profile": &name})
		if err != nil {
			return nil, err
		}
	}
	if name != "" {
		p.Name = name
	}
	found, err := row(view, "profiles", p.Name, p.fields())
	if err != nil {
		return nil, err
	}
	if !found && p.Name != DefaultProfile {
		return nil, sqlerr.New(sqlerr.UndefinedObject, "ranking profile %q does not exist", p.Name).
			WithHint("SELECT profile FROM memory.profiles lists them; a new one is a row there.")
	}
	return &p, nil
}

// row reads columns of one row of the memory schema by its primary key, which is
// a text; NULL leaves a target as it is.
func row(view *storage.View, table, key string, fields map[string]any) (found bool, err error) {
	t, _ := view.Catalog().Relation("memory", table).(*catalog.Table)
	ix := primaryIndex(view, t)
	if ix == nil {
		return false, nil
	}
	var columns []int
	var targets []any
	for i := range t.Columns {
		if target := fields[t.Columns[i].Name]; target != nil && !t.Columns[i].Dropped {
			columns, targets = append(columns, i+1), append(targets, target)
		}
	}
	cur, err := view.Lookup(t, ix, []types.Value{types.NewString(key)}, storage.ScanSpec{Columns: columns})
	if err != nil {
		return false, err
	}
	defer cur.Close()
	var b storage.RowBatch
	if err := cur.Next(&b); err != nil || b.N == 0 {
		return false, err
	}
	for i, target := range targets {
		v := b.Cols[i].Get(0)
		if v.IsNull() {
			continue
		}
		switch target := target.(type) {
		case *string:
			*target = strings.Clone(v.Str())
		case *float64:
			*target = v.Float()
		case *int64:
			*target = v.Int()
		}
	}
	return true, nil
}

// primaryIndex is the index of a table's primary key; nil if there is none or no table.
func primaryIndex(view *storage.View, t *catalog.Table) *catalog.Index {
	if t == nil {
		return nil
	}
	for _, ix := range view.Catalog().Indexes(t.ID) {
		if ix.Primary {
			return ix
		}
	}
	return nil
}
