package session

import (
	"bufio"
	"context"
	"fmt"
	"io"

	"synapse/catalog"

	"synapse/catalog/builtin"

	"synapse/catalog/sqlerr"
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
		n, err = s.copyFrom(ctx, p, t, o)
	} else {
		n, err = s.copyTo(ctx, p, t, o)
	}
	p.tag = fmt.Sprintf("COPY %d", n)
	p.lineage.addRows(n)
	return err
}

// copyFrom loads rows through the executor's write path.
func (s *Session) copyFrom(ctx context.Context, p *portal, t *ast.CopyStmt, o *copyOptions) (int64, error) {
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
	columns, err := copyColumns(table, t.Columns)
	if err != nil {
		return 0, err
	}
	access := &plan.Plan{Access: []*plan.Access{{Object: table, Needs: catalog.MayInsert, Insert: columns}}}
	if err := s.permit(access); err != nil {
		return 0, err
	}
	info, err := s.engine.Planner.TableInfo(ctx, bc, table)
	if err != nil {
		return 0, err
	}
	var where plan.Expr
	if t.Where != nil {
		if where, err = s.engine.Planner.CopyCondition(bc, table, t.Where, p.prep.stmt.Text); err != nil {
			return 0, err
		}
	}
	s.block.commands++
	view, err := s.beginCommand(ctx)
	if err != nil {
		return 0, err
	}
	defer view.Close()
	w, err := exec.NewCopyWriter(ctx, s.execEnv(ctx, &portal{}, view), info, columns, where)
	if err != nil {
		return 0, err
	}
	defer w.Close()
	s.block.writes = true
	in := s.sink.CopyIn(len(columns), o.format == copyBinary)
	l := &copyLoader{table: table, columns: columns, o: o, format: s.inputFormat(), in: bufio.NewReaderSize(in, copyReadBytes), w: w}
	if err := l.run(ctx); err != nil {
		// The client's data must be read to its end before it listens again; a lost connection ends this too.
		_, _ = io.Copy(io.Discard, in)
		return 0, err
	}
	return w.Rows(), nil
}

// copyTo sends a table or query.
func (s *Session) copyTo(ctx context.Context, p *portal, t *ast.CopyStmt, o *copyOptions) (int64, error) {
	inner := parse.Statement{Stmt: t.Query, Text: p.prep.stmt.Text}
	if t.Table != nil {
		if err := s.copyable(t.Table); err != nil {
			return 0, err
		}
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
	return "SELECT " + list + " FROM ONLY " + name
}

// copyable refuses the tables that store no rows of their own.
func (s *Session) copyable(ref *ast.TableRef) error {
	// What is not there or is no table, the query says.
	t, err := s.engine.Planner.ResolveTable(s.bindContext(s.catalog(), nil), ref)
	if err == nil && t.Partitioned() {
		return sqlerr.New(sqlerr.WrongObjectType, "cannot copy from partitioned table \"%s\"", t.Name).
			WithHint("Try the COPY (SELECT ...) TO variant.")
	}
	return nil
}
