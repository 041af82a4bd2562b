package bind

import (
	"slices"
	"strings"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// invocation is a call whose arguments are bound, before its function is known.
type invocation struct {
	name     []string
	args     []plan.Expr
	argNames []string // of the last len(argNames) arguments
	variadic bool     // the keyword was written
	pos      int
	lastPos  int // of the last argument
}

// target is the function that an invocation resolved to, its arguments in the
// order of the declaration, converted and completed by defaults.
type target struct {
	fn   *builtin.Function
	args []plan.Expr
	ret  types.Type
	// spread: the last argument is an array of VARIADIC "any" arguments.
	spread bool
	cast   types.OID // the call is a cast written as a function: int4('1'); fn is nil
}

// functionsNamed lists the overloads that a perhaps qualified name can mean.
func (b *binder) functionsNamed(name []string) []*builtin.Function {
	fn := name[len(name)-1]
	var out []*builtin.Function
	for _, f := range builtin.Functions(fn) {
		schema := f.Schema
		if schema == "" {
			schema = "pg_catalog"
		}
		if len(name) > 1 {
			if name[len(name)-2] == schema || b.isExtensionFunction(f, name[len(name)-2]) {
				out = append(out, f)
			}
		} else if slices.Contains(b.path, schema) || schema == "pg_catalog" {
			out = append(out, f)
		}
	}
	out = append(out, b.userFunctions(name)...)
	return append(out, b.rangeFunctions(name)...)
}

// rangeFunctions are the constructors of a range or multirange type that a user
// made, which have its name.
func (b *binder) rangeFunctions(name []string) []*builtin.Function {
	fn := name[len(name)-1]
	for _, schema := range b.functionPath(name) {
		t := b.ctx.Catalog.Type(schema, fn)
		if t == nil || t.Range == nil {
			continue
		}
		b.usesType(t.ID)
		var out []*builtin.Function
		for i, f := range builtin.RangeConstructors(t.Range.Type()) {
			if f.Ret == t.ID {
				f.Name, f.Schema, f.OID = t.Name, schema, t.Range.Functions[i]
				out = append(out, f)
			}
		}
		return out
	}
	return nil
}

// FunctionFor finds the function of a perhaps qualified name with exactly these
// argument types, nil if there is none.
func FunctionFor(ctx *Context, name []string, args ...types.OID) *builtin.Function {
	b := newBinder(ctx, "")
	for _, f := range b.functionsNamed(name) {
		if slices.Equal(f.Args, args) {
			return f
		}
	}
	return nil
}

// isExtensionFunction: functions over types of an extension, in the schema where
// CREATE EXTENSION put it, or would put it.
func (b *binder) isExtensionFunction(f *builtin.Function, schema string) bool {
	for _, t := range append([]types.OID{f.Ret}, f.Args...) {
		if t >= types.OIDVector && t < types.FirstUserOID && (schema == "public" || schema == b.extensionSchema(t)) {
			return true
		}
	}
	return false
}

// candidates are the ways to call the functions with this many arguments.
func (in *invocation) candidates(fns []*builtin.Function) []*candidate {
	var out []*candidate
	for _, f := range fns {
		if c := in.fit(f); c != nil {
			out = addCandidate(out, c)
		}
	}
	return out
}

// addCandidate keeps, of two candidates that take the same arguments, the one
// that leaves fewer parameters to their defaults. (PostgreSQL calls the choice
// ambiguous; memory.query with one argument has to work.)
func addCandidate(list []*candidate, c *candidate) []*candidate {
	for i, have := range list {
		if c.order == nil && have.order == nil && slices.Equal(have.args, c.args) && have.defaults != c.defaults {
			if c.defaults < have.defaults {
				list[i] = c
			}
			return list
		}
	}
	return append(list, c)
}

// fit lays the call's arguments over a declaration; nil where the number or
// the names do not fit.
func (in *invocation) fit(f *builtin.Function) *candidate {
	n, have := len(f.Args), len(in.args)
	if len(in.argNames) > 0 {
		return in.fitNamed(f)
	}
	if f.Variadic && !in.variadic && have >= n {
		if n == 0 {
			return nil
		}
		elem := f.Args[n-1]
		if e := arrayElem(elem); e != 0 {
			elem = e
		} else if elem == types.OIDAnyArray {
			elem = types.OIDAnyElement
		} else if elem == types.OIDAnyCompatibleArr {
			elem = types.OIDAnyCompatible
		}
		c := &candidate{fn: f, args: slices.Clone(f.Args[:n-1]), expanded: true}
		for len(c.args) < have {
			c.args = append(c.args, elem)
		}
		return c
	}
	if in.variadic && (!f.Variadic || have < n) || have > n || n-have > len(f.Defaults) {
		return nil
	}
	return &candidate{fn: f, args: f.Args[:have], defaults: n - have}
}

func (in *invocation) fitNamed(f *builtin.Function) *candidate {
	positional := len(in.args) - len(in.argNames)
	if positional > len(f.Args) || len(f.ArgNames) < len(f.Args) {
		return nil
	}
	c := &candidate{fn: f, order: make([]int, len(in.args))}
	given := make([]bool, len(f.Args))
	for i := range in.args {
		at := i
		if i >= positional {
			if at = slices.Index(f.ArgNames, in.argNames[i-positional]); at < 0 {
				return nil
			}
		}
		if given[at] {
			return nil
		}
		given[at], c.order[i] = true, at
		c.args = append(c.args, f.Args[at])
	}
	for i, g := range given {
		if !g && i < len(f.Args)-len(f.Defaults) {
			return nil
		}
	}
	return c
}

// resolve picks the function of an invocation, as PostgreSQL's func_get_detail.
func (b *binder) resolve(in *invocation) (*target, error) {
	all := in.candidates(b.functionsNamed(in.name))
	actual := exprOIDs(in.args)
	chosen := exactCandidate(all, actual)
	if chosen == nil {
		if t := b.castCall(in, actual); t != nil {
			return t, nil
		}
		switch list := matching(all, actual); len(list) {
		case 0:
			return nil, b.noFunction(in, actual)
		case 1:
			chosen = list[0]
		default:
			if chosen = chooseCandidate(list, baseOIDs(actual)); chosen == nil {
				return nil, b.errorf(sqlerr.AmbiguousFunction, in.pos, "function %s is not unique", in.signature(actual)).
					WithHint("Could not choose a best candidate function. " + addCastsHint)
			}
		}
	}
	if chosen.fn.OID >= types.FirstUserOID {
		b.named(in.pos, chosen.fn.OID, len(in.name) > 1)
	}
	return b.complete(in, chosen)
}

// castCall recognises a cast in function notation: a type's name over one
// argument that needs no function, or only text input and output.
func (b *binder) castCall(in *invocation, actual []types.OID) *target {
	if len(in.args) != 1 || len(in.argNames) > 0 || in.variadic {
		return nil
	}
	info := b.lookupType(&ast.TypeName{Names: in.name})
	if info == nil || info.TypType == 'p' {
		return nil
	}
	if actual[0] != types.OIDUnknown {
		switch kind, _ := pathway(info.OID, actual[0], builtin.CastExplicit); kind {
		case pathRelabel:
		case pathIO:
			if category(actual[0]) == 'C' && category(info.OID) == 'S' {
				return nil
			}
		default:
			return nil
		}
	}
	return &target{cast: info.OID, ret: types.Of(info.OID), args: in.args}
}

func (in *invocation) signature(actual []types.OID) string {
	parts := make([]string, len(actual))
	positional := len(actual) - len(in.argNames)
	for i, t := range actual {
		if i >= positional {
			parts[i] = in.argNames[i-positional] + " => "
		}
		parts[i] += typeName(t)
	}
	return joinDots(in.name) + "(" + strings.Join(parts, ", ") + ")"
}

func (b *binder) noFunction(in *invocation, actual []types.OID) error {
	if len(in.name) > 1 && b.names().Schema(b.schemaNamed(in.name[len(in.name)-2])) == nil && len(b.functionsNamed(in.name)) == 0 {
		return b.errorf(sqlerr.InvalidSchemaName, in.pos, "schema \"%s\" does not exist", in.name[len(in.name)-2])
	}
	if all := in.candidates(b.procedures(in.name, map[*builtin.Function]*catalog.Function{})); len(matching(all, actual)) > 0 {
		return b.errorf(sqlerr.WrongObjectType, in.pos, "%s is a procedure", in.signature(actual)).WithHint("To call a procedure, use CALL.")
	}
	return b.errorf(sqlerr.UndefinedFunction, in.pos, "function %s does not exist", in.signature(actual)).
		WithHint("No function matches the given name and argument types. " + addCastsHint)
}

// complete converts the arguments, fills in defaults and gathers VARIADIC ones.
func (b *binder) complete(in *invocation, c *candidate) (*target, error) {
	f := c.fn
	args := slices.Clone(in.args)
	declared := slices.Clone(c.args)
	if c.order != nil || c.defaults > 0 {
		var err error
		if args, err = b.inDeclaredOrder(in, c); err != nil {
			return nil, err
		}
		declared = f.Args
	}
	if in.variadic && f.Args[len(f.Args)-1] == types.OIDAny && arrayElem(exprOIDs(in.args)[len(in.args)-1]) == 0 {
		return nil, b.errorf(sqlerr.DatatypeMismatch, in.lastPos, "VARIADIC argument must be an array")
	}
	resolved, ret, err := b.resolveGenerics(declared, exprOIDs(args), f.Ret, in.pos)
	if err != nil {
		return nil, err
	}
	for i := range args {
		if args[i], err = b.coerceArg(args[i], resolved[i], in.pos); err != nil {
			return nil, err
		}
		if p, ok := args[i].(*plan.Param); ok && f.Name == "pg_typeof" && b.params.slots[p.N] {
			// A literal stays of type unknown here, which no parameter can be.
			return nil, sqlerr.Internal("pg_typeof of a literal's slot")
		}
	}
	if last := len(f.Args) - 1; c.expanded && f.Args[last] != types.OIDAny {
		elem := types.Of(resolved[last])
		args = append(args[:last:last], b.arrayOf(args[last:], elem.ArrayOf()))
	}
	if b.ctx.Catalog.Function(f.OID) != nil {
		b.dependOn(f.OID, b.now)
	}
	spread := in.variadic && f.Args[len(f.Args)-1] == types.OIDAny
	return &target{fn: f, args: args, ret: types.Of(ret), spread: spread}, nil
}

func (b *binder) inDeclaredOrder(in *invocation, c *candidate) ([]plan.Expr, error) {
	f := c.fn
	out := make([]plan.Expr, len(f.Args))
	for i, a := range in.args {
		at := i
		if c.order != nil {
			at = c.order[i]
		}
		out[at] = a
	}
	first := len(f.Args) - len(f.Defaults)
	for i := range out {
		if out[i] != nil {
			continue
		}
		x, err := b.catalogExpr(f.Defaults[i-first], nil, nil, clauseDefault)
		if err != nil {
			return nil, err
		}
		if out[i], err = b.coerceArg(x, f.Args[i], in.pos); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// callNamed makes a call of a scalar function of pg_catalog by name.
func (b *binder) callNamed(name string, args []plan.Expr, pos int) (plan.Expr, error) {
	t, err := b.resolve(&invocation{name: []string{"pg_catalog", name}, args: args, pos: pos})
	if err != nil {
		return nil, err
	}
	if t.fn == nil {
		return b.convert(args[0], t.ret, builtin.CastExplicit, pos)
	}
	return b.fold(&plan.Func{Fn: t.fn, Args: t.args, Typ: t.ret}), nil
}
