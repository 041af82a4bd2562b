package parse

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"

	"synapse/planner/ast"
)

var txnKinds = map[pg.TransactionStmtKind]ast.TxnKind{
	pg.TransactionStmtKind_TRANS_STMT_BEGIN:             ast.TxnBegin,
	pg.TransactionStmtKind_TRANS_STMT_START:             ast.TxnStart,
	pg.TransactionStmtKind_TRANS_STMT_COMMIT:            ast.TxnCommit,
	pg.TransactionStmtKind_TRANS_STMT_ROLLBACK:          ast.TxnRollback,
	pg.TransactionStmtKind_TRANS_STMT_SAVEPOINT:         ast.TxnSavepoint,
	pg.TransactionStmtKind_TRANS_STMT_RELEASE:           ast.TxnRelease,
	pg.TransactionStmtKind_TRANS_STMT_ROLLBACK_TO:       ast.TxnRollbackTo,
	pg.TransactionStmtKind_TRANS_STMT_PREPARE:           ast.TxnPrepare,
	pg.TransactionStmtKind_TRANS_STMT_COMMIT_PREPARED:   ast.TxnCommitPrepared,
	pg.TransactionStmtKind_TRANS_STMT_ROLLBACK_PREPARED: ast.TxnRollbackPrepared,
}

func (c *converter) transaction(s *pg.TransactionStmt) *ast.TransactionStmt {
	out := &ast.TransactionStmt{
		Position: ast.Unknown, Kind: txnKinds[s.Kind], Name: s.SavepointName, Chain: s.Chain,
		Modes: c.txnModes(s.Options), AsOf: c.text.txnAsOf,
	}
	if s.Gid != "" {
		out.Name = s.Gid
	}
	return out
}

// txnModes reads the DefElems of transaction modes.
func (c *converter) txnModes(nodes []*pg.Node) ast.TxnModes {
	var out ast.TxnModes
	for _, o := range c.options(nodes) {
		k, ok := o.Value.(*ast.Const)
		if !ok {
			continue
		}
		on := k.Int != 0
		switch o.Name {
		case "transaction_isolation":
			out.Isolation = k.Text
		case "transaction_read_only":
			out.ReadOnly = &on
		case "transaction_deferrable":
			out.Deferrable = &on
		}
	}
	return out
}

// setStmt converts SET, RESET and the SET TRANSACTION family, which the grammar
// folds into the same node.
func (c *converter) setStmt(s *pg.VariableSetStmt) ast.Stmt {
	if s.Kind != pg.VariableSetKind_VAR_SET_MULTI {
		return c.set(s)
	}
	out := &ast.SetTransactionStmt{Position: ast.Unknown, AsOf: c.text.txnAsOf}
	switch s.Name {
	case "TRANSACTION SNAPSHOT":
		if len(s.Args) > 0 {
			out.Snapshot = s.Args[0].GetAConst().GetSval().GetSval()
		}
		return out
	case "SESSION CHARACTERISTICS":
		out.Session = true
	}
	out.Modes = c.txnModes(s.Args)
	return out
}

func (c *converter) set(s *pg.VariableSetStmt) *ast.SetStmt {
	out := &ast.SetStmt{Position: ast.Unknown, Name: strings.ToLower(s.GetName()), Values: c.exprs(s.GetArgs()), Local: s.GetIsLocal()}
	switch s.GetKind() {
	case pg.VariableSetKind_VAR_SET_DEFAULT:
		out.Default = true
	case pg.VariableSetKind_VAR_SET_CURRENT:
		out.Current = true
	case pg.VariableSetKind_VAR_RESET, pg.VariableSetKind_VAR_RESET_ALL:
		out.Default, out.Reset = true, true
	}
	return out
}

var fetchDirections = map[pg.FetchDirection]ast.FetchDirection{
	pg.FetchDirection_FETCH_FORWARD:  ast.FetchForward,
	pg.FetchDirection_FETCH_BACKWARD: ast.FetchBackward,
	pg.FetchDirection_FETCH_ABSOLUTE: ast.FetchAbsolute,
	pg.FetchDirection_FETCH_RELATIVE: ast.FetchRelative,
}

// PostgreSQL's CURSOR_OPT bits (nodes/parsenodes.h).
const (
	cursorBinary      = 0x0001
	cursorScroll      = 0x0002
	cursorNoScroll    = 0x0004
	cursorInsensitive = 0x0008
	cursorHold        = 0x0020
)

func (c *converter) declare(s *pg.DeclareCursorStmt) *ast.DeclareStmt {
	return &ast.DeclareStmt{
		Position: ast.Unknown, Name: s.Portalname, Binary: s.Options&cursorBinary != 0,
		Scroll: s.Options&cursorScroll != 0, NoScroll: s.Options&cursorNoScroll != 0,
		Insensitive: s.Options&cursorInsensitive != 0, Hold: s.Options&cursorHold != 0, Query: c.query(s.Query),
	}
}

func (c *converter) copyStmt(s *pg.CopyStmt) *ast.CopyStmt {
	out := &ast.CopyStmt{
		Position: ast.Unknown, Table: c.tableRef(s.Relation), Columns: strs(s.Attlist), From: s.IsFrom, Program: s.IsProgram,
		Filename: s.Filename, Options: c.options(s.Options), Where: c.expr(s.WhereClause),
	}
	if s.Query != nil {
		out.Query = c.stmt(s.Query)
	}
	return out
}

func (c *converter) vacuum(s *pg.VacuumStmt) *ast.VacuumStmt {
	return &ast.VacuumStmt{
		Position: ast.Unknown, Analyze: !s.IsVacuumcmd, Options: c.options(s.Options),
		Tables: each(s.Rels, func(n *pg.Node) *ast.VacuumTable {
			r := n.GetVacuumRelation()
			table := c.tableRef(r.GetRelation())
			return &ast.VacuumTable{Position: table.Position, Table: table, Columns: strs(r.GetVaCols())}
		}),
	}
}

func (c *converter) reindex(s *pg.ReindexStmt) *ast.ReindexStmt {
	kind := strings.TrimPrefix(s.Kind.String(), "REINDEX_OBJECT_")
	return &ast.ReindexStmt{
		Position: ast.Unknown, Kind: ast.ObjectKind(kind), Table: c.tableRef(s.Relation), Name: s.Name, Options: c.options(s.Params),
	}
}

func discardKind(m pg.DiscardMode) ast.DiscardKind {
	switch m {
	case pg.DiscardMode_DISCARD_PLANS:
		return ast.DiscardPlans
	case pg.DiscardMode_DISCARD_SEQUENCES:
		return ast.DiscardSequences
	case pg.DiscardMode_DISCARD_TEMP:
		return ast.DiscardTemp
	}
	return ast.DiscardAll
}

func (c *converter) do(s *pg.DoStmt) *ast.DoStmt {
	out := &ast.DoStmt{Position: ast.Unknown, Language: "plpgsql"}
	for _, o := range c.options(s.Args) {
		switch o.Name {
		case "language":
			out.Language = o.Text()
		case "as":
			out.Body, out.Position = o.Text(), o.Position
		}
	}
	return out
}

func (c *converter) prepare(s *pg.PrepareStmt) *ast.PrepareStmt {
	return &ast.PrepareStmt{
		Position: ast.Unknown, Name: s.Name, Query: c.stmt(s.Query),
		Types: each(s.Argtypes, func(n *pg.Node) *ast.TypeName { return c.typeName(n.GetTypeName()) }),
	}
}
