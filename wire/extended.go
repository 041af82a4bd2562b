package wire

import (
	"github.com/jackc/pgx/v5/pgproto3"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/wire/session"
)

// parse handles Parse: a statement is prepared.
func (c *conn) parse(m *pgproto3.Parse) error {
	if err := session.CheckText(m.Query); err != nil {
		return err
	}
	oids := make([]types.OID, len(m.ParameterOIDs))
	for i, oid := range m.ParameterOIDs {
		oids[i] = types.OID(oid)
	}
	ctx, done := c.statementContext()
	defer done()
	if err := c.sess.Parse(ctx, m.Name, m.Query, oids); err != nil {
		return err
	}
	c.send(&pgproto3.ParseComplete{})
	return nil
}

// bind handles Bind: parameters and result formats make a portal.
func (c *conn) bind(m *pgproto3.Bind) error {
	n := len(m.Parameters)
	if n > maxParams {
		return sqlerr.New(sqlerr.ProtocolViolation, "too many parameters")
	}
	if k := len(m.ParameterFormatCodes); k > 1 && k != n {
		return sqlerr.New(sqlerr.ProtocolViolation, "bind message has %d parameter formats but %d parameters", k, n)
	}
	params := make([]session.Param, n)
	for i, raw := range m.Parameters {
		format := formatOf(m.ParameterFormatCodes, i)
		if format != textFormat && format != binaryFormat {
			return sqlerr.New(sqlerr.InvalidParameterValue, "unsupported format code: %d", format)
		}
		params[i] = session.Param{Raw: raw, Binary: format == binaryFormat}
	}
	for _, f := range m.ResultFormatCodes {
		if f != textFormat && f != binaryFormat {
			return sqlerr.New(sqlerr.InvalidParameterValue, "unsupported format code: %d", f)
		}
	}
	ctx, done := c.statementContext()
	defer done()
	formats := append([]int16(nil), m.ResultFormatCodes...)
	if err := c.sess.Bind(ctx, m.DestinationPortal, m.PreparedStatement, params, formats); err != nil {
		return err
	}
	cols, _, err := c.sess.DescribePortal(m.DestinationPortal)
	if err != nil {
		return err
	}
	if err := checkFormats(cols, formats); err != nil {
		return err
	}
	c.send(&pgproto3.BindComplete{})
	return nil
}

// describe handles Describe of a statement or a portal.
func (c *conn) describe(m *pgproto3.Describe) error {
	var cols []session.Column
	var formats []int16
	switch m.ObjectType {
	case 'S':
		params, columns, err := c.sess.DescribeStatement(m.Name)
		if err != nil {
			return err
		}
		d := &pgproto3.ParameterDescription{ParameterOIDs: make([]uint32, len(params))}
		for i, p := range params {
			d.ParameterOIDs[i] = uint32(p.OID)
		}
		c.send(d)
		cols = columns
	case 'P':
		columns, f, err := c.sess.DescribePortal(m.Name)
		if err != nil {
			return err
		}
		cols, formats = columns, f
	default:
		return sqlerr.New(sqlerr.ProtocolViolation, "invalid DESCRIBE message subtype %d", m.ObjectType)
	}
	if cols == nil {
		c.send(&pgproto3.NoData{})
		return nil
	}
	c.send(rowDescription(cols, formats))
	return nil
}

// checkFormats wants no result format, one for all columns, or one each; a statement without columns takes any.
func checkFormats(cols []session.Column, formats []int16) error {
	if k := len(formats); k > 1 && cols != nil && k != len(cols) {
		return sqlerr.New(sqlerr.ProtocolViolation, "bind message has %d result formats but query has %d columns", k, len(cols))
	}
	return nil
}

// execute handles Execute: the portal runs until its end or the row limit.
func (c *conn) execute(m *pgproto3.Execute) error {
	ctx, done := c.statementContext()
	defer done()
	suspended, err := c.sess.Execute(ctx, m.Portal, int64(m.MaxRows), (*sink)(c))
	if err != nil {
		return err
	}
	if suspended {
		c.send(&pgproto3.PortalSuspended{})
	}
	return nil
}

// closeObject handles Close; closing what does not exist is no error.
func (c *conn) closeObject(m *pgproto3.Close) error {
	switch m.ObjectType {
	case 'S':
		c.sess.CloseStatement(m.Name)
	case 'P':
		c.sess.ClosePortal(m.Name)
	default:
		return sqlerr.New(sqlerr.ProtocolViolation, "invalid CLOSE message subtype %d", m.ObjectType)
	}
	c.send(&pgproto3.CloseComplete{})
	return nil
}
