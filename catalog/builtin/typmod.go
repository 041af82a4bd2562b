package builtin

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// charLengthMax is PostgreSQL's longest char(n), varchar(n) and, in bits, bit(n).
const charLengthMax = 10485760

// fitBody is the cast of a type to itself with a modifier: (value, modifier[, explicit]).
func fitBody(oid types.OID) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		explicit := len(a) > 2 && a[2].Bool()
		if len(a) > 2 && a[1].Int() > charLengthMax+4 { // 4: what the modifier counts besides
			return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "length for type %s cannot exceed %d", types.Of(oid).Info().SQLName, charLengthMax)
		}
		return types.ApplyTypmod(types.Type{OID: oid, Mod: int32(a[1].Int())}, a[0], explicit)
	}
}

func init() {
	for _, name := range []string{"bpchar", "varchar", "bit", "varbit"} {
		add(name+"("+name+",int4,bool)", fitBody(typeOID(name)))
	}
	for _, name := range []string{"numeric", "timestamp", "timestamptz", "time", "timetz", "interval"} {
		add(name+"("+name+",int4)", fitBody(typeOID(name)))
	}
	for _, from := range []intType{smallInt, integer, bigInt} {
		for _, to := range []intType{smallInt, integer, bigInt} {
			if from != to {
				add(to.name+"("+from.name+")", int1(to.fit))
			}
		}
	}
	add("int8(oid)", identity)
	add("oid(int8)", int1(func(n int64) (int64, error) {
		if n < 0 || n > 1<<32-1 {
			return 0, outOfRange("OID")
		}
		return n, nil
	}))
	add("bool(int4)", lift1(types.Value.Int, types.NewBool, func(n int64) (bool, error) { return n != 0, nil }))
	add("int4(bool)", identity)
	add("int4(char)", int1(func(n int64) (int64, error) { return int64(int8(n)), nil }))
	add("char(int4)", int1(func(n int64) (int64, error) {
		if n < -128 || n > 127 {
			return 0, outOfRange("\"char\"")
		}
		return int64(uint8(n)), nil
	}))
}
