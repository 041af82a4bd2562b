package parse

import (
	"strings"

	"synapse/planner/ast"
)

// setSpans gives the queries of stmt their place in the user's text, and
// statements that the catalog keeps as text that text. The grammar records no
// place for a SELECT, so it is found on tokens.
func setSpans(stmt ast.Stmt, user string, start, end int) {
	switch s := stmt.(type) {
	case *ast.SelectStmt:
		if s != nil {
			s.Start, s.End = start, end
		}
	case *ast.CreateViewStmt:
		s.QueryText = setSpan(s.Query, user, start, end, "as")
		s.QueryText = recursiveViewText(s, user[start:end])
	case *ast.CreateTableAsStmt:
		if !s.SelectInto {
			s.QueryText = setSpan(s.Query, user, start, end, "as")
		}
	case *ast.PrepareStmt:
		s.Text = setSpan(s.Query, user, start, end, "as")
	case *ast.DeclareStmt:
		s.Text = setSpan(s.Query, user, start, end, "for")
	case *ast.ExplainStmt:
		from := explained(user[start:end])
		setSpans(s.Query, user, start+from, end)
	case *ast.CopyStmt:
		if from, to, ok := firstParens(user[start:end]); ok && s.Query != nil {
			setSpans(s.Query, user, start+from, start+to)
		}
	}
}

// setSpan finds the query behind the first introducing word outside
// parentheses, up to an option that follows the query, and returns its text.
func setSpan(query ast.Stmt, user string, start, end int, introducer string) string {
	text := user[start:end]
	toks := tokens(text)
	depth, first := 0, -1
	for i, t := range toks {
		switch word := text[t.start:t.end]; {
		case word == "(" || word == "[":
			depth++
		case word == ")" || word == "]":
			depth--
		case depth == 0 && t.kind == tokWord && strings.EqualFold(word, introducer):
			first = i + 1
		}
		if first >= 0 {
			break
		}
	}
	if first < 0 || first >= len(toks) {
		return ""
	}
	last := len(toks) - trailingOption(text, toks)
	from, to := toks[first].start, toks[last-1].end
	setSpans(query, user, start+from, start+to)
	return text[from:to]
}

// trailingOption counts the tokens of WITH [NO] DATA or WITH [LOCAL | CASCADED]
// CHECK OPTION at the end.
func trailingOption(text string, toks []token) int {
	words := make([]string, 0, 4)
	for _, t := range toks[max(0, len(toks)-4):] {
		words = append(words, strings.ToLower(text[t.start:t.end]))
	}
	tail := strings.Join(words, " ")
	for _, option := range []string{
		"with cascaded check option", "with local check option", "with check option", "with no data", "with data",
	} {
		if strings.HasSuffix(tail, option) {
			return strings.Count(option, " ") + 1
		}
	}
	return 0
}

// explained returns where the statement behind EXPLAIN starts.
func explained(text string) int {
	lx := lexer{src: text}
	lx.next()
	t := lx.next()
	if text[t.start:t.end] == "(" {
		// Options in parentheses, or a query in parentheses.
		inner := lexer{src: text, pos: t.end}
		switch w := inner.next(); strings.ToLower(text[w.start:w.end]) {
		case "select", "with", "values", "table", "(":
			return t.start
		}
		_, close, ok := firstParens(text)
		if !ok {
			return t.start
		}
		lx.pos = close + 1
		return lx.next().start
	}
	for {
		switch strings.ToLower(text[t.start:t.end]) {
		case "analyze", "analyse", "verbose":
			t = lx.next()
		default:
			return t.start
		}
	}
}

// firstParens returns the inside of the first group of parentheses.
func firstParens(text string) (from, to int, ok bool) {
	depth := 0
	for _, t := range tokens(text) {
		switch text[t.start:t.end] {
		case "(":
			if depth++; depth == 1 {
				from = t.end
			}
		case ")":
			if depth--; depth == 0 {
				return from, t.start, true
			}
		}
	}
	return 0, 0, false
}

// recursiveViewText wraps the query of CREATE RECURSIVE VIEW as the grammar
// does: WITH RECURSIVE view (columns) AS (query) SELECT columns FROM view.
func recursiveViewText(s *ast.CreateViewStmt, text string) string {
	lx := lexer{src: text}
	for range 4 { // CREATE [OR REPLACE] [TEMP] RECURSIVE
		if t := lx.next(); strings.EqualFold(text[t.start:t.end], "recursive") {
			s.Query.Start, s.Query.End = -1, -1
			columns := make([]string, len(s.Columns))
			for i, name := range s.Columns {
				columns[i] = quoted(name)
			}
			list, view := strings.Join(columns, ", "), quoted(s.View.Name)
			return "WITH RECURSIVE " + view + " (" + list + ") AS (" + s.QueryText + "\n) SELECT " + list + " FROM " + view
		}
	}
	return s.QueryText
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
