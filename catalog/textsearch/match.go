package textsearch

import (
	"slices"
	"strings"

	"synapse/catalog/types"
)

// answer is a truth value; maybe is where positions would decide that are not there.
type answer uint8

const (
	no answer = iota
	yes
	maybe
)

// span says where a subquery matches: at the positions listed (of its last word),
// or where negate, everywhere but there. width is how far it reaches to the left.
type span struct {
	at     []int
	negate bool
	width  int
}

// operandTest looks an operand up. Where s is not nil it is filled with the positions.
type operandTest func(q *types.TSQuery, s *span) answer

// Match is v @@ q. The query without a lexeme matches nothing.
func Match(v types.TSVector, q *types.TSQuery) bool {
	return q != nil && matches(q, func(q *types.TSQuery, s *span) answer { return find(v, q, s) })
}

// matches evaluates a query. A phrase over lexemes without positions does not match.
func matches(q *types.TSQuery, test operandTest) bool { return evaluate(q, test) != no }

func evaluate(q *types.TSQuery, test operandTest) answer {
	switch q.Op {
	case types.TSOperand:
		return test(q, nil)
	case types.TSNot:
		return not(evaluate(q.Right, test))
	case types.TSPhrase:
		if a := evaluatePhrase(q, test, &span{}); a != maybe {
			return a
		}
		return no
	}
	// no, yes and maybe: an and is no where one is no, an or yes where one is yes.
	decided, other := no, yes
	if q.Op == types.TSOr {
		decided, other = yes, no
	}
	left := evaluate(q.Left, test)
	if left == decided {
		return decided
	}
	switch right := evaluate(q.Right, test); right {
	case decided:
		return decided
	case other:
		return left
	}
	return maybe
}

func not(a answer) answer {
	switch a {
	case no:
		return yes
	case yes:
		return no
	}
	return maybe
}

// evaluatePhrase is evaluate with positions.
func evaluatePhrase(q *types.TSQuery, test operandTest, s *span) answer {
	switch q.Op {
	case types.TSOperand:
		return test(q, s)
	case types.TSNot:
		switch evaluatePhrase(q.Right, test, s) {
		case no:
			*s = span{negate: true, width: s.width}
			return yes
		case maybe:
			return maybe
		}
		s.negate = !s.negate
		if len(s.at) == 0 && !s.negate {
			return no
		}
		return yes
	}
	var l, r span
	left := evaluatePhrase(q.Left, test, &l)
	if left == no && q.Op != types.TSOr {
		return no
	}
	right := evaluatePhrase(q.Right, test, &r)
	switch {
	case left == no && right == no, right == no && q.Op != types.TSOr:
		return no
	case left == maybe || right == maybe:
		return maybe
	}
	if q.Op == types.TSPhrase {
		s.width = q.Distance + l.width + r.width
		return conjunction(s, l, r, q.Distance+r.width, 0)
	}
	if left == no {
		l = span{}
	}
	if right == no {
		r = span{}
	}
	s.width = max(l.width, r.width)
	if q.Op == types.TSAnd {
		return conjunction(s, l, r, s.width-l.width, s.width-r.width)
	}
	return disjunction(s, l, r, s.width-l.width, s.width-r.width)
}

// conjunction is where both match; the shifts move either side's positions.
func conjunction(s *span, l, r span, leftShift, rightShift int) answer {
	switch {
	case l.negate && r.negate:
		s.at, s.negate = merge(l.at, r.at, leftShift, rightShift, true, true, true), true
		return yes
	case l.negate:
		s.at = merge(l.at, r.at, leftShift, rightShift, false, false, true)
	case r.negate:
		s.at = merge(l.at, r.at, leftShift, rightShift, true, false, false)
	default:
		s.at = merge(l.at, r.at, leftShift, rightShift, false, true, false)
	}
	return some(s)
}

// disjunction is where one matches.
func disjunction(s *span, l, r span, leftShift, rightShift int) answer {
	switch {
	case l.negate && r.negate:
		s.at, s.negate = merge(l.at, r.at, leftShift, rightShift, false, true, false), true
		return yes
	case l.negate:
		s.at, s.negate = merge(l.at, r.at, leftShift, rightShift, true, false, false), true
		return yes
	case r.negate:
		s.at, s.negate = merge(l.at, r.at, leftShift, rightShift, false, false, true), true
		return yes
	}
	s.at = merge(l.at, r.at, leftShift, rightShift, true, true, true)
	return some(s)
}

func some(s *span) answer {
	if len(s.at) > 0 {
		return yes
	}
	return no
}

// merge walks two ascending lists and keeps what is in the left one alone, in
// both, in the right one alone.
func merge(l, r []int, leftShift, rightShift int, leftOnly, both, rightOnly bool) []int {
	var out []int
	for i, j := 0, 0; i < len(l) || j < len(r); {
		switch {
		case j == len(r) || i < len(l) && l[i]+leftShift < r[j]+rightShift:
			if leftOnly {
				out = append(out, l[i]+leftShift)
			}
			i++
		case i == len(l) || l[i]+leftShift > r[j]+rightShift:
			if rightOnly {
				out = append(out, r[j]+rightShift)
			}
			j++
		default:
			if both {
				out = append(out, r[j]+rightShift)
			}
			i, j = i+1, j+1
		}
	}
	return out
}

// find looks an operand up in a tsvector.
func find(v types.TSVector, q *types.TSQuery, s *span) answer {
	i, ok := v.Find(q.Word)
	result := no
	if ok {
		result = weigh(v.Positions(i), q, s)
	}
	if !q.Prefix || result == yes && s == nil {
		return result
	}
	if s != nil {
		s.at = nil
	}
	result = no
	for ; i < v.Len() && strings.HasPrefix(v.Word(i), q.Word); i++ {
		switch weigh(v.Positions(i), q, s) {
		case maybe:
			s.at = nil
			return maybe
		case yes:
			if s == nil {
				return yes
			}
			result = yes
		}
	}
	if s != nil {
		slices.Sort(s.at)
		s.at = slices.Compact(s.at)
	}
	return result
}

// weigh asks whether a lexeme stands somewhere with a weight that the operand
// wants, and adds those positions to s.
func weigh(p types.PositionList, q *types.TSQuery, s *span) answer {
	if p.Len() == 0 {
		if s != nil {
			return maybe
		}
		return yes
	}
	if q.Weight == 0 && s == nil {
		return yes
	}
	result := no
	for j := range p.Len() {
		at := p.At(j)
		if q.Weight != 0 && q.Weight&(1<<at.Weight()) == 0 {
			continue
		}
		result = yes
		if s == nil {
			return yes
		}
		s.at = append(s.at, at.At())
	}
	return result
}
