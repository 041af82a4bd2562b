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
//	magic [8]byte, version uint32, tag, then per graph: a byte of 1, partition key, graph (package
//	hnsw); for the one over all partitions a byte of 2, graph; at the end a byte of 0. Tag and
//	key are a uint32 length and the bytes.

var savedMagic = [8]byte{'S', 'Y', 'N', 'V', 'E', 'C', 'G', 0}

const (
	savedVersion = 1
	savedTextMax = 1 << 20 // bytes of a tag or a key

	savedEnd, savedPartition, savedWhole = 0, 1, 2
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
		if _, err = w.Write(appendText([]byte{savedPartition}, p.key)); err == nil {
			err = p.build.graph.Save(w)
		}
		return err == nil
	})
	if err != nil {
		return err
	}
	if whole := x.wholeBuild; whole != nil && whole.journal == x.journal.Load() && whole.graph.Len() > 0 {
		if err := w.WriteByte(savedWhole); err != nil {
			return err
		}
		if err := whole.graph.Save(w); err != nil {
			return err
		}
	}
	if err := w.WriteByte(savedEnd); err != nil {
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
		switch {
		case err != nil || more > savedWhole:
			return loaded, fmt.Errorf("%w: no end", ErrSaved)
		case more == savedEnd:
			return loaded, nil
		case more == savedWhole:
			err = x.loadWhole(r)
		default:
			err = x.loadGraph(r)
		}
		if err != nil {
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
	if p == nil {
		return fmt.Errorf("%w: partition %q is gone", ErrSaved, key)
	}
	b := &graphBuild{}
	for end := p.entries.n.Load(); b.next < end; {
		b.look(x, p)
	}
	unused := newByHash(x, b.waiting, func(e uint32) uint32 { return uint32(p.vecOf(e)) })
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

// loadWhole reads the graph over all partitions.
func (x *Index) loadWhole(r io.Reader) (err error) {
	w := x.beginWhole()
	for end := w.journal.n.Load(); w.next < end; {
		w.look(x)
	}
	unused := newByHash(x, w.waiting, func(pos uint32) uint32 {
		p, e := w.journal.locate(pos)
		return uint32(p.vecOf(e))
	})
	if w.graph, err = hnsw.Load(r, x.store, x.graphOptions(), len(w.waiting), unused.take); err != nil {
		x.dropWhole()
		return err
	}
	w.waiting = unused.rest()
	if len(w.waiting) <= int(w.graph.Len())/loadedShare {
		x.publishWhole(w)
	}
	x.wholeWanted.Store(true)
	return nil
}

// loadedShare: a loaded graph serves at once when it lacks at most one in loadedShare of its
// vectors, which are scanned one by one; else when Maintain has added the rest.
const loadedShare = 4

// byHash finds entries (of the graph over all partitions: positions) that have no node yet by the
// hash of their vectors. A partition may hold one content under several vector ids, so a hash may
// lead to several entries.
type byHash struct {
	vecOf   func(entry uint32) uint32
	entries []uint32
	newest  map[uint64]uint32 // hash → 1 + position in entries
	older   []uint32          // position → 1 + position of the next one with its hash
}

const entryUsed = noEntry

func newByHash(x *Index, entries []uint32, vecOf func(uint32) uint32) *byHash {
	h := &byHash{vecOf: vecOf, entries: entries, newest: make(map[uint64]uint32, len(entries)), older: make([]uint32, len(entries))}
	for i, e := range entries {
		hash := hnsw.Hash(x.store.At(vecOf(e)))
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
	return h.vecOf(entry), entry, true
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
