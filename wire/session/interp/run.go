package interp

import (
	"fmt"
	"strings"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/planner/plpgsql"
)

// flow says how a statement ended.
type flow struct {
	kind  flowKind
	label string // of EXIT and CONTINUE
}

type flowKind uint8

const (
	goOn flowKind = iota
	leave
	again
	finish
)

// Result is what a call gave.
type Result struct {
	Value types.Value // of a function that returns one value; a record where Sig.Columns says so
	Row   []types.Value
}

// Call runs a function. args are the values of the IN arguments in order; out
// takes the rows of a function that returns a set. Errors carry CONTEXT.
func (f *Function) Call(host Host, args []types.Value, out func(row []types.Value) error) (*Result, error) {
	fr := f.newFrame(host)
	fr.out = out
	if err := fr.bindArgs(args); err != nil {
		return nil, fr.located(err)
	}
	fl, err := fr.block(f.body)
	if err != nil {
		return nil, fr.located(err)
	}
	fr.line, fr.what = 0, "while casting return value to function's return type"
	switch {
	case f.Sig.Set:
		return &Result{}, nil
	case fl.kind != finish && !f.Sig.Procedure && len(f.outs) == 0 && f.Sig.Ret.OID != types.OIDVoid:
		fr.what = ""
		return nil, fr.located(sqlerr.New(noReturn, "control reached end of function without RETURN"))
	}
	r, err := fr.outcome()
	if err != nil {
		return nil, fr.located(err)
	}
	return r, nil
}

// noReturn is function_executed_no_return_statement.
const noReturn sqlerr.Code = "2F005"

func (f *Function) newFrame(host Host) *frame {
	f.host = host
	fr := &frame{f: f, host: host, recs: map[int]*row{}, vals: make([]types.Value, len(f.datums)), ret: types.Null}
	fr.vals[f.found.no] = types.NewBool(false)
	return fr
}

func (fr *frame) bindArgs(args []types.Value) error {
	k := 0
	for i := range fr.f.Sig.Args {
		a, d := &fr.f.Sig.Args[i], fr.f.datums[i]
		if !a.In {
			continue
		}
		v := types.Null
		if k < len(args) {
			v = args[k]
		}
		k++
		if d.record {
			if err := fr.setRecord(d, v, types.Record); err != nil {
				return err
			}
			continue
		}
		fr.vals[d.no] = v.Clone()
	}
	return nil
}

// located adds the function's line to an error's CONTEXT.
func (fr *frame) located(err error) error {
	e := *sqlerr.From(err)
	where := "PL/pgSQL function " + fr.f.Sig.Name
	switch {
	case fr.line > 0 && strings.HasPrefix(fr.what, "during"):
		where += fmt.Sprintf(" line %d %s", fr.line, fr.what)
	case fr.line > 0:
		where += fmt.Sprintf(" line %d at %s", fr.line, fr.what)
	case fr.what != "":
		where += " " + fr.what
	}
	if e.Where != "" {
		where = e.Where + "\n" + where
	}
	e.Where = where
	return &e
}

// context is the CONTEXT that a message of this function has.
func (fr *frame) context() string {
	return fmt.Sprintf("PL/pgSQL function %s line %d at %s", fr.f.Sig.Name, fr.line, fr.what)
}

func (fr *frame) at(st plpgsql.Stmt, what string) { fr.line, fr.what = st.Pos(), what }

// block runs a block: declarations, statements, and what its handlers catch.
func (fr *frame) block(b *plpgsql.Block) (flow, error) {
	for _, d := range b.Decls {
		fr.line, fr.what = d.Line, "during statement block local variable initialization"
		if err := fr.initialize(d); err != nil {
			return flow{}, err
		}
	}
	if len(b.Handlers) == 0 {
		fl, err := fr.statements(b.Body)
		return fr.leftBlock(b, fl), err
	}
	fr.at(b, "statement block")
	end, err := fr.host.Savepoint()
	if err != nil {
		return flow{}, err
	}
	fl, err := fr.statements(b.Body)
	if err == nil {
		end(false)
		return fr.leftBlock(b, fl), nil
	}
	e := sqlerr.From(err)
	h := handlerOf(b, e)
	end(true)
	if h == nil {
		return flow{}, err
	}
	at := *e
	if at.Where != "" {
		at.Where += "\n"
	}
	at.Where += fr.context()
	outer := fr.caught
	fr.caught = &at
	defer func() { fr.caught = outer }()
	state := fr.f.hidden[b]
	fr.vals[state.no] = types.NewString(string(e.Code))
	fr.vals[state.no+1] = types.NewString(e.Message)
	fl, err = fr.statements(h.Body)
	return fr.leftBlock(b, fl), err
}

// leftBlock ends an EXIT that names the block.
func (fr *frame) leftBlock(b *plpgsql.Block, fl flow) flow {
	if fl.kind == leave && fl.label != "" && fl.label == b.Label {
		return flow{}
	}
	return fl
}

