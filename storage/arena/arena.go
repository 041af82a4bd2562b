// Package arena keeps bytes in large chunks without Go pointers, so that the
// garbage collector does not look at them one by one.
package arena

// Chunk sizes in bytes: a small table takes little, a large one few chunks.
const (
	chunkMin = 1 << 10
	chunkMax = 4 << 20
	align    = 8
)

// Arena hands out memory that is never moved, changed or taken back while the
// arena lives. One writer at a time; readers of At need the lock that orders
// them with the writer, but may keep the bytes without it. The zero Arena is empty.
type Arena struct {
	chunks [][]byte
	used   int // of the last chunk
	bytes  int
}

// Address names a place in an arena: chunk in the high 32 bits, offset below.
type Address uint64

// Put copies b to a place aligned to 8 bytes.
func (a *Arena) Put(b []byte) Address {
	n := (len(b) + align - 1) &^ (align - 1)
	if len(a.chunks) == 0 || a.used+n > len(a.chunks[len(a.chunks)-1]) {
		size := max(min(chunkMin<<min(len(a.chunks), 12), chunkMax), n)
		a.chunks = append(a.chunks, make([]byte, size))
		a.used = 0
	}
	last := len(a.chunks) - 1
	at := Address(last)<<32 | Address(a.used)
	copy(a.chunks[last][a.used:], b)
	a.used += n
	a.bytes += n
	return at
}

// At returns the n bytes at a place. They must not be written to.
func (a *Arena) At(at Address, n int) []byte {
	off := int(at & (1<<32 - 1))
	return a.chunks[at>>32][off : off+n : off+n]
}

// Bytes returns how many bytes were handed out.
func (a *Arena) Bytes() int { return a.bytes }
