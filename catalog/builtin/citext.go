package builtin

import "synapse/catalog/types"

// The type citext: text whose comparison and patterns ignore case. Its
// operators are those of the extension of that name.
func init() {
	oid := types.OIDCitext
	order := orderingOf(oid, oid)
	for _, o := range []struct{ op, name, commutator, negator string }{
		{"<", "lt", ">", ">="},
		{"<=", "le", ">=", ">"},
		{"=", "eq", "=", "<>"},
		{"<>", "ne", "<>", "="},
		{">=", "ge", "<=", "<"},
		{">", "gt", "<", "<="},
	} {
		fn := define("citext_"+o.name+"(citext,citext) bool", comparisonBody(order, comparisonTests[o.op]))
		RegisterOperator(&Operator{
			Name: o.op, Left: oid, Right: oid, Ret: types.OIDBool, Fn: fn,
			Commutator: o.commutator, Negator: o.negator, HashJoin: o.op == "=",
		})
	}
	for _, o := range []struct {
		name string
		ops  []string
		eval body
	}{
		{"texticlike", []string{"~~", "~~*"}, likeBody(true, true)},
		{"texticnlike", []string{"!~~", "!~~*"}, not(likeBody(true, true))},
		{"texticregexeq", []string{"~", "~*"}, regexMatchBody(true)},
		{"texticregexne", []string{"!~", "!~*"}, not(regexMatchBody(true))},
	} {
		for _, right := range []string{"citext", "text"} {
			fn := define(o.name+"(citext,"+right+") bool", o.eval)
			for _, op := range o.ops {
				RegisterOperator(&Operator{Name: op, Left: oid, Right: typeOID(right), Ret: types.OIDBool, Fn: fn})
			}
		}
	}
	for _, name := range []string{"min", "max"} {
		sign := map[string]int{"min": -1, "max": 1}[name]
		Register(&Function{
			Name: name, Kind: Aggregate, Args: []types.OID{oid}, Ret: oid, Strict: true,
			NewAggregate: func(*Call, []types.Value) Aggregator {
				return &extreme{order: types.CompareFunc(types.Of(oid)), sign: sign}
			},
		})
	}
	for _, target := range []struct {
		oid     types.OID
		out, in CastContext
	}{
		{types.OIDText, CastImplicit, CastAssignment},
		{types.OIDVarchar, CastImplicit, CastAssignment},
		{types.OIDBpchar, CastAssignment, CastAssignment},
	} {
		RegisterCast(&Cast{From: oid, To: target.oid, Context: target.out})
		RegisterCast(&Cast{From: target.oid, To: oid, Context: target.in})
	}
}
