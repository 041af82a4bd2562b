package session

import (
	"context"
	"slices"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/planner/bind"
	"synapse/planner/plpgsql"
	"synapse/wire/session/interp"
)

// Functions that users created run inside of the statement that calls them: their
// own statements are commands of the same transaction. A volatile function's
// statements see what was written before them; those of other functions, and all
// reads of a statement that reads the past, see what the caller sees.

// routineDepthMax bounds the nesting of calls: a Go stack holds it, and so do
// PostgreSQL's 2 MB, more or less.
const routineDepthMax = 1000

// routinesMax bounds the compiled functions that a session keeps.
const routinesMax = 1000

// routine is a created function as a session compiled it: for the argument types
// of one polymorphic call, where it is one.
type routine struct {
	body *interp.Function // PL/pgSQL
	sql  []*statement     // SQL
	last int              // of sql: the statement whose rows are the result, -1 none
	sig  interp.Signature
	cur  *call // the innermost call that runs
}

type routineKey struct {
	fn   *catalog.Function
	args string // of a polymorphic function: the types of this call
}

// call is one run of a function, DO block or trigger. It implements interp.Host.
type call struct {
	s      *Session
	ctx    context.Context
	caller *host
	fn     *catalog.Function // nil: DO
	r      *routine
	subs   int  // subtransactions of it that are open
	frozen bool // sees what the caller sees, and writes nothing
	free   bool // may end the transaction: a procedure or DO block at top level
}

// newCall begins a run inside of a statement.
func (h *host) newCall(f *catalog.Function) (*call, error) {
	s := h.s
	if s.depth >= routineDepthMax {
		return nil, sqlerr.New(sqlerr.StatementTooComplex, "stack depth limit exceeded").
			WithHint("Increase the configuration parameter \"max_stack_depth\" (currently 2048kB), after ensuring the platform's stack depth limit is adequate.")
	}
	if s.block.txn == nil && !h.past && s.fixed == nil {
		return nil, sqlerr.Internal("a function runs outside of a transaction")
	}
	c := &call{s: s, ctx: h.ctx, caller: h, fn: f}
	c.frozen = s.fixed != nil || h.past || h.frozen || f != nil && f.Volatility() != 'v'
	return c, nil
}

// within runs f with the function's settings and role, and goes back to the
// caller's command after it.
func (c *call) within(f func() error) error {
	s := c.s
	s.depth++
	defer func() { s.depth-- }()
	if c.fn != nil {
		restore, err := c.surroundings()
		if err != nil {
			return err
		}
		defer restore()
	}
	if txn := s.block.txn; txn != nil {
		command, who := txn.Command(), txn.Act(s.who())
		defer func() {
			if s.block.txn == txn { // it has not ended the transaction
				txn.Act(who)
				txn.Resume(command)
			}
		}()
	}
	return f()
}

// surroundings applies SET clauses and SECURITY DEFINER.
func (c *call) surroundings() (restore func(), err error) {
	s := c.s
	definer := s.definer
	type old struct {
		name, value string
		set         bool
	}
	var olds []old
	restore = func() {
		s.definer = definer
		for _, o := range slices.Backward(olds) {
			s.settings.assign(o.name, o.value, o.set, true)
		}
	}
	if c.fn.SecurityDefiner {
		if owner, ok := s.catalog().Object(c.fn.Owner).(*catalog.Role); ok {
			s.definer = owner
		}
	}
	for _, set := range c.fn.Settings {
		key := set.Name
		if d := lookupSetting(key); d != nil {
			key = d.name
		}
		value, was := s.settings.values[key]
		if err := s.settings.set(set.Name, set.Value, true); err != nil {
			restore()
			return nil, err
		}
		olds = append(olds, old{key, value, was})
	}
	return restore, nil
}

// CallFunction implements bind.RoutineHost.
func (h *host) CallFunction(bc *builtin.Call, f *catalog.Function, args []types.Value) (types.Value, error) {
	if f.Ret.OID == types.OIDTrigger {
		return types.Null, sqlerr.New(sqlerr.FeatureNotSupported, "trigger functions can only be called as triggers")
	}
	c, err := h.newCall(f)
	if err != nil {
		return types.Null, err
	}
	out := types.Null
	err = c.within(func() error {
		r, err := c.routine(bc.Args, bc.Ret)
		if err != nil {
			return err
		}
		defer c.enter(r)()
		if r.body == nil {
			out, err = c.sqlValue(r, args)
			return err
		}
		res, err := r.body.Call(c, args, nil)
		if err == nil {
			out = res.Value
		}
		return err
	})
	return out, err
}

