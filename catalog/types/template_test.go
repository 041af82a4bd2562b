package types

import (
	"strings"
	"testing"
)

// TestTemplates compares to_char, to_timestamp, to_date and to_number with PostgreSQL's.
func TestTemplates(t *testing.T) {
	for _, fx := range readFixtures(t, "templates.tsv") {
		text, err := evalTemplate(t, fixtureFormat(t, fx.cols[0]), fx.cols[1], fx.cols[2], fx.cols[3])
		if got := answerOf(text, err); got != fx.answer() {
			t.Errorf("templates.tsv:%d: %s(%q, %q) [%s]\n got %q\nwant %q", fx.line, fx.cols[1], fx.cols[2], fx.cols[3], fx.cols[0], got, fx.answer())
		}
	}
}

func evalTemplate(t *testing.T, f *Format, fn, arg, pattern string) (string, error) {
	fn, typeName, _ := strings.Cut(fn, " ")
	if fn == "to_char" {
		if typeName == "int" {
			typeName = "int4"
		}
		ty := fixtureType(t, typeName)
		v, err := ParseText(ty, arg, f)
		if err != nil {
			t.Fatal(err)
		}
		switch ty.OID {
		case OIDTimestamp:
			return nullableText(ToCharTimestamp(v.Int(), nil, pattern), nil)
		case OIDTimestamptz:
			return nullableText(ToCharTimestamp(v.Int(), f.Zone, pattern), nil)
		case OIDInterval:
			return nullableText(ToCharInterval(AsSpan(v), pattern))
		case OIDInt4:
			return ToCharNumber(DecimalFromInt64(v.Int()), pattern)
		case OIDFloat8:
			return ToCharFloat(v.Float(), 64, pattern)
		case OIDFloat4:
			return ToCharFloat(v.Float(), 32, pattern)
		}
		return ToCharNumber(DecimalOf(v), pattern)
	}
	var v Value
	var err error
	ty := Timestamptz
	switch fn {
	case "to_timestamp":
		v, err = ToTimestamp(arg, pattern, f)
	case "to_date":
		v, err = ToDate(arg, pattern)
		ty = Date
	case "to_number":
		v, err = ToNumber(arg, pattern)
		ty = Numeric
	}
	if err != nil {
		return "", err
	}
	return FormatText(ty, v, f), nil
}

func nullableText(v Value, err error) (string, error) {
	if err == nil && v.IsNull() {
		return "<null>", nil
	}
	return v.Str(), err
}
