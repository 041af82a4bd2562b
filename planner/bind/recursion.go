package bind

import (
	"synapse/catalog/sqlerr"
	"synapse/planner/ast"
)

// Where WITH queries refer to each other: their order of binding, and whether a
// recursive query refers to itself only where SQL allows it.

// refContext is where a reference to a WITH query stands.
type refContext uint8

const (
	refPlain refContext = iota
	refNonRecursive
	refSubquery
	refOuterJoin
	refIntersect
	refExcept
)

var refContexts = map[refContext]string{
	refNonRecursive: "its non-recursive term", refSubquery: "a subquery", refOuterJoin: "an outer join",
	refIntersect: "INTERSECT", refExcept: "EXCEPT",
}

// cteRef is one reference by name.
type cteRef struct {
	at      *ast.TableRef
	context refContext
}

// cteRefs finds the references to a WITH query below a node; queries that have
// a WITH query of that name themselves hide it.
func cteRefs(node ast.Node, name string, context refContext) []cteRef {
	f := &refFinder{name: name}
	f.find(node, context)
	return f.refs
}

type refFinder struct {
	name string
	refs []cteRef
}

func (f *refFinder) find(node ast.Node, c refContext) {
	switch n := node.(type) {
	case *ast.TableRef:
		if n.Schema == "" && n.Name == f.name {
			f.refs = append(f.refs, cteRef{n, c})
		}
		return
	case *ast.SubLink:
		if n.Test != nil {
			f.find(n.Test, c)
		}
		f.find(n.Query, refSubquery)
		return
	case *ast.JoinExpr:
		f.join(n, c)
		return
	case *ast.SelectStmt:
		f.query(n, c)
		return
	case *ast.With:
		for i, cte := range n.CTEs {
			if cte.Name == f.name && (n.Recursive || i == 0) {
				return
			}
			f.find(cte.Query, c)
			if cte.Name == f.name {
				return
			}
		}
		return
	}
	ast.Children(node, func(child ast.Node) { f.find(child, c) })
}

func (f *refFinder) join(j *ast.JoinExpr, c refContext) {
	left, right := c, c
	if j.Kind == ast.JoinLeft || j.Kind == ast.JoinFull {
		right = refOuterJoin
	}
	if j.Kind == ast.JoinRight || j.Kind == ast.JoinFull {
		left = refOuterJoin
	}
	f.find(j.Left, left)
	f.find(j.Right, right)
	if j.On != nil {
		f.find(j.On, c)
	}
}

func (f *refFinder) query(q *ast.SelectStmt, c refContext) {
	if q.With != nil {
		f.find(q.With, c)
		for _, cte := range q.With.CTEs {
			if cte.Name == f.name {
				return
			}
		}
	}
	if q.Op == ast.SetNone {
		inner := *q
		inner.With = nil
		ast.Children(&inner, func(child ast.Node) { f.find(child, c) })
		return
	}
	left, right := c, c
	switch {
	case q.Op == ast.SetIntersect && q.All:
		left, right = refIntersect, refIntersect
	case q.Op == ast.SetExcept:
		right = refExcept
		if q.All {
			left = refExcept
		}
	}
	f.query(q.Left, left)
	f.query(q.Right, right)
	rest := *q
	rest.With, rest.Left, rest.Right = nil, nil, nil
	ast.Children(&rest, func(child ast.Node) { f.find(child, c) })
}

// checkRecursion applies SQL's rules on the references of a recursive query to itself.
func (b *binder) checkRecursion(c *cte, sel *ast.SelectStmt) error {
	refs := cteRefs(sel.Left, c.name, refNonRecursive)
	if len(refs) == 0 {
		refs = cteRefs(sel.Right, c.name, refPlain)
	}
	for i, r := range refs {
		if r.context != refPlain {
			return b.errorf(sqlerr.InvalidRecursion, r.at.Pos(), "recursive reference to query \"%s\" must not appear within %s", c.name, refContexts[r.context])
		}
		if i > 0 {
			return b.errorf(sqlerr.InvalidRecursion, r.at.Pos(), "recursive reference to query \"%s\" must not appear more than once", c.name)
		}
	}
	return nil
}

// cteOrder is the order in which the queries of WITH RECURSIVE are bound: each
// after those that it refers to, wherever they are written.
func (b *binder) cteOrder(w *ast.With) ([]*ast.CTE, error) {
	if !w.Recursive {
		return w.CTEs, nil
	}
	left := append([]*ast.CTE(nil), w.CTEs...)
	var out []*ast.CTE
	for len(left) > 0 {
		at := -1
		for i := range left {
			if !waits(left, i) {
				at = i
				break
			}
		}
		if at < 0 {
			return nil, b.errorf(sqlerr.FeatureNotSupported, left[0].Pos(), "mutual recursion between WITH items is not implemented")
		}
		out = append(out, left[at])
		left = append(left[:at], left[at+1:]...)
	}
	return out, nil
}

// waits reports whether a query refers to another one of the list.
func waits(list []*ast.CTE, i int) bool {
	for k, other := range list {
		if k != i && len(cteRefs(list[i].Query, other.Name, refPlain)) > 0 {
			return true
		}
	}
	return false
}
