package index

import (
	"bytes"
	"encoding/binary"
	"math"

	"github.com/tidwall/btree"

	"synapse/storage/arena"
)

// Open is the `to` of an entry in the current tier.
const Open int64 = math.MaxInt64

// entry is one (key, row) pair and its time. It holds no Go pointers: the key's
// bytes are in the arena, its first eight beside it for fast comparison.
type entry struct {
	prefix   uint64
	at       arena.Address
	size     uint32
	local    uint32
	from, to int64
}

// Ordered is an index in key order: two B-trees over (key, row, from).
type Ordered struct {
	keys      arena.Arena
	current   *btree.BTreeG[entry]
	history   *btree.BTreeG[entry]
	lastClose int64
}

// NewOrdered returns an empty index.
func NewOrdered() *Ordered {
	x := &Ordered{lastClose: math.MinInt64}
	opt := btree.Options{NoLocks: true}
	x.current = btree.NewBTreeGOptions(x.less, opt)
	x.history = btree.NewBTreeGOptions(x.less, opt)
	return x
}

func (x *Ordered) key(e *entry) []byte {
	if e.at >= probeBase {
		return probes[e.at-probeBase].key
	}
	return x.keys.At(e.at, int(e.size))
}

func (x *Ordered) less(a, b entry) bool {
	if a.prefix != b.prefix {
		return a.prefix < b.prefix
	}
	if a.size > 8 || b.size > 8 {
		if c := bytes.Compare(x.key(&a), x.key(&b)); c != 0 {
			return c < 0
		}
	} else if a.size != b.size {
		return a.size < b.size
	}
	if a.local != b.local {
		return a.local < b.local
	}
	return a.from < b.from
}

func prefixOf(key []byte) uint64 {
	if len(key) >= 8 {
		return binary.BigEndian.Uint64(key)
	}
	var b [8]byte
	copy(b[:], key)
	return binary.BigEndian.Uint64(b[:])
}

// Add opens an entry: row has key since from.
func (x *Ordered) Add(key []byte, local uint32, from int64) {
	x.current.Set(entry{prefix: prefixOf(key), at: x.keys.Put(key), size: uint32(len(key)), local: local, from: from})
}

// AddClosed adds an entry of the past.
func (x *Ordered) AddClosed(key []byte, local uint32, from, to int64) {
	x.history.Set(entry{prefix: prefixOf(key), at: x.keys.Put(key), size: uint32(len(key)), local: local, from: from, to: to})
	x.lastClose = max(x.lastClose, to)
}

// Close ends the row's open entry at to. It reports whether there was one.
func (x *Ordered) Close(key []byte, local uint32, to int64) bool {
	e, ok := x.find(key, local)
	if !ok {
		return false
	}
	x.current.Delete(e)
	e.to = to
	x.history.Set(e)
	x.lastClose = max(x.lastClose, to)
	return true
}

// find returns the open entry of (key, local).
func (x *Ordered) find(key []byte, local uint32) (found entry, ok bool) {
	it := x.current.Iter()
	defer it.Release()
	if !seek(&it, key, local, math.MinInt64) {
		return entry{}, false
	}
	e := it.Item()
	return e, e.local == local && bytes.Equal(x.key(&e), key)
}

// LastClose returns the time from which on the current tier alone answers.
func (x *Ordered) LastClose() int64 { return x.lastClose }

// Len returns the number of open and of closed entries.
func (x *Ordered) Len() (current, history int) { return x.current.Len(), x.history.Len() }
