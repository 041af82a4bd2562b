package session

import (
	"bufio"
	"context"
	"errors"
	"io"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec"
)

// copyLoader brings the rows of COPY FROM to the executor's writer, batch by batch.
type copyLoader struct {
	table   *catalog.Table
	columns []int
	o       *copyOptions
	format  *types.Format
	in      *bufio.Reader
	w       *exec.CopyWriter
	line    int64 // rows read so far, the header's line included
}

func (l *copyLoader) run(ctx context.Context) error {
	if l.o.header {
		if err := l.readHeader(); err != nil {
			return err
		}
	}
	load := l.serial
	if l.o.format == copyText && l.anyThread() {
		load = l.parallel
	}
	if err := load(ctx); err != nil {
		return err
	}
	return l.w.Finish()
}

// serial decodes and writes in turn.
func (l *copyLoader) serial(ctx context.Context) error {
	r := l.rows(newCopyDecoder(l.in, l.o))
	var b exec.Batch
	for {
		more, err := r.fill(&b)
		if err == nil {
			err = l.flush(ctx, &b)
		} else {
			err = l.place(r, err)
		}
		if err != nil {
			return err
		}
		l.line += int64(r.read)
		if !more {
			return nil
		}
	}
}

func (l *copyLoader) flush(ctx context.Context, b *exec.Batch) error {
	if b.N == 0 {
		return nil
	}
	if err := interruptOf(ctx); err != nil {
		return err
	}
	err := l.w.Write(b)
	if err != nil { // of some row of the batch: the line is not known
		if e := sqlerr.From(err); e.Where == "" {
			return e.In("COPY %s", l.table.Name)
		}
	}
	return err
}

// place adds the line, and the column if it is one's, to an error that does not tell its place yet.
func (l *copyLoader) place(r *copyRows, err error) error {
	e := sqlerr.From(err)
	switch line := l.line + int64(r.read) + 1; {
	case e.Where != "":
	case r.column != "":
		e = e.In("COPY %s, line %d, column %s", l.table.Name, line, r.column)
	default:
		e = e.In("COPY %s, line %d", l.table.Name, line)
	}
	return e
}

func (l *copyLoader) readHeader() error {
	fields, err := newCopyDecoder(l.in, l.o).row()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return l.place(&copyRows{}, err)
	}
	l.line++
	if !l.o.matchNames {
		return nil
	}
	if len(fields) != len(l.columns) {
		return badCopy("wrong number of fields in header line: got %d, expected %d", len(fields), len(l.columns))
	}
	for i := range fields {
		if want := l.table.Columns[l.columns[i]-1].Name; string(fields[i].raw) != want {
			return badCopy("column name mismatch in header line field %d: got %q, expected %q", i+1, fields[i].raw, want)
		}
	}
	return nil
}

// copyRows decodes rows into batches.
type copyRows struct {
	l      *copyLoader
	dec    copyDecoder
	read   int    // rows of the last fill
	column string // that the last error is about, "" for none
}

func (l *copyLoader) rows(dec copyDecoder) *copyRows { return &copyRows{l: l, dec: dec} }

// fill puts the next rows into b, exec.BatchRows at most. more is false at the end.
func (r *copyRows) fill(b *exec.Batch) (more bool, err error) {
	l := r.l
	b.N, b.Sel = 0, nil
	if b.Cols == nil {
		b.Cols = make([]types.Column, len(l.columns))
	}
	for i, ord := range l.columns {
		b.Cols[i].Reset(l.table.Columns[ord-1].Type, 0)
	}
	r.read, r.column = 0, ""
	for b.N < exec.BatchRows {
		fields, err := r.dec.row()
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err == nil {
			err = r.add(b, fields)
		}
		if err != nil {
			return false, err
		}
		r.read++
	}
	return true, nil
}

func (r *copyRows) add(b *exec.Batch, fields []field) error {
	l := r.l
	if len(fields) == 1 && !fields[0].null && len(fields[0].raw) == 0 && len(l.columns) == 0 {
		fields = nil
	}
	if len(fields) < len(l.columns) {
		return badCopy("missing data for column %q", l.table.Columns[l.columns[len(fields)]-1].Name)
	}
	if len(fields) > len(l.columns) {
		return badCopy("extra data after last expected column")
	}
	for i := range fields {
		v, err := l.value(i, &fields[i])
		if err != nil {
			r.column = l.table.Columns[l.columns[i]-1].Name
			return err
		}
		b.Cols[i].Append(v)
	}
	b.N++
	return nil
}

func (l *copyLoader) value(i int, f *field) (types.Value, error) {
	col := &l.table.Columns[l.columns[i]-1]
	if f.dflt {
		return types.Null, sqlerr.Unsupported("the DEFAULT marker of COPY", "Leave the column out of the column list.")
	}
	if f.null && !l.o.forceNot[col.Name] {
		return types.Null, nil
	}
	if f.null {
		f = &field{}
	}
	if l.o.forceNull[col.Name] && string(f.raw) == l.o.null {
		return types.Null, nil
	}
	if l.o.format == copyBinary {
		v, err := types.ParseBinary(col.Type, f.raw)
		if err != nil {
			return types.Null, err
		}
		return types.ApplyTypmod(col.Type, v.Clone(), false)
	}
	text := string(f.raw)
	if err := checkParamText(text); err != nil {
		return types.Null, err
	}
	v, err := types.ParseText(col.Type, text, l.format)
	if err != nil {
		return types.Null, err
	}
	return types.ApplyTypmod(col.Type, v, false)
}
