package row

import (
	"encoding/binary"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// State says what an image knows about one attribute.
type State uint8

// States of an attribute. Their numbers are part of the format.
const (
	Value   State = iota // a payload follows, encoded by types.AppendPayload
	Null                 // SQL NULL
	Same                 // as in the row's previous version: logged images only
	Far                  // the payload is an address (FarBytes long) of the process that wrote it: never logged
	Missing              // the image ends before the attribute; never stored
)

// Limits of an image.
const (
	AttrsMax      = 1<<16 - 1
	ImageBytesMax = 1<<30 - 1 // payload bytes; PostgreSQL's limit on a field is 1 GB too
	// FarBytes is the size of a Far attribute's payload.
	FarBytes = 12
)

const (
	headerBytes = 3
	flagWide    = 1
)

// Image is one row version. It is immutable; the methods do not copy.
type Image []byte

// Len returns the number of attributes the image knows.
func (im Image) Len() int {
	if len(im) < headerBytes {
		return 0
	}
	return int(binary.LittleEndian.Uint16(im[1:]))
}

// slot returns state and end of the payload of an attribute below Len.
func (im Image) slot(attr int) (State, int) {
	if im[0]&flagWide == 0 {
		s := binary.LittleEndian.Uint16(im[headerBytes+2*attr:])
		return State(s >> 14), int(s & (1<<14 - 1))
	}
	s := binary.LittleEndian.Uint32(im[headerBytes+4*attr:])
	return State(s >> 30), int(s & (1<<30 - 1))
}

// body returns the offset of the first payload byte.
func (im Image) body() int {
	if im[0]&flagWide == 0 {
		return headerBytes + 2*im.Len()
	}
	return headerBytes + 4*im.Len()
}

// State returns the state of an attribute, Missing beyond the image's end.
func (im Image) State(attr int) State {
	if attr >= im.Len() {
		return Missing
	}
	s, _ := im.slot(attr)
	return s
}

// Payload returns state and payload bytes of an attribute; they alias the image.
func (im Image) Payload(attr int) (State, []byte) {
	if attr >= im.Len() {
		return Missing, nil
	}
	state, end := im.slot(attr)
	start := 0
	if attr > 0 {
		_, start = im.slot(attr - 1)
	}
	base := im.body()
	return state, im[base+start : base+end : base+end]
}

// Value decodes an attribute whose state is Value or Null. The value aliases the image.
// Error: XX001 for a payload that its type cannot be read from.
func (im Image) Value(attr int, t types.Type) (types.Value, error) {
	state, payload := im.Payload(attr)
	if state != Value {
		return types.Null, nil
	}
	v, _, err := types.DecodePayload(t, payload)
	return v, err
}

// Check verifies that the image can be walked. Images that come from a file
// must pass it before any other method is used. Error: XX001.
func (im Image) Check() error {
	if len(im) < headerBytes || im[0]&^byte(flagWide) != 0 {
		return corrupt("bad header")
	}
	base := im.body()
	if base > len(im) {
		return corrupt("attribute table is cut off")
	}
	last := 0
	for attr := range im.Len() {
		state, end := im.slot(attr)
		if end < last || base+end > len(im) {
			return corrupt("attribute extents are out of order")
		}
		if state == Far {
			return corrupt("attribute is an address")
		}
		if state != Value && end != last {
			return corrupt("attribute without value has a payload")
		}
		last = end
	}
	if base+last != len(im) {
		return corrupt("trailing bytes")
	}
	return nil
}

func corrupt(what string) error {
	return sqlerr.New(sqlerr.DataCorrupted, "row image: %s", what)
}
