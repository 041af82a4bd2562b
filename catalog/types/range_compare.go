package types

import (
	"encoding/binary"
	"sort"
	"strings"
)

// compareBounds orders two bounds, lower or upper each, as points on the line: an
// exclusive lower bound stands just after its value, an exclusive upper one just
// before it.
func (r *RangeType) compareBounds(a RangeBound, aLower bool, b RangeBound, bLower bool) int {
	if c, infinite := compareInfinite(a, aLower, b, bLower); infinite {
		return c
	}
	if c := Compare(r.Subtype, a.Val, b.Val); c != 0 {
		return c
	}
	return boundOffset(a, aLower) - boundOffset(b, bLower)
}

// compareInfinite orders two bounds of which one or both are infinite.
func compareInfinite(a RangeBound, aLower bool, b RangeBound, bLower bool) (c int, infinite bool) {
	end := func(lower bool) int {
		if lower {
			return -1
		}
		return 1
	}
	switch {
	case a.Infinite && b.Infinite:
		if aLower == bLower {
			return 0, true
		}
		return end(aLower), true
	case a.Infinite:
		return end(aLower), true
	case b.Infinite:
		return -end(bLower), true
	}
	return 0, false
}

// boundOffset is where a bound stands relative to its value.
func boundOffset(b RangeBound, lower bool) int {
	switch {
	case b.Inclusive:
		return 0
	case lower:
		return 1
	}
	return -1
}

// CompareLower orders two lower bounds.
func (r *RangeType) CompareLower(a, b RangeBound) int {
	return sign(r.compareBounds(a, true, b, true))
}

// CompareUpper orders two upper bounds.
func (r *RangeType) CompareUpper(a, b RangeBound) int {
	return sign(r.compareBounds(a, false, b, false))
}

