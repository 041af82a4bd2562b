package types

import (
	"strings"
	"testing"

	"synapse/catalog/sqlerr"
)

func mustParse(t testing.TB, ty Type, s string) Value {
	t.Helper()
	v, err := ParseText(ty, s, nil)
	if err != nil {
		t.Fatalf("%s %q: %v", FormatType(ty), s, err)
	}
	return v
}

// The answers are PostgreSQL's to: select a::jsonb @> b::jsonb.
func TestJSONBContains(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{`{"a":1,"b":2}`, `{"a":1}`, true},
		{`{"a":1}`, `{"a":1.0}`, true},
		{`{"a":1}`, `{"a":"1"}`, false},
		{`{"a":{"b":[1,2,{"c":3}]}}`, `{"a":{"b":[{"c":3}]}}`, true},
		{`{"a":{"b":1}}`, `{"b":1}`, false},
		{`[1,2,3]`, `[3,1,1]`, true},
		{`[1,2,3]`, `2`, true},
		{`[1,2,3]`, `4`, false},
		{`[[1,2]]`, `[1]`, false},
		{`[[1,2]]`, `[[1]]`, true},
		{`["foo"]`, `"foo"`, true},
		{`"foo"`, `["foo"]`, false},
		{`{}`, `{}`, true},
		{`[]`, `{}`, false},
		{`{"a":[]}`, `{"a":[]}`, true},
		{`null`, `null`, true},
		{`[null]`, `null`, true},
	} {
		a, b := mustParse(t, JSONB, c.a), mustParse(t, JSONB, c.b)
		if got := JSONBContains(AsJSONB(a), AsJSONB(b)); got != c.want {
			t.Errorf("%s @> %s = %v", c.a, c.b, got)
		}
	}
}

// TestJSONBLookup reads objects of every offset width without decoding them.
func TestJSONBLookup(t *testing.T) {
	for _, filler := range []int{0, 300, 70000} {
		doc := `{"bb":[1,{"x":true}],"a":"` + strings.Repeat("f", filler) + `","c":null,"aaa":1.10}`
		j := AsJSONB(mustParse(t, JSONB, doc))
		if j.Len() != 4 || j.Key(0) != "a" || j.Key(3) != "aaa" {
			t.Fatalf("filler %d: keys are out of order", filler)
		}
		if v, ok := j.Get("a"); !ok || len(v.Str()) != filler {
			t.Errorf("filler %d: a", filler)
		}
		if v, ok := j.Get("aaa"); !ok || string(AppendJSONB(nil, v)) != "1.10" {
			t.Errorf("filler %d: aaa", filler)
		}
		if _, ok := j.Get("b"); ok {
			t.Errorf("filler %d: found a key that is not there", filler)
		}
		v, _ := j.Get("bb")
		if e, ok := v.Element(-1); !ok || e.Kind() != JSONObject {
			t.Errorf("filler %d: last element", filler)
		}
		if _, ok := v.Element(2); ok {
			t.Errorf("filler %d: element out of range", filler)
		}
		// Editing one level keeps the rest encoded and gives the same value.
		tree := j.Expand()
		if back := tree.Encode(); !back.Identical(j.Value()) {
			t.Errorf("filler %d: expanded and encoded differs", filler)
		}
	}
}

func TestJSONBDepth(t *testing.T) {
	for _, ty := range []Type{JSON, JSONB} {
		if _, err := ParseText(ty, strings.Repeat("[", JSONDepthMax)+strings.Repeat("]", JSONDepthMax), nil); err != nil {
			t.Errorf("%s: the deepest nesting allowed: %v", FormatType(ty), err)
		}
		_, err := ParseText(ty, strings.Repeat("[", 10*JSONDepthMax), nil)
		if !sqlerr.Is(err, sqlerr.StatementTooComplex) {
			t.Errorf("%s: beyond it: %v", FormatType(ty), err)
		}
	}
}

// The answers are PostgreSQL's to: select a::timestamptz + b::interval.
func TestTimestamptzAddInterval(t *testing.T) {
	ny, err := LoadZone("america/new_york")
	if err != nil {
		t.Fatal(err)
	}
	f := *DefaultFormat
	f.Zone = ny
	for _, c := range []struct{ ts, span, want string }{
		{"2024-01-31 10:00", "1 month", "2024-02-29 10:00:00-05"},
		{"2024-03-09 10:00", "1 day", "2024-03-10 10:00:00-04"},
		{"2024-03-09 10:00", "24 hours", "2024-03-10 11:00:00-04"},
		{"2024-03-09 02:30", "1 day", "2024-03-10 03:30:00-04"},
		{"2024-11-02 01:30", "1 day", "2024-11-03 01:30:00-05"},
		{"2024-02-29 00:00", "-1 year", "2023-02-28 00:00:00-05"},
		{"2024-05-31 00:00", "-1 mon 1 day", "2024-05-01 00:00:00-04"},
		{"infinity", "1 day", "infinity"},
	} {
		ts, err := ParseText(Timestamptz, c.ts, &f)
		if err != nil {
			t.Fatal(err)
		}
		got, err := TimestamptzAddInterval(ts.Int(), AsSpan(mustParse(t, Interval, c.span)), ny)
		if err != nil || FormatText(Timestamptz, NewInt(got), &f) != c.want {
			t.Errorf("%s + %s = %s, %v, want %s", c.ts, c.span, FormatText(Timestamptz, NewInt(got), &f), err, c.want)
		}
	}
	_, err = TimestamptzAddInterval(timestampEnd-1, Span{Micros: 1}, nil)
	if !sqlerr.Is(err, sqlerr.DatetimeFieldOverflow) {
		t.Errorf("beyond the range: %v", err)
	}
}
