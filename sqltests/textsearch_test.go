package sqltests

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"synapse/sqltests/harness"
	"synapse/sqltests/seed"
)

// textSearchStatements is how many statements TestTextSearch makes up.
const textSearchStatements = 1500

// TestTextSearch makes up documents and queries and compares what the functions
// of full text search answer with a real PostgreSQL.
func TestTextSearch(t *testing.T) {
	if testing.Short() {
		t.Skip("short: needs a PostgreSQL")
	}
	g := textMaker{seed.Rand(t)}
	ctx := context.Background()
	theirs := connect(t, harness.StartPostgres(t))
	ours := connect(t, harness.StartSynapse(t).URL())
	for range textSearchStatements {
		sql := g.statement()
		want, got := send(ctx, theirs, simpleText, sql), send(ctx, ours, simpleText, sql)
		if got.code != want.code || !slices.Equal(got.rows, want.rows) {
			t.Errorf("%s\n got %s %q\nwant %s %q", sql, got.code, got.rows, want.code, want.rows)
		}
	}
}

// textMaker makes up statements. Its words are ASCII: what a letter is besides
// depends on PostgreSQL's locale.
type textMaker struct{ r *rand.Rand }

var (
	documentWords = strings.Fields(`the fat cat cats rat sat on a mat running runner of dogs dog's foo-bar http://x.com/a?b=1 3.14 -5 a1b it is
		quick brown fox jumps over lazy and or not foo bar baz qux user@example.com <b> </b> &amp; x-y-z supernovae stars star rank
		ranking /usr/local/bin 1.2.3 1e-5 x_y www.example.org:80 <a href="x"> it's U.S.A. 10% #tag <!-- no --> a--b +7 ~/x`)
	queryWords = strings.Fields("cat cats fat rat the dog foo bar foo-bar quick star a run sta 3.14 x it")
)

