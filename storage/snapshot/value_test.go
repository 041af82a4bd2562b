package snapshot

import (
	"context"
	"database/sql"
	"math"
	"testing"

	"synapse/catalog/types"
)

// parsed reads a value's text form.
func parsed(t *testing.T, typ types.Type, s string) types.Value {
	t.Helper()
	v, err := types.ParseText(typ, s, nil)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// samples are values of every kind, easy and awkward ones.
func samples(t *testing.T) []struct {
	typ types.Type
	v   types.Value
} {
	type sample = struct {
		typ types.Type
		v   types.Value
	}
	out := []sample{
		{types.Int8, types.Null},
		{types.Bool, types.NewBool(true)},
		{types.Bool, types.NewBool(false)},
		{types.Int2, types.NewInt(-32768)},
		{types.Int8, types.NewInt(math.MinInt64)},
		{types.Int8, types.NewInt(math.MaxInt64)},
		{types.OIDType, types.NewInt(math.MaxUint32)},
		{types.Char, types.NewInt(200)},
		{types.Float8, types.NewFloat(1.5)},
		{types.Float8, types.NewFloat(2)},
		{types.Float8, types.NewFloat(0)},
		{types.Float8, types.NewFloat(math.Copysign(0, -1))},
		{types.Float8, types.NewFloat(math.NaN())},
		{types.Float8, types.NewFloat(math.Inf(-1))},
		{types.Float8, types.NewFloat(5e-324)},
		{types.Float8, types.NewFloat(1 << 53)},
		{types.Float8, types.NewFloat(-9223372036854775808)},
		{types.Float4, types.NewFloat(float64(float32(0.1)))},
		{types.Text, types.NewString("")},
		{types.Text, types.NewString("123")},
		{types.Text, types.NewString("naïve 🐦 ' \" \n")},
		{types.Text, types.NewString("bad \xff utf-8")},
		{types.Text, types.NewString("nul \x00 byte")},
		{types.Bytea, types.NewString("")},
		{types.Bytea, types.NewString("\x00\xff")},
		{types.Vector, types.VectorFromFloat32s([]float32{1, -2.5, 3})},
		{types.Vector, types.VectorFromFloat32s(nil)},
	}
	for _, s := range []struct {
		typ  types.Type
		text string
	}{
		{types.Date, "2025-10-24"},
		{types.Date, "infinity"},
		{types.Date, "0044-03-15 BC"},
		{types.Time, "24:00:00"},
		{types.Timetz, "12:34:56.789+05:30"},
		{types.Timestamp, "2025-10-24 01:02:03.000004"},
		{types.Timestamp, "-infinity"},
		{types.Timestamptz, "2025-10-24 01:02:03+02"},
		{types.Timestamptz, "infinity"},
		{types.Interval, "1 mon -3 days 00:00:00.000001"},
		{types.Interval, "36:00:00"},
		{types.Interval, "0"},
		{types.Numeric, "1.50"},
		{types.Numeric, "NaN"},
		{types.Numeric, "-Infinity"},
		{types.Numeric, "0.000"},
		{types.Numeric, "123456789012345678901234567890.123456789"},
		{types.UUID, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
		{types.JSON, `{"b": 1,  "a": [1, 2]}`},
		{types.JSONB, `{"b": 1.50, "a": [1, null, "x"], "": {}}`},
		{types.JSONB, `"\u00e9"`},
		{types.TextArray, `{a,NULL,"b c",""}`},
		{types.Int4Array, `[0:1]={1,2}`},
		{types.Float8Array, `{NaN,-0,1e300}`},
		{types.Halfvec, "[1,2,3]"},
	} {
		out = append(out, sample{s.typ, parsed(t, s.typ, s.text)})
	}
	return out
}

// TestValuesSurviveSQLite stores each sample in a column of its type.
func TestValuesSurviveSQLite(t *testing.T) {
	db, err := sql.Open("sqlite", "file:"+t.TempDir()+"/v.sqlite")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for i, s := range samples(t) {
		for _, q := range []string{"DROP TABLE IF EXISTS t", "CREATE TABLE t (x " + formOf(s.typ).affinity() + ")"} {
			if _, err := db.Exec(q); err != nil {
				t.Fatal(err)
			}
		}
		bound := store(s.typ, s.v)
		if _, err := db.Exec("INSERT INTO t VALUES (?)", bound); err != nil {
			t.Fatal(err)
		}
		var raw any
		if err := db.QueryRowContext(context.Background(), "SELECT x FROM t").Scan(&raw); err != nil {
			t.Fatal(err)
		}
		got, err := restore(s.typ, raw)
		if err != nil || !got.Identical(s.v) {
			t.Errorf("sample %d, %s: stored %v (%T), read %v (%T): %v", i, typeName(s.typ), bound, bound, raw, raw, err)
		}
		col := &table{columns: []column{{typ: s.typ}}}
		if col.checksum(1, 2, 1, []any{bound}) != col.checksum(1, 2, 1, []any{raw}) {
			t.Errorf("sample %d, %s: the checksum differs between %T and %T", i, typeName(s.typ), bound, raw)
		}
		var v any
		if err := db.QueryRow("SELECT " + shown(s.typ, "x") + " FROM t").Scan(&v); err != nil || (v == nil) != s.v.IsNull() {
			t.Errorf("sample %d, %s: a view shows %v: %v", i, typeName(s.typ), v, err)
		}
	}
}

func TestReadableForms(t *testing.T) {
	for _, c := range []struct {
		typ  types.Type
		text string
	}{
		{types.Timestamptz, "2025-10-24 01:02:03+00"},
		{types.Numeric, "1.50"},
		{types.UUID, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
		{types.JSONB, `{"a": 1}`},
		{types.Interval, "1 mon 2 days"},
		{types.TextArray, "{a,b}"},
	} {
		if got := store(c.typ, parsed(t, c.typ, c.text)); got != c.text {
			t.Errorf("%s %q is stored as %v", typeName(c.typ), c.text, got)
		}
	}
}

func TestRestoreRefusesOtherClasses(t *testing.T) {
	for _, c := range []struct {
		typ types.Type
		raw any
	}{{types.Int4, "1"}, {types.Text, int64(1)}, {types.Bool, 1.5}, {types.Int4, []byte{1, 2}}, {types.UUID, "no uuid"}, {types.Vector, "[1]"}} {
		if v, err := restore(c.typ, c.raw); err == nil {
			t.Errorf("%s from %T gave %v", typeName(c.typ), c.raw, v)
		}
	}
}
