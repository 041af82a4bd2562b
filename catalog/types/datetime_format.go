package types

import (
	"strconv"
	"time"
)

var (
	monthAbbrevs = [...]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}
	dayAbbrevs   = [...]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}
)

// append2 writes n with at least two digits.
func append2(dst []byte, n int) []byte {
	if n < 0 {
		n = -n
	}
	if n < 100 {
		return append(dst, byte('0'+n/10), byte('0'+n%10))
	}
	return strconv.AppendInt(dst, int64(n), 10)
}

// appendYear writes at least four digits; years before 1 are shown as BC elsewhere.
func appendYear(dst []byte, y int) []byte {
	if y <= 0 {
		y = 1 - y
	}
	if y < 1000 {
		dst = append(dst, "000"[:3-len(strconv.Itoa(y))+1]...)
	}
	return strconv.AppendInt(dst, int64(y), 10)
}

// appendClock writes hh:mm:ss and the fraction without trailing zeros.
func appendClock(dst []byte, c civil) []byte {
	dst = append2(dst, c.hour)
	dst = append(dst, ':')
	dst = append2(dst, c.min)
	dst = append(dst, ':')
	return appendSeconds(dst, c.sec, c.us)
}

// appendSeconds writes ss[.ffffff]; both numbers are taken as magnitudes.
func appendSeconds(dst []byte, sec, us int) []byte {
	dst = append2(dst, sec)
	if us < 0 {
		us = -us
	}
	if us == 0 {
		return dst
	}
	dst = append(dst, '.')
	for div := 100000; us > 0; div /= 10 {
		dst = append(dst, byte('0'+us/div))
		us %= div
	}
	return dst
}

// appendOffset writes seconds east of UTC as +hh[:mm[:ss]].
func appendOffset(dst []byte, seconds int) []byte {
	if seconds < 0 {
		dst = append(dst, '-')
		seconds = -seconds
	} else {
		dst = append(dst, '+')
	}
	dst = append2(dst, seconds/3600)
	if seconds%3600 == 0 {
		return dst
	}
	dst = append(dst, ':')
	dst = append2(dst, seconds/60%60)
	if seconds%60 != 0 {
		dst = append(dst, ':')
		dst = append2(dst, seconds%60)
	}
	return dst
}

func appendBC(dst []byte, year int) []byte {
	if year <= 0 {
		return append(dst, " BC"...)
	}
	return dst
}

// appendDate writes a date in the session's DateStyle.
func appendDate(dst []byte, days int64, f *Format) []byte {
	switch days {
	case DateInfinity:
		return append(dst, "infinity"...)
	case DateNegInfinity:
		return append(dst, "-infinity"...)
	}
	var c civil
	c.year, c.month, c.day = civilFromDays(days)
	switch f.DateStyle {
	case "SQL":
		dst = appendDayMonth(dst, c, '/', f)
	case "German":
		dst = append2(dst, c.day)
		dst = append(dst, '.')
		dst = append2(dst, c.month)
		dst = append(dst, '.')
		dst = appendYear(dst, c.year)
	case "Postgres":
		dst = appendDayMonth(dst, c, '-', f)
	default:
		dst = appendISODate(dst, c)
	}
	return appendBC(dst, c.year)
}

func appendISODate(dst []byte, c civil) []byte {
	dst = appendYear(dst, c.year)
	dst = append(dst, '-')
	dst = append2(dst, c.month)
	dst = append(dst, '-')
	return append2(dst, c.day)
}

// appendDayMonth writes day, month, year in the order of DateOrder.
func appendDayMonth(dst []byte, c civil, sep byte, f *Format) []byte {
	a, b := c.month, c.day
	if f.DateOrder == "DMY" {
		a, b = b, a
	}
	dst = append2(dst, a)
	dst = append(dst, sep)
	dst = append2(dst, b)
	dst = append(dst, sep)
	return appendYear(dst, c.year)
}

// appendTimestamp writes a timestamp; zone is nil for the type without time zone.
func appendTimestamp(dst []byte, ts int64, zone *time.Location, f *Format) []byte {
	switch ts {
	case TimestampInfinity:
		return append(dst, "infinity"...)
	case TimestampNegInfinity:
		return append(dst, "-infinity"...)
	}
	offset, abbrev := 0, ""
	if zone != nil {
		offset, abbrev = offsetAt(ts, zone)
		ts += int64(offset) * usPerSecond
	}
	c := civilFromTimestamp(ts)
	switch f.DateStyle {
	case "SQL", "German":
		dst = appendDate(dst, floorDiv(ts, usPerDay), &Format{DateStyle: f.DateStyle, DateOrder: f.DateOrder})
		if c.year <= 0 {
			dst = dst[:len(dst)-len(" BC")] // the era stands last
		}
		dst = append(dst, ' ')
		dst = appendClock(dst, c)
		dst = appendZoneName(dst, zone, offset, abbrev)
	case "Postgres":
		dst = appendPostgresStyle(dst, ts, c, f)
		dst = appendZoneName(dst, zone, offset, abbrev)
	default:
		dst = appendISODate(dst, c)
		dst = append(dst, ' ')
		dst = appendClock(dst, c)
		if zone != nil {
			dst = appendOffset(dst, offset)
		}
	}
	return appendBC(dst, c.year)
}

func appendPostgresStyle(dst []byte, ts int64, c civil, f *Format) []byte {
	dst = append(dst, dayAbbrevs[weekday(floorDiv(ts, usPerDay))]...)
	dst = append(dst, ' ')
	if f.DateOrder == "DMY" {
		dst = append2(dst, c.day)
		dst = append(dst, ' ')
		dst = append(dst, monthAbbrevs[c.month-1]...)
	} else {
		dst = append(dst, monthAbbrevs[c.month-1]...)
		dst = append(dst, ' ')
		dst = append2(dst, c.day)
	}
	dst = append(dst, ' ')
	dst = appendClock(dst, c)
	dst = append(dst, ' ')
	return appendYear(dst, c.year)
}

// appendZoneName writes the abbreviation, or the offset of a zone that has none.
func appendZoneName(dst []byte, zone *time.Location, offset int, abbrev string) []byte {
	if zone == nil {
		return dst
	}
	dst = append(dst, ' ')
	if abbrev == "" || !isAlpha(abbrev[0]) {
		return appendOffset(dst, offset)
	}
	return append(dst, abbrev...)
}

// weekday returns 0 for Sunday; 2000-01-01 was a Saturday.
func weekday(days int64) int { return int(((days+6)%7 + 7) % 7) }

// appendTime writes a time of day; 24:00:00 is a value of its own.
func appendTime(dst []byte, us int64) []byte {
	return appendClock(dst, civil{
		hour: int(us / usPerHour), min: int(us / usPerMinute % 60),
		sec: int(us / usPerSecond % 60), us: int(us % usPerSecond),
	})
}

func appendTimetz(dst []byte, v Value) []byte {
	us, zone := TimetzParts(v)
	return appendOffset(appendTime(dst, us), int(-zone))
}
