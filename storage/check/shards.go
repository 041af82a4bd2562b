package check

import (
	"fmt"

	"synapse/storage/effect"
	"synapse/storage/snapshot"
)

// shards gathers what log and snapshots say about shards: everybody must say the
// same, and nothing may be in a shard that the database does not have. (That a
// row is in the shard of its namespace takes the opened store to see.)
type shards struct {
	count    int // 0: nobody said it, so it is 1
	assigned map[string]uint16
	greatest uint16
	where    string // that one was seen
}

// effect looks at an effect of the log.
func (s *shards) effect(where string, e *effect.Effect, problem func(string)) {
	s.saw(where, e.Shard())
	switch e.Kind {
	case effect.Shards:
		s.counted(where, int(e.Count), problem)
	case effect.Assign:
		s.saw(where, e.To)
		s.assign(where, e.Namespace, e.To, problem)
	}
}

// snapshot looks at a snapshot, whose own rows are verified already.
func (s *shards) snapshot(where string, info snapshot.Info, problem func(string)) {
	if info.Shards != 0 {
		s.counted(where, info.Shards, problem)
	}
	for ns, shard := range info.Assigned {
		s.assign(where, ns, shard, problem)
	}
}

func (s *shards) saw(where string, shard uint16) {
	if shard > s.greatest {
		s.greatest, s.where = shard, where
	}
}

func (s *shards) counted(where string, count int, problem func(string)) {
	if s.count != 0 && s.count != count {
		problem(fmt.Sprintf("%s: says that there are %d shards, not %d", where, count, s.count))
	}
	s.count = count
}

func (s *shards) assign(where, ns string, shard uint16, problem func(string)) {
	if have, known := s.assigned[ns]; known && have != shard {
		problem(fmt.Sprintf("%s: assigns namespace %q to shard %d, not %d", where, ns, shard, have))
	}
	if s.assigned == nil {
		s.assigned = map[string]uint16{}
	}
	s.assigned[ns] = shard
}

// finish is for when everything was looked at.
func (s *shards) finish(problem func(string)) {
	if n := max(s.count, 1); int(s.greatest) >= n {
		problem(fmt.Sprintf("%s: speaks of shard %d of %d", s.where, s.greatest, n))
	}
}
