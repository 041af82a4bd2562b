package parse

import (
	"synapse/catalog/sqlerr"
	"synapse/planner/ast"
)

// scan is one walk over the tokens of a statement that takes its temporal
// clauses out. Its results are the edits (cut, marks, moves) and the clauses.
type scan struct {
	sql   string
	toks  []token
	match []int // for "(" and "[", the token of its partner; the number of tokens if none

	verb   string // the statement's first word
	levels []*level
	top    *level

	found    int
	cuts     []span
	tables   map[int]*pending // by offset in the user's text
	subquery map[int]*pending // by token of the subquery's "("
	txn      *pending         // of BEGIN and SET TRANSACTION
	txnStart int              // its tokens
	txnEnd   int
}

// span is a range of byte offsets in the user's text.
type span struct{ start, end int }

// pending is a temporal clause that waits for the second clock.
type pending struct{ clause *ast.TemporalClause }

func newScan(sql string, toks []token) *scan {
	s := &scan{sql: sql, toks: toks, tables: map[int]*pending{}, subquery: map[int]*pending{}}
	s.match = matchParens(sql, toks)
	s.verb = s.word(0)
	s.top = &level{open: -1, close: len(toks), tail: -1, ender: -1}
	if !s.setsTransaction() {
		s.top.kind, s.top.verb = s.verbIn(0, len(toks))
		if s.verb == "(" {
			s.top.kind = levelQuery
		}
	}
	s.levels = []*level{s.top}
	return s
}

func matchParens(sql string, toks []token) []int {
	match := make([]int, len(toks))
	var open []int
	for i, t := range toks {
		match[i] = len(toks)
		switch lowerWord(sql, t) {
		case "(", "[":
			open = append(open, i)
		case ")", "]":
			if n := len(open); n > 0 {
				match[open[n-1]] = i
				open = open[:n-1]
			}
		}
	}
	return match
}

// word is lowerWord of token i, "" outside the statement.
func (s *scan) word(i int) string {
	if i < 0 || i >= len(s.toks) {
		return ""
	}
	return lowerWord(s.sql, s.toks[i])
}

// run walks the tokens.
func (s *scan) run() *sqlerr.Error {
	if s.verb == "create" && s.definesRoutine() {
		return nil // a body of several statements: left to the grammar's error
	}
	for i := 0; i < len(s.toks); {
		for i >= s.top.close && s.top.parent != nil {
			s.top = s.top.parent
		}
		if s.startsClause(i) && !s.isLabel(i) {
			next, err := s.take(i)
			if err != nil {
				return err
			}
			if next > i {
				i = next
				continue
			}
		}
		if w := s.word(i); w == "(" {
			s.openLevel(i)
		} else if w != "" {
			s.step(i)
		}
		i++
	}
	return nil
}

func (s *scan) definesRoutine() bool {
	for i := range min(len(s.toks), 5) {
		if w := s.word(i); w == "function" || w == "procedure" {
			return true
		}
	}
	return false
}

// startsClause reports whether AS OF or FOR SYSTEM_TIME or FOR VALID_TIME
// starts at token i.
func (s *scan) startsClause(i int) bool {
	switch s.word(i) {
	case "as":
		return s.word(i+1) == "of"
	case "for":
		next := s.word(i + 1)
		return next == "system_time" || next == "valid_time"
	}
	return false
}

// take takes the clause at token i and returns the token behind it; i itself
// when the words turn out to be an alias.
func (s *scan) take(i int) (next int, err *sqlerr.Error) {
	p, valid, next, err := s.period(i)
	if err != nil || next == i {
		return i, err
	}
	target, err := s.target(i, next, p)
	if err != nil {
		return i, err
	}
	if err := s.assign(target, p, valid); err != nil {
		return i, err
	}
	s.found++
	s.cuts = append(s.cuts, s.extent(i, next, target == s.txn))
	return next, nil
}

// extent is what to cut for the clause from token i up to next. Between
// transaction modes the comma that parts it from its neighbour goes too.
func (s *scan) extent(i, next int, mode bool) span {
	out := span{s.toks[i].start, s.toks[next-1].end}
	switch {
	case mode && s.word(i-1) == ",":
		out.start = s.toks[i-1].start
	case mode && s.word(next) == ",":
		out.end = s.toks[next].end
	}
	return out
}

