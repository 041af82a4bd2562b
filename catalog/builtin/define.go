package builtin

import (
	_ "embed"
	"strconv"
	"strings"

	"synapse/catalog/types"
)

// The signatures of PostgreSQL's functions, operators and casts as its own
// catalogs list them, one tab-separated row each, for what this package
// implements and its neighbours may bind. A body is bound by name and types
// (add, Bind), so OID, strictness, volatility and defaults live in one place.
//
// functions: oid, name, kind (f scalar, s set, a aggregate, w window), volatility,
// strict, variadic, argument types, result, argument names, defaults, output
// columns (name:type …), aggregate kind and number of direct arguments (o1).
// operators: oid, name, left, right, result, function's oid, commutator, negator, hashes.
// casts: source, target, context, function's oid, method (f function, b binary,
// i through text).
var (
	//go:embed signatures/functions.tsv
	functionRows string
	//go:embed signatures/operators.tsv
	operatorRows string
	//go:embed signatures/casts.tsv
	castRows string
)

// body is the Go side of a scalar function.
type body = func(c *Call, a []types.Value) (types.Value, error)

// table is the parsed form of the rows above. It is filled before any init
// function runs and read by them alone.
type table struct {
	functions map[string][]string // "name(type,type)" → fields
	operators map[string][][]string
	casts     map[string][][]string // by function oid; "0" holds the binary ones
	compares  [][]string            // the rows of = <> < <= > >=
}

var signatures = parseSignatures()

func parseSignatures() *table {
	t := &table{functions: map[string][]string{}, operators: map[string][][]string{}, casts: map[string][][]string{}}
	for row := range strings.Lines(functionRows) {
		f := strings.Split(strings.TrimSuffix(row, "\n"), "\t")
		t.functions[f[1]+"("+strings.ReplaceAll(f[6], " ", ",")+")"] = f
	}
	for row := range strings.Lines(operatorRows) {
		f := strings.Split(strings.TrimSuffix(row, "\n"), "\t")
		t.operators[f[5]] = append(t.operators[f[5]], f)
		switch f[1] {
		case "=", "<>", "<", "<=", ">", ">=":
			t.compares = append(t.compares, f)
		}
	}
	for row := range strings.Lines(castRows) {
		f := strings.Split(strings.TrimSuffix(row, "\n"), "\t")
		t.casts[f[3]] = append(t.casts[f[3]], f)
	}
	return t
}

// declared builds the Function of a row, without its body. An unknown key is a
// mistake in this package, found by the first test that links it.
func declared(key string) *Function {
	f, ok := signatures.functions[key]
	if !ok {
		panic("builtin: no signature " + key)
	}
	fn := &Function{
		Name: f[1], OID: oidField(f[0]), Volatility: Volatility(f[3][0]),
		Strict: f[4] == "t", Variadic: f[5] == "t",
		Args: typeList(f[6]), Ret: typeOID(f[7]),
	}
	switch f[2] {
	case "s":
		fn.Kind = SetReturning
	case "a":
		fn.Kind = Aggregate
	case "w":
		fn.Kind = Window
	}
	if f[8] != "" {
		fn.ArgNames = strings.Split(f[8], ",")
	}
	if f[9] != "" {
		fn.Defaults = strings.Split(f[9], ", ")
	}
	for _, col := range strings.Fields(f[10]) {
		name, typ, _ := strings.Cut(col, ":")
		fn.Columns = append(fn.Columns, OutColumn{Name: name, Type: types.Of(typeOID(typ))})
	}
	if strings.HasPrefix(f[11], "o") || strings.HasPrefix(f[11], "h") {
		n, _ := strconv.Atoi(f[11][1:])
		fn.OrderedSet = n + 1
	}
	return fn
}

// add registers a scalar function and every operator and cast that PostgreSQL
// builds on it.
func add(key string, eval body) *Function {
	fn := declared(key)
	fn.Eval = eval
	return publish(fn)
}

