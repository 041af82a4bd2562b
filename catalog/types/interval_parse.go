package types

import (
	"math"
	"strconv"
	"strings"
)

// intervalUnit is a unit of interval text; calendar units keep their part.
type intervalUnit uint8

const (
	unitNone intervalUnit = iota
	unitMicrosecond
	unitMillisecond
	unitSecond
	unitMinute
	unitHour
	unitDay
	unitWeek
	unitMonth
	unitYear
	unitDecade
	unitCentury
	unitMillennium
	unitAgo
)

var intervalUnits = map[string]intervalUnit{
	"us": unitMicrosecond, "usec": unitMicrosecond, "usecs": unitMicrosecond, "usecond": unitMicrosecond, "useconds": unitMicrosecond,
	"microsecond": unitMicrosecond, "microseconds": unitMicrosecond,
	"ms": unitMillisecond, "msec": unitMillisecond, "msecs": unitMillisecond, "msecond": unitMillisecond, "mseconds": unitMillisecond,
	"millisecond": unitMillisecond, "milliseconds": unitMillisecond,
	"s": unitSecond, "sec": unitSecond, "secs": unitSecond, "second": unitSecond, "seconds": unitSecond,
	"m": unitMinute, "min": unitMinute, "mins": unitMinute, "minute": unitMinute, "minutes": unitMinute,
	"h": unitHour, "hr": unitHour, "hrs": unitHour, "hour": unitHour, "hours": unitHour,
	"d": unitDay, "day": unitDay, "days": unitDay,
	"w": unitWeek, "week": unitWeek, "weeks": unitWeek,
	"mon": unitMonth, "mons": unitMonth, "month": unitMonth, "months": unitMonth,
	"y": unitYear, "yr": unitYear, "yrs": unitYear, "year": unitYear, "years": unitYear,
	"dec": unitDecade, "decs": unitDecade, "decade": unitDecade, "decades": unitDecade,
	"c": unitCentury, "cent": unitCentury, "century": unitCentury, "centuries": unitCentury,
	"mil": unitMillennium, "mils": unitMillennium, "millennium": unitMillennium, "millennia": unitMillennium,
	"ago": unitAgo,
}

// spanBuilder adds up an interval with overflow checks. Years stand apart until
// the end because PostgreSQL words their overflow differently.
type spanBuilder struct {
	years, months, days, micros int64
	overflow                    bool
	fields                      int32 // of the modifier
}

func (b *spanBuilder) add(part *int64, n, scale int64) {
	product := n * scale
	if n != 0 && (product/n != scale || (n == -1 && scale == math.MinInt64)) {
		b.overflow = true
		return
	}
	sum := *part + product
	if (product > 0 && sum < *part) || (product < 0 && sum > *part) {
		b.overflow = true
		return
	}
	*part = sum
}

// addFraction adds frac × unit microseconds, rounded to the nearest.
func (b *spanBuilder) addFraction(frac float64, unit int64) {
	if frac == 0 {
		return
	}
	f := frac * float64(unit)
	us := math.Trunc(f)
	rest := f - us
	if rest > 0.5 {
		us++
	} else if rest < -0.5 {
		us--
	}
	if math.Abs(us) >= math.MaxInt64 {
		b.overflow = true
		return
	}
	b.add(&b.micros, int64(us), 1)
}

// addDayFraction adds frac × days; what is not whole days becomes time.
func (b *spanBuilder) addDayFraction(frac float64, days int64) {
	f := frac * float64(days)
	whole := math.Trunc(f)
	b.add(&b.days, int64(whole), 1)
	b.addFraction(f-whole, usPerDay)
}

// put adds val plus the fraction frac (of the same sign) of a unit.
func (b *spanBuilder) put(u intervalUnit, val int64, frac float64) {
	years := int64(1)
	switch u {
	case unitMicrosecond:
		b.add(&b.micros, val, 1)
		b.addFraction(frac, 1)
	case unitMillisecond:
		b.add(&b.micros, val, 1000)
		b.addFraction(frac, 1000)
	case unitSecond:
		b.add(&b.micros, val, usPerSecond)
		b.addFraction(frac, usPerSecond)
	case unitMinute:
		b.add(&b.micros, val, usPerMinute)
		b.addFraction(frac, usPerMinute)
	case unitHour:
		b.add(&b.micros, val, usPerHour)
		b.addFraction(frac, usPerHour)
	case unitDay:
		b.add(&b.days, val, 1)
		b.addFraction(frac, usPerDay)
	case unitWeek:
		b.add(&b.days, val, 7)
		b.addDayFraction(frac, 7)
	case unitMonth:
		b.add(&b.months, val, 1)
		b.addDayFraction(frac, daysPerMonth)
	case unitMillennium:
		years = 1000
	case unitCentury:
		years = 100
	case unitDecade:
		years = 10
	}
	if u >= unitYear {
		b.add(&b.years, val, years)
		b.add(&b.months, int64(math.RoundToEven(frac*float64(years)*monthsPerYear)), 1)
	}
}

