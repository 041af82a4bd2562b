package hnsw

import (
	"errors"
	"slices"
	"sync/atomic"
)

// ErrFull says that a graph has no node numbers left.
var ErrFull = errors.New("hnsw: graph is full")

const nodesMax = 1 << 31

// inserter is the writer's scratch memory.
type inserter struct {
	compare  comparer
	inner    comparer // used while compare is being read
	seen     visited
	frontier nearest
	best     farthest
	sorted   []near
	chosen   []near
	starts   []near
}

// Add links a new node for a vector of the store and remembers the caller's entry number.
// Entry numbers rise from node to node.
func (g *Graph) Add(vec, entry uint32) error {
	i := g.count.Load()
	if i == nodesMax {
		return ErrFull
	}
	level := g.levelOf(i)
	n := g.grow(i, level)
	v := g.view(i)
	n.vec, n.entry = vec, entry
	n.scale, n.offset = measure(g.opt.Metric, v.vecs.Code(vec))

	top := g.top.Load()
	if top == emptyGraph {
		g.count.Store(1)
		g.top.Store(uint64(level) << 32)
		return nil
	}
	g.link(&v, i, level, uint32(top), int(top>>32))
	g.count.Store(i + 1)
	if level > int(top>>32) {
		g.top.Store(uint64(level)<<32 | uint64(i))
	}
	return nil
}

// link connects node i on its levels.
func (g *Graph) link(v *view, i uint32, level int, topNode uint32, topLevel int) {
	in := g.insert
	t := v.targetOf(g.opt.Metric, i)
	start := near{in.compare.one(v, &t, topNode), topNode}
	start = in.compare.descend(v, &t, start, topLevel, level)
	in.starts = append(in.starts[:0], start)
	for l := min(level, topLevel); l >= 0; l-- {
		in.search(v, &t, g.opt.EfConstruction, l)
		in.sorted = append(in.sorted[:0], in.best...)
		slices.SortFunc(in.sorted, compareNear)
		in.starts = append(in.starts[:0], in.sorted...)
		g.choose(v, in.sorted, g.opt.M)
		store(v.links(i, l), in.chosen)
		for _, c := range slices.Clone(in.chosen) {
			g.connect(v, c.node, near{c.key, i}, l)
		}
	}
}

func compareNear(a, b near) int {
	switch {
	case a.before(b):
		return -1
	case b.before(a):
		return 1
	}
	return 0
}

// search fills best with the ef nearest nodes of a level that are reached from starts.
func (in *inserter) search(v *view, t *target, ef, level int) {
	in.seen.reset(v.n)
	in.frontier, in.best = in.frontier[:0], in.best[:0]
	for _, s := range in.starts {
		in.seen.add(s.node)
		in.frontier.push(s)
		in.best.push(s)
	}
	for len(in.frontier) > 0 {
		c := in.frontier.pop()
		if len(in.best) >= ef && in.best[0].before(c) {
			return
		}
		ids := v.neighbours(c.node, level, in.compare.ids[:0])
		in.compare.ids = slices.DeleteFunc(ids, func(id uint32) bool { return !in.seen.add(id) })
		in.compare.run(v, t)
		for j, id := range in.compare.ids {
			next := near{in.compare.keys[j], id}
			if len(in.best) < ef {
				in.best.push(next)
			} else if next.before(in.best[0]) {
				in.best.replaceTop(next)
			} else {
				continue
			}
			in.frontier.push(next)
		}
	}
}

// choose fills chosen with up to limit of the candidates, which are sorted: one that is nearer
// to a chosen one than to the node adds no new direction and is left out.
func (g *Graph) choose(v *view, sorted []near, limit int) {
	in := g.insert
	in.chosen = in.chosen[:0]
	for _, c := range sorted {
		if len(in.chosen) == limit {
			return
		}
		if g.addsDirection(v, c) {
			in.chosen = append(in.chosen, c)
		}
	}
}

func (g *Graph) addsDirection(v *view, c near) bool {
	in := g.insert
	t := v.targetOf(g.opt.Metric, c.node)
	for at := 0; at < len(in.chosen); at += 4 {
		in.inner.ids = in.inner.ids[:0]
		for _, other := range in.chosen[at:min(at+4, len(in.chosen))] {
			in.inner.ids = append(in.inner.ids, other.node)
		}
		in.inner.run(v, &t)
		for _, key := range in.inner.keys {
			if key < c.key {
				return false
			}
		}
	}
	return true
}

// connect adds a link from node i to c, dropping the least useful one when there is no room.
func (g *Graph) connect(v *view, i uint32, c near, level int) {
	words := v.links(i, level)
	count := atomic.LoadUint32(&words[0])
	if int(count) < len(words)-1 {
		atomic.StoreUint32(&words[1+count], c.node)
		atomic.StoreUint32(&words[0], count+1)
		return
	}
	in := g.insert
	t := v.targetOf(g.opt.Metric, i)
	in.compare.ids = append(in.compare.ids[:0], words[1:]...)
	in.compare.run(v, &t)
	in.sorted = append(in.sorted[:0], c)
	for j, id := range in.compare.ids {
		in.sorted = append(in.sorted, near{in.compare.keys[j], id})
	}
	slices.SortFunc(in.sorted, compareNear)
	g.choose(v, in.sorted, len(words)-1)
	store(words, in.chosen)
}

// store writes a node's neighbours. A reader beside it may see old and new ones mixed: all
// are nodes. The count goes down before the words change and up after.
func store(words []uint32, list []near) {
	if count := uint32(len(list)); atomic.LoadUint32(&words[0]) > count {
		atomic.StoreUint32(&words[0], count)
	}
	for j, c := range list {
		atomic.StoreUint32(&words[1+j], c.node)
	}
	atomic.StoreUint32(&words[0], uint32(len(list)))
}
