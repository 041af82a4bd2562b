package storage

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

// Numbers are handed out by shard without gaps, ids and locals stand one to one,
// locals stay dense, and the rows of a shard keep their order.
func TestRowMap(t *testing.T) {
	rng := rand.New(rand.NewPCG(randomSeed(t), 5))
	var m rowMap
	last := map[uint16]uint64{}
	var ids []RowID
	locals := map[uint32]RowID{}
	greatest := uint32(0)
	for i := range 20_000 {
		shard := uint16(0)
		if i > 700 {
			shard = uint16(rng.IntN(5)) * uint16(rng.IntN(3)) // shard 0 is used most
		}
		local, ok := m.allocate(shard)
		last[shard]++
		id := m.id(local)
		if !ok || id != makeRowID(shard, last[shard]) || m.local(id) != local || locals[local] != 0 || local == 0 {
			t.Fatalf("allocation %d in shard %d: local %d, id %x", i, shard, local, id)
		}
		locals[local] = id
		greatest = max(greatest, local)
		ids = append(ids, id)
	}
	if idle := int(greatest) - len(ids); idle > len(last)*rowPageRows {
		t.Errorf("%d rows need %d locals", len(ids), greatest)
	}
	for local, id := range locals {
		if m.id(local) != id || m.local(id) != local {
			t.Fatalf("local %d was %x, is %x at %d", local, id, m.id(local), m.local(id))
		}
	}
	for _, unknown := range []RowID{0, makeRowID(9, 1), makeRowID(3, last[3]+rowPageRows), makeRowID(0, 1<<40)} {
		if local := m.local(unknown); locals[local] != 0 {
			t.Errorf("unknown id %x is at local %d", unknown, local)
		}
	}
	// After a restart ids come in any order.
	rng.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	var again rowMap
	for _, id := range ids {
		local, ok := again.note(id)
		if !ok || again.id(local) != id {
			t.Fatalf("%x is at local %d, which is %x", id, local, again.id(local))
		}
	}
	slices.SortFunc(ids, func(a, b RowID) int { return int(int64(again.local(a)) - int64(again.local(b))) })
	seen := map[uint16]RowID{}
	for _, id := range ids {
		if id < seen[id.shard()] {
			t.Fatalf("by local, row %d of shard %d comes after row %d", id.number(), id.shard(), seen[id.shard()].number())
		}
		seen[id.shard()] = id
	}
	for shard, n := range last {
		if local, ok := again.allocate(shard); !ok || again.id(local) != makeRowID(shard, n+1) {
			t.Errorf("after a restart shard %d goes on with %x, not number %d", shard, again.id(local), n+1)
		}
	}
}

func TestRowMapRefusesImpossibleIDs(t *testing.T) {
	var m rowMap
	for _, id := range []RowID{0, makeRowID(1, 0), makeRowID(1, numberMax), makeRowID(2, 1<<45)} {
		if _, ok := m.note(id); ok {
			t.Errorf("%x was accepted", id)
		}
	}
	if m.pages.Load() != nil && m.shards() > 0 {
		t.Error("a refused id left something behind")
	}
}

// Readers translate while writers make new pages.
func TestRowMapConcurrently(t *testing.T) {
	var m rowMap
	var wg sync.WaitGroup
	for shard := range uint16(4) {
		wg.Go(func() {
			var mine []uint32
			for n := range uint64(3000) {
				local, ok := m.allocate(shard)
				if !ok || m.id(local) != makeRowID(shard, n+1) {
					t.Errorf("shard %d, number %d: %x", shard, n+1, m.id(local))
					return
				}
				mine = append(mine, local)
				if old := mine[n/2]; m.local(m.id(old)) != old {
					t.Errorf("local %d is not found any more", old)
					return
				}
			}
		})
	}
	wg.Wait()
}
