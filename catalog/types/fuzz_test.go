package types

import "testing"

// fuzzType picks a type by number; every registered one is tried.
func fuzzType(n uint16) Type { return Of(All()[int(n)%len(All())].OID) }

func addFixtures(f *testing.F) {
	index := map[OID]uint16{}
	for i, in := range All() {
		index[in.OID] = uint16(i)
	}
	for i, fx := range readFixtures(f, "input.tsv") {
		if i%3 == 0 {
			f.Add(index[fixtureType(f, fx.cols[1]).OID], fx.cols[2])
		}
	}
}

// FuzzParseText: no text may panic, and what is read must write and read back as an equal value.
func FuzzParseText(f *testing.F) {
	addFixtures(f)
	f.Fuzz(func(t *testing.T, n uint16, s string) {
		ty := fuzzType(n)
		v, err := ParseText(ty, s, nil)
		if err != nil {
			return
		}
		text := FormatText(ty, v, nil)
		back, err := ParseText(ty, text, nil)
		if err != nil {
			// A regtype's name is read by a catalog only, which Format brings along.
			if len(text) > dateTextBytesMax || ty.Kind() == KindName || ty.Kind() == KindArray || ty.OID == OIDRegtype {
				return
			}
			t.Fatalf("%s: %q is read but its output %q is not: %v", FormatType(ty), s, text, err)
		}
		if ty.Kind() != KindChar && !Equal(ty, v, back) {
			t.Fatalf("%s: %q reads as %q, which reads as %q", FormatType(ty), s, text, FormatText(ty, back, nil))
		}
		AppendKey(nil, ty, v)
		Hash(ty, v)
	})
}

// FuzzParseBinary: no bytes may panic or allocate beyond their own measure.
func FuzzParseBinary(f *testing.F) {
	index := map[OID]uint16{}
	for i, in := range All() {
		index[in.OID] = uint16(i)
	}
	for _, fx := range readFixtures(f, "binary.tsv") {
		ty := fixtureType(f, fx.cols[0]).NoMod()
		v, err := ParseText(ty, fx.cols[1], nil)
		if err != nil {
			f.Fatal(err)
		}
		b, err := AppendBinary(nil, ty, v)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(index[ty.OID], b)
	}
	f.Fuzz(func(t *testing.T, n uint16, b []byte) {
		ty := fuzzType(n)
		v, err := ParseBinary(ty, b)
		if err != nil {
			return
		}
		FormatText(ty, v, nil)
		AppendKey(nil, ty, v)
		Hash(ty, v)
		if _, err := AppendBinary(nil, ty, v); err != nil {
			t.Fatalf("%s: read from binary but cannot be sent: %v", FormatType(ty), err)
		}
	})
}

// FuzzJSONBPayload: a damaged payload that CheckJSONB accepts is safe to read.
func FuzzJSONBPayload(f *testing.F) {
	for _, s := range []string{`null`, `1.5`, `"x"`, `[1,[true,null]]`, `{"a":{"b":[1,2]},"cc":"d"}`} {
		f.Add(mustParse(f, JSONB, s).Str())
	}
	f.Fuzz(func(t *testing.T, payload string) {
		if CheckJSONB(payload) != nil {
			return
		}
		v := NewString(payload)
		AppendJSONB(nil, AsJSONB(v))
		AppendKey(nil, JSONB, v)
		if Compare(JSONB, v, v) != 0 {
			t.Fatal("a value differs from itself")
		}
		tree := AsJSONB(v).Expand()
		tree.Encode()
	})
}

// FuzzTemplates: neither text nor template may panic.
func FuzzTemplates(f *testing.F) {
	for i, fx := range readFixtures(f, "templates.tsv") {
		if i%40 == 0 {
			f.Add(fx.cols[2], fx.cols[3])
		}
	}
	f.Fuzz(func(t *testing.T, s, pattern string) {
		if len(pattern) > 200 {
			return
		}
		_, _ = ToTimestamp(s, pattern, DefaultFormat)
		_, _ = ToNumber(s, pattern)
		_, _ = ToCharNumber(DecimalFromInt64(int64(len(s))), pattern)
		_, _ = ToCharFloat(float64(len(s))/3, 64, pattern)
		_, _ = ToCharInterval(Span{Micros: int64(len(s)) * usPerHour, Months: -1}, pattern)
		ToCharTimestamp(int64(len(s))*usPerDay, DefaultFormat.Zone, pattern)
	})
}
