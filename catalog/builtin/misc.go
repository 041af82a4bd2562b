package builtin

import (
	"math"
	"strings"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// countNulls is num_nulls and num_nonnulls: over its arguments.
func countNulls(nulls bool) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		n := int64(0)
		for _, v := range a {
			if v.IsNull() == nulls {
				n++
			}
		}
		return types.NewInt(n), nil
	}
}

var sizeUnits = []string{"kB", "MB", "GB", "TB", "PB"}

// prettySize writes bytes in the largest unit that keeps at least two digits.
func prettySize(n int64) string {
	if n > -10240 && n < 10240 {
		return itoa(int(n)) + " bytes"
	}
	half := n / 512 // one bit more than kB, to round by
	for i, unit := range sizeUnits {
		if half > -20479 && half < 20479 || i == len(sizeUnits)-1 {
			if half < 0 {
				return itoa(int((half-1)/2)) + " " + unit
			}
			return itoa(int((half+1)/2)) + " " + unit
		}
		half /= 1024
	}
	return ""
}

// sizeBytes reads "1.5 GB".
func sizeBytes(s string) (int64, error) {
	text := strings.TrimSpace(s)
	end := 0
	for end < len(text) && (isDigitByte(text[end]) || strings.IndexByte("+-.eE", text[end]) >= 0) {
		if (text[end] == 'e' || text[end] == 'E') && (end+1 >= len(text) || !isDigitByte(text[end+1]) && text[end+1] != '-' && text[end+1] != '+') {
			break
		}
		end++
	}
	bad := sqlerr.New(sqlerr.InvalidParameterValue, "invalid size: \"%s\"", s)
	v, err := types.NumericFromString(text[:end])
	if err != nil {
		return 0, bad
	}
	unit := strings.ToLower(strings.TrimSpace(text[end:]))
	scale := int64(1)
	switch unit {
	case "", "b", "bytes":
	default:
		at := -1
		for i, u := range sizeUnits {
			if strings.EqualFold(u, unit) {
				at = i
			}
		}
		if at < 0 {
			return 0, bad.WithDetail("Invalid size unit: \"%s\".", strings.TrimSpace(text[end:])).
				WithHint("Valid units are \"bytes\", \"B\", \"kB\", \"MB\", \"GB\", \"TB\", and \"PB\".")
		}
		scale = 1 << (10 * (at + 1))
	}
	return types.DecimalOf(v).Mul(types.DecimalFromInt64(scale)).Int64("bigint")
}

// columnSize is the bytes a value would take in a PostgreSQL row, uncompressed.
func columnSize(c *Call, a []types.Value) (types.Value, error) {
	if in := types.Lookup(c.Args[0].OID); in != nil && in.Len > 0 {
		return types.NewInt(int64(in.Len)), nil
	}
	const shortMax, shortHeader, longHeader = 126, 1, 4
	n := len(a[0].Str())
	if n <= shortMax {
		return types.NewInt(int64(n + shortHeader)), nil
	}
	return types.NewInt(int64(n + longHeader)), nil
}

func init() {
	add("pg_column_size(any)", columnSize)
	add("num_nulls(any)", countNulls(true))
	add("num_nonnulls(any)", countNulls(false))
	add("pg_size_pretty(int8)", lift1(types.Value.Int, types.NewString, func(n int64) (string, error) { return prettySize(n), nil }))
	add("pg_size_pretty(numeric)", lift1(types.DecimalOf, types.NewString, func(d types.Decimal) (string, error) {
		n, err := d.Int64("bigint")
		if err != nil {
			n = math.MaxInt64
		}
		return prettySize(n), nil
	}))
	add("pg_size_bytes(text)", lift1(types.Value.Str, types.NewInt, sizeBytes))
	addAll(constant(types.Null), "inet_client_port()", "inet_server_addr()", "inet_server_port()")
	add("pg_jit_available()", constant(types.NewBool(false)))
	add("pg_trigger_depth()", constant(types.NewInt(0)))
	add("pg_encoding_max_length(int4)", constant(types.NewInt(4)))
	add("pg_is_wal_replay_paused()", constant(types.NewBool(false)))
}
