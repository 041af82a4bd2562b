package storage

import (
	"slices"
	"sort"
	"strings"

	"synapse/storage/index"
)

// scanSource walks all rows by number: live ones, those that died after the
// snapshot, and the transaction's own.
type scanSource struct {
	next     uint32   // smallest row not yet looked at
	dead     []uint32 // rows ≥ next that died after the snapshot, ascending
	deadSeen int      // entries of table.dead that were looked at; rows die between batches too
	epoch    int      // of the table when they were
	own      []uint32 // rows that the transaction itself made, ascending
}

func (s *scanSource) init(c *Cursor) {
	s.deadSeen = -1
	if c.own == nil {
		return
	}
	for _, local := range c.view.x.overlay.rows(c.own, c.view.cmd) {
		if w := c.view.x.overlay.writes[c.own.heads[local]]; !w.base {
			s.own = append(s.own, local)
		}
	}
}

func (s *scanSource) fill(c *Cursor) error {
	t := c.table
	s.noteDead(t, c.view.at)
	const end = 1 << 32
	head := func(list []uint32) uint64 {
		if len(list) == 0 {
			return end
		}
		return uint64(list[0])
	}
	for len(c.refs) < BatchRows {
		live := uint64(end)
		if i, ok := t.live.next(s.next); ok {
			live = uint64(i)
		}
		at := min(live, head(s.dead), head(s.own))
		if at == end {
			return nil
		}
		local := uint32(at)
		c.emit(local, 0)
		s.next = local + 1
		for len(s.dead) > 0 && s.dead[0] <= local {
			s.dead = s.dead[1:]
		}
		for len(s.own) > 0 && s.own[0] <= local {
			s.own = s.own[1:]
		}
	}
	return nil
}

// noteDead adds the rows that died since the last batch.
func (s *scanSource) noteDead(t *table, at Timestamp) {
	if s.epoch != t.epoch {
		s.dead, s.deadSeen, s.epoch = nil, -1, t.epoch
	}
	if s.deadSeen == len(t.dead) {
		return
	}
	from := s.deadSeen
	if from < 0 {
		from = sort.Search(len(t.dead), func(i int) bool { return t.dead[i].at > at })
	}
	for _, d := range t.dead[from:] {
		if d.local >= s.next {
			s.dead = append(s.dead, d.local)
		}
	}
	s.deadSeen = len(t.dead)
	slices.Sort(s.dead)
}

// listSource looks at rows in a given order.
type listSource struct {
	rows []uint32
}

func (s *listSource) fill(c *Cursor) error {
	for len(s.rows) > 0 && len(c.refs) < BatchRows {
		c.emit(s.rows[0], 0)
		s.rows = s.rows[1:]
	}
	return nil
}

// pointSource finds the one row of a unique key.
type pointSource struct {
	index *tableIndex
	key   []byte
}

func (s *pointSource) fill(c *Cursor) error {
	x := s.index
	if x == nil {
		return nil
	}
	s.index = nil
	if c.view.at >= x.lastClose() {
		if local, from, ok := x.unique.Get(s.key); ok && Timestamp(from) <= c.view.at {
			c.emitBase(local, 0)
		}
		return nil
	}
	var pos index.Position
	var hits [2]index.Hit
	r := index.Range{Low: s.key, High: append(s.key[:len(s.key):len(s.key)], 0), At: int64(c.view.at)}
	for _, h := range x.ordered.Scan(&r, &pos, hits[:0], len(hits)) {
		c.emitBase(h.Local, 0)
	}
	return nil
}

// rangeSource walks an ordered index, own writes merged in by key.
type rangeSource struct {
	index *tableIndex
	scan  index.Range
	pos   index.Position
	own   []overlayEntry // in the order of the scan

	hits, buffer []index.Hit
	done         bool
}

func (s *rangeSource) fill(c *Cursor) error {
	for len(c.refs) < BatchRows {
		if len(s.hits) == 0 && !s.done {
			s.hits = s.index.ordered.Scan(&s.scan, &s.pos, s.buffer[:0], BatchRows-len(c.refs))
			s.buffer = s.hits
			s.done = len(s.hits) < BatchRows-len(c.refs)
		}
		switch {
		case len(s.own) > 0 && (len(s.hits) == 0 || s.ownFirst()):
			c.emitOwn(s.own[0].write, 0)
			s.own = s.own[1:]
		case len(s.hits) > 0:
			if local := s.hits[0].Local; !c.touched(local) {
				c.emitBase(local, 0)
			}
			s.hits = s.hits[1:]
		default:
			return nil
		}
	}
	return nil
}

// ownFirst reports whether the next own write comes before the next hit.
func (s *rangeSource) ownFirst() bool {
	d := strings.Compare(s.own[0].key, string(s.hits[0].Key))
	return d == 0 || (d < 0) != s.scan.Reverse
}

// versionSource lists versions that overlap [from, to), rows ascending, oldest first.
type versionSource struct {
	from, to Timestamp
	rows     []uint32 // nil: all
	next     uint32
	chain    []uint32 // version numbers of the current row still to come, newest first
	row      uint32
	last     Timestamp // from of the version given out last
	epoch    int       // of the table when chain was made
}

func (s *versionSource) fill(c *Cursor) error {
	t := c.table
	if s.epoch != t.epoch && len(s.chain) > 0 { // versions have other numbers now
		s.list(c, s.last+1)
	}
	s.epoch = t.epoch
	for len(c.refs) < BatchRows {
		if n := len(s.chain); n > 0 {
			v := t.versions.get(s.chain[n-1])
			s.chain, s.last = s.chain[:n-1], v.from
			c.emitVersion(v, 0)
			continue
		}
		local, ok := s.advance(t)
		if !ok {
			return nil
		}
		s.row = local
		s.list(c, -Infinity)
	}
	return nil
}

// list finds the versions of the current row that begin at `begin` or later.
func (s *versionSource) list(c *Cursor, begin Timestamp) {
	s.chain = s.chain[:0]
	t := c.table
	for i := t.head(s.row); i != 0; i = t.versions.get(i).prev {
		v := t.versions.get(i)
		if v.from < begin {
			return
		}
		if v.from <= c.view.at && v.from < s.to && s.from < v.to {
			s.chain = append(s.chain, i)
		}
		if v.from <= s.from {
			return
		}
	}
}

func (s *versionSource) advance(t *table) (uint32, bool) {
	if s.rows != nil {
		if len(s.rows) == 0 {
			return 0, false
		}
		local := s.rows[0]
		s.rows = s.rows[1:]
		return local, true
	}
	if int(s.next) >= len(t.newest) {
		return 0, false
	}
	s.next++
	return s.next - 1, true
}
