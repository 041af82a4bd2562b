package exec

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// lit makes an expression of a Go value; nil is a NULL int4.
func lit(v any) plan.Expr {
	switch v := v.(type) {
	case nil:
		return &plan.Const{Typ: types.Int4}
	case int:
		return &plan.Const{Typ: types.Int4, Val: types.NewInt(int64(v))}
	case int64:
		return &plan.Const{Typ: types.Int8, Val: types.NewInt(v)}
	case string:
		return &plan.Const{Typ: types.Text, Val: types.NewString(v)}
	case bool:
		return &plan.Const{Typ: types.Bool, Val: types.NewBool(v)}
	case plan.Expr:
		return v
	}
	panic(fmt.Sprintf("no literal for %T", v))
}

func col(i int, t types.Type) plan.Expr { return &plan.Col{Index: i, Typ: t} }

func opExpr(t testing.TB, name string, l, r plan.Expr) plan.Expr {
	t.Helper()
	o := builtin.OperatorFor(name, l.Type().OID, r.Type().OID)
	if o == nil {
		t.Fatalf("no operator %s(%v, %v)", name, l.Type(), r.Type())
	}
	return &plan.Func{Fn: o.Fn, Args: []plan.Expr{l, r}, Typ: types.Of(o.Ret), Op: name}
}

// function finds a function by name and argument types.
func function(t testing.TB, name string, args ...types.OID) *builtin.Function {
	t.Helper()
	fn := builtin.FunctionFor(name, args...)
	if fn == nil {
		t.Fatalf("no function %s%v", name, args)
	}
	return fn
}

// valuesOf makes literal rows; the column types are those given.
func valuesOf(ts []types.Type, rows ...[]any) *plan.Values {
	n := &plan.Values{Cols: ts}
	for _, row := range rows {
		exprs := make([]plan.Expr, len(row))
		for i, v := range row {
			exprs[i] = lit(v)
			if c, ok := exprs[i].(*plan.Const); ok && v == nil {
				c.Typ = ts[i]
			}
		}
		n.Rows = append(n.Rows, exprs)
	}
	return n
}

var ints = func(n int) []types.Type {
	out := make([]types.Type, n)
	for i := range out {
		out[i] = types.Int4
	}
	return out
}

func testEnv() *Env {
	return &Env{Builtin: &builtin.Env{Format: types.DefaultFormat}}
}

// runPlan runs p and returns its rows as text.
func runPlan(t testing.TB, env *Env, p *plan.Plan) ([]string, error) {
	t.Helper()
	rows, err := Open(context.Background(), env, p)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	var b Batch
	for {
		if err := rows.Next(&b); err != nil {
			return out, err
		}
		if b.N == 0 {
			return out, nil
		}
		if b.N > BatchRows || b.Len() == 0 {
			t.Fatalf("batch of %d rows, %d selected", b.N, b.Len())
		}
		for _, i := range b.Selection() {
			var cells []string
			for c := range b.Cols {
				v := b.Cols[c].Get(int(i))
				if v.IsNull() {
					cells = append(cells, "-")
				} else {
					cells = append(cells, types.FormatText(b.Cols[c].Type, v, nil))
				}
			}
			out = append(out, strings.Join(cells, " "))
		}
	}
}

// expectRows runs a node and compares its rows in order.
func expectRows(t *testing.T, n plan.Node, want ...string) {
	t.Helper()
	expectPlan(t, &plan.Plan{Root: n, Slots: 8}, want...)
}

func expectPlan(t *testing.T, p *plan.Plan, want ...string) {
	t.Helper()
	got, err := runPlan(t, testEnv(), p)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func expectCode(t *testing.T, n plan.Node, code sqlerr.Code) {
	t.Helper()
	if _, err := runPlan(t, testEnv(), &plan.Plan{Root: n, Slots: 8}); !sqlerr.Is(err, code) {
		t.Errorf("error %v, want %s", err, code)
	}
}

// randomRows makes rows of small integers with NULLs.
func randomRows(r *rand.Rand, n, width, spread int) [][]any {
	out := make([][]any, n)
	for i := range out {
		row := make([]any, width)
		for c := range row {
			if r.IntN(6) > 0 {
				row[c] = r.IntN(spread)
			}
		}
		out[i] = row
	}
	return out
}
