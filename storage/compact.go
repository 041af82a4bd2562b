package storage

import (
	"synapse/storage/arena"
	"synapse/storage/index"
	"synapse/storage/row"
)

// compactMin is how many versions must have been closed since the last
// compaction before the next one is worth its work.
var compactMin = 4096

// compact drops the versions of a table without history that ended at or before
// the horizon: nobody can see them any more. Everything else is copied to new
// memory; what readers still hold of the old stays theirs. Row numbers stay,
// version numbers do not. Caller holds the sequencer's lock.
func (t *table) compact(horizon Timestamp) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed < compactMin || t.closed < t.live.count() || t.building() {
		return nil
	}
	t.closed = 0
	t.epoch++
	old, data := t.versions, t.data
	t.versions, t.data = versions{}, arena.Arena{}
	t.live, t.dead, t.liveRows = nil, nil, index.Series{}
	var chain []uint32
	for local, h := range t.newest {
		chain = chain[:0]
		for i := h; i != 0; i = old.get(i).prev {
			if v := old.get(i); v.to > horizon {
				chain = append(chain, i)
			} else {
				t.releaseVectors(row.Image(data.At(v.at, int(v.size))))
			}
		}
		if err := t.move(uint32(local), &old, &data, chain); err != nil {
			return err
		}
	}
	t.settle()
	return t.reindex(horizon)
}

// move copies the versions of a row, given newest first, to the new memory.
func (t *table) move(local uint32, old *versions, data *arena.Arena, chain []uint32) error {
	t.newest[local] = 0
	moved := map[uint64]uint64{} // large values that several versions share
	for k := len(chain) - 1; k >= 0; k-- {
		v := *old.get(chain[k])
		im := row.Image(data.At(v.at, int(v.size)))
		b := &t.fixer
		b.Reset(im.Len())
		for attr := range im.Len() {
			state, payload := im.Payload(attr)
			if at := farAddress(state, payload); state == row.Far && at&farVector == 0 {
				size := farSize(payload)
				if _, ok := moved[at]; !ok {
					moved[at] = uint64(t.data.Put(data.At(arena.Address(at), size)))
				}
				payload = appendFar(nil, moved[at], size)
			}
			b.SetRaw(attr, state, payload)
		}
		stored, err := b.Append(nil)
		if err != nil {
			return err
		}
		v.at, v.size, v.prev, v.jump, v.depth = t.data.Put(stored), uint32(len(stored)), 0, 0, 0
		t.newest[local] = t.versions.push(v, t.newest[local])
	}
	return nil
}

// releaseVectors gives back a dropped version's references.
func (t *table) releaseVectors(im row.Image) {
	for attr := range im.Len() {
		if at := farAddress(im.Payload(attr)); at&farVector != 0 {
			t.vectors[attr].store.Release(uint32(at))
		}
	}
}

// reindex makes the indexes anew from the versions that are left.
func (t *table) reindex(horizon Timestamp) error {
	for _, x := range t.indexes {
		if x.vector != nil {
			x.vector.Prune(int64(horizon))
			continue
		}
		x.clear()
		for local := range uint32(len(t.newest)) {
			if err := t.fillRow(x, local, Infinity); err != nil {
				return err
			}
		}
		x.seal()
	}
	t.retired = nil
	return nil
}
