package recall

import (
	"context"
	"math"
	"slices"
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage"
)

// Formula names the way scores are made.
const Formula = "rrf-context-v2"

// depthFactor is how many candidates per list there are for each wanted row, at least.
const depthFactor = 5

// BuiltinWeight is the weight of the built-in embedder's list: it sees the same
// words as BM25, so it finds what only a misspelling hid and breaks ties, but is
// no second opinion. 0.02/(60+1) is about the distance of the first two ranks.
const BuiltinWeight = 0.02

// Query is one recall. Times are µs since 2000.
type Query struct {
	Namespaces []string
	Text       string
	Terms      []string  // of Text, analysed as the index is
	Vector     []float32 // nil = none
	// VectorWeight of the vector list; a profile that has one goes before.
	VectorWeight float64
	Profile      *Profile
	Budget       int // tokens of all contents together; 0 = no limit
	K            int
	Filter       types.Value // jsonb; NULL = none
	ValidAt      int64       // entries valid at this time; also the origin of recency
	// Without leaves entries out as if they had never been recalled from; nil: none.
	Without *Without
	// Reranker scores the best entries where the profile has a rerank_depth; nil: none.
	Reranker Reranker
	// Reranking is what a reranker answered: set by Run, or given for a replay, which asks nobody.
	Reranking *Reranking
}

// Without names entries to leave out, of candidates and of what lends a turn its
// score; the namespace's statistics stay. Empty fields name none.
type Without struct {
	ID    string // the entry's, as a uuid's 16 bytes
	Agent string // that wrote them
}

// Hit is one ranked entry.
type Hit struct {
	Row     storage.RowID
	Version storage.Timestamp
	Entry   Entry
	Score   float64
	Parts   Parts
}

// Entry are the columns of an entry that recall returns.
type Entry struct {
	ID, NS, Content, Kind, Metadata, Salience, Session, Seq, Agent, ValidFrom, ValidTo, Hash types.Value
}

// Parts are what the score was made of.
type Parts struct {
	BM25       float64 // of its own words; 0 = it holds none of the terms
	Window     float64 // what the turns around it lend
	Session    float64 // what its session lends
	BM25Rank   int     // by the sum of the three; 0 = not found by words
	Distance   float64
	VectorRank int // 0 = not found by meaning
	RRF        float64
	Salience   float64
	Recency    float64
	Credit     float64
	Link       float64 // what an entry that it is linked with lends
	Profile    string
	Fused      float64  // the score before the reranker's
	Reranked   *float64 // the reranker's, nil: it was not asked, or gave none
	Unranked   bool     // a reranker was asked in vain: the order is the fused one
}

// source is the entries table with its indexes, as of the view.
type source struct {
	view    *storage.View
	table   *catalog.Table
	vectors *catalog.Index
	text    *catalog.Index
	session *catalog.Index
	// Positions of the columns that a step reads, in the order it reads them.
	filter, turns, ranking, rest []int
	author                       []int // id and agent, behind filter and turns where a query leaves entries out
	embedding                    int

	credits  *catalog.Table // memory.credits, nil: none yet
	credited *catalog.Index // its primary key
}

// openSource finds the table and its indexes. A moment before the schema existed has no table: nil.
func openSource(view *storage.View) (*source, error) {
	c := view.Catalog()
	t, _ := c.Relation("memory", "entries").(*catalog.Table)
	if t == nil {
		return nil, nil
	}
	s := &source{view: view, table: t}
	for _, ix := range c.Indexes(t.ID) {
		switch {
		case ix.Method == catalog.HNSW:
			s.vectors = ix
		case ix.Method == catalog.BM25:
			s.text = ix
		case ix.Name == "entries_session":
			s.session = ix
		}
	}
	for _, step := range []struct {
		columns *[]int
		names   string
	}{
		{&s.filter, "metadata valid_from valid_to"},
		{&s.turns, "session seq metadata valid_from valid_to"},
		{&s.ranking, "id ns salience valid_from content_hash"},
		{&s.author, "id agent"},
		{&s.rest, "content kind metadata session seq agent valid_to"},
	} {
		for _, name := range strings.Fields(step.names) {
			_, ord := t.Column(name)
			if ord == 0 {
				return nil, sqlerr.New(sqlerr.UndefinedColumn, "column %q of memory.entries does not exist", name)
			}
			*step.columns = append(*step.columns, ord)
		}
	}
	_, s.embedding = t.Column("embedding")
	s.openCredits()
	return s, nil
}

// Run ranks the entries of the namespaces. At most q.K hits, best first.
func Run(ctx context.Context, view *storage.View, q *Query) ([]Hit, error) {
	s, err := openSource(view)
	if err != nil || s == nil || q.K == 0 {
		return nil, err
	}
	if !math.IsNaN(q.Profile.VectorWeight) {
		q.VectorWeight = q.Profile.VectorWeight
	}
	if q.Without != nil {
		s.filter, s.turns = slices.Concat(s.filter, s.author), slices.Concat(s.turns, s.author)
	}
	g := &gather{s: s, q: q, found: map[storage.RowID]*candidate{}}
	for _, ns := range q.Namespaces {
		if err := ctx.Err(); err != nil {
			return nil, context.Cause(ctx)
		}
		if err := g.namespace(ns); err != nil {
			return nil, err
		}
	}
	g.shorten()
	if err := g.weigh(); err != nil {
		return nil, err
	}
	ranked, err := g.expand(g.rank())
	if err != nil {
		return nil, err
	}
	best, err := g.choose(ctx, ranked)
	if err != nil {
		return nil, err
	}
	if err := g.complete(best); err != nil {
		return nil, err
	}
	best = within(best, q.Budget)
	hits := make([]Hit, len(best))
	for i, c := range best {
		hits[i] = c.Hit
	}
	return hits, nil
}
