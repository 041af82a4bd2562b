// Package arena keeps bytes in large chunks without Go pointers, so that the
// garbage collector does not look at them one by one.
package arena

// Chunk sizes in bytes: a small table takes little, a large one few chunks.
const (
	chunkMin = 1 << 10
	chunkMax = 4 << 20
	// chunkShare: a new chunk is a chunkShare-th of what is in use.
	chunkShare = 8
	align      = 8
)

// Arena hands out memory that is never moved or changed. What is freed is given
// back by whole chunks: the garbage collector takes a chunk once nothing in it is
// in use and no reader holds bytes of it. One writer at a time; readers of At need
// the lock that orders them with the writer, but may keep the bytes without it.
// The zero Arena is empty.
type Arena struct {
	chunks [][]byte // nil: given back
	live   []int    // bytes in use, by chunk
	used   int      // of the last chunk
	bytes  int      // in use
	held   int      // of chunks that are not given back
}

// Address names a place in an arena: chunk in the high 32 bits, offset below.
type Address uint64

func (at Address) chunk() int { return int(at >> 32) }

// rounded is what n bytes take.
func rounded(n int) int { return (max(n, 1) + align - 1) &^ (align - 1) }

// Put copies b to a place aligned to 8 bytes.
func (a *Arena) Put(b []byte) Address {
	n := rounded(len(b))
	last := len(a.chunks) - 1
	if last < 0 || a.used+n > len(a.chunks[last]) {
		if last >= 0 {
			a.giveBack(last)
		}
		size := max(min(max(chunkMin, rounded(a.bytes/chunkShare)), chunkMax), n)
		a.chunks, a.live = append(a.chunks, make([]byte, size)), append(a.live, 0)
		a.used, a.held = 0, a.held+size
		last++
	}
	at := Address(last)<<32 | Address(a.used)
	copy(a.chunks[last][a.used:], b)
	a.used += n
	a.bytes += n
	a.live[last] += n
	return at
}

// At returns the n bytes at a place. They must not be written to.
func (a *Arena) At(at Address, n int) []byte {
	off := int(at & (1<<32 - 1))
	return a.chunks[at.chunk()][off : off+n : off+n]
}

// Free says that the n bytes at a place, which Put gave out, are in use no more.
func (a *Arena) Free(at Address, n int) {
	n = rounded(n)
	a.bytes -= n
	a.live[at.chunk()] -= n
	if at.chunk() < len(a.chunks)-1 {
		a.giveBack(at.chunk())
	}
}

// Wipe overwrites the n bytes at a place with zeros and frees them: nobody reads
// them any more.
func (a *Arena) Wipe(at Address, n int) {
	if c := a.chunks[at.chunk()]; c != nil {
		off := int(at & (1<<32 - 1))
		clear(c[off : off+rounded(n)])
	}
	a.Free(at, n)
}

// giveBack lets go of a chunk of which nothing is in use.
func (a *Arena) giveBack(chunk int) {
	if a.live[chunk] == 0 {
		a.held -= len(a.chunks[chunk])
		a.chunks[chunk] = nil
	}
}

// Bytes returns how many bytes are in use.
func (a *Arena) Bytes() int { return a.bytes }

// Held returns the size of the arena's chunks in bytes.
func (a *Arena) Held() int { return a.held }

// Sparse is a set of chunks worth emptying; nil: none.
type Sparse map[int]struct{}

// Has reports whether the bytes at a place lie in one of the chunks.
func (s Sparse) Has(at Address) bool {
	_, ok := s[at.chunk()]
	return ok
}

// Sparse returns the chunks of which less than half is in use, where at least a
// third of the arena is not; the one that is being filled is never among them.
// Who puts everything in them elsewhere and frees it gets their memory back.
func (a *Arena) Sparse() Sparse {
	if a.held-a.bytes < a.held/3 {
		return nil
	}
	var out Sparse
	for i, c := range a.chunks[:max(len(a.chunks)-1, 0)] {
		if c != nil && a.live[i] < len(c)/2 {
			if out == nil {
				out = Sparse{}
			}
			out[i] = struct{}{}
		}
	}
	return out
}
