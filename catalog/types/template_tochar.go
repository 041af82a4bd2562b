package types

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"synapse/catalog/sqlerr"
)

var (
	monthNames = [...]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
	dayNames   = [...]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}
	romans     = [...]string{"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"}
)

// charTime is what to_char formats: a moment or an interval.
type charTime struct {
	c        civil
	hour     int64 // of an interval it has no limit
	days     int64 // since 2000-01-01
	interval bool
	offset   int // seconds east of UTC
	abbrev   string
}

// ToCharTimestamp is to_char of timestamp (zone nil) and timestamptz: a text,
// NULL for an infinity or an empty template.
func ToCharTimestamp(ts int64, zone *time.Location, pattern string) Value {
	if ts == TimestampInfinity || ts == TimestampNegInfinity || pattern == "" {
		return Null
	}
	var t charTime
	if zone != nil {
		t.offset, t.abbrev = offsetAt(ts, zone)
		ts += int64(t.offset) * usPerSecond
		if t.abbrev != "" && !isAlpha(t.abbrev[0]) {
			t.abbrev = string(appendOffset(nil, t.offset))
		}
	}
	t.c = civilFromTimestamp(ts)
	t.hour, t.days = int64(t.c.hour), floorDiv(ts, usPerDay)
	return NewString(t.format(parseDateTemplate(pattern)))
}

// ToCharInterval is to_char of interval: a text, NULL for an empty template.
// Error: 22007 for a pattern of calendar dates.
func ToCharInterval(s Span, pattern string) (Value, error) {
	if pattern == "" {
		return Null, nil
	}
	f := s.fields()
	t := charTime{interval: true, hour: f.hour}
	t.c = civil{
		year: int(f.year), month: int(f.mon), day: int(f.day),
		hour: int(f.hour), min: f.min, sec: f.sec, us: f.us,
	}
	t.days = (f.year*monthsPerYear+f.mon)*daysPerMonth + f.day
	nodes := parseDateTemplate(pattern)
	for _, n := range nodes {
		if calendarOnly[n.item] {
			return Null, sqlerr.New(sqlerr.InvalidDatetimeFormat, "invalid format specification for an interval value").
				WithHint("Intervals are not tied to specific calendar dates.")
		}
	}
	return NewString(t.format(nodes)), nil
}

func (t *charTime) format(nodes []dateNode) string {
	var b strings.Builder
	for _, n := range nodes {
		if n.item == itemLiteral {
			b.WriteString(n.text)
		} else {
			b.WriteString(t.item(n))
		}
	}
	return b.String()
}

// calendarOnly are the patterns that an interval has nothing for.
var calendarOnly = map[dateItem]bool{
	itemADDots: true, itemAD: true, itemTZ: true, itemTZH: true, itemTZM: true, itemOF: true,
	itemMonth: true, itemMon: true, itemDay: true, itemDy: true, itemD: true, itemID: true,
}

// padded writes n with at least width digits, the sign apart, unless FM.
func (n dateNode) padded(v int64, width int) string {
	if v < 0 {
		width++
	}
	return n.zeroFilled(v, width)
}

// zeroFilled writes n in at least width places, the sign being one of them, unless FM.
func (n dateNode) zeroFilled(v int64, width int) string {
	s := strconv.FormatInt(v, 10)
	if !n.fill {
		s = fmt.Sprintf("%0*d", width, v)
	}
	if n.th != "" {
		s += ordinal(v, n.th)
	}
	return s
}

// name writes a month or day name in the pattern's case, padded to width unless FM.
func (n dateNode) name(s string, width int) string {
	switch n.form {
	case caseUpper:
		s = strings.ToUpper(s)
	case caseLower:
		s = strings.ToLower(s)
	}
	if n.fill || n.local {
		return s
	}
	return fmt.Sprintf("%-*s", width, s)
}

// clockMark writes AM, PM, AD or BC in the pattern's case and with its dots.
func (n dateNode) mark(s string, dots bool) string {
	if dots {
		s = s[:1] + "." + s[1:] + "."
	}
	if n.form == caseLower {
		return strings.ToLower(s)
	}
	return s
}

// shownYear is the year as templates show it: 1 BC is 1.
func (t *charTime) shownYear() int64 {
	y := int64(t.c.year)
	if !t.interval && y <= 0 {
		y = 1 - y
	}
	return y
}

func (t *charTime) item(n dateNode) string {
	switch n.item {
	case itemAMDots, itemAM:
		s := "AM"
		if h := t.hour % 24; h >= 12 {
			s = "PM"
		}
		return n.mark(s, n.item == itemAMDots)
	case itemADDots, itemAD:
		s := "AD"
		if t.c.year <= 0 {
			s = "BC"
		}
		return n.mark(s, n.item == itemADDots)
	case itemHH12:
		h := t.hour % 12
		if h == 0 {
			h = 12
		}
		return n.padded(h, 2)
	case itemHH24:
		return n.padded(t.hour, 2)
	case itemMI:
		return n.padded(int64(t.c.min), 2)
	case itemSS:
		return n.padded(int64(t.c.sec), 2)
	case itemFF:
		return dateNode{th: n.th}.padded(int64(t.c.us)/pow10i64[6-n.digits], n.digits)
	case itemMS:
		return dateNode{th: n.th}.padded(int64(t.c.us/1000), 3)
	case itemUS:
		return dateNode{th: n.th}.padded(int64(t.c.us), 6)
	case itemSSSS:
		return dateNode{fill: true, th: n.th}.padded(t.hour*3600+int64(t.c.min)*60+int64(t.c.sec), 0)
	case itemTZ, itemTZH, itemTZM, itemOF:
		return t.zoneItem(n)
	}
	return t.dateItem(n)
}

