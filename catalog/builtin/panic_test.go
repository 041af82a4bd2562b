package builtin

import (
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// edgeTexts are values at the borders of each type.
var edgeTexts = map[types.Kind][]string{
	types.KindBool:        {"t", "f"},
	types.KindInt2:        {"0", "1", "-1", "32767", "-32768"},
	types.KindInt4:        {"0", "1", "-1", "2", "7", "2147483647", "-2147483648"},
	types.KindInt8:        {"0", "1", "-1", "64", "9223372036854775807", "-9223372036854775808"},
	types.KindOID:         {"0", "25", "4294967295"},
	types.KindChar:        {"", "a"},
	types.KindFloat4:      {"0", "-0", "1.5", "NaN", "Infinity", "-Infinity", "3e38"},
	types.KindFloat8:      {"0", "0.5", "-1.5", "NaN", "Infinity", "-Infinity", "1e308", "1e-308"},
	types.KindNumeric:     {"0", "1.50", "-7", "NaN", "Infinity", "-Infinity", "1e40", "1e-40"},
	types.KindDate:        {"2024-02-29", "infinity", "-infinity", "4714-11-24 BC", "5874897-12-31"},
	types.KindTime:        {"00:00", "24:00", "12:34:56.789"},
	types.KindTimetz:      {"00:00+15:59", "24:00-15:59"},
	types.KindTimestamp:   {"2024-02-29 12:34:56.789", "infinity", "-infinity", "4714-11-24 BC", "294276-12-31 23:59:59.999999"},
	types.KindTimestamptz: {"2024-02-29 12:34:56.789+02", "infinity", "-infinity", "4714-11-25 00:00+00 BC", "294276-12-31+00"},
	types.KindInterval:    {"0", "1 mon -1 day 01:00", "-178000000 years", "2147483647 days", "-9223372036854775808 microseconds"},
	types.KindText:        {"", "a", "abc", "ä日本", "%", "\\", "_\\", "(", "a|b", "(a)(b)?", "[a-", "{", "g", "i", "YYYY-MM-DD", "999D99", "FM0.0EEEE", "day", "epoch", "UTC", "hex", "base64", "1,2", "%1$s", "%*s", "\\1", "$.a[*]"},
	types.KindBpchar:      {"", "a  "},
	types.KindName:        {"", "abc"},
	types.KindBytea:       {"", "\\x00ff", "abc"},
	types.KindUUID:        {"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
	types.KindJSON:        {"1", "null", `"a\u0041"`, "[]", "{}", `[1,[2],{"a":null}]`, ` {"a" : [1, "x"] , "b":{}} `},
	types.KindJSONB:       {"1", "null", `"a"`, "[]", "{}", `[1,[2],{"a":null}]`, `{"a":[1,"x"],"b":{}}`},
	types.KindJSONPath:    {"$", "$.a", "strict $[*] ? (@ > 1)", "$.**", "-$ + 1", "$.a like_regex \"x\"", "last", "$["},
	types.KindVector:      {"[1]", "[1,2,3]", "[0,0,0]", "[3e38,1,1]"},
	types.KindHalfvec:     {"[1]", "[1,2,3]", "[0,0,0]"},
	types.KindBit:         {"", "1", "1010", "111111111"},
	types.KindInet:        {"10.0.0.1"},
}

func edgeValue(r *rand.Rand, t types.Type) (types.Value, bool) {
	if t.IsArray() {
		pool := []string{"{}", "{NULL}"}
		elem := edgeTexts[t.Elem().Kind()]
		if len(elem) == 0 {
			return types.Null, false
		}
		quoted := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(elem[r.IntN(len(elem))]) + `"`
		pool = append(pool, "{"+quoted+"}", "{"+quoted+",NULL,"+quoted+"}", "[5:6]={"+quoted+","+quoted+"}", "{{"+quoted+"},{"+quoted+"}}")
		v, err := types.ParseText(t, pool[r.IntN(len(pool))], types.DefaultFormat)
		return v, err == nil
	}
	pool := edgeTexts[t.Kind()]
	if len(pool) == 0 {
		return types.Null, false
	}
	v, err := types.ParseText(t, pool[r.IntN(len(pool))], types.DefaultFormat)
	return v, err == nil
}

// concrete picks types for a declared signature: polymorphic arguments agree.
func concrete(r *rand.Rand, f *Function) []types.Type {
	elems := []types.Type{types.Int4, types.Text, types.Numeric, types.Timestamptz, types.Bool}
	elem := elems[r.IntN(len(elems))]
	var list []types.Type
	for _, a := range f.Args {
		switch a {
		case types.OIDAnyElement, types.OIDAnyCompatible, types.OIDAnyNonArray, types.OIDAny:
			list = append(list, elem)
		case types.OIDAnyArray, types.OIDAnyCompatibleArr:
			list = append(list, elem.ArrayOf())
		default:
			list = append(list, types.Of(a))
		}
	}
	return list
}

// slow functions would sleep or repeat a gigabyte.
var slowFunctions = map[string]bool{"pg_sleep": true, "pg_sleep_for": true, "pg_sleep_until": true, "bit": true, "generate_series": true, "factorial": true, "array_fill": true}

// TestNoPanics calls everything with values at the borders.
func TestNoPanics(t *testing.T) {
	const seed = 7
	r := rand.New(rand.NewPCG(seed, 0))
	for _, f := range AllFunctions() {
		if slowFunctions[f.Name] || f.Hypothetical != nil { // the latter have no body of their own
			continue
		}
		for range 60 {
			ts := concrete(r, f)
			args := make([]types.Value, len(ts))
			ok := true
			for i, typ := range ts {
				if f.Strict || r.IntN(6) > 0 {
					if args[i], ok = edgeValue(r, typ); !ok {
						break
					}
				}
			}
			if !ok {
				break
			}
			begin := time.Now()
			err := callGuarded(f, ts, args)
			if d := time.Since(begin); d > 100*time.Millisecond {
				t.Logf("%s%s took %v", f.Name, showArgs(ts, args), d)
			}
			if err != "" {
				t.Errorf("%s%v %s", f.Name, showArgs(ts, args), err)
				break
			}
		}
	}
}

func showArgs(ts []types.Type, args []types.Value) string {
	var s []string
	for i, a := range args {
		s = append(s, showValue(ts[i], a))
	}
	return "(" + strings.Join(s, " | ") + ")"
}

// callGuarded reports a panic, an internal error or a result that its type cannot print.
func callGuarded(f *Function, ts []types.Type, args []types.Value) (failure string) {
	defer func() {
		if p := recover(); p != nil {
			if strings.Contains(string(debug.Stack()), "builtin.Host.") || strings.Contains(string(debug.Stack()), "fakeHost") {
				return // asks the session for what the test's has not
			}
			failure = fmt.Sprintf("panics: %v\n%s", p, debug.Stack())
		}
	}()
	call := testCall()
	call.Host = &fakeHost{settings: map[string]string{}}
	call.Args = ts
	call.Ret = tableCase{types: ts}.result(f)
	var v types.Value
	var err error
	switch f.Kind {
	case Scalar:
		v, err = f.Eval(call, args)
	case SetReturning:
		err = f.Rows(call, args, func([]types.Value) error { return nil })
	case Aggregate:
		direct := max(f.OrderedSet-1, 0)
		agg := f.NewAggregate(call, args[:direct])
		for range 3 {
			if err = agg.Add(args[direct:]); err != nil {
				break
			}
			if v, err = agg.Result(); err != nil {
				break
			}
		}
	default:
		return ""
	}
	if sqlerr.Is(err, sqlerr.InternalError) {
		return err.Error()
	}
	if err == nil && !v.IsNull() && types.Lookup(call.Ret.OID).TypType == 'b' {
		types.FormatText(call.Ret, v, types.DefaultFormat)
	}
	return ""
}
