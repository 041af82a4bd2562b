package builtin

import (
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// The files in testdata hold calls and what PostgreSQL answers, one per line,
// fields separated by tabs:
//
//	name   argument types   arguments…   result
//
// name is a function, an operator, "cast" (types: source target), "agg:name"
// (each argument lists the rows, separated by " ; ") or "set:name" (the result
// lists the rows). \N is NULL, \n a line break; an error is "ERROR sqlstate".
// With -postgres the results are asked of a server and the files rewritten.
var postgresDSN = flag.String("postgres", "", "connection string of a PostgreSQL that fills in the results of testdata")

type tableCase struct {
	name  string
	types []types.Type
	args  []string
	want  string
}

func parseCase(line string) (tableCase, error) {
	f := strings.Split(line, "\t")
	if len(f) < 2 {
		return tableCase{}, fmt.Errorf("too few fields: %q", line)
	}
	c := tableCase{name: f[0]}
	for _, name := range strings.Fields(f[1]) {
		in := types.LookupName(name)
		if in == nil {
			return c, fmt.Errorf("no type %q", name)
		}
		c.types = append(c.types, types.Of(in.OID))
	}
	n := len(c.types)
	if c.name == "cast" {
		n = 1
	}
	if len(f) < 2+n {
		return c, fmt.Errorf("too few arguments: %q", line)
	}
	c.args = f[2 : 2+n]
	if len(f) > 2+n {
		c.want = f[2+n]
	}
	return c, nil
}

func TestLikePostgreSQL(t *testing.T) {
	files, err := filepath.Glob("testdata/*.tsv")
	if err != nil || len(files) == 0 {
		t.Fatal("no testdata", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			if *postgresDSN != "" {
				fillIn(t, file)
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for i, line := range strings.Split(string(text), "\n") {
				if line == "" || strings.HasPrefix(line, "# ") {
					continue
				}
				c, err := parseCase(line)
				if err != nil {
					t.Fatalf("%s:%d: %v", file, i+1, err)
				}
				if got := c.run(); got != c.want && !nearlyEqual(got, c.want) {
					t.Errorf("%s:%d: %s(%s) = %s, PostgreSQL: %s", file, i+1, c.name, strings.Join(c.args, ", "), got, c.want)
				}
			}
		})
	}
}

// nearlyEqual forgives the last bit of a float: the C library and Go round
// some functions differently.
func nearlyEqual(got, want string) bool {
	if !strings.Contains(want, ".") || len(want) < 15 {
		return false
	}
	a, err := strconv.ParseFloat(got, 64)
	b, err2 := strconv.ParseFloat(want, 64)
	return err == nil && err2 == nil && math.Abs(a-b) <= 4e-16*math.Abs(b)
}

func testCall() *Call {
	return &Call{Env: &Env{Format: types.DefaultFormat}}
}

// run evaluates the case against the registry.
func (c tableCase) run() string {
	rows, ret, err := c.evaluate()
	if err != nil {
		return "ERROR " + string(sqlerr.CodeOf(err))
	}
	out := make([]string, len(rows))
	for i, v := range rows {
		out[i] = showValue(ret, v)
	}
	return strings.Join(out, " ; ")
}

func showValue(t types.Type, v types.Value) string {
	if v.IsNull() {
		return `\N`
	}
	s := types.FormatText(t, v, types.DefaultFormat)
	return strings.NewReplacer("\n", `\n`, "\t", `\t`).Replace(s)
}

func (c tableCase) evaluate() ([]types.Value, types.Type, error) {
	if c.name == "cast" {
		return c.cast()
	}
	name, aggregate := strings.CutPrefix(c.name, "agg:")
	name, set := strings.CutPrefix(name, "set:")
	fn := c.find(name)
	if fn == nil {
		return nil, types.Type{}, sqlerr.New(sqlerr.UndefinedFunction, "no function %s", name)
	}
	call := testCall()
	call.Args = c.types
	call.Ret = c.result(fn)
	switch {
	case aggregate:
		v, err := c.aggregate(fn, call)
		return []types.Value{v}, call.Ret, err
	case set:
		return c.set(fn, call)
	}
	args, err := parseArgs(c.types, c.args)
	if err != nil {
		return nil, call.Ret, err
	}
	v, err := invoke(fn, call, args)
	return []types.Value{v}, call.Ret, err
}

func invoke(fn *Function, call *Call, args []types.Value) (types.Value, error) {
	if fn.Strict {
		for _, a := range args {
			if a.IsNull() {
				return types.Null, nil
			}
		}
	}
	return fn.Eval(call, args)
}

func parseArgs(ts []types.Type, texts []string) ([]types.Value, error) {
	args := make([]types.Value, len(texts))
	for i, s := range texts {
		if s == `\N` {
			continue
		}
		v, err := types.ParseText(ts[i], strings.NewReplacer(`\n`, "\n", `\t`, "\t").Replace(s), types.DefaultFormat)
		if err != nil {
			return nil, err
		}
		args[i] = v
	}
	return args, nil
}

func (c tableCase) cast() ([]types.Value, types.Type, error) {
	from, to := c.types[0], c.types[1]
	args, err := parseArgs(c.types, c.args)
	if err != nil {
		return nil, to, err
	}
	cast := FindCast(from.OID, to.OID)
	switch {
	case cast == nil:
		return nil, to, sqlerr.New(sqlerr.CannotCoerce, "no cast")
	case cast.Fn == nil:
		return args, to, nil
	}
	call := testCall()
	call.Args, call.Ret = []types.Type{from}, to
	for len(args) < len(cast.Fn.Args) {
		args = append(args, types.NewInt(-1))
	}
	v, err := invoke(cast.Fn, call, args)
	return []types.Value{v}, to, err
}

func (c tableCase) aggregate(fn *Function, call *Call) (types.Value, error) {
	direct := max(fn.OrderedSet-1, 0)
	directArgs, err := parseArgs(c.types[:direct], c.args[:direct])
	if err != nil {
		return types.Null, err
	}
	agg := fn.NewAggregate(call, directArgs)
	var columns [][]string
	for _, a := range c.args[direct:] {
		columns = append(columns, strings.Split(a, " ; "))
	}
	for r := range columns[0] {
		row := make([]string, len(columns))
		null := false
		for i := range columns {
			row[i] = columns[i][r]
			null = null || row[i] == `\N`
		}
		if null && fn.Strict {
			continue
		}
		args, err := parseArgs(c.types[direct:], row)
		if err != nil {
			return types.Null, err
		}
		if err := agg.Add(args); err != nil {
			return types.Null, err
		}
	}
	return agg.Result()
}

func (c tableCase) set(fn *Function, call *Call) ([]types.Value, types.Type, error) {
	args, err := parseArgs(c.types, c.args)
	if err != nil {
		return nil, call.Ret, err
	}
	var out []types.Value
	ret := call.Ret
	err = fn.Rows(call, args, func(row []types.Value) error {
		if len(fn.Columns) > 1 {
			r := types.RecordValue{Values: row}
			for _, col := range fn.Columns {
				r.Types = append(r.Types, col.Type)
			}
			out = append(out, r.Encode())
			return nil
		}
		out = append(out, row[0])
		return nil
	})
	return out, ret, err
}

// find looks the case's function or operator up: exact types first, then polymorphic ones.
func (c tableCase) find(name string) *Function {
	for _, match := range []func(declared types.OID, t types.Type) bool{sameType, fitsType} {
		for _, op := range Operators(name) {
			operands := []types.OID{op.Left, op.Right}
			if op.Left == 0 {
				operands = operands[1:]
			}
			if c.fits(operands, false, match) {
				return op.Fn
			}
		}
		for _, fn := range Functions(name) {
			if c.fits(fn.Args, fn.Variadic && fn.Args[len(fn.Args)-1] == types.OIDAny, match) {
				return fn
			}
		}
	}
	return nil
}

func sameType(declared types.OID, t types.Type) bool { return declared == t.OID }

func fitsType(declared types.OID, t types.Type) bool {
	switch declared {
	case types.OIDAnyElement, types.OIDAnyCompatible, types.OIDAny:
		return true
	case types.OIDAnyNonArray:
		return !t.IsArray()
	case types.OIDAnyArray, types.OIDAnyCompatibleArr:
		return t.IsArray()
	}
	return declared == t.OID
}

func (c tableCase) fits(declared []types.OID, variadic bool, match func(types.OID, types.Type) bool) bool {
	if variadic && len(c.types) >= len(declared) {
		declared = append([]types.OID{}, declared...)
		for len(declared) < len(c.types) {
			declared = append(declared, types.OIDAny)
		}
	}
	if len(declared) != len(c.types) {
		return false
	}
	var element types.OID
	for i, d := range declared {
		if !match(d, c.types[i]) {
			return false
		}
		t := c.types[i].OID
		switch d {
		case types.OIDAnyArray, types.OIDAnyCompatibleArr:
			t = c.types[i].Elem().OID
		case types.OIDAnyElement, types.OIDAnyCompatible:
		default:
			continue
		}
		if element != 0 && element != t {
			return false
		}
		element = t
	}
	return true
}

// result resolves a polymorphic result type from the arguments.
func (c tableCase) result(fn *Function) types.Type {
	array := fn.Ret == types.OIDAnyArray || fn.Ret == types.OIDAnyCompatibleArr
	element := fn.Ret == types.OIDAnyElement || fn.Ret == types.OIDAnyCompatible
	if !array && !element {
		return types.Of(fn.Ret)
	}
	for i, d := range fn.Args {
		t := c.types[i]
		switch d {
		case types.OIDAnyArray, types.OIDAnyCompatibleArr:
			if fn.Name == "array_agg" {
				return t
			}
			if array {
				return t
			}
			return t.Elem()
		case types.OIDAnyElement, types.OIDAnyCompatible, types.OIDAnyNonArray:
			if array {
				return t.ArrayOf()
			}
			return t
		}
	}
	return types.Of(fn.Ret)
}

// fillIn asks a server for the results of one file.
func fillIn(t *testing.T, file string) {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, *postgresDSN)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "set timezone = 'UTC'; set datestyle = 'ISO'; set intervalstyle = 'postgres'"); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		if line == "" || strings.HasPrefix(line, "# ") {
			continue
		}
		c, err := parseCase(line)
		if err != nil {
			t.Fatalf("%s:%d: %v", file, i+1, err)
		}
		f := strings.Split(line, "\t")
		lines[i] = strings.Join(f[:2+len(c.args)], "\t") + "\t" + ask(ctx, conn, c)
	}
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
}

