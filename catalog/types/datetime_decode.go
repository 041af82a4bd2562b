package types

import (
	"strconv"
	"strings"
	"time"

	"synapse/catalog/sqlerr"
)

// maskBits record which parts of a date are known, so that no part is given twice.
type maskBits uint16

const (
	maskYear maskBits = 1 << iota
	maskMonth
	maskDay
	maskHour
	maskMinute
	maskSecond
	maskZone
	maskDOY
	maskWeekday
	maskAMPM
	maskEra
	maskDST

	maskDate = maskYear | maskMonth | maskDay
	maskTime = maskHour | maskMinute | maskSecond
)

// dateFault is why text was refused; parsers turn it into an error with the user's text.
type dateFault uint8

const (
	faultNone dateFault = iota
	faultFormat
	faultField      // a field out of range
	faultMonthDay   // month or day out of range: the hint names DateStyle
	faultZoneOffset // a displacement out of range
	faultZoneName
	faultInterval // an interval field out of range
)

// dateDecoder collects the parts of a date and time.
type dateDecoder struct {
	f        *Format
	timeOnly bool // time and timetz: a date is optional, numbers are times

	c         civil
	have      maskBits
	special   int // a reserved word that is the whole value, or -1
	zone      *time.Location
	zoneName  string // for faultZoneName
	offset    int    // seconds east of UTC, if maskZone and zone is nil
	label     int    // a pending unit word
	yday      int
	twoDigits bool
	textMonth bool
	julian    bool
	bc        bool
	clock     int
}

func newDateDecoder(f *Format, timeOnly bool) *dateDecoder {
	return &dateDecoder{f: f, timeOnly: timeOnly, special: -1}
}

// decode reads the fields and checks the whole.
func (d *dateDecoder) decode(fields []dateField) dateFault {
	if len(fields) == 0 {
		return faultFormat
	}
	for i, fd := range fields {
		mask, fault := d.field(fields, i, fd)
		if fault != faultNone {
			return fault
		}
		if mask&d.have != 0 {
			return faultFormat
		}
		d.have |= mask
	}
	if d.label != 0 {
		return faultFormat
	}
	return d.finish()
}

func (d *dateDecoder) field(fields []dateField, i int, fd dateField) (maskBits, dateFault) {
	switch fd.kind {
	case fieldDate:
		return d.dateField(fields, i, fd.text)
	case fieldTime:
		if d.label != 0 && d.label != unitTime {
			return 0, faultFormat
		}
		d.label = 0
		return maskTime, d.clockTime(fd.text)
	case fieldZone:
		off, fault := parseZoneOffset(fd.text)
		d.offset = off
		return maskZone, fault
	case fieldNumber:
		return d.numberField(fd.text)
	}
	return d.word(fd.text)
}

// dateField reads a date, or, where a date is known already, a zone name or hhmmss-zz.
func (d *dateDecoder) dateField(fields []dateField, i int, s string) (maskBits, dateFault) {
	isDate := d.have&maskDate != maskDate && d.label == 0
	if d.timeOnly {
		isDate = i == 0 && len(fields) >= 2 && (fields[len(fields)-1].kind == fieldDate || fields[1].kind == fieldTime)
	}
	if isDate {
		return d.date(s)
	}
	if !isDigit(s[0]) && d.label == 0 {
		z, err := LoadZone(s)
		if err != nil {
			d.zoneName = s
			return 0, faultZoneName
		}
		d.zone = z
		return maskZone, faultNone
	}
	if d.label != 0 && d.label != unitTime {
		return 0, faultFormat
	}
	d.label = 0
	cut := strings.IndexByte(s, '-')
	if d.have&maskTime == maskTime || cut < 0 {
		return 0, faultFormat
	}
	off, fault := parseZoneOffset(s[cut:])
	if fault != faultNone {
		return 0, fault
	}
	d.offset = off
	mask, fault := d.runTogether(s[:cut], d.have|maskDate)
	return mask | maskZone, fault
}

