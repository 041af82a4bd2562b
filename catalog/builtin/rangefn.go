package builtin

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// Functions of ranges: what they are made of, their constructors and aggregates.

func init() {
	for _, side := range []struct {
		prefix string
		bound  func(v types.RangeValue) types.RangeBound
	}{
		{"lower", func(v types.RangeValue) types.RangeBound { return v.Lower }},
		{"upper", func(v types.RangeValue) types.RangeBound { return v.Upper }},
	} {
		addAll(boundBody(func(b types.RangeBound, empty bool) types.Value {
			if empty || b.Infinite {
				return types.Null
			}
			return b.Val
		}, side.bound), side.prefix+"(anyrange)", side.prefix+"(anymultirange)")
		addAll(boundBody(func(b types.RangeBound, empty bool) types.Value { return types.NewBool(!empty && b.Inclusive) }, side.bound),
			side.prefix+"_inc(anyrange)", side.prefix+"_inc(anymultirange)")
		addAll(boundBody(func(b types.RangeBound, empty bool) types.Value { return types.NewBool(!empty && b.Infinite) }, side.bound),
			side.prefix+"_inf(anyrange)", side.prefix+"_inf(anymultirange)")
	}
	addAll(func(c *Call, a []types.Value) (types.Value, error) {
		s, err := rangeArg(c, a, 0)
		return types.NewBool(s.empty()), err
	}, "isempty(anyrange)", "isempty(anymultirange)")
	add("range_merge(anymultirange)", func(c *Call, a []types.Value) (types.Value, error) {
		s, err := rangeArg(c, a, 0)
		if err != nil {
			return types.Null, err
		}
		return s.r.Encode(s.hull()), nil
	})
	add("multirange(anyrange)", toMultirange)
	addSet("unnest(anymultirange)", func(c *Call, a []types.Value, yield func([]types.Value) error) error {
		s, err := rangeArg(c, a, 0)
		if err != nil {
			return err
		}
		for _, x := range s.list {
			if err := yield([]types.Value{s.r.Encode(x)}); err != nil {
				return err
			}
		}
		return nil
	})
	// Values are in canonical form always.
	addAll(identity, "int4range_canonical(int4range)", "int8range_canonical(int8range)", "daterange_canonical(daterange)")
	addDistances()
	for _, r := range types.BuiltinRanges() {
		for _, f := range RangeConstructors(r) {
			add(keyOf(f), f.Eval)
		}
	}
	for _, t := range []string{"anyrange", "anymultirange"} {
		addAggregate("range_agg("+t+")", true, func(c *Call, _ []types.Value) Aggregator { return &rangeUnion{call: c} })
		addAggregate("range_intersect_agg("+t+")", true, func(c *Call, _ []types.Value) Aggregator { return &rangeIntersection{call: c} })
	}
}

// keyOf is the signature of a function by the names of its argument types.
func keyOf(f *Function) string {
	key := f.Name + "("
	for i, t := range f.Args {
		if i > 0 {
			key += ","
		}
		key += types.Lookup(t).Name
	}
	return key + ")"
}

func boundBody(get func(b types.RangeBound, empty bool) types.Value, side func(types.RangeValue) types.RangeBound) body {
	return func(c *Call, a []types.Value) (types.Value, error) {
		s, err := rangeArg(c, a, 0)
		if err != nil {
			return types.Null, err
		}
		return get(side(s.hull()), s.empty()), nil
	}
}

func toMultirange(c *Call, a []types.Value) (types.Value, error) {
	s, err := rangeArg(c, a, 0)
	if err != nil {
		return types.Null, err
	}
	return s.r.EncodeMulti(s.list), nil
}

// RangeConstructors are the functions that a range type comes with, by the names
// that types.Lookup knows its range and multirange types by: name(lower, upper),
// name(lower, upper, bounds), multirange(), multirange(range) and
// multirange(VARIADIC range[]).
func RangeConstructors(r *types.RangeType) []*Function {
	ranges, multi := types.Lookup(r.Range), types.Lookup(r.Multirange)
	sub := r.Subtype.OID
	list := []*Function{
		{Name: ranges.Name, Args: []types.OID{sub, sub}, Ret: r.Range, Eval: func(_ *Call, a []types.Value) (types.Value, error) {
			return makeRange(r, a, rangeBrackets{lower: true})
		}},
		{Name: ranges.Name, Args: []types.OID{sub, sub, types.OIDText}, Ret: r.Range, Eval: func(_ *Call, a []types.Value) (types.Value, error) {
			if a[2].IsNull() {
				return types.Null, sqlerr.New(sqlerr.DataException, "range constructor flags argument must not be null")
			}
			brackets, ok := parseBrackets(a[2].Str())
			if !ok {
				return types.Null, sqlerr.New(sqlerr.SyntaxError, "invalid range bound flags").WithHint("Valid values are \"[]\", \"[)\", \"(]\", and \"()\".")
			}
			return makeRange(r, a, brackets)
		}},
		{Name: multi.Name, Ret: r.Multirange, Strict: true, Eval: func(*Call, []types.Value) (types.Value, error) { return r.EncodeMulti(nil), nil }},
		{Name: multi.Name, Args: []types.OID{r.Range}, Ret: r.Multirange, Strict: true, Eval: toMultirange},
		{Name: multi.Name, Args: []types.OID{ranges.Array}, Ret: r.Multirange, Strict: true, Variadic: true, Eval: multirangeOfArray},
	}
	for _, f := range list {
		f.Volatility = Immutable
	}
	return list
}

