package session

import (
	"fmt"
	"strings"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec"
	"synapse/exec/eval"
	"synapse/exec/plan"
	"synapse/planner/ast"
	"synapse/planner/bind"
	"synapse/planner/parse"
	"synapse/wire/session/interp"
)

// simpleExpr is the expression of SELECT expr where it neither reads tables nor
// calls created functions: it is evaluated without a plan's run. Parameters
// become slots, which are read anew each time.
func simpleExpr(cat *catalog.Catalog, p *plan.Plan) plan.Expr {
	pr, ok := p.Root.(*plan.Project)
	if !ok || p.Command != plan.Select || len(pr.Exprs) != 1 || len(p.CTEs) > 0 || p.Slots > 0 || p.Ranked {
		return nil
	}
	v, ok := pr.Input.(*plan.Values)
	if !ok || len(v.Rows) != 1 || len(v.Rows[0]) != 0 {
		return nil
	}
	simple := true
	var rewrite func(e plan.Expr) plan.Expr
	rewrite = func(e plan.Expr) plan.Expr {
		switch x := e.(type) {
		case *plan.Param:
			return &plan.Slot{N: x.N - 1, Typ: x.Typ}
		case *plan.SubPlan, *plan.Slot:
			simple = false
			return e
		case *plan.Func:
			if cat.Function(x.Fn.OID) != nil || x.Fn.Eval == nil {
				simple = false
			}
		}
		return plan.MapChildren(e, rewrite)
	}
	out := rewrite(pr.Exprs[0])
	if !simple {
		return nil
	}
	return out
}

// Value implements interp.Statement.
func (s *statement) Value(params []types.Value) (types.Value, error) {
	if s.busy {
		again := *s
		again.busy, again.expr = false, nil
		return again.Value(params)
	}
	s.busy = true
	defer func() { s.busy = false }()
	c := s.r.cur
	if err := c.s.permit(s.kept.Plan()); err != nil {
		return types.Null, err
	}
	env := c.s.execEnv(c.ctx, &portal{lineage: c.caller.lineage}, nil)
	c.inherit(env, 0)
	if s.expr == nil {
		s.comp = &eval.Compiler{Env: &builtin.Env{}}
		x, err := eval.Compile(s.simple, s.comp)
		if err != nil {
			return types.Null, err
		}
		s.expr = x
	}
	*s.comp.Env = *env.Builtin
	s.comp.Slots = params
	return s.expr.Values(nil)
}

// runSimple is Run for an expression.
func (s *statement) runSimple(params []types.Value, each func(row []types.Value) error) (int64, error) {
	busy := s.busy
	s.busy = false
	v, err := s.Value(params)
	s.busy = busy
	if err == nil && each != nil {
		err = each([]types.Value{v})
	}
	return 1, err
}

// Cast implements interp.Host.
func (c *call) Cast(v types.Value, from, to types.Type) (types.Value, error) {
	if from == to || from.OID == to.OID && to.Mod < 0 || v.IsNull() {
		return v, nil
	}
	s := c.s
	key := [2]types.Type{from, to}
	x, known := s.casts[key]
	if !known {
		var err error
		if x, err = s.engine.Planner.Cast(s.bindContext(s.catalog(), nil), from, to); err != nil {
			return types.Null, err
		}
		s.casts[key] = x
	}
	if x == nil {
		return v, nil
	}
	env := s.execEnv(c.ctx, &portal{}, nil)
	env.Params = []types.Value{v}
	return exec.EvalConst(env, x)
}

// Type implements interp.Host.
func (c *call) Type(text string) (types.Type, types.OID, error) {
	list, err := parse.Parse("SELECT NULL::" + text)
	if err != nil {
		return types.Type{}, 0, err
	}
	cast, ok := list[0].Stmt.(*ast.SelectStmt).Targets[0].Expr.(*ast.CastExpr)
	if !ok {
		return types.Type{}, 0, sqlerr.New(sqlerr.SyntaxError, "invalid type name \"%s\"", text)
	}
	bc := c.bindContext()
	t, err := c.s.engine.Planner.ResolveType(bc, cast.Type)
	if err == nil {
		if rel := bind.RowOf(&bc, cast.Type.Names, t); rel != 0 {
			return types.Record, rel, nil
		}
		return t, 0, nil
	}
	e := *sqlerr.From(err)
	e.Position = 0
	return t, 0, &e
}

// ColumnType implements interp.Host.
func (c *call) ColumnType(name []string) (types.Type, error) {
	if len(name) < 2 {
		return types.Type{}, sqlerr.New(sqlerr.SyntaxError, "relation name is missing before \"%s%%TYPE\"", strings.Join(name, "."))
	}
	bc := c.bindContext()
	rel := bind.RowType(&bc, name[:len(name)-1])
	if rel == 0 {
		return types.Type{}, sqlerr.New(sqlerr.UndefinedTable, "relation \"%s\" does not exist", strings.Join(name[:len(name)-1], "."))
	}
	names, ts := c.RowColumns(rel)
	for i, n := range names {
		if n == name[len(name)-1] {
			return ts[i], nil
		}
	}
	return types.Type{}, sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", name[len(name)-1], name[len(name)-2])
}

