package interp

import (
	"strings"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/planner/plpgsql"
)

// Signature is what a call of a function gives and takes.
type Signature struct {
	Name    string // with argument types, for CONTEXT: f(integer); "inline_code_block" for DO
	Args    []Arg
	Ret     types.Type
	Columns []Column // of a composite result
	Set     bool
	Trigger bool
	// Procedure: the OUT arguments, where there are any, are the result.
	Procedure bool
}

// Arg is an argument; OUT ones are variables that begin NULL.
type Arg struct {
	Name    string
	Type    types.Type
	Rel     types.OID // not 0: the row of a relation
	In, Out bool
}

// Column is a field of a row.
type Column struct {
	Name string
	Type types.Type
}

// Function is a compiled body.
type Function struct {
	Sig    Signature
	body   *plpgsql.Block
	host   Host // of the call that compiles or runs
	datums []*datum
	spaces map[any]*space // of queries and targets
	decls  map[*plpgsql.Decl]*datum
	hidden map[any]*datum // of CASE, FOR over integers and handlers
	query  map[*plpgsql.Query]*query
	outs   []*datum
	found  *datum
	fields map[fieldKey]*datum
}

// datum is a variable, numbered from 0: parameter number - 1.
type datum struct {
	no       int
	name     string
	typ      types.Type
	record   bool      // a row; rel 0 and fixed nil: of any columns
	rel      types.OID // its columns are this relation's
	constant bool
	notNull  bool
	cursor   *plpgsql.Decl
	parent   *datum // of a record's field
}

type fieldKey struct {
	record int
	field  string
}

// space is a block's names.
type space struct {
	outer *space
	label string
	vars  map[string]*datum
}

func (s *space) inner(label string) *space {
	return &space{outer: s, label: label, vars: map[string]*datum{}}
}

// Compile numbers the variables of a body and resolves their types.
func Compile(host Host, body *plpgsql.Block, sig Signature) (*Function, error) {
	f := &Function{
		Sig: sig, body: body, host: host, spaces: map[any]*space{}, decls: map[*plpgsql.Decl]*datum{},
		hidden: map[any]*datum{}, query: map[*plpgsql.Query]*query{}, fields: map[fieldKey]*datum{},
	}
	label, _, _ := strings.Cut(sig.Name, "(")
	if i := strings.LastIndexByte(label, '.'); i >= 0 {
		label = label[i+1:]
	}
	outer := (&space{vars: map[string]*datum{}}).inner(label)
	for _, a := range sig.Args {
		d := f.add(outer, a.Name, a.Type)
		d.rel, d.record = a.Rel, a.Rel != 0 || a.Type.OID == types.OIDRecord
		if a.Out {
			f.outs = append(f.outs, d)
		}
	}
	f.found = f.add(outer, "found", types.Bool)
	if sig.Trigger {
		f.triggerVariables(outer)
	}
	return f, f.block(outer, body)
}

func (f *Function) add(s *space, name string, t types.Type) *datum {
	d := &datum{no: len(f.datums), name: name, typ: t}
	f.datums = append(f.datums, d)
	if name != "" {
		s.vars[name] = d
	}
	return d
}

func (f *Function) block(outer *space, b *plpgsql.Block) error {
	s := outer.inner(b.Label)
	for _, d := range b.Decls {
		if err := f.declare(s, d); err != nil {
			return err
		}
	}
	if err := f.statements(s, b.Body); err != nil {
		return err
	}
	if len(b.Handlers) == 0 {
		return nil
	}
	h := s.inner("")
	f.hidden[b] = f.add(h, "sqlstate", types.Text)
	f.add(h, "sqlerrm", types.Text)
	for _, handler := range b.Handlers {
		if err := f.statements(h, handler.Body); err != nil {
			return err
		}
	}
	return nil
}

// declare adds a variable. Its default sees the variables before it.
func (f *Function) declare(s *space, d *plpgsql.Decl) error {
	if d.Alias != nil {
		v, _ := f.lookup(s, d.Alias)
		if strings.HasPrefix(d.Alias[0], "$") {
			v = f.argument(d.Alias[0])
		}
		if v == nil {
			return sqlerr.New(sqlerr.UndefinedObject, "variable \"%s\" does not exist", strings.Join(d.Alias, "."))
		}
		s.vars[d.Name] = v
		return nil
	}
	f.use(s, d.Default)
	if d.Cursor != nil {
		v := f.add(s, d.Name, types.Of(types.OIDRefcursor))
		v.cursor = d
		in := s.inner("")
		for _, a := range d.Cursor.Args {
			if err := f.declare(in, a); err != nil {
				return err
			}
		}
		f.use(in, d.Cursor.Query)
		f.decls[d] = v
		f.spaces[d] = in
		return nil
	}
	v := f.add(s, d.Name, types.Type{})
	f.decls[d] = v
	v.constant, v.notNull = d.Constant, d.NotNull
	return f.typeOf(s, d, v)
}

func (f *Function) argument(name string) *datum {
	n := 0
	for _, c := range name[1:] {
		n = n*10 + int(c-'0')
	}
	at := 0
	for i := range f.Sig.Args {
		if at++; at == n {
			return f.datums[i]
		}
	}
	return nil
}