// Bind registers the body of a scalar function that PostgreSQL has, for packages
// whose functions need more than this one imports. key is "name(type,type)" with
// names of pg_type; OID, result, strictness, volatility, argument names and
// defaults are PostgreSQL's. It panics where signatures has no such row.
func Bind(key string, eval func(c *Call, a []types.Value) (types.Value, error)) *Function {
	return add(key, eval)
}

// BindSet is Bind for a set-returning function.
func BindSet(key string, rows func(c *Call, a []types.Value, yield func(row []types.Value) error) error) *Function {
	return addSet(key, rows)
}

// addSet registers a set-returning function.
func addSet(key string, rows func(c *Call, a []types.Value, yield func(row []types.Value) error) error) *Function {
	fn := declared(key)
	fn.Rows = rows
	return publish(fn)
}

// addAggregate registers an aggregate. strict means that rows with a NULL
// argument are skipped, which PostgreSQL records with the transition function.
func addAggregate(key string, strict bool, start func(c *Call, direct []types.Value) Aggregator) *Function {
	fn := declared(key)
	fn.Strict = strict
	fn.NewAggregate = start
	return publish(fn)
}

// addWindow registers a window function.
func addWindow(key string, start func(c *Call) WindowFunc) *Function {
	fn := declared(key)
	fn.Strict = false
	fn.NewWindow = start
	return publish(fn)
}

// define registers a strict, immutable scalar function that PostgreSQL itself
// does not have: "name(type,type) result".
func define(signature string, eval body) *Function {
	fn := parseSignature(signature)
	fn.Strict = true
	fn.Eval = eval
	return Register(fn)
}

func parseSignature(s string) *Function {
	name, rest, _ := strings.Cut(s, "(")
	args, ret, _ := strings.Cut(rest, ") ")
	return &Function{Name: name, Args: typeList(strings.ReplaceAll(args, ",", " ")), Ret: typeOID(ret)}
}

// publish registers fn with its operators and casts.
func publish(fn *Function) *Function {
	Register(fn)
	oid := strconv.FormatUint(uint64(fn.OID), 10)
	for _, f := range signatures.operators[oid] {
		RegisterOperator(&Operator{
			Name: f[1], OID: oidField(f[0]), Left: typeOID(f[2]), Right: typeOID(f[3]), Ret: typeOID(f[4]),
			Fn: fn, Commutator: f[6], Negator: f[7], HashJoin: f[8] == "t",
		})
	}
	for _, f := range signatures.casts[oid] {
		RegisterCast(&Cast{From: typeOID(f[0]), To: typeOID(f[1]), Context: CastContext(f[2][0]), Fn: fn})
	}
	return fn
}

func init() {
	for _, f := range signatures.casts["0"] {
		c := &Cast{From: typeOID(f[0]), To: typeOID(f[1]), Context: CastContext(f[2][0]), InOut: f[4] == "i"}
		from, to := types.Of(c.From).Kind(), types.Of(c.To).Kind()
		// PostgreSQL reinterprets the 32 bits; our payloads differ where the sign bit is set.
		switch {
		case from == types.KindInt4 && to == types.KindOID:
			c.Fn = define(f[1]+"_of_"+f[0]+"("+f[0]+") "+f[1], int1(func(n int64) (int64, error) { return int64(uint32(n)), nil }))
		case from == types.KindOID && to == types.KindInt4:
			c.Fn = define(f[1]+"_of_"+f[0]+"("+f[0]+") "+f[1], int1(func(n int64) (int64, error) { return int64(int32(n)), nil }))
		}
		RegisterCast(c)
	}
}

func oidField(s string) types.OID {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		panic("builtin: bad oid " + s)
	}
	return types.OID(n)
}

func typeList(s string) []types.OID {
	var list []types.OID
	for _, name := range strings.Fields(s) {
		list = append(list, typeOID(name))
	}
	return list
}

func typeOID(name string) types.OID {
	if name == "" {
		return 0
	}
	in := types.LookupName(name)
	if in == nil {
		panic("builtin: no type " + name)
	}
	return in.OID
}
