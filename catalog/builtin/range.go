package builtin

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// Operators of ranges and multiranges. Both are read as a list of ranges in
// order that do not touch (a range is a list of one, the empty range of none),
// so that each operator has one body for all pairs of operands.

// spanned is an operand as a list.
type spanned struct {
	r    *types.RangeType
	list []types.RangeValue
}

func rangeArg(c *Call, a []types.Value, i int) (spanned, error) {
	t := c.Args[i]
	s := spanned{r: t.Range()}
	if s.r == nil {
		return s, sqlerr.Internal("operand of type %s is no range", types.FormatType(t))
	}
	if t.Kind() == types.KindMultirange {
		var err error
		s.list, err = s.r.DecodeMulti(a[i])
		return s, err
	}
	v, err := s.r.Decode(a[i])
	if !v.Empty {
		s.list = []types.RangeValue{v}
	}
	return s, err
}

// hull is the range from the first bound to the last; empty without ranges.
func (s spanned) hull() types.RangeValue {
	if len(s.list) == 0 {
		return types.RangeValue{Empty: true}
	}
	return types.RangeValue{Lower: s.list[0].Lower, Upper: s.list[len(s.list)-1].Upper}
}

func (s spanned) empty() bool { return len(s.list) == 0 }

// contains reports whether every range of o lies within one of s: both are in
// order, so that neither list is walked twice.
func (s spanned) contains(o spanned) bool {
	i := 0
	for _, x := range o.list {
		for i < len(s.list) && s.r.CompareUpper(s.list[i].Upper, x.Upper) < 0 {
			i++
		}
		if i == len(s.list) || s.r.CompareLower(s.list[i].Lower, x.Lower) > 0 {
			return false
		}
	}
	return true
}

func (s spanned) overlaps(o spanned) bool {
	for i, j := 0, 0; i < len(s.list) && j < len(o.list); {
		switch {
		case s.r.CompareLowerUpper(o.list[j].Lower, s.list[i].Upper) > 0:
			i++
		case s.r.CompareLowerUpper(s.list[i].Lower, o.list[j].Upper) > 0:
			j++
		default:
			return true
		}
	}
	return false
}

// before is <<: all of s lies left of all of o.
func (s spanned) before(o spanned) bool {
	return !s.empty() && !o.empty() && s.r.CompareLowerUpper(o.hull().Lower, s.hull().Upper) > 0
}

// overLeft is &<: s does not reach further right than o.
func (s spanned) overLeft(o spanned) bool {
	return !s.empty() && !o.empty() && s.r.CompareUpper(s.hull().Upper, o.hull().Upper) <= 0
}

// overRight is &>: s does not reach further left than o.
func (s spanned) overRight(o spanned) bool {
	return !s.empty() && !o.empty() && s.r.CompareLower(s.hull().Lower, o.hull().Lower) >= 0
}

// adjacent is -|-: one begins where the other ends.
func (s spanned) adjacent(o spanned) bool {
	if s.empty() || o.empty() {
		return false
	}
	x, y := s.hull(), o.hull()
	return s.r.Touches(x.Upper, y.Lower) || s.r.Touches(y.Upper, x.Lower)
}

// intersect is what both have, as a list in order.
func (s spanned) intersect(o spanned) []types.RangeValue {
	var out []types.RangeValue
	for i, j := 0, 0; i < len(s.list) && j < len(o.list); {
		x, y := s.list[i], o.list[j]
		if (spanned{s.r, s.list[i : i+1]}).overlaps(spanned{s.r, o.list[j : j+1]}) {
			v := x
			if s.r.CompareLower(y.Lower, v.Lower) > 0 {
				v.Lower = y.Lower
			}
			if s.r.CompareUpper(y.Upper, v.Upper) < 0 {
				v.Upper = y.Upper
			}
			out = append(out, v)
		}
		if s.r.CompareUpper(x.Upper, y.Upper) < 0 {
			i++
		} else {
			j++
		}
	}
	return out
}

// minus is what of s lies outside o, as a list in order. Error: those of
// bounds that have no next value.
func (s spanned) minus(o spanned) ([]types.RangeValue, error) {
	var out []types.RangeValue
	for _, x := range s.list {
		rest, gone := x, false
		for _, y := range o.list {
			if s.r.CompareLowerUpper(y.Lower, rest.Upper) > 0 {
				break
			}
			if s.r.CompareLowerUpper(rest.Lower, y.Upper) > 0 {
				continue
			}
			if s.r.CompareLower(rest.Lower, y.Lower) < 0 {
				left, err := s.r.Normalize(types.RangeValue{Lower: rest.Lower, Upper: opposite(y.Lower)})
				if err != nil {
					return nil, err
				}
				if !left.Empty {
					out = append(out, left)
				}
			}
			if s.r.CompareUpper(rest.Upper, y.Upper) <= 0 {
				gone = true
				break
			}
			rest.Lower = opposite(y.Upper)
		}
		if gone {
			continue
		}
		rest, err := s.r.Normalize(rest)
		if err != nil {
			return nil, err
		}
		if !rest.Empty {
			out = append(out, rest)
		}
	}
	return out, nil
}

// opposite is the bound of what lies on the other side.
func opposite(b types.RangeBound) types.RangeBound {
	b.Inclusive = !b.Inclusive
	return b
}

// rangePair calls fn with two arguments that are ranges or multiranges.
func rangePair(fn func(x, y spanned) (types.Value, error)) body {
	return func(c *Call, a []types.Value) (types.Value, error) {
		x, err := rangeArg(c, a, 0)
		if err != nil {
			return types.Null, err
		}
		y, err := rangeArg(c, a, 1)
		if err != nil {
			return types.Null, err
		}
		return fn(x, y)
	}
}