func (t *charTime) zoneItem(n dateNode) string {
	off, sign := t.offset, "+"
	if off < 0 {
		off, sign = -off, "-"
	}
	switch n.item {
	case itemTZ:
		if n.form == caseLower {
			return strings.ToLower(t.abbrev)
		}
		return strings.ToUpper(t.abbrev)
	case itemTZH:
		return fmt.Sprintf("%s%02d", sign, off/3600)
	case itemTZM:
		return fmt.Sprintf("%02d", off/60%60)
	}
	s := sign + dateNode{fill: n.fill}.padded(int64(off/3600), 2)
	if off%3600 != 0 {
		s += fmt.Sprintf(":%02d", off/60%60)
	}
	return s
}

// dateItem formats the patterns of the calendar.
func (t *charTime) dateItem(n dateNode) string {
	c := t.c
	switch n.item {
	case itemMonth:
		return n.name(monthNames[c.month-1], 9)
	case itemMon:
		return n.name(monthAbbrevs[c.month-1], 3)
	case itemMM:
		return n.padded(int64(c.month), 2)
	case itemDay:
		return n.name(dayNames[weekday(t.days)], 9)
	case itemDy:
		return n.name(dayAbbrevs[weekday(t.days)], 3)
	case itemDDD:
		return n.zeroFilled(t.dayOfYear(), 3)
	case itemIDDD:
		return n.padded(isoDayOfYear(t.days), 3)
	case itemDD:
		return n.zeroFilled(int64(c.day), 2)
	case itemD:
		return n.padded(int64(weekday(t.days)+1), 1)
	case itemID:
		return n.padded(int64(isoWeekday(t.days)), 1)
	case itemWW:
		return n.padded((t.dayOfYear()-1)/7+1, 2)
	case itemIW:
		_, w := isoWeek(t.days)
		return n.padded(int64(w), 2)
	case itemQ:
		if c.month == 0 {
			return ""
		}
		return n.padded(int64((c.month-1)/3+1), 1)
	case itemW:
		return n.padded(int64((c.day-1)/7+1), 1)
	case itemJ:
		if t.interval {
			return n.padded(julianDay(int64(c.year), int64(c.month), int64(c.day)), 1)
		}
		return n.padded(t.days+julianEpoch, 1)
	case itemRM:
		return t.roman(n)
	}
	return t.yearItem(n)
}

func (t *charTime) dayOfYear() int64 {
	if t.interval {
		return t.days
	}
	return t.days - daysFromCivil(t.c.year, 1, 1) + 1
}

func (t *charTime) roman(n dateNode) string {
	m := t.c.month
	if m == 0 && t.c.year == 0 {
		return ""
	}
	switch { // an interval's months count back from December where negative
	case m < 0:
		m += 13
	case m == 0 && t.c.year > 0:
		m = 12
	case m == 0:
		m = 1
	}
	return n.name(romans[m-1], 4)
}

// julianDay is PostgreSQL's formula, which takes month and day numbers that no calendar has.
func julianDay(year, month, day int64) int64 {
	if month > 2 {
		month, year = month+1, year+4800
	} else {
		month, year = month+13, year+4799
	}
	century := year / 100
	return year*365 - 32167 + year/4 - century + century/4 + 7834*month/256 + day
}

func (t *charTime) yearItem(n dateNode) string {
	y := t.shownYear()
	switch n.item {
	case itemIYYY, itemIYY, itemIY, itemI:
		if !t.interval {
			iso, _ := isoWeek(t.days)
			y = int64(iso)
			if y <= 0 {
				y = 1 - y
			}
		}
	}
	switch n.item {
	case itemCC:
		return n.padded(t.century(), 2)
	case itemYComma:
		s := fmt.Sprintf("%d,%03d", y/1000, y%1000)
		if n.th != "" {
			s += ordinal(y, n.th)
		}
		return s
	case itemYYYY, itemIYYY:
		return n.padded(y, 4)
	case itemYYY, itemIYY:
		return n.padded(y%1000, 3)
	case itemYY, itemIY:
		return n.padded(y%100, 2)
	case itemY, itemI:
		return n.padded(y%10, 1)
	}
	return "" // FX formats nothing
}

func (t *charTime) century() int64 {
	y := int64(t.c.year)
	switch {
	case t.interval:
		return y / 100
	case y > 0:
		return (y-1)/100 + 1
	}
	return y/100 - 1
}
