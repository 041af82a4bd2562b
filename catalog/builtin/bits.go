package builtin

import (
	"math/bits"
	"strings"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// bitHeader is the length that stands before the packed bits of a payload.
const bitHeader = 4

func packedBits(v types.Value) string { return v.Str()[min(bitHeader, len(v.Str())):] }

// bitPair checks that two bit strings have one size.
func bitPair(a []types.Value, message string) (x, y string, err error) {
	if types.BitLen(a[0]) != types.BitLen(a[1]) {
		return "", "", sqlerr.New("22026", "%s", message)
	}
	return packedBits(a[0]), packedBits(a[1]), nil
}

func bitwise(word string, op func(a, b byte) byte) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		x, y, err := bitPair(a, "cannot "+word+" bit strings of different sizes")
		if err != nil {
			return types.Null, err
		}
		out := make([]byte, len(x))
		for i := range out {
			out[i] = op(x[i], y[i])
		}
		return types.NewBits(types.BitLen(a[0]), out), nil
	}
}

// bitDistance is pgvector's measure of two bit strings of one length.
func bitDistance(measure func(common, either, differ int) float64) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		if n, m := types.BitLen(a[0]), types.BitLen(a[1]); n != m {
			return types.Null, sqlerr.New(sqlerr.DataException, "different bit lengths %d and %d", n, m)
		}
		x, y := packedBits(a[0]), packedBits(a[1])
		common, either, differ := 0, 0, 0
		for i := 0; i < len(x); i++ {
			common += bits.OnesCount8(x[i] & y[i])
			either += bits.OnesCount8(x[i] | y[i])
			differ += bits.OnesCount8(x[i] ^ y[i])
		}
		return types.NewFloat(measure(common, either, differ)), nil
	}
}

// bitText spells the digits, for the operations that are rare enough not to
// need packed arithmetic.
func bitText(v types.Value) string {
	return types.FormatText(types.Of(types.OIDVarbit), v, types.DefaultFormat)
}

func fromBitText(s string) (types.Value, error) {
	return types.ParseText(types.Of(types.OIDVarbit), s, types.DefaultFormat)
}

// shiftBits moves left (n > 0) or right and fills with zeros.
func shiftBits(v types.Value, n int64) (types.Value, error) {
	s := bitText(v)
	size := int64(len(s))
	n = min(max(n, -size), size)
	if n >= 0 {
		return fromBitText(s[n:] + strings.Repeat("0", int(n)))
	}
	return fromBitText(strings.Repeat("0", int(-n)) + s[:size+n])
}

// bitsOfInt takes the lowest size bits of n, sign-extended where there are more.
func bitsOfInt(n, size int64) (types.Value, error) {
	if size < 1 {
		size = 1
	}
	if size > 8*textBytesMax {
		return types.Null, tooLong()
	}
	packed := make([]byte, size)
	for i := range packed {
		packed[i] = '0'
		if at := uint(size) - 1 - uint(i); at < 64 && n>>at&1 == 1 || at >= 64 && n < 0 {
			packed[i] = '1'
		}
	}
	return fromBitText(string(packed))
}

func intOfBits(t intType, width int) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		s := bitText(a[0])
		if len(s) > width {
			return types.Null, t.outOfRange()
		}
		n := int64(0)
		for i := 0; i < len(s); i++ {
			n = n<<1 | int64(s[i]-'0')
		}
		if width == 32 {
			n = int64(int32(n))
		}
		return types.NewInt(n), nil
	}
}

func init() {
	add("bitand(bit,bit)", bitwise("AND", func(a, b byte) byte { return a & b }))
	add("bitor(bit,bit)", bitwise("OR", func(a, b byte) byte { return a | b }))
	add("bitxor(bit,bit)", bitwise("XOR", func(a, b byte) byte { return a ^ b }))
	add("bitnot(bit)", func(_ *Call, a []types.Value) (types.Value, error) {
		return fromBitText(strings.NewReplacer("0", "1", "1", "0").Replace(bitText(a[0])))
	})
	add("bitshiftleft(bit,int4)", func(_ *Call, a []types.Value) (types.Value, error) { return shiftBits(a[0], a[1].Int()) })
	add("bitshiftright(bit,int4)", func(_ *Call, a []types.Value) (types.Value, error) { return shiftBits(a[0], -a[1].Int()) })
	add("bitcat(varbit,varbit)", func(_ *Call, a []types.Value) (types.Value, error) {
		return fromBitText(bitText(a[0]) + bitText(a[1]))
	})
	addAll(func(_ *Call, a []types.Value) (types.Value, error) {
		from, to, err := span(a[1].Int(), lengthArg(a, 2))
		if err != nil {
			return types.Null, err
		}
		return fromBitText(cutBytes(bitText(a[0]), from, to))
	}, "substring(bit,int4)", "substring(bit,int4,int4)")
	addAll(lift1(types.BitLen, types.NewInt, func(n int) (int64, error) { return int64(n), nil }), "length(bit)", "bit_length(bit)")
	add("octet_length(bit)", lift1(types.BitLen, types.NewInt, func(n int) (int64, error) { return int64(n+7) / 8, nil }))
	add("bit_count(bit)", lift1(packedBits, types.NewInt, func(s string) (int64, error) { return int64(onesIn(s)), nil }))
	addAll(func(_ *Call, a []types.Value) (types.Value, error) { return bitsOfInt(a[0].Int(), a[1].Int()) }, "bit(int4,int4)", "bit(int8,int4)")
	add("int4(bit)", intOfBits(integer, 32))
	add("int8(bit)", intOfBits(bigInt, 64))
	distance := func(name, operator string, measure func(common, either, differ int) float64) {
		fn := define(name+"(bit,bit) float8", bitDistance(measure))
		RegisterOperator(&Operator{Name: operator, Left: types.OIDBit, Right: types.OIDBit, Ret: types.OIDFloat8, Fn: fn, Commutator: operator})
	}
	distance("hamming_distance", "<~>", func(_, _, differ int) float64 { return float64(differ) })
	distance("jaccard_distance", "<%>", func(common, either, _ int) float64 {
		if common == 0 {
			return 1
		}
		return 1 - float64(common)/float64(either)
	})
}

func onesIn(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		n += bits.OnesCount8(s[i])
	}
	return n
}
