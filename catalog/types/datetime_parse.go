package types

import (
	"strconv"
	"strings"
	"time"

	"synapse/catalog/sqlerr"
)

// word reads a field of letters.
func (d *dateDecoder) word(s string) (maskBits, dateFault) {
	if off, ok := zoneAbbrevs()[s]; ok {
		d.offset = off
		return maskZone, faultNone
	}
	w, ok := dateWords[s]
	if !ok {
		z, err := LoadZone(s)
		if err != nil {
			return 0, faultFormat
		}
		d.zone = z
		return maskZone, faultNone
	}
	if d.timeOnly && (w.kind == wordMonth || w.kind == wordDay) {
		return 0, faultFormat
	}
	switch w.kind {
	case wordMonth:
		mask := maskMonth
		if d.have&maskMonth != 0 && !d.textMonth && d.have&maskDay == 0 && d.c.month >= 1 && d.c.month <= 31 {
			d.c.day, mask = d.c.month, maskDay
		}
		d.textMonth, d.c.month = true, w.value
		return mask, faultNone
	case wordDay:
		return maskWeekday, faultNone
	case wordAMPM:
		d.clock = w.value
		return maskAMPM, faultNone
	case wordEra:
		d.bc = w.value == 1
		return maskEra, faultNone
	case wordDST:
		d.offset += w.value
		return maskDST, faultNone
	case wordReserved:
		return d.reserved(w.value)
	case wordUnit:
		if d.label != 0 {
			return 0, faultFormat
		}
		d.label = w.value
	case wordISOTime:
		if (d.have&maskDate != maskDate && !d.timeOnly) || d.label != 0 {
			return 0, faultFormat
		}
		d.label = unitTime
	}
	return 0, faultNone
}

// reserved reads now, today, infinity and the like.
func (d *dateDecoder) reserved(word int) (maskBits, dateFault) {
	now := civilFromTimestamp(TimestampToLocal(d.f.Now, d.f.Zone))
	day := daysFromCivil(now.year, now.month, now.day)
	switch word {
	case reservedNow:
		d.c = now
		d.offset, _ = offsetAt(d.f.Now, d.f.Zone)
		return maskDate | maskTime | maskZone, faultNone
	case reservedYesterday, reservedToday, reservedTomorrow:
		d.c.year, d.c.month, d.c.day = civilFromDays(day + int64(word-reservedToday))
		return maskDate, faultNone
	case reservedZulu:
		d.offset = 0
		return maskTime | maskZone, faultNone
	}
	d.special = word
	return 0, faultNone
}

// clockTime reads h:m[:s[.f]]; m:s.f is minutes and seconds.
func (d *dateDecoder) clockTime(s string) dateFault {
	parts := strings.Split(s, ":")
	last := parts[len(parts)-1]
	if p := strings.IndexByte(last, '.'); p >= 0 {
		us, ok := parseFraction(last[p:])
		if !ok {
			return faultFormat
		}
		d.c.us = us
		parts[len(parts)-1] = last[:p]
		if len(parts) == 2 {
			parts = append([]string{"0"}, parts...)
		}
	}
	if len(parts) > 3 {
		return faultFormat
	}
	var n [3]int
	for i, p := range parts {
		v, err := strconv.ParseInt(p, 10, 32)
		if err != nil {
			if p == "" {
				return faultFormat
			}
			return faultField
		}
		n[i] = int(v)
	}
	d.c.hour, d.c.min, d.c.sec = n[0], n[1], n[2]
	if d.c.min > 59 || d.c.sec > 60 || d.c.hour > 24 || d.c.timeOfDay() > usPerDay {
		return faultField
	}
	return faultNone
}

