package slab

import (
	"errors"
	"fmt"
	"math/bits"
	"sync/atomic"
	"unsafe"

	"synapse/vecindex/distance"
)

// DimMax is the largest number of dimensions of a vector.
const DimMax = 16000

// NoID is no vector's id.
const NoID = ^uint32(0)

const (
	chunkBytesAim = 256 << 10
	chunkSlotsMin = 16
	chunkSlotsMax = 8192
	idsMax        = 1 << 31
)

// Errors of the store. Callers translate them.
var (
	ErrDim  = errors.New("slab: wrong number of dimensions")
	ErrFull = errors.New("slab: no vector ids left")
)

// Store holds the vectors of one column. The zero value is not usable; see New.
//
// One writer at a time; any number of readers, without locks. Memory lies outside the Go
// heap and is returned by Free alone: slices from At and Bytes are valid until then.
type Store struct {
	dim, pad int
	shift    uint32 // log2 of the slots of a chunk
	dir      atomic.Pointer[[]chunk]
	live     atomic.Int64 // ids with a reference
	bytes    atomic.Int64 // see SizeBytes

	// The writer's own.
	arena    arena
	groups   map[string]*group
	byNumber []*group
	next     uint32 // first slot that no run has taken
	freeRuns [runClasses][]uint32
	interned internTable
}

// chunk is the memory of 1<<shift slots.
type chunk struct {
	vecs  unsafe.Pointer // [slots*dim]float32
	codes unsafe.Pointer // [slots*pad]int8
	meta  unsafe.Pointer // [slots]Code
}

// New returns an empty store of vectors with dim dimensions, 1 to DimMax.
func New(dim int) (*Store, error) {
	if dim < 1 || dim > DimMax {
		return nil, fmt.Errorf("%w: %d, want 1 to %d", ErrDim, dim, DimMax)
	}
	slots := max(chunkSlotsMin, min(chunkSlotsMax, chunkBytesAim/(4*dim)))
	s := &Store{
		dim:    dim,
		pad:    distance.PaddedLen(dim),
		shift:  uint32(bits.Len(uint(slots)) - 1),
		groups: map[string]*group{},
	}
	s.dir.Store(&[]chunk{})
	return s, nil
}

// Dim is the number of dimensions of every vector.
func (s *Store) Dim() int { return s.dim }

// Len is the number of distinct vectors.
func (s *Store) Len() int { return int(s.live.Load()) }

// SizeBytes is the memory handed out to vectors, codes and bookkeeping. Pages of reserved
// slots that were never written are counted although they cost nothing yet.
func (s *Store) SizeBytes() int64 { return s.bytes.Load() }

// Free returns the memory to the system. No slice and no view of the store may be used
// afterwards, nor the store itself.
func (s *Store) Free() error {
	s.dir.Store(&[]chunk{})
	return s.arena.release()
}

// Add stores vec in the group and returns its id with one more reference. A vector that is
// already there, bit for bit, keeps its id.
func (s *Store) Add(groupKey string, vec []float32) (uint32, error) {
	if len(vec) != s.dim {
		return NoID, fmt.Errorf("%w: %d, want %d", ErrDim, len(vec), s.dim)
	}
	g := s.groupOf(groupKey)
	v := s.View()
	tag := hashVector(g.number, vec)
	if id := s.interned.find(v, g.number, tag, vec); id != NoID {
		v.code(id).refs++
		return id, nil
	}
	id, err := s.take(g)
	if err != nil {
		return NoID, err
	}
	v = s.View() // take may have added a chunk
	copy(v.At(id), vec)
	code := quantize(vec, v.Codes(id))
	code.tag, code.refs, code.group = tag, 1, g.number
	*v.code(id) = code
	s.interned.insert(v, id)
	s.live.Add(1)
	s.account()
	return id, nil
}

// Retain adds a reference to an id that has one.
func (s *Store) Retain(id uint32) {
	v := s.View()
	v.code(id).refs++
}

// Refs returns the number of references of an id. Only the writer may ask.
func (s *Store) Refs(id uint32) uint32 {
	v := s.View()
	return v.code(id).refs
}

// Release drops a reference. With the last one the vector is zeroed and its slot is used
// again: the caller knows that no reader can still hold the id.
func (s *Store) Release(id uint32) {
	v := s.View()
	code := v.code(id)
	if code.refs == 0 {
		return
	}
	if code.refs--; code.refs > 0 {
		return
	}
	g := s.byNumber[code.group]
	s.interned.remove(v, id)
	clear(v.At(id))
	clear(v.Codes(id))
	*code = Code{}
	s.live.Add(-1)
	s.giveBack(g, id)
	s.account()
}

// At returns the vector of an id, without a copy. The address never changes.
func (s *Store) At(id uint32) []float32 {
	v := s.View()
	return v.At(id)
}

// Bytes returns the vector as the bytes of its little-endian fp32 elements, without a copy,
// on a little-endian machine (all that Go runs this on today).
func (s *Store) Bytes(id uint32) string {
	vec := s.At(id)
	return unsafe.String((*byte)(unsafe.Pointer(unsafe.SliceData(vec))), 4*len(vec))
}

// View returns the store's memory as of now: it knows every id that was published before.
func (s *Store) View() View {
	return View{chunks: *s.dir.Load(), dim: s.dim, pad: s.pad, shift: s.shift, mask: 1<<s.shift - 1}
}

// grow makes the slot directory cover end slots.
func (s *Store) grow(end uint32) error {
	dir := *s.dir.Load()
	for uint32(len(dir))<<s.shift < end {
		slots := 1 << s.shift
		var c chunk
		for _, part := range []struct {
			at   *unsafe.Pointer
			size int
		}{
			{&c.vecs, slots * s.dim * 4},
			{&c.codes, slots * s.pad},
			{&c.meta, slots * int(unsafe.Sizeof(Code{}))},
		} {
			p, err := s.arena.alloc(part.size)
			if err != nil {
				return err
			}
			*part.at = p
		}
		// Readers hold shorter slices of the same array: writing past their end is
		// invisible to them.
		dir = append(dir, c)
		published := dir
		s.dir.Store(&published)
	}
	return nil
}

func (s *Store) account() {
	s.bytes.Store(int64(s.arena.used) + int64(len(s.interned.slots))*4 + int64(len(s.byNumber))*groupBytes)
}
