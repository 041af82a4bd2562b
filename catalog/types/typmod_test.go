package types

import (
	"strconv"
	"strings"
	"testing"
)

// TestTypmodIn holds declarations against PostgreSQL's pg_attribute.atttypmod and format_type.
func TestTypmodIn(t *testing.T) {
	for _, c := range []struct {
		oid  OID
		mods string
		mod  int32
		text string
	}{
		{OIDVarchar, "10", 14, "character varying(10)"},
		{OIDBpchar, "3", 7, "character(3)"},
		{OIDNumeric, "10 2", 655366, "numeric(10,2)"},
		{OIDNumeric, "5", 327684, "numeric(5,0)"},
		{OIDNumeric, "3 -2", 198658, "numeric(3,-2)"},
		{OIDTimestamp, "3", 3, "timestamp(3) without time zone"},
		{OIDTimestamp, "7", 6, "timestamp(6) without time zone"},
		{OIDTimestamptz, "0", 0, "timestamp(0) with time zone"},
		{OIDTime, "2", 2, "time(2) without time zone"},
		{OIDTimetz, "1", 1, "time(1) with time zone"},
		{OIDInterval, "32767 3", 2147418115, "interval(3)"},
		{OIDInterval, "6", 458751, "interval year to month"},
		{OIDInterval, "4096 2", 268435458, "interval second(2)"},
		{OIDInterval, "7176 1", 470286337, "interval day to second(1)"},
		{OIDInterval, "32767", -1, "interval"},
		{OIDBit, "3", 3, "bit(3)"},
		{OIDVarbit, "5", 5, "bit varying(5)"},
		{OIDVarcharArray, "10", 14, "character varying(10)[]"},
		{OIDVector, "384", 384, "vector(384)"},
		{OIDHalfvec, "16000", 16000, "halfvec(16000)"},
		{OIDBpchar, "", -1, "bpchar"},
		{OIDInt4Array, "", -1, "integer[]"},
		{OIDChar, "", -1, `"char"`},
		{OIDTimestamptz, "", -1, "timestamp with time zone"},
	} {
		mod, err := TypmodIn(c.oid, strings.Fields(c.mods))
		if err != nil || mod != c.mod {
			t.Errorf("TypmodIn(%d, %s) = %d, %v, want %d", c.oid, c.mods, mod, err, c.mod)
		}
		if got := FormatType(Type{OID: c.oid, Mod: c.mod}); got != c.text {
			t.Errorf("FormatType(%d, %d) = %q, want %q", c.oid, c.mod, got, c.text)
		}
	}
}

func TestTypmodInErrors(t *testing.T) {
	for _, c := range []struct {
		oid        OID
		mods, want string
	}{
		{OIDVarchar, "0", "!22023 length for type varchar must be at least 1"},
		{OIDVarchar, "10485761", "!22023 length for type varchar cannot exceed 10485760"},
		{OIDVarchar, "1 2", "!22023 invalid type modifier"},
		{OIDBpchar, "0", "!22023 length for type char must be at least 1"},
		{OIDNumeric, "0", "!22023 NUMERIC precision 0 must be between 1 and 1000"},
		{OIDNumeric, "10 1001", "!22023 NUMERIC scale 1001 must be between -1000 and 1000"},
		{OIDNumeric, "1 2 3", "!22023 invalid NUMERIC type modifier"},
		{OIDBit, "0", "!22023 length for type bit must be at least 1"},
		{OIDVarbit, "83886081", "!22023 length for type varbit cannot exceed 83886080"},
		{OIDText, "4", `!42601 type modifier is not allowed for type "text"`},
		{OIDVector, "0", "!22023 dimensions for type vector must be at least 1"},
		{OIDVector, "16001", "!22023 dimensions for type vector cannot exceed 16000"},
		{OIDVector, "x", `!22P02 invalid input syntax for type integer: "x"`},
	} {
		mod, err := TypmodIn(c.oid, strings.Fields(c.mods))
		if got := answerOf(strconv.Itoa(int(mod)), err); got != c.want {
			t.Errorf("TypmodIn(%d, %s): got %q, want %q", c.oid, c.mods, got, c.want)
		}
	}
}

// TestAssignment applies modifiers as INSERT does: what a cast would cut is an error.
func TestAssignment(t *testing.T) {
	for _, c := range []struct {
		oid         OID
		mods, value string
		want        string
	}{
		{OIDVarchar, "2", "abc", "!22001 value too long for type character varying(2)"},
		{OIDVarchar, "2", "ab   ", "=ab"},
		{OIDBpchar, "2", "abc", "!22001 value too long for type character(2)"},
		{OIDBpchar, "3", "é", "=é  "},
		{OIDNumeric, "3 1", "99.95", "!22003 numeric field overflow|A field with precision 3, scale 1 must round to an absolute value less than 10^2."},
		{OIDNumeric, "3 1", "Infinity", "!22003 numeric field overflow|A field with precision 3, scale 1 cannot hold an infinite value."},
		{OIDNumeric, "3 1", "99.94", "=99.9"},
		{OIDBit, "2", "101", "!22026 bit string length 3 does not match type bit(2)"},
		{OIDVarbit, "2", "101", "!22001 bit string too long for type bit varying(2)"},
		{OIDVector, "3", "[1,2]", "!22000 expected 3 dimensions, not 2"},
		{OIDVector, "2", "[1,2]", "=[1,2]"},
		{OIDHalfvec, "3", "[1,2]", "!22000 expected 3 dimensions, not 2"},
		{OIDVectorArray, "1", `{"[1]","[1,2]"}`, "!22000 expected 1 dimensions, not 2"},
	} {
		mod, err := TypmodIn(c.oid, strings.Fields(c.mods))
		if err != nil {
			t.Fatal(err)
		}
		ty := Type{OID: c.oid, Mod: mod}
		read := ty.NoMod()
		if c.oid == OIDBit {
			read = Of(OIDVarbit)
		}
		v, err := ApplyTypmod(ty, mustParse(t, read, c.value), false)
		if got := answerOf(FormatText(ty, v, nil), err); got != c.want {
			t.Errorf("%s into %s: got %q, want %q", c.value, FormatType(ty), got, c.want)
		}
	}
	if v, err := ApplyTypmod(Type{OID: OIDVector, Mod: 3}, Null, false); err != nil || !v.IsNull() {
		t.Errorf("NULL does not pass: %v, %v", v, err)
	}
}
