package types

import (
	"math"
	"strings"
	"testing"
)

// TestVectorInput has pgvector's answers.
func TestVectorInput(t *testing.T) {
	many := func(n int) string { return "[" + strings.TrimSuffix(strings.Repeat("1,", n), ",") + "]" }
	for _, c := range []struct{ in, want string }{
		{"[1,2,3]", "=[1,2,3]"},
		{" [ 1 , 2.5,-3e-10 ] ", "=[1,2.5,-3e-10]"},
		{"[0.1]", "=[0.1]"},
		{"[16777217]", "=[1.6777216e+07]"},
		{"[1e-50]", "=[0]"},
		{"[-0]", "=[-0]"},
		{many(VectorDimsMax), "=" + many(VectorDimsMax)},
		{many(VectorDimsMax + 1), "!54000 vector cannot have more than 16000 dimensions"},
		{"[]", "!22000 vector must have at least 1 dimension"},
		{"[ ]", "!22000 vector must have at least 1 dimension"},
		{"[NaN]", "!22000 NaN not allowed in vector"},
		{"[1,Infinity]", "!22000 infinite value not allowed in vector"},
		{"[-inf]", "!22000 infinite value not allowed in vector"},
		{"[1e39]", `!22003 "1e39" is out of range for type vector`},
		{"1,2", `!22P02 invalid input syntax for type vector: "1,2"|Vector contents must start with "[".`},
		{"", `!22P02 invalid input syntax for type vector: ""|Vector contents must start with "[".`},
		{"[1,2", `!22P02 invalid input syntax for type vector: "[1,2"`},
		{"[1,]", `!22P02 invalid input syntax for type vector: "[1,]"`},
		{"[,1]", `!22P02 invalid input syntax for type vector: "[,1]"`},
		{"[1 2]", `!22P02 invalid input syntax for type vector: "[1 2]"`},
		{"[a]", `!22P02 invalid input syntax for type vector: "[a]"`},
		{"[1]x", `!22P02 invalid input syntax for type vector: "[1]x"|Junk after closing right brace.`},
	} {
		v, err := ParseText(Vector, c.in, nil)
		if got := answerOf(FormatText(Vector, v, nil), err); got != c.want {
			t.Errorf("%.40q: got %.80q, want %.80q", c.in, got, c.want)
		}
	}
}

// TestVectorBinary refuses what pgvector's recv refuses, before it allocates.
func TestVectorBinary(t *testing.T) {
	nan := []byte{0, 1, 0, 0, 0x7f, 0xc0, 0, 0}
	for _, c := range []struct {
		in   []byte
		want string
	}{
		{[]byte{0, 1, 0, 0, 0x3f, 0x80, 0, 0}, "=[1]"},
		{[]byte{0, 0, 0, 0}, "!22000 vector must have at least 1 dimension"},
		{[]byte{0x7f, 0xff, 0, 0}, "!54000 vector cannot have more than 16000 dimensions"},
		{[]byte{0, 1, 0, 1, 0, 0, 0, 0}, "!22000 expected unused to be 0, not 1"},
		{[]byte{0, 2, 0, 0, 0x3f, 0x80, 0, 0}, "!08P01 insufficient data left in message"},
		{[]byte{0, 1, 0, 0, 0, 0, 0, 0, 9}, "!22P03 incorrect binary data format"},
		{nan, "!22000 NaN not allowed in vector"},
		{nil, "!08P01 insufficient data left in message"},
	} {
		v, err := ParseBinary(Vector, c.in)
		if got := answerOf(FormatText(Vector, v, nil), err); got != c.want {
			t.Errorf("%x: got %q, want %q", c.in, got, c.want)
		}
	}
}

func TestAsFloat32s(t *testing.T) {
	want := []float32{1, -2.5, 3e-10}
	aligned := VectorFromFloat32s(want)
	shifted := NewString(("x" + aligned.Str())[1:])
	for _, v := range []Value{aligned, shifted} {
		got := AsFloat32s(v)
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("element %d: %v", i, got[i])
			}
		}
	}
	if VectorDims(Vector, aligned) != 3 || AsFloat32s(NewString("")) != nil {
		t.Error("dimensions")
	}
}

// TestHalfRounding walks every half: widening and narrowing is the identity, and
// halfway points round to even.
func TestHalfRounding(t *testing.T) {
	for h := 0; h <= math.MaxUint16; h++ {
		f := HalfToFloat32(uint16(h))
		if f != f {
			continue
		}
		if got := Float32ToHalf(f); got != uint16(h) {
			t.Fatalf("%#04x widens to %v, which narrows to %#04x", h, f, got)
		}
		if h&0x7fff >= 0x7bff {
			continue
		}
		mid := (float64(f) + float64(HalfToFloat32(uint16(h+1)))) / 2
		if got := Float32ToHalf(float32(mid)); int(got) != h+h&1 {
			t.Fatalf("the middle of %#04x and the next narrows to %#04x", h, got)
		}
	}
	for in, want := range map[string]string{
		"[1,0.1,65504]": "=[1,0.099975586,65504]",
		"[65519]":       "=[65504]",
		"[65520]":       `!22003 "65520" is out of range for type halfvec`,
		"[1e-8]":        "=[0]",
	} {
		v, err := ParseText(Halfvec, in, nil)
		if got := answerOf(FormatText(Halfvec, v, nil), err); got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
}
