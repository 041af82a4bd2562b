package types

// decodeISO is the fast path for what programs send:
// YYYY-MM-DD[{T| }hh:mm:ss[.f][Z|±hh[:mm]]]. It reports false for everything
// else, valid or not, and leaves that to the general decoder.
func (d *dateDecoder) decodeISO(s string) bool {
	if len(s) < 10 || s[4] != '-' || s[7] != '-' || !digitsAt(s, 0, 4) || !digitsAt(s, 5, 2) || !digitsAt(s, 8, 2) {
		return false
	}
	d.c.year = atoi2(s)*100 + atoi2(s[2:])
	d.c.month, d.c.day = atoi2(s[5:]), atoi2(s[8:])
	if d.c.year == 0 || d.c.month < 1 || d.c.month > 12 || d.c.day < 1 || d.c.day > daysInMonth(d.c.year, d.c.month) {
		return false
	}
	if len(s) == 10 {
		return true
	}
	if len(s) < 19 || (s[10] != ' ' && s[10] != 'T') || s[13] != ':' || s[16] != ':' ||
		!digitsAt(s, 11, 2) || !digitsAt(s, 14, 2) || !digitsAt(s, 17, 2) {
		return false
	}
	d.c.hour, d.c.min, d.c.sec = atoi2(s[11:]), atoi2(s[14:]), atoi2(s[17:])
	if d.c.hour > 23 || d.c.min > 59 || d.c.sec > 59 {
		return false
	}
	at := 19
	if at < len(s) && s[at] == '.' {
		end := skipDigits(s, at+1)
		if end-at > 7 || end == at+1 {
			return false
		}
		d.c.us, _ = parseFraction(s[at:end])
		at = end
	}
	return d.decodeISOZone(s[at:])
}

func (d *dateDecoder) decodeISOZone(s string) bool {
	switch {
	case s == "":
		return true
	case s == "Z":
		d.have |= maskZone
		return true
	case s[0] != '+' && s[0] != '-':
		return false
	}
	if (len(s) != 3 && len(s) != 6) || !digitsAt(s, 1, 2) || (len(s) == 6 && (s[3] != ':' || !digitsAt(s, 4, 2))) {
		return false
	}
	off, fault := parseZoneOffset(s)
	d.offset = off
	d.have |= maskZone
	return fault == faultNone
}

func digitsAt(s string, at, n int) bool {
	for i := at; i < at+n; i++ {
		if !isDigit(s[i]) {
			return false
		}
	}
	return true
}
