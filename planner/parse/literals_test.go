package parse

import (
	"reflect"
	"strings"
	"testing"

	"synapse/planner/ast"
)

var (
	long     = strings.Repeat("1,", 40)
	quoted64 = "'" + long + "'"
)

func TestExtractLiterals(t *testing.T) {
	q := quoted64
	for _, c := range []struct{ sql, key string }{
		{"SELECT * FROM t ORDER BY e <=> " + q + " LIMIT 5", "SELECT * FROM t ORDER BY e <=> $1 LIMIT 5"},
		{"SELECT $3, " + q + "::vector WHERE a = " + q, "SELECT $3, $4::vector WHERE a = $5"},
		{"insert into t values (1, " + q + "), (2, 'short') -- x", "insert into t values (1, $1), (2, 'short') -- x"},
		{"UPDATE t SET a = " + q + " WHERE b LIKE " + q, "UPDATE t SET a = $1 WHERE b LIKE $2"},
		{"WITH x AS (SELECT " + q + ") SELECT f(" + q + ", ARRAY[" + q + "]);", "WITH x AS (SELECT $1) SELECT f($2, ARRAY[$3]);"},
		{"SELECT CASE WHEN a THEN " + q + " ELSE " + q + " END", "SELECT CASE WHEN a THEN $1 ELSE $2 END"},
	} {
		key, lits := ExtractLiterals(c.sql)
		if key != c.key {
			t.Errorf("%s\n key %s\nwant %s", c.sql, key, c.key)
		}
		for _, l := range lits {
			if l.Text != long || c.sql[l.Start:l.End] != q || TextOffset(lits, l.KeyStart) != l.Start {
				t.Errorf("%s: literal %+v", c.sql, l)
			}
			if TextOffset(lits, l.KeyEnd) != l.End {
				t.Errorf("%s: offset behind $%d is %d, want %d", c.sql, l.Number, TextOffset(lits, l.KeyEnd), l.End)
			}
		}
	}
}

// What must stay as it is: the literal is no expression of its own there, or the
// statement is not one that is planned.
func TestExtractLiteralsLeaves(t *testing.T) {
	q := quoted64
	for _, sql := range []string{
		"SELECT interval " + q,
		"SELECT date " + q + ", numeric(10, 2) " + q,
		"SELECT s.t " + q + ", \"my type\" " + q + ", s.like " + q,
		"SELECT E" + q + ", U&" + q + ", X" + q + ", N" + q,
		"SELECT 'a'\n" + q,
		"SELECT " + q + "\n'b'",
		"SELECT $$" + long + "$$",
		"SELECT \"" + long + "\" -- " + q,
		"SELECT 1 /* " + q + " */ + 1, '" + strings.Repeat("x", longLiteralBytes-1) + "'",
		"CREATE TABLE t (a text DEFAULT " + q + ")",
		"COMMENT ON TABLE t IS " + q,
		"SET a = " + q,
		"EXPLAIN SELECT " + q,
		"DO " + q,
		"SELECT " + q + "; SELECT 2",
		"SELECT 1 AS OF " + q,
		"SELECT 1 ORDER BY " + q,
		"SELECT $65535, " + q,
		"SELECT $99999999999999999999, " + q,
		"SELECT '" + long,
		"SELECT (a = " + q + "[1])",
		"SELECT f(" + q + " /* */ .a)",
	} {
		if key, lits := ExtractLiterals(sql); key != sql || lits != nil {
			t.Errorf("%s\nbecame %s", sql, key)
		}
	}
}

func TestParseKey(t *testing.T) {
	sql := "SELECT $2, 'it''s " + long + "' || " + quoted64
	key, lits := ExtractLiterals(sql)
	stmts, err := ParseKey(key, lits)
	if err != nil {
		t.Fatal(err)
	}
	if stmts[0].Params != 2 {
		t.Errorf("params %d, want the text's own 2", stmts[0].Params)
	}
	var slots []int
	ast.Inspect(stmts[0].Stmt, func(n ast.Node) bool {
		if p, ok := n.(*ast.Param); ok && p.Slot {
			slots = append(slots, p.Number)
		}
		return true
	})
	if want := []int{3, 4}; !reflect.DeepEqual(slots, want) {
		t.Errorf("slots %v, want %v", slots, want)
	}
	if lits[0].Text != "it's "+long {
		t.Errorf("literal %q", lits[0].Text)
	}
}

// FuzzExtractLiterals puts the literals back into the tree of the key and wants
// the tree of the text.
func FuzzExtractLiterals(f *testing.F) {
	f.Add("SELECT 1, ", " || a")
	f.Add("INSERT INTO t VALUES (", ", $1)")
	f.Add("SELECT interval ", "")
	f.Add("SELECT 'a'\n", "\n'b'::text")
	for _, sql := range goldenTexts(f) {
		if head, tail, ok := strings.Cut(sql, "'"); ok {
			if _, tail, ok = strings.Cut(tail, "'"); ok {
				f.Add(head, tail)
			}
		}
	}
	f.Fuzz(func(t *testing.T, head, tail string) {
		sql := head + quoted64 + tail
		key, lits := ExtractLiterals(sql)
		if lits == nil {
			return
		}
		want, err := Parse(sql)
		if err != nil {
			return
		}
		got, err := ParseKey(key, lits)
		if err != nil {
			return // the caller parses the text itself
		}
		if g, w := dumpAll(got, lits), dumpAll(want, nil); g != w {
			t.Errorf("%q\n key %q\n got %s\nwant %s", sql, key, g, w)
		}
	})
}

// dumpAll dumps the trees with slots written as the constants they stand for.
func dumpAll(stmts []Statement, lits []Literal) string {
	var b strings.Builder
	for _, s := range stmts {
		b.WriteString(dump(s.Stmt, false))
	}
	out := b.String()
	for _, l := range lits {
		slot := dump(&ast.Param{Position: ast.Unknown, Number: l.Number, Slot: true}, false)
		literal := dump(&ast.Const{Position: ast.Unknown, Kind: ast.ConstString, Text: l.Text}, false)
		out = strings.ReplaceAll(out, slot, literal)
	}
	return out
}
