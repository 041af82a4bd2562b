package sqltests

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"synapse/catalog/types"
)

// mode is how statements are sent and results come back.
type mode uint8

const (
	simpleText mode = iota
	extendedText
	extendedBinary
)

func (m mode) String() string { return [...]string{"simple", "extended-text", "extended-binary"}[m] }

// outcome is what a statement did.
type outcome struct {
	rows []string
	code string // SQLSTATE of an error, "" for success
	err  error
	cols int // -1: no result set
}

// send runs one statement.
func send(ctx context.Context, c *pgconn.PgConn, m mode, sql string) outcome {
	if m == simpleText {
		results, err := c.Exec(ctx, sql).ReadAll()
		out := outcome{cols: -1}
		for _, r := range results {
			if r.FieldDescriptions != nil || len(r.Rows) > 0 {
				out.cols = len(r.FieldDescriptions)
				for _, row := range r.Rows {
					out.rows = append(out.rows, textRow(row))
				}
			}
		}
		return out.failed(err)
	}
	format := int16(0)
	if m == extendedBinary {
		format = 1
	}
	r := c.ExecParams(ctx, sql, nil, nil, nil, []int16{format})
	out := outcome{cols: -1}
	fields := r.FieldDescriptions()
	if fields != nil {
		out.cols = len(fields)
	}
	var decodeErr error
	for r.NextRow() {
		row := r.Values()
		if m == extendedText {
			out.rows = append(out.rows, textRow(row))
			continue
		}
		line, err := binaryRow(fields, row)
		if err != nil && decodeErr == nil {
			decodeErr = err
		}
		out.rows = append(out.rows, line)
	}
	_, err := r.Close()
	if err == nil {
		err = decodeErr
	}
	return out.failed(err)
}

func (o outcome) failed(err error) outcome {
	if err == nil {
		return o
	}
	o.err, o.code = err, "?"
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		o.code = pg.Code
	}
	return o
}

func textRow(row [][]byte) string {
	out := make([]string, len(row))
	for i, v := range row {
		switch {
		case v == nil:
			out[i] = "NULL"
		case len(v) == 0:
			out[i] = "(empty)"
		default:
			out[i] = strings.ReplaceAll(string(v), "\n", `\n`)
		}
	}
	return strings.Join(out, " | ")
}

// binaryRow decodes values in binary format and prints them as text does.
func binaryRow(fields []pgconn.FieldDescription, row [][]byte) (string, error) {
	text := make([][]byte, len(row))
	for i, v := range row {
		if v == nil {
			continue
		}
		t := types.Type{OID: types.OID(fields[i].DataTypeOID), Mod: fields[i].TypeModifier}
		if types.Lookup(t.OID) == nil {
			return "", fmt.Errorf("column %d has unknown type %d", i+1, t.OID)
		}
		value, err := types.ParseBinary(t, v)
		if err != nil {
			return "", fmt.Errorf("column %d (%s): %w", i+1, types.FormatType(t), err)
		}
		text[i] = types.AppendText([]byte{}, t, value, types.DefaultFormat)
	}
	return textRow(text), nil
}

// compare says how an outcome differs from what the record wants; "" if it does not.
func (r *record) compare(o outcome) string {
	switch r.kind {
	case "ok":
		if o.err != nil {
			return fmt.Sprintf("failed: %v", o.err)
		}
	case "error":
		if o.err == nil {
			return "succeeded, want an error " + r.code
		}
		if o.code != r.code {
			return fmt.Sprintf("SQLSTATE %s, want %s: %v", o.code, r.code, o.err)
		}
	case "query":
		if o.err != nil {
			return fmt.Sprintf("failed: %v", o.err)
		}
		got, want := r.ordered(o.rows), r.ordered(r.want)
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			return "rows differ\ngot:\n  " + strings.Join(got, "\n  ") + "\nwant:\n  " + strings.Join(want, "\n  ")
		}
	}
	return ""
}

func (r *record) ordered(rows []string) []string {
	if !r.rowsort {
		return rows
	}
	out := append([]string(nil), rows...)
	sort.Strings(out)
	return out
}
