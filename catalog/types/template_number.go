package types

import (
	"strings"

	"synapse/catalog/sqlerr"
)

// numItem is a pattern of a number template.
type numItem uint8

const (
	numLiteral numItem = iota
	numNine
	numZero
	numPoint
	numComma
	numNothing // B and C, which PostgreSQL takes and ignores
	numCurrency
	numFill
	numSign
	numMinus
	numPlus
	numPlusMinus
	numBracket
	numRoman
	numOrdinal
	numShift
	numExponent
)

// numNode is one piece of a number template.
type numNode struct {
	item numItem
	text string
}

// numPatterns holds the spellings in upper case, longer ones before their prefixes.
var numPatterns = []struct {
	name string
	item numItem
}{
	{"EEEE", numExponent},
	{"FM", numFill},
	{"MI", numMinus},
	{"PL", numPlus},
	{"PR", numBracket},
	{"RN", numRoman},
	{"SG", numPlusMinus},
	{"TH", numOrdinal},
	{"9", numNine},
	{"0", numZero},
	{".", numPoint},
	{"D", numPoint},
	{",", numComma},
	{"G", numComma},
	{"B", numNothing},
	{"C", numNothing},
	{"L", numCurrency},
	{"S", numSign},
	{"V", numShift},
}

// numTemplate is a number template with what its pieces say together.
type numTemplate struct {
	nodes []numNode

	pre, post          int // digits before and behind the point
	shift              int // digits behind V
	zeroStart, zeroEnd int // digit positions of the first and last 0, from 1
	signAt             signPlace
	preAtSign          int // digits before the point when S was read
	fill, zero, point  bool
	sign, plus, minus  bool
	bracket, roman     bool
	shifted, exponent  bool
}

type signPlace uint8

const (
	signNone signPlace = iota
	signBefore
	signAfter
)

// parseNumTemplate cuts and checks a number template. Error: 42601 for patterns that exclude each other.
func parseNumTemplate(pattern string) (*numTemplate, error) {
	t := &numTemplate{}
	for pattern != "" {
		if text, rest, ok := cutTemplateLiteral(pattern); ok {
			t.nodes = append(t.nodes, numNode{text: text})
			pattern = rest
			continue
		}
		n := numNode{text: firstRune(pattern)}
		for _, p := range numPatterns {
			if len(pattern) >= len(p.name) && strings.EqualFold(pattern[:len(p.name)], p.name) {
				n = numNode{item: p.item, text: pattern[:len(p.name)]}
				break
			}
		}
		t.nodes = append(t.nodes, n)
		pattern = pattern[len(n.text):]
		if err := t.note(n); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func badTemplate(message string) error { return sqlerr.New(sqlerr.SyntaxError, "%s", message) }

// note takes one node into the sums and flags.
func (t *numTemplate) note(n numNode) error {
	if n.item == numLiteral {
		return nil
	}
	if t.exponent {
		return badTemplate("\"EEEE\" must be the last pattern used")
	}
	const signClash = "cannot use \"S\" and \"PL\"/\"MI\"/\"SG\"/\"PR\" together"
	switch n.item {
	case numNine, numZero:
		return t.noteDigit(n.item)
	case numPoint:
		if t.point {
			return badTemplate("multiple decimal points")
		}
		if t.shifted {
			return badTemplate("cannot use \"V\" and decimal point together")
		}
		t.point = true
	case numFill:
		t.fill = true
	case numSign:
		if t.sign {
			return badTemplate("cannot use \"S\" twice")
		}
		if t.plus || t.minus || t.bracket {
			return badTemplate(signClash)
		}
		t.sign, t.signAt, t.preAtSign = true, signBefore, t.pre
		if t.point {
			t.signAt = signAfter
		}
	case numMinus, numPlus, numPlusMinus:
		if t.sign {
			return badTemplate("cannot use \"S\" and \"" + strings.ToUpper(n.text) + "\" together")
		}
		t.minus = t.minus || n.item != numPlus
		t.plus = t.plus || n.item != numMinus
	case numBracket:
		if t.sign || t.plus || t.minus {
			return badTemplate("cannot use \"PR\" and \"S\"/\"PL\"/\"MI\"/\"SG\" together")
		}
		t.bracket = true
	case numRoman:
		t.roman = true
	case numShift:
		if t.point {
			return badTemplate("cannot use \"V\" and decimal point together")
		}
		t.shifted = true
	case numExponent:
		if t.fill || t.sign || t.bracket || t.minus || t.plus || t.roman || t.shifted {
			return sqlerr.New(sqlerr.SyntaxError, "\"EEEE\" is incompatible with other formats").
				WithDetail("\"EEEE\" may only be used together with digit and decimal point patterns.")
		}
		t.exponent = true
	}
	return nil
}

func (t *numTemplate) noteDigit(item numItem) error {
	if t.bracket {
		return badTemplate("\"" + map[numItem]string{numNine: "9", numZero: "0"}[item] + "\" must be ahead of \"PR\"")
	}
	if item == numNine {
		switch {
		case t.shifted:
			t.shift++
		case t.point:
			t.post++
		default:
			t.pre++
		}
		return nil
	}
	if !t.zero && !t.point {
		t.zero, t.zeroStart = true, t.pre+1
	}
	if t.point {
		t.post++
	} else {
		t.pre++
	}
	t.zeroEnd = t.pre + t.post
	return nil
}
