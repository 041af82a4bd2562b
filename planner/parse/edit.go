package parse

import (
	"fmt"
	"strings"

	"synapse/planner/ast"
)

// piece is a run of the text under work: a copy of the user's text from src, or
// an insertion put in front of src.
type piece struct {
	src  int
	n    int    // bytes copied; 0 for an insertion
	text string // the insertion
}

// editor rearranges a statement. Insertions and moves come first, while every
// token still stands in the list; cuts come last.
type editor struct{ pieces []piece }

// at splits the list so that a copy starts at src and returns its index; the
// list's length if src is the end. Insertions in front of src come before it.
func (e *editor) at(src int) int {
	for i, p := range e.pieces {
		switch {
		case p.n == 0 || src < p.src || src >= p.src+p.n:
			continue
		case src == p.src:
			return i
		}
		head, tail := piece{src: p.src, n: src - p.src}, piece{src: src, n: p.n - (src - p.src)}
		e.pieces = append(e.pieces[:i], append([]piece{head, tail}, e.pieces[i+1:]...)...)
		return i + 1
	}
	return len(e.pieces)
}

func (e *editor) insert(src int, text string) {
	i := e.at(src)
	e.pieces = append(e.pieces[:i], append([]piece{{src: src, text: text}}, e.pieces[i:]...)...)
}

// move puts the run from start to end in front of the token at to, which stands
// before it, on lines of its own: a line comment may end it.
func (e *editor) move(start, end, to int) {
	first := e.at(start)
	last := e.endOf(end, first)
	run := append([]piece{{src: start, text: "\n"}}, e.pieces[first:last]...)
	run = append(run, piece{src: end, text: "\n"})
	rest := append(append([]piece{}, e.pieces[:first]...), e.pieces[last:]...)
	e.pieces = rest
	i := e.at(to)
	e.pieces = append(append(append([]piece{}, e.pieces[:i]...), run...), e.pieces[i:]...)
}

// endOf returns the index behind the copy that ends at src, from the index first on.
func (e *editor) endOf(src, first int) int {
	e.at(src)
	for i := first; i < len(e.pieces); i++ {
		if p := e.pieces[i]; p.n > 0 && p.src+p.n == src {
			return i + 1
		}
	}
	return len(e.pieces)
}

// cut replaces the run by a space.
func (e *editor) cut(start, end int) {
	first := e.at(start)
	last := e.endOf(end, first)
	e.pieces = append(append(append([]piece{}, e.pieces[:first]...), piece{src: start, text: " "}), e.pieces[last:]...)
}

// markerName names the table on which marker i locks.
func markerName(i int) string { return fmt.Sprintf("as of %d", i) }

// rewritten applies the edits of a finished walk.
func (s *scan) rewritten() *rewrite {
	start, end := s.toks[0].start, s.toks[len(s.toks)-1].end
	e := &editor{pieces: []piece{{src: start, n: end - start}}}
	out := &rewrite{user: s.sql, tables: map[int]*ast.TemporalClause{}}
	if s.txn != nil {
		out.txnAsOf = s.txn.clause
	}
	s.adoptSubqueries()
	// Inner levels come after their outer ones in s.levels. Inner moves first, so
	// that an outer move carries a finished run.
	for i := len(s.levels) - 1; i >= 0; i-- {
		if l := s.levels[i]; l.asOf != nil {
			out.marks = append(out.marks, l.asOf.clause)
			s.mark(e, l, len(out.marks)-1)
			s.reorder(e, l)
		}
	}
	for _, c := range s.cuts {
		e.cut(c.start, c.end)
	}
	e.render(out)
	out.placeTables(s.tables)
	return out
}

// adoptSubqueries gives the clause behind a subquery to its query level: inside
// it means the same. A clock of its own wins, as the innermost does everywhere.
func (s *scan) adoptSubqueries() {
	for _, l := range s.levels {
		outer := s.subquery[l.open]
		switch {
		case outer == nil:
		case l.asOf == nil:
			l.asOf = outer
		default:
			own := l.asOf.clause
			if own.System == nil {
				own.System = outer.clause.System
			}
			if own.Valid == nil {
				own.Valid = outer.clause.Valid
			}
		}
	}
}

// mark inserts marker n where the query of level l ends.
func (s *scan) mark(e *editor, l *level, n int) {
	at := s.toks[len(s.toks)-1].end
	switch {
	case l.ender >= 0:
		at = s.toks[l.ender].start
	case l.close < len(s.toks):
		at = s.toks[l.close].start
	}
	e.insert(at, "\nFOR KEY SHARE OF \""+markerName(n)+"\"\n")
}

// reorder moves WHERE, GROUP BY, HAVING and WINDOW that stand behind ORDER BY or
// LIMIT of the same level in front of it.
func (s *scan) reorder(e *editor, l *level) {
	for i, b := range l.bounds {
		switch b.word {
		case "where", "group", "having", "window":
		default:
			continue
		}
		end := s.end(min(l.close, len(s.toks)))
		if i+1 < len(l.bounds) {
			end = s.toks[l.bounds[i+1].tok].start
		}
		e.move(s.toks[b.tok].start, end, s.toks[l.tail].start)
	}
}

// render writes the text and its segments.
func (e *editor) render(out *rewrite) {
	var b strings.Builder
	for _, p := range e.pieces {
		seg := segment{dst: b.Len(), src: p.src, n: p.n}
		if p.n == 0 {
			seg.n, seg.inserted = len(p.text), true
			b.WriteString(p.text)
		} else {
			b.WriteString(out.user[p.src : p.src+p.n])
		}
		out.segs = append(out.segs, seg)
	}
	out.text = b.String()
}

// placeTables finds the tables' names in the parsed text.
func (r *rewrite) placeTables(tables map[int]*pending) {
	for src, p := range tables {
		for _, seg := range r.segs {
			if !seg.inserted && seg.src <= src && src < seg.src+seg.n {
				r.tables[seg.dst+src-seg.src] = p.clause
			}
		}
	}
}
