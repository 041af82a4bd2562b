package hnsw

import (
	"math"
	"math/bits"
	"sync"
	"sync/atomic"
	"unsafe"

	"synapse/vecindex/distance"
	"synapse/vecindex/slab"
)

const (
	chunkNodes     = 1024
	upperWords     = 1 << 16 // words of a piece of the upper layers' arena
	levelMax       = 15
	noNode         = ^uint32(0)
	emptyGraph     = ^uint64(0)
	upperPiecesMax = 1 << 16
)

// Options of a graph. All are positive.
type Options struct {
	Metric         distance.Metric
	M              int // links per node on the upper layers; 2*M on the lowest
	EfConstruction int // candidates considered when a node is linked
}

// Graph is a graph over vectors of one store. One writer calls Add; any number of Walks run
// beside it. The caller keeps the vectors of all nodes alive.
type Graph struct {
	store *slab.Store
	opt   Options
	m0    int // links per node on the lowest layer

	chunks atomic.Pointer[[]*chunk]
	upper  atomic.Pointer[[][]uint32]
	count  atomic.Uint32
	// top is where walks begin: level<<32 | node.
	top atomic.Uint64

	upperUsed uint32 // the writer's: words taken in the last piece
	insert    *inserter
	walks     sync.Pool // of *Walk
}

// chunk is the memory of chunkNodes nodes. links comes first: the collector looks no further.
type chunk struct {
	links []uint32 // per node: count, then m0 neighbours
	nodes [chunkNodes]node
}

// node is what a walk reads of a node besides its code row. The key of a node for a target is
// offset + scale·target.factor·(code product) + target.constant.
type node struct {
	vec    uint32
	entry  uint32
	scale  float32
	offset float32
	upper  uint32 // first word of its upper layers: level, then per layer count and m links
}

// New returns an empty graph.
func New(store *slab.Store, opt Options) *Graph {
	g := &Graph{store: store, opt: opt, m0: 2 * opt.M}
	g.chunks.Store(&[]*chunk{})
	g.upper.Store(&[][]uint32{})
	g.top.Store(emptyGraph)
	g.insert = &inserter{}
	g.walks.New = func() any { return &Walk{} }
	return g
}

// Options returns the options the graph was made with.
func (g *Graph) Options() Options { return g.opt }

// Len is the number of nodes.
func (g *Graph) Len() uint32 { return g.count.Load() }

// SizeBytes is the memory of nodes and links.
func (g *Graph) SizeBytes() int64 {
	perChunk := int64(unsafe.Sizeof(chunk{})) + int64(chunkNodes*(g.m0+1)*4)
	return int64(len(*g.chunks.Load()))*perChunk + int64(len(*g.upper.Load()))*upperWords*4
}

// Entry returns the entry number that node i was added with.
func (g *Graph) Entry(i uint32) uint32 {
	return (*g.chunks.Load())[i/chunkNodes].nodes[i%chunkNodes].entry
}

// Suits reports whether a vector can be a node: its code describes it within a bound and it
// has a direction where the metric needs one. Others are scanned by the caller.
func Suits(m distance.Metric, code *slab.Code) bool {
	if math.IsInf(float64(code.Err), 1) {
		return false
	}
	return m != distance.Cosine || code.Norm > 0
}

// levelOf draws a node's level from its number: level l with probability M^-l.
func (g *Graph) levelOf(i uint32) int {
	x := uint64(i) + 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	x ^= x >> 31
	u := (float64(x>>11) + 1) / (1 << 53) // in (0, 1]
	return min(int(-math.Log(u)/math.Log(float64(g.opt.M))), levelMax)
}

// view is a reader's hold on the graph's memory: the nodes below n.
type view struct {
	chunks []*chunk
	upper  [][]uint32
	vecs   slab.View
	m, m0  int
	n      uint32
}

func (g *Graph) view(n uint32) view {
	return view{
		chunks: *g.chunks.Load(), upper: *g.upper.Load(), vecs: g.store.View(),
		m: g.opt.M, m0: g.m0, n: n,
	}
}

func (v *view) node(i uint32) *node { return &v.chunks[i/chunkNodes].nodes[i%chunkNodes] }

// links returns a node's words on a level: the count, then room for the neighbours.
func (v *view) links(i uint32, level int) []uint32 {
	if level == 0 {
		at := int(i%chunkNodes) * (v.m0 + 1)
		return v.chunks[i/chunkNodes].links[at : at+v.m0+1]
	}
	first := v.node(i).upper
	at := int(first%upperWords) + 1 + (level-1)*(v.m+1)
	return v.upper[first/upperWords][at : at+v.m+1]
}

// neighbours appends the node's neighbours on a level to ids.
func (v *view) neighbours(i uint32, level int, ids []uint32) []uint32 {
	words := v.links(i, level)
	count := atomic.LoadUint32(&words[0])
	for j := range words[1 : 1+count] {
		if id := atomic.LoadUint32(&words[1+j]); id < v.n {
			ids = append(ids, id)
		}
	}
	return ids
}

// grow appends the memory of node i, with its upper layers, without publishing it.
func (g *Graph) grow(i uint32, level int) *node {
	chunks := *g.chunks.Load()
	if int(i/chunkNodes) == len(chunks) {
		chunks = append(chunks, &chunk{links: make([]uint32, chunkNodes*(g.m0+1))})
		published := chunks
		g.chunks.Store(&published)
	}
	n := &chunks[i/chunkNodes].nodes[i%chunkNodes]
	if level > 0 {
		n.upper = g.takeUpper(uint32(1 + level*(g.opt.M+1)))
		pieces := *g.upper.Load()
		pieces[n.upper/upperWords][n.upper%upperWords] = uint32(level)
	}
	return n
}

// takeUpper returns the first of n neighbouring words of the upper layers' arena.
func (g *Graph) takeUpper(n uint32) uint32 {
	pieces := *g.upper.Load()
	if len(pieces) == 0 || g.upperUsed+n > upperWords {
		pieces = append(pieces, make([]uint32, upperWords))
		published := pieces
		g.upper.Store(&published)
		g.upperUsed = 0
	}
	at := uint32(len(pieces)-1)*upperWords + g.upperUsed
	g.upperUsed += n
	return at
}

// visited is a set of nodes that is emptied by counting up.
type visited struct {
	marks []uint16
	epoch uint16
}

// reset empties the set and makes room for n nodes.
func (s *visited) reset(n uint32) {
	if int(n) > len(s.marks) {
		s.marks = make([]uint16, max(int(n), 1<<bits.Len32(n)))
		s.epoch = 0
	}
	s.epoch++
	if s.epoch == 0 {
		clear(s.marks)
		s.epoch = 1
	}
}

// add reports whether i was not in the set.
func (s *visited) add(i uint32) bool {
	if s.marks[i] == s.epoch {
		return false
	}
	s.marks[i] = s.epoch
	return true
}

func (s *visited) has(i uint32) bool { return s.marks[i] == s.epoch }
