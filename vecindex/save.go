package vecindex

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"synapse/vecindex/hnsw"
)

// Saved graphs are a derived file: whoever loads them has inserted the entries before and
// builds anew what does not fit. A graph that is still being built is saved as far as it is.
//
//	magic [8]byte, version uint32, tag, then per graph: 1 byte of 1, partition key, graph (package
//	hnsw); at the end a byte of 0. Tag and key are a uint32 length and the bytes.

var savedMagic = [8]byte{'S', 'Y', 'N', 'V', 'E', 'C', 'G', 0}

const (
	savedVersion = 1
	savedTextMax = 1 << 20 // bytes of a tag or a key
)

// ErrSaved says that saved graphs are damaged or belong to other data.
var ErrSaved = hnsw.ErrSaved

// SaveGraphs writes the graphs of all partitions. The tag names the state that they belong to,
// such as a snapshot. It runs beside readers and the writer, not beside Maintain.
func (x *Index) SaveGraphs(to io.Writer, tag string) error {
	x.maintenance.Lock()
	defer x.maintenance.Unlock()
	epoch := x.epochs.enter()
	defer x.epochs.leave(epoch)

	w := bufio.NewWriter(to)
	head := binary.LittleEndian.AppendUint32(savedMagic[:8:8], savedVersion)
	if _, err := w.Write(appendText(head, tag)); err != nil {
		return err
	}
	var err error
	x.parts.Range(func(_, v any) bool {
		p := v.(*partition)
		if p.build == nil || p.build.graph.Len() == 0 {
			return true
		}
		if _, err = w.Write(appendText([]byte{1}, p.key)); err == nil {
			err = p.build.graph.Save(w)
		}
		return err == nil
	})
	if err != nil {
		return err
	}
	if err := w.WriteByte(0); err != nil {
		return err
	}
	return w.Flush()
}

// LoadGraphs reads what SaveGraphs wrote into partitions whose entries are in place, in any
// order, and returns how many graphs are in use now. With ErrSaved the rest was not usable:
// another tag, damage, or vectors that are gone. Maintain then builds those.
func (x *Index) LoadGraphs(from io.Reader, tag string) (loaded int, err error) {
	x.maintenance.Lock()
	defer x.maintenance.Unlock()
	epoch := x.epochs.enter()
	defer x.epochs.leave(epoch)

	r := bufio.NewReader(from)
	head := make([]byte, 12)
	if _, err := io.ReadFull(r, head); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrSaved, err)
	}
	want := binary.LittleEndian.AppendUint32(savedMagic[:8:8], savedVersion)
	if !slices.Equal(head, want) {
		return 0, fmt.Errorf("%w: other format", ErrSaved)
	}
	if saved, err := readText(r); err != nil || saved != tag {
		return 0, errors.Join(fmt.Errorf("%w: saved for %q, want %q", ErrSaved, saved, tag), err)
	}
	for {
		more, err := r.ReadByte()
		if err != nil || more > 1 {
			return loaded, fmt.Errorf("%w: no end", ErrSaved)
		}
		if more == 0 {
			return loaded, nil
		}
		if err := x.loadGraph(r); err != nil {
			return loaded, err
		}
		loaded++
	}
}

func (x *Index) loadGraph(r io.Reader) error {
	key, err := readText(r)
	if err != nil {
		return err
	}
	p := x.partition(key)
	if p == nil || !x.graphMetric() {
		return fmt.Errorf("%w: partition %q is gone", ErrSaved, key)
	}
	b := &graphBuild{}
	for end := p.entries.n.Load(); b.next < end; {
		b.look(x, p)
	}
	unused := newByHash(x, p, b.waiting)
	if b.graph, err = hnsw.Load(r, x.store, x.graphOptions(), len(b.waiting), unused.take); err != nil {
		return err
	}
	b.waiting = unused.rest()
	p.build = b
	if len(b.waiting) <= int(b.graph.Len())/loadedShare {
		b.publish(p)
	}
	return nil
}

// loadedShare: a loaded graph serves at once when it lacks at most one in loadedShare of its
// vectors, which are scanned one by one; else when Maintain has added the rest.
const loadedShare = 4

// byHash finds entries that have no node yet by the hash of their vectors. A partition may hold
// one content under several vector ids, so a hash may lead to several entries.
type byHash struct {
	index   *Index
	part    *partition
	entries []uint32
	newest  map[uint64]uint32 // hash → 1 + position in entries
	older   []uint32          // position → 1 + position of the next one with its hash
}

const entryUsed = noEntry

func newByHash(x *Index, p *partition, entries []uint32) *byHash {
	h := &byHash{index: x, part: p, entries: entries, newest: make(map[uint64]uint32, len(entries)), older: make([]uint32, len(entries))}
	for i, e := range entries {
		vec, _ := p.firstOfVec(e)
		hash := hnsw.Hash(x.store.At(vec))
		h.older[i] = h.newest[hash]
		h.newest[hash] = uint32(i + 1)
	}
	return h
}

// take gives out an entry whose vector has the hash, each once.
func (h *byHash) take(hash uint64) (vec, entry uint32, ok bool) {
	i := h.newest[hash]
	if i == 0 {
		return 0, 0, false
	}
	h.newest[hash] = h.older[i-1]
	entry = h.entries[i-1]
	h.entries[i-1] = entryUsed
	vec, _ = h.part.firstOfVec(entry)
	return vec, entry, true
}

// rest returns the entries that were not taken, in their order.
func (h *byHash) rest() []uint32 {
	return slices.DeleteFunc(h.entries, func(e uint32) bool { return e == entryUsed })
}

func appendText(buf []byte, text string) []byte {
	buf = binary.LittleEndian.AppendUint32(buf, uint32(len(text)))
	return append(buf, text...)
}

func readText(r io.Reader) (string, error) {
	var size uint32
	if err := binary.Read(r, binary.LittleEndian, &size); err != nil {
		return "", fmt.Errorf("%w: %w", ErrSaved, err)
	}
	if size > savedTextMax {
		return "", fmt.Errorf("%w: a text of %d bytes", ErrSaved, size)
	}
	text := make([]byte, size)
	if _, err := io.ReadFull(r, text); err != nil {
		return "", fmt.Errorf("%w: %w", ErrSaved, err)
	}
	return string(text), nil
}
