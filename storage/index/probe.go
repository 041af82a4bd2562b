package index

import (
	"runtime"
	"sync/atomic"

	"github.com/tidwall/btree"

	"synapse/storage/arena"
)

// A B-tree is searched with an entry, and entries hold no Go pointers, so the
// bytes of a key that is looked for need a place with a number: a probe, owned
// by one goroutine for the length of one seek.
const (
	probesMax               = 256
	probeBase arena.Address = 1 << 63
)

type probe struct {
	busy atomic.Bool
	key  []byte
	_    [64]byte // keeps neighbours off each other's cache line
}

var (
	probes    [probesMax]probe
	probeHint atomic.Uint32
)

func takeProbe(key []byte) uint32 {
	for {
		i := probeHint.Add(1) % probesMax
		if probes[i].busy.CompareAndSwap(false, true) {
			probes[i].key = key
			return i
		}
		runtime.Gosched()
	}
}

func giveProbe(i uint32) {
	probes[i].key = nil
	probes[i].busy.Store(false)
}

// seek moves it to the first entry ≥ (key, local, from); false if there is none.
func seek(it *btree.IterG[entry], key []byte, local uint32, from int64) bool {
	i := takeProbe(key)
	defer giveProbe(i)
	return it.Seek(entry{prefix: prefixOf(key), at: probeBase + arena.Address(i), size: uint32(len(key)), local: local, from: from})
}