// assign sets one clock of a target's clause.
func (s *scan) assign(target *pending, p *ast.Period, valid bool) *sqlerr.Error {
	if target.clause == nil {
		target.clause = &ast.TemporalClause{Position: p.Position}
	}
	clock, name := &target.clause.System, "AS OF"
	if valid {
		clock, name = &target.clause.Valid, "FOR VALID_TIME"
	}
	if *clock != nil {
		return sqlerr.New(sqlerr.SyntaxError, "%s is given more than once", name).At(charPosition(s.sql, p.Pos()))
	}
	*clock = p
	return nil
}

// target decides whose the clause from token i up to next is.
func (s *scan) target(i, next int, p *ast.Period) (*pending, *sqlerr.Error) {
	l := s.top
	if l.clause == clauseFrom && !l.inCond && s.itemHead(l) < i && !s.endsFrom(l, next, p) {
		return s.itemTarget(l, i)
	}
	if l.kind == levelQuery {
		if !s.atBoundary(l, next) {
			return nil, unexpected(s.sql, s.toks[next].start)
		}
		if l.asOf == nil {
			l.asOf = &pending{}
		}
		return l.asOf, nil
	}
	if s.setsTransaction() && l.open < 0 {
		if s.txn == nil {
			s.txn, s.txnStart = &pending{}, i
		}
		s.txnEnd = next
		return s.txn, nil
	}
	if l.kind == levelChange {
		return nil, asOfTargetError().At(charPosition(s.sql, s.toks[i].start))
	}
	return nil, unexpected(s.sql, s.toks[i].start)
}

// endsFrom is CockroachDB's rule: AS OF SYSTEM TIME at the end of FROM belongs
// to the query, not to the last table.
func (s *scan) endsFrom(l *level, next int, p *ast.Period) bool {
	return p.UnixNanos && l.kind == levelQuery && s.atBoundary(l, next)
}

// itemTarget is the clause of the item of FROM that token i follows.
func (s *scan) itemTarget(l *level, i int) (*pending, *sqlerr.Error) {
	head := s.itemHead(l)
	if s.word(head) == "rows" && s.word(head+1) == "from" {
		head += 3
	}
	into, key := s.tables, 0
	switch {
	case s.word(head) == "(" && s.isQueryIn(head):
		into, key = s.subquery, s.innermost(head)
	case s.word(head) == "(" && s.word(l.itemStart) == "only":
		key = s.toks[head+1].start
	case s.word(head) == "(":
		return nil, sqlerr.Unsupported("AS OF behind a parenthesised join", "Write it behind each table.").
			At(charPosition(s.sql, s.toks[i].start))
	case head < i && (s.toks[head].kind == tokWord || s.toks[head].kind == tokQuoted):
		key = s.toks[head].start
	default:
		return nil, unexpected(s.sql, s.toks[i].start)
	}
	if into[key] == nil {
		into[key] = &pending{}
	}
	return into[key], nil
}

// innermost skips doubled parentheses: ((SELECT …)).
func (s *scan) innermost(i int) int {
	for s.word(i+1) == "(" && s.match[i+1] == s.match[i]-1 {
		i++
	}
	return i
}

func (s *scan) isQueryIn(open int) bool {
	for _, l := range s.levels {
		if l.open == open {
			return l.kind == levelQuery
		}
	}
	return false
}

// setsTransaction reports whether the statement is BEGIN, START TRANSACTION, SET
// [SESSION | LOCAL] TRANSACTION or SET SESSION CHARACTERISTICS AS TRANSACTION.
func (s *scan) setsTransaction() bool {
	switch s.verb {
	case "begin", "start":
		return true
	case "set":
		return s.word(1) == "transaction" || s.word(2) == "transaction" || s.word(4) == "transaction"
	}
	return false
}

// atBoundary reports whether a clause, or the query's end, starts at token i.
func (s *scan) atBoundary(l *level, i int) bool {
	if i >= l.close || i >= len(s.toks) || s.startsClause(i) {
		return true
	}
	switch s.word(i) {
	case "from", "where", "group", "having", "window", "order", "limit", "offset", "fetch", "for",
		"union", "intersect", "except", "returning", "on", "with", "into":
		return true
	}
	return false
}