func (f *Function) typeOf(s *space, d *plpgsql.Decl, v *datum) (err error) {
	switch {
	case d.OfType:
		if other, used := f.lookup(s, d.Of); other != nil && used == len(d.Of) && other != v {
			v.typ, v.record, v.rel = other.typ, other.record, other.rel
		} else if v.typ, err = f.host.ColumnType(d.Of); err != nil {
			return err
		}
		if d.Array {
			v.typ = v.typ.ArrayOf()
		}
	case d.OfRow:
		v.typ, v.record = types.Record, true
		v.rel, err = f.host.RowType(d.Of)
	default:
		v.typ, v.rel, err = f.host.Type(d.Type)
		v.record = v.rel != 0 || v.typ.OID == types.OIDRecord
		if err == nil && !v.record && pseudo(v.typ) {
			err = sqlerr.New(sqlerr.FeatureNotSupported, "variable \"%s\" has pseudo-type %s", d.Name, types.FormatType(v.typ))
		}
	}
	return err
}

func pseudo(t types.Type) bool {
	in := types.Lookup(t.OID)
	return in != nil && in.TypType == 'p'
}

// use notes which names a query can use.
func (f *Function) use(s *space, list ...*plpgsql.Query) {
	for _, q := range list {
		if q != nil {
			f.query[q] = &query{Query: q, space: s}
		}
	}
}

func (f *Function) targets(s *space, list ...*plpgsql.Name) {
	for _, n := range list {
		if n == nil {
			continue
		}
		f.spaces[n] = s
		for _, step := range n.Steps {
			f.use(s, step.Index)
		}
	}
}

func (f *Function) dynamic(s *space, d *plpgsql.Dynamic) {
	if d != nil {
		f.use(s, d.Text)
		f.use(s, d.Using...)
	}
}

func (f *Function) statements(s *space, list []plpgsql.Stmt) error {
	for _, st := range list {
		if err := f.statement(s, st); err != nil {
			return err
		}
	}
	return nil
}

func (f *Function) statement(s *space, st plpgsql.Stmt) error {
	switch st := st.(type) {
	case *plpgsql.Block:
		return f.block(s, st)
	case *plpgsql.Assign:
		f.targets(s, st.Target)
		f.use(s, st.Expr)
	case *plpgsql.If:
		return f.branches(s, st.Branches, st.Else)
	case *plpgsql.Case:
		f.use(s, st.Expr)
		in := s.inner("")
		if st.Expr != nil {
			f.hidden[st] = f.add(in, plpgsql.CaseVariable, types.Type{})
		}
		return f.branches(in, st.Branches, st.Else)
	case *plpgsql.Loop:
		f.use(s, st.Cond)
		return f.statements(s.inner(st.Label), st.Body)
	case *plpgsql.ForInt:
		f.use(s, st.Lower, st.Upper, st.Step)
		in := s.inner(st.Label)
		f.hidden[st] = f.add(in, st.Var, types.Int4)
		return f.statements(in, st.Body)
	case *plpgsql.ForRows:
		f.targets(s, st.Targets...)
		f.use(s, st.Query)
		f.dynamic(s, st.Dynamic)
		if st.Cursor != "" {
			v, _ := f.lookup(s, []string{st.Cursor})
			f.hidden[st] = v
			f.cursorArgs(s, st.Args)
		}
		return f.statements(s.inner(st.Label), st.Body)
	case *plpgsql.ForEach:
		f.targets(s, st.Targets...)
		f.use(s, st.Expr)
		return f.statements(s.inner(st.Label), st.Body)
	default:
		f.plain(s, st)
	}
	return nil
}

// cursorArgs makes one row of the arguments that a cursor is opened with.
func (f *Function) cursorArgs(s *space, q *plpgsql.Query) {
	if q != nil {
		q.SQL = "SELECT " + q.Text
		f.use(s, q)
	}
}

func (f *Function) branches(s *space, list []plpgsql.Branch, rest []plpgsql.Stmt) error {
	for _, b := range list {
		f.use(s, b.Cond)
		if err := f.statements(s, b.Body); err != nil {
			return err
		}
	}
	return f.statements(s, rest)
}

// plain is statement for those without statements inside.
func (f *Function) plain(s *space, st plpgsql.Stmt) {
	switch st := st.(type) {
	case *plpgsql.Exit:
		f.use(s, st.When)
	case *plpgsql.Return:
		f.use(s, st.Expr)
	case *plpgsql.ReturnNext:
		f.use(s, st.Expr)
	case *plpgsql.ReturnQuery:
		f.use(s, st.Query)
		f.dynamic(s, st.Dynamic)
	case *plpgsql.Raise:
		f.use(s, st.Params...)
		for _, o := range st.Options {
			f.use(s, o.Expr)
		}
	case *plpgsql.Assert:
		f.use(s, st.Cond, st.Message)
	case *plpgsql.SQL:
		f.use(s, st.Query)
		f.targets(s, st.Into...)
	case *plpgsql.Execute:
		f.dynamic(s, st.Dynamic)
		f.targets(s, st.Into...)
	case *plpgsql.Diagnostics:
		for _, i := range st.Items {
			f.targets(s, i.Target)
		}
	case *plpgsql.Open:
		f.targets(s, st.Cursor)
		f.cursorArgs(s, st.Args)
		f.use(s, st.Query)
		f.dynamic(s, st.Dynamic)
	case *plpgsql.Fetch:
		f.targets(s, st.Cursor)
		f.targets(s, st.Into...)
		f.use(s, st.Count)
	case *plpgsql.Close:
		f.targets(s, st.Cursor)
	}
}

// lookup finds a variable by the first parts of a dotted name, and how many
// parts those are.
func (f *Function) lookup(s *space, parts []string) (*datum, int) {
	for ; s != nil; s = s.outer {
		if d := s.vars[parts[0]]; d != nil {
			return d, 1
		}
		if len(parts) > 1 && s.label == parts[0] && s.label != "" {
			if d := s.vars[parts[1]]; d != nil {
				return d, 2
			}
		}
	}
	return nil, 0
}
