package types

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"synapse/catalog/sqlerr"
)

// dateConvention keeps Gregorian and ISO week fields apart in one template.
type dateConvention uint8

const (
	conventionNone dateConvention = iota
	conventionGregorian
	conventionISO
)

// charParser reads text by a date template (to_timestamp, to_date).
type charParser struct {
	src   string
	at    int
	nodes []dateNode
	fixed bool // FX
	extra int  // characters skipped beyond what the template asked for

	convention dateConvention
	set        map[dateItem]int // fields read, by the item that stands for them
	yearDigits int              // of the year pattern, for centuries
	bc, pm     bool
	clock12    bool
	zoneSign   int
}

// itemInfo is how to_timestamp reads a pattern of digits.
type itemInfo struct {
	field      dateItem // fields that share a value share this
	width      int
	convention dateConvention
}

var numericItems = map[dateItem]itemInfo{
	itemHH12: {itemHH24, 2, conventionNone}, itemHH24: {itemHH24, 2, conventionNone},
	itemMI: {itemMI, 2, conventionNone}, itemSS: {itemSS, 2, conventionNone},
	itemMS: {itemMS, 3, conventionNone}, itemUS: {itemUS, 6, conventionNone}, itemFF: {itemUS, 6, conventionNone},
	itemSSSS: {itemSSSS, 5, conventionNone}, itemTZH: {itemTZH, 2, conventionNone}, itemTZM: {itemTZM, 2, conventionNone},
	itemMM: {itemMM, 2, conventionGregorian}, itemDD: {itemDD, 2, conventionGregorian},
	itemDDD: {itemDDD, 3, conventionGregorian}, itemIDDD: {itemDDD, 3, conventionISO},
	itemD: {itemD, 1, conventionGregorian}, itemID: {itemD, 1, conventionISO},
	itemWW: {itemWW, 2, conventionGregorian}, itemIW: {itemWW, 2, conventionISO},
	itemW: {itemW, 1, conventionGregorian}, itemCC: {itemCC, 2, conventionNone}, itemJ: {itemJ, 1, conventionNone},
	itemYYYY: {itemYYYY, 4, conventionGregorian}, itemYYY: {itemYYYY, 3, conventionGregorian},
	itemYY: {itemYYYY, 2, conventionGregorian}, itemY: {itemYYYY, 1, conventionGregorian},
	itemIYYY: {itemYYYY, 4, conventionISO}, itemIYY: {itemYYYY, 3, conventionISO},
	itemIY: {itemYYYY, 2, conventionISO}, itemI: {itemYYYY, 1, conventionISO},
}

func (p *charParser) fail(format string, args ...any) *sqlerr.Error {
	return sqlerr.New(sqlerr.InvalidDatetimeFormat, format, args...)
}

func (p *charParser) skipSpaces() {
	for p.at < len(p.src) && isSpace(p.src[p.at]) {
		p.at++
		p.extra++
	}
}

func (p *charParser) skipRune() {
	_, n := utf8.DecodeRuneInString(p.src[p.at:])
	p.at += n
}

// run reads the text along the template; what is left of either is ignored.
func (p *charParser) run() error {
	for i, n := range p.nodes {
		if p.at >= len(p.src) {
			return nil
		}
		literal := n.item == itemLiteral
		separator := literal && !n.quoted && isSeparator(n.text)
		if !p.fixed && (!literal || i == 0) && n.item != itemFX {
			p.skipSpaces()
		}
		switch {
		case separator && p.fixed:
			p.skipRune()
		case separator:
			p.extra--
			if p.at < len(p.src) && (isSpace(p.src[p.at]) || isSeparator(p.src[p.at:p.at+1])) {
				p.at++
				p.extra++
			}
		case literal && !p.fixed && p.extra > 0:
			p.extra--
		case literal:
			p.skipRune()
		default:
			if err := p.field(i, n); err != nil {
				return err
			}
			if !p.fixed {
				p.extra = 0
				p.skipSpaces()
			}
		}
	}
	return nil
}

// isSeparator reports punctuation and blanks.
func isSeparator(s string) bool {
	c := s[0]
	return isSpace(c) || (c > ' ' && c < 0x7f && !isAlnum(c))
}

