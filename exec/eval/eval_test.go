package eval

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/sqltests/seed"
)

func constant4(i int64) plan.Expr   { return &plan.Const{Typ: types.Int4, Val: types.NewInt(i)} }
func constText(s string) plan.Expr  { return &plan.Const{Typ: types.Text, Val: types.NewString(s)} }
func nullOf(t types.Type) plan.Expr { return &plan.Const{Typ: t} }
func col(i int, t types.Type) plan.Expr {
	return &plan.Col{Index: i, Typ: t}
}

func boolean(s string) plan.Expr {
	c := &plan.Const{Typ: types.Bool}
	if s != "n" {
		c.Val = types.NewBool(s == "t")
	}
	return c
}

func op(t testing.TB, name string, l, r plan.Expr) *plan.Func {
	t.Helper()
	o := builtin.OperatorFor(name, l.Type().OID, r.Type().OID)
	if o == nil {
		t.Fatalf("no operator %s(%v, %v)", name, l.Type(), r.Type())
	}
	return &plan.Func{Fn: o.Fn, Args: []plan.Expr{l, r}, Typ: types.Of(o.Ret), Op: name}
}

func compiled(t testing.TB, e plan.Expr, c *Compiler) *Expr {
	t.Helper()
	if c == nil {
		c = &Compiler{Env: &builtin.Env{Format: types.DefaultFormat}}
	}
	x, err := Compile(e, c)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// show evaluates by both paths and fails where they differ.
func show(t *testing.T, e plan.Expr, c *Compiler) string {
	t.Helper()
	x := compiled(t, e, c)
	v, errRow := x.Values(nil)
	vec, errVec := compiled(t, e, c).Vector(&Batch{N: 1})
	if (errRow == nil) != (errVec == nil) {
		t.Fatalf("row path: %v, vector path: %v", errRow, errVec)
	}
	if errRow != nil {
		return string(sqlerr.CodeOf(errRow))
	}
	if w := vec.Get(0); !w.Identical(v) {
		t.Fatalf("row path gives %q, vector path %q", types.FormatText(e.Type(), v, nil), types.FormatText(e.Type(), w, nil))
	}
	if v.IsNull() {
		return "n"
	}
	return types.FormatText(e.Type(), v, nil)
}

func TestThreeValuedLogic(t *testing.T) {
	and := map[string]string{"tt": "t", "tf": "f", "tn": "n", "ft": "f", "ff": "f", "fn": "f", "nt": "n", "nf": "f", "nn": "n"}
	or := map[string]string{"tt": "t", "tf": "t", "tn": "t", "ft": "t", "ff": "f", "fn": "n", "nt": "t", "nf": "n", "nn": "n"}
	for in, want := range and {
		args := []plan.Expr{boolean(in[:1]), boolean(in[1:])}
		if got := show(t, &plan.BoolOp{Args: args}, nil); got != want {
			t.Errorf("%s AND: %s, want %s", in, got, want)
		}
		if got := show(t, &plan.BoolOp{Or: true, Args: args}, nil); got != or[in] {
			t.Errorf("%s OR: %s, want %s", in, got, or[in])
		}
	}
	tests := []struct {
		e    plan.Expr
		want string
	}{
		{&plan.Not{Arg: boolean("n")}, "n"},
		{&plan.Not{Arg: boolean("t")}, "f"},
		{&plan.NullTest{Arg: boolean("n")}, "t"},
		{&plan.NullTest{Arg: boolean("f"), Not: true}, "t"},
		{&plan.BoolTest{Arg: boolean("n"), Want: 't'}, "f"},
		{&plan.BoolTest{Arg: boolean("n"), Want: 'f', Not: true}, "t"},
		{&plan.BoolTest{Arg: boolean("n"), Want: 'u'}, "t"},
	}
	for i, c := range tests {
		if got := show(t, c.e, nil); got != c.want {
			t.Errorf("case %d: %s, want %s", i, got, c.want)
		}
	}
}

func array(elems ...string) plan.Expr {
	values := make([]types.Value, len(elems))
	for i, e := range elems {
		if e != "n" {
			values[i], _ = types.ParseText(types.Int4, e, nil)
		}
	}
	return &plan.Const{Typ: types.Int4Array, Val: types.NewArray(types.Int4, values).Encode()}
}

func TestAnyAll(t *testing.T) {
	eq := builtin.OperatorFor("=", types.OIDInt4, types.OIDInt4).Fn
	ne := builtin.OperatorFor("<>", types.OIDInt4, types.OIDInt4).Fn
	lt := builtin.OperatorFor("<", types.OIDInt4, types.OIDInt4).Fn
	one, null := constant4(1), nullOf(types.Int4)
	tests := []struct {
		left  plan.Expr
		op    string
		fn    *builtin.Function
		all   bool
		array plan.Expr
		want  string
	}{
		{one, "=", eq, false, array("1", "2"), "t"},
		{one, "=", eq, false, array("2", "3"), "f"},
		{one, "=", eq, false, array("2", "n"), "n"},
		{one, "=", eq, false, array("1", "n"), "t"},
		{one, "=", eq, false, array(), "f"},
		{null, "=", eq, false, array("1"), "n"},
		{null, "=", eq, false, array(), "f"},
		{one, "=", eq, false, nullOf(types.Int4Array), "n"},
		{one, "<>", ne, true, array("2", "3"), "t"},
		{one, "<>", ne, true, array("1", "3"), "f"},
		{one, "<>", ne, true, array("2", "n"), "n"},
		{one, "<>", ne, true, array("1", "n"), "f"},
		{one, "<>", ne, true, array(), "t"},
		{null, "<>", ne, true, array("1"), "n"},
		{null, "<>", ne, true, array(), "t"},
		{one, "<", lt, false, array("0", "n"), "n"},
		{one, "<", lt, false, array("0", "2", "n"), "t"},
		{one, "<", lt, true, array("2", "n"), "n"},
		{one, "<", lt, true, array("0", "n"), "f"},
		{one, "<", lt, true, array("2", "3"), "t"},
	}
	for i, c := range tests {
		e := &plan.ArrayOp{Left: c.left, Array: c.array, Fn: c.fn, Op: c.op, All: c.all}
		if got := show(t, e, nil); got != c.want {
			t.Errorf("case %d: %s, want %s", i, got, c.want)
		}
	}
}

func TestCaseIsLazy(t *testing.T) {
	a := col(0, types.Int4)
	e := &plan.Case{Typ: types.Int4, Whens: []plan.When{{Cond: op(t, "<>", a, constant4(0)), Then: op(t, "/", constant4(12), a)}}}
	var b Batch
	b.Cols = make([]types.Column, 1)
	b.Cols[0].Reset(types.Int4, 0)
	for _, v := range []int64{0, 3, 4, 0} {
		b.Cols[0].Append(types.NewInt(v))
		b.N++
	}
	out, err := compiled(t, e, nil).Vector(&b)
	if err != nil {
		t.Fatal(err)
	}
	if !out.IsNull(0) || out.I64[1] != 4 || out.I64[2] != 3 || !out.IsNull(3) {
		t.Errorf("got %v", out.I64)
	}
	guarded := &plan.BoolOp{Args: []plan.Expr{op(t, "<>", a, constant4(0)), op(t, ">", op(t, "/", constant4(12), a), constant4(3))}}
	sel, err := compiled(t, guarded, nil).Filter(&b)
	if err != nil || len(sel) != 1 || sel[0] != 1 {
		t.Errorf("AND: %v, %v", sel, err)
	}
	first := &plan.Coalesce{Typ: types.Int4, Args: []plan.Expr{constant4(1), op(t, "/", constant4(1), constant4(0))}}
	if got := show(t, first, nil); got != "1" {
		t.Errorf("COALESCE: %s", got)
	}
}

func TestRowComparison(t *testing.T) {
	eq := builtin.OperatorFor("=", types.OIDInt4, types.OIDInt4).Fn
	lt := builtin.OperatorFor("<", types.OIDInt4, types.OIDInt4).Fn
	list := func(items string) []plan.Expr {
		var out []plan.Expr
		for _, c := range items {
			if c == 'n' {
				out = append(out, nullOf(types.Int4))
			} else {
				out = append(out, constant4(int64(c-'0')))
			}
		}
		return out
	}
	tests := []struct{ left, op, right, want string }{
		{"12", "=", "12", "t"},
		{"12", "=", "1n", "n"},
		{"12", "=", "3n", "f"},
		{"12", "<>", "1n", "n"},
		{"12", "<>", "3n", "t"},
		{"12", "<>", "12", "f"},
		{"12", "<", "13", "t"},
		{"1n", "<", "20", "t"},
		{"1n", "<", "10", "n"},
		{"n1", "<", "20", "n"},
		{"12", "<=", "12", "t"},
		{"12", "<", "12", "f"},
	}
	for _, c := range tests {
		e := &plan.RowCompare{Left: list(c.left), Right: list(c.right), Op: c.op, Eq: []*builtin.Function{eq, eq}, Cmp: []*builtin.Function{lt, lt}}
		if got := show(t, e, nil); got != c.want {
			t.Errorf("(%s) %s (%s): %s, want %s", c.left, c.op, c.right, got, c.want)
		}
	}
}

func TestSubscripts(t *testing.T) {
	a := array("1", "2", "3")
	grid := &plan.ArrayExpr{Elems: []plan.Expr{array("1", "2"), array("3", "4")}, Typ: types.Int4Array}
	idx := func(list ...int64) []plan.Expr {
		var out []plan.Expr
		for _, i := range list {
			out = append(out, constant4(i))
		}
		return out
	}
	tests := []struct {
		e    plan.Expr
		want string
	}{
		{&plan.Subscript{Arg: a, Upper: idx(2), Typ: types.Int4}, "2"},
		{&plan.Subscript{Arg: a, Upper: idx(4), Typ: types.Int4}, "n"},
		{&plan.Subscript{Arg: grid, Upper: idx(2, 1), Typ: types.Int4}, "3"},
		{&plan.Subscript{Arg: grid, Upper: idx(2), Typ: types.Int4}, "n"},
		{&plan.Subscript{Arg: a, Upper: idx(5), Lower: idx(2), Slice: true, Typ: types.Int4Array}, "{2,3}"},
		{&plan.Subscript{Arg: a, Upper: []plan.Expr{nil}, Lower: idx(3), Slice: true, Typ: types.Int4Array}, "{3}"},
		{&plan.Subscript{Arg: a, Upper: idx(1), Lower: idx(2), Slice: true, Typ: types.Int4Array}, "{}"},
		{&plan.Subscript{Arg: grid, Upper: idx(2, 1), Lower: idx(1, 1), Slice: true, Typ: types.Int4Array}, "{{1},{3}}"},
		{&plan.ArrayExpr{Elems: []plan.Expr{array("1"), array("1", "2")}, Typ: types.Int4Array}, "2202E"},
	}
	for i, c := range tests {
		if got := show(t, c.e, nil); got != c.want {
			t.Errorf("case %d: %s, want %s", i, got, c.want)
		}
	}
}

func TestCasts(t *testing.T) {
	tests := []struct {
		e    plan.Expr
		want string
	}{
		{&plan.IOCast{Arg: constText(" 42 "), Typ: types.Int4}, "42"},
		{&plan.IOCast{Arg: constText("x"), Typ: types.Int4}, "22P02"},
		{&plan.IOCast{Arg: constant4(7), Typ: types.Text}, "7"},
		{&plan.Typmod{Arg: constText("abcdef"), Typ: types.Type{OID: types.OIDVarchar, Mod: 4 + 3}, Explicit: true}, "abc"},
		{&plan.Typmod{Arg: constText("abcdef"), Typ: types.Type{OID: types.OIDVarchar, Mod: 4 + 3}}, "22001"},
		{&plan.ArrayCast{Arg: array("1", "n"), Elem: &plan.IOCast{Arg: col(0, types.Int4), Typ: types.Text}, Typ: types.TextArray}, "{1,NULL}"},
		{&plan.MinMax{Args: []plan.Expr{constant4(1), nullOf(types.Int4), constant4(3)}, Typ: types.Int4}, "3"},
		{&plan.MinMax{Least: true, Args: []plan.Expr{constant4(1), nullOf(types.Int4), constant4(3)}, Typ: types.Int4}, "1"},
	}
	for i, c := range tests {
		if got := show(t, c.e, nil); got != c.want {
			t.Errorf("case %d: %s, want %s", i, got, c.want)
		}
	}
}

// TestVectorEqualsRow evaluates random expressions by both paths.
func TestVectorEqualsRow(t *testing.T) {
	rnd := seed.Rand(t)
	g := &generator{t: t, r: rnd}
	for range 2000 {
		e := g.boolean(4)
		b := g.batch()
		x, y := compiled(t, e, nil), compiled(t, e, nil)
		col, errVec := x.Vector(b)
		for _, i := range b.Selection() {
			v, err := y.Row(b.Cols, int(i))
			if err != nil {
				if errVec == nil {
					t.Fatalf("only the row path fails: %v", err)
				}
				break
			}
			if errVec == nil && !col.Get(int(i)).Identical(v) {
				t.Fatalf("row %d differs in %s", i, describe(e))
			}
		}
	}
}

func describe(e plan.Expr) string { return fmt.Sprintf("%T", e) }

// generator makes random expressions over columns int4, int4, text.
type generator struct {
	t *testing.T
	r *rand.Rand
}

func (g *generator) batch() *Batch {
	b := &Batch{N: 1 + g.r.IntN(20), Cols: make([]types.Column, 3)}
	for c, typ := range []types.Type{types.Int4, types.Int4, types.Text} {
		b.Cols[c].Reset(typ, b.N)
		for i := range b.N {
			switch {
			case g.r.IntN(4) == 0:
				b.Cols[c].SetNull(i)
			case c < 2:
				b.Cols[c].Set(i, types.NewInt(int64(g.r.IntN(5)-2)))
			default:
				b.Cols[c].Set(i, types.NewString(string(rune('a'+g.r.IntN(3)))))
			}
		}
	}
	if g.r.IntN(2) == 0 {
		b.Sel = []uint16{}
		for i := range b.N {
			if g.r.IntN(2) == 0 {
				b.Sel = append(b.Sel, uint16(i))
			}
		}
	}
	return b
}

func (g *generator) number(depth int) plan.Expr {
	switch n := g.r.IntN(6); {
	case depth == 0 || n == 0:
		return col(g.r.IntN(2), types.Int4)
	case n == 1:
		return constant4(int64(g.r.IntN(5) - 2))
	case n == 2:
		return &plan.Coalesce{Args: []plan.Expr{g.number(depth - 1), g.number(depth - 1)}, Typ: types.Int4}
	case n == 3:
		c := &plan.Case{Typ: types.Int4, Whens: []plan.When{{Cond: g.boolean(depth - 1), Then: g.number(depth - 1)}}}
		if g.r.IntN(2) == 0 {
			c.Else = g.number(depth - 1)
		}
		return c
	}
	return op(g.t, []string{"+", "-", "*"}[g.r.IntN(3)], g.number(depth-1), g.number(depth-1))
}

func (g *generator) boolean(depth int) plan.Expr {
	compare := []string{"=", "<>", "<", "<=", ">", ">="}[g.r.IntN(6)]
	switch n := g.r.IntN(6); {
	case depth == 0 || n == 0:
		return op(g.t, compare, g.number(0), g.number(0))
	case n == 1:
		return op(g.t, compare, col(2, types.Text), constText("b"))
	case n == 2:
		return &plan.Not{Arg: g.boolean(depth - 1)}
	case n == 3:
		return &plan.NullTest{Arg: g.number(depth - 1), Not: g.r.IntN(2) == 0}
	case n == 4:
		return &plan.BoolOp{Or: g.r.IntN(2) == 0, Args: []plan.Expr{g.boolean(depth - 1), g.boolean(depth - 1), g.boolean(depth - 1)}}
	}
	return op(g.t, compare, g.number(depth-1), g.number(depth-1))
}
