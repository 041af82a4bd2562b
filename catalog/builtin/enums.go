package builtin

import (
	"cmp"
	"sort"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// Functions of enums. Their comparisons are in compare.go, min and max in aggregate.go.

func init() {
	add("enum_cmp(anyenum,anyenum)", func(_ *Call, a []types.Value) (types.Value, error) {
		return types.NewInt(int64(cmp.Compare(a[0].Int(), a[1].Int()))), nil
	})
	add("enum_smaller(anyenum,anyenum)", func(_ *Call, a []types.Value) (types.Value, error) {
		return types.NewInt(min(a[0].Int(), a[1].Int())), nil
	})
	add("enum_larger(anyenum,anyenum)", func(_ *Call, a []types.Value) (types.Value, error) {
		return types.NewInt(max(a[0].Int(), a[1].Int())), nil
	})
	add("enum_first(anyenum)", func(c *Call, _ []types.Value) (types.Value, error) {
		labels, err := enumLabels(c)
		if err != nil {
			return types.Null, err
		}
		return types.NewInt(labels[0].Position), nil
	})
	add("enum_last(anyenum)", func(c *Call, _ []types.Value) (types.Value, error) {
		labels, err := enumLabels(c)
		if err != nil {
			return types.Null, err
		}
		return types.NewInt(labels[len(labels)-1].Position), nil
	})
	add("enum_range(anyenum)", func(c *Call, _ []types.Value) (types.Value, error) {
		return enumRange(c, types.Null, types.Null)
	})
	add("enum_range(anyenum,anyenum)", func(c *Call, a []types.Value) (types.Value, error) {
		return enumRange(c, a[0], a[1])
	})
}

// enumLabels are the labels of the first argument's type, of which only the type
// matters. Error: 55000 for an enum without any.
func enumLabels(c *Call) ([]types.Label, error) {
	d := c.Env.Format.Definition(c.Args[0].Base().OID)
	if d == nil || len(d.Labels) == 0 {
		return nil, sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "enum %s contains no values", types.FormatType(c.Args[0]))
	}
	return d.Labels, nil
}

// enumRange is the array of the labels from low to high, where NULL is no bound.
func enumRange(c *Call, low, high types.Value) (types.Value, error) {
	d := c.Env.Format.Definition(c.Args[0].Base().OID)
	if d == nil {
		return types.Null, nil
	}
	from, to := 0, len(d.Labels)
	if !low.IsNull() {
		from = sort.Search(len(d.Labels), func(i int) bool { return d.Labels[i].Position >= low.Int() })
	}
	if !high.IsNull() {
		to = sort.Search(len(d.Labels), func(i int) bool { return d.Labels[i].Position > high.Int() })
	}
	var list []types.Value
	for i := from; i < to; i++ {
		list = append(list, types.NewInt(d.Labels[i].Position))
	}
	return types.NewArray(c.Args[0].Base(), list).Encode(), nil
}
