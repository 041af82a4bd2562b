package types

import (
	"math"
	"time"

	"synapse/catalog/sqlerr"
)

// Units of the date and time types, in microseconds unless the name says otherwise.
const (
	usPerSecond = int64(1_000_000)
	usPerMinute = 60 * usPerSecond
	usPerHour   = 60 * usPerMinute
	usPerDay    = 24 * usPerHour

	monthsPerYear = 12
	daysPerMonth  = 30 // of an interval, where a month must be days

	// epochDays and epochSeconds are 2000-01-01 counted from the Unix epoch.
	epochDays    = 10957
	epochSeconds = epochDays * 86400

	// julianEpoch is the Julian day of 2000-01-01.
	julianEpoch = 2451545
)

// Infinities and limits of date and timestamp, PostgreSQL's.
const (
	DateInfinity         = math.MaxInt32
	DateNegInfinity      = math.MinInt32
	TimestampInfinity    = math.MaxInt64
	TimestampNegInfinity = math.MinInt64

	dateMin      = -julianEpoch         // 4714-11-24 BC
	dateEnd      = 2147483494 - 2451545 // 5874898-01-01, the first day that is out of range
	timestampMin = -211813488000000000  // 4714-11-24 00:00:00 BC
	timestampEnd = 9223371331200000000  // 294277-01-01
	yearMin      = -4713                // astronomical: 4714 BC
	yearMax      = 5874897              // of a date
)

// civil is a broken-down local time. Year is astronomical (0 is 1 BC).
type civil struct {
	year, month, day int
	hour, min, sec   int
	us               int // microseconds within the second
}

// daysFromCivil returns days since 2000-01-01 in the proleptic Gregorian calendar.
func daysFromCivil(y, m, d int) int64 {
	// Howard Hinnant's days_from_civil: years start in March, so the leap day is last.
	if m <= 2 {
		y--
	}
	era := floorDiv(int64(y), 400)
	yoe := int64(y) - era*400
	mp := int64((m + 9) % 12)
	doy := (153*mp+2)/5 + int64(d) - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return era*146097 + doe - 719468 - epochDays
}

// civilFromDays is the inverse of daysFromCivil.
func civilFromDays(days int64) (y, m, d int) {
	z := days + epochDays + 719468
	era := floorDiv(z, 146097)
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d = int(doy - (153*mp+2)/5 + 1)
	m = int(mp) + 3
	if m > 12 {
		m -= 12
	}
	y = int(yoe + era*400)
	if m <= 2 {
		y++
	}
	return y, m, d
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

// civilFromTimestamp breaks down microseconds since 2000-01-01 (already local).
func civilFromTimestamp(ts int64) civil {
	days := floorDiv(ts, usPerDay)
	c := civilFromTime(ts - days*usPerDay)
	c.year, c.month, c.day = civilFromDays(days)
	return c
}

func civilFromTime(us int64) civil {
	return civil{
		hour: int(us / usPerHour), min: int(us / usPerMinute % 60),
		sec: int(us / usPerSecond % 60), us: int(us % usPerSecond),
	}
}

// timeOfDay returns microseconds since midnight.
func (c civil) timeOfDay() int64 {
	return int64(c.hour)*usPerHour + int64(c.min)*usPerMinute + int64(c.sec)*usPerSecond + int64(c.us)
}

// timestamp is the inverse of civilFromTimestamp; ok is false beyond the type's range.
func (c civil) timestamp() (int64, bool) {
	days := daysFromCivil(c.year, c.month, c.day)
	if days < dateMin || days > timestampEnd/usPerDay {
		return 0, false
	}
	ts := days*usPerDay + c.timeOfDay()
	return ts, timestampInRange(ts)
}

func timestampInRange(ts int64) bool { return ts >= timestampMin && ts < timestampEnd }

func isLeap(y int) bool { return y%4 == 0 && (y%100 != 0 || y%400 == 0) }

func daysInMonth(y, m int) int {
	if m == 2 && isLeap(y) {
		return 29
	}
	return [...]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[m-1]
}

// offsetAt returns seconds east of UTC that zone had at an instant (µs since 2000 UTC), and its abbreviation.
func offsetAt(ts int64, zone *time.Location) (seconds int, abbrev string) {
	if zone == nil || zone == time.UTC {
		return 0, "UTC"
	}
	abbrev, seconds = time.Unix(floorDiv(ts, usPerSecond)+epochSeconds, 0).In(zone).Zone()
	return seconds, abbrev
}

// localOffset returns the offset (seconds east) of a local time (µs since 2000,
// local) in zone. In the gap of a spring-forward transition the offset before
// it holds, in a fall-back overlap the one after it, as in PostgreSQL.
func localOffset(local int64, zone *time.Location) int {
	if zone == nil || zone == time.UTC {
		return 0
	}
	sec := floorDiv(local, usPerSecond) + epochSeconds
	// The boundary that matters, if any, lies within a day of the local time read as UTC.
	t := time.Unix(sec-86400, 0).In(zone)
	_, before := t.Zone()
	_, end := t.ZoneBounds()
	for !end.IsZero() && end.Unix() <= sec+86400 {
		boundary := end.Unix()
		_, after := end.In(zone).Zone()
		b, a := sec-int64(before), sec-int64(after)
		switch {
		case b < boundary && a < boundary:
			return before
		case b >= boundary && a >= boundary:
		case b > a: // the overlap or gap: b >= boundary in a gap, prefer before
			return before
		default:
			return after
		}
		before = after
		_, end = end.In(zone).ZoneBounds()
	}
	return before
}

// TimestampToLocal converts an instant to the wall clock of zone (timestamptz to timestamp).
func TimestampToLocal(ts int64, zone *time.Location) int64 {
	if ts == TimestampInfinity || ts == TimestampNegInfinity {
		return ts
	}
	off, _ := offsetAt(ts, zone)
	return ts + int64(off)*usPerSecond
}

// LocalToTimestamp converts a wall clock of zone to an instant (timestamp to timestamptz). Error: 22008.
func LocalToTimestamp(local int64, zone *time.Location) (int64, error) {
	if local == TimestampInfinity || local == TimestampNegInfinity {
		return local, nil
	}
	ts := local - int64(localOffset(local, zone))*usPerSecond
	if !timestampInRange(ts) {
		return 0, errTimestampRange()
	}
	return ts, nil
}

func errTimestampRange() error {
	return sqlerr.New(sqlerr.DatetimeFieldOverflow, "timestamp out of range")
}

func errDateRange() error {
	return sqlerr.New(sqlerr.DatetimeFieldOverflow, "date out of range")
}
