package bind

import (
	"fmt"
	"strconv"
	"strings"

	"synapse/exec/plan"
)

// key is a text that two expressions share exactly if they mean the same:
// PostgreSQL's equal() for GROUP BY, DISTINCT, ORDER BY and repeated aggregates.
func key(e plan.Expr) string {
	var w keyWriter
	w.expr(e)
	return w.String()
}

type keyWriter struct{ strings.Builder }

func (w *keyWriter) int(n int) { w.WriteString(strconv.Itoa(n)); w.WriteByte(' ') }

func (w *keyWriter) expr(e plan.Expr) {
	if e == nil {
		w.WriteString("nil ")
		return
	}
	fmt.Fprintf(w, "%T:%d:%d(", e, e.Type().OID, e.Type().Mod)
	w.own(e)
	mapChildren(e, func(child plan.Expr) plan.Expr {
		w.expr(child)
		return child
	})
	w.WriteByte(')')
}

// own writes what a node has beside its children and its type.
func (w *keyWriter) own(e plan.Expr) {
	switch e := e.(type) {
	case *variable:
		w.int(e.rel.id)
		w.int(e.col)
	case *plan.Const:
		if e.Val.IsNull() {
			w.WriteString("null")
			return
		}
		fmt.Fprintf(w, "%d %q", e.Val.Int(), e.Val.Str())
	case *plan.Param:
		w.int(e.N)
	case *plan.Col:
		w.int(e.Index)
	case *plan.Func:
		w.int(int(e.Fn.OID))
		w.int(len(e.Args))
		if e.Spread {
			w.WriteByte('*')
		}
		if e.Index != nil {
			w.int(int(e.Index.ID))
		}
	case *setCall:
		w.int(int(e.fn.OID))
		w.int(len(e.args))
	case *aggregate:
		fmt.Fprintf(w, "%d %t %p %d %d", e.Fn.OID, e.Distinct, e.owner, len(e.Args), len(e.Direct))
		w.keys(e.OrderBy)
	case *windowed:
		fmt.Fprintf(w, "%d %p %d", e.Fn.OID, e.window, len(e.Args))
	case *grouping:
		fmt.Fprintf(w, "%p", e)
	case *sublink:
		fmt.Fprintf(w, "%p", e.q)
	default:
		w.more(e)
	}
}

func (w *keyWriter) more(e plan.Expr) {
	switch e := e.(type) {
	case *plan.BoolOp:
		fmt.Fprintf(w, "%t %d", e.Or, len(e.Args))
	case *plan.NullTest:
		fmt.Fprintf(w, "%t", e.Not)
	case *plan.BoolTest:
		fmt.Fprintf(w, "%c %t", e.Want, e.Not)
	case *plan.DistinctFrom:
		fmt.Fprintf(w, "%t", e.Not)
	case *plan.MinMax:
		fmt.Fprintf(w, "%t", e.Least)
	case *plan.ArrayOp:
		fmt.Fprintf(w, "%t %d", e.All, e.Fn.OID)
	case *plan.RowCompare:
		fmt.Fprintf(w, "%s %d", e.Op, len(e.Left))
	case *plan.Subscript:
		fmt.Fprintf(w, "%t %d", e.Slice, len(e.Upper))
	case *plan.SubscriptSet:
		fmt.Fprintf(w, "%t %d", e.Slice, len(e.Upper))
	case *plan.Field:
		w.int(e.N)
	case *plan.Typmod:
		fmt.Fprintf(w, "%t", e.Explicit)
	case *plan.CoerceDomain:
		w.int(int(e.Typ.OID))
	case *plan.ArrayCast:
		w.expr(e.Elem)
	}
}

func (w *keyWriter) keys(keys []plan.SortKey) {
	for _, k := range keys {
		fmt.Fprintf(w, " %t %t", k.Desc, k.NullsFirst)
	}
}

// sameExpr reports whether two expressions mean the same.
func sameExpr(a, b plan.Expr) bool { return a == b || key(a) == key(b) }
