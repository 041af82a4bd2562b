package vecindex

import (
	"bytes"
	"context"
	"slices"

	"synapse/vecindex/hnsw"
)

// An index of many partitions gets one more graph, over all of them, for queries that name no
// partition: when one was asked and would have scanned as much as a graph is worth, or walked
// many graphs. Its nodes are contents: equal vectors of several partitions share one.
//
// The background builds it from the journal, beside the writer. What the journal lists behind
// the graph is scanned.

const (
	// wholeGraphs is how many graphs of single partitions a query may walk before one graph
	// over all is worth its memory.
	wholeGraphs = 4
	// wholeDeadShare: at one in wholeDeadShare positions that belong to replaced partitions
	// the graph is built anew.
	wholeDeadShare = 2
)

// wholeState is the graph over all partitions as one reader sees it. It is replaced, never changed.
type wholeState struct {
	graphState // covered and outliers are positions of the journal
	journal    *journal
}

// wholeBuild is the graph being built or extended. Guarded by Index.maintenance.
type wholeBuild struct {
	graphBuild
	journal   *journal
	byContent *lookup // first position with a content
}

// wantWhole notes that a query over all partitions would have been cheaper with a graph.
func (s *Searcher) wantWhole() {
	x := s.index
	if len(s.parts) < 2 || x.opt.GraphBytes < 0 || s.opt.Exact || s.opt.Rows != nil {
		return
	}
	scanned, walked := 0, 0
	for _, p := range s.parts {
		if p.partition.graph.Load() == nil {
			scanned += int(p.n)
		} else {
			walked++
		}
	}
	if scanned*x.codeBytes() >= x.opt.GraphBytes || walked > wholeGraphs {
		x.wholeWanted.Store(true)
	}
}

// wantsWhole reports whether Maintain has something to do for the graph over all partitions.
func (x *Index) wantsWhole() bool {
	if !x.wholeWanted.Load() {
		return false
	}
	w := x.whole.Load()
	if w == nil {
		return true
	}
	tail := w.journal.n.Load() - w.covered + w.waiting
	return tail >= extendMin && tail >= w.covered/extendShare
}

// extendWhole builds the graph over all partitions or adds its tail.
func (x *Index) extendWhole(ctx context.Context) error {
	w := x.wholeBuild
	if w != nil && w.deadShare() {
		x.dropWhole()
	}
	if w == nil || w.journal != x.journal.Load() {
		w = x.beginWhole()
	}
	epoch, ok := x.epochs.join(w.journal.epoch)
	if !ok {
		return nil // dropped meanwhile
	}
	defer x.epochs.leave(epoch)
	for end := w.journal.n.Load(); w.next < end || len(w.waiting) > 0; {
		if len(w.waiting) == 0 {
			w.look(x)
			continue
		}
		pos := w.waiting[len(w.waiting)-1]
		p, e := w.journal.locate(pos)
		if err := w.graph.Add(uint32(p.vecOf(e)), pos); err != nil {
			return err
		}
		w.waiting = w.waiting[:len(w.waiting)-1]
		giveWay()
		if w.graph.Len()%buildCheckNodes != 0 {
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if x.journal.Load() != w.journal {
			return nil
		}
	}
	x.publishWhole(w)
	return nil
}

// beginWhole begins a journal and lists every partition in it.
func (x *Index) beginWhole() *wholeBuild {
	x.dropWhole()
	j := newJournal(x.epochs.enter())
	x.wholeBuild = &wholeBuild{
		graphBuild: graphBuild{graph: hnsw.New(x.store, x.graphOptions())},
		journal:    j, byContent: newLookup(),
	}
	x.journaling.Lock()
	x.journal.Store(j)
	x.journaling.Unlock()
	x.parts.Range(func(key, v any) bool {
		p := v.(*partition)
		x.journaling.Lock() // per partition, so that the writer gets its turns
		defer x.journaling.Unlock()
		if now, ok := x.parts.Load(key); ok && now == v && !p.listedIn(j) {
			j.adopt(p)
		}
		return x.journal.Load() == j
	})
	return x.wholeBuild
}

// look takes the next position into account.
func (w *wholeBuild) look(x *Index) {
	pos := w.next
	w.next++
	p, e := w.journal.locate(pos)
	if p.diedAt.Load() != alive {
		return // its successor's entries follow
	}
	vec, first := p.firstOfVec(e)
	if !first {
		return
	}
	if !x.suits(vec) {
		w.outliers = append(w.outliers, pos)
		return
	}
	content := x.store.At(vec)
	hash := hnsw.Hash(content)
	hashOf := func(pos uint32) uint64 {
		p, e := w.journal.locate(pos)
		return hnsw.Hash(x.store.At(uint32(p.vecOf(e))))
	}
	have := w.byContent.find(hash, hashOf)
	if have != noEntry {
		p, e := w.journal.locate(have)
		if bytes.Equal(hnsw.Bytes(x.store.At(uint32(p.vecOf(e)))), hnsw.Bytes(content)) {
			w.journal.link(have, pos)
			return
		}
	} else {
		w.byContent.set(hash, pos, hashOf)
	}
	w.waiting = append(w.waiting, pos)
}

// deadShare reports whether too many nodes stand for vectors that no partition has any more.
func (w *wholeBuild) deadShare() bool {
	dead := uint32(0)
	for _, p := range *w.journal.parts.Load() {
		if p.diedAt.Load() != alive {
			dead += p.entries.n.Load()
		}
	}
	return dead > 0 && dead*wholeDeadShare >= w.journal.n.Load()
}

// publishWhole lets readers use what was built, unless it was dropped meanwhile.
func (x *Index) publishWhole(w *wholeBuild) {
	x.journaling.Lock()
	defer x.journaling.Unlock()
	if w.graph.Len() == 0 || x.journal.Load() != w.journal {
		return
	}
	x.whole.Store(&wholeState{graphState: graphState{
		graph: w.graph, nodes: w.graph.Len(), covered: w.next,
		outliers: slices.Concat(w.outliers, w.waiting), waiting: uint32(len(w.waiting)),
	}, journal: w.journal})
}
