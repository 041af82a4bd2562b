package parse

import "testing"

func TestNormalize(t *testing.T) {
	for _, c := range []struct{ sql, want string }{
		{"SELECT  a,\n b FROM T WHERE x = 'y' -- c", "select a, b from t where x = ?"},
		{"select a, b from t where x = $1", "select a, b from t where x = ?"},
		{"SELECT * FROM t WHERE a IN (1, 2, 'x', $3)", "select * from t where a in (?)"},
		{"INSERT INTO t (a, b) VALUES (1, 'x'), (2, 'y'), (3, NULL)", "insert into t(a, b) values (?), (?, null)"},
		{`SELECT "A b".c::int[1] FROM f(1)`, `select "A b".c::int[?] from f(?)`},
		{"SELECT * FROM t AS OF '2025-01-01' ORDER BY e <=> '[1,2]' LIMIT 5;", "select * from t as of ? order by e <=> ? limit ?"},
		{"/*x*/ BEGIN;;", "begin"},
		{"", ""},
		{"SELECT 'unterminated", "select 'unterminated"},
	} {
		got, print := Normalize(c.sql)
		if got != c.want {
			t.Errorf("%q: %q, want %q", c.sql, got, c.want)
		}
		if _, again := Normalize(c.want); again != print {
			t.Errorf("%q: normalising twice changes the fingerprint", c.sql)
		}
	}
	// Lineage stores fingerprints: they may not change between releases.
	if _, print := Normalize("SELECT 1"); print != 0x5cebf5a72fb4640c {
		t.Errorf("fingerprint of SELECT 1 is %#x", print)
	}
}
