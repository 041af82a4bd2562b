package vecindex

import (
	"context"
	"runtime"
	"slices"

	"synapse/vecindex/hnsw"
	"synapse/vecindex/slab"
)

// graphState is a partition's graph as one reader sees it. It is replaced, never changed; the
// graph itself grows beside its readers.
type graphState struct {
	graph   *hnsw.Graph
	nodes   uint32 // nodes that belong to this state
	covered uint32 // entries below are reached through the graph or listed in outliers
	// outliers are the first entries of vectors that a graph cannot hold (hnsw.Suits);
	// they are always scanned.
	outliers []uint32
	waiting  uint32 // of outliers, those that Maintain is yet to add
}

const (
	// extendMin and extendShare say when a graph takes in its tail: at so many entries that
	// scanning them costs about as much as the walk.
	extendMin   = 1024
	extendShare = 50 // one in extendShare of the covered entries

	// buildCheckNodes is how many nodes are linked between looks at the context.
	buildCheckNodes = 64
)

// Maintain builds graphs for partitions that have grown large and extends those with a long
// tail. It runs beside readers and the writer; the background calls it every so often. It
// returns the context's error when it was interrupted; what was finished stays.
func (x *Index) Maintain(ctx context.Context) error {
	x.maintenance.Lock()
	defer x.maintenance.Unlock()
	var err error
	x.parts.Range(func(_, v any) bool {
		p := v.(*partition)
		if x.wantsGraph(p) {
			err = x.extend(ctx, p)
		}
		return err == nil
	})
	if err == nil && x.wantsWhole() {
		err = x.extendWhole(ctx)
	}
	return err
}

// wantsGraph reports whether Maintain has something to do for p.
func (x *Index) wantsGraph(p *partition) bool {
	if x.opt.GraphBytes < 0 {
		return false
	}
	if g := p.graph.Load(); g != nil {
		tail := p.entries.n.Load() - g.covered + g.waiting
		return tail >= extendMin && tail >= g.covered/extendShare
	}
	return int(p.vecs.Load())*x.codeBytes() >= x.opt.GraphBytes
}

// GraphNodes is the number of nodes of all graphs, those included that are still being built.
// It waits for Maintain.
func (x *Index) GraphNodes() int {
	x.maintenance.Lock()
	defer x.maintenance.Unlock()
	sum := 0
	x.parts.Range(func(_, v any) bool {
		if b := v.(*partition).build; b != nil {
			sum += int(b.graph.Len())
		}
		return true
	})
	if w := x.wholeBuild; w != nil && w.journal == x.journal.Load() {
		sum += int(w.graph.Len())
	}
	return sum
}

// NeedsMaintenance reports whether Maintain would build or extend a graph.
func (x *Index) NeedsMaintenance() bool {
	needs := false
	x.parts.Range(func(_, v any) bool {
		needs = x.wantsGraph(v.(*partition))
		return !needs
	})
	return needs || x.wantsWhole()
}

// graphBuild is a graph being built or extended; what an interrupted call has done is kept.
// Guarded by Index.maintenance.
type graphBuild struct {
	graph    *hnsw.Graph
	next     uint32   // first entry not looked at
	outliers []uint32 // first entries of vectors that do not suit a graph
	waiting  []uint32 // first entries below next whose vectors are yet to be added
}

// extend builds p's graph or adds its tail.
func (x *Index) extend(ctx context.Context, p *partition) error {
	// The epoch keeps p's vectors even if the writer replaces p meanwhile.
	epoch := x.epochs.enter()
	defer x.epochs.leave(epoch)

	if p.build == nil {
		p.build = &graphBuild{graph: hnsw.New(x.store, x.graphOptions())}
	}
	b := p.build
	for end := p.entries.n.Load(); b.next < end || len(b.waiting) > 0; {
		if len(b.waiting) == 0 {
			b.look(x, p)
			continue
		}
		e := b.waiting[len(b.waiting)-1]
		vec, _ := p.firstOfVec(e)
		if err := b.graph.Add(vec, e); err != nil {
			return err
		}
		b.waiting = b.waiting[:len(b.waiting)-1]
		giveWay()
		if b.graph.Len()%buildCheckNodes == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	b.publish(p)
	return nil
}

// giveWay lets whoever waits for a processor run first. A build is one goroutine, so it takes
// one processor at most; where others want that one too, they wait for the linking of one node.
func giveWay() { runtime.Gosched() }

// look takes the next entry into account.
func (b *graphBuild) look(x *Index, p *partition) {
	e := b.next
	b.next++
	vec, first := p.firstOfVec(e)
	switch {
	case !first:
	case x.suits(vec):
		b.waiting = append(b.waiting, e)
	default:
		b.outliers = append(b.outliers, e)
	}
}

// publish lets readers use what was built; what waits is scanned like the outliers.
func (b *graphBuild) publish(p *partition) {
	if b.graph.Len() == 0 {
		return
	}
	p.graph.Store(&graphState{
		graph:    b.graph,
		nodes:    b.graph.Len(),
		covered:  b.next,
		outliers: slices.Concat(b.outliers, b.waiting),
		waiting:  uint32(len(b.waiting)),
	})
}

func (x *Index) suits(vec uint32) bool {
	v := x.store.View()
	return hnsw.Suits(x.opt.Metric, v.Code(vec))
}

func (x *Index) graphOptions() hnsw.Options {
	return hnsw.Options{Metric: x.opt.Metric, M: x.opt.M, EfConstruction: x.opt.EfConstruction}
}

func (x *Index) codeBytes() int { return slab.CodeBytes(x.store.Dim()) }

// firstOfVec returns an entry's vector and whether the entry is the vector's first.
func (p *partition) firstOfVec(e uint32) (vec uint32, first bool) {
	b, i := p.entries.at(e)
	return b.vecs[i], p.byVec.find(uint64(b.vecs[i]), p.vecOf) == e
}
