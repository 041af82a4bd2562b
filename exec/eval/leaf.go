package eval

import "synapse/catalog/types"

// constant is a literal or a parameter. Its column is filled once and reused:
// nobody writes to a column that Vector returned.
type constant struct {
	val    types.Value
	typ    types.Type
	filled bool
}

func (n *constant) row(*Row) (types.Value, error) { return n.val, nil }

func (n *constant) vec(b *Batch, out *types.Column) (*types.Column, error) {
	if n.filled && out.Len() >= b.N {
		return out, nil
	}
	out.Reset(n.typ, max(b.N, 1))
	for i := range out.Len() {
		out.Set(i, n.val)
	}
	n.filled = true
	return out, nil
}

// column reads the input.
type column struct{ index int }

func (n *column) row(r *Row) (types.Value, error) { return r.get(n.index), nil }

func (n *column) vec(b *Batch, _ *types.Column) (*types.Column, error) { return &b.Cols[n.index], nil }

// ColumnIndex returns the input column that the expression is, or -1 where it computes something.
func (e *Expr) ColumnIndex() int {
	if c, ok := e.n.(*column); ok {
		return c.index
	}
	return -1
}

// slot reads a value that exec sets before the node runs.
type slot struct {
	c *Compiler
	n int
}

func (n *slot) row(*Row) (types.Value, error) { return n.c.Slots[n.n], nil }

// relabel gives a payload another type.
type relabel struct {
	arg *Expr
	typ types.Type
}

func (n *relabel) row(r *Row) (types.Value, error) { return n.arg.n.row(r) }

func (n *relabel) vec(b *Batch, out *types.Column) (*types.Column, error) {
	col, err := n.arg.Vector(b)
	if err != nil {
		return nil, err
	}
	*out = *col
	out.Type = n.typ
	return out, nil
}
