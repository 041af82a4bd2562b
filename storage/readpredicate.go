package storage

import (
	"slices"

	"synapse/catalog/types"
	"synapse/storage/row"
)

// readPredicate is what a search through a vector, text or inverted index has read: every row
// of one partition, or every row with the items that the query needs, those included that
// were not there.
type readPredicate struct {
	index     *tableIndex
	partition string   // vector and text
	items     []string // inverted
	all       bool     // of items; else any
}

// notePartition records that a partition of a vector or text index was read; without one, all of it.
func (r *readSet) notePartition(id types.OID, x *tableIndex, key []byte, one bool) {
	if r == nil {
		return
	}
	if !one {
		r.noteTable(id)
		return
	}
	r.notePredicate(id, readPredicate{index: x, partition: string(key)})
}

// noteItems records that the rows of an inverted index with all or any of the items were read.
func (r *readSet) noteItems(id types.OID, x *tableIndex, items []string, all bool) {
	if r != nil {
		r.notePredicate(id, readPredicate{index: x, items: items, all: all})
	}
}

func (r *readSet) notePredicate(id types.OID, p readPredicate) {
	t := r.of(id)
	if t.all || slices.ContainsFunc(t.predicates, p.same) {
		return
	}
	if t.all = len(t.predicates) >= rangesMax; !t.all {
		t.predicates = append(t.predicates, p)
	}
}

func (p readPredicate) same(o readPredicate) bool {
	return p.index == o.index && p.partition == o.partition && p.all == o.all && slices.Equal(p.items, o.items)
}

// covers reports whether the predicate reads a row with these values.
func (p *readPredicate) covers(values []types.Value) (bool, error) {
	x := p.index
	keys, include, err := x.eval(values)
	if err != nil || !include {
		return false, err
	}
	last := len(keys) - 1
	if keys[last].IsNull() {
		return false, nil
	}
	if x.kind != invertedIndex {
		return string(x.partitionOf(values, keys[:last])) == p.partition, nil
	}
	has := x.invertedEntry(keys[last]).items
	for _, item := range p.items {
		if _, found := slices.BinarySearch(has, item); found != p.all {
			return found, nil
		}
	}
	return p.all, nil
}

// recentChanges are the rows that the newest commits have touched, in their order.
// Guarded by the table's lock.
type recentChanges struct {
	list  []changedRow
	since Timestamp // all changes after it are in list
}

type changedRow struct {
	at    Timestamp
	local uint32
}

func (r *recentChanges) add(at Timestamp, local uint32) {
	if len(r.list) == 2*rangeWalkMax {
		r.since = r.list[rangeWalkMax-1].at
		r.list = r.list[:copy(r.list, r.list[rangeWalkMax:])]
	}
	r.list = append(r.list, changedRow{at, local})
}

// changedRows lists rows that commits after since have touched, each at least once; ok is
// false where they cannot be told or are too many. Caller holds mu.
func (t *table) changedRows(since Timestamp) (locals []uint32, ok bool) {
	r := &t.recent
	if since < r.since {
		return nil, false
	}
	for i := len(r.list); i > 0 && r.list[i-1].at > since; i-- {
		locals = append(locals, r.list[i-1].local)
		if len(locals) > rangeWalkMax {
			return nil, false
		}
	}
	return locals, true
}

// predicatesChanged reports whether a commit after since changed what a predicate reads: put a
// row in, took one out, or changed one that stays. Caller holds mu.
func (t *table) predicatesChanged(predicates []readPredicate, since Timestamp) bool {
	if len(predicates) == 0 {
		return false
	}
	locals, ok := t.changedRows(since)
	if !ok {
		return true
	}
	slices.Sort(locals)
	for _, local := range slices.Compact(locals) {
		for i := t.head(local); i != 0; {
			v := t.versions.get(i)
			if v.to <= since {
				break
			}
			if t.covered(predicates, t.image(v)) {
				return true
			}
			i = v.prev
		}
	}
	return false
}

// covered reports whether a predicate reads the row with this image; if that cannot be told, yes.
func (t *table) covered(predicates []readPredicate, im row.Image) bool {
	for i := range predicates {
		p := &predicates[i]
		values, err := t.values(nil, im, p.index.layout)
		if err != nil {
			return true
		}
		if yes, err := p.covers(values); yes || err != nil {
			return true
		}
	}
	return false
}
