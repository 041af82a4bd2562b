package session

import (
	"context"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec"
	"synapse/exec/plan"
	"synapse/planner/ast"
	"synapse/planner/plpgsql"
	"synapse/wire/session/interp"
)

// do runs DO.
func (s *Session) do(ctx context.Context, p *portal, t *ast.DoStmt) (string, error) {
	if t.Language != "" && t.Language != "plpgsql" {
		if t.Language == "sql" {
			return "", sqlerr.New(sqlerr.FeatureNotSupported, "language \"sql\" does not support inline code execution")
		}
		return "", sqlerr.New(sqlerr.UndefinedObject, "language \"%s\" does not exist", t.Language)
	}
	c, done, err := s.topCall(ctx, p)
	if err != nil {
		return "", err
	}
	defer done()
	return "DO", c.within(func() error { return c.doBlock(t.Body) })
}

// doBlock compiles and runs the body of a DO block.
func (c *call) doBlock(text string) error {
	body, err := plpgsql.Parse(text, plpgsql.Signature{Void: true})
	if err != nil {
		return err
	}
	r := &routine{sig: interp.Signature{Name: "inline_code_block", Ret: types.Void}}
	if r.body, err = interp.Compile(c, body, r.sig); err != nil {
		return err
	}
	defer c.enter(r)()
	_, err = r.body.Call(c, nil, nil)
	return err
}

// topCall begins the run of a DO block or CALL that the client sent. Outside of
// a transaction block it may end the transaction.
func (s *Session) topCall(ctx context.Context, p *portal) (*call, func(), error) {
	s.ensureTxn()
	s.block.commands++
	view, err := s.beginCommand(ctx)
	if err != nil {
		return nil, nil, err
	}
	env := s.execEnv(ctx, p, view)
	h := env.Builtin.Host.(*host)
	c, err := h.newCall(nil)
	if err != nil {
		view.Close()
		return nil, nil, err
	}
	c.free = !s.block.explicit
	return c, view.Close, nil
}

// callProcedure runs CALL; the OUT arguments are a row of results.
func (s *Session) callProcedure(ctx context.Context, p *portal, t *ast.CallStmt) error {
	p.tag = "CALL"
	c, done, err := s.topCall(ctx, p)
	if err != nil {
		return err
	}
	defer done()
	oids := make([]types.OID, len(p.params))
	values := make([]types.Value, len(p.params))
	for i := range p.params {
		oids[i], values[i] = p.params[i].Type.OID, p.params[i].Value
	}
	bc := s.bindContext(s.catalog(), oids)
	f, args, err := s.engine.Planner.Call(bc, t.Call, p.prep.stmt.Text)
	if err != nil {
		return err
	}
	row, err := c.procedure(f, args, values)
	if err != nil {
		return err
	}
	if p.cols = procedureColumns(f); p.cols != nil {
		p.src = &memRows{cols: columnTypes(p.cols), rows: [][]types.Value{row}}
	}
	return nil
}

// procedure evaluates the arguments and runs the procedure.
func (c *call) procedure(f *catalog.Function, exprs []plan.Expr, params []types.Value) ([]types.Value, error) {
	if err := c.s.mayUse(f, catalog.MayExecute); err != nil {
		return nil, err
	}
	env := c.s.execEnv(c.ctx, &portal{lineage: c.caller.lineage}, c.caller.view)
	env.Params = params
	c.inherit(env, 0)
	var args []types.Value
	var ts []types.Type
	for _, e := range exprs {
		if e == nil {
			continue
		}
		v, err := exec.EvalConst(env, e)
		if err != nil {
			return nil, err
		}
		args, ts = append(args, v.Clone()), append(ts, e.Type())
	}
	c.fn = f
	c.free = c.free && !f.SecurityDefiner && len(f.Settings) == 0
	var out []types.Value
	err := c.within(func() error {
		r, err := c.routine(ts, types.Void)
		if err != nil {
			return err
		}
		defer c.enter(r)()
		if r.body != nil {
			res, err := r.body.Call(c, args, nil)
			if err == nil {
				out = res.Row
			}
			return err
		}
		outs := f.Outputs()
		out = make([]types.Value, len(outs))
		return c.runSQL(r, args, 1, func(s *statement, row []types.Value) error {
			for i := range min(len(row), len(out)) {
				v, err := c.Cast(row[i], known(s.Columns()[i].Type), outs[i].Type)
				if err != nil {
					return err
				}
				out[i] = v.Clone()
			}
			return nil
		})
	})
	return out, err
}

