package types

import (
	"synapse/catalog/sqlerr"
)

// ToTimestamp is to_timestamp(text, template); without TZH the session's zone
// holds. NULL for an empty template. Errors: 22007, 22008, 0A000.
func ToTimestamp(s, pattern string, f *Format) (Value, error) {
	if pattern == "" {
		return Null, nil
	}
	p, c, err := parseByTemplate(s, pattern)
	if err != nil {
		return Null, err
	}
	ts, ok := c.timestamp()
	if ok {
		if p.zoneSign != 0 {
			ts -= int64(p.zoneSign*(p.set[itemTZH]*3600+p.set[itemTZM]*60)) * usPerSecond
		} else {
			ts -= int64(localOffset(ts, f.Zone)) * usPerSecond
		}
	}
	if !ok || !timestampInRange(ts) {
		return Null, errTimestampRange()
	}
	return NewInt(ts), nil
}

// ToDate is to_date(text, template). NULL for an empty template. Errors: 22007, 22008, 0A000.
func ToDate(s, pattern string) (Value, error) {
	if pattern == "" {
		return Null, nil
	}
	_, c, err := parseByTemplate(s, pattern)
	if err != nil {
		return Null, err
	}
	days := daysFromCivil(c.year, c.month, c.day)
	if days < dateMin || days >= dateEnd {
		return Null, sqlerr.New(sqlerr.DatetimeFieldOverflow, "date out of range: \"%s\"", s)
	}
	return NewInt(days), nil
}

func parseByTemplate(s, pattern string) (*charParser, civil, error) {
	p := &charParser{src: s, nodes: parseDateTemplate(pattern), set: map[dateItem]int{}}
	if err := p.run(); err != nil {
		return nil, civil{}, err
	}
	c, err := p.civil()
	if err != nil {
		return nil, civil{}, err
	}
	if !validCivil(c, p.set) {
		return nil, civil{}, sqlerr.New(sqlerr.DatetimeFieldOverflow, "date/time field value out of range: \"%s\"", s)
	}
	if z := p.set[itemTZH]; z < 0 || z > 15 || p.set[itemTZM] < 0 || p.set[itemTZM] > 59 {
		return nil, civil{}, sqlerr.New(sqlerr.DatetimeFieldOverflow, "date/time field value out of range: \"%s\"", s)
	}
	return p, c, nil
}

func validCivil(c civil, set map[dateItem]int) bool {
	if c.year < yearMin-1 || c.year > 1<<28 {
		// Left to the range check of the type, whose message differs; the calendar below needs sane years.
		return true
	}
	return c.month >= 1 && c.month <= 12 && c.day >= 1 && c.day <= daysInMonth(c.year, c.month) &&
		c.hour >= 0 && c.hour < 24 && c.min >= 0 && c.min < 60 && c.sec >= 0 && c.sec < 60 &&
		set[itemMS] >= 0 && set[itemUS] >= 0
}

// civil joins the fields that were read.
func (p *charParser) civil() (civil, error) {
	c := civil{month: 1, day: 1}
	if x := p.set[itemSSSS]; x != 0 {
		c.hour, c.min, c.sec = x/3600, x/60%60, x%60
	}
	for _, f := range []struct {
		item dateItem
		dst  *int
	}{{itemSS, &c.sec}, {itemMI, &c.min}, {itemHH24, &c.hour}} {
		if v := p.set[f.item]; v != 0 {
			*f.dst = v
		}
	}
	if p.clock12 {
		if c.hour < 1 || c.hour > 12 {
			return c, p.fail("hour \"%d\" is invalid for the 12-hour clock", c.hour).
				WithHint("Use the 24-hour clock, or give an hour between 1 and 12.")
		}
		if p.pm && c.hour < 12 {
			c.hour += 12
		} else if !p.pm && c.hour == 12 {
			c.hour = 0
		}
	}
	c.us = p.set[itemMS]*1000 + p.set[itemUS]
	c.year = p.year()
	return c, p.monthAndDay(&c)
}

// year joins year, century and era into an astronomical year.
func (p *charParser) year() int {
	y, cc := p.set[itemYYYY], p.set[itemCC]
	if p.bc {
		cc = -cc
	}
	switch {
	case y != 0 && cc != 0 && p.yearDigits <= 2:
		y %= 100
		switch {
		case y == 0 && cc >= 0:
			return cc * 100
		case y == 0:
			return cc*100 + 1
		case cc >= 0:
			return y + (cc-1)*100
		}
		return (cc+1)*100 - y + 1
	case y != 0:
		if p.bc {
			y = -y
		}
		if y < 0 {
			y++
		}
		return y
	case cc > 0:
		return (cc-1)*100 + 1
	case cc < 0:
		return cc*100 + 1
	}
	return 0
}

// monthAndDay finds them from the fields given: Julian day, week, day of the year, or themselves.
func (p *charParser) monthAndDay(c *civil) error {
	if j := p.set[itemJ]; j != 0 {
		c.year, c.month, c.day = civilFromDays(int64(j) - julianEpoch)
	}
	ddd := p.set[itemDDD]
	if ww := p.set[itemWW]; ww != 0 {
		if p.convention == conventionISO {
			day := isoYearStart(c.year) + int64(ww-1)*7
			if d := p.set[itemD]; d > 1 {
				day += int64(d - 2)
			} else if d == 1 {
				day += 6
			}
			c.year, c.month, c.day = civilFromDays(day)
		} else {
			ddd = (ww-1)*7 + 1
		}
	}
	if w := p.set[itemW]; w != 0 {
		c.day = (w-1)*7 + 1
	}
	if d := p.set[itemDD]; d != 0 && p.set[itemW] == 0 {
		c.day = d
	}
	if m := p.set[itemMM]; m != 0 {
		c.month = m
	}
	if ddd == 0 || (c.month > 1 && c.day > 1) {
		return nil
	}
	if c.year == 0 && !p.bc {
		return p.fail("cannot calculate day of year without year information")
	}
	first := daysFromCivil(c.year, 1, 1)
	if p.convention == conventionISO {
		first = isoYearStart(c.year)
	}
	c.year, c.month, c.day = civilFromDays(first + int64(ddd) - 1)
	return nil
}
