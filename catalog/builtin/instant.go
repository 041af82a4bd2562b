package builtin

import (
	"math"
	"time"

	"synapse/catalog/sqlerr"
)

// Dates are days and timestamps microseconds since 2000-01-01; both have two
// infinities at the ends of their range.
const (
	microsPerSecond = 1_000_000
	microsPerMinute = 60 * microsPerSecond
	microsPerHour   = 60 * microsPerMinute
	microsPerDay    = 24 * microsPerHour
	daysPerMonth    = 30 // of an interval, where a month must be days

	infinity     = math.MaxInt64
	negInfinity  = math.MinInt64
	dateInfinity = math.MaxInt32
	dateNegInf   = math.MinInt32

	timestampMin = -211813488000000000 // 4714-11-24 BC
	timestampEnd = 9223371331200000000 // 294277-01-01
	dateMin      = -2451545            // 4714-11-24 BC
	dateEnd      = 2145031949          // 5874898-01-01

	epochSeconds = 946684800 // 2000-01-01 since 1970-01-01
	epochDays    = epochSeconds / 86400
	julianEpoch  = 2451545 // Julian day of 2000-01-01
)

func isFiniteInstant(n int64) bool { return n != infinity && n != negInfinity }

func isFiniteDate(d int64) bool { return d != dateInfinity && d != dateNegInf }

// dateToTimestamp gives the midnight a date begins with. Dates reach further
// than timestamps: what does not fit becomes the infinity beyond it, which is
// right for comparisons; casts check (castDate).
func dateToTimestamp(d int64) int64 {
	switch {
	case d == dateInfinity || d > infinity/microsPerDay:
		return infinity
	case d == dateNegInf || d < negInfinity/microsPerDay:
		return negInfinity
	}
	return d * microsPerDay
}

func timestampOutOfRange() error {
	return sqlerr.New(sqlerr.DatetimeFieldOverflow, "timestamp out of range")
}

func dateOutOfRange() error {
	return sqlerr.New(sqlerr.DatetimeFieldOverflow, "date out of range")
}

// castDate is the cast date → timestamp.
func castDate(d int64) (int64, error) {
	ts := dateToTimestamp(d)
	if isFiniteDate(d) && !isFiniteInstant(ts) {
		return 0, sqlerr.New(sqlerr.DatetimeFieldOverflow, "date out of range for timestamp")
	}
	return ts, nil
}

// dateOf is the cast timestamp → date.
func dateOf(ts int64) int64 {
	switch ts {
	case infinity:
		return dateInfinity
	case negInfinity:
		return dateNegInf
	}
	return floorDiv(ts, microsPerDay)
}

func checkTimestamp(ts int64) (int64, error) {
	if ts < timestampMin || ts >= timestampEnd {
		return 0, timestampOutOfRange()
	}
	return ts, nil
}

func checkDate(d int64) (int64, error) {
	if d < dateMin || d >= dateEnd {
		return 0, dateOutOfRange()
	}
	return d, nil
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

// fields are the parts of a local date and time. Year is astronomical (0 is 1 BC).
type fields struct {
	year, month, day int
	micros           int64 // since midnight
}

// fieldsOf breaks a local timestamp down.
func fieldsOf(ts int64) fields {
	days := floorDiv(ts, microsPerDay)
	f := fieldsOfDate(days)
	f.micros = ts - days*microsPerDay
	return f
}

func fieldsOfDate(days int64) fields {
	y, m, d := time.Unix((days+epochDays)*86400, 0).UTC().Date()
	return fields{year: y, month: int(m), day: d}
}

// days is the inverse of fieldsOfDate; months out of 1..12 carry into the year.
func (f fields) days() int64 {
	return floorDiv(time.Date(f.year, time.Month(f.month), f.day, 0, 0, 0, 0, time.UTC).Unix(), 86400) - epochDays
}

func (f fields) timestamp() (int64, error) {
	days := f.days()
	if days < dateMin || days > timestampEnd/microsPerDay {
		return 0, timestampOutOfRange()
	}
	return checkTimestamp(days*microsPerDay + f.micros)
}

func daysInMonth(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// weekday counts from Sunday, 0.
func weekday(days int64) int { return int(((days+6)%7 + 7) % 7) }

// isoWeek returns the year and week of ISO 8601.
func (f fields) isoWeek() (year, week int) {
	return time.Date(f.year, time.Month(f.month), f.day, 0, 0, 0, 0, time.UTC).ISOWeek()
}

func (f fields) yearDay() int {
	return time.Date(f.year, time.Month(f.month), f.day, 0, 0, 0, 0, time.UTC).YearDay()
}
