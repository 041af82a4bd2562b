package pgcatalog

import (
	"synapse/catalog/builtin"
	"synapse/catalog/types"
)

// Functions of information_schema that clients call.

func init() {
	// One overload per element type, as a result column has a type of its own.
	for _, array := range []types.OID{
		types.OIDInt2Vector, types.OIDOIDVector, types.OIDInt2Array, types.OIDInt4Array, types.OIDInt8Array, types.OIDOIDArray,
		types.OIDTextArray, types.OIDNameArray, types.OIDCharArray,
	} {
		builtin.Register(&builtin.Function{
			Name: "_pg_expandarray", Schema: "information_schema", Kind: builtin.SetReturning, Args: []types.OID{array},
			Ret: types.OIDRecord, Strict: true, Rows: expandArray,
			Columns: []builtin.OutColumn{{Name: "x", Type: types.Of(array).Elem()}, {Name: "n", Type: types.Int4}},
		})
	}
	for name, answer := range map[string]func(t types.Type) any{
		"_pg_char_max_length": charMaxLength, "_pg_char_octet_length": charOctetLength, "_pg_numeric_precision": numericPrecision,
		"_pg_numeric_precision_radix": numericRadix, "_pg_numeric_scale": numericScale, "_pg_datetime_precision": datetimePrecision,
	} {
		builtin.Register(&builtin.Function{
			Name: name, Schema: "information_schema", Args: []types.OID{types.OIDOID, types.OIDInt4}, Ret: types.OIDInt4, Strict: true,
			Eval: func(_ *builtin.Call, a []types.Value) (types.Value, error) {
				return value(types.Int4, answer(types.Type{OID: oidArg(a[0]), Mod: int32(a[1].Int())})), nil
			},
		})
	}
}

// expandArray gives each element with its place, counted from 1.
func expandArray(c *builtin.Call, a []types.Value, yield func(row []types.Value) error) (err error) {
	types.ArrayEach(c.Args[0], a[0], func(i int, e types.Value) bool {
		err = yield([]types.Value{e, types.NewInt(int64(i + 1))})
		return err == nil
	})
	return err
}

// varlenaHeader is what length modifiers count besides the characters.
const varlenaHeader = 4

// octetsPerChar is the longest character of UTF-8.
const octetsPerChar = 4

func charMaxLength(t types.Type) any {
	switch t.OID {
	case types.OIDVarchar, types.OIDBpchar:
		if t.Mod > varlenaHeader {
			return t.Mod - varlenaHeader
		}
	case types.OIDBit, types.OIDVarbit:
		if t.Mod >= 0 {
			return t.Mod
		}
	}
	return nil
}

// charOctetLength is 2^30 for texts without a limit.
func charOctetLength(t types.Type) any {
	switch t.OID {
	case types.OIDText, types.OIDVarchar, types.OIDBpchar:
		if n, ok := charMaxLength(t).(int32); ok {
			return n * octetsPerChar
		}
		return 1 << 30
	}
	return nil
}

func numericPrecision(t types.Type) any {
	switch t.OID {
	case types.OIDInt2:
		return 16
	case types.OIDInt4:
		return 32
	case types.OIDInt8:
		return 64
	case types.OIDFloat4:
		return 24
	case types.OIDFloat8:
		return 53
	case types.OIDNumeric:
		if t.Mod >= varlenaHeader {
			p, _ := types.NumericTypmodParts(t.Mod)
			return p
		}
	}
	return nil
}

func numericRadix(t types.Type) any {
	switch t.OID {
	case types.OIDInt2, types.OIDInt4, types.OIDInt8, types.OIDFloat4, types.OIDFloat8:
		return 2
	case types.OIDNumeric:
		return 10
	}
	return nil
}

func numericScale(t types.Type) any {
	switch t.OID {
	case types.OIDInt2, types.OIDInt4, types.OIDInt8:
		return 0
	case types.OIDNumeric:
		if t.Mod >= varlenaHeader {
			_, s := types.NumericTypmodParts(t.Mod)
			return s
		}
	}
	return nil
}

func datetimePrecision(t types.Type) any {
	const microseconds = 6
	switch t.OID {
	case types.OIDDate:
		return 0
	case types.OIDTime, types.OIDTimetz, types.OIDTimestamp, types.OIDTimestamptz:
		if t.Mod >= 0 {
			return t.Mod
		}
		return microseconds
	case types.OIDInterval:
		if t.Mod >= 0 && t.Mod&0xFFFF != 0xFFFF {
			return t.Mod & 0xFFFF
		}
		return microseconds
	}
	return nil
}
