package bind

import (
	"slices"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// Functions that users created. To the rest of the engine they are functions
// like the built-in ones, whose body asks the session to run them.

// Polymorphic reports whether a type stands for that of an argument: anyelement and its kin.
func Polymorphic(t types.OID) bool { return isPolymorphic(t) }

// RoutineHost is the session as the body of a user's function sees it: the
// builtin.Host of a call implements it.
type RoutineHost interface {
	// CallFunction runs a function that returns one value.
	CallFunction(c *builtin.Call, f *catalog.Function, args []types.Value) (types.Value, error)
	// CallRows runs a function that returns a set: a row has a value per column
	// of the result, or one record value where the columns are the caller's.
	CallRows(c *builtin.Call, f *catalog.Function, args []types.Value, yield func(row []types.Value) error) error
}

// FunctionUse records what functions a name had, so that a plan can be checked
// against another catalog.
type FunctionUse struct {
	Name  string
	Found []*catalog.Function
}

// Same reports whether the name still means the same functions.
func (u *FunctionUse) Same(c *catalog.Catalog) bool {
	return slices.Equal(u.Found, c.FunctionsNamed(u.Name))
}

// userFunctions lists the created functions that a name can mean, those that
// the search path finds first before others of the same arguments.
func (b *binder) userFunctions(name []string) []*builtin.Function {
	fn := name[len(name)-1]
	cat := b.now.namesOr(b.ctx.Catalog)
	found := cat.FunctionsNamed(fn)
	if cat == b.ctx.Catalog {
		b.usesFunctions(fn, found)
	}
	if len(found) == 0 {
		return nil
	}
	paths := b.functionPath(name)
	var out []*builtin.Function
	for _, schema := range paths {
		s := cat.Schema(schema)
		if s == nil {
			continue
		}
		for _, f := range found {
			if f.Schema != s.ID || f.Procedure {
				continue
			}
			n := b.routine(f, schema)
			if !slices.ContainsFunc(out, func(have *builtin.Function) bool { return slices.Equal(have.Args, n.Args) }) {
				out = append(out, n)
			}
		}
	}
	return out
}

func (b *binder) usesFunctions(name string, found []*catalog.Function) {
	if b.functions == nil {
		b.functions = map[string][]*catalog.Function{}
	}
	b.functions[name] = found
}

// functionUses lists the names that were looked for.
func (b *binder) functionUses() []FunctionUse {
	out := make([]FunctionUse, 0, len(b.functions))
	for name, found := range b.functions {
		out = append(out, FunctionUse{Name: name, Found: found})
	}
	return out
}

// routine makes the function of the engine that calls a user's one.
func (b *binder) routine(f *catalog.Function, schema string) *builtin.Function {
	n := &builtin.Function{
		Name: f.Name, Schema: schema, OID: f.ID, Ret: f.Ret.OID, Strict: f.Strict, Volatility: builtin.Volatility(f.Volatility()),
	}
	for _, a := range f.Inputs() {
		n.Args = append(n.Args, a.Type.OID)
		n.ArgNames = append(n.ArgNames, a.Name)
		n.Variadic = n.Variadic || a.Mode == 'v'
		if a.Default != "" {
			n.Defaults = append(n.Defaults, a.Default)
		}
	}
	if !slices.ContainsFunc(n.ArgNames, func(s string) bool { return s != "" }) {
		n.ArgNames = nil
	}
	n.Columns = ResultColumns(b.ctx.Catalog, f)
	if f.RetSet {
		n.Kind = builtin.SetReturning
		n.Rows = func(c *builtin.Call, args []types.Value, yield func(row []types.Value) error) error {
			h, err := routineHost(c, f)
			if err != nil {
				return err
			}
			return h.CallRows(c, f, args, yield)
		}
		return n
	}
	n.Eval = func(c *builtin.Call, args []types.Value) (types.Value, error) {
		h, err := routineHost(c, f)
		if err != nil {
			return types.Null, err
		}
		return h.CallFunction(c, f, args)
	}
	return n
}

func routineHost(c *builtin.Call, f *catalog.Function) (RoutineHost, error) {
	if c.Env != nil {
		if h, ok := c.Host.(RoutineHost); ok {
			return h, nil
		}
	}
	return nil, sqlerr.Unsupported("function "+f.Name+" in this place", "Only built-in functions can be used here.")
}

// ResultColumns are the columns of a function's composite result: several OUT
// arguments, RETURNS TABLE, or the row of a relation. nil: one plain value, or a
// record whose columns the caller has to tell.
func ResultColumns(c *catalog.Catalog, f *catalog.Function) []builtin.OutColumn {
	if f.RetRel != 0 {
		return RowColumns(c, f.RetRel)
	}
	outs := f.Outputs()
	if len(outs) == 0 || len(outs) == 1 && !(f.RetSet && len(f.Columns) == 1) {
		return nil
	}
	var list []builtin.OutColumn
	for i, a := range outs {
		name := a.Name
		if name == "" {
			name = unnamedColumn(i)
		}
		list = append(list, builtin.OutColumn{Name: name, Type: argumentType(c, a)})
	}
	return list
}

// argumentType is the type of an argument; for the row of a relation its row
// type, or record where the relation has none.
func argumentType(c *catalog.Catalog, a catalog.FunctionArg) types.Type {
	if a.Rel != 0 {
		if id := catalog.RowTypeID(c.Object(a.Rel)); types.DefinedType(id) != nil {
			return types.Of(id)
		}
	}
	return a.Type
}

func unnamedColumn(i int) string {
	return "column" + types.FormatText(types.Int4, types.NewInt(int64(i+1)), nil)
}

// RowColumns are the live columns of a table, view or composite type.
func RowColumns(c *catalog.Catalog, id types.OID) []builtin.OutColumn {
	var cols []catalog.Column
	switch o := c.Object(id).(type) {
	case *catalog.Table:
		cols = o.Columns
	case *catalog.View:
		cols = o.Columns
	case *catalog.Type:
		cols = o.Attributes
	}
	var list []builtin.OutColumn
	for i := range cols {
		if !cols[i].Dropped {
			list = append(list, builtin.OutColumn{Name: cols[i].Name, Type: cols[i].Type})
		}
	}
	return list
}

// RowType finds the relation whose row a type name means: OID 0 if none.
func RowType(ctx *Context, names []string) types.OID {
	schema := ""
	if len(names) > 1 {
		schema = names[len(names)-2]
	}
	b := newBinder(ctx, "")
	if o := b.lookupRelation(schema, names[len(names)-1]); o != nil && (o.Class() == catalog.ClassTable || o.Class() == catalog.ClassView) {
		return o.ObjectID()
	}
	return 0
}

// RowOf is the relation or composite type whose row a resolved type is; 0 for
// other types and for record.
func RowOf(ctx *Context, names []string, t types.Type) types.OID {
	if t.Kind() != types.KindRecord || t.OID == types.OIDRecord {
		return 0
	}
	if ctx.Catalog.Object(t.OID) != nil {
		return t.OID
	}
	return RowType(ctx, names)
}

// Cast compiles the conversion of parameter 1 from a type to another, as an
// assignment of PL/pgSQL does: by way of text where there is no other. nil: the
// value is right as it is.
func Cast(ctx *Context, from, to types.Type) (plan.Expr, error) {
	b := newBinder(ctx, "")
	x, err := b.coerce(&plan.Param{N: 1, Typ: from}, to, builtin.CastAssignment, -1)
	if err != nil {
		return nil, err
	}
	if x == nil {
		if x, err = b.applyMod(&plan.IOCast{Arg: &plan.Param{N: 1, Typ: from}, Typ: to.NoMod()}, to, false, -1); err != nil {
			return nil, err
		}
	}
	switch e := x.(type) {
	case *plan.Param:
		return nil, nil
	case *plan.Relabel:
		if _, ok := e.Arg.(*plan.Param); ok {
			return nil, nil
		}
	}
	return x, nil
}