// date reads the parts of a date joined by punctuation.
func (d *dateDecoder) date(s string) (maskBits, dateFault) {
	parts := strings.FieldsFunc(s, func(r rune) bool { return r >= 0x80 || !isAlnum(byte(r)) })
	if !isAlnum(s[len(s)-1]) {
		return 0, faultFormat
	}
	have, got := d.have, maskBits(0)
	// "5jan" is two parts to PostgreSQL as well: split where digits meet letters.
	parts = splitDigits(parts)
	for i, p := range parts {
		if !isAlpha(p[0]) {
			continue
		}
		w, ok := dateWords[p]
		if ok && w.kind == wordIgnore {
			parts[i] = ""
			continue
		}
		if !ok || w.kind != wordMonth || have&maskMonth != 0 {
			return 0, faultFormat
		}
		d.c.month, d.textMonth = w.value, true
		have |= maskMonth
		got |= maskMonth
		parts[i] = ""
	}
	for _, p := range parts {
		if p == "" {
			continue
		}
		mask, fault := d.number(p, have)
		if fault != faultNone {
			return 0, fault
		}
		if have&mask != 0 {
			return 0, faultFormat
		}
		have |= mask
		got |= mask
	}
	// Nothing but a zone may stand before a date in this form, no clock time for instance.
	if have&^(maskDOY|maskZone) != maskDate {
		return 0, faultFormat
	}
	return got, faultNone
}

func splitDigits(parts []string) []string {
	var out []string
	for _, p := range parts {
		from := 0
		for i := 1; i < len(p); i++ {
			if isDigit(p[i]) != isDigit(p[i-1]) {
				out = append(out, p[from:i])
				from = i
			}
		}
		out = append(out, p[from:])
	}
	return out
}

// numberField reads a field of digits with an optional decimal point.
func (d *dateDecoder) numberField(s string) (maskBits, dateFault) {
	point := strings.IndexByte(s, '.')
	switch d.label {
	case 0:
	case unitJulian:
		d.label = 0
		return d.julianDay(s)
	case unitTime:
		d.label = 0
		mask, fault := d.runTogether(s, d.have|maskDate)
		if fault == faultNone && mask != maskTime {
			fault = faultFormat
		}
		return mask, fault
	default:
		return 0, faultFormat
	}
	if d.timeOnly {
		if point >= 0 && point <= 2 {
			return 0, faultFormat
		}
		return d.runTogether(s, d.have|maskDate)
	}
	switch {
	case point >= 0 && d.have&maskDate == 0:
		return d.date(s)
	case point > 2, len(s) >= 6 && (d.have&maskDate == 0 || d.have&maskTime == 0):
		return d.runTogether(s, d.have)
	}
	return d.number(s, d.have)
}

// julianDay reads the number behind J; a fraction is a time of day.
func (d *dateDecoder) julianDay(s string) (maskBits, dateFault) {
	whole, frac, hasFrac := strings.Cut(s, ".")
	day, err := strconv.ParseInt(whole, 10, 32)
	if err != nil {
		return 0, faultField
	}
	d.c.year, d.c.month, d.c.day = civilFromDays(day - julianEpoch)
	d.julian = true
	if !hasFrac {
		return maskDate, faultNone
	}
	part, err := strconv.ParseFloat("0."+frac, 64)
	if err != nil {
		return 0, faultFormat
	}
	t := civilFromTime(int64(part * float64(usPerDay)))
	d.c.hour, d.c.min, d.c.sec, d.c.us = t.hour, t.min, t.sec, t.us
	return maskDate | maskTime, faultNone
}

// number decides by what is known so far what one number is.
func (d *dateDecoder) number(s string, have maskBits) (maskBits, dateFault) {
	whole := s
	if p := strings.IndexByte(s, '.'); p >= 0 {
		if p > 2 {
			return d.runTogether(s, have|maskDate)
		}
		us, ok := parseFraction(s[p:])
		if !ok {
			return 0, faultFormat
		}
		d.c.us, whole = us, s[:p]
	}
	n, err := strconv.ParseInt(whole, 10, 32)
	if err != nil {
		return 0, faultField
	}
	val := int(n)
	if len(s) == 3 && have&maskDate == maskYear && val >= 1 && val <= 366 {
		d.yday = val
		return maskDOY | maskMonth | maskDay, faultNone
	}
	mask := d.role(have, len(s))
	switch mask {
	case maskYear:
		d.c.year, d.twoDigits = val, len(s) <= 2
	case maskMonth:
		d.c.month = val
	case maskDay:
		if have&maskDate == maskYear|maskMonth && d.textMonth && len(s) >= 3 && d.twoDigits {
			// The first number was taken for a year but is the day: 08-Jan-1999 in YMD order.
			d.c.day, d.c.year, d.twoDigits = d.c.year, val, false
		} else {
			d.c.day = val
		}
	default:
		return d.runTogether(s, have)
	}
	return mask, faultNone
}