func (p *charParser) field(i int, n dateNode) error {
	info, numeric := numericItems[n.item]
	if n.item == itemMonth || n.item == itemMon || n.item == itemRM || n.item == itemYComma {
		info.convention = conventionGregorian
	}
	if info.convention != conventionNone {
		if p.convention != conventionNone && p.convention != info.convention {
			return p.fail("invalid combination of date conventions").
				WithHint("Do not mix Gregorian and ISO week date conventions in a formatting template.")
		}
		p.convention = info.convention
	}
	if numeric {
		return p.numericField(i, n, info)
	}
	switch n.item {
	case itemFX:
		p.fixed = true
		return nil
	case itemTZ, itemOF:
		return sqlerr.New(sqlerr.FeatureNotSupported, "formatting field \"%s\" is only supported in to_char", n.text)
	case itemQ:
		return p.ignoreQuarter(i, n)
	case itemYComma:
		return p.commaYear(n)
	}
	return p.nameField(n)
}

// ignoreQuarter reads Q, which names no date.
func (p *charParser) ignoreQuarter(i int, n dateNode) error {
	_, _, err := p.integer(i, n, 1)
	return err
}

// numericField reads a pattern of digits.
func (p *charParser) numericField(i int, n dateNode, info itemInfo) error {
	width := info.width
	if n.item == itemFF {
		width = n.digits
	}
	if n.item == itemTZH {
		p.readZoneSign()
	} else if n.item == itemTZM && p.zoneSign == 0 {
		p.zoneSign = 1
	}
	v, used, err := p.integer(i, n, width)
	if err != nil {
		return err
	}
	switch n.item {
	case itemHH12:
		p.clock12 = true
	case itemMS, itemUS, itemFF:
		digits := 6
		if n.item == itemMS {
			digits = 3
		}
		if used < digits {
			v *= int(pow10i64[digits-used])
		}
	case itemID:
		v = v%7 + 1 // Sunday is 1 from here on
	case itemYYYY, itemIYYY, itemYYY, itemYY, itemY, itemIYY, itemIY, itemI:
		p.yearDigits = width
		if width < 4 && used < 4 {
			v = fullYear(v)
		}
	}
	if err := p.store(info.field, v, n); err != nil {
		return err
	}
	if n.th != "" {
		p.at = min(p.at+2, len(p.src))
	}
	return nil
}

// fullYear completes a year of fewer than four digits towards 2020.
func fullYear(y int) int {
	switch {
	case y < 70:
		return y + 2000
	case y < 100:
		return y + 1900
	case y < 520:
		return y + 2000
	case y < 1000:
		return y + 1000
	}
	return y
}

// readZoneSign takes the sign of TZH; a separator may have swallowed the minus.
func (p *charParser) readZoneSign() {
	p.zoneSign = 1
	if p.at < len(p.src) && strings.IndexByte("+- ", p.src[p.at]) >= 0 {
		if p.src[p.at] == '-' {
			p.zoneSign = -1
		}
		p.at++
	} else if p.extra > 0 && p.at > 0 && p.src[p.at-1] == '-' {
		p.zoneSign = -1
	}
}

func (p *charParser) store(field dateItem, v int, n dateNode) error {
	if old := p.set[field]; old != 0 && old != v {
		return p.fail("conflicting values for \"%s\" field in formatting string", n.text).
			WithDetail("This value contradicts a previous setting for the same field type.")
	}
	p.set[field] = v
	return nil
}

// integer reads up to width digits, or all there are where the next pattern
// cannot begin with one. used counts the characters taken.
func (p *charParser) integer(i int, n dateNode, width int) (v, used int, err error) {
	start := p.at
	for p.at < len(p.src) && isSpace(p.src[p.at]) {
		p.at++
	}
	rest := p.src[p.at:]
	shown := rest[:min(width, len(rest))]
	if n.fill || p.beforeNonDigit(i) {
		rest = rest[:integerPrefix(rest)]
	} else {
		if len(shown) < width {
			return 0, 0, p.fail("source string too short for \"%s\" formatting field", n.text).
				WithDetail("Field requires %d characters, but only %d remain.", width, len(shown)).
				WithHint("If your source string is not fixed-width, try using the \"FM\" modifier.")
		}
		rest = shown[:integerPrefix(shown)]
		if rest != "" && len(rest) < width {
			return 0, 0, p.fail("invalid value \"%s\" for \"%s\"", shown, n.text).
				WithDetail("Field requires %d characters, but only %d could be parsed.", width, len(rest)).
				WithHint("If your source string is not fixed-width, try using the \"FM\" modifier.")
		}
	}
	if rest == "" {
		return 0, 0, p.fail("invalid value \"%s\" for \"%s\"", shown, n.text).WithDetail("Value must be an integer.")
	}
	big, err := strconv.ParseInt(strings.TrimPrefix(rest, "+"), 10, 64)
	if err != nil || !fitsInt32(big) {
		return 0, 0, sqlerr.New(sqlerr.DatetimeFieldOverflow, "value for \"%s\" in source string is out of range", n.text).
			WithDetail("Value must be in the range %d to %d.", math.MinInt32, math.MaxInt32)
	}
	p.at += len(rest)
	return int(big), p.at - start, nil
}

