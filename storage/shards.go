package storage

import (
	"hash/crc32"
	"maps"
	"slices"
	"sync"

	"synapse/catalog/sqlerr"
	"synapse/storage/effect"
)

// Shards of a database.
const (
	// ShardsDefault is how many shards a new database has.
	ShardsDefault = 16
	// ShardsMax is how many it may be given.
	ShardsMax = 1 << 10
)

// shards says where rows live: those of a table with a namespace column in the
// shard of their namespace, all others (other tables, rows without a namespace,
// tables that are not logged) in shard 0, with the catalog and the sequences.
//
// The number of shards and the assignments are effects of commits in shard 0:
// the first commit of a database carries the number, and the first commit with a
// row of a namespace the assignment. The policy is a function of the name, so
// transactions that meet a new namespace at the same time agree; what counts
// afterwards is what was stored. Databases from before there were shards have
// one, and no assignments.
type shards struct {
	mu    sync.RWMutex // guards all fields; a leaf
	count int
	said  bool              // the log or a snapshot says count
	of    map[string]uint16 // namespace → shard, as stored
}

// settle fixes the number of shards once recovery is done: what was stored, else
// wanted for a database without commits, else 1.
func (s *shards) settle(wanted int, fresh bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if wanted == 0 {
		wanted = ShardsDefault
	}
	if wanted < 1 || wanted > ShardsMax {
		return sqlerr.New(sqlerr.InvalidParameterValue, "a database cannot have %d shards", wanted).
			WithHint("It can have 1 to %d.", ShardsMax)
	}
	switch {
	case s.said:
	case fresh:
		s.count = wanted
	default:
		s.count, s.said = 1, true
	}
	for ns, shard := range s.of {
		if int(shard) >= s.count {
			return sqlerr.New(sqlerr.DataCorrupted, "namespace \"%s\" is assigned to shard %d of %d", ns, shard, s.count)
		}
	}
	return nil
}

// several reports whether the database has more than one shard.
func (s *shards) several() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.count > 1
}

// place returns the shard of a namespace; stored is false if that is so far only
// what the policy says.
func (s *shards) place(ns string) (shard uint16, stored bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if shard, stored = s.of[ns]; stored {
		return shard, true
	}
	return uint16(crc32.Checksum([]byte(ns), castagnoli) % uint32(s.count)), false
}

// owed returns the effects that a commit which uses the namespaces must carry.
func (s *shards) owed(namespaces map[string]bool) []effect.Effect {
	var out []effect.Effect
	s.mu.RLock()
	if !s.said {
		out = append(out, effect.Effect{Kind: effect.Shards, Count: uint16(s.count)})
	}
	s.mu.RUnlock()
	if len(namespaces) == 0 {
		return out
	}
	for _, ns := range slices.Sorted(maps.Keys(namespaces)) {
		if shard, stored := s.place(ns); !stored {
			out = append(out, effect.Effect{Kind: effect.Assign, Namespace: ns, To: shard})
		}
	}
	return out
}

// take learns an effect that is in the log or a snapshot. Error: XX001 if it
// contradicts what was learned before.
func (s *shards) take(e *effect.Effect) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch e.Kind {
	case effect.Shards:
		if s.said && s.count != int(e.Count) {
			return sqlerr.New(sqlerr.DataCorrupted, "the database has %d shards, the log says %d", s.count, e.Count)
		}
		s.count, s.said = int(e.Count), true
	case effect.Assign:
		if have, stored := s.of[e.Namespace]; stored && have != e.To {
			return sqlerr.New(sqlerr.DataCorrupted, "namespace \"%s\" is assigned to shards %d and %d", e.Namespace, have, e.To)
		}
		if s.of == nil {
			s.of = map[string]uint16{}
		}
		s.of[e.Namespace] = e.To
	}
	return nil
}

// ShardOf returns the shard that a namespace is assigned to, 0 if it is not yet:
// in whose chain of hashes the lineage of the namespace goes.
func (s *Store) ShardOf(namespace string) uint16 {
	if shard, stored := s.shards.place(namespace); stored {
		return shard
	}
	return 0
}