// CompareLowerUpper orders a lower bound and an upper one.
func (r *RangeType) CompareLowerUpper(lower, upper RangeBound) int {
	return sign(r.compareBounds(lower, true, upper, false))
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

// CompareRanges is range_cmp: the empty range first, then by lower and upper bound.
func (r *RangeType) CompareRanges(a, b RangeValue) int {
	switch {
	case a.Empty && b.Empty:
		return 0
	case a.Empty:
		return -1
	case b.Empty:
		return 1
	}
	if c := r.CompareLower(a.Lower, b.Lower); c != 0 {
		return c
	}
	return r.CompareUpper(a.Upper, b.Upper)
}

func (r *RangeType) compareRangeValues(a, b Value) int {
	x, errX := r.Decode(a)
	y, errY := r.Decode(b)
	if errX != nil || errY != nil {
		return strings.Compare(a.s, b.s)
	}
	return r.CompareRanges(x, y)
}

// compareMultiValues is multirange_cmp: range by range, then the shorter first.
func (r *RangeType) compareMultiValues(a, b Value) int {
	x, errX := r.DecodeMulti(a)
	y, errY := r.DecodeMulti(b)
	if errX != nil || errY != nil {
		return strings.Compare(a.s, b.s)
	}
	for i := 0; i < len(x) && i < len(y); i++ {
		if c := r.CompareRanges(x[i], y[i]); c != 0 {
			return c
		}
	}
	return cmpInt(int64(len(x)), int64(len(y)))
}

// Marks of range keys, in PostgreSQL's order of ranges: empty below all, an
// infinite lower bound below and an infinite upper bound above every value.
const (
	keyRangeEmpty = 0x00
	keyRangeFull  = 0x01

	keyLowerInfinite = 0x00
	keyBoundValue    = 0x01
	keyUpperInfinite = 0x02
)

// appendRangeKey appends the key of a range: the lower bound's before the upper's.
func (r *RangeType) appendRangeKey(dst []byte, v RangeValue) []byte {
	if v.Empty {
		return append(dst, keyRangeEmpty)
	}
	dst = append(dst, keyRangeFull)
	if v.Lower.Infinite {
		dst = append(dst, keyLowerInfinite)
	} else {
		dst = AppendKey(append(dst, keyBoundValue), r.Subtype, v.Lower.Val)
		dst = append(dst, byte(boundOffset(v.Lower, true)+1))
	}
	if v.Upper.Infinite {
		return append(dst, keyUpperInfinite)
	}
	dst = AppendKey(append(dst, keyBoundValue), r.Subtype, v.Upper.Val)
	return append(dst, byte(boundOffset(v.Upper, false)+1))
}

func appendRangeValueKey(dst []byte, t Type, v Value) []byte {
	r := t.Range()
	x, err := r.Decode(v)
	if err != nil {
		return appendStringKey(dst, v.s)
	}
	return r.appendRangeKey(dst, x)
}

func appendMultirangeKey(dst []byte, t Type, v Value) []byte {
	r := t.Range()
	list, err := r.DecodeMulti(v)
	if err != nil {
		return appendStringKey(dst, v.s)
	}
	for _, x := range list {
		dst = r.appendRangeKey(append(dst, keyItem), x)
	}
	return append(dst, keyEnd)
}

// The payload of a multirange: uvarint ranges, then each as uvarint length and
// payload. The ranges are in order, none is empty and no two touch.

// DecodeMulti reads the ranges of a multirange; they alias it. Error: XX001.
func (r *RangeType) DecodeMulti(v Value) ([]RangeValue, error) {
	b := v.Bytes()
	n, used := binary.Uvarint(b)
	if used <= 0 || n > uint64(len(b)) {
		return nil, errTornPayload()
	}
	b = b[used:]
	list := make([]RangeValue, 0, n)
	for range n {
		p, used, err := decodePayload(KindRange, b)
		if err != nil {
			return nil, err
		}
		x, err := r.Decode(p)
		if err != nil {
			return nil, err
		}
		list, b = append(list, x), b[used:]
	}
	return list, nil
}

// EncodeMulti makes the value of ranges that are in order, not empty and apart.
func (r *RangeType) EncodeMulti(list []RangeValue) Value {
	dst := binary.AppendUvarint(nil, uint64(len(list)))
	for _, x := range list {
		dst = appendPayload(dst, KindRange, r.Encode(x))
	}
	return NewBytes(dst)
}

// NewMulti makes a multirange of normalized ranges in any order: those that
// overlap or touch become one, empty ones go.
func (r *RangeType) NewMulti(list []RangeValue) Value { return r.EncodeMulti(r.Merge(list)) }

// Merge is NewMulti as a list. It does not change its argument.
func (r *RangeType) Merge(list []RangeValue) []RangeValue {
	out := make([]RangeValue, 0, len(list))
	for _, x := range list {
		if !x.Empty {
			out = append(out, x)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return r.CompareRanges(out[i], out[j]) < 0 })
	n := 0
	for _, x := range out {
		if n > 0 && (r.CompareLowerUpper(x.Lower, out[n-1].Upper) <= 0 || r.Touches(out[n-1].Upper, x.Lower)) {
			if r.CompareUpper(x.Upper, out[n-1].Upper) > 0 {
				out[n-1].Upper = x.Upper
			}
			continue
		}
		out[n] = x
		n++
	}
	return out[:n]
}

// Touches reports whether nothing lies between an upper bound and the lower
// bound of another range, and neither value is in both.
func (r *RangeType) Touches(upper, lower RangeBound) bool {
	if upper.Infinite || lower.Infinite {
		return false
	}
	switch c := Compare(r.Subtype, upper.Val, lower.Val); {
	case c > 0:
		return false
	case c == 0:
		return upper.Inclusive != lower.Inclusive
	}
	if !r.Discrete {
		return false
	}
	// The gap as a range of its own: nothing if the values are neighbours.
	gap, err := r.Normalize(RangeValue{
		Lower: RangeBound{Val: upper.Val, Inclusive: !upper.Inclusive},
		Upper: RangeBound{Val: lower.Val, Inclusive: !lower.Inclusive},
	})
	return err == nil && gap.Empty
}
