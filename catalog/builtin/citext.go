package builtin

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"synapse/catalog/types"
)

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
	} {
		RegisterCast(&Cast{From: oid, To: target.oid, Context: target.out})
		RegisterCast(&Cast{From: target.oid, To: oid, Context: target.in})
	}
	RegisterCast(&Cast{From: oid, To: types.OIDBpchar, Context: CastAssignment})
	trimmed := define("citext(bpchar) citext", str1(trimBlanks))
	RegisterCast(&Cast{From: types.OIDBpchar, To: oid, Context: CastAssignment, Fn: trimmed})
	define("citext_cmp(citext,citext) int4", func(c *Call, a []types.Value) (types.Value, error) {
		n, err := order(c, a[0], a[1])
		return types.NewInt(int64(n)), err
	})
	for _, sign := range []int{-1, 1} {
		name := map[int]string{-1: "smaller", 1: "larger"}[sign]
		define("citext_"+name+"(citext,citext) citext", func(c *Call, a []types.Value) (types.Value, error) {
			n, err := order(c, a[0], a[1])
			if n*sign >= 0 {
				return a[0], err
			}
			return a[1], err
		})
	}
}

// The functions of the extension that look for a citext in another: as those of
// text, without regard to case.
func init() {
	for _, f := range []struct{ signature, of string }{
		{"regexp_match(citext,citext) _text", "regexp_match(text,text,text)"},
		{"regexp_match(citext,citext,text) _text", "regexp_match(text,text,text)"},
		{"regexp_replace(citext,citext,text) text", "regexp_replace(text,text,text,text)"},
		{"regexp_replace(citext,citext,text,text) text", "regexp_replace(text,text,text,text)"},
		{"regexp_split_to_array(citext,citext) _text", "regexp_split_to_array(text,text,text)"},
		{"regexp_split_to_array(citext,citext,text) _text", "regexp_split_to_array(text,text,text)"},
	} {
		define(f.signature, citextRegexp(f.of))
	}
	for _, f := range []struct {
		name, of string
		ret      types.OID
	}{
		{"regexp_matches", "regexp_matches", types.OIDTextArray}, {"regexp_split_to_table", "regexp_split_to_table", types.OIDText},
	} {
		for _, flags := range []string{"", ",text"} {
			fn := parseSignature(f.name + "(citext,citext" + flags + ") " + types.Lookup(f.ret).Name)
			fn.Kind, fn.Strict = SetReturning, true
			fn.Rows = func(c *Call, a []types.Value, yield func([]types.Value) error) error {
				text := FunctionFor(f.of, types.OIDText, types.OIDText, types.OIDText)
				call, args := withoutCase(c, a, 2)
				return text.Rows(call, args, yield)
			}
			Register(fn)
		}
	}
	define("strpos(citext,citext) int4", func(_ *Call, a []types.Value) (types.Value, error) {
		before, _, found := strings.Cut(strings.ToLower(a[0].Str()), strings.ToLower(a[1].Str()))
		if !found {
			return types.NewInt(0), nil
		}
		return types.NewInt(int64(utf8.RuneCountInString(before) + 1)), nil
	})
	define("replace(citext,citext,citext) text", func(_ *Call, a []types.Value) (types.Value, error) {
		var out strings.Builder
		eachPart(a[0].Str(), a[1].Str(), func(part string, last bool) {
			out.WriteString(part)
			if !last {
				out.WriteString(a[2].Str())
			}
		})
		return types.NewString(out.String()), nil
	})
	define("split_part(citext,citext,int4) text", func(c *Call, a []types.Value) (types.Value, error) {
		// Fields are cut where case does not matter, then counted as those of text.
		const mark = "\x00"
		var parts []string
		eachPart(a[0].Str(), a[1].Str(), func(part string, _ bool) { parts = append(parts, part) })
		joined := []types.Value{types.NewString(strings.Join(parts, mark)), types.NewString(mark), a[2]}
		return FunctionFor("split_part", types.OIDText, types.OIDText, types.OIDInt4).Eval(c, joined)
	})
	define("translate(citext,citext,text) text", func(c *Call, a []types.Value) (types.Value, error) {
		var from, to strings.Builder
		target := []rune(a[2].Str())
		for i, r := range []rune(a[1].Str()) {
			for _, variant := range []rune{r, unicode.ToLower(r), unicode.ToUpper(r)} {
				if i < len(target) {
					from.WriteRune(variant)
					to.WriteRune(target[i])
				}
			}
		}
		for i, r := range []rune(a[1].Str()) {
			if i >= len(target) {
				from.WriteString(string([]rune{r, unicode.ToLower(r), unicode.ToUpper(r)}))
			}
		}
		args := []types.Value{a[0], types.NewString(from.String()), types.NewString(to.String())}
		return FunctionFor("translate", types.OIDText, types.OIDText, types.OIDText).Eval(c, args)
	})
	boolean := define("citext(bool) citext", func(_ *Call, a []types.Value) (types.Value, error) {
		return types.NewString(strconv.FormatBool(a[0].Bool())), nil
	})
	RegisterCast(&Cast{From: types.OIDBool, To: types.OIDCitext, Context: CastAssignment, Fn: boolean})
	address := define("citext(inet) citext", func(_ *Call, a []types.Value) (types.Value, error) {
		text := types.FormatText(types.Of(types.OIDInet), a[0], nil)
		switch { // as a text, an address always tells its bits
		case strings.Contains(text, "/"):
		case strings.Contains(text, ":"):
			text += "/128"
		default:
			text += "/32"
		}
		return types.NewString(text), nil
	})
	RegisterCast(&Cast{From: types.OIDInet, To: types.OIDCitext, Context: CastAssignment, Fn: address})
}

// citextRegexp is a function of citext by one of text that takes flags last.
func citextRegexp(of string) body {
	name, args, _ := strings.Cut(strings.TrimSuffix(of, ")"), "(")
	list := typeList(strings.ReplaceAll(args, ",", " "))
	return func(c *Call, a []types.Value) (types.Value, error) {
		call, all := withoutCase(c, a, len(list)-1)
		return FunctionFor(name, list...).Eval(call, all)
	}
}

// withoutCase makes the arguments of a function of text from those of citext: the
// flags, at the position given, get i unless they say c.
func withoutCase(c *Call, a []types.Value, at int) (*Call, []types.Value) {
	args := append([]types.Value(nil), a...)
	flags := ""
	if len(args) > at {
		flags = args[at].Str()
		args = args[:at]
	}
	if !strings.Contains(flags, "c") {
		flags += "i"
	}
	call := *c
	call.Args = make([]types.Type, at+1)
	for i := range call.Args {
		call.Args[i] = types.Text
	}
	return &call, append(args, types.NewString(flags))
}

// eachPart cuts s at a delimiter without regard to case. An empty delimiter is nowhere.
func eachPart(s, delimiter string, part func(part string, last bool)) {
	want := []rune(strings.ToLower(delimiter))
	runes := []rune(s)
	start := 0
	for i := 0; len(want) > 0 && i+len(want) <= len(runes); {
		if strings.ToLower(string(runes[i:i+len(want)])) != string(want) {
			i++
			continue
		}
		part(string(runes[start:i]), false)
		i += len(want)
		start = i
	}
	part(string(runes[start:]), true)
}
