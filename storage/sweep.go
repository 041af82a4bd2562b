package storage

import (
	"sort"

	"synapse/storage/arena"
	"synapse/storage/index"
	"synapse/storage/row"
)

// run takes the versions that ended at or before the horizon out of memory.
func (w *sweep) run() error {
	t := w.t
	t.mu.Lock()
	since := t.oldestClose
	t.oldestClose = 0 // closed from here on: noted anew
	t.mu.Unlock()
	err := w.steps(w.step)
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case err != nil && since != 0:
		t.noteClose(since)
		return err
	case err != nil:
		return err
	case w.left || Timestamp(t.archived.Load()) > w.horizon:
		t.noteClose(w.horizon + 1)
	}
	w.tail()
	return nil
}

// step looks at some rows. The table's lock is held exclusively.
func (w *sweep) step() (done bool, err error) {
	t := w.t
	w.indexes = t.keptUp()
	removed := 0
	for looked := 0; looked < reclaimRows && removed < reclaimVersions; looked++ {
		if len(w.gone) == 0 && !w.row() {
			w.flush()
			return true, nil
		}
		n := min(len(w.gone), reclaimVersions-removed)
		for range n {
			i := w.gone[len(w.gone)-1]
			if err := w.drop(t.versions.get(i)); err != nil {
				return false, err
			}
			t.versions.remove(i)
			w.gone = w.gone[:len(w.gone)-1]
		}
		removed += n
	}
	w.flush()
	return false, nil
}

// row cuts the next row's chain; false at the end of the rows.
func (w *sweep) row() bool {
	t := w.t
	if int(w.next) >= len(t.newest) {
		return false
	}
	local := w.next
	w.next++
	head := t.newest[local]
	if head == 0 {
		return true
	}
	newest := t.versions.get(head)
	if newest.to <= w.horizon {
		w.gone = t.versions.cut(head, head, true)
		w.shared = nil
		t.newest[local] = 0
		return true
	}
	if newest.prev == 0 {
		w.left = w.left || newest.to != Infinity
		return true
	}
	i := t.versions.seek(head, w.horizon)
	if i == 0 || t.versions.get(i).prev == 0 {
		w.left = true
		return true
	}
	w.left = w.left || i != head
	w.gone = t.versions.cut(head, i, false)
	w.shared = t.farValues(t.versions.get(i))
	return true
}

// farValues are the addresses of a version's large values in the arena.
func (t *table) farValues(v *version) map[uint64]struct{} {
	var out map[uint64]struct{}
	im := t.image(v)
	for attr := range im.Len() {
		if state, payload := im.Payload(attr); state == row.Far && farAddress(state, payload)&farVector == 0 {
			if out == nil {
				out = map[uint64]struct{}{}
			}
			out[farAddress(state, payload)] = struct{}{}
		}
	}
	return out
}

// drop gives back all that only one version needs. Versions of a row come oldest
// first, so a large value is free with the last version that shares it.
func (w *sweep) drop(v *version) error {
	t := w.t
	im := t.image(v)
	if err := w.unindex(v.local, im); err != nil {
		return err
	}
	t.releaseVectors(im)
	after := w.shared
	if n := len(w.gone); n > 1 {
		after = t.farValues(t.versions.get(w.gone[n-2]))
	}
	for attr := range im.Len() {
		state, payload := im.Payload(attr)
		at := farAddress(state, payload)
		if state != row.Far || at&farVector != 0 {
			continue
		}
		if _, stays := after[at]; !stays {
			t.data.Free(arena.Address(at), farSize(payload))
		}
	}
	t.data.Free(v.at, int(v.size))
	return nil
}

// unindex takes a version's closed entries out of the indexes. Entries of the
// vector indexes go together: see pruneVectors.
func (w *sweep) unindex(local uint32, im row.Image) error {
	for _, x := range w.indexes {
		e, err := x.entryOf(w.t, im)
		if err != nil {
			return err
		}
		if !e.present {
			continue
		}
		switch x.kind {
		case orderedIndex:
			x.ordered.PruneRow(e.key, local, int64(w.horizon))
		case invertedIndex:
			if w.items == nil {
				w.items = map[*index.Inverted]map[string]struct{}{}
			}
			if w.items[x.inverted] == nil {
				w.items[x.inverted] = map[string]struct{}{}
			}
			for _, item := range e.items {
				w.items[x.inverted][item] = struct{}{}
			}
		case textIndex:
			if w.terms == nil {
				w.terms = map[*index.Text]map[textTerm]struct{}{}
			}
			if w.terms[x.text] == nil {
				w.terms[x.text] = map[textTerm]struct{}{}
			}
			for _, term := range e.text {
				w.terms[x.text][textTerm{string(e.key), term}] = struct{}{}
			}
		}
	}
	return nil
}

// keptUp lists the indexes, those about to be attached included, whose entries of
// the past go one by one. Caller holds mu.
func (t *table) keptUp() []*tableIndex {
	out := make([]*tableIndex, 0, len(t.indexes)+len(t.joined))
	for _, x := range t.indexes {
		if x.kind != vectorIndex {
			out = append(out, x)
		}
	}
	for _, x := range t.joined {
		if x.kind != vectorIndex {
			out = append(out, x)
		}
	}
	return out
}