// ask runs one case on the server.
func ask(ctx context.Context, conn *pgx.Conn, c tableCase) string {
	results, err := conn.PgConn().Exec(ctx, "select "+c.sql()).ReadAll()
	if err != nil {
		var state interface{ SQLState() string }
		if s, ok := err.(interface{ SQLState() string }); ok {
			state = s
			return "ERROR " + state.SQLState()
		}
		return "ERROR " + err.Error()
	}
	var out []string
	for _, row := range results[0].Rows {
		if row[0] == nil {
			out = append(out, `\N`)
			continue
		}
		out = append(out, strings.NewReplacer("\n", `\n`, "\t", `\t`).Replace(string(row[0])))
	}
	return strings.Join(out, " ; ")
}

func (c tableCase) sql() string {
	literal := func(i int, s string) string {
		name := c.types[i].Info().SQLName
		switch c.types[i].OID { // "character" and "bit" mean one of them
		case types.OIDBpchar:
			name = "bpchar"
		case types.OIDBit:
			name = "varbit"
		}
		if s == `\N` {
			return "NULL::" + name
		}
		return QuoteLiteral(strings.NewReplacer(`\n`, "\n", `\t`, "\t").Replace(s)) + "::" + name
	}
	if c.name == "cast" {
		return literal(0, c.args[0]) + "::" + c.types[1].Info().SQLName
	}
	if name, ok := strings.CutPrefix(c.name, "agg:"); ok {
		return c.aggregateSQL(name, literal)
	}
	name := strings.TrimPrefix(c.name, "set:")
	var args []string
	for i, a := range c.args {
		args = append(args, literal(i, a))
	}
	if fn := c.find(name); fn != nil && fn.Name == name && fn.Variadic && fn.Args[len(fn.Args)-1] != types.OIDAny {
		args[len(args)-1] = "VARIADIC " + args[len(args)-1]
	}
	if strings.IndexFunc(name, func(r rune) bool { return r == '_' || r >= 'a' && r <= 'z' }) >= 0 {
		return "pg_catalog." + QuoteIdent(name) + "(" + strings.Join(args, ", ") + ")"
	}
	if len(args) == 1 {
		return name + " " + args[0]
	}
	return args[0] + " " + name + " " + args[1]
}

