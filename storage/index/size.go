package index

import "unsafe"

// Sizes in memory, for monitoring: keys, entries and postings exactly, the maps
// and trees around them by their usual overhead.

// mapEntryBytes is about what a Go map or a node of a tree spends on an entry of a
// few words.
const mapEntryBytes = 48

// SizeBytes is the memory that the index holds.
func (x *Ordered) SizeBytes() int64 {
	current, history := x.Len()
	return int64(x.keys.Held()) + int64(current+history)*int64(unsafe.Sizeof(entry{}))
}

// SizeBytes is the memory that the index holds.
func (h *Hash) SizeBytes() int64 {
	return int64(h.keys.Held()) + int64(len(h.slots))*int64(unsafe.Sizeof(hashSlot{})) + int64(h.heads.Count())*mapEntryBytes/2
}

// SizeBytes is the memory that the index holds; it looks at every item.
func (x *Inverted) SizeBytes() (n int64) {
	for name, e := range x.items {
		n += int64(len(name)) + mapEntryBytes + int64(e.rows.GetSizeInBytes()) + int64(len(e.closed))*int64(unsafe.Sizeof(closedRow{}))
	}
	return n
}

// SizeBytes is the memory that the index holds; it looks at every term.
func (x *Text) SizeBytes() (n int64) {
	for _, p := range x.parts {
		for term, l := range p.terms {
			n += int64(len(term)) + mapEntryBytes + int64(len(l.recent)+len(l.closed))*int64(unsafe.Sizeof(Posting{}))
		}
	}
	return n
}