// flush prunes the lists that the step's versions were in, each once.
func (w *sweep) flush() {
	for x, items := range w.items {
		for item := range items {
			x.PruneItem(item, int64(w.horizon))
		}
	}
	for x, terms := range w.terms {
		for t := range terms {
			x.PruneTerm(t.partition, t.term, int64(w.horizon))
		}
	}
	w.items, w.terms = nil, nil
}

// tail forgets what is kept by time. The table's lock is held exclusively.
func (w *sweep) tail() {
	t := w.t
	t.epoch++
	n := sort.Search(len(t.dead), func(i int) bool { return t.dead[i].at > w.horizon })
	t.dead = append([]deadRow(nil), t.dead[n:]...)
	t.liveRows.Cut(int64(w.horizon))
	for _, x := range t.indexes {
		if x.text != nil {
			for _, p := range x.text.Partitions() {
				x.text.PrunePartition(p, int64(w.horizon))
			}
		}
	}
	kept := t.retired[:0]
	for _, r := range t.retired {
		if r.until > w.horizon {
			kept = append(kept, r)
		} else if r.index.vector != nil && !t.inUse(r.index) {
			r.index.vector.Clear()
			t.leaving = append(t.leaving, r.index)
		}
	}
	clear(t.retired[len(kept):])
	t.retired = kept
}

// inUse reports whether an index in service shares the structure.
func (t *table) inUse(x *tableIndex) bool {
	have := t.indexes[x.def.ID]
	return have != nil && have.structure == x.structure
}

// compact moves what is left out of memory that is mostly free.
func (w *sweep) compact() error {
	t := w.t
	t.mu.Lock()
	sparse := t.data.Sparse()
	pages := t.versions.empty()
	t.mu.Unlock()
	if sparse != nil || pages {
		w.next = 0
		err := w.steps(func() (bool, error) { return w.moveRows(sparse) })
		t.mu.Lock()
		t.versions.emptied()
		t.mu.Unlock()
		if err != nil {
			return err
		}
	}
	t.mu.RLock()
	var ordered []*tableIndex
	for _, x := range t.indexes {
		if x.ordered != nil {
			ordered = append(ordered, x)
		}
	}
	t.mu.RUnlock()
	for _, x := range ordered {
		if err := w.compactKeys(x); err != nil {
			return err
		}
	}
	return nil
}

// compactKeys does it for the keys of an ordered index.
func (w *sweep) compactKeys(x *tableIndex) error {
	movers := []func(*index.Mover, int) bool{x.ordered.Move}
	begin := []func() *index.Mover{x.ordered.Sparse}
	if x.unique != nil {
		movers, begin = append(movers, x.unique.Move), append(begin, x.unique.Sparse)
	}
	for i, move := range movers {
		var m *index.Mover
		err := w.steps(func() (bool, error) {
			if m == nil {
				m = begin[i]()
			}
			return m == nil || move(m, reclaimRows), nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// moveRows moves some rows' versions and images. The table's lock is held exclusively.
func (w *sweep) moveRows(sparse arena.Sparse) (done bool, err error) {
	t := w.t
	moved := false
	for looked := 0; looked < reclaimVersions; w.next++ {
		if int(w.next) >= len(t.newest) {
			done = true
			break
		}
		head := t.newest[w.next]
		if head == 0 {
			continue
		}
		now, left := t.versions.leave(head)
		t.newest[w.next] = now
		moved = moved || left
		n, err := t.moveImages(now, sparse)
		if err != nil {
			return false, err
		}
		looked += n
	}
	if moved {
		t.epoch++
	}
	return done, nil
}

// moveImages moves the images and large values of a chain that lie in sparse
// chunks and returns the length of the chain.
func (t *table) moveImages(newest uint32, sparse arena.Sparse) (n int, err error) {
	moved := map[uint64]uint64{} // large values that several versions share
	for i := newest; i != 0; n++ {
		v := t.versions.get(i)
		i = v.prev
		if len(sparse) == 0 {
			continue
		}
		im := t.image(v)
		far := false
		for attr := range im.Len() {
			state, payload := im.Payload(attr)
			at := farAddress(state, payload)
			if state == row.Far && at&farVector == 0 && sparse.Has(arena.Address(at)) {
				far = true
				if _, ok := moved[at]; !ok {
					moved[at] = uint64(t.data.Put(t.data.At(arena.Address(at), farSize(payload))))
					defer t.data.Free(arena.Address(at), farSize(payload))
				}
			}
		}
		if !far && !sparse.Has(v.at) {
			continue
		}
		stored := im
		if far {
			if stored, err = t.relocate(im, moved); err != nil {
				return n, err
			}
		}
		at := t.data.Put(stored)
		t.data.Free(v.at, int(v.size))
		v.at, v.size = at, uint32(len(stored))
	}
	return n, nil
}

// relocate returns an image with other addresses of its large values.
func (t *table) relocate(im row.Image, moved map[uint64]uint64) (row.Image, error) {
	b := &t.fixer
	b.Reset(im.Len())
	for attr := range im.Len() {
		state, payload := im.Payload(attr)
		if to, ok := moved[farAddress(state, payload)]; ok && state == row.Far {
			payload = appendFar(nil, to, farSize(payload))
		}
		b.SetRaw(attr, state, payload)
	}
	return b.Append(nil)
}