// rangeTest is an operator of two ranges or multiranges that answers yes or no.
func rangeTest(test func(a, b spanned) bool) body {
	return rangePair(func(x, y spanned) (types.Value, error) { return types.NewBool(test(x, y)), nil })
}

// rangeHolds is the body of range @> element; elem is the position of the element.
func rangeHolds(elem int) body {
	return func(c *Call, a []types.Value) (types.Value, error) {
		s, err := rangeArg(c, a, 1-elem)
		if err != nil {
			return types.Null, err
		}
		point := types.RangeBound{Val: a[elem], Inclusive: true}
		at := spanned{s.r, []types.RangeValue{{Lower: point, Upper: point}}}
		return types.NewBool(s.contains(at)), nil
	}
}

func init() {
	over := func(test func(a, b spanned) bool, keys ...string) { addAll(rangeTest(test), keys...) }
	const rr, rm, mr, mm = "(anyrange,anyrange)", "(anyrange,anymultirange)", "(anymultirange,anyrange)", "(anymultirange,anymultirange)"
	over(spanned.overlaps, "range_overlaps"+rr, "range_overlaps_multirange"+rm, "multirange_overlaps_range"+mr, "multirange_overlaps_multirange"+mm)
	over(spanned.contains, "range_contains"+rr, "range_contains_multirange"+rm, "multirange_contains_range"+mr, "multirange_contains_multirange"+mm)
	over(func(a, b spanned) bool { return b.contains(a) },
		"range_contained_by"+rr, "range_contained_by_multirange"+rm, "multirange_contained_by_range"+mr, "multirange_contained_by_multirange"+mm)
	over(spanned.before, "range_before"+rr, "range_before_multirange"+rm, "multirange_before_range"+mr, "multirange_before_multirange"+mm)
	over(func(a, b spanned) bool { return b.before(a) },
		"range_after"+rr, "range_after_multirange"+rm, "multirange_after_range"+mr, "multirange_after_multirange"+mm)
	over(spanned.overLeft, "range_overleft"+rr, "range_overleft_multirange"+rm, "multirange_overleft_range"+mr, "multirange_overleft_multirange"+mm)
	over(spanned.overRight, "range_overright"+rr, "range_overright_multirange"+rm, "multirange_overright_range"+mr, "multirange_overright_multirange"+mm)
	over(spanned.adjacent, "range_adjacent"+rr, "range_adjacent_multirange"+rm, "multirange_adjacent_range"+mr, "multirange_adjacent_multirange"+mm)
	addAll(rangeHolds(1), "range_contains_elem(anyrange,anyelement)", "multirange_contains_elem(anymultirange,anyelement)")
	addAll(rangeHolds(0), "elem_contained_by_range(anyelement,anyrange)", "elem_contained_by_multirange(anyelement,anymultirange)")

	add("range_union"+rr, rangeSet(unionRanges))
	add("range_minus"+rr, rangeSet(minusRanges))
	add("range_intersect"+rr, rangeSet(func(a, b spanned) (types.RangeValue, error) { return spanned{a.r, a.intersect(b)}.hull(), nil }))
	add("range_merge"+rr, rangeSet(func(a, b spanned) (types.RangeValue, error) { return a.union(b).hull(), nil }))
	add("multirange_union"+mm, multirangeSet(func(a, b spanned) ([]types.RangeValue, error) { return a.union(b).list, nil }))
	add("multirange_minus"+mm, multirangeSet(func(a, b spanned) ([]types.RangeValue, error) { return a.minus(b) }))
	add("multirange_intersect"+mm, multirangeSet(func(a, b spanned) ([]types.RangeValue, error) { return a.intersect(b), nil }))
}

func (s spanned) union(o spanned) spanned {
	return spanned{s.r, s.r.Merge(append(s.list[:len(s.list):len(s.list)], o.list...))}
}

// unionRanges is + of ranges. Error: 22000 where there is a gap between them.
func unionRanges(a, b spanned) (types.RangeValue, error) {
	u := a.union(b)
	if len(u.list) > 1 {
		return types.RangeValue{}, sqlerr.New(sqlerr.DataException, "result of range union would not be contiguous")
	}
	return u.hull(), nil
}

// minusRanges is - of ranges. Error: 22000 where a part on either side is left.
func minusRanges(a, b spanned) (types.RangeValue, error) {
	if !a.empty() && !b.empty() && a.r.CompareLower(a.list[0].Lower, b.list[0].Lower) < 0 && a.r.CompareUpper(a.list[0].Upper, b.list[0].Upper) > 0 {
		return types.RangeValue{}, sqlerr.New(sqlerr.DataException, "result of range difference would not be contiguous")
	}
	list, err := a.minus(b)
	return spanned{a.r, list}.hull(), err
}

// rangeSet is an operator of two ranges whose result is one.
func rangeSet(fn func(a, b spanned) (types.RangeValue, error)) body {
	return rangePair(func(x, y spanned) (types.Value, error) {
		v, err := fn(x, y)
		if err != nil {
			return types.Null, err
		}
		return x.r.Encode(v), nil
	})
}

// multirangeSet is an operator of two multiranges whose result is one.
func multirangeSet(fn func(a, b spanned) ([]types.RangeValue, error)) body {
	return rangePair(func(x, y spanned) (types.Value, error) {
		list, err := fn(x, y)
		if err != nil {
			return types.Null, err
		}
		return x.r.EncodeMulti(list), nil
	})
}
