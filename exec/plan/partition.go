package plan

import (
	"synapse/catalog/partition"
	"synapse/catalog/types"
)

// Resolve puts values in the place of expressions. value reports false for one
// that is not known: its condition then says nothing.
func (c *PartitionCond) Resolve(value func(Expr) (v types.Value, ok bool, err error)) (*partition.Cond, error) {
	if c == nil {
		return nil, nil
	}
	out := &partition.Cond{Key: c.Key, Op: c.Op}
	for _, a := range c.And {
		n, err := a.Resolve(value)
		if err != nil {
			return nil, err
		}
		if n != nil {
			out.And = append(out.And, n)
		}
	}
	for _, a := range c.Or {
		n, err := a.Resolve(value)
		if err != nil {
			return nil, err
		}
		if n == nil {
			out.Or = nil // the arm may hold for any row
			break
		}
		out.Or = append(out.Or, n)
	}
	if c.Value != nil {
		v, ok, err := value(c.Value)
		if err != nil {
			return nil, err
		}
		if !ok {
			out.Key = ""
		} else {
			out.Values = c.values(v)
		}
	}
	if out.Key == "" && out.And == nil && out.Or == nil {
		return nil, nil
	}
	return out, nil
}

func (c *PartitionCond) values(v types.Value) []types.Value {
	if !c.Any {
		return []types.Value{v}
	}
	if v.IsNull() {
		return nil
	}
	var out []types.Value
	types.ArrayEach(c.Value.Type(), v, func(_ int, e types.Value) bool {
		out = append(out, e)
		return true
	})
	return out
}

// each calls f for the expressions of the condition.
func (c *PartitionCond) each(f func(Expr)) {
	if c == nil {
		return
	}
	if c.Value != nil {
		f(c.Value)
	}
	for _, a := range c.And {
		a.each(f)
	}
	for _, a := range c.Or {
		a.each(f)
	}
}
