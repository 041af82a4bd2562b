package builtin

import (
	"math"
	"strings"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// SQLSTATEs of SQL/JSON that nothing else raises.
const (
	codeJSONItem      sqlerr.Code = "22038" // SINGLETON_SQL_JSON_ITEM_REQUIRED
	codeJSONArray     sqlerr.Code = "22039" // SQL_JSON_ARRAY_NOT_FOUND
	codeJSONMember    sqlerr.Code = "2203A" // SQL_JSON_MEMBER_NOT_FOUND
	codeJSONNumber    sqlerr.Code = "2203B" // SQL_JSON_NUMBER_NOT_FOUND
	codeJSONObject    sqlerr.Code = "2203C" // SQL_JSON_OBJECT_NOT_FOUND
	codeJSONSubscript sqlerr.Code = "22033" // INVALID_SQL_JSON_SUBSCRIPT
	codeNonNumeric    sqlerr.Code = "22036" // NON_NUMERIC_SQL_JSON_ITEM
)

// pathRun evaluates a path over one document.
type pathRun struct {
	lax  bool
	root types.JSONNode
	vars types.JSONNode
}

// scope is what @ and last mean at a place of the path.
type scope struct {
	current types.JSONNode
	size    int // of the innermost array; -1: none
}

type emit func(types.JSONNode) error

// eval yields what n and the accessors behind it select.
func (r *pathRun) eval(n *pathNode, s scope, out emit) error {
	next := func(item types.JSONNode) error { return r.access(n.next, item, s, out) }
	switch n.op {
	case pathRoot:
		return next(r.root)
	case pathCurrent:
		return next(s.current)
	case pathLiteral:
		return next(n.value)
	case pathVar:
		v, ok := r.vars.Get(n.text)
		if !ok {
			return sqlerr.New(sqlerr.UndefinedObject, "could not find jsonpath variable \"%s\"", n.text)
		}
		return next(v)
	case pathLast:
		if s.size < 0 {
			return sqlerr.New(sqlerr.SyntaxError, "LAST is allowed only in array subscripts")
		}
		return next(jsonNumber(types.DecimalFromInt64(int64(s.size - 1))))
	case pathGroup:
		return r.eval(n.left, s, next)
	case pathArith:
		return r.arith(n, s, next)
	case pathSign:
		return r.sign(n, s, next)
	}
	truth, err := r.test(n, s)
	if err != nil {
		return err
	}
	return next(truth.node())
}

func jsonNumber(d types.Decimal) types.JSONNode {
	v, err := d.Value()
	if err != nil {
		return types.AsJSONB(types.JSONTreeNull.Encode())
	}
	tree := types.JSONTreeNumber(v)
	return types.AsJSONB(tree.Encode())
}

// access applies the accessor n (nil: none) to an item.
func (r *pathRun) access(n *pathNode, item types.JSONNode, s scope, out emit) error {
	if n == nil {
		return out(item)
	}
	next := func(item types.JSONNode) error { return r.access(n.next, item, s, out) }
	switch n.op {
	case pathKey:
		return r.member(n, item, s, out, next)
	case pathAnyKey:
		if item.Kind() == types.JSONObject {
			return eachNode(item, func(_ string, v types.JSONNode) error { return next(v) })
		}
		return r.unwrapOr(n, item, s, out, codeJSONObject, "jsonpath wildcard member accessor can only be applied to an object")
	case pathAnyDepth:
		return r.anyDepth(item, 0, n, next)
	case pathAnyIndex:
		if item.Kind() == types.JSONArray {
			return eachNode(item, func(_ string, v types.JSONNode) error { return next(v) })
		}
		if r.lax {
			return next(item)
		}
		return sqlerr.New(codeJSONArray, "jsonpath wildcard array accessor can only be applied to an array")
	case pathIndex:
		return r.index(n, item, s, next)
	case pathFilter:
		if r.lax && item.Kind() == types.JSONArray {
			return r.unwrap(n, item, s, out)
		}
		return r.filter(n, item, next)
	}
	return r.method(n, item, s, out, next)
}

// unwrap applies n to each element, as the lax mode does for accessors of
// objects and scalars. It opens one level only: an element that is an array
// again has no members.
func (r *pathRun) unwrap(n *pathNode, item types.JSONNode, s scope, out emit) error {
	next := func(item types.JSONNode) error { return r.access(n.next, item, s, out) }
	return eachNode(item, func(_ string, v types.JSONNode) error {
		switch {
		case v.Kind() != types.JSONArray:
			return r.access(n, v, s, out)
		case n.op == pathFilter:
			return r.filter(n, v, next)
		case n.op == pathMethod && n.text == "keyvalue":
			return keyValues(v, next)
		case n.op == pathMethod:
			return r.numberMethod(n, v, next)
		}
		return nil
	})
}

func (r *pathRun) filter(n *pathNode, item types.JSONNode, next emit) error {
	truth, err := r.test(n.left, scope{current: item, size: -1})
	if err != nil || truth != isTrue {
		return err
	}
	return next(item)
}

// unwrapOr unwraps arrays in lax mode; anything else is nothing there and an error in strict mode.
func (r *pathRun) unwrapOr(n *pathNode, item types.JSONNode, s scope, out emit, code sqlerr.Code, message string) error {
	switch {
	case r.lax && item.Kind() == types.JSONArray:
		return r.unwrap(n, item, s, out)
	case r.lax:
		return nil
	}
	return sqlerr.New(code, "%s", message)
}

func (r *pathRun) member(n *pathNode, item types.JSONNode, s scope, out, next emit) error {
	if item.Kind() != types.JSONObject {
		return r.unwrapOr(n, item, s, out, codeJSONMember, "jsonpath member accessor can only be applied to an object")
	}
	v, ok := item.Get(n.text)
	switch {
	case ok:
		return next(v)
	case r.lax:
		return nil
	}
	return sqlerr.New(codeJSONMember, "JSON object does not contain key \"%s\"", n.text)
}

func (r *pathRun) anyDepth(item types.JSONNode, depth int, n *pathNode, next emit) error {
	// {last} selects the leaves.
	leaf := n.low == pathAnyHigh && item.Len() == 0
	if depth >= n.low && depth <= n.high || leaf {
		if err := next(item); err != nil {
			return err
		}
	}
	if depth >= n.high {
		return nil
	}
	return eachNode(item, func(_ string, v types.JSONNode) error { return r.anyDepth(v, depth+1, n, next) })
}

func (r *pathRun) index(n *pathNode, item types.JSONNode, s scope, next emit) error {
	size := item.Len()
	at := item.Index
	if item.Kind() != types.JSONArray {
		if !r.lax {
			return sqlerr.New(codeJSONArray, "jsonpath array accessor can only be applied to an array")
		}
		size = 1
		at = func(int) types.JSONNode { return item }
	}
	inner := scope{current: s.current, size: size}
	for _, pair := range n.ranges {
		from, err := r.subscript(pair[0], inner)
		if err != nil {
			return err
		}
		to := from
		if pair[1] != nil {
			if to, err = r.subscript(pair[1], inner); err != nil {
				return err
			}
		}
		if !r.lax && (from < 0 || from > to || to >= size) {
			return sqlerr.New(codeJSONSubscript, "jsonpath array subscript is out of bounds")
		}
		for i := max(from, 0); i <= min(to, size-1); i++ {
			if err := next(at(i)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *pathRun) subscript(n *pathNode, s scope) (int, error) {
	items, err := r.collect(n, s, false)
	if err != nil {
		return 0, err
	}
	if len(items) != 1 || items[0].Kind() != types.JSONNumber {
		return 0, sqlerr.New(codeJSONSubscript, "jsonpath array subscript is not a single numeric value")
	}
	i, err := integer.fromDecimal(types.DecimalOf(items[0].Number()).Trunc(0))
	if err != nil {
		return 0, sqlerr.New(codeJSONSubscript, "jsonpath array subscript is out of integer range")
	}
	return int(i), nil
}

// collect evaluates n to a list; unwrap opens arrays in lax mode.
func (r *pathRun) collect(n *pathNode, s scope, unwrap bool) ([]types.JSONNode, error) {
	var items []types.JSONNode
	err := r.eval(n, s, func(item types.JSONNode) error {
		if unwrap && r.lax && item.Kind() == types.JSONArray {
			return eachNode(item, func(_ string, v types.JSONNode) error {
				items = append(items, v)
				return nil
			})
		}
		items = append(items, item)
		return nil
	})
	return items, err
}

func (r *pathRun) arith(n *pathNode, s scope, next emit) error {
	operand := func(side string, m *pathNode) (types.Decimal, error) {
		items, err := r.collect(m, s, true)
		if err != nil {
			return types.Decimal{}, err
		}
		if len(items) != 1 || items[0].Kind() != types.JSONNumber {
			return types.Decimal{}, sqlerr.New(codeJSONItem, "%s operand of jsonpath operator %s is not a single numeric value", side, n.text)
		}
		return types.DecimalOf(items[0].Number()), nil
	}
	a, err := operand("left", n.left)
	if err != nil {
		return err
	}
	b, err := operand("right", n.right)
	if err != nil {
		return err
	}
	var d types.Decimal
	switch n.text {
	case "+":
		d = a.Add(b)
	case "-":
		d = a.Sub(b)
	case "*":
		d = a.Mul(b)
	case "/":
		d, err = a.Div(b)
	default:
		d, err = a.Mod(b)
	}
	if err != nil {
		return err
	}
	return next(jsonNumber(d))
}

func (r *pathRun) sign(n *pathNode, s scope, next emit) error {
	items, err := r.collect(n.left, s, true)
	if err != nil {
		return err
	}
	for _, item := range items {
		if item.Kind() != types.JSONNumber {
			return sqlerr.New(codeJSONNumber, "operand of unary jsonpath operator %s is not a numeric value", n.text)
		}
		if n.text == "-" {
			item = jsonNumber(types.DecimalOf(item.Number()).Neg())
		}
		if err := next(item); err != nil {
			return err
		}
	}
	return nil
}

// method applies an item method.
func (r *pathRun) method(n *pathNode, item types.JSONNode, s scope, out, next emit) error {
	switch n.text {
	case "type":
		tree := types.JSONTreeString(item.Kind().String())
		return next(types.AsJSONB(tree.Encode()))
	case "size":
		size := 1
		if item.Kind() == types.JSONArray {
			size = item.Len()
		} else if !r.lax {
			return sqlerr.New(codeJSONArray, "jsonpath item method .size() can only be applied to an array")
		}
		return next(jsonNumber(types.DecimalFromInt64(int64(size))))
	}
	if r.lax && item.Kind() == types.JSONArray {
		return r.unwrap(n, item, s, out)
	}
	if n.text == "keyvalue" {
		return keyValues(item, next)
	}
	return r.numberMethod(n, item, next)
}

func (r *pathRun) numberMethod(n *pathNode, item types.JSONNode, next emit) error {
	if n.text == "double" {
		text := ""
		switch item.Kind() {
		case types.JSONString:
			text = item.Str()
		case types.JSONNumber:
			text = types.DecimalOf(item.Number()).String()
		}
		v, err := types.ParseText(types.Float8, text, types.DefaultFormat)
		if err != nil || math.IsInf(v.Float(), 0) || math.IsNaN(v.Float()) {
			return sqlerr.New(codeNonNumeric, "jsonpath item method .double() can only be applied to a string or numeric value")
		}
		return next(jsonNumber(types.DecimalOf(types.NumericFromFloat64(v.Float()))))
	}
	if item.Kind() != types.JSONNumber {
		return sqlerr.New(codeNonNumeric, "jsonpath item method .%s() can only be applied to a numeric value", n.text)
	}
	d := types.DecimalOf(item.Number())
	switch n.text {
	case "abs":
		d = d.Abs()
	case "floor":
		d = d.Floor()
	case "ceiling":
		d = d.Ceil()
	}
	return next(jsonNumber(d))
}

// keyValues yields {"id", "key", "value"} per pair. The id only tells objects
// of one result apart; Synapse has one object at a time and answers 0.
func keyValues(item types.JSONNode, next emit) error {
	if item.Kind() != types.JSONObject {
		return sqlerr.New(codeJSONObject, "jsonpath item method .keyvalue() can only be applied to an object")
	}
	return eachNode(item, func(key string, v types.JSONNode) error {
		tree := types.JSONTree{Kind: types.JSONObject}
		tree.Add("id", types.JSONTreeNumber(types.NumericFromInt64(0)))
		tree.Add("key", types.JSONTreeString(key))
		tree.Add("value", types.JSONTreeOf(v))
		return next(types.AsJSONB(tree.Encode()))
	})
}

// isPathError reports the errors that mean "the path does not fit the data",
// which predicates turn into unknown and silent calls swallow.
func isPathError(err error) bool {
	switch code := sqlerr.CodeOf(err); code {
	case sqlerr.DivisionByZero, sqlerr.NumericValueOutOfRange, sqlerr.InvalidTextRepresentation:
		return true
	default:
		return strings.HasPrefix(string(code), "2203")
	}
}
