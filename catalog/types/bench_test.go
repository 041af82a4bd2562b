package types

import "testing"

func BenchmarkParseTimestamptz(b *testing.B) {
	for b.Loop() {
		_, _ = ParseText(Timestamptz, "2024-02-29 12:34:56.789+00", DefaultFormat)
	}
}

func BenchmarkAppendTimestamptz(b *testing.B) {
	v := mustParse(b, Timestamptz, "2024-02-29 12:34:56.789+00")
	var buf []byte
	for b.Loop() {
		buf = AppendText(buf[:0], Timestamptz, v, DefaultFormat)
	}
}

const benchDocument = `{"kind":"fact","source":{"agent":"a1","session":"s-17"},"tags":["refund","order","vip"],"score":0.75,"n":12}`

func BenchmarkJSONBFromText(b *testing.B) {
	for b.Loop() {
		_, _ = JSONBFromText(benchDocument)
	}
}

func BenchmarkJSONBGet(b *testing.B) {
	j := AsJSONB(mustParse(b, JSONB, benchDocument))
	for b.Loop() {
		j.Get("source")
	}
}

func BenchmarkNumericAdd(b *testing.B) {
	x, y := mustParse(b, Numeric, "12345.67"), mustParse(b, Numeric, "0.005")
	for b.Loop() {
		_, _ = NumericAdd(x, y)
	}
}

func BenchmarkNumericDiv(b *testing.B) {
	x, y := mustParse(b, Numeric, "12345.67"), mustParse(b, Numeric, "7")
	for b.Loop() {
		_, _ = NumericDiv(x, y)
	}
}

func BenchmarkParseVector384(b *testing.B) {
	f := make([]float32, 384)
	for i := range f {
		f[i] = float32(i%17)/16 - 0.53125
	}
	text := FormatText(Vector, VectorFromFloat32s(f), nil)
	for b.Loop() {
		_, _ = ParseText(Vector, text, nil)
	}
}

func BenchmarkHashText(b *testing.B) {
	h := HashFunc(Text)
	v := NewString("user:4321")
	for b.Loop() {
		h(v)
	}
}

func BenchmarkAppendKeyText(b *testing.B) {
	v := NewString("user:4321")
	var buf []byte
	for b.Loop() {
		buf = AppendKey(buf[:0], Text, v)
	}
}

func BenchmarkHashInt8(b *testing.B) {
	h := HashFunc(Int8)
	for b.Loop() {
		h(NewInt(4321))
	}
}