// assertFailure is PostgreSQL's P0004.
const assertFailure sqlerr.Code = "P0004"

// handlerOf finds the first handler that catches an error; nil if none does.
func handlerOf(b *plpgsql.Block, e *sqlerr.Error) *plpgsql.Handler {
	if e.Severity != sqlerr.SeverityError {
		return nil
	}
	for _, h := range b.Handlers {
		for _, c := range h.Conditions {
			if c.Any && e.Code != sqlerr.QueryCanceled && e.Code != assertFailure {
				return h
			}
			for _, code := range c.Codes {
				if code == string(e.Code) || strings.HasSuffix(code, "000") && code[:2] == string(e.Code)[:2] {
					return h
				}
			}
		}
	}
	return nil
}

// initialize gives a declared variable its first value.
func (fr *frame) initialize(d *plpgsql.Decl) error {
	v := fr.f.decls[d]
	if v == nil {
		return nil // an alias
	}
	fr.grow()
	fr.vals[v.no] = types.Null
	delete(fr.recs, v.no)
	if d.Default == nil {
		return nil
	}
	val, t, err := fr.value(d.Default)
	if err != nil {
		return err
	}
	return fr.set(v, val, t)
}

func (fr *frame) statements(list []plpgsql.Stmt) (flow, error) {
	for _, st := range list {
		fl, err := fr.statement(st)
		if err != nil || fl.kind != goOn {
			return fl, err
		}
	}
	return flow{}, nil
}

func (fr *frame) statement(st plpgsql.Stmt) (flow, error) {
	if err := fr.host.Interrupt(); err != nil {
		fr.at(st, statementName(st))
		return flow{}, err
	}
	fr.at(st, statementName(st))
	switch st := st.(type) {
	case *plpgsql.Block:
		return fr.block(st)
	case *plpgsql.Assign:
		v, t, err := fr.value(st.Expr)
		if err != nil {
			return flow{}, err
		}
		return flow{}, fr.assign(st.Target, v, t)
	case *plpgsql.If:
		return fr.branches(st, st.Branches, st.Else)
	case *plpgsql.Case:
		return fr.caseStmt(st)
	case *plpgsql.Loop:
		return fr.loop(st)
	case *plpgsql.ForInt:
		return fr.forInt(st)
	case *plpgsql.ForRows:
		return fr.forRows(st)
	case *plpgsql.ForEach:
		return fr.forEach(st)
	case *plpgsql.Exit:
		return fr.exit(st)
	case *plpgsql.Return:
		return flow{kind: finish}, fr.returnValue(st)
	default:
		return flow{}, fr.action(st)
	}
}

// action runs a statement that does not change the flow.
func (fr *frame) action(st plpgsql.Stmt) error {
	switch st := st.(type) {
	case *plpgsql.SQL:
		return fr.sql(st)
	case *plpgsql.Execute:
		return fr.execute(st)
	case *plpgsql.ReturnNext:
		return fr.returnNext(st)
	case *plpgsql.ReturnQuery:
		return fr.returnQuery(st)
	case *plpgsql.Raise:
		return fr.raise(st)
	case *plpgsql.Assert:
		return fr.assert(st)
	case *plpgsql.Diagnostics:
		return fr.diagnostics(st)
	case *plpgsql.Open:
		return fr.open(st)
	case *plpgsql.Fetch:
		return fr.fetch(st)
	case *plpgsql.Close:
		name, err := fr.cursorName(st.Cursor)
		if err != nil {
			return err
		}
		return fr.host.CloseCursor(name)
	case *plpgsql.Transaction:
		if st.Rollback {
			return fr.host.Rollback(st.Chain)
		}
		return fr.host.Commit(st.Chain)
	}
	return nil // NULL
}

func (fr *frame) branches(st plpgsql.Stmt, list []plpgsql.Branch, rest []plpgsql.Stmt) (flow, error) {
	for _, b := range list {
		fr.line = st.Pos()
		ok, err := fr.truth(b.Cond)
		if err != nil {
			return flow{}, err
		}
		if ok {
			return fr.statements(b.Body)
		}
	}
	return fr.statements(rest)
}

// caseNotFound is PostgreSQL's 20000.
const caseNotFound sqlerr.Code = "20000"

func (fr *frame) caseStmt(st *plpgsql.Case) (flow, error) {
	if st.Expr != nil {
		v, t, err := fr.value(st.Expr)
		if err != nil {
			return flow{}, err
		}
		d := fr.f.hidden[st]
		if d.typ != t { // plans of the branches are for the type of then
			d.typ = t
			for _, b := range st.Branches {
				fr.f.query[b.Cond].stmt = nil
			}
		}
		fr.vals[d.no] = v.Clone()
	}
	for _, b := range st.Branches {
		ok, err := fr.truth(b.Cond)
		if err != nil {
			return flow{}, err
		}
		if ok {
			return fr.statements(b.Body)
		}
	}
	if !st.HasElse {
		return flow{}, sqlerr.New(caseNotFound, "case not found").WithHint("CASE statement is missing ELSE part.")
	}
	return fr.statements(st.Else)
}

