package wire

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"
)

// TestParametersAndResults sends a value of every type as text and asks for it in
// binary, then sends what came back in binary and asks for text: both directions
// of both formats must agree. The binary form is pinned where it is short.
func TestParametersAndResults(t *testing.T) {
	s := newTestServer(t)
	c := s.login()
	tests := []struct{ typ, text, binary string }{
		{"bool", "t", "01"},
		{"int2", "-2", "fffe"},
		{"int4", "305419896", "12345678"},
		{"int8", "-1", "ffffffffffffffff"},
		{"float4", "1.5", "3fc00000"},
		{"float8", "-0.1", "bfb999999999999a"},
		{"float8", "NaN", ""},
		{"float8", "-Infinity", ""},
		{"numeric", "12345.678", "000300010000000300010929" + "1a7c"},
		{"numeric", "0.000", ""},
		{"numeric", "NaN", ""},
		{"text", "grüß dich", ""},
		{"varchar", "abc", "616263"},
		{"bpchar", "abc", "616263"},
		{"bytea", "\\x00ff10", "00ff10"},
		{"uuid", "00112233-4455-6677-8899-aabbccddeeff", "00112233445566778899aabbccddeeff"},
		{"json", `{"a": [1, null]}`, "7b2261223a205b312c206e756c6c5d7d"},
		{"jsonb", `{"a": [1, null]}`, "017b2261223a205b312c206e756c6c5d7d"},
		{"date", "2025-10-24", "000024d4"},
		{"date", "infinity", "7fffffff"},
		{"time", "13:14:15.5", "0000000b187d38e0"},
		{"timestamp", "2000-01-01 00:00:01", "00000000000f4240"},
		{"timestamptz", "1999-12-31 23:59:59+00", "fffffffffff0bdc0"},
		{"interval", "1 year 2 mons 3 days 04:05:06", ""},
		{"int4[]", "{1,NULL,3}", "00000001000000010000001700000003000000010000000400000001" + "ffffffff0000000400000003"},
		{"text[]", `{a,"b c",NULL}`, ""},
		{"text[]", `{{a,b},{c,d}}`, ""},
		{"numeric[]", "{1.5,-2}", ""},
		{"timestamptz[]", `{"2000-01-01 00:00:00+00"}`, ""},
		{"int4[]", "{}", ""},
		{"vector", "[1,2,-0.5]", "000300003f80000040000000bf000000"},
		{"oid", "4294967295", "ffffffff"},
		{"name", "pg_class", ""},
	}
	for _, test := range tests {
		t.Run(test.typ+" "+test.text, func(t *testing.T) {
			c.query("SET TimeZone = 'UTC'")
			c.hide = "12CZ"
			defer func() { c.hide = "" }()
			sql := fmt.Sprintf("SELECT $1::%s AS v, $1::%s IS NULL AS n", test.typ, test.typ)
			same(t, c.ask(&parse{Query: sql}, &bind{Parameters: texts(test.text)}, &execute{}), "D "+printable([]byte(test.text))+"|f")
			raw := c.value(t, sql, []byte(test.text), 0, 1)
			if got := fmt.Sprintf("%x", raw); test.binary != "" && got != test.binary {
				t.Errorf("binary %s, want %s", got, test.binary)
			}
			if back := c.value(t, sql, raw, 1, 0); string(back) != test.text {
				t.Errorf("%q came back as %q", test.text, back)
			}
			same(t, c.ask(&parse{Query: sql}, &bind{Parameters: [][]byte{nil}}, &execute{}), "D NULL|t")
			// Cut short, the binary form is an error and nothing worse.
			if len(raw) > 1 && !strings.Contains(" text varchar bpchar json jsonb bytea name ", " "+test.typ+" ") {
				got := c.ask(&parse{Query: sql}, &bind{Parameters: [][]byte{raw[:len(raw)-1]}, ParameterFormatCodes: []int16{1}}, &execute{})
				if !strings.HasPrefix(got, "E 22P03") && !strings.HasPrefix(got, "E 08P01") {
					t.Errorf("a short value: %s", got)
				}
			}
		})
	}
}

// value runs a query of one parameter and returns its first column as it came.
func (c *client) value(t *testing.T, sql string, param []byte, in, out int16) []byte {
	t.Helper()
	c.send(&parse{Query: sql}, &bind{Parameters: [][]byte{param}, ParameterFormatCodes: []int16{in}, ResultFormatCodes: []int16{out}}, &execute{}, &pgproto3.Sync{})
	var value []byte
	for {
		m, err := c.fe.Receive()
		if err != nil {
			t.Fatal(err)
		}
		switch m := m.(type) {
		case *pgproto3.DataRow:
			value = append([]byte{}, m.Values[0]...)
		case *pgproto3.ErrorResponse:
			t.Errorf("%s %s", m.Code, m.Message)
		case *pgproto3.ReadyForQuery:
			return value
		}
	}
}
