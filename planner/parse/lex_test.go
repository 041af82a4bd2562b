package parse

import (
	"reflect"
	"strings"
	"testing"

	pg "github.com/pganalyze/pg_query_go/v5"
)

// scanned returns the extents of PostgreSQL's tokens, comments left out; ok is
// false where its scanner refuses the text. pg_query gives wrong places for
// U&'…' and U&"…", so texts with them are left out.
func scanned(sql string) (out [][2]int, ok bool) {
	r, err := pg.Scan(sql)
	if err != nil || strings.Contains(strings.ToUpper(sql), "U&") {
		return nil, false
	}
	for _, t := range r.Tokens {
		if t.Token != pg.Token_SQL_COMMENT && t.Token != pg.Token_C_COMMENT {
			out = append(out, [2]int{int(t.Start), int(t.End)})
		}
	}
	return out, true
}

var lexCorpus = []string{
	"SELECT a.b, $1, 'x''y', 1.5e-3, 0x1F+1, 1..2, .5, 5., a::int, f(x => 1), b := 2",
	"E'a\\'b' B'01' X'1f' N'n' e'' \"a\"\"b\" ''",
	"$$a$b$$ $tag$ $x$ $tag$ $1 $12 a$1$b é$ü",
	"'a'\n  'b' 'c' -- x\n 'd'\n-- y\n'e'",
	"a<=>b a<->-1 a @-1 a+-1 a--b\n+ a/*b*/+c <#> <+> <~> <%> ~~* !~ @> ->> #>> ?| ?& ||/ a*-1 =- <>-",
	"/* a /* b */ c */ x -- y\r z",
	"[1:2][:] (a)(b);;,:x :: .. => >= <= <> !=",
	"SELECT 'é' AS \"ü\" FROM tä",
	"1_000 0b11 0o17 1e5 1.e2",
}

// TestLexerAgreesWithPostgres compares token borders on the corpus and the goldens.
func TestLexerAgreesWithPostgres(t *testing.T) {
	for _, sql := range append(lexCorpus, goldenTexts(t)...) {
		want, ok := scanned(sql)
		if !ok {
			continue
		}
		if got := extents(sql); !reflect.DeepEqual(got, want) {
			t.Errorf("%s\n got %v\nwant %v", sql, pieces(sql, got), pieces(sql, want))
		}
	}
}

func extents(sql string) (out [][2]int) {
	for _, t := range tokens(sql) {
		out = append(out, [2]int{t.start, t.end})
	}
	return out
}

func pieces(sql string, at [][2]int) string {
	words := make([]string, len(at))
	for i, e := range at {
		words[i] = sql[e[0]:e[1]]
	}
	return strings.Join(words, " ¦ ")
}

// FuzzLexer holds the lexer against PostgreSQL's scanner.
func FuzzLexer(f *testing.F) {
	for _, sql := range lexCorpus {
		f.Add(sql)
	}
	f.Fuzz(func(t *testing.T, sql string) {
		if checkText(sql) != nil {
			return
		}
		want, ok := scanned(sql)
		if got := extents(sql); ok && !reflect.DeepEqual(got, want) {
			t.Errorf("%q\n got %v\nwant %v", sql, pieces(sql, got), pieces(sql, want))
		}
	})
}