// integerPrefix returns the length of the sign and digits that s starts with, 0 without digits.
func integerPrefix(s string) int {
	i := 0
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		i++
	}
	end := skipDigits(s, i)
	if end == i {
		return 0
	}
	return end
}

// beforeNonDigit reports that what follows node i in the template is no digit.
func (p *charParser) beforeNonDigit(i int) bool {
	if p.nodes[i].th != "" || i+1 >= len(p.nodes) {
		return true
	}
	next := p.nodes[i+1]
	if next.item == itemLiteral {
		return !isDigit(next.text[0])
	}
	_, digits := numericItems[next.item]
	return !digits && next.item != itemQ && next.item != itemYComma
}

// commaYear reads Y,YYY.
func (p *charParser) commaYear(n dateNode) error {
	rest := p.src[p.at:]
	thousands := integerPrefix(rest)
	if thousands == 0 || thousands >= len(rest) || rest[thousands] != ',' {
		return p.fail("invalid input string for \"Y,YYY\"")
	}
	end := min(skipDigits(rest, thousands+1), thousands+4)
	hi, errHi := strconv.ParseInt(rest[:thousands], 10, 32)
	lo, errLo := strconv.ParseInt(rest[thousands+1:end], 10, 32)
	if errHi != nil || errLo != nil || hi > math.MaxInt32/1000-1 {
		return p.fail("invalid input string for \"Y,YYY\"")
	}
	p.at += end
	p.yearDigits = 4
	return p.store(itemYYYY, int(hi*1000+lo), n)
}

// nameField reads words: months, days, AM and BC.
func (p *charParser) nameField(n dateNode) error {
	match := func(names ...string) (int, error) { return p.oneOf(n, names) }
	switch n.item {
	case itemAMDots, itemAM:
		i, err := match("am", "pm")
		if n.item == itemAMDots {
			i, err = match("a.m.", "p.m.")
		}
		p.pm, p.clock12 = i == 1, true
		return err
	case itemADDots, itemAD:
		i, err := match("ad", "bc")
		if n.item == itemADDots {
			i, err = match("a.d.", "b.c.")
		}
		p.bc = i == 1
		return err
	case itemMonth, itemMon, itemRM:
		names := monthAbbrevs[:]
		if n.item == itemMonth {
			names = monthNames[:]
		} else if n.item == itemRM {
			names = romans[:]
		}
		i, err := match(names...)
		if err != nil {
			return err
		}
		return p.store(itemMM, i+1, n)
	}
	names := dayAbbrevs[:]
	if n.item == itemDay {
		names = dayNames[:]
	}
	i, err := match(names...)
	if err != nil {
		return err
	}
	return p.store(itemD, i+1, n)
}

// oneOf matches the longest of the names, in any case.
func (p *charParser) oneOf(n dateNode, names []string) (int, error) {
	best, length := -1, 0
	rest := p.src[p.at:]
	for i, name := range names {
		if len(name) > length && len(rest) >= len(name) && strings.EqualFold(rest[:len(name)], name) {
			best, length = i, len(name)
		}
	}
	if best < 0 {
		shown := rest
		if cut := strings.IndexFunc(rest, func(r rune) bool { return r < 0x80 && isSpace(byte(r)) }); cut >= 0 {
			shown = rest[:cut]
		}
		return 0, p.fail("invalid value \"%s\" for \"%s\"", shown, n.text).
			WithDetail("The given value did not match any of the allowed values for this field.")
	}
	p.at += length
	return best, nil
}