// CallRows implements bind.RoutineHost. All rows are made before the first is
// passed on: what the function does is done, whatever the caller reads of it.
func (h *host) CallRows(bc *builtin.Call, f *catalog.Function, args []types.Value, yield func(row []types.Value) error) error {
	c, err := h.newCall(f)
	if err != nil {
		return err
	}
	var rows [][]types.Value
	keep := func(row []types.Value) error {
		rows = append(rows, row)
		return nil
	}
	err = c.within(func() error {
		r, err := c.routine(bc.Args, bc.Ret)
		if err != nil {
			return err
		}
		defer c.enter(r)()
		if r.body == nil {
			return c.sqlRows(r, args, keep)
		}
		_, err = r.body.Call(c, args, keep)
		return err
	})
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := yield(row); err != nil {
			return err
		}
	}
	return nil
}

// enter makes this the call that the routine's statements belong to, until the
// returned function is called.
func (c *call) enter(r *routine) func() {
	before := r.cur
	c.r, r.cur = r, c
	return func() { r.cur = before }
}

// routine compiles the function, or finds it compiled.
func (c *call) routine(args []types.Type, ret types.Type) (*routine, error) {
	key := routineKey{fn: c.fn}
	if polymorphic(c.fn) {
		for _, t := range append(args, ret) {
			key.args += types.FormatType(t) + ","
		}
	}
	if r := c.s.routines[key]; r != nil {
		return r, nil
	}
	r, err := c.compile(args, ret)
	if err != nil {
		return nil, err
	}
	if len(c.s.routines) >= routinesMax {
		clear(c.s.routines)
	}
	c.s.routines[key] = r
	return r, nil
}

func polymorphic(f *catalog.Function) bool {
	generic := func(t types.Type) bool { return bind.Polymorphic(t.OID) }
	return generic(f.Ret) || slices.ContainsFunc(f.Args, func(a catalog.FunctionArg) bool { return generic(a.Type) })
}

// compile makes a routine of the function's text.
func (c *call) compile(args []types.Type, ret types.Type) (*routine, error) {
	f := c.fn
	r := &routine{sig: c.signature(args, ret), last: -1}
	if f.Language == "sql" {
		return r, c.compileSQL(r)
	}
	if f.Language != "plpgsql" {
		return nil, sqlerr.Unsupported("language "+f.Language, "Write the function in SQL or PL/pgSQL.")
	}
	body, err := plpgsql.Parse(f.Body, bodySignature(f, r.sig.Name))
	if err != nil {
		return nil, err
	}
	r.body, err = interp.Compile(c, body, r.sig)
	return r, err
}

// bodySignature is what the parser needs to know of a function.
func bodySignature(f *catalog.Function, name string) plpgsql.Signature {
	sig := plpgsql.Signature{
		Name: name, Set: f.RetSet, Void: f.Ret.OID == types.OIDVoid, Procedure: f.Procedure,
		Trigger: f.Ret.OID == types.OIDTrigger, Out: len(f.Outputs()) > 0,
	}
	for i := range f.Args {
		sig.Variables = append(sig.Variables, f.Args[i].Name)
	}
	for i := range f.Columns {
		sig.Variables = append(sig.Variables, f.Columns[i].Name)
	}
	return sig
}

// signature is the function as the interpreter sees it; args and ret are the
// types of a call, which make polymorphic types concrete.
func (c *call) signature(args []types.Type, ret types.Type) interp.Signature {
	f := c.fn
	sig := interp.Signature{
		Name: c.describe(), Ret: f.Ret, Set: f.RetSet, Trigger: f.Ret.OID == types.OIDTrigger, Procedure: f.Procedure,
	}
	k := 0
	for i := range f.Args {
		a := &f.Args[i]
		arg := interp.Arg{Name: a.Name, Type: a.Type, Rel: a.Rel, In: a.In(), Out: a.Out()}
		if a.In() {
			if k < len(args) && bind.Polymorphic(a.Type.OID) {
				arg.Type = args[k]
			}
			k++
		} else if bind.Polymorphic(a.Type.OID) {
			arg.Type = ret
		}
		sig.Args = append(sig.Args, arg)
	}
	for i := range f.Columns {
		sig.Args = append(sig.Args, interp.Arg{Name: f.Columns[i].Name, Type: f.Columns[i].Type, Out: true})
	}
	if bind.Polymorphic(f.Ret.OID) {
		sig.Ret = ret
	}
	for _, col := range bind.ResultColumns(c.caller.Catalog(), f) {
		sig.Columns = append(sig.Columns, interp.Column{Name: col.Name, Type: col.Type})
	}
	return sig
}

// describe names the function with its argument types, as CONTEXT does.
func (c *call) describe() string {
	f := c.fn
	cat := c.caller.Catalog()
	name := builtin.QuoteIdent(f.Name)
	if schema := cat.SchemaName(f.Schema); !slices.Contains(c.s.bindPath(cat), schema) {
		name = builtin.QuoteIdent(schema) + "." + name
	}
	out := name + "("
	for i, a := range f.Inputs() {
		if i > 0 {
			out += ","
		}
		out += types.FormatType(a.Type.NoMod())
		if a.Rel != 0 {
			out = out[:len(out)-len("record")] + cat.Object(a.Rel).ObjectName()
		}
	}
	return out + ")"
}
