package builtin

import (
	"strconv"
	"strings"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// The type hstore: functions, operators and casts of the extension of that name.

// HstoreAssign is h[key] = value: the hstore with the pair put in; NULL counts as empty.
var HstoreAssign *Function

// hstoreFn is the body of a function whose first argument is an hstore.
func hstoreFn(fn func(c *Call, pairs []types.HstorePair, a []types.Value) (types.Value, error)) body {
	return func(c *Call, a []types.Value) (types.Value, error) {
		pairs, err := types.HstorePairs(a[0])
		if err != nil {
			return types.Null, err
		}
		return fn(c, pairs, a)
	}
}

// operatorOn registers an operator on a function.
func operatorOn(fn *Function, name, commutator, negator string) {
	o := &Operator{Name: name, Right: fn.Args[len(fn.Args)-1], Ret: fn.Ret, Fn: fn, Commutator: commutator, Negator: negator}
	if len(fn.Args) == 2 {
		o.Left = fn.Args[0]
	}
	RegisterOperator(o)
}

func init() {
	hstoreTests()
	hstoreEdits()
	hstoreMakers()
	hstoreSets()
	hstoreOrder()
	for _, target := range []struct {
		name    string
		context CastContext
	}{{"json", CastExplicit}, {"jsonb", CastExplicit}} {
		for _, loose := range []bool{false, true} {
			name := "hstore_to_" + target.name
			if loose {
				name += "_loose"
			}
			fn := define(name+"(hstore) "+target.name, hstoreFn(func(_ *Call, pairs []types.HstorePair, _ []types.Value) (types.Value, error) {
				return types.ParseText(types.Of(typeOID(target.name)), hstoreJSON(pairs, loose), nil)
			}))
			if !loose {
				RegisterCast(&Cast{From: types.OIDHstore, To: fn.Ret, Context: target.context, Fn: fn})
			}
		}
	}
}

// hstoreTests are the functions that look for keys and pairs.
func hstoreTests() {
	get := define("fetchval(hstore,text) text", hstoreFn(func(_ *Call, pairs []types.HstorePair, a []types.Value) (types.Value, error) {
		v, _ := types.HstoreGet(pairs, a[1].Str())
		return v, nil
	}))
	operatorOn(get, "->", "", "")
	has := hstoreFn(func(_ *Call, pairs []types.HstorePair, a []types.Value) (types.Value, error) {
		_, ok := types.HstoreGet(pairs, a[1].Str())
		return types.NewBool(ok), nil
	})
	define("isexists(hstore,text) bool", has)
	operatorOn(define("exist(hstore,text) bool", has), "?", "", "")
	for _, name := range []string{"isdefined", "defined"} {
		define(name+"(hstore,text) bool", hstoreFn(func(_ *Call, pairs []types.HstorePair, a []types.Value) (types.Value, error) {
			v, ok := types.HstoreGet(pairs, a[1].Str())
			return types.NewBool(ok && !v.IsNull()), nil
		}))
	}
	keys := func(all bool) body {
		return hstoreFn(func(c *Call, pairs []types.HstorePair, a []types.Value) (types.Value, error) {
			result := all
			types.ArrayEach(c.Args[1], a[1], func(_ int, e types.Value) bool {
				if e.IsNull() {
					return true
				}
				_, ok := types.HstoreGet(pairs, e.Str())
				if ok != all {
					result = !all
				}
				return ok == all
			})
			return types.NewBool(result), nil
		})
	}
	operatorOn(define("exists_any(hstore,_text) bool", keys(false)), "?|", "", "")
	operatorOn(define("exists_all(hstore,_text) bool", keys(true)), "?&", "", "")
	contains := func(_ *Call, a []types.Value) (types.Value, error) {
		outer, err := types.HstorePairs(a[0])
		if err != nil {
			return types.Null, err
		}
		inner, err := types.HstorePairs(a[1])
		for _, p := range inner {
			if v, ok := types.HstoreGet(outer, p.Key); !ok || !v.Identical(p.Value) {
				return types.NewBool(false), nil
			}
		}
		return types.NewBool(true), err
	}
	operatorOn(define("hs_contains(hstore,hstore) bool", contains), "@>", "<@", "")
	operatorOn(define("hs_contained(hstore,hstore) bool", swapped(contains)), "<@", "@>", "")
}

// hstoreEdits are the functions that make another hstore of one.
func hstoreEdits() {
	without := func(drop func(c *Call, a []types.Value) (func(types.HstorePair) bool, error)) body {
		return hstoreFn(func(c *Call, pairs []types.HstorePair, a []types.Value) (types.Value, error) {
			gone, err := drop(c, a)
			if err != nil {
				return types.Null, err
			}
			var left []types.HstorePair
			for _, p := range pairs {
				if !gone(p) {
					left = append(left, p)
				}
			}
			return types.NewHstore(left), nil
		})
	}
	operatorOn(define("delete(hstore,text) hstore", without(func(_ *Call, a []types.Value) (func(types.HstorePair) bool, error) {
		return func(p types.HstorePair) bool { return p.Key == a[1].Str() }, nil
	})), "-", "", "")
	operatorOn(define("delete(hstore,_text) hstore", without(func(c *Call, a []types.Value) (func(types.HstorePair) bool, error) {
		names := map[string]bool{}
		types.ArrayEach(c.Args[1], a[1], func(_ int, e types.Value) bool {
			if !e.IsNull() {
				names[e.Str()] = true
			}
			return true
		})
		return func(p types.HstorePair) bool { return names[p.Key] }, nil
	})), "-", "", "")
	operatorOn(define("delete(hstore,hstore) hstore", without(func(_ *Call, a []types.Value) (func(types.HstorePair) bool, error) {
		other, err := types.HstorePairs(a[1])
		return func(p types.HstorePair) bool {
			v, ok := types.HstoreGet(other, p.Key)
			return ok && v.Identical(p.Value)
		}, err
	})), "-", "", "")
	operatorOn(define("hs_concat(hstore,hstore) hstore", func(_ *Call, a []types.Value) (types.Value, error) {
		left, err := types.HstorePairs(a[0])
		if err != nil {
			return types.Null, err
		}
		right, err := types.HstorePairs(a[1])
		return types.NewHstore(append(right, left...)), err
	}), "||", "", "")
	define("slice(hstore,_text) hstore", hstoreFn(func(c *Call, pairs []types.HstorePair, a []types.Value) (types.Value, error) {
		var out []types.HstorePair
		types.ArrayEach(c.Args[1], a[1], func(_ int, e types.Value) bool {
			if v, ok := types.HstoreGet(pairs, e.Str()); ok && !e.IsNull() {
				out = append(out, types.HstorePair{Key: e.Str(), Value: v})
			}
			return true
		})
		return types.NewHstore(out), nil
	}))
	operatorOn(define("slice_array(hstore,_text) _text", hstoreFn(func(c *Call, pairs []types.HstorePair, a []types.Value) (types.Value, error) {
		array, err := types.DecodeArray(c.Args[1], a[1])
		if err != nil {
			return types.Null, err
		}
		out := make([]types.Value, len(array.Values))
		for i, e := range array.Values {
			if !e.IsNull() {
				out[i], _ = types.HstoreGet(pairs, e.Str())
			}
		}
		return types.NewArray(types.Text, out).Encode(), nil
	})), "->", "", "")
}

// hstoreMakers are the functions hstore(…), and those that fill rows.
func hstoreMakers() {
	pair := func(_ *Call, a []types.Value) (types.Value, error) {
		if a[0].IsNull() {
			return types.Null, nil
		}
		return types.NewHstore([]types.HstorePair{{Key: a[0].Str(), Value: a[1]}}), nil
	}
	defineLax("tconvert(text,text) hstore", pair)
	defineLax("hstore(text,text) hstore", pair)
	defineLax("hstore(_text,_text) hstore", hstoreOfArrays)
	ofList := define("hstore(_text) hstore", hstoreOfList)
	RegisterCast(&Cast{From: types.OIDTextArray, To: types.OIDHstore, Context: CastExplicit, Fn: ofList})
	defineLax("hstore(record) hstore", func(c *Call, a []types.Value) (types.Value, error) {
		if a[0].IsNull() {
			var pairs []types.HstorePair
			for _, f := range c.Args[0].Fields() {
				pairs = append(pairs, types.HstorePair{Key: f.Name})
			}
			if pairs == nil {
				return types.Null, nil
			}
			return types.NewHstore(pairs), nil
		}
		r, err := types.DecodeRecord(a[0])
		if err != nil {
			return types.Null, err
		}
		var pairs []types.HstorePair
		for i, v := range r.Values {
			p := types.HstorePair{Key: "f" + strconv.Itoa(i+1)}
			if i < len(r.Names) {
				p.Key = r.Names[i]
			}
			if !v.IsNull() {
				p.Value = types.NewString(types.FormatText(r.Types[i], v, c.Format))
			}
			pairs = append(pairs, p)
		}
		return types.NewHstore(pairs), nil
	})
	HstoreAssign = defineLax("hstore_assign(hstore,text,text) hstore", func(_ *Call, a []types.Value) (types.Value, error) {
		if a[1].IsNull() {
			return types.Null, sqlerr.New(sqlerr.NullValueNotAllowed, "hstore subscript in assignment must not be null")
		}
		pairs := []types.HstorePair{{Key: a[1].Str(), Value: a[2]}}
		if a[0].IsNull() {
			return types.NewHstore(pairs), nil
		}
		old, err := types.HstorePairs(a[0])
		return types.NewHstore(append(pairs, old...)), err
	})
	fill := defineLax("populate_record(anyelement,hstore) anyelement", populateRecord)
	operatorOn(fill, "#=", "", "")
}

// defineLax is define for a function that is called with NULLs too.
func defineLax(signature string, eval body) *Function {
	fn := define(signature, eval)
	fn.Strict = false
	return fn
}

func hstoreOfArrays(c *Call, a []types.Value) (types.Value, error) {
	if a[0].IsNull() {
		return types.Null, nil
	}
	keys, err := types.DecodeArray(c.Args[0], a[0])
	if err != nil {
		return types.Null, err
	}
	var values []types.Value
	if !a[1].IsNull() {
		list, err := types.DecodeArray(c.Args[1], a[1])
		if err != nil {
			return types.Null, err
		}
		if len(list.Dims) > 1 || len(keys.Dims) > 1 {
			return types.Null, errHstoreDims()
		}
		if values = list.Values; len(values) != len(keys.Values) {
			return types.Null, sqlerr.New(sqlerr.ArraySubscriptError, "arrays must have same bounds")
		}
	}
	if len(keys.Dims) > 1 {
		return types.Null, errHstoreDims()
	}
	var pairs []types.HstorePair
	for i, k := range keys.Values {
		if k.IsNull() {
			return types.Null, errHstoreNullKey()
		}
		p := types.HstorePair{Key: k.Str()}
		if values != nil {
			p.Value = values[i]
		}
		pairs = append(pairs, p)
	}
	return types.NewHstore(pairs), nil
}

// hstoreOfList reads {key,value,…} or {{key,value},…}.
func hstoreOfList(c *Call, a []types.Value) (types.Value, error) {
	list, err := types.DecodeArray(c.Args[0], a[0])
	if err != nil {
		return types.Null, err
	}
	switch {
	case len(list.Dims) > 2:
		return types.Null, errHstoreDims()
	case len(list.Dims) == 2 && list.Dims[1] != 2:
		return types.Null, sqlerr.New(sqlerr.ArraySubscriptError, "array must have two columns")
	case len(list.Dims) == 1 && list.Dims[0]%2 != 0:
		return types.Null, sqlerr.New(sqlerr.ArraySubscriptError, "array must have even number of elements")
	}
	var pairs []types.HstorePair
	for i := 0; i+1 < len(list.Values); i += 2 {
		if list.Values[i].IsNull() {
			return types.Null, errHstoreNullKey()
		}
		pairs = append(pairs, types.HstorePair{Key: list.Values[i].Str(), Value: list.Values[i+1]})
	}
	return types.NewHstore(pairs), nil
}

func errHstoreDims() error {
	return sqlerr.New(sqlerr.ArraySubscriptError, "wrong number of array subscripts")
}

func errHstoreNullKey() error {
	return sqlerr.New(sqlerr.NullValueNotAllowed, "null value not allowed for hstore key")
}

// populateRecord replaces the fields of a row that the hstore has keys for.
func populateRecord(c *Call, a []types.Value) (types.Value, error) {
	fields := c.Args[0].Fields()
	if fields == nil {
		return types.Null, sqlerr.New(sqlerr.DatatypeMismatch, "first argument must be a rowtype")
	}
	if a[1].IsNull() {
		return a[0], nil
	}
	pairs, err := types.HstorePairs(a[1])
	if err != nil {
		return types.Null, err
	}
	rec := types.RecordValue{Of: c.Args[0].Base().OID}
	var old types.RecordValue
	if !a[0].IsNull() {
		if old, err = types.DecodeRecord(a[0]); err != nil {
			return types.Null, err
		}
	}
	for i, f := range fields {
		v := types.Null
		if i < len(old.Values) {
			v = old.Values[i]
		}
		if text, ok := types.HstoreGet(pairs, f.Name); ok {
			v = types.Null
			if !text.IsNull() {
				if v, err = types.ParseText(f.Type, text.Str(), c.Format); err == nil {
					v, err = types.ApplyTypmod(f.Type, v, false)
				}
				if err != nil {
					return types.Null, err
				}
			}
		}
		rec.Types, rec.Names, rec.Values = append(rec.Types, f.Type.NoMod()), append(rec.Names, f.Name), append(rec.Values, v)
	}
	return rec.Encode(), nil
}

// hstoreSets are the functions that list keys and values.
func hstoreSets() {
	columns := func(key, value, nested bool) body {
		return hstoreFn(func(_ *Call, pairs []types.HstorePair, _ []types.Value) (types.Value, error) {
			var out []types.Value
			for _, p := range pairs {
				if key {
					out = append(out, types.NewString(p.Key))
				}
				if value {
					out = append(out, p.Value)
				}
			}
			array := types.NewArray(types.Text, out)
			if nested && len(out) > 0 {
				array.Dims, array.Lower = []int32{int32(len(pairs)), 2}, []int32{1, 1}
			}
			return array.Encode(), nil
		})
	}
	define("akeys(hstore) _text", columns(true, false, false))
	define("avals(hstore) _text", columns(false, true, false))
	operatorOn(define("hstore_to_array(hstore) _text", columns(true, true, false)), "%%", "", "")
	operatorOn(define("hstore_to_matrix(hstore) _text", columns(true, true, true)), "%#", "", "")
	rows := func(signature string, row func(p types.HstorePair) []types.Value, columns []OutColumn) {
		fn := parseSignature(signature)
		fn.Kind, fn.Strict, fn.Columns = SetReturning, true, columns
		fn.Rows = func(_ *Call, a []types.Value, yield func([]types.Value) error) error {
			pairs, err := types.HstorePairs(a[0])
			if err != nil {
				return err
			}
			for _, p := range pairs {
				if err := yield(row(p)); err != nil {
					return err
				}
			}
			return nil
		}
		Register(fn)
	}
	rows("skeys(hstore) text", func(p types.HstorePair) []types.Value { return []types.Value{types.NewString(p.Key)} }, nil)
	rows("svals(hstore) text", func(p types.HstorePair) []types.Value { return []types.Value{p.Value} }, nil)
	rows("each(hstore) record", func(p types.HstorePair) []types.Value { return []types.Value{types.NewString(p.Key), p.Value} },
		[]OutColumn{{Name: "key", Type: types.Text}, {Name: "value", Type: types.Text}})
}

// hstoreOrder registers = and <>, and the operators of its btree class, which are
// named so that nobody takes them for an order that means something.
func hstoreOrder() {
	order := func(_ *Call, a, b types.Value) (int, error) {
		return types.Compare(types.Of(types.OIDHstore), a, b), nil
	}
	for _, o := range []struct{ name, op, test, commutator, negator string }{
		{"eq", "=", "=", "=", "<>"},
		{"ne", "<>", "<>", "<>", "="},
		{"lt", "#<#", "<", "#>#", "#>=#"},
		{"le", "#<=#", "<=", "#>=#", "#>#"},
		{"gt", "#>#", ">", "#<#", "#<=#"},
		{"ge", "#>=#", ">=", "#<=#", "#<#"},
	} {
		fn := define("hstore_"+o.name+"(hstore,hstore) bool", comparisonBody(order, comparisonTests[o.test]))
		operatorOn(fn, o.op, o.commutator, o.negator)
		allOps[len(allOps)-1].HashJoin = o.op == "="
	}
	define("hstore_cmp(hstore,hstore) int4", func(c *Call, a []types.Value) (types.Value, error) {
		n, err := order(c, a[0], a[1])
		return types.NewInt(int64(n)), err
	})
}

// hstoreJSON writes an object. Loose: values that look like numbers or truth
// values are written as such.
func hstoreJSON(pairs []types.HstorePair, loose bool) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, p := range pairs {
		if i > 0 {
			b.WriteString(", ")
		}
		b.Write(types.AppendJSONString(nil, p.Key))
		b.WriteString(": ")
		text := p.Value.Str()
		switch {
		case p.Value.IsNull():
			b.WriteString("null")
		case loose && text == "t":
			b.WriteString("true")
		case loose && text == "f":
			b.WriteString("false")
		case loose && looksNumeric(text):
			b.WriteString(text)
		default:
			b.Write(types.AppendJSONString(nil, text))
		}
	}
	b.WriteByte('}')
	return b.String()
}

// looksNumeric reports whether a text is a number as JSON writes them.
func looksNumeric(s string) bool {
	return s != "" && (s[0] == '-' || s[0] >= '0' && s[0] <= '9') && types.ValidateJSON(s) == nil
}
