package slab

import "unsafe"

// View is a reader's copy of the slot directory. It costs one atomic load to make and then
// resolves ids without any. Using an id that is newer than the view is a fault.
type View struct {
	chunks   []chunk
	dim, pad int
	shift    uint32
	mask     uint32
}

// Dim is the number of dimensions.
func (v *View) Dim() int { return v.dim }

// Ptr returns the address of the vector's first element.
func (v *View) Ptr(id uint32) *float32 {
	c := &v.chunks[id>>v.shift]
	return (*float32)(unsafe.Add(c.vecs, int(id&v.mask)*v.dim*4))
}

// CodePtr returns the address of the vector's first code.
func (v *View) CodePtr(id uint32) *int8 {
	c := &v.chunks[id>>v.shift]
	return (*int8)(unsafe.Add(c.codes, int(id&v.mask)*v.pad))
}

// Code returns what is needed to turn code products into distances.
func (v *View) Code(id uint32) *Code { return v.code(id) }

func (v *View) code(id uint32) *Code {
	c := &v.chunks[id>>v.shift]
	return (*Code)(unsafe.Add(c.meta, int(id&v.mask)*int(unsafe.Sizeof(Code{}))))
}

// At returns the vector. Callers do not write to it.
func (v *View) At(id uint32) []float32 { return unsafe.Slice(v.Ptr(id), v.dim) }

// Codes returns the vector's int8 code, padded with zeros to distance.CodeAlign.
func (v *View) Codes(id uint32) []int8 { return unsafe.Slice(v.CodePtr(id), v.pad) }
