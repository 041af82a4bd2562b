package parse

import (
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// listing is n items with commas between.
func listing(n int, item func(i int) string) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString([]string{",", " , ", ",\n\t", ", /* é */"}[i%4])
		}
		b.WriteString(item(i))
	}
	return b.String()
}

// TestLongLists: the tree of a text with long lists is that of the whole text.
func TestLongLists(t *testing.T) {
	numbers := listing(1000, func(i int) string { return strconv.Itoa(i * 7654321) })
	words := listing(300, func(i int) string { return "'it''s é " + strconv.Itoa(i) + "'" })
	mixed := listing(200, func(i int) string { return []string{"'x'", "007", "99999999999999999999"}[i%3] })
	signed := listing(1000, func(i int) string { return "-" + strconv.Itoa(i) })
	short := listing(100, strconv.Itoa)
	for _, c := range []struct {
		name, sql string
		taken     bool
	}{
		{"numbers", "SELECT 'é' FROM t WHERE a IN (" + numbers + ") AND b = 1; ", true},
		{"words", "DELETE FROM t WHERE a NOT  in (/* c */ " + words + " ) RETURNING b", true},
		{"two and a short one", "SELECT a IN (" + numbers + "), b IN (" + short + "), c IN (" + mixed + "), 'end'", true},
		{"two statements", "SELECT a IN (" + numbers + ");\nSELECT 2 -- é\n; UPDATE t SET a = 1 WHERE b IN (" + words + ")", true},
		{"in a subquery", "SELECT 1 WHERE a IN (SELECT b FROM u WHERE c IN (" + numbers + "))", true},
		{"as of", "SELECT a FROM t WHERE a IN (" + numbers + ") AS OF '-1s'", false},
		{"signs", "SELECT 1 WHERE a IN (" + signed + ")", false},
		{"no list", "SELECT f(" + numbers + ")", false},
		{"position", "SELECT position('x' IN (" + numbers + "))", false},
		{"syntax", "SELECT 1 WHERE a IN (" + numbers + ") b c d", false},
		{"syntax inside", "SELECT 1 WHERE a IN (" + numbers + ", ) ", false},
		{"unsupported", "SELECT 1 WHERE a IN (" + numbers + ") UNION CORRESPONDING SELECT 2", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			want, wantErr := parseWhole(c.sql)
			got, err := Parse(c.sql)
			if !reflect.DeepEqual(got, want) || !reflect.DeepEqual(err, wantErr) {
				t.Errorf("trees or errors differ: %v, %v", err, wantErr)
			}
			if _, ok, _ := parseLongLists(c.sql); ok != c.taken {
				t.Errorf("taken: %t, want %t", ok, c.taken)
			}
		})
	}
}

// BenchmarkLongList parses an IN list of 1 MB: as Parse does, and whole.
func BenchmarkLongList(b *testing.B) {
	sql := "SELECT a FROM t WHERE a IN (" + strings.Repeat("1234567,", 1<<17) + "5)"
	for name, parse := range map[string]func(string) ([]Statement, error){"list": Parse, "whole": parseWhole} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(sql)))
			for b.Loop() {
				if _, err := parse(sql); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
