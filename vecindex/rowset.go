package vecindex

import "slices"

// rowSet is a set of rows as a bitmap over the range of their numbers.
type rowSet struct {
	base  uint64
	words []uint64
}

// rowSetSpread limits the bitmap: so many bits per row at most, else there is no set.
const rowSetSpread = 256

// newRowSet returns the set of rows, or nil when they lie too far apart for a bitmap.
func newRowSet(rows []uint64) *rowSet {
	if len(rows) == 0 {
		return &rowSet{}
	}
	low, high := slices.Min(rows), slices.Max(rows)
	if (high-low)/rowSetSpread > uint64(len(rows)) {
		return nil
	}
	s := &rowSet{base: low, words: make([]uint64, (high-low)/64+1)}
	for _, row := range rows {
		s.words[(row-low)/64] |= 1 << ((row - low) % 64)
	}
	return s
}

// mask tells which of up to 64 rows are in the set.
func (s *rowSet) mask(rows []uint64) uint64 {
	var mask uint64
	for i, row := range rows {
		at := row - s.base // wraps around below base: far beyond the words
		if at/64 < uint64(len(s.words)) {
			mask |= (s.words[at/64] >> (at % 64) & 1) << i
		}
	}
	return mask
}
