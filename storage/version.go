package storage

import "synapse/storage/arena"

// version is one committed version of a row: visible at T when from ≤ T < to.
// It holds no Go pointers. Chains run from the newest version to the oldest by
// prev; jump leads further back, so that a chain of n versions is searched in
// O(log n) steps: E. W. Myers, "An applicative random-access stack", 1983.
type version struct {
	from, to   Timestamp
	at         arena.Address // of the image
	size       uint32        // of the image in bytes
	local      uint32        // row
	moved      uint32        // local that the row has now, in another shard; 0 = it did not move
	prev, jump uint32        // version numbers, 0 = none
	depth      uint32        // number of versions before it
}

const versionPage = 1024

// versions is the slab of a table's versions. Number 0 is never used; those of
// removed versions are used again. Guarded by the table's lock.
type versions struct {
	pages [][]version // nil: given back
	used  []int       // versions in use, by page
	free  []uint32    // numbers of removed versions, without those of pages given back
	spare []int       // pages given back
	going map[int]int // pages that are being emptied; nil: none
	last  int         // the page that grows
	n     int         // versions in use
}

// get returns a version, which may be changed under the table's write lock.
func (s *versions) get(i uint32) *version { return &s.pages[i/versionPage][i%versionPage] }

// add stores a version and returns its number.
func (s *versions) add(v version) uint32 {
	s.n++
	if k := len(s.free); k > 0 {
		i := s.free[k-1]
		s.free = s.free[:k-1]
		*s.get(i) = v
		s.used[i/versionPage]++
		return i
	}
	switch {
	case len(s.pages) == 0:
		s.pages, s.used = append(s.pages, make([]version, 1, 8)), append(s.used, 1) // number 0
	case len(s.pages[s.last]) == versionPage && len(s.spare) > 0:
		s.last = s.spare[len(s.spare)-1]
		s.spare = s.spare[:len(s.spare)-1]
		s.pages[s.last] = make([]version, 0, versionPage)
	case len(s.pages[s.last]) == versionPage:
		s.last = len(s.pages)
		s.pages, s.used = append(s.pages, make([]version, 0, versionPage)), append(s.used, 0)
	}
	s.pages[s.last] = append(s.pages[s.last], v)
	s.used[s.last]++
	return uint32(s.last*versionPage + len(s.pages[s.last]) - 1)
}

// push adds the newest version of the chain that begins at prev (0 = a new row).
func (s *versions) push(v version, prev uint32) uint32 {
	s.link(&v, prev)
	return s.add(v)
}

// link makes v the successor of prev.
func (s *versions) link(v *version, prev uint32) {
	v.prev, v.jump, v.depth = prev, 0, 0
	if prev == 0 {
		return
	}
	p := s.get(prev)
	v.depth = p.depth + 1
	v.jump = prev
	if p.jump != 0 {
		// Two jumps of equal length make one of double length.
		if j := s.get(p.jump); p.depth-j.depth == j.depth-s.depthOf(j.jump) && j.jump != 0 {
			v.jump = j.jump
		}
	}
}

func (s *versions) depthOf(i uint32) uint32 {
	if i == 0 {
		return 0
	}
	return s.get(i).depth
}

// seek returns the newest version of the chain with from ≤ t, 0 if there is none.
func (s *versions) seek(newest uint32, t Timestamp) uint32 {
	i := newest
	for i != 0 {
		v := s.get(i)
		if v.from <= t {
			return i
		}
		if v.jump != 0 && s.get(v.jump).from > t {
			i = v.jump
		} else {
			i = v.prev
		}
	}
	return 0
}

// visible returns the version of the chain that is visible at t, 0 if there is none.
func (s *versions) visible(newest uint32, t Timestamp) uint32 {
	if i := s.seek(newest, t); i != 0 && t < s.get(i).to {
		return i
	}
	return 0
}
