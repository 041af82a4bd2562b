package storage

import (
	"synapse/catalog"
	"synapse/catalog/types"
)

// Marks in front of each key column: NULLs sort as the column says.
const (
	keyNullFirst = 0x00
	keyValue     = 0x01
	keyNullLast  = 0x02
)

// appendIndexKey appends one key column in the index's order.
func appendIndexKey(dst []byte, k *catalog.IndexKey, v types.Value) []byte {
	if v.IsNull() {
		if k.NullsFirst {
			return append(dst, keyNullFirst)
		}
		return append(dst, keyNullLast)
	}
	dst = append(dst, keyValue)
	start := len(dst)
	dst = types.AppendKey(dst, k.Type, v)
	if k.Desc {
		// Keys are self-delimiting, so the complement has exactly the reverse order.
		for i := start; i < len(dst); i++ {
			dst[i] = ^dst[i]
		}
	}
	return dst
}

// appendIndexKeys appends the leading key columns of ix, one per value.
func appendIndexKeys(dst []byte, ix *catalog.Index, values []types.Value) []byte {
	for i := range values {
		dst = appendIndexKey(dst, &ix.Keys[i], values[i])
	}
	return dst
}

// successor returns the smallest key above all that begin with key; nil: there is none.
func successor(key []byte) []byte {
	for i := len(key) - 1; i >= 0; i-- {
		if key[i] != 0xff {
			out := append([]byte(nil), key[:i+1]...)
			out[i]++
			return out
		}
	}
	return nil
}

func anyNull(values []types.Value) bool {
	for i := range values {
		if values[i].IsNull() {
			return true
		}
	}
	return false
}

// rangeBounds turns a range, given in the order of values, into key bytes of
// the index: low ≤ key < high, high nil meaning no end. Where only one side
// bounds the last column, rows with NULL in it are left out, as no comparison
// is true for them.
func rangeBounds(ix *catalog.Index, r IndexRange) (low, high []byte) {
	lo, hi := r.Low, r.High
	n := max(len(lo.Key), len(hi.Key))
	if n == 0 {
		return nil, nil
	}
	col := &ix.Keys[n-1]
	if col.Desc {
		lo, hi = hi, lo
	}
	loKey := appendIndexKeys(nil, ix, lo.Key)
	hiKey := appendIndexKeys(nil, ix, hi.Key)
	switch {
	case len(lo.Key) == n && !lo.Inclusive:
		low = successor(loKey)
	case len(lo.Key) < n && col.NullsFirst:
		low = append(loKey, keyValue)
	default:
		low = loKey
	}
	switch {
	case len(hi.Key) == n && !hi.Inclusive:
		high = hiKey
	case len(hi.Key) < n && !col.NullsFirst:
		high = append(hiKey, keyNullLast)
	case len(hiKey) == 0:
		high = nil
	default:
		high = successor(hiKey)
	}
	return low, high
}
