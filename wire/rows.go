package wire

import (
	"encoding/binary"
	"math"

	"github.com/jackc/pgx/v5/pgproto3"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/wire/session"
)

// Formats of a value on the wire.
const (
	textFormat   = 0
	binaryFormat = 1
)

// formatOf picks column i's format from a Bind list: none = text, one = all, else one each.
func formatOf(formats []int16, i int) int16 {
	switch len(formats) {
	case 0:
		return textFormat
	case 1:
		return formats[0]
	}
	return formats[i]
}

// rowDescription builds the RowDescription message.
func rowDescription(cols []session.Column, formats []int16) *pgproto3.RowDescription {
	m := &pgproto3.RowDescription{Fields: make([]pgproto3.FieldDescription, len(cols))}
	for i, col := range cols {
		size := int16(-1)
		typ := col.Type.Base() // a domain is shown as what it is made over
		oid := typ.OID
		if in := types.Lookup(oid); in != nil {
			size = in.Len
		}
		if oid == types.OIDUnknown {
			oid, size = types.OIDText, -1
		}
		m.Fields[i] = pgproto3.FieldDescription{
			Name: []byte(col.Name), TableOID: uint32(col.Table), TableAttributeNumber: uint16(col.Attr),
			DataTypeOID: uint32(oid), DataTypeSize: size, TypeModifier: typ.Mod, Format: formatOf(formats, i),
		}
	}
	return m
}

// dataRows appends a DataRow per row of the batch straight to the output buffer.
func (c *conn) dataRows(cols []session.Column, formats []int16, f *types.Format, b *session.Batch) error {
	c.outMu.Lock()
	defer c.outMu.Unlock()
	start := len(c.out)
	defer func() {
		if r := recover(); r != nil { // half a row must not reach the client
			c.out = c.out[:start]
			panic(r)
		}
	}()
	for _, sel := range b.Selection() {
		row := int(sel)
		start = len(c.out)
		c.out = append(c.out, 'D', 0, 0, 0, 0, 0, 0)
		binary.BigEndian.PutUint16(c.out[start+5:], uint16(len(cols)))
		for j := range cols {
			if err := c.appendValue(&b.Cols[j], row, cols[j].Type, formatOf(formats, j), f); err != nil {
				c.out = c.out[:start]
				return err
			}
		}
		n := len(c.out) - start - 1
		if n > math.MaxInt32 {
			c.out = c.out[:start]
			return sqlerr.New(sqlerr.ProgramLimitExceeded, "row of %d bytes is too large to send", n)
		}
		binary.BigEndian.PutUint32(c.out[start+1:], uint32(n))
		if len(c.out) >= flushBytes {
			c.write()
			start = 0
		}
	}
	return c.fail
}

// appendValue appends one length-prefixed value; needs outMu.
func (c *conn) appendValue(col *types.Column, row int, t types.Type, format int16, f *types.Format) error {
	if col.IsNull(row) {
		c.out = append(c.out, 0xff, 0xff, 0xff, 0xff)
		return nil
	}
	at := len(c.out)
	c.out = append(c.out, 0, 0, 0, 0)
	v := col.Get(row)
	if format == binaryFormat {
		out, err := types.AppendBinary(c.out, t, v)
		if err != nil {
			return err
		}
		c.out = out
	} else {
		c.out = types.AppendText(c.out, t, v, f)
	}
	binary.BigEndian.PutUint32(c.out[at:], uint32(len(c.out)-at-4))
	return nil
}
