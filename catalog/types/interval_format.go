package types

import "strconv"

// spanFields are an interval's parts as its text forms show them, each with its own sign.
type spanFields struct {
	year, mon, day int64
	hour           int64
	min, sec, us   int
}

func (s Span) fields() spanFields {
	return spanFields{
		year: int64(s.Months / monthsPerYear), mon: int64(s.Months % monthsPerYear), day: int64(s.Days),
		hour: s.Micros / usPerHour, min: int(s.Micros / usPerMinute % 60),
		sec: int(s.Micros / usPerSecond % 60), us: int(s.Micros % usPerSecond),
	}
}

func (f spanFields) clockNegative() bool { return f.hour < 0 || f.min < 0 || f.sec < 0 || f.us < 0 }
func (f spanFields) clockZero() bool     { return f.hour == 0 && f.min == 0 && f.sec == 0 && f.us == 0 }

func appendInterval(dst []byte, s Span, style string) []byte {
	f := s.fields()
	switch style {
	case "postgres_verbose":
		return appendIntervalVerbose(dst, f)
	case "iso_8601":
		return appendIntervalISO(dst, f)
	case "sql_standard":
		return appendIntervalSQL(dst, f)
	}
	return appendIntervalPostgres(dst, f)
}

func appendIntervalPostgres(dst []byte, f spanFields) []byte {
	start := len(dst)
	before := false // the part written last was negative: a positive one needs its sign
	for _, p := range []struct {
		n    int64
		unit string
	}{{f.year, "year"}, {f.mon, "mon"}, {f.day, "day"}} {
		if p.n == 0 {
			continue
		}
		if len(dst) > start {
			dst = append(dst, ' ')
		}
		if before && p.n > 0 {
			dst = append(dst, '+')
		}
		dst = strconv.AppendInt(dst, p.n, 10)
		dst = append(dst, ' ')
		dst = append(dst, p.unit...)
		if p.n != 1 {
			dst = append(dst, 's')
		}
		before = p.n < 0
	}
	if f.clockZero() && len(dst) > start {
		return dst
	}
	if len(dst) > start {
		dst = append(dst, ' ')
	}
	switch {
	case f.clockNegative():
		dst = append(dst, '-')
	case before:
		dst = append(dst, '+')
	}
	dst = appendHours(dst, f.hour, true)
	dst = append(dst, ':')
	dst = append2(dst, f.min)
	dst = append(dst, ':')
	return appendSeconds(dst, absInt(f.sec), f.us)
}

// appendHours writes the magnitude, padded to two digits where pad is set.
func appendHours(dst []byte, h int64, pad bool) []byte {
	u := uint64(h)
	if h < 0 {
		u = -u
	}
	if pad && u < 10 {
		dst = append(dst, '0')
	}
	return strconv.AppendUint(dst, u, 10)
}

func absInt(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

// appendPlainSeconds writes seconds without a leading zero: 6.5.
func appendPlainSeconds(dst []byte, sec, us int) []byte {
	at := len(dst)
	dst = appendSeconds(dst, absInt(sec), us)
	if dst[at] == '0' {
		dst = append(dst[:at], dst[at+1:]...)
	}
	return dst
}

func appendIntervalVerbose(dst []byte, f spanFields) []byte {
	dst = append(dst, '@')
	start, before := len(dst), false
	part := func(n int64, unit string) {
		if n == 0 {
			return
		}
		if len(dst) == start {
			before = n < 0
		}
		if before {
			n = -n
		}
		dst = append(dst, ' ')
		dst = strconv.AppendInt(dst, n, 10)
		dst = append(dst, ' ')
		dst = append(dst, unit...)
		if n != 1 {
			dst = append(dst, 's')
		}
	}
	part(f.year, "year")
	part(f.mon, "mon")
	part(f.day, "day")
	part(f.hour, "hour")
	part(int64(f.min), "min")
	if f.sec != 0 || f.us != 0 {
		negative := f.sec < 0 || f.us < 0
		first := len(dst) == start
		dst = append(dst, ' ')
		switch {
		case first:
			before = negative
		case negative != before:
			dst = append(dst, '-')
		}
		dst = appendPlainSeconds(dst, f.sec, f.us)
		dst = append(dst, " sec"...)
		if absInt(f.sec) != 1 || f.us != 0 {
			dst = append(dst, 's')
		}
	}
	if len(dst) == start {
		dst = append(dst, " 0"...)
	}
	if before {
		dst = append(dst, " ago"...)
	}
	return dst
}

func appendIntervalISO(dst []byte, f spanFields) []byte {
	if f.year == 0 && f.mon == 0 && f.day == 0 && f.clockZero() {
		return append(dst, "PT0S"...)
	}
	part := func(n int64, unit byte) {
		if n != 0 {
			dst = append(strconv.AppendInt(dst, n, 10), unit)
		}
	}
	dst = append(dst, 'P')
	part(f.year, 'Y')
	part(f.mon, 'M')
	part(f.day, 'D')
	if f.clockZero() {
		return dst
	}
	dst = append(dst, 'T')
	part(f.hour, 'H')
	part(int64(f.min), 'M')
	if f.sec != 0 || f.us != 0 {
		if f.sec < 0 || f.us < 0 {
			dst = append(dst, '-')
		}
		dst = append(appendPlainSeconds(dst, f.sec, f.us), 'S')
	}
	return dst
}

func appendIntervalSQL(dst []byte, f spanFields) []byte {
	yearMonth := f.year != 0 || f.mon != 0
	dayTime := f.day != 0 || !f.clockZero()
	negative := f.year < 0 || f.mon < 0 || f.day < 0 || f.clockNegative()
	positive := f.year > 0 || f.mon > 0 || f.day > 0 || f.hour > 0 || f.min > 0 || f.sec > 0 || f.us > 0
	clock := func() {
		dst = appendHours(dst, f.hour, false)
		dst = append(dst, ':')
		dst = append2(dst, f.min)
		dst = append(dst, ':')
		dst = appendSeconds(dst, absInt(f.sec), f.us)
	}
	years := func() {
		dst = appendHours(dst, f.year, false)
		dst = append(dst, '-')
		dst = appendHours(dst, f.mon, false)
	}
	if !negative && !positive {
		return append(dst, '0')
	}
	if (negative && positive) || (yearMonth && dayTime) {
		dst = append(dst, signOf(f.year < 0 || f.mon < 0))
		years()
		dst = append(dst, ' ', signOf(f.day < 0))
		dst = appendHours(dst, f.day, false)
		dst = append(dst, ' ', signOf(f.clockNegative()))
		clock()
		return dst
	}
	if negative {
		dst = append(dst, '-')
	}
	switch {
	case yearMonth:
		years()
	case f.day != 0:
		dst = appendHours(dst, f.day, false)
		dst = append(dst, ' ')
		clock()
	default:
		clock()
	}
	return dst
}

func signOf(negative bool) byte {
	if negative {
		return '-'
	}
	return '+'
}
