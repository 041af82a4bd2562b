package vecindex

import "math"

// never is the `to` of an erased entry: no time is before it.
const never = int64(math.MinInt64)

// deadShare is the part of a partition's entries (one in deadShare) that must be dead before
// Prune copies the rest.
const deadShare = 5

// Prune is Forget and Reclaim.
func (x *Index) Prune(horizon int64) int {
	n := x.Forget(horizon)
	x.Reclaim()
	return n
}

// Prunable reports whether Forget would forget anything. Anybody may ask.
func (x *Index) Prunable(horizon int64) bool {
	found := false
	x.parts.Range(func(_, v any) bool {
		found = v.(*partition).prunable(horizon)
		return !found
	})
	return found
}

func (p *partition) prunable(horizon int64) bool {
	if p.closed.Load() == 0 {
		return false
	}
	dead := p.dead(horizon)
	return dead > 0 && dead*deadShare >= int(p.entries.n.Load())
}

// Forget forgets entries that were closed at or before the horizon, where they are at least a
// fifth of their partition, and returns how many it forgot. Searches with At < horizon are
// incomplete from then on. A partition that had a graph is scanned until Maintain has built
// a new one. Only the writer calls it; searches go on.
func (x *Index) Forget(horizon int64) int {
	forgotten := 0
	x.parts.Range(func(_, v any) bool {
		if p := v.(*partition); p.prunable(horizon) {
			forgotten += x.compact(p, horizon)
		}
		return true
	})
	return forgotten
}

// Erase removes every entry of the rows from a partition, whatever their times, and returns
// how many there were. Vectors that nobody else references are zeroed once the running
// searches have been closed and Reclaim is called.
func (x *Index) Erase(partitionKey string, rows []uint64) int {
	p := x.partition(partitionKey)
	if p == nil {
		return 0
	}
	erased := 0
	for _, row := range rows {
		for e := p.byRow.find(row, p.rowOf); e != noEntry; {
			b, i := p.entries.at(e)
			if b.to[i].Load() == Open {
				p.closed.Add(1)
				b.close(i, never)
			}
			b.to[i].Store(never)
			erased++
			e = b.olderOfRow[i]
		}
	}
	if erased > 0 {
		x.dropWhole() // which keeps vectors
		x.compact(p, never)
	}
	x.Reclaim()
	return erased
}

// Reclaim releases the vectors of replaced partitions that no running search can reach, and
// reports whether that were all. The writer calls it when it likes; Prune and Erase do.
func (x *Index) Reclaim() (all bool) {
	vecs, all := x.epochs.releasable()
	for _, vec := range vecs {
		x.store.Release(vec)
	}
	return all
}

// dead counts the entries that no search at or after the horizon can see.
func (p *partition) dead(horizon int64) int {
	dead := 0
	n := p.entries.n.Load()
	for bi, b := range *p.entries.blocks.Load() {
		if b.closed.Load() == 0 {
			continue
		}
		for i := range min(blockLen, n-uint32(bi)*blockLen) {
			if b.to[i].Load() <= horizon {
				dead++
			}
		}
	}
	return dead
}

// compact replaces p by a copy without its dead entries and returns how many those were.
func (x *Index) compact(p *partition, horizon int64) int {
	fresh := newPartition(p.key)
	n := p.entries.n.Load()
	for e := range n {
		b, i := p.entries.at(e)
		if to := b.to[i].Load(); to > horizon {
			fresh.insert(b.vecs[i], b.rows[i], b.from[i], to)
		}
	}
	removed := n - fresh.entries.n.Load()
	x.replace(p, fresh)
	x.count.Add(-int64(removed))

	// The copy takes over p's reference of every vector that it still has.
	var gone []uint32
	for e := range n {
		b, i := p.entries.at(e)
		vec := uint64(b.vecs[i])
		if p.byVec.find(vec, p.vecOf) == e && fresh.byVec.find(vec, fresh.vecOf) == noEntry {
			gone = append(gone, b.vecs[i])
		}
	}
	x.epochs.retire(gone)
	return int(removed)
}

// replace puts fresh in p's place.
func (x *Index) replace(p, fresh *partition) {
	x.journaling.Lock()
	defer x.journaling.Unlock()
	if fresh.entries.n.Load() == 0 {
		x.parts.Delete(p.key)
	} else {
		x.parts.Store(p.key, fresh)
	}
	x.noteReplaced(p, fresh)
}

// Clear forgets all entries. Vectors that nobody else references go when the running searches
// have been closed and Reclaim is called; Clear does.
func (x *Index) Clear() {
	x.dropWhole()
	x.parts.Range(func(key, v any) bool {
		p := v.(*partition)
		x.parts.Delete(key)
		x.count.Add(-int64(p.entries.n.Load()))
		var gone []uint32
		for e := range p.entries.n.Load() {
			if vec, first := p.firstOfVec(e); first {
				gone = append(gone, vec)
			}
		}
		x.epochs.retire(gone)
		return true
	})
	x.Reclaim()
}
