package storage

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/index"
)

// rangesMax is how many key ranges a serializable transaction remembers per
// table before the whole table counts as read.
const rangesMax = 256

// rangeWalkMax is how many entries of one range are looked at one by one when a
// commit is validated; above it, any change of the table counts.
const rangeWalkMax = 8192

// readSet is what a serializable transaction has read: whole tables, or key
// ranges of ordered indexes, partitions of vector and text indexes, items of
// inverted ones, which cover rows that were not there. At commit nothing in it may have changed since the snapshot, so that all serializable
// transactions are as if run one after the other, at their commits; read-only
// ones at their snapshots. False alarms are possible, misses are not.
type readSet struct {
	tables map[types.OID]*tableReads
}

type tableReads struct {
	all        bool
	ranges     []readRange
	predicates []readPredicate
	rows       map[uint32]bool
}

type readRange struct {
	index     *tableIndex
	low, high []byte
}

func newReadSet() *readSet { return &readSet{tables: map[types.OID]*tableReads{}} }

func (r *readSet) of(id types.OID) *tableReads {
	t := r.tables[id]
	if t == nil {
		t = &tableReads{rows: map[uint32]bool{}}
		r.tables[id] = t
	}
	return t
}

// noteTable records that all of a table was read.
func (r *readSet) noteTable(id types.OID) {
	if r != nil {
		r.of(id).all = true
	}
}

// noteRange records that an index range was read.
func (r *readSet) noteRange(id types.OID, x *tableIndex, low, high []byte) {
	if r == nil {
		return
	}
	t := r.of(id)
	if t.all = t.all || len(t.ranges) >= rangesMax; !t.all {
		t.ranges = append(t.ranges, readRange{x, append([]byte(nil), low...), append([]byte(nil), high...)})
	}
}

// noteRows records that rows were read, by local.
func (r *readSet) noteRows(id types.OID, rows []uint32) {
	if r == nil {
		return
	}
	t := r.of(id)
	if t.all = t.all || len(t.rows)+len(rows) > 64*rangesMax; !t.all {
		for _, row := range rows {
			t.rows[row] = true
		}
	}
}

// validate checks the read set against every commit, published or not. Caller
// holds the sequencer's lock.
func (x *Txn) validate() error {
	if x.reads == nil {
		return nil
	}
	for id, r := range x.reads.tables {
		if x.s.table(id).changedUnder(r, x.snapshot) {
			return sqlerr.New(sqlerr.SerializationFailure, "could not serialize access due to read/write dependencies among transactions").
				WithDetail("Reason code: Canceled on identification as a pivot, during commit attempt.").
				WithHint("The transaction might succeed if retried.")
		}
	}
	return nil
}

func (t *table) changedUnder(r *tableReads, since Timestamp) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.changed <= since {
		return false
	}
	if r.all || t.predicatesChanged(r.predicates, since) {
		return true
	}
	for local := range r.rows {
		if t.rowChanged(local, since) {
			return true
		}
	}
	for _, g := range r.ranges {
		high := g.high
		if len(high) == 0 {
			high = nil
		}
		if g.index.ordered.Changed(g.low, high, int64(since)) {
			return true
		}
		var pos index.Position
		scan := index.Range{Low: g.low, High: high, At: int64(Infinity)}
		hits := g.index.ordered.Scan(&scan, &pos, nil, rangeWalkMax)
		if len(hits) == rangeWalkMax {
			return true
		}
		for _, h := range hits {
			if t.rowChanged(h.Local, since) {
				return true
			}
		}
	}
	return false
}

// rowChanged reports whether a commit after since touched the row. Caller holds mu.
func (t *table) rowChanged(local uint32, since Timestamp) bool {
	h := t.head(local)
	if h == 0 {
		return false
	}
	v := t.versions.get(h)
	return v.from > since || (v.to != Infinity && v.to > since)
}
