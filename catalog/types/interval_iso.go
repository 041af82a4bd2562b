package types

import "strings"

// decodeISOInterval reads ISO 8601 durations: P1Y2M3W4DT5H6M7.5S, and the
// alternative forms P0001-02-03T04:05:06 and P00010203T040506.
func decodeISOInterval(s string) (spanBuilder, dateFault) {
	var b spanBuilder
	if len(s) < 2 || s[0] != 'P' {
		return b, faultFormat
	}
	date, clock, _ := strings.Cut(s[1:], "T")
	fault := b.isoPart(date, "YMWD", []intervalUnit{unitYear, unitMonth, unitWeek, unitDay}, 8, '-')
	if fault == faultNone {
		fault = b.isoPart(clock, "HMS", []intervalUnit{unitHour, unitMinute, unitSecond}, 6, ':')
	}
	return b, fault
}

// isoPart reads the date or the time half. basic is the width of its form
// without designators, sep the separator of the extended form.
func (b *spanBuilder) isoPart(s, designators string, units []intervalUnit, basic int, sep byte) dateFault {
	if s == "" {
		return faultNone
	}
	last := s[len(s)-1]
	if isDigit(last) {
		return b.isoAlternative(s, basic, sep)
	}
	for s != "" {
		end := 0
		for end < len(s) && (isDigit(s[end]) || s[end] == '.' || s[end] == '-' || s[end] == '+') {
			end++
		}
		if end == 0 || end == len(s) {
			return faultFormat
		}
		at := strings.IndexByte(designators, s[end])
		if at < 0 {
			return faultFormat
		}
		val, frac, fault := splitNumber(s[:end])
		if fault != faultNone {
			return fault
		}
		b.put(units[at], val, frac)
		s = s[end+1:]
	}
	return faultNone
}

func (b *spanBuilder) isoAlternative(s string, basic int, sep byte) dateFault {
	units := []intervalUnit{unitYear, unitMonth, unitDay}
	if sep == ':' {
		units = []intervalUnit{unitHour, unitMinute, unitSecond}
	}
	neg := s[0] == '-'
	body := strings.TrimLeft(s, "+-")
	parts := strings.Split(body, string(sep))
	whole, _, _ := strings.Cut(body, ".")
	if len(parts) == 1 && len(whole) == basic {
		n := basic - 4
		parts = []string{body[:n], body[n : n+2], body[n+2:]}
	}
	if len(parts) > 3 {
		return faultFormat
	}
	for i, p := range parts {
		val, frac, fault := splitNumber(p)
		if fault != faultNone {
			return fault
		}
		if neg {
			val, frac = -val, -frac
		}
		b.put(units[i], val, frac)
	}
	return faultNone
}
