package bind

import (
	"strings"
	"testing"
)

// TestLarge binds large texts. Where the work per item grew with the number of
// items, the test would run into its time limit.
func TestLarge(t *testing.T) {
	repeat := func(first, rest string, n int) string { return first + strings.Repeat(rest, n) }
	for name, sql := range map[string]string{
		"in list":    "SELECT a FROM t WHERE a IN (" + repeat("1", ",2", 100_000) + ")",
		"values":     "INSERT INTO u (a) VALUES " + repeat("(1)", ",(2)", 20_000),
		"or":         "SELECT a FROM t WHERE " + repeat("a = 1", " OR a = 2", 5_000),
		"columns":    "SELECT " + repeat("a", ",a", 1600) + " FROM t ORDER BY a",
		"group by":   "SELECT count(*), " + repeat("a", "+1", 500) + " FROM t GROUP BY " + repeat("a", "+1", 500),
		"union":      repeat("SELECT 1", " UNION ALL SELECT 2", 300),
		"subqueries": strings.Repeat("SELECT * FROM (", 200) + "SELECT a FROM t" + strings.Repeat(") s", 200),
		"sublinks":   "SELECT " + strings.Repeat("(SELECT a FROM u WHERE a = ", 60) + "1" + strings.Repeat(")", 60),
		"with":       "WITH x0 AS (SELECT a FROM t)" + chain(100) + " SELECT * FROM x100",
	} {
		if _, err := bindText(t, sql); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func chain(n int) string {
	var out strings.Builder
	for i := 1; i <= n; i++ {
		out.WriteString(", x" + itoa(i) + " AS (SELECT a FROM x" + itoa(i-1) + ")")
	}
	return out.String()
}
