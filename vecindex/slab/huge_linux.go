package slab

import "golang.org/x/sys/unix"

// hugeMinBytes is the size from which a region may use huge pages: a page that is touched
// once costs 2 MB.
const hugeMinBytes = 8 << 20

// adviseHuge asks for huge pages: random reads miss the TLB less. Failure only costs speed.
func adviseHuge(b []byte) {
	if len(b) >= hugeMinBytes {
		_ = unix.Madvise(b, unix.MADV_HUGEPAGE)
	}
}
