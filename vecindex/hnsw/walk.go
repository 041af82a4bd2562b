package hnsw

import (
	"slices"

	"synapse/vecindex/slab"
)

// Request says what a walk looks for.
type Request struct {
	Query *slab.Query
	// Nodes is how many nodes the walk may see: those below are published to the caller.
	Nodes uint32
	// Pass reports which nodes, by the entry numbers they were added with, may be found. Many
	// are asked about at once, because asking may be dear; pass is as long as entries.
	Pass func(entries []uint32, pass []bool)
	// Bridge makes the walk look through nodes that do not pass at their neighbours.
	Bridge bool
	// Seeds are passing nodes to begin at besides the top; for bridging walks.
	Seeds []uint32
}

// Walk is one query's way through a graph: a best-first search that keeps everything it has
// seen and not used, so that it can be continued.
//
//	frontier  nodes to expand, nearest first
//	best      the nearest passing nodes of this batch, at most ef
//	spare     passing nodes that fell out of best or came when it was full
//	far       seen, too far to expand while best is full; Pass was not asked
//	failed    seen while bridging, did not pass; no key computed
//
// A walk belongs to one goroutine.
type Walk struct {
	g        *Graph
	v        view
	t        target
	request  Request
	compare  comparer
	seen     visited
	failing  visited // bridging: seen and did not pass
	opened   visited // bridging: of those, looked through
	frontier nearest
	best     farthest
	spare    nearest
	far      []near
	failed   []uint32
	batch    []near   // measured in this step
	ids      []uint32 // neighbours in this step
	through  []uint32 // bridging: those of the node being expanded
	entries  []uint32 // asked about
	answers  []bool
	expanded int
	measured int
}

// Walk begins a walk. The graph must have a node. Close gives its memory back.
func (g *Graph) Walk(r Request) *Walk {
	w := g.walks.Get().(*Walk)
	w.g, w.request = g, r
	w.v = g.view(min(r.Nodes, g.count.Load()))
	scale, offset := measure(g.opt.Metric, &r.Query.Code)
	w.t = aim(g.opt.Metric, r.Query.Vec, r.Query.Codes, scale, offset)
	w.seen.reset(w.v.n)
	if r.Bridge {
		w.failing.reset(w.v.n)
		w.opened.reset(w.v.n)
	}
	w.frontier, w.best, w.spare = w.frontier[:0], w.best[:0], w.spare[:0]
	w.far, w.failed = w.far[:0], w.failed[:0]
	w.expanded, w.measured = 0, 0
	w.begin()
	return w
}

// Close ends the walk.
func (w *Walk) Close() {
	g := w.g
	w.g, w.request, w.v, w.t = nil, Request{}, view{}, target{}
	g.walks.Put(w)
}

// Expanded is the number of nodes whose links were followed on the lowest layer.
func (w *Walk) Expanded() int { return w.expanded }

// Measured is the number of distances computed.
func (w *Walk) Measured() int { return w.measured }

// begin descends to the lowest layer and puts the start and the seeds on the frontier.
func (w *Walk) begin() {
	top := w.g.top.Load()
	node, level := uint32(top), int(top>>32)
	if node >= w.v.n { // a newer top than this walk may see
		node, level = 0, 0
	}
	start := near{w.compare.one(&w.v, &w.t, node), node}
	start = w.compare.descend(&w.v, &w.t, start, level, 0)
	w.measured += 1 + level
	w.compare.ids = append(w.compare.ids[:0], start.node)
	w.seen.add(start.node)
	for _, s := range w.request.Seeds {
		if s < w.v.n && w.seen.add(s) {
			w.compare.ids = append(w.compare.ids, s)
		}
	}
	w.compare.run(&w.v, &w.t)
	w.measured += len(w.compare.ids)
	passing := w.pass(w.compare.ids)
	for j, id := range w.compare.ids {
		c := near{w.compare.keys[j], id}
		w.frontier.push(c)
		if passing[j] {
			w.spare.push(c)
		}
	}
}

// pass asks about nodes; the answer is valid until the next call.
func (w *Walk) pass(ids []uint32) []bool {
	w.entries = w.entries[:0]
	for _, id := range ids {
		w.entries = append(w.entries, w.v.node(id).entry)
	}
	if cap(w.answers) < len(ids) {
		w.answers = make([]bool, 2*len(ids))
	}
	w.answers = w.answers[:len(ids)]
	w.request.Pass(w.entries, w.answers)
	return w.answers
}

