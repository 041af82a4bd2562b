package types

import (
	"sort"
	"strings"
)

// Templates are the second argument of to_char, to_timestamp, to_date and
// to_number. A template is cut into nodes once per call; template_*.go format and
// parse by them. The patterns are those of PostgreSQL's manual, section 9.8.

// dateItem is what one pattern stands for, whatever its letter case.
type dateItem uint8

const (
	itemLiteral dateItem = iota
	itemAMDots
	itemAM
	itemADDots
	itemAD
	itemHH12
	itemHH24
	itemMI
	itemSS
	itemFF
	itemMS
	itemUS
	itemSSSS
	itemTZ
	itemTZH
	itemTZM
	itemOF
	itemMonth
	itemMon
	itemMM
	itemDay
	itemDy
	itemDDD
	itemIDDD
	itemDD
	itemD
	itemID
	itemWW
	itemIW
	itemQ
	itemCC
	itemYComma
	itemYYYY
	itemYYY
	itemYY
	itemY
	itemIYYY
	itemIYY
	itemIY
	itemI
	itemRM
	itemW
	itemJ
	itemFX
)

// letterCase is how names are written.
type letterCase uint8

const (
	caseUpper letterCase = iota
	caseTitle
	caseLower
)

// dateNode is one piece of a date template.
type dateNode struct {
	item   dateItem
	form   letterCase
	digits int    // FF1…FF6
	text   string // a literal character, or the pattern as written
	quoted bool   // of a literal: it stood in quotes and is no separator
	fill   bool   // FM before it
	local  bool   // TM before it
	th     string // "TH" or "th" behind it
}

// datePattern is a pattern and its node.
type datePattern struct {
	name string
	node dateNode
}

// datePatterns holds every spelling, longer ones before their prefixes.
var datePatterns = func() []datePattern {
	var out []datePattern
	add := func(item dateItem, names ...string) {
		for _, n := range names {
			out = append(out, datePattern{n, dateNode{item: item, text: n}})
		}
	}
	both := func(item dateItem, names ...string) {
		add(item, names...)
		for _, n := range names {
			add(item, strings.ToLower(n))
		}
	}
	both(itemAMDots, "A.M.", "P.M.")
	both(itemAM, "AM", "PM")
	both(itemADDots, "A.D.", "B.C.")
	both(itemAD, "AD", "BC")
	both(itemHH24, "HH24")
	both(itemHH12, "HH12", "HH")
	both(itemMI, "MI")
	both(itemSSSS, "SSSSS", "SSSS")
	both(itemSS, "SS")
	both(itemMS, "MS")
	both(itemUS, "US")
	both(itemTZH, "TZH")
	both(itemTZM, "TZM")
	both(itemTZ, "TZ")
	both(itemOF, "OF")
	add(itemMonth, "MONTH", "Month", "month")
	add(itemMon, "MON", "Mon", "mon")
	add(itemDay, "DAY", "Day", "day")
	add(itemDy, "DY", "Dy", "dy")
	both(itemMM, "MM")
	both(itemDDD, "DDD")
	both(itemIDDD, "IDDD")
	both(itemDD, "DD")
	both(itemD, "D")
	both(itemID, "ID")
	both(itemWW, "WW")
	both(itemIW, "IW")
	both(itemQ, "Q")
	both(itemCC, "CC")
	both(itemYComma, "Y,YYY")
	both(itemYYYY, "YYYY")
	both(itemYYY, "YYY")
	both(itemYY, "YY")
	both(itemY, "Y")
	both(itemIYYY, "IYYY")
	both(itemIYY, "IYY")
	both(itemIY, "IY")
	both(itemI, "I")
	both(itemRM, "RM")
	both(itemW, "W")
	both(itemJ, "J")
	both(itemFX, "FX")
	for d := '1'; d <= '6'; d++ {
		both(itemFF, "FF"+string(d))
	}
	for i := range out {
		name := out[i].name
		switch {
		case name[0] >= 'a':
			out[i].node.form = caseLower
		case len(name) > 1 && name[1] >= 'a':
			out[i].node.form = caseTitle
		}
		if out[i].node.item == itemFF {
			out[i].node.digits = int(name[2] - '0')
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return len(out[i].name) > len(out[j].name) })
	return out
}()

// parseDateTemplate cuts a date template into nodes.
func parseDateTemplate(pattern string) []dateNode {
	var out []dateNode
	for pattern != "" {
		if text, rest, ok := cutTemplateLiteral(pattern); ok {
			for _, r := range text {
				out = append(out, dateNode{text: string(r), quoted: true})
			}
			pattern = rest
			continue
		}
		n, rest, ok := cutDateNode(pattern)
		if !ok {
			r := firstRune(pattern)
			n, rest = dateNode{text: r}, pattern[len(r):]
		}
		if n.text != "" { // a prefix before nothing means nothing
			out = append(out, n)
		}
		pattern = rest
	}
	return out
}

// cutDateNode reads prefixes, a pattern and its suffix.
func cutDateNode(pattern string) (n dateNode, rest string, ok bool) {
	rest = pattern
	fill, local := false, false
	for {
		switch {
		case strings.HasPrefix(rest, "FM"), strings.HasPrefix(rest, "fm"):
			fill = true
		case strings.HasPrefix(rest, "TM"), strings.HasPrefix(rest, "tm"):
			local = true
		default:
			for i := range datePatterns {
				if strings.HasPrefix(rest, datePatterns[i].name) {
					n = datePatterns[i].node
					n.fill, n.local = fill, local
					rest = rest[len(n.text):]
					if strings.HasPrefix(rest, "TH") || strings.HasPrefix(rest, "th") {
						n.th, rest = rest[:2], rest[2:]
					}
					return n, rest, true
				}
			}
			return dateNode{}, rest, false
		}
		rest = rest[2:]
		if rest == "" {
			return dateNode{}, "", true
		}
	}
}

// cutTemplateLiteral reads a quoted text, or \" outside of quotes.
func cutTemplateLiteral(pattern string) (text, rest string, ok bool) {
	if strings.HasPrefix(pattern, `\"`) {
		return `"`, pattern[2:], true
	}
	if pattern[0] != '"' {
		return "", pattern, false
	}
	var b strings.Builder
	i := 1
	for ; i < len(pattern) && pattern[i] != '"'; i++ {
		if pattern[i] == '\\' && i+1 < len(pattern) {
			i++
		}
		b.WriteByte(pattern[i])
	}
	return b.String(), pattern[min(i+1, len(pattern)):], true
}

// ordinal returns the English suffix of a number.
func ordinal(n int64, form string) string {
	if n < 0 {
		n = -n
	}
	s := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			s = "st"
		case 2:
			s = "nd"
		case 3:
			s = "rd"
		}
	}
	if form == "TH" {
		return strings.ToUpper(s)
	}
	return s
}
