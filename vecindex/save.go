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
// builds anew what does not fit.
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
		if p.graph.Load() == nil {
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
	entries := map[uint64]uint32{} // suitable vectors without a node, by hash
	for end := p.entries.n.Load(); b.next < end; {
		b.look(x, p)
	}
	for _, e := range b.waiting {
		vec, _ := p.firstOfVec(e)
		entries[hnsw.Hash(x.store.At(vec))] = e
	}
	find := func(hash uint64) (vec, entry uint32, ok bool) {
		e, ok := entries[hash]
		if ok {
			delete(entries, hash)
			vec, _ = p.firstOfVec(e)
		}
		return vec, e, ok
	}
	if b.graph, err = hnsw.Load(r, x.store, x.graphOptions(), len(entries), find); err != nil {
		return err
	}
	b.waiting = b.waiting[:0]
	for _, e := range entries {
		b.waiting = append(b.waiting, e)
	}
	slices.Sort(b.waiting)
	p.build = b
	b.publish(p)
	return nil
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
