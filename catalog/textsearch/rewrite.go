package textsearch

import (
	"strings"

	"synapse/catalog/types"
)

// rewriteNode is a query's node with any number of children: what ands and ors
// join is flat and sorted, so that parts of it are found. The right operand comes first.
type rewriteNode struct {
	types.TSQuery // without its operands
	children      []*rewriteNode
	signature     uint32 // a bit for each word below
	replaced      bool   // it stands for something already: not looked into
}

func newRewriteNode(q *types.TSQuery) *rewriteNode {
	n := &rewriteNode{TSQuery: *q}
	n.Left, n.Right = nil, nil
	if q.Op == types.TSOperand {
		n.signature = 1 << (uint32(types.LexemeCRC(q.Word)) % 32)
		return n
	}
	for _, operand := range []*types.TSQuery{q.Right, q.Left} {
		if operand != nil {
			child := newRewriteNode(operand)
			n.children = append(n.children, child)
			n.signature |= child.signature
		}
	}
	return n
}

// query makes binary operators of the node again: the first two operands are
// joined, and the last one takes the second's place, until two are left.
func (n *rewriteNode) query() *types.TSQuery {
	if n == nil {
		return nil
	}
	q := n.TSQuery
	if q.Op == types.TSOperand {
		return &q
	}
	operands := make([]*types.TSQuery, len(n.children))
	for i, c := range n.children {
		operands[i] = c.query()
	}
	for len(operands) > 2 {
		last := len(operands) - 1
		operands[0] = &types.TSQuery{Op: q.Op, Right: operands[0], Left: operands[1]}
		operands[1] = operands[last]
		operands = operands[:last]
	}
	q.Right = operands[0]
	if len(operands) == 2 {
		q.Left = operands[1]
	}
	return &q
}

// flatten joins ands of ands and ors of ors.
func (n *rewriteNode) flatten() {
	for _, c := range n.children {
		c.flatten()
	}
	if n.Op != types.TSAnd && n.Op != types.TSOr {
		return
	}
	var out []*rewriteNode
	for _, c := range n.children {
		if c.Op == n.Op {
			out = append(out, c.children...)
		} else {
			out = append(out, c)
		}
	}
	n.children = out
}

func (n *rewriteNode) sort() {
	for _, c := range n.children {
		c.sort()
	}
	if n.Op == types.TSAnd || n.Op == types.TSOr {
		types.QuickSort(n.children, compareRewriteNodes)
	}
}

func (n *rewriteNode) unmark() {
	n.replaced = false
	for _, c := range n.children {
		c.unmark()
	}
}

// compareRewriteNodes is types.CompareTSQueryNodes for any number of children.
func compareRewriteNodes(a, b *rewriteNode) int {
	switch {
	case a.Op == types.TSOperand && b.Op == types.TSOperand:
		if x, y := types.LexemeCRC(a.Word), types.LexemeCRC(b.Word); x != y {
			return descending(int(x), int(y))
		}
		return strings.Compare(a.Word, b.Word)
	case a.Op == types.TSOperand:
		return 1
	case b.Op == types.TSOperand:
		return -1
	case a.Op != b.Op:
		return descending(int(a.Op), int(b.Op))
	case len(a.children) != len(b.children):
		return descending(len(a.children), len(b.children))
	}
	for i := range a.children {
		if c := compareRewriteNodes(a.children[i], b.children[i]); c != 0 {
			return c
		}
	}
	return descending(a.Distance, b.Distance)
}

func descending(a, b int) int {
	switch {
	case a > b:
		return -1
	case a < b:
		return 1
	}
	return 0
}

// Rewriter substitutes parts of a query.
type Rewriter struct{ root *rewriteNode }

// NewRewriter starts with a query, which may be nil.
func NewRewriter(q *types.TSQuery) *Rewriter {
	if q == nil {
		return &Rewriter{}
	}
	n := newRewriteNode(q)
	n.flatten()
	n.sort()
	return &Rewriter{n}
}

// Query is the query as it is now, nil where nothing is left.
func (r *Rewriter) Query() *types.TSQuery { return r.root.query() }

// Replace puts substitute (nil: nothing) in the place of every target.
func (r *Rewriter) Replace(target, substitute *types.TSQuery) {
	if r.root == nil || target == nil {
		return
	}
	t := newRewriteNode(target)
	t.flatten()
	t.sort()
	r.root = r.root.replace(t, substitute)
}

// Settle readies the query for another pass, which sees what the last one put in.
func (r *Rewriter) Settle() {
	if r.root != nil {
		r.root.unmark()
		r.root.flatten()
		r.root.sort()
	}
}

// replace looks at the node, then below it, and drops operators that lost their operands.
func (n *rewriteNode) replace(target *rewriteNode, substitute *types.TSQuery) *rewriteNode {
	n = n.replaceHere(target, substitute)
	if n == nil || n.replaced || n.Op == types.TSOperand {
		return n
	}
	kept := n.children[:0]
	for _, c := range n.children {
		if c = c.replace(target, substitute); c != nil {
			kept = append(kept, c)
		}
	}
	n.children = kept
	switch {
	case len(kept) == 0:
		return nil
	case len(kept) == 1 && n.Op != types.TSNot:
		return kept[0]
	}
	return n
}

// replaceHere replaces the node, or those of its children that are the target's.
func (n *rewriteNode) replaceHere(target *rewriteNode, substitute *types.TSQuery) *rewriteNode {
	if n.signature&target.signature != target.signature || n.Op != target.Op || n.replaced {
		return n
	}
	if len(n.children) == len(target.children) {
		if n.signature != target.signature || compareRewriteNodes(n, target) != 0 {
			return n
		}
		return newSubstitute(substitute)
	}
	if len(n.children) < len(target.children) || len(target.children) == 0 {
		return n
	}
	matched := make([]bool, len(n.children))
	found := 0
	for i := 0; i < len(n.children) && found < len(target.children); i++ {
		c := compareRewriteNodes(n.children[i], target.children[found])
		if c > 0 {
			return n
		}
		if c == 0 {
			matched[i] = true
			found++
		}
	}
	if found < len(target.children) {
		return n
	}
	var kept []*rewriteNode
	for i, c := range n.children {
		if !matched[i] {
			kept = append(kept, c)
		}
	}
	if s := newSubstitute(substitute); s != nil {
		kept = append(kept, s)
	}
	n.children = kept
	n.sort()
	return n
}

func newSubstitute(q *types.TSQuery) *rewriteNode {
	if q == nil {
		return nil
	}
	n := newRewriteNode(q)
	n.replaced = true
	return n
}
