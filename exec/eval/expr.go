package eval

import (
	"synapse/catalog/types"
)

// node is the row form of an expression kind.
type node interface {
	row(r *Row) (types.Value, error)
}

// vectorNode is a node with a vector form. It fills or returns a column in which
// the rows of b's selection are defined.
type vectorNode interface {
	node
	vec(b *Batch, out *types.Column) (*types.Column, error)
}

// Expr is a compiled expression. Not safe for concurrent use.
type Expr struct {
	n        node
	v        vectorNode // nil: the row form in a loop
	typ      types.Type
	volatile bool // calls a volatile function or a subquery: evaluated row by row
	effects  bool // calls a volatile function: nextval, random, …
	constant bool // no columns, slots or volatile calls below

	out  types.Column // result of Vector
	top  Row          // row of the outermost call
	keep []uint16     // scratch of Filter
}

// Type returns the type of the result.
func (e *Expr) Type() types.Type { return e.typ }

// Volatile reports whether rows must be evaluated one after the other.
func (e *Expr) Volatile() bool { return e.volatile }

// Effects reports whether it shows for how many rows e was evaluated.
func (e *Expr) Effects() bool { return e.effects }

// Vector evaluates the rows of b. In the result those rows are defined; others
// are not. The column may be one of b's own and must not be changed.
func (e *Expr) Vector(b *Batch) (*types.Column, error) {
	if e.v != nil && !e.volatile {
		return e.v.vec(b, &e.out)
	}
	e.out.Reset(e.typ, b.N)
	e.top.Vals = nil
	e.top.Cols = b.Cols
	for _, i := range b.Selection() {
		e.top.I = int(i)
		v, err := e.n.row(&e.top)
		if err != nil {
			return nil, err
		}
		e.out.Set(int(i), v)
	}
	return &e.out, nil
}

// Row evaluates row i of columns.
func (e *Expr) Row(cols []types.Column, i int) (types.Value, error) {
	e.top = Row{Cols: cols, I: i}
	return e.n.row(&e.top)
}

// Values evaluates over a row of values. A nil row stands for one without columns.
func (e *Expr) Values(row []types.Value) (types.Value, error) {
	e.top = Row{Vals: row}
	return e.n.row(&e.top)
}

// True evaluates a condition over a row of values; NULL is false.
func (e *Expr) True(row []types.Value) (bool, error) {
	v, err := e.Values(row)
	return err == nil && v.Bool(), err
}

// Filter returns the rows of b for which the condition is true. The result is
// valid until the next Filter of the same Expr.
func (e *Expr) Filter(b *Batch) ([]uint16, error) {
	if e.keep == nil {
		e.keep = make([]uint16, 0, b.N) // never nil: as Batch.Sel that would mean all rows
	}
	if and, ok := e.n.(*boolOp); ok && !and.or && !e.volatile {
		return and.filter(b, e)
	}
	col, err := e.Vector(b)
	if err != nil {
		return nil, err
	}
	e.keep = selectTrue(e.keep[:0], col, b.Selection())
	return e.keep, nil
}

// selectTrue appends the rows of sel where col is true; dst may be sel[:0].
func selectTrue(dst []uint16, col *types.Column, sel []uint16) []uint16 {
	if !col.HasNulls() {
		for _, i := range sel {
			if col.I64[i] != 0 {
				dst = append(dst, i)
			}
		}
		return dst
	}
	for _, i := range sel {
		if col.I64[i] != 0 && !col.IsNull(int(i)) {
			dst = append(dst, i)
		}
	}
	return dst
}