// role is the part of a date that the next number of the given length is; 0 where the date is complete.
func (d *dateDecoder) role(have maskBits, digits int) maskBits {
	yearFirst := digits >= 3 || d.f.DateOrder == "YMD"
	switch have & maskDate {
	case 0:
		switch {
		case yearFirst:
			return maskYear
		case d.f.DateOrder == "DMY":
			return maskDay
		}
		return maskMonth
	case maskYear, maskDay:
		return maskMonth
	case maskMonth:
		if d.textMonth && yearFirst {
			return maskYear
		}
		return maskDay
	case maskYear | maskMonth:
		return maskDay
	case maskMonth | maskDay:
		return maskYear
	}
	return 0
}

// runTogether reads yymmdd, yyyymmdd, hhmm or hhmmss[.f].
func (d *dateDecoder) runTogether(s string, have maskBits) (maskBits, dateFault) {
	if p := strings.IndexByte(s, '.'); p >= 0 {
		us, ok := parseFraction(s[p:])
		if !ok {
			return 0, faultFormat
		}
		d.c.us, s = us, s[:p]
	} else if have&maskDate != maskDate && len(s) >= 6 {
		n := len(s)
		year, err := strconv.ParseInt(s[:n-4], 10, 32)
		if err != nil {
			return 0, faultField
		}
		d.c.year, d.c.month, d.c.day = int(year), atoi2(s[n-4:]), atoi2(s[n-2:])
		d.twoDigits = n == 6
		return maskDate, faultNone
	}
	if have&maskTime == maskTime {
		return 0, faultFormat
	}
	switch len(s) {
	case 6:
		d.c.hour, d.c.min, d.c.sec = atoi2(s), atoi2(s[2:]), atoi2(s[4:])
		return maskTime, faultNone
	case 4:
		d.c.hour, d.c.min, d.c.sec = atoi2(s), atoi2(s[2:]), 0
		return maskTime, faultNone
	}
	return 0, faultFormat
}

func atoi2(s string) int { return int(s[0]-'0')*10 + int(s[1]-'0') }

// parseFraction reads .digits as microseconds, rounded.
func parseFraction(s string) (int, bool) {
	if len(s) == 1 {
		return 0, true
	}
	if len(s) <= 7 {
		us := 0
		for i := 1; i < 7; i++ {
			us *= 10
			if i < len(s) {
				if !isDigit(s[i]) {
					return 0, false
				}
				us += int(s[i] - '0')
			}
		}
		return us, true
	}
	f, err := strconv.ParseFloat("0"+s, 64)
	if err != nil {
		return 0, false
	}
	return int(f*1e6 + 0.5), true
}

// errDate turns a fault into PostgreSQL's error about the user's text.
func (d *dateDecoder) errDate(fault dateFault, typeName, s string) error {
	return dateFaultError(fault, typeName, s, d.zoneName)
}

func dateFaultError(fault dateFault, typeName, s, zoneName string) error {
	switch fault {
	case faultField:
		return sqlerr.New(sqlerr.DatetimeFieldOverflow, "date/time field value out of range: \"%s\"", s)
	case faultMonthDay:
		return sqlerr.New(sqlerr.DatetimeFieldOverflow, "date/time field value out of range: \"%s\"", s).
			WithHint("Perhaps you need a different \"datestyle\" setting.")
	case faultZoneOffset:
		return sqlerr.New(sqlerr.InvalidTimeZoneDisplacement, "time zone displacement out of range: \"%s\"", s)
	case faultZoneName:
		return sqlerr.New(sqlerr.InvalidParameterValue, "time zone \"%s\" not recognized", zoneName)
	case faultInterval:
		return sqlerr.New(sqlerr.IntervalFieldOverflow, "interval field value out of range: \"%s\"", s)
	}
	return sqlerr.New(sqlerr.InvalidDatetimeFormat, "invalid input syntax for type %s: \"%s\"", typeName, s)
}
