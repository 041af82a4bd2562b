package parse

import "strings"

// clause is where a query level stands while its tokens are walked.
type clause uint8

const (
	clauseNone   clause = iota // before the first clause
	clauseSelect               // the target list
	clauseFrom
	clauseOther
)

// levelKind is what a pair of parentheses holds.
type levelKind uint8

const (
	levelOther  levelKind = iota // arguments, a list, an expression
	levelQuery                   // a query; INSERT too, whose query may look back
	levelChange                  // UPDATE, DELETE or MERGE
	levelJoin                    // a parenthesised join in FROM
)

// level is the statement itself or what stands between two parentheses.
type level struct {
	kind   levelKind
	verb   string // the word that made it a query or a change
	parent *level
	open   int // token of "(", -1 for the statement
	close  int // token of ")", the number of tokens for the statement

	clause    clause
	itemStart int  // in FROM: the first token of the current item
	inCond    bool // in FROM: behind ON or USING of the current join
	fromSeen  bool // DELETE … USING and MERGE … USING open a FROM once

	tail   int      // the first ORDER BY, LIMIT, OFFSET, FETCH or FOR; -1 if none
	bounds []bound  // the clauses from the tail on
	ender  int      // the token before which a locking clause may stand: ON CONFLICT, RETURNING, WITH DATA, FOR UPDATE; -1 if none
	asOf   *pending // the clause of the whole level
}

// bound is the start of a clause behind the tail.
type bound struct {
	tok  int
	word string
}

// lowerWord is the token's text, folded for words; "" for what cannot be a
// keyword or a single sign.
func lowerWord(sql string, t token) string {
	switch t.kind {
	case tokWord:
		return strings.ToLower(sql[t.start:t.end])
	case tokPunct:
		return sql[t.start:t.end]
	}
	return ""
}

// openLevel opens the level whose "(" is token i.
func (s *scan) openLevel(i int) {
	outer := s.top
	in := &level{parent: outer, open: i, close: s.match[i], tail: -1, ender: -1}
	in.kind, in.verb = s.kindOf(i+1, in.close)
	isQuery := in.kind != levelOther
	if outer.clause == clauseFrom && !outer.inCond && s.itemHead(outer) == i && (!isQuery || s.holdsJoin(i)) {
		in.kind, in.clause, in.itemStart = levelJoin, clauseFrom, i+1
	}
	s.levels = append(s.levels, in)
	s.top = in
}

// kindOf tells what the tokens from i to end hold, and by which word. A query
// may be wrapped in parentheses, and WITH may come before it.
func (s *scan) kindOf(i, end int) (levelKind, string) {
	for s.word(i) == "(" {
		i++
	}
	switch s.word(i) {
	case "with", "select", "values", "table", "insert", "update", "delete", "merge":
		return s.verbIn(i, end)
	}
	return levelOther, ""
}

// verbIn finds the first verb outside parentheses from token i to end.
func (s *scan) verbIn(i, end int) (levelKind, string) {
	for ; i < end; i++ {
		switch word := s.word(i); word {
		case "(", "[":
			i = s.match[i]
		case "select", "values", "insert":
			return levelQuery, word
		case "update", "delete", "merge":
			return levelChange, word
		case "table":
			if prev := s.word(i - 1); i == 0 || prev == "(" || prev == ")" || prev == "as" || prev == "for" {
				return levelQuery, word
			}
		}
	}
	return levelOther, ""
}

func queryVerb(word string) bool {
	return word == "select" || word == "values" || word == "table" || word == "with"
}

// holdsJoin reports whether JOIN or a comma stands directly inside the
// parentheses that token i opens.
func (s *scan) holdsJoin(i int) bool {
	for j := i + 1; j < s.match[i]; j++ {
		switch s.word(j) {
		case "(", "[":
			j = s.match[j]
		case "join":
			return true
		}
	}
	return false
}

// itemHead is the token at which the current item of FROM names its relation:
// behind LATERAL and ONLY.
func (s *scan) itemHead(l *level) int {
	i := l.itemStart
	for s.word(i) == "lateral" || s.word(i) == "only" {
		i++
	}
	return i
}

// step moves the top level's state over the keyword at token i.
func (s *scan) step(i int) {
	l, word := s.top, s.word(i)
	if s.isLabel(i) {
		return
	}
	switch word {
	case "select":
		l.clause = clauseSelect
	case "from":
		switch prev := s.word(i - 1); {
		case prev == "distinct" && s.word(i-2) != "select", // IS [NOT] DISTINCT FROM
			prev == "rows" && s.word(i+1) == "(": // ROWS FROM (…)
			return
		}
		if l.kind != levelOther {
			l.clause, l.itemStart, l.inCond = clauseFrom, i+1, false
		}
	case ",", "join":
		if l.clause == clauseFrom {
			l.itemStart, l.inCond = i+1, false
		}
	case "using":
		if (l.verb == "delete" || l.verb == "merge") && !l.fromSeen {
			l.clause, l.itemStart, l.inCond, l.fromSeen = clauseFrom, i+1, false, true
			return
		}
		l.inCond = true
	case "on":
		if s.word(i+1) == "conflict" {
			s.endQuery(l, i)
		}
		l.inCond = true
	case "union", "intersect", "except":
		l.clause, l.tail, l.bounds, l.ender = clauseNone, -1, nil, -1
	default:
		s.stepClause(l, i, word)
	}
}

// stepClause handles the keywords that start the clauses behind FROM.
func (s *scan) stepClause(l *level, i int, word string) {
	switch word {
	case "where", "having", "window":
	case "group":
		if s.word(i-1) == "within" {
			return
		}
	case "order", "limit", "offset", "fetch":
		l.setTail(i)
	case "for":
		switch s.word(i + 1) {
		case "update", "share", "no", "key", "read":
			l.setTail(i)
			s.endQuery(l, i)
		default:
			return
		}
	case "returning":
		s.endQuery(l, i)
	case "with":
		switch s.word(i + 1) {
		case "no", "data", "check", "local", "cascaded":
			s.endQuery(l, i)
		default:
			return
		}
	case "set":
		if l.verb != "update" {
			return
		}
	default:
		return
	}
	l.clause = clauseOther
	if l.tail >= 0 {
		l.bounds = append(l.bounds, bound{i, word})
	}
}

func (l *level) setTail(i int) {
	if l.tail < 0 {
		l.tail = i
	}
}

// endQuery notes the first token that a locking clause must not follow.
func (s *scan) endQuery(l *level, i int) {
	if l.ender < 0 {
		l.ender = i
	}
}

// isLabel reports whether the word at token i is a name rather than a keyword:
// behind a point, or behind AS in a target list.
func (s *scan) isLabel(i int) bool {
	if s.toks[i].kind != tokWord || i == 0 {
		return false
	}
	prev := s.word(i - 1)
	return prev == "." || prev == "as" && s.top.clause == clauseSelect && !queryVerb(s.word(i))
}