func procedureColumns(f *catalog.Function) []Column {
	var out []Column
	for _, a := range f.Outputs() {
		out = append(out, Column{Name: a.Name, Type: a.Type})
	}
	return out
}

func columnTypes(cols []Column) []types.Type {
	out := make([]types.Type, len(cols))
	for i := range cols {
		out[i] = cols[i].Type
	}
	return out
}

// callColumns are the result columns of CALL, nil where it has none.
func (s *Session) callColumns(t *ast.CallStmt, vars plan.Variables) []Column {
	bc := s.bindContext(s.catalog(), nil)
	bc.Variables = vars
	f, _, err := s.engine.Planner.Call(bc, t.Call, "")
	if err != nil {
		return nil
	}
	return procedureColumns(f)
}

// localColumns are those of a statement that the planner does not compile.
func (c *call) localColumns(s *statement) []Column {
	if t, ok := s.st.Stmt.(*ast.CallStmt); ok {
		return c.s.callColumns(t, s.vars)
	}
	return c.s.localColumns(s.st.Stmt)
}

// Outputs implements interp.Caller: the variables that stand where a procedure
// has OUT parameters, nil for other arguments.
func (s *statement) Outputs() ([][]string, error) {
	t, ok := s.st.Stmt.(*ast.CallStmt)
	if !ok {
		return nil, nil
	}
	bc := s.r.cur.bindContext()
	bc.Variables = s.vars
	f, _, err := s.r.cur.s.engine.Planner.Call(bc, t.Call, s.st.Text)
	if err != nil {
		return nil, err
	}
	var out [][]string
	for i := range f.Args {
		if !f.Args[i].Out() || i >= len(t.Call.Args) {
			continue
		}
		arg := t.Call.Args[i]
		if named, ok := arg.(*ast.NamedArg); ok {
			arg = named.Arg
		}
		ref, ok := arg.(*ast.ColumnRef)
		if !ok {
			return nil, sqlerr.New(sqlerr.SyntaxError, "procedure parameter \"%s\" is an output parameter but corresponding argument is not writable", f.Args[i].Name)
		}
		out = append(out, ref.Fields)
	}
	return out, nil
}

// nestedCall runs CALL inside of a function.
func (c *call) nestedCall(s *statement, t *ast.CallStmt, params []types.Value, each func(row []types.Value) error) (int64, error) {
	bc := c.bindContext()
	bc.Variables = s.vars
	f, args, err := c.s.engine.Planner.Call(bc, t.Call, s.st.Text)
	if err != nil {
		return 0, err
	}
	inner, err := c.caller.newCall(nil)
	if err != nil {
		return 0, err
	}
	inner.free, inner.frozen = c.free && c.subs == 0, c.frozen
	row, err := inner.procedure(f, args, params)
	if err != nil || len(f.Outputs()) == 0 || each == nil {
		return 0, err
	}
	return 1, each(row)
}

// Commit implements interp.Host.
func (c *call) Commit(chain bool) error { return c.endTransaction("commit", chain) }

// Rollback implements interp.Host.
func (c *call) Rollback(chain bool) error { return c.endTransaction("roll back", chain) }

func (c *call) endTransaction(what string, chain bool) error {
	s := c.s
	if !c.free {
		return sqlerr.New(sqlerr.InvalidTxnTermination, "invalid transaction termination")
	}
	if c.subs > 0 {
		return sqlerr.New(sqlerr.InvalidTxnTermination, "cannot %s while a subtransaction is active", what)
	}
	modes := s.chainModes()
	if what == "commit" {
		if err := s.commitTxn(c.ctx); err != nil {
			return err
		}
	} else {
		s.abortBlock()
	}
	if chain {
		s.beginTxn(&modes)
	} else {
		s.beginTxn(nil)
	}
	return nil
}
