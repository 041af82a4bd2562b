package hnsw

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"unsafe"

	"github.com/cespare/xxhash/v2"

	"synapse/vecindex/slab"
)

// A saved graph, all numbers little-endian:
//
//	magic [8]byte, version, dim, metric, m, nodes, topNode, topLevel uint32
//	hashes   nodes × uint64: Hash of each node's vector; ids are not saved, they change
//	links    nodes × (1+2m) × uint32: count and neighbours on the lowest layer
//	upper    per node with a level: level, then per layer 1+m words
//	checksum uint64: xxhash of everything before

var arenaMagic = [8]byte{'S', 'Y', 'N', 'H', 'N', 'S', 'W', 0}

const arenaVersion = 1

// ErrSaved says that a saved graph is damaged or does not fit; it has to be built anew.
var ErrSaved = errors.New("hnsw: saved graph is unusable")

type arenaHeader struct {
	Magic                               [8]byte
	Version, Dim, Metric, M             uint32
	Nodes, TopNode, TopLevel, EfOfBuild uint32
}

// Hash identifies a vector by its content across restarts.
func Hash(vec []float32) uint64 {
	return xxhash.Sum64(Bytes(vec))
}

// Bytes is a vector's content, without a copy.
func Bytes(vec []float32) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(vec))), 4*len(vec))
}

// Save writes the graph. No Add may run beside it.
func (g *Graph) Save(to io.Writer) error {
	sum := xxhash.New()
	w := bufio.NewWriterSize(io.MultiWriter(to, sum), 1<<16)
	v := g.view(g.count.Load())
	top := g.top.Load()
	h := arenaHeader{
		Magic: arenaMagic, Version: arenaVersion, Dim: uint32(g.store.Dim()), Metric: uint32(g.opt.Metric),
		M: uint32(g.opt.M), Nodes: v.n, TopNode: uint32(top), TopLevel: uint32(top >> 32), EfOfBuild: uint32(g.opt.EfConstruction),
	}
	if err := binary.Write(w, binary.LittleEndian, h); err != nil {
		return err
	}
	var buf []byte
	for i := range v.n {
		buf = binary.LittleEndian.AppendUint64(buf[:0], Hash(v.vecs.At(v.node(i).vec)))
		if _, err := w.Write(buf); err != nil {
			return err
		}
	}
	for i := range v.n {
		if err := writeWords(w, v.links(i, 0)); err != nil {
			return err
		}
	}
	for i := range v.n {
		if g.levelOf(i) == 0 {
			continue
		}
		if err := writeWords(w, v.upperOf(i)); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return binary.Write(to, binary.LittleEndian, sum.Sum64())
}

// upperOf returns the words of a node's upper layers, the level first.
func (v *view) upperOf(i uint32) []uint32 {
	first := v.node(i).upper
	piece := v.upper[first/upperWords][first%upperWords:]
	return piece[:1+piece[0]*uint32(v.m+1)]
}

func writeWords(w io.Writer, words []uint32) error {
	var buf [256]byte
	for len(words) > 0 {
		n := min(len(words), len(buf)/4)
		out := buf[:0]
		for _, x := range words[:n] {
			out = binary.LittleEndian.AppendUint32(out, x)
		}
		if _, err := w.Write(out); err != nil {
			return err
		}
		words = words[n:]
	}
	return nil
}

// loader reads a saved graph and checks all of it.
type loader struct {
	r   io.Reader
	sum *xxhash.Digest
	g   *Graph
	h   arenaHeader
	raw []byte // of read
}

// Load reads what Save wrote. find gives the vector id and entry number for a vector's Hash;
// every node's vector must be there. A graph that is damaged, has other options or more than
// nodesLimit nodes is ErrSaved. Exactly the bytes that Save wrote are read.
func Load(from io.Reader, store *slab.Store, opt Options, nodesLimit int, find func(hash uint64) (vec, entry uint32, ok bool)) (*Graph, error) {
	l := &loader{sum: xxhash.New(), g: New(store, opt)}
	l.r = io.TeeReader(from, l.sum)
	if err := binary.Read(l.r, binary.LittleEndian, &l.h); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSaved, err)
	}
	h := &l.h
	if h.Magic != arenaMagic || h.Version != arenaVersion || h.Dim != uint32(store.Dim()) ||
		h.Metric != uint32(opt.Metric) || h.M != uint32(opt.M) || h.EfOfBuild != uint32(opt.EfConstruction) {
		return nil, fmt.Errorf("%w: other format or options", ErrSaved)
	}
	if h.Nodes == 0 || uint64(h.Nodes) > uint64(nodesLimit) || h.TopNode >= h.Nodes || h.TopLevel > levelMax {
		return nil, fmt.Errorf("%w: %d nodes, top %d", ErrSaved, h.Nodes, h.TopNode)
	}
	for _, step := range []func() error{func() error { return l.nodes(find) }, l.lowest, l.upper} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrSaved, err)
		}
	}
	want := l.sum.Sum64()
	var stored uint64
	if err := binary.Read(from, binary.LittleEndian, &stored); err != nil || stored != want {
		return nil, fmt.Errorf("%w: checksum", ErrSaved)
	}
	l.g.count.Store(h.Nodes)
	l.g.top.Store(uint64(h.TopLevel)<<32 | uint64(h.TopNode))
	return l.g, nil
}