func (b *spanBuilder) negate() {
	b.years, b.months, b.days = -b.years, -b.months, -b.days
	if b.micros == math.MinInt64 {
		b.overflow = true
	}
	b.micros = -b.micros
}

// overflows reports a part that does not fit its field.
func (b *spanBuilder) overflows() bool {
	return b.overflow || !fitsInt32(b.years) || !fitsInt32(b.months) || !fitsInt32(b.days)
}

// span joins years and months. Error: 22008.
func (b *spanBuilder) span() (Span, error) {
	months := b.years*monthsPerYear + b.months
	if !fitsInt32(months) {
		return Span{}, errIntervalRange()
	}
	return Span{Micros: b.micros, Days: int32(b.days), Months: int32(months)}, nil
}

func fitsInt32(n int64) bool { return n == int64(int32(n)) }

// intervalFields is the field mask of a modifier.
func intervalFields(mod int32) int32 {
	if mod < 0 {
		return intervalFullRange
	}
	return mod >> 16 & intervalFullRange
}

// bareUnit is what a number without a unit counts in INTERVAL '1' DAY: the
// smallest of the fields.
func bareUnit(fields int32) intervalUnit {
	switch {
	case fields == intervalFullRange || fields&rangeSecond != 0:
		return unitSecond
	case fields&rangeMinute != 0:
		return unitMinute
	case fields&rangeHour != 0:
		return unitHour
	case fields&rangeDay != 0:
		return unitDay
	case fields&rangeMonth != 0:
		return unitMonth
	case fields&rangeYear != 0:
		return unitYear
	}
	return unitSecond
}

// parseInterval reads every input form of interval. fields is the mask of a
// modifier such as DAY TO HOUR, which says what numbers without units mean.
// Errors: 22007, 22008, 22015.
func parseInterval(s string, fields int32, f *Format) (Value, error) {
	fault := faultFormat
	var b spanBuilder
	if list, ok := scanDate(s); ok {
		b, fault = decodeInterval(list, fields, f.IntervalStyle == "sql_standard")
	}
	if fault == faultFormat {
		b, fault = decodeISOInterval(s)
	}
	if fault != faultNone {
		if fault == faultField {
			fault = faultInterval
		}
		return Null, dateFaultError(fault, "interval", s, "")
	}
	if b.overflows() {
		return Null, dateFaultError(faultInterval, "interval", s, "")
	}
	span, err := b.span()
	if err != nil {
		return Null, err
	}
	return span.Value(), nil
}

// decodeInterval reads quantities with units from right to left, so that a unit
// is known before its number.
func decodeInterval(fields []dateField, mask int32, sqlStandard bool) (spanBuilder, dateFault) {
	b := spanBuilder{fields: mask}
	unit := unitNone
	seen := uint32(0)
	ago := false
	for i := len(fields) - 1; i >= 0; i-- {
		fd := fields[i]
		if fd.kind == fieldString || fd.kind == fieldSpecial {
			u, ok := intervalUnits[fd.text]
			if !ok {
				if w, known := dateWords[fd.text]; known && w.kind == wordIgnore {
					continue
				}
				return b, faultFormat
			}
			ago = ago || u == unitAgo
			unit = u
			continue
		}
		used, next, fault := b.field(fd, unit)
		if fault != faultNone {
			return b, fault
		}
		if seen&used != 0 {
			return b, faultFormat
		}
		seen |= used
		unit = next
	}
	if seen == 0 {
		return b, faultFormat
	}
	if sqlStandard && fields[0].text[0] == '-' && !laterSign(fields) {
		b.forceNegative()
	}
	if ago {
		b.negate()
	}
	return b, faultNone
}

// laterSign reports a sign on any field but the first: then the standard's rule
// that a leading minus covers all fields does not hold.
func laterSign(fields []dateField) bool {
	for _, fd := range fields[1:] {
		if fd.text[0] == '-' || fd.text[0] == '+' {
			return true
		}
	}
	return false
}

