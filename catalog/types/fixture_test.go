package types

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"synapse/catalog/sqlerr"
)

// fixture is one line of testdata/*.tsv: the question's columns, the answer last.
type fixture struct {
	line int
	cols []string
}

func (f fixture) answer() string { return f.cols[len(f.cols)-1] }

// readFixtures reads a file that regen.sh wrote from a real PostgreSQL.
func readFixtures(t testing.TB, name string) []fixture {
	t.Helper()
	file, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unescape := strings.NewReplacer(`\\`, `\`, `\t`, "\t", `\n`, "\n", `\r`, "\r", `\b`, "\b", `\f`, "\f")
	var out []fixture
	sc := bufio.NewScanner(file)
	sc.Buffer(nil, 1<<20)
	for n := 1; sc.Scan(); n++ {
		cols := strings.Split(sc.Text(), "\t")
		for i := range cols {
			cols[i] = unescape.Replace(cols[i])
		}
		out = append(out, fixture{n, cols})
	}
	if err := sc.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// answerOf words a result as the fixture files do.
func answerOf(text string, err error) string {
	if err == nil {
		return "=" + text
	}
	e := sqlerr.From(err)
	s := fmt.Sprintf("!%s %s", e.Code, e.Message)
	if e.Detail != "" {
		s += "|" + e.Detail
	}
	return s
}

// fixtureType reads a type's SQL name as the files write it: "varchar(3)", "int4[]".
func fixtureType(t testing.TB, name string) Type {
	t.Helper()
	name, array := strings.CutSuffix(name, "[]")
	base, mods, hasMods := strings.Cut(strings.TrimSuffix(name, ")"), "(")
	base = strings.Trim(base, `"`)
	if base == "char" && hasMods {
		base = "bpchar"
	}
	in := LookupName(base)
	if in == nil {
		t.Fatalf("no type %q", base)
	}
	ty := Of(in.OID)
	if hasMods {
		list := strings.Split(mods, ",")
		if base == "interval" {
			list = append([]string{strconv.Itoa(intervalFullRange)}, list...)
		}
		var err error
		if ty.Mod, err = TypmodIn(ty.OID, list); err != nil {
			t.Fatal(err)
		}
	}
	if array {
		ty = ty.ArrayOf()
	}
	return ty
}

// fixtureFormat applies name=value;… to the default settings.
func fixtureFormat(t testing.TB, settings string) *Format {
	t.Helper()
	f := *DefaultFormat
	for _, s := range strings.Split(settings, ";") {
		name, value, _ := strings.Cut(s, "=")
		switch name {
		case "timezone":
			if value == "<+03>-03" {
				f.Zone = time.FixedZone("+03", 3*3600)
				continue
			}
			z, err := LoadZone(value)
			if err != nil {
				t.Fatal(err)
			}
			f.Zone = z
		case "datestyle":
			f.DateStyle, f.DateOrder, _ = strings.Cut(value, ",")
		case "intervalstyle":
			f.IntervalStyle = value
		case "extra_float_digits":
			fmt.Sscan(value, &f.ExtraFloatDigits)
		case "bytea_output":
			f.ByteaOutput = value
		}
	}
	return &f
}

// TestInputOutput compares text input and output with PostgreSQL's.
func TestInputOutput(t *testing.T) {
	for _, fx := range readFixtures(t, "input.tsv") {
		ty, f := fixtureType(t, fx.cols[1]), fixtureFormat(t, fx.cols[0])
		v, err := ParseText(ty, fx.cols[2], f)
		if err == nil {
			v, err = ApplyTypmod(ty, v, true)
		}
		text := ""
		if err == nil {
			text = string(AppendText(nil, ty, v, f))
		}
		if got := answerOf(text, err); got != fx.answer() {
			t.Errorf("input.tsv:%d: %s %q [%s]\n got %q\nwant %q", fx.line, fx.cols[1], fx.cols[2], fx.cols[0], got, fx.answer())
		}
	}
}