// parseZoneOffset reads [+-]h[h][:mm[:ss]] or [+-]hhmm as seconds east of UTC.
func parseZoneOffset(s string) (int, dateFault) {
	neg := s[0] == '-'
	parts := strings.Split(s[1:], ":")
	if len(parts) > 3 {
		return 0, faultFormat
	}
	var n [3]int
	for i, p := range parts {
		v, err := strconv.ParseInt(p, 10, 32)
		if err != nil || !isDigit(p[0]) {
			return 0, faultFormat
		}
		n[i] = int(v)
	}
	if len(parts) == 1 && len(s) > 3 {
		n[0], n[1] = n[0]/100, n[0]%100
	}
	if n[0] > 15 || n[1] > 59 || n[2] > 59 {
		return 0, faultZoneOffset
	}
	off := n[0]*3600 + n[1]*60 + n[2]
	if neg {
		off = -off
	}
	return off, faultNone
}

// finish checks the parts against each other and applies era, century and AM/PM.
func (d *dateDecoder) finish() dateFault {
	if fault := d.finishDate(); fault != faultNone {
		return fault
	}
	if d.clock != 0 {
		if d.c.hour > 12 {
			return faultField
		}
		if d.clock == clockAM && d.c.hour == 12 {
			d.c.hour = 0
		} else if d.clock == clockPM && d.c.hour != 12 {
			d.c.hour += 12
		}
	}
	if d.c.hour > 24 || d.c.min > 59 || d.c.sec > 60 || d.c.timeOfDay() > usPerDay {
		return faultField
	}
	if d.special >= 0 && !d.timeOnly {
		return faultNone // the word is the value, whatever stands beside it
	}
	need := maskDate
	if d.timeOnly {
		need = maskTime
	}
	if d.have&need != need || (d.have&maskDST != 0 && d.have&maskZone == 0) {
		return faultFormat
	}
	return faultNone
}

func (d *dateDecoder) finishDate() dateFault {
	if d.have&maskYear != 0 && !d.julian {
		switch {
		case d.bc:
			if d.c.year <= 0 {
				return faultField
			}
			d.c.year = 1 - d.c.year
		case d.twoDigits && d.c.year < 70:
			d.c.year += 2000
		case d.twoDigits && d.c.year < 100:
			d.c.year += 1900
		case d.c.year <= 0:
			return faultField
		}
	}
	if d.have&maskDOY != 0 {
		d.c.year, d.c.month, d.c.day = civilFromDays(daysFromCivil(d.c.year, 1, 1) + int64(d.yday) - 1)
	}
	if d.have&maskMonth != 0 && (d.c.month < 1 || d.c.month > 12) {
		return faultMonthDay
	}
	if d.have&maskDay != 0 && (d.c.day < 1 || d.c.day > 31) {
		return faultMonthDay
	}
	if d.have&maskDate == maskDate && d.c.day > daysInMonth(d.c.year, d.c.month) {
		return faultField
	}
	return faultNone
}

// instant returns the timestamp in UTC of the decoded local time: the text's zone, else the session's.
func (d *dateDecoder) instant(local int64) int64 {
	zone := d.zone
	if d.have&maskZone != 0 && zone == nil {
		return local - int64(d.offset)*usPerSecond
	}
	if zone == nil {
		zone = d.f.Zone
	}
	return local - int64(localOffset(local, zone))*usPerSecond
}

// parseTimestamp reads timestamp and timestamptz. Errors: 22007, 22008, 22009, 22023.
func parseTimestamp(t Type, s string, f *Format) (Value, error) {
	withZone := t.OID == OIDTimestamptz
	name := "timestamp"
	if withZone {
		name = "timestamp with time zone"
	}
	d := newDateDecoder(f, false)
	if !d.decodeISO(s) {
		d = newDateDecoder(f, false)
		fields, ok := scanDate(s)
		if !ok {
			return Null, d.errDate(faultFormat, name, s)
		}
		if fault := d.decode(fields); fault != faultNone {
			return Null, d.errDate(fault, name, s)
		}
	}
	switch d.special {
	case reservedLate:
		return NewInt(TimestampInfinity), nil
	case reservedEarly:
		return NewInt(TimestampNegInfinity), nil
	case reservedEpoch:
		return NewInt(-epochSeconds * usPerSecond), nil
	}
	if d.c.year < yearMin-1 || d.c.year > yearMax {
		return Null, sqlerr.New(sqlerr.DatetimeFieldOverflow, "timestamp out of range: \"%s\"", s)
	}
	ts, ok := d.c.timestamp()
	if ok && withZone {
		ts = d.instant(ts)
		ok = timestampInRange(ts)
	}
	if !ok {
		return Null, sqlerr.New(sqlerr.DatetimeFieldOverflow, "timestamp out of range: \"%s\"", s)
	}
	return NewInt(ts), nil
}

