package plan

import (
	"synapse/catalog/types"
)

// Columns of a base scan: the output columns in order of Cols.
func (s *Scan) Columns() []types.Type {
	out := make([]types.Type, len(s.Cols))
	for i, c := range s.Cols {
		if c == SysNull {
			out[i] = types.Int4
		} else if c < 0 {
			out[i] = SysColTypes[-c-1]
		} else {
			out[i] = s.Table.Columns[c-1].Type
		}
	}
	return out
}

// Columns are the scan's, then the distance.
func (s *VectorScan) Columns() []types.Type { return append(s.Scan.Columns(), types.Float8) }

// Columns are the scan's, then the score.
func (s *TextScan) Columns() []types.Type { return append(s.Scan.Columns(), types.Float8) }

// Columns of the functions in order, then the ordinality.
func (s *FunctionScan) Columns() []types.Type {
	var out []types.Type
	for i := range s.Calls {
		out = append(out, s.Calls[i].Cols...)
	}
	if s.Ordinality {
		out = append(out, types.Int8)
	}
	return out
}

// Columns of the CTE.
func (s *CTEScan) Columns() []types.Type { return s.Cols }

// Columns of the recursive CTE.
func (s *WorkTable) Columns() []types.Type { return s.Cols }

// Columns of the literal rows.
func (n *Values) Columns() []types.Type { return n.Cols }

// Columns are the types of Exprs.
func (n *Project) Columns() []types.Type { return exprTypes(n.Exprs) }

// Columns are the types of Exprs and Sets.
func (n *ProjectSet) Columns() []types.Type {
	out := make([]types.Type, len(n.Exprs))
	for i := range n.Exprs {
		if n.Sets[i] != nil {
			out[i] = n.Sets[i].Cols[0]
		} else {
			out[i] = n.Exprs[i].Type()
		}
	}
	return out
}

// Columns of the input.
func (n *Filter) Columns() []types.Type { return n.Input.Columns() }

// Columns of the input.
func (n *Sort) Columns() []types.Type { return n.Input.Columns() }

// Columns of the input.
func (n *TopN) Columns() []types.Type { return n.Input.Columns() }

// Columns of the input.
func (n *Limit) Columns() []types.Type { return n.Input.Columns() }

// Columns of the input.
func (n *Distinct) Columns() []types.Type { return n.Input.Columns() }

// Columns of the input.
func (n *LockRows) Columns() []types.Type { return n.Input.Columns() }

// Columns: left, then right unless semi or anti.
func (n *NestLoop) Columns() []types.Type { return joinColumns(n.Kind, n.Left, n.Right) }

// Columns: left, then right unless semi or anti.
func (n *HashJoin) Columns() []types.Type { return joinColumns(n.Kind, n.Left, n.Right) }

// Columns: left, then right unless semi or anti.
func (n *MergeJoin) Columns() []types.Type { return joinColumns(n.Kind, n.Left, n.Right) }

// Columns: group keys, aggregates, groupings.
func (n *Agg) Columns() []types.Type {
	out := exprTypes(n.GroupBy)
	for i := range n.Aggs {
		out = append(out, n.Aggs[i].Typ)
	}
	for range n.Groupings {
		out = append(out, types.Int4)
	}
	return out
}

// Columns: the input's, then the calls.
func (n *Window) Columns() []types.Type {
	out := append([]types.Type(nil), n.Input.Columns()...)
	for i := range n.Calls {
		out = append(out, n.Calls[i].Typ)
	}
	return out
}

// Columns of the left input.
func (n *SetOp) Columns() []types.Type { return n.Left.Columns() }

// Columns of the first input.
func (n *Append) Columns() []types.Type { return n.Inputs[0].Columns() }

// Columns of RETURNING.
func (n *Insert) Columns() []types.Type { return exprTypes(n.Returning) }

// Columns of RETURNING.
func (n *Update) Columns() []types.Type { return exprTypes(n.Returning) }

// Columns of RETURNING.
func (n *Delete) Columns() []types.Type { return exprTypes(n.Returning) }

// Columns: none, MERGE of PostgreSQL 16 returns no rows.
func (n *Merge) Columns() []types.Type { return nil }

func exprTypes(exprs []Expr) []types.Type {
	out := make([]types.Type, len(exprs))
	for i, e := range exprs {
		out[i] = e.Type()
	}
	return out
}

func joinColumns(kind JoinKind, left, right Node) []types.Type {
	if kind == Semi || kind == Anti {
		return left.Columns()
	}
	return append(append([]types.Type(nil), left.Columns()...), right.Columns()...)
}

// Children implementations: leaves have none.
func (s *Scan) Children() []Node         { return nil }
func (s *FunctionScan) Children() []Node { return nil }
func (s *CTEScan) Children() []Node      { return nil }
func (s *WorkTable) Children() []Node    { return nil }
func (n *Values) Children() []Node       { return nil }
func (n *Project) Children() []Node      { return []Node{n.Input} }
func (n *ProjectSet) Children() []Node   { return []Node{n.Input} }
func (n *Filter) Children() []Node       { return []Node{n.Input} }
func (n *Sort) Children() []Node         { return []Node{n.Input} }
func (n *TopN) Children() []Node         { return []Node{n.Input} }
func (n *Limit) Children() []Node        { return []Node{n.Input} }
func (n *Distinct) Children() []Node     { return []Node{n.Input} }
func (n *LockRows) Children() []Node     { return []Node{n.Input} }
func (n *NestLoop) Children() []Node     { return []Node{n.Left, n.Right} }
func (n *HashJoin) Children() []Node     { return []Node{n.Left, n.Right} }
func (n *MergeJoin) Children() []Node    { return []Node{n.Left, n.Right} }
func (n *Agg) Children() []Node          { return []Node{n.Input} }
func (n *Window) Children() []Node       { return []Node{n.Input} }
func (n *SetOp) Children() []Node        { return []Node{n.Left, n.Right} }
func (n *Append) Children() []Node       { return n.Inputs }
func (n *Insert) Children() []Node       { return []Node{n.Input} }
func (n *Update) Children() []Node       { return []Node{n.Input} }
func (n *Delete) Children() []Node       { return []Node{n.Input} }
func (n *Merge) Children() []Node        { return []Node{n.Input} }

// FuncArgs returns the argument types of a call, for builtin.Call.
func FuncArgs(args []Expr) []types.Type { return exprTypes(args) }
