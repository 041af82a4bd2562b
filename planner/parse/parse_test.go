package parse

import (
	"strings"
	"testing"

	"synapse/catalog/sqlerr"
	"synapse/planner/ast"
)

// Views are kept as text: it must parse to the same query again.
func TestQueryTextParsesAgain(t *testing.T) {
	for _, sql := range goldenTexts(t) {
		stmts, err := Parse(sql)
		if err != nil {
			continue
		}
		for _, s := range stmts {
			text, query := "", ast.Stmt(nil)
			switch v := s.Stmt.(type) {
			case *ast.CreateViewStmt:
				text, query = v.QueryText, v.Query
			case *ast.CreateTableAsStmt:
				if v.SelectInto {
					continue
				}
				text, query = v.QueryText, v.Query
			case *ast.PrepareStmt:
				text, query = v.Text, v.Query
			case *ast.DeclareStmt:
				text, query = v.Text, v.Query
			default:
				continue
			}
			again, err := Parse(text)
			if err != nil || len(again) != 1 {
				t.Errorf("%s\nquery text %q: %v", sql, text, err)
				continue
			}
			if got, want := dump(again[0].Stmt, false), dump(query, false); got != want {
				t.Errorf("%s\nquery text %q\n got %s\nwant %s", sql, text, got, want)
			}
		}
	}
}

func TestSelectSpans(t *testing.T) {
	for _, c := range []struct{ sql, span string }{
		{"  SELECT 1 ; SELECT 2", "SELECT 1"},
		{"EXPLAIN (COSTS off) SELECT 1", "SELECT 1"},
		{"EXPLAIN ANALYZE VERBOSE SELECT 'é'", "SELECT 'é'"},
		{"EXPLAIN (SELECT 1)", "(SELECT 1)"},
		{"COPY (SELECT 1 AS OF '1') TO STDOUT", "SELECT 1 AS OF '1'"},
		{"CREATE VIEW v WITH (a = b) AS SELECT x AS y WITH CASCADED CHECK OPTION", "SELECT x AS y"},
		{"DECLARE c CURSOR FOR SELECT 1 FOR UPDATE", "SELECT 1 FOR UPDATE"},
	} {
		stmts, err := Parse(c.sql)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		ast.Inspect(stmts[0].Stmt, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectStmt); ok && s.Start >= 0 && got == "" {
				got = c.sql[s.Start:s.End]
			}
			return true
		})
		if got != c.span {
			t.Errorf("%s: span %q, want %q", c.sql, got, c.span)
		}
	}
}

// FuzzParse wants no crash, errors with an SQLSTATE, and positions within the text.
func FuzzParse(f *testing.F) {
	for _, sql := range goldenTexts(f) {
		f.Add(sql)
	}
	f.Fuzz(func(t *testing.T, sql string) {
		stmts, err := Parse(sql)
		if err != nil {
			e := sqlerr.From(err)
			if e.Code == sqlerr.InternalError || e.Position < 0 || e.Position > len([]rune(sql))+1 {
				t.Errorf("%q: %s %s at %d", sql, e.Code, e.Message, e.Position)
			}
			return
		}
		for _, s := range stmts {
			if s.Start < 0 || s.End < s.Start || s.End > len(sql) || s.Text != sql[s.Start:s.End] {
				t.Errorf("%q: statement at %d:%d with text %q", sql, s.Start, s.End, s.Text)
			}
			ast.Inspect(s.Stmt, func(n ast.Node) bool {
				if n.Pos() < -1 || n.Pos() > len(sql) {
					t.Errorf("%q: %T at %d", sql, n, n.Pos())
				}
				return true
			})
		}
	})
}

// FuzzRewrite puts AS OF between two tokens of a text that parses without it:
// what comes out is an error, or the same tree with time travel in it.
func FuzzRewrite(f *testing.F) {
	for _, sql := range goldenTexts(f) {
		f.Add(sql, len(sql))
		f.Add(sql, len(sql)/2)
		f.Add(sql, strings.LastIndexByte(sql, ' '))
	}
	f.Fuzz(func(t *testing.T, sql string, at int) {
		if !betweenTokens(sql, at) {
			return
		}
		plain, err := Parse(sql)
		if err != nil || len(plain) != 1 || mentionsTime(sql, tokens(sql)) {
			return
		}
		stmts, err := Parse(sql[:at] + " AS OF '1' " + sql[at:])
		if err != nil || len(stmts) != 1 {
			return
		}
		got := strings.Replace(dump(stmts[0].Stmt, false), ` AsOf:(TemporalClause System:(Period From:(Const Kind:4 Text:"1")))`, "", 1)
		switch plain[0].Stmt.(type) {
		case *ast.PrepareStmt, *ast.DeclareStmt, *ast.CreateViewStmt, *ast.CreateTableAsStmt:
			return // they carry their text
		}
		if want := dump(plain[0].Stmt, false); got != want {
			t.Errorf("%q with AS OF at %d\n got %s\nwant %s", sql, at, got, want)
		}
	})
}

// betweenTokens reports whether a clause can stand at the offset without
// touching a token or a comment.
func betweenTokens(sql string, at int) bool {
	if at < 0 || at > len(sql) || strings.Contains(sql, "--") || strings.Contains(sql, "/*") {
		return false
	}
	for _, t := range tokens(sql) {
		if t.start < at && at < t.end {
			return false
		}
	}
	return true
}