func pick[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

func (g textMaker) text(most int) string {
	words := make([]string, g.r.IntN(most+1))
	for i := range words {
		words[i] = pick(g.r, documentWords...)
	}
	return strings.Join(words, pick(g.r, " ", " ", ", ", "-", "/"))
}

func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func (g textMaker) config() string {
	return pick(g.r, "'english'", "'english'", "'simple'", "'german'", "'french'")
}

// query makes up a tsquery's text.
func (g textMaker) query(depth int) string {
	switch n := g.r.IntN(20); {
	case depth > 3 || n < 7:
		return pick(g.r, queryWords...) + pick(g.r, "", "", "", ":*", ":A", ":AB", ":*C", ":abcd")
	case n < 10:
		return "!(" + g.query(depth+1) + ")"
	}
	q := g.query(depth+1) + pick(g.r, " & ", " | ", " & ", " <-> ", " <2> ", " <0> ") + g.query(depth+1)
	return pick(g.r, q, "("+q+")")
}

// web makes up what people type.
func (g textMaker) web() string {
	var b strings.Builder
	for range g.r.IntN(7) {
		b.WriteString(pick(g.r, "or ", "OR ", "-", `"`, "", " ", ":", "(", "&", "!", "|", "<->", `\`, "'"))
		b.WriteString(pick(g.r, documentWords...) + pick(g.r, " ", "", `" `, ":* "))
	}
	return b.String()
}

// vectorText makes up a tsvector's text, with the same words and positions again and again.
func (g textMaker) vectorText() string {
	words := make([]string, g.r.IntN(9))
	for i := range words {
		var positions []string
		for range g.r.IntN(5) {
			positions = append(positions, fmt.Sprint(pick(g.r, 1, 2, 3, 5, 9, 20, 150, 16383, 17000), pick(g.r, "", "A", "B", "c", "d")))
		}
		words[i] = pick(g.r, "cat", "fat", "rat", "dog", "foo", "star", "start", "run", "x", "'a b'")
		if len(positions) > 0 {
			words[i] += ":" + strings.Join(positions, ",")
		}
	}
	return strings.Join(words, " ")
}

func (g textMaker) vector() string {
	switch g.r.IntN(10) {
	case 0:
		return "strip(to_tsvector(" + g.config() + "," + quoted(g.text(30)) + "))"
	case 1, 2:
		return fmt.Sprintf("setweight(to_tsvector(%s,%s),'%c') || to_tsvector(%s,%s)", g.config(), quoted(g.text(15)), "ABCD"[g.r.IntN(4)], g.config(), quoted(g.text(15)))
	case 3, 4, 5:
		return quoted(g.vectorText()) + "::tsvector"
	}
	return "to_tsvector(" + g.config() + "," + quoted(g.text(30)) + ")"
}

func (g textMaker) tsquery() string {
	switch g.r.IntN(10) {
	case 0, 1, 2, 3:
		return quoted(g.query(0)) + "::tsquery"
	case 4, 5, 6:
		return "to_tsquery(" + g.config() + "," + quoted(g.query(0)) + ")"
	case 7:
		return "websearch_to_tsquery(" + g.config() + "," + quoted(g.web()) + ")"
	case 8:
		return "phraseto_tsquery(" + g.config() + "," + quoted(g.text(4)) + ")"
	}
	return "plainto_tsquery(" + g.config() + "," + quoted(g.text(4)) + ")"
}

func (g textMaker) headlineOptions() string {
	var out []string
	for _, o := range []string{
		fmt.Sprint("MaxWords=", pick(g.r, 2, 3, 5, 8, 12, 35)), fmt.Sprint("MinWords=", pick(g.r, 1, 2, 3, 4, 7)),
		fmt.Sprint("ShortWord=", pick(g.r, 0, 1, 3, 4)), fmt.Sprint("MaxFragments=", pick(g.r, 0, 0, 1, 2, 3)),
		"HighlightAll=" + pick(g.r, "true", "off"), "StartSel=" + pick(g.r, "<<", "*", `"[ "`), `FragmentDelimiter=" # "`,
	} {
		if g.r.IntN(2) == 0 {
			out = append(out, o)
		}
	}
	return strings.Join(out, ", ")
}

func (g textMaker) statement() string {
	switch g.r.IntN(13) {
	case 0:
		return "SELECT " + g.vector()
	case 1:
		return "SELECT " + g.tsquery()
	case 2:
		return fmt.Sprintf("SELECT v @@ q, ts_rank(v, q), ts_rank_cd(v, q) FROM (SELECT %s v, %s q) s", g.vector(), g.tsquery())
	case 3:
		return fmt.Sprintf("SELECT ts_rank(%s, %s, %d)", g.vector(), g.tsquery(), g.r.IntN(64))
	case 4:
		return fmt.Sprintf("SELECT ts_rank_cd(%s, %s, %d)", g.vector(), g.tsquery(), g.r.IntN(64))
	case 5:
		return fmt.Sprintf("SELECT ts_rank('{0.05,0.3,0.35,0.9}', v, q), ts_rank_cd('{0.05,0.3,0.35,0.9}', v, q) FROM (SELECT %s v, %s q) s", g.vector(), g.tsquery())
	case 6, 7:
		return fmt.Sprintf("SELECT ts_headline(%s, %s, %s, %s)", g.config(), quoted(g.text(100)), g.tsquery(), quoted(g.headlineOptions()))
	case 8:
		return fmt.Sprintf("SELECT ts_rewrite(%s, %s, %s)", g.tsquery(), quoted(pick(g.r, "cat", "cat & rat", "fat | cat", "!cat", "cat <-> rat"))+"::tsquery", g.tsquery())
	case 9:
		return fmt.Sprintf("SELECT a < b, a = b, a @> b, a && b, a <-> b, numnode(a), querytree(b) FROM (SELECT %s a, %s b) s", g.tsquery(), g.tsquery())
	case 10:
		return fmt.Sprintf("SELECT a < b, a = b, a || b, length(a), ts_delete(a, 'cat'), ts_filter(b, '{a,d}') FROM (SELECT %s a, %s b) s", g.vector(), g.vector())
	}
	return fmt.Sprintf("SELECT string_agg(tokid || token, ';') FROM ts_parse('default', %s)", quoted(g.text(12)+g.web()))
}