func (b *spanBuilder) forceNegative() {
	for _, p := range []*int64{&b.years, &b.months, &b.days, &b.micros} {
		if *p > 0 {
			*p = -*p
		}
	}
}

// field reads one number or clock time; it returns the units it set and the
// unit that a bare number to its left has.
func (b *spanBuilder) field(fd dateField, unit intervalUnit) (used uint32, next intervalUnit, fault dateFault) {
	const subseconds = 1<<unitMillisecond | 1<<unitMicrosecond
	const clockUnits = 1<<unitHour | 1<<unitMinute | 1<<unitSecond | subseconds
	s := fd.text
	if fd.kind == fieldTime || (fd.kind == fieldZone && strings.IndexByte(s, ':') >= 0) {
		neg := fd.kind == fieldZone && s[0] == '-'
		if fd.kind == fieldZone {
			s = s[1:]
		}
		if b.fields == rangeMinute|rangeSecond && strings.Count(s, ":") == 1 {
			s = "0:" + s // minutes and seconds
		}
		us, fault := intervalClock(s)
		if fault != faultNone {
			return 0, unit, fault
		}
		if neg {
			us = -us
		}
		b.add(&b.micros, us, 1)
		return clockUnits, unitDay, faultNone
	}
	if unit == unitNone {
		unit = bareUnit(b.fields)
	}
	if unit == unitAgo {
		return 0, unit, faultFormat
	}
	neg := s[0] == '-'
	if cut := strings.IndexByte(s[1:], '-'); cut >= 0 {
		years, errY := strconv.ParseInt(strings.TrimPrefix(s[:cut+1], "+"), 10, 64)
		months, errM := strconv.ParseInt(s[cut+2:], 10, 64)
		if errY != nil || errM != nil {
			return 0, unit, faultFormat
		}
		if months >= monthsPerYear {
			return 0, unit, faultField
		}
		if neg {
			months = -months
		}
		b.add(&b.years, years, 1)
		b.add(&b.months, months, 1)
		return 1 << unitMonth, unitMonth, faultNone
	}
	val, frac, fault := splitNumber(s)
	if fault != faultNone {
		return 0, unit, fault
	}
	b.put(unit, val, frac)
	next = unit
	if unit == unitHour {
		next = unitDay
	}
	used = 1 << unit
	if unit == unitSecond && frac != 0 {
		used |= subseconds // the fraction gives them
	}
	return used, next, faultNone
}

// splitNumber reads [+-]digits[.digits]; the fraction has the sign of the number.
func splitNumber(s string) (int64, float64, dateFault) {
	whole, fracText, hasFrac := strings.Cut(s, ".")
	neg := s != "" && s[0] == '-'
	var val int64
	digits := strings.TrimLeft(whole, "+-")
	if digits != "" {
		v, err := strconv.ParseInt(strings.TrimPrefix(whole, "+"), 10, 64)
		if err != nil {
			if strings.Trim(digits, "0123456789") != "" {
				return 0, 0, faultFormat
			}
			return 0, 0, faultField
		}
		val = v
	} else if !hasFrac {
		return 0, 0, faultFormat
	}
	if !hasFrac || fracText == "" {
		return val, 0, faultNone
	}
	frac, err := strconv.ParseFloat("0."+fracText, 64)
	if err != nil || !isDigit(fracText[0]) {
		return 0, 0, faultFormat
	}
	if neg {
		frac = -frac
	}
	return val, frac, faultNone
}

// intervalClock reads h:m[:s[.f]], where hours have no limit of 24; m:s.f is minutes and seconds.
func intervalClock(s string) (int64, dateFault) {
	var b spanBuilder
	parts := strings.Split(s, ":")
	last := parts[len(parts)-1]
	if p := strings.IndexByte(last, '.'); p >= 0 {
		us, ok := parseFraction(last[p:])
		if !ok {
			return 0, faultFormat
		}
		b.micros = int64(us)
		parts[len(parts)-1] = last[:p]
		if len(parts) == 2 {
			parts = append([]string{"0"}, parts...)
		}
	}
	if len(parts) > 3 {
		return 0, faultFormat
	}
	for i, p := range parts {
		v, err := strconv.ParseInt(p, 10, 64)
		if err != nil {
			return 0, faultFormat
		}
		if (i == 1 && v > 59) || (i == 2 && v > 60) {
			return 0, faultField
		}
		b.add(&b.micros, v, [...]int64{usPerHour, usPerMinute, usPerSecond}[i])
	}
	if b.overflow {
		return 0, faultField
	}
	return b.micros, faultNone
}
