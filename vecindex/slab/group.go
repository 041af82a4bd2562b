package slab

import "math/bits"

const (
	runSlotsMin = 8
	runSlotsMax = 1024
	runClasses  = 8 // 8, 16, … 1024 slots

	groupBytes = 160 // about what a group costs in Go memory, with its map entry
)

// group is one partition's slots: runs of neighbouring ones, filled in order.
type group struct {
	key       string
	number    uint32
	next, end uint32 // rest of the newest run
	used      uint32 // slots with a vector
	free      []uint32
	runs      []run
}

// run is a piece of the slot space: 8<<class slots from start.
type run struct {
	start uint32
	class uint8
}

func (s *Store) groupOf(key string) *group {
	g := s.groups[key]
	if g == nil {
		g = &group{key: key, number: uint32(len(s.byNumber))}
		s.groups[key] = g
		s.byNumber = append(s.byNumber, g)
	}
	return g
}

// take returns a slot for one more vector of g.
func (s *Store) take(g *group) (uint32, error) {
	if n := len(g.free); n > 0 {
		id := g.free[n-1]
		g.free = g.free[:n-1]
		g.used++
		return id, nil
	}
	if g.next == g.end {
		if err := s.addRun(g); err != nil {
			return NoID, err
		}
	}
	id := g.next
	g.next++
	g.used++
	return id, nil
}

// addRun gives g a run of about a quarter of its size, so that at most a fifth of a large
// group and seven slots of a tiny one are reserved in vain.
func (s *Store) addRun(g *group) error {
	size := min(max(g.used/4, runSlotsMin), runSlotsMax)
	class := uint8(bits.Len32(size/runSlotsMin) - 1)
	size = runSlotsMin << class
	var start uint32
	if free := s.freeRuns[class]; len(free) > 0 {
		start = free[len(free)-1]
		s.freeRuns[class] = free[:len(free)-1]
	} else {
		if s.next > idsMax-size {
			return ErrFull
		}
		start = s.next
		if err := s.grow(start + size); err != nil {
			return err
		}
		s.next += size
	}
	g.runs = append(g.runs, run{start, class})
	g.next, g.end = start, start+size
	return nil
}

// giveBack returns a slot; an empty group gives its runs to the others.
func (s *Store) giveBack(g *group, id uint32) {
	g.used--
	if g.used > 0 {
		g.free = append(g.free, id)
		return
	}
	for _, r := range g.runs {
		s.freeRuns[r.class] = append(s.freeRuns[r.class], r.start)
	}
	g.runs, g.free = nil, nil
	g.next, g.end = 0, 0
}