// Next finds up to ef more passing nodes, the nearest of what the walk reaches, and appends
// their entry numbers to entries, nearest first. It stops early, incomplete, when limit
// distances have been computed since the walk began. done reports that nothing is left.
func (w *Walk) Next(entries []uint32, ef, limit int) (found []uint32, done bool) {
	w.resume(ef)
	for w.measured < limit {
		if len(w.frontier) == 0 && !w.bridgeFailed(ef) {
			break
		}
		c := w.frontier.pop()
		if len(w.best) >= ef && w.best[0].before(c) {
			w.frontier.push(c)
			break
		}
		w.expanded++
		w.collect(c.node)
		w.compare.run(&w.v, &w.t)
		w.measured += len(w.compare.ids)
		w.consider(ef)
	}
	sorted := w.best
	slices.SortFunc(sorted, compareNear)
	for _, c := range sorted {
		entries = append(entries, w.v.node(c.node).entry)
	}
	w.best = w.best[:0]
	done = len(w.frontier) == 0 && len(w.far) == 0 && len(w.spare) == 0 && len(w.failed) == 0
	return entries, done
}

// resume takes what earlier batches left aside into account.
func (w *Walk) resume(ef int) {
	w.ids = w.ids[:0]
	for _, c := range w.far {
		w.frontier.push(c)
		w.ids = append(w.ids, c.node)
	}
	if w.request.Bridge { // bridging walks measure passing nodes only
		for _, c := range w.far {
			w.spare.push(c)
		}
	} else if len(w.far) > 0 {
		for j, passes := range w.pass(w.ids) {
			if passes {
				w.spare.push(w.far[j])
			}
		}
	}
	w.far = w.far[:0]
	for len(w.spare) > 0 && len(w.best) < ef {
		w.best.push(w.spare.pop())
	}
}

// consider decides what becomes of the nodes that were just measured.
func (w *Walk) consider(ef int) {
	w.batch, w.ids = w.batch[:0], w.ids[:0]
	for j, id := range w.compare.ids {
		c := near{w.compare.keys[j], id}
		if len(w.best) >= ef && !c.before(w.best[0]) {
			w.far = append(w.far, c)
			continue
		}
		w.batch = append(w.batch, c)
		w.ids = append(w.ids, id)
	}
	var passing []bool
	if !w.request.Bridge {
		passing = w.pass(w.ids)
	}
	for j, c := range w.batch {
		w.frontier.push(c)
		switch {
		case passing != nil && !passing[j]:
		case len(w.best) < ef:
			w.best.push(c)
		case c.before(w.best[0]):
			w.spare.push(w.best.replaceTop(c))
		default: // the batch itself has moved the limit
			w.spare.push(c)
		}
	}
}

// collect puts the nodes to measure for the expansion of node i into compare.ids.
func (w *Walk) collect(i uint32) {
	if w.request.Bridge {
		w.collectThrough(i)
		return
	}
	ids := w.v.neighbours(i, 0, w.compare.ids[:0])
	w.compare.ids = slices.DeleteFunc(ids, func(id uint32) bool { return !w.seen.add(id) })
}

// collectThrough collects the passing neighbours of node i and, through neighbours that do
// not pass, the passing neighbours of those, until as many are found as a node has links.
func (w *Walk) collectThrough(i uint32) {
	w.compare.ids = w.compare.ids[:0]
	w.ids = w.v.neighbours(i, 0, w.ids[:0])
	w.through = append(w.through[:0], w.ids...)
	w.test(w.ids)
	for _, id := range w.through {
		if len(w.compare.ids) >= w.v.m0 {
			break
		}
		if w.failing.has(id) && w.opened.add(id) {
			w.ids = w.v.neighbours(id, 0, w.ids[:0])
			w.test(w.ids)
		}
	}
}

// test appends those of ids that pass and were not seen before to compare.ids. It uses ids up.
func (w *Walk) test(ids []uint32) {
	ids = slices.DeleteFunc(ids, func(id uint32) bool { return !w.seen.add(id) })
	for j, passes := range w.pass(ids) {
		if passes {
			w.compare.ids = append(w.compare.ids, ids[j])
		} else {
			w.failing.add(ids[j])
			w.failed = append(w.failed, ids[j])
		}
	}
}

// bridgeFailed is called when the frontier is empty. A bridging walk that has found too little
// then goes on from failing nodes it has seen, in the order it saw them, which is about from
// near to far. It reports whether there were any.
func (w *Walk) bridgeFailed(ef int) bool {
	if len(w.best) >= ef || len(w.failed) == 0 {
		return false
	}
	n := min(len(w.failed), w.v.m0)
	w.compare.ids = append(w.compare.ids[:0], w.failed[:n]...)
	w.failed = w.failed[n:]
	w.compare.run(&w.v, &w.t)
	w.measured += n
	for j, id := range w.compare.ids {
		w.frontier.push(near{w.compare.keys[j], id})
	}
	return true
}
