package types

import "time"

// TimestamptzAddInterval moves an instant: months and then days by the wall
// clock of zone (the day of the month is cut to the month's length), the rest by
// elapsed time. A nil zone is UTC, which also serves timestamps without time
// zone. Infinities stay. Error: 22008.
func TimestamptzAddInterval(ts int64, s Span, zone *time.Location) (int64, error) {
	if ts == TimestampInfinity || ts == TimestampNegInfinity {
		return ts, nil
	}
	var err error
	if s.Months != 0 {
		if ts, err = moveLocal(ts, zone, func(c *civil) { c.addMonths(int64(s.Months)) }); err != nil {
			return 0, err
		}
	}
	if s.Days != 0 {
		if ts, err = moveLocal(ts, zone, func(c *civil) {
			days := daysFromCivil(c.year, c.month, c.day) + int64(s.Days)
			c.year, c.month, c.day = civilFromDays(days)
		}); err != nil {
			return 0, err
		}
	}
	moved := ts + s.Micros
	if (moved > ts) != (s.Micros > 0) && s.Micros != 0 || !timestampInRange(moved) {
		return 0, errTimestampRange()
	}
	return moved, nil
}

// addMonths moves the month and cuts the day to the new month's length.
func (c *civil) addMonths(n int64) {
	m := int64(c.year)*monthsPerYear + int64(c.month) - 1 + n
	y := floorDiv(m, monthsPerYear)
	c.year, c.month = int(y), int(m-y*monthsPerYear)+1
	c.day = min(c.day, daysInMonth(c.year, c.month))
}

// moveLocal changes the wall clock of an instant and finds the instant again.
func moveLocal(ts int64, zone *time.Location, move func(c *civil)) (int64, error) {
	c := civilFromTimestamp(TimestampToLocal(ts, zone))
	move(&c)
	local, ok := c.timestamp()
	if !ok {
		return 0, errTimestampRange()
	}
	return LocalToTimestamp(local, zone)
}
