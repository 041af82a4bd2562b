package bind

import (
	"slices"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// Procedure resolves the procedure of CALL and binds its arguments, one per
// parameter in order of declaration. Those of OUT parameters say which procedure
// is meant, and are nil in the result.
func Procedure(ctx *Context, call *ast.FuncCall, text string) (*catalog.Function, []plan.Expr, error) {
	b := newBinder(ctx, text)
	in, err := b.invocation(newScope(nil), call)
	if err != nil {
		return nil, nil, err
	}
	found := map[*builtin.Function]*catalog.Function{}
	t, err := b.resolveAmong(in, b.procedures(call.Name, found))
	if err != nil {
		return nil, nil, err
	}
	f := found[t.fn]
	l := &lowerer{b: b}
	args := make([]plan.Expr, len(t.args))
	for i, a := range t.args {
		if f.Args[i].In() {
			args[i] = l.expr(a, emptyLayout(), nil)
		}
	}
	return f, args, l.err
}

// procedures lists the procedures that a name can mean, OUT parameters among their arguments.
func (b *binder) procedures(name []string, found map[*builtin.Function]*catalog.Function) []*builtin.Function {
	paths := b.functionPath(name)
	var out []*builtin.Function
	for _, schema := range paths {
		s := b.ctx.Catalog.Schema(schema)
		if s == nil {
			continue
		}
		for _, f := range b.ctx.Catalog.FunctionsNamed(name[len(name)-1]) {
			if f.Schema != s.ID || !f.Procedure {
				continue
			}
			n := b.routine(f, schema)
			n.Args, n.ArgNames = nil, nil
			for i := range f.Args {
				n.Args = append(n.Args, f.Args[i].Type.OID)
				n.ArgNames = append(n.ArgNames, f.Args[i].Name)
			}
			if !slices.ContainsFunc(out, func(have *builtin.Function) bool { return slices.Equal(have.Args, n.Args) }) {
				out = append(out, n)
				found[n] = f
			}
		}
	}
	return out
}

// resolveAmong picks one of some procedures; a function of the name is 42809.
func (b *binder) resolveAmong(in *invocation, list []*builtin.Function) (*target, error) {
	all := in.candidates(list)
	actual := exprOIDs(in.args)
	chosen := exactCandidate(all, actual)
	if chosen == nil {
		switch fit := matching(all, actual); len(fit) {
		case 0:
		case 1:
			chosen = fit[0]
		default:
			if chosen = chooseCandidate(fit, actual); chosen == nil {
				return nil, b.errorf(sqlerr.AmbiguousFunction, in.pos, "procedure %s is not unique", in.signature(actual)).
					WithHint("Could not choose a best candidate procedure. " + addCastsHint)
			}
		}
	}
	if chosen != nil {
		return b.complete(in, chosen)
	}
	if t, err := b.resolve(in); err == nil && t.fn != nil {
		return nil, b.errorf(sqlerr.WrongObjectType, in.pos, "%s is not a procedure", in.signature(actual)).
			WithHint("To call a function, use SELECT.")
	}
	return nil, b.errorf(sqlerr.UndefinedFunction, in.pos, "procedure %s does not exist", in.signature(actual)).
		WithHint("No procedure matches the given name and argument types. " + addCastsHint)
}
