package pgcatalog

import (
	"fmt"

	"synapse/catalog"
	"synapse/catalog/types"
)

// sheet collects the rows of one relation for one catalog.
type sheet struct {
	*relation
	cat  *catalog.Catalog
	src  catalog.VirtualSource // only for live providers and for names of the session
	rows [][]types.Value
}

// cells is a row by column names; columns that it does not name stay blank.
// Values: string, bool, int, int64, types.OID, byte ("char"), types.Value,
// []string (text[] or name[]); nil is NULL.
type cells map[string]any

// add appends a row. A name that the relation lacks is a mistake in this
// package, which the test of all relations finds.
func (s *sheet) add(c cells) {
	row := append([]types.Value(nil), s.blank...)
	for name, v := range c {
		i, ok := s.columns[name]
		if !ok {
			panic("pgcatalog: " + s.table.Name + " has no column " + name)
		}
		row[i] = value(s.table.Columns[i].Type, v)
	}
	s.rows = append(s.rows, row)
}

func value(t types.Type, v any) types.Value {
	switch v := v.(type) {
	case nil:
		return types.Null
	case types.Value:
		return v
	case string:
		return types.NewString(v)
	case bool:
		return types.NewBool(v)
	case int:
		return types.NewInt(int64(v))
	case int64:
		return types.NewInt(v)
	case int32:
		return types.NewInt(int64(v))
	case int16:
		return types.NewInt(int64(v))
	case byte:
		return types.NewInt(int64(v))
	case types.OID:
		return types.NewInt(int64(v))
	case float64:
		return types.NewFloat(v)
	case []string:
		list := make([]types.Value, len(v))
		for i, x := range v {
			list[i] = types.NewString(x)
		}
		return types.NewArray(t.Elem(), list).Encode()
	case []int:
		return intArray(t, v)
	case []types.OID:
		list := make([]int, len(v))
		for i, x := range v {
			list[i] = int(x)
		}
		return intArray(t, list)
	}
	panic(fmt.Sprintf("pgcatalog: cell of type %T", v))
}

// intArray makes an array of numbers; int2vector and oidvector count from 0.
func intArray(t types.Type, list []int) types.Value {
	values := make([]types.Value, len(list))
	for i, n := range list {
		values[i] = types.NewInt(int64(n))
	}
	a := types.NewArray(t.Elem(), values)
	if t.OID == types.OIDInt2Vector || t.OID == types.OIDOIDVector {
		a.Lower = make([]int32, len(a.Dims))
	}
	return a.Encode()
}

// orNull is NULL for the zero value.
func orNull[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}
