package bind

import (
	"fmt"
	"strings"

	"synapse/catalog/types"
	"synapse/exec/plan"
)

// exprDumper prints lowered expressions and gathers their subplans.
type exprDumper struct{ subs []*plan.SubPlan }

func (x *exprDumper) list(list []plan.Expr) string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = x.expr(e)
	}
	return strings.Join(out, ", ")
}

func (x *exprDumper) keys(keys []plan.SortKey) string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = x.expr(k.Expr)
		if k.Desc {
			out[i] += " desc"
		}
		if k.NullsFirst {
			out[i] += " nulls first"
		}
	}
	return strings.Join(out, ", ")
}

func (x *exprDumper) agg(a *plan.AggCall) string {
	out := a.Fn.Name + "("
	if a.Distinct {
		out += "distinct "
	}
	out += x.list(a.Args)
	if a.Direct != nil {
		out += " direct " + x.list(a.Direct)
	}
	if a.OrderBy != nil {
		out += " order " + x.keys(a.OrderBy)
	}
	out += ")"
	if a.Filter != nil {
		out += " filter " + x.expr(a.Filter)
	}
	return out
}

func (x *exprDumper) expr(e plan.Expr) string {
	switch e := e.(type) {
	case nil:
		return "nil"
	case *plan.Const:
		if e.Val.IsNull() {
			return "NULL::" + types.FormatType(e.Typ)
		}
		return "'" + types.FormatText(e.Typ, e.Val, types.DefaultFormat) + "'::" + types.FormatType(e.Typ)
	case *plan.Col:
		return fmt.Sprintf("#%d", e.Index)
	case *plan.Param:
		return fmt.Sprintf("$%d", e.N)
	case *plan.Slot:
		return fmt.Sprintf("$s%d", e.N)
	case *plan.Func:
		return x.call(e)
	case *plan.IOCast:
		return x.expr(e.Arg) + "::io " + types.FormatType(e.Typ)
	case *plan.Relabel:
		return x.expr(e.Arg) + "::relabel " + types.FormatType(e.Typ)
	case *plan.Typmod:
		return x.expr(e.Arg) + "::mod " + types.FormatType(e.Typ)
	case *plan.ArrayCast:
		return x.expr(e.Arg) + "::each(" + x.expr(e.Elem) + ")"
	case *plan.BoolOp:
		op := " and "
		if e.Or {
			op = " or "
		}
		return "(" + strings.ReplaceAll(x.list(e.Args), ", ", op) + ")"
	case *plan.Not:
		return "not " + x.expr(e.Arg)
	case *plan.NullTest:
		if e.Not {
			return x.expr(e.Arg) + " is not null"
		}
		return x.expr(e.Arg) + " is null"
	}
	return x.more(e)
}

func (x *exprDumper) call(e *plan.Func) string {
	switch {
	case e.Op != "" && len(e.Args) == 2:
		return "(" + x.expr(e.Args[0]) + " " + e.Op + " " + x.expr(e.Args[1]) + ")"
	case e.Op != "":
		return "(" + e.Op + " " + x.expr(e.Args[0]) + ")"
	case e.Cast:
		return x.expr(e.Args[0]) + "::" + types.FormatType(e.Typ)
	}
	return e.Fn.Name + "(" + x.list(e.Args) + ")"
}

func (x *exprDumper) more(e plan.Expr) string {
	switch e := e.(type) {
	case *plan.BoolTest:
		return fmt.Sprintf("%s is %t %c", x.expr(e.Arg), !e.Not, e.Want)
	case *plan.DistinctFrom:
		return fmt.Sprintf("(%s distinct=%t %s)", x.expr(e.Left), !e.Not, x.expr(e.Right))
	case *plan.NullIf:
		return "nullif(" + x.expr(e.Left) + ", " + x.expr(e.Right) + ")"
	case *plan.Case:
		out := "case"
		for _, w := range e.Whens {
			out += " when " + x.expr(w.Cond) + " then " + x.expr(w.Then)
		}
		return out + " else " + x.expr(e.Else) + " end"
	case *plan.Coalesce:
		return "coalesce(" + x.list(e.Args) + ")"
	case *plan.MinMax:
		return fmt.Sprintf("minmax(least=%t %s)", e.Least, x.list(e.Args))
	case *plan.ArrayOp:
		word := "any"
		if e.All {
			word = "all"
		}
		return fmt.Sprintf("(%s %s %s %s)", x.expr(e.Left), e.Op, word, x.expr(e.Array))
	case *plan.ArrayExpr:
		return "array[" + x.list(e.Elems) + "]"
	case *plan.RowExpr:
		return "row(" + x.list(e.Fields) + ")"
	case *plan.RowCompare:
		return "(row(" + x.list(e.Left) + ") " + e.Op + " row(" + x.list(e.Right) + "))"
	case *plan.Subscript:
		return x.expr(e.Arg) + "[" + x.list(e.Lower) + ":" + x.list(e.Upper) + "]"
	case *plan.Field:
		return x.expr(e.Arg) + "." + e.Name
	case *plan.SubPlan:
		x.subs = append(x.subs, e)
		out := fmt.Sprintf("%s(%d)", [...]string{"scalar", "exists", "any", "all", "array", "row"}[e.Kind], e.ID)
		if e.Left != nil {
			out = "(" + x.list(e.Left) + " " + e.Op + " " + out + ")"
		}
		return out
	}
	return fmt.Sprintf("?%T", e)
}
