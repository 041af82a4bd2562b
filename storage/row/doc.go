// Package row is the form of one row version at rest: an Image, which says for
// every attribute of its table whether it is NULL, has a value, or is the same
// as in the row's previous version.
//
// An image needs no description beside it to be walked: every attribute has its
// own extent. To read a value one needs its type, which an attribute number
// fixes for ever, because catalog never reuses attribute numbers. An image that
// is shorter than its table (Len ≤ attr) was written before the attribute
// existed; it reads as catalog.Column.Missing.
//
// Layout, little endian:
//
//	u8  flags   bit 0: slots are 32 bits wide, else 16
//	u16 count   number of attributes
//	slot × count
//	payload bytes, attribute after attribute
//
// A slot's top two bits are the State, the rest is the end of the attribute's
// payload, counted from the first payload byte. Only Value and Far have payload.
//
// Start reading at image.go, then builder.go.
package row