func (fr *frame) exit(st *plpgsql.Exit) (flow, error) {
	if st.When != nil {
		ok, err := fr.truth(st.When)
		if err != nil || !ok {
			return flow{}, err
		}
	}
	if st.Continue {
		return flow{again, st.Label}, nil
	}
	return flow{leave, st.Label}, nil
}

// value computes an expression.
func (fr *frame) value(pq *plpgsql.Query) (types.Value, types.Type, error) {
	return fr.valueIn(pq, nil)
}

func (fr *frame) valueIn(pq *plpgsql.Query, s *space) (types.Value, types.Type, error) {
	q, err := fr.prepareAs(pq, s)
	if err != nil {
		return types.Null, types.Type{}, err
	}
	cols := q.stmt.Columns()
	if len(cols) != 1 {
		return types.Null, types.Type{}, sqlerr.New(sqlerr.SyntaxError, "query returned %d columns", len(cols)).In("query: %s", q.Text)
	}
	t := cols[0].Type
	if t.OID == types.OIDUnknown {
		t = types.Text
	}
	if q.stmt.Simple() {
		v, err := q.stmt.Value(fr.vals)
		if err != nil {
			err = internal(err, q)
		}
		return v, t, err
	}
	v, n := types.Null, 0
	_, err = q.stmt.Run(fr.copied(), 2, func(row []types.Value) error {
		if n++; n > 1 {
			return sqlerr.New(sqlerr.CardinalityViolation, "query returned more than one row")
		}
		v = row[0].Clone()
		return nil
	})
	if err != nil {
		return types.Null, t, inQuery(internal(err, q), "SQL expression", q.Text)
	}
	return v, t, nil
}

// copied are the variables as they are now, for plans that outlive the statement.
func (fr *frame) copied() []types.Value { return append([]types.Value(nil), fr.vals...) }

// inQuery adds the text of a query to an error's CONTEXT, unless a position in it says more.
func inQuery(err error, what, text string) error {
	e := *sqlerr.From(err)
	if e.InternalQuery != "" && e.InternalPosition > 0 && e.Where == "" {
		return &e
	}
	where := fmt.Sprintf("%s \"%s\"", what, text)
	if e.Where != "" {
		where = e.Where + "\n" + where
	}
	e.Where = where
	return &e
}

// truth computes a condition; NULL is false.
func (fr *frame) truth(q *plpgsql.Query) (bool, error) {
	v, t, err := fr.value(q)
	if err != nil {
		return false, err
	}
	if v, err = fr.host.Cast(v, t, types.Bool); err != nil {
		return false, err
	}
	return !v.IsNull() && v.Bool(), nil
}

// statementName is a statement as CONTEXT names it.
func statementName(st plpgsql.Stmt) string {
	switch st := st.(type) {
	case *plpgsql.Block:
		return "statement block"
	case *plpgsql.Assign:
		return "assignment"
	case *plpgsql.If:
		return "IF"
	case *plpgsql.Case:
		return "CASE"
	case *plpgsql.Loop:
		if st.Cond != nil {
			return "WHILE"
		}
		return "LOOP"
	case *plpgsql.ForInt:
		return "FOR with integer loop variable"
	case *plpgsql.ForRows:
		switch {
		case st.Dynamic != nil:
			return "FOR over EXECUTE statement"
		case st.Cursor != "":
			return "FOR over cursor"
		}
		return "FOR over SELECT rows"
	case *plpgsql.ForEach:
		return "FOREACH over array"
	case *plpgsql.Exit:
		if st.Continue {
			return "CONTINUE"
		}
		return "EXIT"
	case *plpgsql.Return:
		return "RETURN"
	case *plpgsql.SQL:
		switch {
		case st.Perform:
			return "PERFORM"
		case st.Call:
			return "CALL"
		}
		return "SQL statement"
	}
	return actionName(st)
}

func actionName(st plpgsql.Stmt) string {
	switch st := st.(type) {
	case *plpgsql.Execute:
		return "EXECUTE"
	case *plpgsql.ReturnNext:
		return "RETURN NEXT"
	case *plpgsql.ReturnQuery:
		return "RETURN QUERY"
	case *plpgsql.Raise:
		return "RAISE"
	case *plpgsql.Assert:
		return "ASSERT"
	case *plpgsql.Diagnostics:
		if st.Stacked {
			return "GET STACKED DIAGNOSTICS"
		}
		return "GET DIAGNOSTICS"
	case *plpgsql.Open:
		return "OPEN"
	case *plpgsql.Fetch:
		if st.Move {
			return "MOVE"
		}
		return "FETCH"
	case *plpgsql.Close:
		return "CLOSE"
	case *plpgsql.Transaction:
		if st.Rollback {
			return "ROLLBACK"
		}
		return "COMMIT"
	}
	return "NULL"
}
