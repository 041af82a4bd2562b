package ast

import (
	"reflect"
	"testing"
)

func TestInspectOrderAndPruning(t *testing.T) {
	inner := &SelectStmt{Targets: []*Target{{Expr: &Param{Number: 2}}}}
	tree := &SelectStmt{
		Targets: []*Target{{Expr: &BinaryExpr{Left: &Param{Number: 1}, Right: &SubLink{Query: inner}}}},
		Values:  [][]Expr{{&Param{Number: 3}}, {&Param{Number: 4}, nil}},
		Limit:   &Param{Number: 5},
	}
	collect := func(prune bool) (got []int) {
		Inspect(tree, func(n Node) bool {
			if p, ok := n.(*Param); ok {
				got = append(got, p.Number)
			}
			_, sub := n.(*SubLink)
			return !(prune && sub)
		})
		return got
	}
	if got, want := collect(false), []int{1, 2, 3, 4, 5}; !reflect.DeepEqual(got, want) {
		t.Errorf("params %v, want %v", got, want)
	}
	if got, want := collect(true), []int{1, 3, 4, 5}; !reflect.DeepEqual(got, want) {
		t.Errorf("pruned params %v, want %v", got, want)
	}
}

type levels struct {
	depth   int
	deepest *int
}

func (l levels) Visit(n Node) Visitor {
	if _, ok := n.(*SelectStmt); ok {
		l.depth++
		*l.deepest = max(*l.deepest, l.depth)
	}
	return l
}

func TestWalkCarriesState(t *testing.T) {
	sub := func(q *SelectStmt) *SelectStmt { return &SelectStmt{Where: &SubLink{Query: q}} }
	deepest := 0
	Walk(levels{deepest: &deepest}, sub(sub(&SelectStmt{})))
	if deepest != 3 {
		t.Errorf("depth %d, want 3", deepest)
	}
	var none *SelectStmt
	Walk(levels{deepest: &deepest}, none)
	Inspect(nil, func(Node) bool { t.Error("visited nil"); return true })
}
