package bind

import (
	"strings"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
	"synapse/planner/parse"
)

// SQLBody parses the body of a function in SQL.
func SQLBody(f *catalog.Function) ([]parse.Statement, error) {
	if !f.Atomic {
		return parse.Parse(f.Body)
	}
	return atomicBody(f.Body)
}

// atomicBody parses BEGIN ATOMIC … END or RETURN expr.
func atomicBody(body string) ([]parse.Statement, error) {
	text := strings.TrimSpace(body)
	if len(text) > len("RETURN") && strings.EqualFold(text[:len("RETURN")], "RETURN") {
		return parse.Parse("SELECT " + text[len("RETURN"):])
	}
	toks := parse.Tokens(text)
	if len(toks) < 3 {
		return nil, nil
	}
	return parse.Parse(text[toks[1].End:toks[len(toks)-1].Start])
}

// GivesRows reports whether a statement has a result: a query, or a data change
// with RETURNING.
func GivesRows(stmt ast.Stmt) bool {
	switch s := stmt.(type) {
	case *ast.SelectStmt:
		return s.Into == nil
	case *ast.InsertStmt:
		return len(s.Returning) > 0
	case *ast.UpdateStmt:
		return len(s.Returning) > 0
	case *ast.DeleteStmt:
		return len(s.Returning) > 0
	}
	return false
}

// argumentNames are the arguments of a function in SQL, by name, by
// function.name and by number. It implements plan.Variables.
type argumentNames struct {
	function string
	args     []plan.Variable
}

// ArgumentNames are the names that the body of a function in SQL may use; types
// are those of its IN arguments in this call.
func ArgumentNames(c *catalog.Catalog, f *catalog.Function, ts []types.Type) plan.Variables {
	n := &argumentNames{function: f.Name}
	for i, a := range f.Inputs() {
		v := plan.Variable{Name: a.Name, Param: i + 1, Type: a.Type}
		if i < len(ts) {
			v.Type = ts[i]
		}
		if a.Rel != 0 {
			v.Row, v.Packed = true, true
			for _, col := range RowColumns(c, a.Rel) {
				v.Fields = append(v.Fields, plan.Variable{Name: col.Name, Type: col.Type})
			}
		}
		n.args = append(n.args, v)
	}
	return n
}

// Ambiguous implements plan.Variables.
func (*argumentNames) Ambiguous() bool { return false }

// Argument implements plan.Variables.
func (n *argumentNames) Argument(i int) *plan.Variable {
	if i < 1 || i > len(n.args) {
		return nil
	}
	return &n.args[i-1]
}

// Variable implements plan.Variables.
func (n *argumentNames) Variable(parts []string) (*plan.Variable, int, error) {
	if len(parts) > 1 && parts[0] == n.function {
		if v := n.named(parts[1]); v != nil {
			return v, 2, nil
		}
	}
	if v := n.named(parts[0]); v != nil {
		return v, 1, nil
	}
	return nil, 0, nil
}

func (n *argumentNames) named(name string) *plan.Variable {
	for i := range n.args {
		if n.args[i].Name == name && name != "" {
			return &n.args[i]
		}
	}
	return nil
}

// Assignable reports whether a value of one type can be stored as another.
func Assignable(from, to types.Type) bool {
	return from.OID == to.OID || canCoerce(from.OID, to.OID, builtin.CastAssignment)
}