// RowType implements interp.Host.
func (c *call) RowType(name []string) (types.OID, error) {
	bc := c.bindContext()
	if rel := bind.RowType(&bc, name); rel != 0 {
		return rel, nil
	}
	return 0, sqlerr.New(sqlerr.UndefinedTable, "relation \"%s\" does not exist", strings.Join(name, "."))
}

// RowColumns implements interp.Host.
func (c *call) RowColumns(rel types.OID) (names []string, columns []types.Type) {
	for _, col := range bind.RowColumns(c.bindContext().Catalog, rel) {
		names, columns = append(names, col.Name), append(columns, col.Type)
	}
	return names, columns
}

// Text implements interp.Host.
func (c *call) Text(v types.Value, t types.Type) string {
	return types.FormatText(t, v, c.s.textFormat())
}

// Notice implements interp.Host.
func (c *call) Notice(e *sqlerr.Error) { c.s.notice(e) }

// Interrupt implements interp.Host.
func (c *call) Interrupt() error { return interruptOf(c.ctx) }

// Savepoint implements interp.Host.
func (c *call) Savepoint() (func(undo bool), error) {
	s := c.s
	if s.block.txn == nil || c.caller.past {
		return func(bool) {}, nil
	}
	txn, sp := s.block.txn, s.block.txn.Savepoint()
	settings, outbox, listen := s.settings.mark(), len(s.outbox), len(s.listen)
	deferred := s.block.deferred.Mark()
	cursors := map[string]bool{}
	for name := range s.cursors {
		cursors[name] = true
	}
	c.subs++
	return func(undo bool) {
		c.subs--
		if s.block.txn != txn {
			return
		}
		if undo {
			txn.RollbackTo(sp)
			s.settings.rollbackTo(settings)
			s.outbox, s.listen = s.outbox[:outbox], s.listen[:listen]
			s.block.deferred.RollbackTo(deferred)
			for name := range s.cursors {
				if !cursors[name] {
					_, _ = s.closeCursor(name)
				}
			}
		}
		txn.Release(sp)
	}, nil
}

// OpenCursor implements interp.Host.
func (c *call) OpenCursor(name string, st interp.Statement, params []types.Value) (string, error) {
	s := c.s
	for name == "" {
		s.unnamed++
		if n := fmt.Sprintf("<unnamed portal %d>", s.unnamed); s.cursors[n] == nil {
			name = n
		}
	}
	if s.cursors[name] != nil {
		return "", sqlerr.New(sqlerr.DuplicateCursor, "cursor \"%s\" already in use", name)
	}
	if len(s.cursors) >= maxPortals {
		return "", sqlerr.New(sqlerr.ConfigLimitExceeded, "too many open cursors: the limit is %d", maxPortals)
	}
	src, err := st.(*statement).open(params)
	if err != nil {
		return "", err
	}
	s.cursors[name] = &cursor{name: name, cols: st.Columns(), src: src, scroll: true, depth: len(s.block.saves)}
	return name, nil
}

var fetchDirections = map[string]ast.FetchDirection{
	"FORWARD": ast.FetchForward, "BACKWARD": ast.FetchBackward, "ABSOLUTE": ast.FetchAbsolute, "RELATIVE": ast.FetchRelative,
	"NEXT": ast.FetchForward, "PRIOR": ast.FetchBackward, "FIRST": ast.FetchAbsolute, "LAST": ast.FetchAbsolute,
}

// Fetch implements interp.Host.
func (c *call) Fetch(name, direction string, count int64, all, move bool) ([]string, []types.Type, []types.Value, int64, error) {
	t := &ast.FetchStmt{Cursor: name, Direction: fetchDirections[direction], Count: count, Move: move}
	switch {
	case all:
		t.Count = ast.FetchAllRows
	case direction == "LAST":
		t.Count = -1
	}
	cur, rows, err := c.s.fetch(t)
	if err != nil || len(rows) == 0 {
		return nil, nil, nil, 0, err
	}
	var names []string
	var ts []types.Type
	for _, col := range cur.cols {
		names, ts = append(names, col.Name), append(ts, col.Type)
	}
	row := rows[len(rows)-1]
	out := make([]types.Value, len(row))
	for i, v := range row {
		out[i] = v.Clone()
	}
	return names, ts, out, int64(len(rows)), nil
}

// CloseCursor implements interp.Host.
func (c *call) CloseCursor(name string) error {
	_, err := c.s.closeCursor(name)
	return err
}
