package session

import (
	"context"
	"errors"
	"fmt"
	"io"

	"synapse/catalog/builtin"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec"
	"synapse/exec/plan"
	"synapse/planner/ast"
	"synapse/planner/parse"
)

// runCopy runs COPY.
func (s *Session) runCopy(ctx context.Context, p *portal, t *ast.CopyStmt) error {
	if t.Filename != "" || t.Program {
		return sqlerr.Unsupported("COPY to or from a file of the server", "Use COPY … FROM STDIN or TO STDOUT, or psql's \\copy.")
	}
	o, err := parseCopyOptions(t)
	if err != nil {
		return err
	}
	s.ensureTxn()
	var n int64
	if t.From {
		n, err = s.copyFrom(ctx, t, o)
	} else {
		n, err = s.copyTo(ctx, p, t, o)
	}
	p.tag = fmt.Sprintf("COPY %d", n)
	p.lineage.addRows(n)
	return err
}

// copyFrom loads rows through the executor's write path.
func (s *Session) copyFrom(ctx context.Context, t *ast.CopyStmt, o *copyOptions) (int64, error) {
	bc := s.bindContext(s.catalog(), nil)
	table, err := s.engine.Planner.ResolveTable(bc, t.Table)
	if err != nil {
		return 0, err
	}
	if s.block.readOnly || s.block.asOf != 0 {
		return 0, sqlerr.New(sqlerr.ReadOnlySQLTransaction, "cannot execute COPY FROM in a read-only transaction")
	}
	if s.settings.must("synapse.as_of") != "" {
		return 0, sqlerr.New(sqlerr.ReadOnlySQLTransaction, "cannot execute COPY FROM while reading as of a past moment").
			WithHint("Reset synapse.as_of.")
	}
	if t.Where != nil {
		return 0, sqlerr.Unsupported("COPY FROM … WHERE", "Load into a temporary table and INSERT … SELECT … WHERE from it.")
	}
	columns, err := copyColumns(table, t.Columns)
	if err != nil {
		return 0, err
	}
	info, err := s.engine.Planner.TableInfo(ctx, bc, table)
	if err != nil {
		return 0, err
	}
	s.block.commands++
	view, err := s.block.txn.BeginCommand(ctx)
	if err != nil {
		return 0, err
	}
	defer view.Close()
	w, err := exec.NewCopyWriter(ctx, s.execEnv(ctx, &portal{}, view), info, columns)
	if err != nil {
		return 0, err
	}
	defer w.Close()
	s.block.writes = true
	in := s.sink.CopyIn(len(columns), o.format == copyBinary)
	l := &copyLoader{s: s, table: table, columns: columns, o: o, dec: newCopyDecoder(in, o), w: w}
	n, err := l.run(ctx)
	if err != nil {
		// The client's data must be read to its end before it listens again; a lost connection ends this too.
		_, _ = io.Copy(io.Discard, in)
		return 0, err
	}
	return n, nil
}

// copyLoader turns decoded fields into batches of the writer.
type copyLoader struct {
	s       *Session
	table   *catalog.Table
	columns []int
	o       *copyOptions
	dec     copyDecoder
	w       *exec.CopyWriter
	batch   exec.Batch
	line    int64
}

func (l *copyLoader) run(ctx context.Context) (int64, error) {
	l.reset()
	var total int64
	if l.o.header {
		if err := l.readHeader(); err != nil {
			return 0, err
		}
	}
	for {
		fields, err := l.dec.row()
		if errors.Is(err, io.EOF) {
			break
		}
		l.line++
		if err == nil {
			err = l.add(fields)
		}
		if err == nil && l.batch.N == exec.BatchRows {
			err = l.flush(ctx)
		}
		if err != nil {
			return total, l.place(err)
		}
		total++
	}
	if err := l.flush(ctx); err != nil {
		return total, err
	}
	return total, l.w.Finish()
}

func (l *copyLoader) reset() {
	l.batch.N, l.batch.Sel = 0, nil
	if l.batch.Cols == nil {
		l.batch.Cols = make([]types.Column, len(l.columns))
	}
	for i, ord := range l.columns {
		l.batch.Cols[i].Reset(l.table.Columns[ord-1].Type, 0)
	}
}

func (l *copyLoader) flush(ctx context.Context) error {
	if l.batch.N == 0 {
		return nil
	}
	if err := interruptOf(ctx); err != nil {
		return err
	}
	err := l.w.Write(&l.batch)
	l.reset()
	if err != nil { // of some row of the batch: the line is not known
		if e := sqlerr.From(err); e.Where == "" {
			return e.In("COPY %s", l.table.Name)
		}
	}
	return err
}

func (l *copyLoader) add(fields []field) error {
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
			e := sqlerr.From(err)
			if e.Where == "" {
				e = e.In("COPY %s, line %d, column %s", l.table.Name, l.line, l.table.Columns[l.columns[i]-1].Name)
			}
			return e
		}
		l.batch.Cols[i].Append(v)
	}
	l.batch.N++
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
	v, err := types.ParseText(col.Type, text, l.s.inputFormat())
	if err != nil {
		return types.Null, err
	}
	return types.ApplyTypmod(col.Type, v, false)
}

// readHeader skips the header line, or checks that it names the columns.
func (l *copyLoader) readHeader() error {
	fields, err := l.dec.row()
	if errors.Is(err, io.EOF) {
		return nil
	}
	l.line++
	if err != nil {
		return l.place(err)
	}
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

// place adds the line to an error that does not tell its place yet.
func (l *copyLoader) place(err error) error {
	e := sqlerr.From(err)
	if e.Where == "" {
		e = e.In("COPY %s, line %d", l.table.Name, l.line)
	}
	return e
}

// copyTo sends a table or query.
func (s *Session) copyTo(ctx context.Context, p *portal, t *ast.CopyStmt, o *copyOptions) (int64, error) {
	inner := parse.Statement{Stmt: t.Query, Text: p.prep.stmt.Text}
	if t.Table != nil {
		list, err := s.engine.Planner.Parse(s.copySelect(t))
		if err != nil {
			return 0, err
		}
		inner = list[0]
	}
	q := &portal{prep: &prepared{stmt: inner}, params: p.params, lineage: p.lineage}
	if err := s.startPlanned(ctx, q); err != nil {
		return 0, err
	}
	defer q.close()
	if q.cols == nil || q.plan.Command == plan.UtilityCommand {
		return 0, sqlerr.New(sqlerr.FeatureNotSupported, "COPY query must have a RETURNING clause")
	}
	w := s.sink.CopyOut(len(q.cols), o.format == copyBinary)
	n, err := s.sendCopy(w, q, o)
	if err != nil {
		return n, err
	}
	return n, w.Close()
}

// copySelect is the query of COPY table (columns) TO.
func (s *Session) copySelect(t *ast.CopyStmt) string {
	list := "*"
	for i, c := range t.Columns {
		if i == 0 {
			list = builtin.QuoteIdent(c)
		} else {
			list += ", " + builtin.QuoteIdent(c)
		}
	}
	name := builtin.QuoteIdent(t.Table.Name)
	if t.Table.Schema != "" {
		name = builtin.QuoteIdent(t.Table.Schema) + "." + name
	}
	return "SELECT " + list + " FROM " + name
}