// parseDate reads a date. Errors: 22007, 22008.
func parseDate(s string, f *Format) (Value, error) {
	d := newDateDecoder(f, false)
	if !d.decodeISO(s) {
		d = newDateDecoder(f, false)
		fields, ok := scanDate(s)
		if !ok {
			return Null, d.errDate(faultFormat, "date", s)
		}
		if fault := d.decode(fields); fault != faultNone {
			return Null, d.errDate(fault, "date", s)
		}
	}
	switch d.special {
	case reservedLate:
		return NewInt(DateInfinity), nil
	case reservedEarly:
		return NewInt(DateNegInfinity), nil
	case reservedEpoch:
		return NewInt(-epochDays), nil
	}
	if d.c.year < yearMin-1 || d.c.year > yearMax {
		return Null, sqlerr.New(sqlerr.DatetimeFieldOverflow, "date out of range: \"%s\"", s)
	}
	days := daysFromCivil(d.c.year, d.c.month, d.c.day)
	if days < dateMin || days >= dateEnd {
		return Null, sqlerr.New(sqlerr.DatetimeFieldOverflow, "date out of range: \"%s\"", s)
	}
	return NewInt(days), nil
}

func decodeTimeOnly(s, name string, f *Format) (*dateDecoder, error) {
	d := newDateDecoder(f, true)
	fields, ok := scanDate(s)
	if !ok {
		return nil, d.errDate(faultFormat, name, s)
	}
	if fault := d.decode(fields); fault != faultNone {
		return nil, d.errDate(fault, name, s)
	}
	if d.special >= 0 {
		return nil, d.errDate(faultFormat, name, s)
	}
	return d, nil
}

// parseTime reads time without time zone; a zone in the text is ignored. Errors: 22007, 22008.
func parseTime(s string, f *Format) (Value, error) {
	d, err := decodeTimeOnly(s, "time", f)
	if err != nil {
		return Null, err
	}
	if d.zone != nil && d.have&maskDate != maskDate && !fixedZone(d.zone) {
		// Which offset a zone by name has cannot be known without a date.
		return Null, d.errDate(faultFormat, "time", s)
	}
	return NewInt(d.c.timeOfDay()), nil
}

// parseTimetz reads time with time zone; the session's zone, today, is the default. Errors: 22007, 22008.
func parseTimetz(s string, f *Format) (Value, error) {
	const name = "time with time zone"
	d, err := decodeTimeOnly(s, name, f)
	if err != nil {
		return Null, err
	}
	offset := d.offset
	if d.have&maskZone == 0 || d.zone != nil {
		zone := d.zone
		if zone == nil {
			zone = f.Zone
		} else if d.have&maskDate != maskDate && !fixedZone(zone) {
			return Null, d.errDate(faultFormat, name, s)
		}
		c := d.c
		if d.have&maskDate != maskDate {
			now := civilFromTimestamp(TimestampToLocal(f.Now, f.Zone))
			c.year, c.month, c.day = now.year, now.month, now.day
		}
		local := daysFromCivil(c.year, c.month, c.day)*usPerDay + c.timeOfDay()
		offset = localOffset(local, zone)
	}
	return NewTimetz(d.c.timeOfDay(), int32(-offset)), nil
}

// fixedZone reports whether the zone never changes its offset.
func fixedZone(z *time.Location) bool {
	t := time.Unix(epochSeconds, 0).In(z)
	_, end := t.ZoneBounds()
	return end.IsZero()
}
