package builtin

import (
	"strings"

	"synapse/catalog/types"
)

// count counts rows, or non-NULL arguments where it has one (it is strict).
type count struct{ n int64 }

func (s *count) Add([]types.Value) error      { s.n++; return nil }
func (s *count) Remove([]types.Value) error   { s.n--; return nil }
func (s *count) Result() (types.Value, error) { return types.NewInt(s.n), nil }

// extreme keeps the least (sign -1) or greatest (+1) value.
type extreme struct {
	order func(a, b types.Value) int
	sign  int
	best  types.Value
}

func (s *extreme) Add(a []types.Value) error {
	if s.best.IsNull() || s.order(a[0], s.best)*s.sign > 0 {
		s.best = a[0].Clone()
	}
	return nil
}

func (s *extreme) Result() (types.Value, error) { return s.best, nil }

// fold keeps a running value of the fixed class: the Boolean and bitwise aggregates.
type fold struct {
	op  func(a, b int64) int64
	acc types.Value
}

func (s *fold) Add(a []types.Value) error {
	if s.acc.IsNull() {
		s.acc = a[0]
	} else {
		s.acc = types.NewInt(s.op(s.acc.Int(), a[0].Int()))
	}
	return nil
}

func (s *fold) Result() (types.Value, error) { return s.acc, nil }

// stringAgg joins texts; each row brings the separator written before its value.
type stringAgg struct {
	b    strings.Builder
	seen bool
}

func (s *stringAgg) Add(a []types.Value) error {
	if a[0].IsNull() {
		return nil
	}
	if s.seen && !a[1].IsNull() {
		s.b.WriteString(a[1].Str())
	}
	s.seen = true
	s.b.WriteString(a[0].Str())
	if s.b.Len() > textBytesMax {
		return tooLong()
	}
	return nil
}

func (s *stringAgg) Result() (types.Value, error) {
	if !s.seen {
		return types.Null, nil
	}
	return types.NewString(s.b.String()), nil
}

// anyValue keeps the first value.
type anyValue struct{ v types.Value }

func (s *anyValue) Add(a []types.Value) error {
	if s.v.IsNull() {
		s.v = a[0].Clone()
	}
	return nil
}

func (s *anyValue) Result() (types.Value, error) { return s.v, nil }

func init() {
	counter := func(*Call, []types.Value) Aggregator { return &count{} }
	addAggregate("count()", false, counter)
	addAggregate("count(any)", true, counter)
	registerExtremes()
	for name, op := range map[string]func(a, b int64) int64{
		"bit_and": func(a, b int64) int64 { return a & b },
		"bit_or":  func(a, b int64) int64 { return a | b },
		"bit_xor": func(a, b int64) int64 { return a ^ b },
	} {
		for _, t := range []string{"int2", "int4", "int8"} {
			addAggregate(name+"("+t+")", true, func(*Call, []types.Value) Aggregator { return &fold{op: op} })
		}
	}
	for name, op := range map[string]func(a, b int64) int64{
		"bool_and": func(a, b int64) int64 { return a & b },
		"every":    func(a, b int64) int64 { return a & b },
		"bool_or":  func(a, b int64) int64 { return a | b },
	} {
		addAggregate(name+"(bool)", true, func(*Call, []types.Value) Aggregator { return &fold{op: op} })
	}
	joiner := func(*Call, []types.Value) Aggregator { return &stringAgg{} }
	addAggregate("string_agg(text,text)", false, joiner)
	addAggregate("string_agg(bytea,bytea)", false, joiner)
	Register(&Function{
		Name: "any_value", OID: 6321, Kind: Aggregate, Args: []types.OID{types.OIDAnyElement}, Ret: types.OIDAnyElement, Strict: true,
		NewAggregate: func(*Call, []types.Value) Aggregator { return &anyValue{} },
	})
}

// registerExtremes adds min and max for the types that PostgreSQL has them for.
func registerExtremes() {
	for _, t := range []string{
		"int2", "int4", "int8", "float4", "float8", "numeric", "text", "bpchar", "date", "time", "timetz",
		"timestamp", "timestamptz", "interval", "oid", "anyarray", "anyenum",
	} {
		for name, sign := range map[string]int{"min": -1, "max": 1} {
			addAggregate(name+"("+t+")", true, func(c *Call, _ []types.Value) Aggregator {
				return &extreme{order: types.CompareFunc(c.Args[0]), sign: sign}
			})
		}
	}
}
