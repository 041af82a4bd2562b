package textsearch

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// Notices of queries without a word.
const (
	emptyQueryNotice    = "text-search query doesn't contain lexemes: \""
	stopWordQueryNotice = "text-search query contains only stop words or doesn't contain lexemes, ignored"
)

// Query reads a text as a query whose words are this configuration's lexemes.
// within is the operator between the lexemes of one operand: TSAnd for
// plainto_tsquery, TSPhrase for the others. notice is told where nothing is
// left; it may be nil. Errors: those of types.ParseTSQuery.
func (c *Config) Query(text string, syntax types.QuerySyntax, within types.TSOperator, notice func(string)) (*types.TSQuery, error) {
	bytes := 0
	q, err := types.ParseTSQuery(text, syntax, func(word string, weight uint8, prefix bool) (*types.TSQuery, error) {
		d := Document{Config: c, Notice: notice}
		d.Add(word)
		return operandOf(d.words, within, func(lexeme string) (*types.TSQuery, error) {
			if bytes >= types.TSVectorBytesMax {
				return nil, sqlerr.New(sqlerr.ProgramLimitExceeded, "value is too big in tsquery: \"%s\"", text)
			}
			bytes += len(lexeme) + 1
			return types.NewOperand(text, lexeme, weight, prefix)
		})
	})
	if err != nil {
		return nil, err
	}
	if q == nil {
		if notice != nil {
			notice(emptyQueryNotice + text + "\"")
		}
		return nil, nil
	}
	q, _, _ = withoutStops(q)
	if q == nil && notice != nil {
		notice(stopWordQueryNotice)
	}
	return q, nil
}

// operandOf joins the lexemes of one operand. Stop words between them leave
// placeholders, so that phrases keep their distances.
func operandOf(words []word, within types.TSOperator, leaf func(string) (*types.TSQuery, error)) (*types.TSQuery, error) {
	if len(words) == 0 {
		return &types.TSQuery{Op: types.TSStop}, nil
	}
	distance := 0
	if within == types.TSPhrase {
		distance = 1
	}
	var q *types.TSQuery
	follow := func(next *types.TSQuery) {
		if q == nil {
			q = next
			return
		}
		q = &types.TSQuery{Op: within, Distance: distance, Left: q, Right: next}
	}
	for i, at := 0, 0; i < len(words); {
		for ; at > 0 && at+1 < words[i].at; at++ {
			follow(&types.TSQuery{Op: types.TSStop})
		}
		// Words share a position beyond the last one that can be told apart.
		var same *types.TSQuery
		for at = words[i].at; i < len(words) && words[i].at == at; i++ {
			next, err := leaf(words[i].lexeme)
			if err != nil {
				return nil, err
			}
			if same != nil {
				next = &types.TSQuery{Op: types.TSAnd, Left: same, Right: next}
			}
			same = next
		}
		follow(same)
	}
	return q, nil
}

// withoutStops removes stop words, nil where nothing is left. A phrase operator
// that goes because an operand went leaves its distance to its neighbours: left
// and right are what to add to the phrase operators on either side. A subtree
// that goes as a whole gives the same number twice, of which one counts.
func withoutStops(q *types.TSQuery) (kept *types.TSQuery, left, right int) {
	switch q.Op {
	case types.TSOperand:
		return q, 0, 0
	case types.TSStop:
		return nil, 0, 0
	case types.TSNot:
		below, left, right := withoutStops(q.Right)
		if below == nil {
			return nil, left, right
		}
		return &types.TSQuery{Op: types.TSNot, Right: below}, left, right
	}
	l, ll, lr := withoutStops(q.Left)
	r, rl, rr := withoutStops(q.Right)
	phrase := q.Op == types.TSPhrase
	switch {
	case l == nil && r == nil && phrase:
		all := ll + q.Distance + rl
		return nil, all, all
	case l == nil && r == nil:
		return nil, max(ll, rl), max(ll, rl)
	case l == nil && phrase:
		return r, ll + q.Distance + rl, rr
	case l == nil:
		return r, rl, rr
	case r == nil && phrase:
		return l, ll, lr + q.Distance + rr
	case r == nil:
		return l, ll, lr
	case phrase:
		return &types.TSQuery{Op: q.Op, Distance: q.Distance + lr + rl, Left: l, Right: r}, ll, rr
	}
	return &types.TSQuery{Op: q.Op, Left: l, Right: r}, 0, 0
}

// WithoutNot is what an index can look for: the query without what is negated,
// nil where every row could match.
func WithoutNot(q *types.TSQuery) *types.TSQuery {
	switch q.Op {
	case types.TSOperand:
		return q
	case types.TSNot:
		return nil
	}
	l, r := WithoutNot(q.Left), WithoutNot(q.Right)
	switch {
	case l != nil && r != nil:
		return &types.TSQuery{Op: q.Op, Distance: q.Distance, Left: l, Right: r}
	case q.Op == types.TSOr:
		return nil
	case l == nil:
		return r
	}
	return l
}

// Operands calls yield with each operand in the order of PostgreSQL's
// representation, the right one of an operator first.
func Operands(q *types.TSQuery, yield func(*types.TSQuery)) {
	switch {
	case q == nil:
	case q.Op == types.TSOperand:
		yield(q)
	default:
		Operands(q.Right, yield)
		Operands(q.Left, yield)
	}
}
