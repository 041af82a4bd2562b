package bind

import (
	"strconv"

	"synapse/catalog/builtin"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

func itoa(n int) string { return strconv.Itoa(n) }

// targetColumnsMax is PostgreSQL's bound on result columns.
const targetColumnsMax = 1664

// targetList binds SELECT's or RETURNING's list, stars expanded.
func (b *binder) targetList(s *scope, list []*ast.Target, c clause) ([]*entry, error) {
	was := s.clause
	s.clause = c
	defer func() { s.clause = was }()
	var out []*entry
	for _, t := range list {
		if star, ok := starOf(t.Expr); ok {
			more, err := b.expandStar(s, star)
			if err != nil {
				return nil, err
			}
			out = append(out, more...)
			continue
		}
		if ind, ok := t.Expr.(*ast.IndirectionExpr); ok && ind.Steps[len(ind.Steps)-1].Kind == ast.StepStar {
			more, err := b.expandComposite(s, ind)
			if err != nil {
				return nil, err
			}
			out = append(out, more...)
			continue
		}
		x, err := b.expr(s, t.Expr)
		if err != nil {
			return nil, err
		}
		name := t.Name
		if name == "" {
			name = b.columnName(t.Expr)
		}
		out = append(out, newEntry(x, name, startOf(t.Expr)))
	}
	if len(out) > targetColumnsMax {
		return nil, sqlerr.New(sqlerr.TooManyColumns, "target lists can have at most %d entries", targetColumnsMax)
	}
	return out, nil
}

// newEntry makes a target; a plain column remembers its table.
func newEntry(x plan.Expr, name string, pos int) *entry {
	e := &entry{expr: x, name: name, pos: pos}
	if v, ok := x.(*variable); ok && v.col >= 0 {
		c := v.rel.cols[v.col]
		e.table, e.attr = c.table, c.attr
	}
	return e
}

func starOf(e ast.Expr) (*ast.ColumnRef, bool) {
	ref, ok := e.(*ast.ColumnRef)
	return ref, ok && ref.Star
}

// expandStar lists the columns of * or t.*.
func (b *binder) expandStar(s *scope, ref *ast.ColumnRef) (_ []*entry, err error) {
	var out []*entry
	var named []string
	defer func() {
		if b.ctx.OnStar != nil && !b.kept && err == nil {
			b.ctx.OnStar(ref.Pos(), named)
		}
	}()
	add := func(it *nameItem) {
		for i := range it.cols {
			if it.cols[i].hidden {
				continue
			}
			name := builtin.QuoteIdent(it.cols[i].name)
			if it.relVisible && it.name != "" {
				name = builtin.QuoteIdent(it.name) + "." + name
			}
			named = append(named, name)
			out = append(out, newEntry(it.ref(i, ref.Pos()), it.cols[i].name, ref.Pos()))
		}
	}
	if len(ref.Fields) == 0 {
		for _, it := range s.items {
			if it.colVisible {
				add(it)
			}
		}
		if len(s.items) == 0 {
			return nil, b.errorf(sqlerr.SyntaxError, ref.Pos(), "SELECT * with no tables specified is not valid")
		}
		return out, nil
	}
	schema := ""
	if len(ref.Fields) > 1 {
		schema = ref.Fields[len(ref.Fields)-2]
	}
	name := ref.Fields[len(ref.Fields)-1]
	it, err := b.findItem(s, schema, name, ref.Pos())
	if err != nil {
		return nil, err
	}
	if it == nil {
		if list, err := b.variableStar(ref); err != nil || list != nil {
			return list, err
		}
		return nil, b.noItem(s, name, ref.Pos())
	}
	add(it)
	return out, nil
}

// expandComposite lists the fields of (expr).*.
func (b *binder) expandComposite(s *scope, e *ast.IndirectionExpr) ([]*entry, error) {
	inner := e.Arg
	if n := len(e.Steps) - 1; n > 0 {
		inner = &ast.IndirectionExpr{Position: e.Position, Arg: e.Arg, Steps: e.Steps[:n]}
	}
	x, err := b.expr(s, inner)
	if err != nil {
		return nil, err
	}
	fields := b.compositeFields(x)
	if fields == nil {
		if x.Type().OID == types.OIDRecord {
			return nil, b.errorf(sqlerr.FeatureNotSupported, startOf(e), "record type has not been registered")
		}
		return nil, b.errorf(sqlerr.DatatypeMismatch, startOf(e), "type %s is not composite", typeName(x.Type().OID))
	}
	out := make([]*entry, len(fields))
	for i, f := range fields {
		y, err := b.fieldOf(x, f.Name, startOf(e))
		if err != nil {
			return nil, err
		}
		out[i] = newEntry(y, f.Name, startOf(e))
	}
	return out, nil
}

// columnName is the name PostgreSQL gives a column without AS.
func (st *statement) columnName(e ast.Expr) string {
	if name, strength := st.figureName(e); strength > 0 {
		return name
	}
	return "?column?"
}

// figureName returns a name and how good it is: 2 for names that the user
// wrote, 1 for weak ones such as a cast's type, 0 for none.
func (st *statement) figureName(e ast.Expr) (string, int) {
	switch e := e.(type) {
	case *ast.ColumnRef:
		return e.Fields[len(e.Fields)-1], 2
	case *ast.IndirectionExpr:
		for i := len(e.Steps) - 1; i >= 0; i-- {
			if e.Steps[i].Kind == ast.StepField {
				return e.Steps[i].Name, 2
			}
		}
		return st.figureName(e.Arg)
	case *ast.FuncCall:
		return e.FuncName(), 2
	case *ast.CastExpr:
		if name, strength := st.figureName(e.Arg); strength > 1 {
			return name, strength
		}
		return e.Type.Name(), 1
	case *ast.Const:
		if e.Kind == ast.ConstBool {
			return "bool", 1
		}
	case *ast.CollateExpr:
		return st.figureName(e.Arg)
	case *ast.CaseExpr:
		if e.Default != nil {
			if name, strength := st.figureName(e.Default); strength > 1 {
				return name, strength
			}
		}
		return "case", 1
	case *ast.NullIfExpr:
		return "nullif", 2
	case *ast.SubLink:
		return st.sublinkName(e)
	default:
		return keywordName(e)
	}
	return "", 0
}

func (st *statement) sublinkName(e *ast.SubLink) (string, int) {
	switch e.Kind {
	case ast.SubLinkExists:
		return "exists", 2
	case ast.SubLinkArray:
		return "array", 2
	case ast.SubLinkScalar:
		if name := st.sublinkNames[e]; name != "" {
			return name, 2
		}
	}
	return "", 0
}

func keywordName(e ast.Expr) (string, int) {
	switch e := e.(type) {
	case *ast.CoalesceExpr:
		return "coalesce", 2
	case *ast.MinMaxExpr:
		if e.Greatest {
			return "greatest", 2
		}
		return "least", 2
	case *ast.ArrayExpr:
		return "array", 2
	case *ast.RowExpr:
		return "row", 2
	case *ast.GroupingCall:
		return "grouping", 2
	case *ast.SQLValueExpr:
		return sqlValueNames[e.Kind], 2
	case *ast.JSONObject:
		return "json_object", 2
	case *ast.JSONArray:
		return "json_array", 2
	case *ast.JSONAgg:
		if e.Key != nil {
			return "json_objectagg", 2
		}
		return "json_arrayagg", 2
	}
	return "", 0
}

var sqlValueNames = map[ast.SQLValueKind]string{
	ast.CurrentDate: "current_date", ast.CurrentTime: "current_time", ast.CurrentTimestamp: "current_timestamp",
	ast.LocalTime: "localtime", ast.LocalTimestamp: "localtimestamp", ast.CurrentRole: "current_role",
	ast.CurrentUser: "current_user", ast.User: "user", ast.SessionUser: "session_user",
	ast.CurrentCatalog: "current_catalog", ast.CurrentSchema: "current_schema",
}