// nodes makes every node for the vector with its hash.
func (l *loader) nodes(find func(uint64) (uint32, uint32, bool)) error {
	vecs := l.g.store.View()
	buf := make([]byte, 8)
	for i := range l.h.Nodes {
		if _, err := io.ReadFull(l.r, buf); err != nil {
			return err
		}
		vec, entry, ok := find(binary.LittleEndian.Uint64(buf))
		if !ok {
			return fmt.Errorf("the vector of node %d is gone", i)
		}
		n := l.g.grow(i, l.g.levelOf(i))
		n.vec, n.entry = vec, entry
		n.scale, n.offset = measure(l.g.opt.Metric, vecs.Code(vec))
	}
	if uint32(l.g.levelOf(l.h.TopNode)) < l.h.TopLevel {
		return fmt.Errorf("node %d is not on level %d", l.h.TopNode, l.h.TopLevel)
	}
	return nil
}

func (l *loader) lowest() error {
	v := l.g.view(l.h.Nodes)
	for i := range l.h.Nodes {
		if err := l.words(v.links(i, 0), 0); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) upper() error {
	v := l.g.view(l.h.Nodes)
	for i := range l.h.Nodes {
		level := l.g.levelOf(i)
		if level == 0 {
			continue
		}
		stored := make([]uint32, 1)
		if err := l.read(stored); err != nil {
			return err
		}
		if stored[0] != uint32(level) {
			return fmt.Errorf("node %d has level %d, want %d", i, stored[0], level)
		}
		for at := 1; at <= level; at++ {
			if err := l.words(v.links(i, at), at); err != nil {
				return err
			}
		}
	}
	return nil
}

// words reads one node's links on a level and checks that they lead to nodes of that level.
func (l *loader) words(words []uint32, level int) error {
	if err := l.read(words); err != nil {
		return err
	}
	if int(words[0]) >= len(words) {
		return fmt.Errorf("%d links where %d fit", words[0], len(words)-1)
	}
	for _, id := range words[1 : 1+words[0]] {
		if id >= l.h.Nodes || level > 0 && l.g.levelOf(id) < level {
			return fmt.Errorf("a link on level %d leads to node %d", level, id)
		}
	}
	return nil
}

func (l *loader) read(words []uint32) error {
	if cap(l.raw) < 4*len(words) {
		l.raw = make([]byte, 4*len(words))
	}
	raw := l.raw[:4*len(words)]
	if _, err := io.ReadFull(l.r, raw); err != nil {
		return err
	}
	for i := range words {
		words[i] = binary.LittleEndian.Uint32(raw[4*i:])
	}
	return nil
}
