package row

import (
	"encoding/binary"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// Builder makes images. It is reused from row to row and is not safe for
// concurrent use. Attributes that are not set are NULL.
type Builder struct {
	states []State
	spans  [][2]int // of payload in buf
	buf    []byte
}

// Reset starts an image of n attributes, all NULL.
func (b *Builder) Reset(n int) {
	b.states = b.states[:0]
	b.spans = b.spans[:0]
	b.buf = b.buf[:0]
	for range n {
		b.states = append(b.states, Null)
		b.spans = append(b.spans, [2]int{})
	}
}

// Set gives an attribute a value; NULL is allowed. An attribute may be set once.
func (b *Builder) Set(attr int, t types.Type, v types.Value) {
	if v.IsNull() {
		return
	}
	start := len(b.buf)
	b.buf = types.AppendPayload(b.buf, t, v)
	b.states[attr] = Value
	b.spans[attr] = [2]int{start, len(b.buf)}
}

// SetRaw gives an attribute a state and, for Value and Far, its encoded payload, which is copied.
func (b *Builder) SetRaw(attr int, state State, payload []byte) {
	start := len(b.buf)
	b.buf = append(b.buf, payload...)
	b.states[attr] = state
	b.spans[attr] = [2]int{start, len(b.buf)}
}

// Append writes the image to dst. Error: 54000 for a row beyond ImageBytesMax or AttrsMax.
func (b *Builder) Append(dst []byte) ([]byte, error) {
	if len(b.buf) > ImageBytesMax || len(b.states) > AttrsMax {
		return dst, sqlerr.New(sqlerr.ProgramLimitExceeded, "row is too big: size %d, maximum size %d", len(b.buf), ImageBytesMax)
	}
	wide := len(b.buf) >= 1<<14
	flags := byte(0)
	if wide {
		flags = flagWide
	}
	dst = append(dst, flags, byte(len(b.states)), byte(len(b.states)>>8))
	end := 0
	for i, s := range b.states {
		end += b.spans[i][1] - b.spans[i][0]
		if wide {
			dst = binary.LittleEndian.AppendUint32(dst, uint32(s)<<30|uint32(end))
		} else {
			dst = binary.LittleEndian.AppendUint16(dst, uint16(s)<<14|uint16(end))
		}
	}
	for i := range b.states {
		dst = append(dst, b.buf[b.spans[i][0]:b.spans[i][1]]...)
	}
	return dst, nil
}

// Resolve returns the image with every Same attribute taken from the previous
// version, which must have none itself. Error: XX001 if prev lacks one.
func (im Image) Resolve(prev Image) (Image, error) {
	n, same := im.Len(), false
	for attr := range n {
		same = same || im.State(attr) == Same
	}
	if !same {
		return im, nil
	}
	var b Builder
	b.Reset(n)
	for attr := range n {
		state, payload := im.Payload(attr)
		if state == Same {
			if state, payload = prev.Payload(attr); state != Value {
				return nil, corrupt("attribute refers to a previous version that does not have it")
			}
		}
		b.SetRaw(attr, state, payload)
	}
	return b.Append(nil)
}
