package exec

import (
	"hash/maphash"
	"math/bits"

	"synapse/catalog/types"
)

// hashSeed makes text hashes of this process.
var hashSeed = maphash.MakeSeed()

// nullHash stands for NULL in group keys.
const nullHash = 0x9e3779b97f4a7c15

// keyHasher hashes and compares key columns.
type keyHasher struct {
	types   []types.Type
	class   []byte
	hash    []func(types.Value) uint64
	compare []func(a, b types.Value) int
}

func newKeyHasher(ts []types.Type) *keyHasher {
	h := &keyHasher{types: ts, class: make([]byte, len(ts)), hash: make([]func(types.Value) uint64, len(ts)), compare: make([]func(a, b types.Value) int, len(ts))}
	for i, t := range ts {
		if h.class[i] = payloadClass(t); h.class[i] == 'c' {
			h.hash[i], h.compare[i] = types.HashFunc(t), types.CompareFunc(t)
		}
	}
	return h
}

func mix(h, x uint64) uint64 {
	hi, lo := bits.Mul64(h^x^0xa0761d6478bd642f, 0xe7037ed1a0b428db)
	return hi ^ lo
}

// rows computes the hashes of the rows sel into hashes, indexed by row.
func (h *keyHasher) rows(cols []*types.Column, sel []uint16, hashes []uint64) {
	for _, i := range sel {
		hashes[i] = 0
	}
	for k, c := range cols {
		nulls := c.HasNulls()
		for _, i := range sel {
			var x uint64
			switch {
			case nulls && c.IsNull(int(i)):
				x = nullHash
			case h.class[k] == 'i':
				x = uint64(c.I64[i])
			case h.class[k] == 's':
				x = maphash.String(hashSeed, c.Str[i])
			default:
				x = h.hash[k](c.Get(int(i)))
			}
			hashes[i] = mix(hashes[i], x)
		}
	}
}

// same reports equality of row i of a and row j of b, NULL being equal to NULL.
func (h *keyHasher) same(a []*types.Column, i int, b []types.Column, j int) bool {
	for k := range h.types {
		an, bn := a[k].IsNull(i), b[k].IsNull(j)
		if an || bn {
			if an != bn {
				return false
			}
			continue
		}
		switch h.class[k] {
		case 'i':
			if a[k].I64[i] != b[k].I64[j] {
				return false
			}
		case 's':
			if a[k].Str[i] != b[k].Str[j] {
				return false
			}
		default:
			if h.compare[k](a[k].Get(i), b[k].Get(j)) != 0 {
				return false
			}
		}
	}
	return true
}

// groups numbers distinct keys from 0: open addressing over a store of the keys.
type groups struct {
	h      *keyHasher
	keys   *store
	hashes []uint64
	table  []int32 // group + 1; 0 = free
	batch  [BatchRows]uint64
}

func newGroups(mem *memory, ts []types.Type) *groups {
	return &groups{h: newKeyHasher(ts), keys: newStore(mem, ts), table: make([]int32, 64)}
}

func (g *groups) n() int { return g.keys.n }

func (g *groups) free() {
	g.keys.free()
	g.hashes = nil
	g.table = make([]int32, 64)
}

// assign sets ids[i] to the group of row i for the rows of sel; new keys make new groups.
func (g *groups) assign(cols []*types.Column, sel []uint16, ids []int32) error {
	g.h.rows(cols, sel, g.batch[:])
	for _, i := range sel {
		id, slot := g.lookup(cols, int(i))
		if id < 0 {
			var err error
			if id, err = g.insert(cols, int(i), slot); err != nil {
				return err
			}
		}
		ids[i] = id
	}
	return nil
}

// lookup returns the group of a row, or -1 and the slot where it belongs.
func (g *groups) lookup(cols []*types.Column, i int) (id int32, slot uint64) {
	hash := g.batch[i]
	mask := uint64(len(g.table) - 1)
	for slot = hash & mask; ; slot = (slot + 1) & mask {
		id := g.table[slot] - 1
		if id < 0 {
			return -1, slot
		}
		if g.hashes[id] == hash && g.h.same(cols, i, g.keys.cols, int(id)) {
			return id, slot
		}
	}
}

func (g *groups) insert(cols []*types.Column, i int, slot uint64) (int32, error) {
	id := int32(g.keys.n)
	g.table[slot] = id + 1
	g.hashes = append(g.hashes, g.batch[i])
	if err := g.keys.addRow(cols, i); err != nil {
		return 0, err
	}
	if g.keys.n*2 <= len(g.table) {
		return id, nil
	}
	if err := g.keys.mem.grow(int64(len(g.table)) * 4); err != nil {
		return 0, err
	}
	g.table = make([]int32, 2*len(g.table))
	mask := uint64(len(g.table) - 1)
	for k, h := range g.hashes {
		s := h & mask
		for g.table[s] != 0 {
			s = (s + 1) & mask
		}
		g.table[s] = int32(k) + 1
	}
	return id, nil
}
