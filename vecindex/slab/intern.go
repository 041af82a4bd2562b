package slab

import (
	"bytes"
	"unsafe"

	"github.com/cespare/xxhash/v2"
)

// internTable finds a vector's id by its content: open addressing with linear probing over
// ids; hash and content stay in the slots. The writer's own.
type internTable struct {
	slots []uint32 // id+1; 0 is empty
	used  int
}

const internSlotsMin = 16

func vectorBytes(vec []float32) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(vec))), 4*len(vec))
}

func hashVector(group uint32, vec []float32) uint32 {
	h := xxhash.Sum64(vectorBytes(vec))
	h ^= uint64(group) * 0x9E3779B97F4A7C15
	h ^= h >> 29
	return uint32(h ^ h>>32)
}

// find returns the id of an equal vector of the group, or NoID. Equal is bit for bit: the
// bytes come back as they were stored, -0 and NaN included.
func (t *internTable) find(v View, group, tag uint32, vec []float32) uint32 {
	if len(t.slots) == 0 {
		return NoID
	}
	mask := uint32(len(t.slots) - 1)
	want := vectorBytes(vec)
	for i := tag & mask; t.slots[i] != 0; i = (i + 1) & mask {
		id := t.slots[i] - 1
		code := v.code(id)
		if code.tag == tag && code.group == group && bytes.Equal(vectorBytes(v.At(id)), want) {
			return id
		}
	}
	return NoID
}

func (t *internTable) insert(v View, id uint32) {
	if (t.used+1)*4 > len(t.slots)*3 {
		t.rehash(v)
	}
	t.place(v, id)
	t.used++
}

func (t *internTable) place(v View, id uint32) {
	mask := uint32(len(t.slots) - 1)
	i := v.code(id).tag & mask
	for t.slots[i] != 0 {
		i = (i + 1) & mask
	}
	t.slots[i] = id + 1
}

func (t *internTable) rehash(v View) {
	old := t.slots
	t.slots = make([]uint32, max(internSlotsMin, 2*len(old)))
	for _, s := range old {
		if s != 0 {
			t.place(v, s-1)
		}
	}
}

// remove takes the id out and moves later entries of its probe run back, so that no
// tombstones pile up.
func (t *internTable) remove(v View, id uint32) {
	mask := uint32(len(t.slots) - 1)
	i := v.code(id).tag & mask
	for t.slots[i] != id+1 {
		i = (i + 1) & mask
	}
	t.used--
	for j := (i + 1) & mask; t.slots[j] != 0; j = (j + 1) & mask {
		home := v.code(t.slots[j]-1).tag & mask
		// Entry j may fill the hole i when its home is not in (i, j].
		if (j-home)&mask >= (j-i)&mask {
			t.slots[i] = t.slots[j]
			i = j
		}
	}
	t.slots[i] = 0
}
