package vfs

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// Crash returns a copy of the file system as a restart would find it after the
// power went off now: everything synced, and of the rest what the seed decides.
// The original stays usable, so that one history can crash in many ways.
//
//   - Directory changes survive up to some point, or as any subset.
//   - Of each file's unsynced sectors any subset survives, each in any of the
//     contents it had since the last sync; the size is the old or the new one.
func (y *Faulty) Crash(seed uint64) *Faulty {
	y.mu.Lock()
	defer y.mu.Unlock()
	rng := rand.New(rand.NewPCG(seed, 0x5eed))
	entries := maps.Clone(y.durable)
	inOrder, upTo := rng.IntN(2) == 0, rng.IntN(len(y.changes)+1)
	for i, c := range y.changes {
		if inOrder && i < upTo || !inOrder && rng.IntN(2) == 0 {
			c.apply(entries)
		}
	}
	keep := []float64{0, 0.1, 0.5, 0.9, 1}[rng.IntN(5)]
	after := NewFaulty()
	after.dirs = maps.Clone(y.dirs)
	made := map[*inode]*inode{}
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		node := entries[name]
		if made[node] == nil {
			made[node] = node.crash(rng, keep)
		}
		after.files[name], after.durable[name] = made[node], made[node]
	}
	return after
}

// crash decides what of a file survives; keep is the chance of an unsynced sector.
func (n *inode) crash(rng *rand.Rand, keep float64) *inode {
	size := len(n.durable)
	if rng.IntN(2) == 0 {
		size = len(n.data)
	}
	disk := fit(append([]byte(nil), n.durable...), size)
	for _, sectors := range []map[int64][][]byte{n.lost, n.unsynced} {
		for _, s := range slices.Sorted(maps.Keys(sectors)) {
			versions := sectors[s]
			pick := len(versions) - 1
			if rng.IntN(4) == 0 {
				pick = rng.IntN(len(versions))
			}
			if from := s * SectorBytes; rng.Float64() < keep && from < int64(size) {
				copy(disk[from:], versions[pick])
			}
		}
	}
	return &inode{data: disk, durable: append([]byte(nil), disk...), reserved: int64(len(disk))}
}
