package storage

import (
	"encoding/binary"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/arena"
	"synapse/storage/row"
)

// Stored images differ from logged ones in one point: a large value is Far, its
// bytes lie apart and are shared by all versions that have it.

// farBytesMin is the size in bytes from which a value is stored apart.
const farBytesMin = 64

// farVector marks a Far address that is a vector id of the attribute's vectorColumn.
const farVector = 1 << 63

// farAddress returns the address of a Far attribute, 0 for others.
func farAddress(state row.State, payload []byte) uint64 {
	if state != row.Far {
		return 0
	}
	return binary.LittleEndian.Uint64(payload)
}

// farSize returns the size of a Far value in bytes.
func farSize(payload []byte) int { return int(binary.LittleEndian.Uint32(payload[8:])) }

func appendFar(dst []byte, at uint64, size int) []byte {
	dst = binary.LittleEndian.AppendUint64(dst, at)
	return binary.LittleEndian.AppendUint32(dst, uint32(size))
}

// intern turns a logged image into a stored one. Caller holds mu exclusively.
func (t *table) intern(im row.Image, prev *version) (row.Image, error) {
	n := im.Len()
	plain := true
	for attr := range n {
		state, payload := im.Payload(attr)
		if state == row.Same || len(payload) >= farBytesMin {
			plain = false
			break
		}
	}
	if plain {
		return im, nil
	}
	b := &t.fixer
	b.Reset(n)
	var far [row.FarBytes]byte
	for attr := range n {
		state, payload := im.Payload(attr)
		switch {
		case state == row.Same:
			if prev == nil {
				return nil, sqlerr.New(sqlerr.DataCorrupted, "row %d of table %d refers to a previous version that does not exist", len(t.newest), t.id)
			}
			state, payload = t.image(prev).Payload(attr)
			if at := farAddress(state, payload); at&farVector != 0 {
				t.vectors[attr].store.Retain(uint32(at)) // one reference for each version
			}
		case len(payload) >= farBytesMin:
			_, skip := binary.Uvarint(payload)
			at, err := t.putFar(attr, payload[skip:], im)
			if err != nil {
				return nil, err
			}
			state, payload = row.Far, appendFar(far[:0], at, len(payload)-skip)
		}
		b.SetRaw(attr, state, payload)
	}
	return b.Append(nil)
}

// putFar stores the bytes of one large value.
func (t *table) putFar(attr int, b []byte, im row.Image) (uint64, error) {
	if vc := t.vectors[attr]; vc != nil && len(b) == 4*vc.dim {
		id, err := vc.add(b, im)
		return farVector | uint64(id), err
	}
	return uint64(t.data.Put(b)), nil
}

// value decodes an attribute of a stored image. Caller holds mu; the value may be kept.
func (t *table) value(im row.Image, attr int, typ types.Type) (types.Value, error) {
	state, payload := im.Payload(attr)
	switch state {
	case row.Value:
		v, _, err := types.DecodePayload(typ, payload)
		return v, err
	case row.Far:
		return t.farValue(attr, payload), nil
	}
	return types.Null, nil
}

func (t *table) farValue(attr int, payload []byte) types.Value {
	at := binary.LittleEndian.Uint64(payload)
	if at&farVector != 0 {
		return types.NewString(t.vectors[attr].store.Bytes(uint32(at)))
	}
	return types.NewBytes(t.data.At(arena.Address(at), farSize(payload)))
}

// missing returns what rows have that were written before the column existed.
func missing(c *catalog.Column) (types.Value, error) {
	if c.Missing == nil {
		return types.Null, nil
	}
	return types.ParseText(c.Type, *c.Missing, nil)
}

// column decodes one column of a stored or overlay image. The table's lock is held.
func (t *table) column(im row.Image, c *catalog.Column) (types.Value, error) {
	if c.Dropped {
		return types.Null, nil
	}
	if c.Attr >= im.Len() {
		return missing(c)
	}
	return t.value(im, c.Attr, c.Type)
}

// values decodes all columns of an image, one per column of def, appended to dst.
func (t *table) values(dst []types.Value, im row.Image, def *catalog.Table) ([]types.Value, error) {
	for i := range def.Columns {
		v, err := t.column(im, &def.Columns[i])
		if err != nil {
			return dst, err
		}
		dst = append(dst, v)
	}
	return dst, nil
}

// encodeRow makes the image of a row with one value per column of def.
func encodeRow(b *row.Builder, def *catalog.Table, values []types.Value) (row.Image, error) {
	if len(values) != len(def.Columns) {
		return nil, sqlerr.Internal("row of %d values for table %q of %d columns", len(values), def.Name, len(def.Columns))
	}
	n := def.NextAttr
	for i := range def.Columns {
		n = max(n, def.Columns[i].Attr+1)
	}
	b.Reset(n)
	for i := range def.Columns {
		if c := &def.Columns[i]; !c.Dropped {
			b.Set(c.Attr, c.Type, values[i])
		}
	}
	im, err := b.Append(nil)
	return im, err
}
