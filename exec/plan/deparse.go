package plan

import (
	"fmt"
	"strconv"
	"strings"

	"synapse/catalog/builtin"
	"synapse/catalog/types"
)

// The String methods print expressions as PostgreSQL's ruleutils does for
// EXPLAIN and pg_get_expr: every operator in parentheses, literals with their
// types, so that the text parses back to the same expression.

// String prints a literal: 5, 'x'::text, NULL::integer.
func (e *Const) String() string {
	name := types.KeptName(e.Typ)
	if e.Val.IsNull() {
		return "NULL::" + name
	}
	text := string(types.AppendText(nil, e.Typ, e.Val, types.DefaultFormat))
	switch e.Typ.Kind() {
	case types.KindBool:
		if e.Val.Bool() {
			return "true"
		}
		return "false"
	case types.KindOID:
		if name := builtin.TextSearchName(e.Typ.OID, types.OID(e.Val.Int())); name != "" {
			text = name
		}
	case types.KindInt4:
		if e.Val.Int() >= 0 {
			return text
		}
	case types.KindNumeric:
		if !strings.HasPrefix(text, "-") && strings.ContainsAny(text, ".") && !strings.ContainsAny(text, "NI") {
			return text
		}
	}
	if e.Typ.OID == types.OIDUnknown {
		return quoteLiteral(text)
	}
	return quoteLiteral(text) + "::" + name
}

