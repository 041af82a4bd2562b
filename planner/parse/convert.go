package parse

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"synapse/catalog/sqlerr"
	"synapse/planner/ast"
)

// converter turns pg_query's tree into ast nodes. One converter serves one
// statement. Trouble sticks: the first unsupported construct turns the whole
// statement into ast.Unsupported, the first error ends Parse.
type converter struct {
	text *rewrite // the parsed text and its way back to the user's text

	unsupported *ast.Unsupported
	err         *sqlerr.Error
}

// pos maps an offset in the parsed text to the user's text. pg_query writes 0
// for the first byte and -1 for unknown.
func (c *converter) pos(location int32) ast.Position {
	if location < 0 {
		return ast.Unknown
	}
	return ast.Position(c.text.userOffset(int(location)))
}

// refuse marks the statement as one that Synapse does not have.
func (c *converter) refuse(pos ast.Position, name, hint string) {
	if c.unsupported == nil {
		c.unsupported = &ast.Unsupported{Position: pos, Name: name, Hint: hint}
	}
}

// fail records err at the byte offset pos of the user's text.
func (c *converter) fail(pos ast.Position, err *sqlerr.Error) {
	if c.err == nil {
		c.err = err.At(charPosition(c.text.user, int(pos)))
	}
}

// each maps the nodes of a list.
func each[T any](nodes []*pg.Node, f func(*pg.Node) T) []T {
	if len(nodes) == 0 {
		return nil
	}
	out := make([]T, 0, len(nodes))
	for _, n := range nodes {
		out = append(out, f(n))
	}
	return out
}

// str reads a String node.
func str(n *pg.Node) string { return n.GetString_().GetSval() }

// strs reads a list of String nodes.
func strs(nodes []*pg.Node) []string { return each(nodes, str) }

// listItems reads a List node.
func listItems(n *pg.Node) []*pg.Node { return n.GetList().GetItems() }

// operator reads an operator's possibly qualified name.
func operator(nodes []*pg.Node) ast.Operator {
	names := strs(nodes)
	switch len(names) {
	case 0:
		return ast.Operator{}
	case 1:
		return ast.Operator{Name: names[0]}
	default:
		return ast.Operator{Schema: names[len(names)-2], Name: names[len(names)-1]}
	}
}

func (c *converter) alias(a *pg.Alias) *ast.Alias {
	if a == nil {
		return nil
	}
	return &ast.Alias{Position: ast.Unknown, Name: a.Aliasname, Columns: strs(a.Colnames)}
}

// PostgreSQL's interval typmod: INTERVAL_FULL_RANGE means no fields were named.
const intervalFullRange = 0x7FFF

func (c *converter) typeName(t *pg.TypeName) *ast.TypeName {
	if t == nil {
		return nil
	}
	out := &ast.TypeName{
		Position: c.pos(t.Location), Names: strs(t.Names), Setof: t.Setof, PctType: t.PctType,
		Mods: c.exprs(t.Typmods), IntervalPrecision: -1,
	}
	for _, b := range t.ArrayBounds {
		out.ArrayDims = append(out.ArrayDims, int(b.GetInteger().GetIval()))
	}
	if len(out.Names) == 2 && out.Names[0] == "pg_catalog" && out.Names[1] == "interval" {
		c.intervalMods(out)
	}
	return out
}

// intervalMods moves the two typmods of interval (fields, precision) to their fields.
func (c *converter) intervalMods(t *ast.TypeName) {
	if len(t.Mods) > 0 {
		if k, ok := t.Mods[0].(*ast.Const); ok && k.Int != intervalFullRange {
			t.IntervalFields = int(k.Int)
		}
	}
	if len(t.Mods) > 1 {
		if k, ok := t.Mods[1].(*ast.Const); ok {
			t.IntervalPrecision = int(k.Int)
		}
	}
	t.Mods = nil
}

func (c *converter) role(r *pg.RoleSpec) *ast.RoleName {
	if r == nil {
		return nil
	}
	out := &ast.RoleName{Position: c.pos(r.Location), Name: r.Rolename}
	switch r.Roletype {
	case pg.RoleSpecType_ROLESPEC_CURRENT_ROLE:
		out.Kind = ast.RoleCurrentRole
	case pg.RoleSpecType_ROLESPEC_CURRENT_USER:
		out.Kind = ast.RoleCurrentUser
	case pg.RoleSpecType_ROLESPEC_SESSION_USER:
		out.Kind = ast.RoleSessionUser
	case pg.RoleSpecType_ROLESPEC_PUBLIC:
		out.Kind = ast.RolePublic
	}
	return out
}

func (c *converter) roles(nodes []*pg.Node) []*ast.RoleName {
	return each(nodes, func(n *pg.Node) *ast.RoleName { return c.role(n.GetRoleSpec()) })
}

// option converts a DefElem.
func (c *converter) option(d *pg.DefElem) *ast.Option {
	out := &ast.Option{Position: c.pos(d.Location), Namespace: d.Defnamespace, Name: d.Defname}
	switch d.Defaction {
	case pg.DefElemAction_DEFELEM_SET:
		out.Action = ast.OptionSet
	case pg.DefElemAction_DEFELEM_ADD:
		out.Action = ast.OptionAdd
	case pg.DefElemAction_DEFELEM_DROP:
		out.Action = ast.OptionDrop
	}
	if d.Arg != nil {
		c.optionValue(out, d.Arg)
	}
	return out
}

func (c *converter) optionValue(out *ast.Option, arg *pg.Node) {
	switch v := arg.Node.(type) {
	case *pg.Node_TypeName:
		out.Type = c.typeName(v.TypeName)
	case *pg.Node_AStar:
		out.Star = true
	case *pg.Node_VariableSetStmt:
		out.Set = c.set(v.VariableSetStmt)
	case *pg.Node_RoleSpec:
		out.Roles = []*ast.RoleName{c.role(v.RoleSpec)}
	case *pg.Node_FuncCall:
		out.Func = c.funcCall(v.FuncCall)
	case *pg.Node_List:
		c.optionList(out, v.List.Items)
	default:
		out.Value = c.expr(arg)
	}
}

// optionList converts a list-valued option: names, roles or parameters.
func (c *converter) optionList(out *ast.Option, items []*pg.Node) {
	for _, item := range items {
		switch v := item.Node.(type) {
		case *pg.Node_RoleSpec:
			out.Roles = append(out.Roles, c.role(v.RoleSpec))
		case *pg.Node_FunctionParameter:
			out.Args = append(out.Args, c.funcParam(v.FunctionParameter))
		case *pg.Node_TypeName:
			out.Names = append(out.Names, c.typeName(v.TypeName).Name())
		default:
			out.Names = append(out.Names, str(item))
		}
	}
}

func (c *converter) options(nodes []*pg.Node) []*ast.Option {
	return each(nodes, func(n *pg.Node) *ast.Option { return c.option(n.GetDefElem()) })
}
