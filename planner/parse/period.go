package parse

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"synapse/catalog/sqlerr"
	"synapse/planner/ast"
)

// maxValueTokens bounds the value of AS OF: each try to end it costs a parse.
const maxValueTokens = 256

// period reads the temporal clause at token i. next is the token behind it; i
// when the words are an alias after all.
func (s *scan) period(i int) (p *ast.Period, valid bool, next int, err *sqlerr.Error) {
	p = &ast.Period{Position: ast.Position(s.toks[i].start)}
	if s.word(i) == "as" {
		next, err = s.asOf(p, i, i+2)
		return p, false, next, err
	}
	valid = s.word(i+1) == "valid_time"
	switch k := i + 2; s.word(k) {
	case "as":
		if s.word(k+1) != "of" {
			return p, valid, i, unexpected(s.sql, s.end(k+1))
		}
		if next, err = s.asOf(p, i, k+2); err == nil && next == i {
			err = unexpected(s.sql, s.end(k+2))
		}
	case "between":
		p.Kind = ast.PeriodBetween
		next, err = s.bounds(p, k+1, "and")
	case "from":
		p.Kind = ast.PeriodFromTo
		next, err = s.bounds(p, k+1, "to")
	case "all":
		p.Kind, next = ast.PeriodAll, k+1
	default:
		err = unexpected(s.sql, s.end(k))
	}
	return p, valid, next, err
}

// end is the byte offset at which token i starts, the statement's end for the
// token behind the last.
func (s *scan) end(i int) int {
	if i < len(s.toks) {
		return s.toks[i].start
	}
	return s.toks[len(s.toks)-1].end
}

// asOf reads what stands behind AS OF from token k. It returns alias when that
// cannot be a moment, so that "of" is a name.
func (s *scan) asOf(p *ast.Period, alias, k int) (next int, err *sqlerr.Error) {
	p.Kind = ast.PeriodAsOf
	switch {
	case s.word(k) == "system" && s.word(k+1) == "time":
		p.UnixNanos = true
		k += 2
		alias = k // no alias can look like this: a value must follow
	case s.word(k) == "query": // a function of that name has to be quoted here
		p.Kind = ast.PeriodQuery
		k++
		alias = k
	case s.isColumnList(k):
		return alias, nil
	}
	if p.From, next, err = s.value(k, ""); err != nil {
		return alias, err
	}
	if next == k {
		if alias == k {
			return alias, unexpected(s.sql, s.end(k))
		}
		return alias, nil
	}
	return next, nil
}

// isColumnList reports whether token k opens a list of names: FROM t AS of (a, b).
func (s *scan) isColumnList(k int) bool {
	if s.word(k) != "(" {
		return false
	}
	for j := k + 1; j+1 < len(s.toks); j += 2 {
		if s.toks[j].kind != tokWord && s.toks[j].kind != tokQuoted {
			return false
		}
		switch s.word(j + 1) {
		case ")":
			return true
		case ",":
		default:
			return false
		}
	}
	return false
}

// bounds reads "a AND b" or "a TO b".
func (s *scan) bounds(p *ast.Period, k int, between string) (next int, err *sqlerr.Error) {
	var mid int
	if p.From, mid, err = s.value(k, between); err != nil {
		return k, err
	}
	if mid == k || s.word(mid) != between {
		return k, unexpected(s.sql, s.end(mid))
	}
	if p.To, next, err = s.value(mid+1, ""); err != nil {
		return k, err
	}
	if next == mid+1 {
		return k, unexpected(s.sql, s.end(next))
	}
	return next, nil
}

// value reads the longest run of tokens from k that parses as SELECT (run). It
// returns next == k if there is none. stop is a further word that ends it.
func (s *scan) value(k int, stop string) (e ast.Expr, next int, err *sqlerr.Error) {
	limit := s.runLimit(k, stop)
	if limit-k > maxValueTokens {
		return nil, k, sqlerr.New(sqlerr.StatementTooComplex, "AS OF expression is too long").
			WithHint("It may hold %d words and signs.", maxValueTokens).At(charPosition(s.sql, s.toks[k].start))
	}
	for next = limit; next > k; next-- {
		if s.insideParens(k, next) {
			continue
		}
		if e = s.parseRun(s.toks[k].start, s.toks[next-1].end); e != nil {
			return e, next, s.checkValue(e)
		}
	}
	return nil, k, nil
}

// runLimit finds the token that no value starting at k can reach beyond.
func (s *scan) runLimit(k int, stop string) int {
	for i := k; i < len(s.toks); i++ {
		w := s.word(i)
		switch w {
		case "(", "[":
			i = s.match[i]
			if i >= len(s.toks) {
				return len(s.toks)
			}
			continue
		case ")", "]", ",", ";", "and", "or", "as", "to", "where", "group", "having", "window", "order", "limit", "offset",
			"fetch", "for", "union", "intersect", "except", "returning", "on", "using", "join", "inner", "full", "cross",
			"natural", "from", "with", "select", "values", "table", "tablesample", "into", "set", "default", "when":
			return i
		case "left", "right": // functions too
			if s.word(i+1) != "(" {
				return i
			}
		}
		if stop != "" && w == stop {
			return i
		}
	}
	return len(s.toks)
}

// insideParens reports whether the run would end within parentheses.
func (s *scan) insideParens(k, next int) bool {
	for i := k; i < next; i++ {
		if w := s.word(i); w == "(" || w == "[" {
			if i = s.match[i]; i >= next {
				return true
			}
		}
	}
	return false
}

// parseRun parses the user's text from start to end as one expression; nil if it is none.
func (s *scan) parseRun(start, end int) ast.Expr {
	const head, tail = "SELECT (", ")"
	tree, err := pg.Parse(head + s.sql[start:end] + tail)
	if err != nil || len(tree.Stmts) != 1 {
		return nil
	}
	targets := tree.Stmts[0].Stmt.GetSelectStmt().GetTargetList()
	if len(targets) != 1 {
		return nil
	}
	text := identity(s.sql, start, end)
	text.text = head + text.text + tail
	text.segs[0].dst = len(head)
	c := &converter{text: text}
	e := c.expr(targets[0].GetResTarget().GetVal())
	if c.unsupported != nil || c.err != nil {
		return nil
	}
	return e
}

// checkValue refuses what has no meaning before the snapshot is chosen.
func (s *scan) checkValue(e ast.Expr) (err *sqlerr.Error) {
	ast.Inspect(e, func(n ast.Node) bool {
		what := ""
		switch n := n.(type) {
		case *ast.ColumnRef:
			what = "a column reference"
		case *ast.SubLink:
			what = "a subquery"
		case *ast.FuncCall:
			if n.Over != nil {
				what = "a window function"
			}
		}
		if what != "" && err == nil {
			err = sqlerr.New(sqlerr.FeatureNotSupported, "cannot use %s in AS OF", what).
				WithHint("The moment is chosen before any row is read. Use a constant, a parameter or an expression of them.").
				At(charPosition(s.sql, n.Pos()))
		}
		return err == nil
	})
	return err
}