func quoteLiteral(s string) string {
	q := "'" + strings.ReplaceAll(s, "'", "''") + "'"
	if strings.Contains(s, `\`) {
		return "E" + strings.ReplaceAll(q, `\`, `\\`)
	}
	return q
}

// String prints the column's name.
func (e *Col) String() string {
	if e.Name == "" {
		return "#" + strconv.Itoa(e.Index+1)
	}
	return e.Name
}

// String prints $n.
func (e *Param) String() string { return "$" + strconv.Itoa(e.N) }

// String prints the name of the outer value.
func (e *Slot) String() string {
	if e.Name != "" {
		return e.Name
	}
	return "$outer" + strconv.Itoa(e.N)
}

// String prints an operator, a cast or a call.
func (e *Func) String() string {
	switch {
	case e.Op != "" && len(e.Args) == 2:
		return "(" + operand(e.Args[0]) + " " + e.Op + " " + operand(e.Args[1]) + ")"
	case e.Op != "" && len(e.Args) == 1:
		return "(" + e.Op + " " + operand(e.Args[0]) + ")"
	case e.Cast && len(e.Args) > 0:
		return castText(e.Args[0], e.Typ)
	}
	name := e.Fn.Name
	if word := valueFunctions[name]; word != "" && len(e.Args) == 0 {
		return word
	}
	switch name {
	case "timezone":
		if len(e.Args) == 2 {
			return "(" + e.Args[1].String() + " AT TIME ZONE " + e.Args[0].String() + ")"
		}
	case "extract":
		if c, ok := e.Args[0].(*Const); ok && len(e.Args) == 2 && !c.Val.IsNull() {
			return "EXTRACT(" + c.Val.Str() + " FROM " + e.Args[1].String() + ")"
		}
	}
	name = builtin.QuoteIdent(name)
	if e.Fn.Schema != "" && e.Fn.Schema != "pg_catalog" {
		name = builtin.QuoteIdent(e.Fn.Schema) + "." + name
	}
	if last := len(e.Args) - 1; e.Spread && last > 0 {
		return name + "(" + list(e.Args[:last]) + ", VARIADIC " + e.Args[last].String() + ")"
	} else if e.Spread {
		return name + "(VARIADIC " + e.Args[last].String() + ")"
	}
	return name + "(" + list(e.shown()) + ")"
}

// shown are the arguments that were written: those of bm25 without the row's
// partition, nor what was left to the index.
func (e *Func) shown() []Expr {
	if e.Index == nil {
		return e.Args
	}
	out := e.Args[:len(e.Fn.Args)]
	for len(out) > 0 {
		if c, ok := out[len(out)-1].(*Const); !ok || !c.Val.IsNull() {
			break
		}
		out = out[:len(out)-1]
	}
	return out
}

// valueFunctions are called without parentheses.
var valueFunctions = map[string]string{
	"current_user": "CURRENT_USER", "session_user": "SESSION_USER", "user": "USER", "current_role": "CURRENT_ROLE",
	"current_catalog": "CURRENT_CATALOG", "current_schema": "CURRENT_SCHEMA",
}

// operand prints an argument of an operator; its own parentheses are enough.
func operand(e Expr) string { return e.String() }

func list(args []Expr) string {
	out := make([]string, len(args))
	for i, a := range args {
		out[i] = a.String()
	}
	return strings.Join(out, ", ")
}

// castText prints (arg)::type; a literal of unknown type needs no parentheses.
func castText(arg Expr, t types.Type) string {
	if c, ok := arg.(*Const); ok && c.Typ.OID == types.OIDUnknown && !c.Val.IsNull() {
		return c.String() + "::" + types.KeptName(t)
	}
	inner := arg.String()
	if !strings.HasPrefix(inner, "(") {
		inner = "(" + inner + ")"
	}
	return inner + "::" + types.KeptName(t)
}

// String prints the cast.
func (e *IOCast) String() string { return castText(e.Arg, e.Typ) }

// String prints the cast.
func (e *Relabel) String() string { return castText(e.Arg, e.Typ) }

// String prints the cast with its modifier; the same cast below is left out.
func (e *Typmod) String() string {
	arg := e.Arg
	switch inner := arg.(type) {
	case *Func:
		if inner.Cast && inner.Typ.OID == e.Typ.OID {
			arg = inner.Args[0]
		}
	case *IOCast:
		if inner.Typ.OID == e.Typ.OID {
			arg = inner.Arg
		}
	case *Relabel:
		if inner.Typ.OID == e.Typ.OID {
			arg = inner.Arg
		}
	}
	return castText(arg, e.Typ)
}

// String prints the cast.
func (e *CoerceDomain) String() string { return castText(e.Arg, e.Typ) }

// String prints a cast.
func (e *ArrayCast) String() string { return castText(e.Arg, e.Typ) }

// String prints (a AND b) or (a OR b).
func (e *BoolOp) String() string {
	word := " AND "
	if e.Or {
		word = " OR "
	}
	out := make([]string, len(e.Args))
	for i, a := range e.Args {
		out[i] = a.String()
	}
	return "(" + strings.Join(out, word) + ")"
}

// String prints (NOT a).
func (e *Not) String() string { return "(NOT " + e.Arg.String() + ")" }

// String prints (a IS [NOT] NULL).
func (e *NullTest) String() string {
	if e.Not {
		return "(" + e.Arg.String() + " IS NOT NULL)"
	}
	return "(" + e.Arg.String() + " IS NULL)"
}

// String prints (a IS [NOT] TRUE).
func (e *BoolTest) String() string {
	word := map[byte]string{'t': "TRUE", 'f': "FALSE", 'u': "UNKNOWN"}[e.Want]
	if e.Not {
		word = "NOT " + word
	}
	return "(" + e.Arg.String() + " IS " + word + ")"
}

// String prints (a IS [NOT] DISTINCT FROM b).
func (e *DistinctFrom) String() string {
	word := " IS DISTINCT FROM "
	if e.Not {
		word = " IS NOT DISTINCT FROM "
	}
	return "(" + e.Left.String() + word + e.Right.String() + ")"
}

// String prints NULLIF(a, b).
func (e *NullIf) String() string { return "NULLIF(" + e.Left.String() + ", " + e.Right.String() + ")" }

// String prints the searched form.
func (e *Case) String() string {
	var b strings.Builder
	b.WriteString("CASE")
	for _, w := range e.Whens {
		b.WriteString(" WHEN " + w.Cond.String() + " THEN " + w.Then.String())
	}
	if e.Else != nil {
		b.WriteString(" ELSE " + e.Else.String())
	}
	b.WriteString(" END")
	return b.String()
}

// String prints COALESCE(…).
func (e *Coalesce) String() string { return "COALESCE(" + list(e.Args) + ")" }

// String prints GREATEST(…) or LEAST(…).
func (e *MinMax) String() string {
	if e.Least {
		return "LEAST(" + list(e.Args) + ")"
	}
	return "GREATEST(" + list(e.Args) + ")"
}

// String prints (a = ANY (array)).
func (e *ArrayOp) String() string {
	word := "ANY"
	if e.All {
		word = "ALL"
	}
	return "(" + operand(e.Left) + " " + e.Op + " " + word + " (" + e.Array.String() + "))"
}

// String prints ARRAY[…].
func (e *ArrayExpr) String() string {
	if len(e.Elems) == 0 {
		return "ARRAY[]::" + types.KeptName(e.Typ)
	}
	return "ARRAY[" + list(e.Elems) + "]"
}

// String prints ROW(…).
func (e *RowExpr) String() string { return "ROW(" + list(e.Fields) + ")" }

// String prints (ROW(…) < ROW(…)).
func (e *RowCompare) String() string {
	return "(ROW(" + list(e.Left) + ") " + e.Op + " ROW(" + list(e.Right) + "))"
}

// String prints a[i] or a[lo:hi].
func (e *Subscript) String() string {
	var b strings.Builder
	arg := e.Arg.String()
	if _, plain := e.Arg.(*Col); !plain && !strings.HasPrefix(arg, "(") {
		arg = "(" + arg + ")"
	}
	b.WriteString(arg)
	for i, up := range e.Upper {
		b.WriteByte('[')
		if e.Slice {
			if i < len(e.Lower) && e.Lower[i] != nil {
				b.WriteString(e.Lower[i].String())
			}
			b.WriteByte(':')
		}
		if up != nil {
			b.WriteString(up.String())
		}
		b.WriteByte(']')
	}
	return b.String()
}

// String prints a[i] := value.
func (e *SubscriptSet) String() string {
	part := Subscript{Arg: e.Arg, Upper: e.Upper, Lower: e.Lower, Slice: e.Slice}
	return part.String() + " := " + e.Value.String()
}

// String prints (a).field.
func (e *Field) String() string {
	name := e.Name
	if name == "" {
		name = fmt.Sprintf("f%d", e.N+1)
	}
	return "(" + e.Arg.String() + ")." + name
}

// String names the subquery; EXPLAIN shows its plan below the node.
func (e *SubPlan) String() string {
	name := fmt.Sprintf("SubPlan %d", e.ID+1)
	if len(e.Assigns) == 0 {
		name = "Init" + name[3:]
	}
	switch e.Kind {
	case Exists:
		return "EXISTS(" + name + ")"
	case AnySub:
		return "(ANY " + list(e.Left) + " " + e.Op + " (" + name + "))"
	case AllSub:
		return "(ALL " + list(e.Left) + " " + e.Op + " (" + name + "))"
	case ArraySub:
		return "ARRAY(" + name + ")"
	}
	return "(" + name + ")"
}
