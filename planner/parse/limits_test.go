package parse

import (
	"strings"
	"testing"

	"synapse/catalog/sqlerr"
)

// TestDepth feeds the shapes that deepen the tree, just below and far above the
// bounds. A crash of the process is the failure it is there to show.
func TestDepth(t *testing.T) {
	rep := strings.Repeat
	shapes := map[string]func(n int) string{
		"parens":       func(n int) string { return "SELECT " + rep("(", n) + "1" + rep(")", n) },
		"subqueries":   func(n int) string { return rep("SELECT (", n) + "SELECT 1" + rep(")", n) },
		"from":         func(n int) string { return rep("SELECT * FROM (", n) + "SELECT 1" + rep(") x", n) },
		"calls":        func(n int) string { return "SELECT " + rep("f(", n) + "1" + rep(")", n) },
		"case":         func(n int) string { return "SELECT " + rep("CASE WHEN a THEN ", n) + "1" + rep(" END", n) },
		"case else":    func(n int) string { return "SELECT " + rep("CASE WHEN a THEN 1 ELSE ", n) + "1" + rep(" END", n) },
		"arrays":       func(n int) string { return "SELECT ARRAY" + rep("[", n) + "1" + rep("]", n) },
		"in":           func(n int) string { return rep("SELECT 1 WHERE a IN (", n) + "SELECT 1" + rep(")", n) },
		"ctes":         func(n int) string { return rep("WITH x AS (", n) + "SELECT 1" + rep(") SELECT 1", n) },
		"mixed":        func(n int) string { return rep("SELECT a + b * -c::int IN (", n) + "SELECT 1" + rep(")", n) },
		"joins nested": func(n int) string { return "SELECT * FROM " + rep("(a JOIN ", n) + "b" + rep(" ON true)", n) },
	}
	for name, shape := range shapes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := Parse(shape(MaxNesting - 5)); err != nil && name != "mixed" {
				t.Errorf("%d levels: %v", MaxNesting-5, err)
			}
			for _, n := range []int{MaxNesting + 1, 10_000, 200_000} {
				if _, err := Parse(shape(n)); !sqlerr.Is(err, sqlerr.StatementTooComplex) {
					t.Errorf("%d levels: %v, want 54001", n, err)
				}
			}
		})
	}
	chains := map[string]func(n int) string{
		"plus":    func(n int) string { return "SELECT 1" + rep(" + 1", n) },
		"minus":   func(n int) string { return "SELECT " + rep("- ", n) + "1" },
		"casts":   func(n int) string { return "SELECT 1" + rep("::int", n) },
		"not":     func(n int) string { return "SELECT " + rep("NOT ", n) + "true" },
		"unions":  func(n int) string { return "SELECT 1" + rep(" UNION ALL SELECT 1", n) },
		"joins":   func(n int) string { return "SELECT * FROM a" + rep(" JOIN a ON true", n) },
		"is null": func(n int) string { return "SELECT a" + rep(" IS NULL", n) },
		"collate": func(n int) string { return `SELECT a` + rep(` COLLATE "C"`, n) },
		"zone":    func(n int) string { return `SELECT a` + rep(` AT TIME ZONE 'x'`, n) },
	}
	for name, chain := range chains {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := Parse(chain(MaxDepth / 2)); err != nil {
				t.Errorf("%d links: %v", MaxDepth/2, err)
			}
			for _, n := range []int{MaxDepth - 5, MaxDepth + 1, 100_000} {
				if _, err := Parse(chain(n)); n > MaxDepth && !sqlerr.Is(err, sqlerr.StatementTooComplex) {
					t.Errorf("%d links: %v, want 54001", n, err)
				}
			}
		})
	}
}

// Flat statements of any length are fine: only depth is bounded.
func TestLongFlatStatements(t *testing.T) {
	rep := strings.Repeat
	for name, sql := range map[string]string{
		"and":    "SELECT 1 WHERE a = 1" + rep(" AND a = 1", 20_000),
		"or":     "SELECT 1 WHERE a = 1" + rep(" OR a = 1", 20_000),
		"in":     "SELECT 1 WHERE a IN (1" + rep(", -1", 20_000) + ")",
		"values": "VALUES (1)" + rep(", (1 + 1)", 20_000),
		"case":   "SELECT CASE" + rep(" WHEN a = 1 THEN b + 1", 10_000) + " END",
		"stmts":  rep("SELECT 1 + 1; ", 10_000),
	} {
		if _, err := Parse(sql); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTextLimits(t *testing.T) {
	for _, c := range []struct {
		name, sql string
		code      sqlerr.Code
	}{
		{"too long", "SELECT '" + strings.Repeat("x", MaxTextBytes) + "'", sqlerr.ProgramLimitExceeded},
		{"nul", "SELECT '\x00'", sqlerr.CharacterNotInRepertoire},
		{"utf8", "SELECT '\xff'", sqlerr.CharacterNotInRepertoire},
		{"cut utf8", "SELECT 'é"[:9], sqlerr.CharacterNotInRepertoire},
	} {
		if _, err := Parse(c.sql); !sqlerr.Is(err, c.code) {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
}