// MultirangeCast converts a range of a type that a user made to its multirange
// type, as casts in the registry do for PostgreSQL's own.
func MultirangeCast(r *types.RangeType) *Cast {
	return &Cast{From: r.Range, To: r.Multirange, Context: CastExplicit, Fn: RangeConstructors(r)[multirangeOfOne]}
}

// multirangeOfOne is the place of multirange(range) among RangeConstructors.
const multirangeOfOne = 3

// rangeBrackets says which bounds are inclusive.
type rangeBrackets struct{ lower, upper bool }

func parseBrackets(s string) (b rangeBrackets, ok bool) {
	if len(s) != 2 || s[0] != '[' && s[0] != '(' || s[1] != ']' && s[1] != ')' {
		return b, false
	}
	return rangeBrackets{s[0] == '[', s[1] == ']'}, true
}

func makeRange(r *types.RangeType, a []types.Value, in rangeBrackets) (types.Value, error) {
	return r.New(types.RangeValue{
		Lower: types.RangeBound{Val: a[0], Infinite: a[0].IsNull(), Inclusive: in.lower},
		Upper: types.RangeBound{Val: a[1], Infinite: a[1].IsNull(), Inclusive: in.upper},
	})
}

func multirangeOfArray(c *Call, a []types.Value) (types.Value, error) {
	if dims, _ := types.ArrayDims(a[0]); len(dims) > 1 {
		return types.Null, sqlerr.New(sqlerr.CardinalityViolation, "multiranges cannot be constructed from multidimensional arrays")
	}
	r := c.Ret.Range()
	var list []types.RangeValue
	var bad error
	types.ArrayEach(c.Args[0], a[0], func(_ int, e types.Value) bool {
		if e.IsNull() {
			bad = sqlerr.New(sqlerr.NullValueNotAllowed, "multirange values cannot contain null members")
			return false
		}
		var v types.RangeValue
		v, bad = r.Decode(e)
		list = append(list, v)
		return bad == nil
	})
	if bad != nil {
		return types.Null, bad
	}
	return r.NewMulti(list), nil
}

// addDistances registers the subtype differences of PostgreSQL's range types.
func addDistances() {
	whole := func(scale float64) body {
		return func(_ *Call, a []types.Value) (types.Value, error) {
			return types.NewFloat((float64(a[0].Int()) - float64(a[1].Int())) / scale), nil
		}
	}
	add("int4range_subdiff(int4,int4)", whole(1))
	add("int8range_subdiff(int8,int8)", whole(1))
	add("daterange_subdiff(date,date)", whole(1))
	const microsPerSecond = 1e6
	add("tsrange_subdiff(timestamp,timestamp)", whole(microsPerSecond))
	add("tstzrange_subdiff(timestamptz,timestamptz)", whole(microsPerSecond))
	add("numrange_subdiff(numeric,numeric)", func(c *Call, a []types.Value) (types.Value, error) {
		v, err := OperatorFor("-", types.OIDNumeric, types.OIDNumeric).Fn.Eval(c, a)
		if err != nil {
			return types.Null, err
		}
		return FindCast(types.OIDNumeric, types.OIDFloat8).Fn.Eval(c, []types.Value{v})
	})
}

// rangeUnion is range_agg: the multirange of what any input has.
type rangeUnion struct {
	call  *Call
	list  []types.RangeValue
	rows  int
	limit int // of list, at which it is merged: twice what was left the last time
}

// rangeUnionBatch is the least number of ranges that wait before they are merged.
const rangeUnionBatch = 1024

func (u *rangeUnion) Add(a []types.Value) error {
	s, err := rangeArg(u.call, []types.Value{a[0].Clone()}, 0)
	if err != nil {
		return err
	}
	u.rows++
	u.list = append(u.list, s.list...)
	if len(u.list) > max(u.limit, rangeUnionBatch) {
		u.list = s.r.Merge(u.list)
		u.limit = 2 * len(u.list)
	}
	return nil
}

func (u *rangeUnion) Result() (types.Value, error) {
	if u.rows == 0 {
		return types.Null, nil
	}
	return u.call.Args[0].Range().NewMulti(u.list), nil
}

// rangeIntersection is range_intersect_agg: what all inputs have.
type rangeIntersection struct {
	call *Call
	have spanned
	rows int
}

func (x *rangeIntersection) Add(a []types.Value) error {
	s, err := rangeArg(x.call, []types.Value{a[0].Clone()}, 0)
	if err != nil {
		return err
	}
	if x.rows++; x.rows > 1 {
		s.list = x.have.intersect(s)
	}
	x.have = s
	return nil
}

func (x *rangeIntersection) Result() (types.Value, error) {
	switch {
	case x.rows == 0:
		return types.Null, nil
	case x.call.Args[0].Kind() == types.KindMultirange:
		return x.have.r.EncodeMulti(x.have.list), nil
	}
	return x.have.r.Encode(x.have.hull()), nil
}