func (c tableCase) aggregateSQL(name string, literal func(int, string) string) string {
	direct := 0
	switch name {
	case "percentile_cont", "percentile_disc":
		direct = 1
	}
	n := len(strings.Split(c.args[direct], " ; "))
	rows := make([]string, n)
	for r := range rows {
		var cells []string
		for i, a := range c.args[direct:] {
			cells = append(cells, literal(direct+i, strings.Split(a, " ; ")[r]))
		}
		rows[r] = "(" + fmt.Sprint(r) + "," + strings.Join(cells, ",") + ")"
	}
	from := " from (values " + strings.Join(rows, ",") + ") v(o,a,b)"
	if len(c.args)-direct == 1 {
		from = " from (values " + strings.Join(rows, ",") + ") v(o,a)"
	}
	switch {
	case direct == 1:
		return name + "(" + literal(0, c.args[0]) + ") within group (order by a)" + from
	case name == "mode":
		return "mode() within group (order by a)" + from
	case len(c.args) == 2:
		return name + "(a, b order by o)" + from
	}
	return name + "(a order by o)" + from
}

// typesOf reads type names as the table does.
func typesOf(t *testing.T, names string) []types.Type {
	t.Helper()
	var list []types.Type
	for _, name := range strings.Fields(names) {
		in := types.LookupName(name)
		if in == nil {
			t.Fatalf("no type %q", name)
		}
		list = append(list, types.Of(in.OID))
	}
	return list
}
