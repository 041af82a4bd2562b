package builtin

import (
	"time"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// addSpan moves a timestamp without time zone.
func addSpan(ts int64, s types.Span) (int64, error) { return types.TimestamptzAddInterval(ts, s, nil) }

// addSpanIn moves an instant: months and days by the zone's wall clock, time by real time.
func addSpanIn(zone *time.Location, ts int64, s types.Span) (int64, error) {
	return types.TimestamptzAddInterval(ts, s, zone)
}

// subInstants is the difference as days and time.
func subInstants(a, b int64) (types.Span, error) {
	if !isFiniteInstant(a) || !isFiniteInstant(b) {
		return types.Span{}, sqlerr.New(sqlerr.DatetimeFieldOverflow, "cannot subtract infinite timestamps")
	}
	diff, err := bigInt.sub(a, b)
	if err != nil {
		return types.Span{}, intervalOutOfRange()
	}
	return justifyHours(types.Span{Micros: diff})
}

// age is the difference in years, months, days and time by the calendar.
func age(a, b int64) (types.Span, error) {
	if !isFiniteInstant(a) || !isFiniteInstant(b) {
		return types.Span{}, timestampOutOfRange()
	}
	sign := int64(1)
	late, early := fieldsOf(a), fieldsOf(b)
	if a < b {
		late, early, sign = early, late, -1
	}
	micros := late.micros - early.micros
	days := int64(late.day - early.day)
	months := int64(late.year-early.year)*12 + int64(late.month-early.month)
	if micros < 0 {
		micros += microsPerDay
		days--
	}
	if days < 0 {
		// A missing month counts as long as the earlier date's.
		days += int64(daysInMonth(early.year, early.month))
		months--
	}
	return types.Span{Micros: sign * micros, Days: int32(sign * days), Months: int32(sign * months)}, nil
}

// today is the midnight that age(x) counts from.
func today(c *Call) int64 {
	local := types.TimestampToLocal(c.TxnTime, c.Format.Zone)
	return floorDiv(local, microsPerDay) * microsPerDay
}

func subDates(a, b int64) (int64, error) {
	if !isFiniteDate(a) || !isFiniteDate(b) {
		return 0, sqlerr.New(sqlerr.DatetimeFieldOverflow, "cannot subtract infinite dates")
	}
	return a - b, nil
}

func addDays(d, n int64) (int64, error) {
	if !isFiniteDate(d) {
		return d, nil
	}
	return checkDate(d + n)
}

// dateAndTime joins a date with a time of day.
func dateAndTime(d, micros int64) (int64, error) {
	ts, err := castDate(d)
	if err != nil || !isFiniteInstant(ts) {
		return ts, err
	}
	return checkTimestamp(ts + micros)
}

// dateAndTimetz joins a date with a time of day at an offset.
func dateAndTimetz(d int64, t types.Value) (int64, error) {
	micros, zone := types.TimetzParts(t)
	return dateAndTime(d, micros+int64(zone)*microsPerSecond)
}

// inDay wraps microseconds into one day.
func inDay(micros int64) int64 { return micros - floorDiv(micros, microsPerDay)*microsPerDay }

func timePlus(t int64, s types.Span) (int64, error) { return inDay(t + s.Micros%microsPerDay), nil }

func timeMinus(t int64, s types.Span) (int64, error) { return inDay(t - s.Micros%microsPerDay), nil }

// moveTimetz lifts timePlus and timeMinus to timetz.
func moveTimetz(move func(int64, types.Span) (int64, error)) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		micros, zone := types.TimetzParts(a[0])
		micros, err := move(micros, types.AsSpan(a[1]))
		return types.NewTimetz(micros, zone), err
	}
}

func subtracted(fn func(int64, types.Span) (int64, error)) func(int64, types.Span) (int64, error) {
	return func(ts int64, s types.Span) (int64, error) {
		n, err := negateSpan(s)
		if err != nil {
			return 0, err
		}
		return fn(ts, n)
	}
}

func dateSpan(fn func(int64, types.Span) (int64, error)) func(int64, types.Span) (int64, error) {
	return func(d int64, s types.Span) (int64, error) {
		ts, err := castDate(d)
		if err != nil {
			return 0, err
		}
		return fn(ts, s)
	}
}

// zoned lifts arithmetic on instants that needs the session's zone.
func zoned(fn func(zone *time.Location, ts int64, s types.Span) (int64, error)) body {
	return func(c *Call, a []types.Value) (types.Value, error) {
		ts, err := fn(c.Format.Zone, a[0].Int(), types.AsSpan(a[1]))
		return types.NewInt(ts), err
	}
}

func subSpanIn(zone *time.Location, ts int64, s types.Span) (int64, error) {
	n, err := negateSpan(s)
	if err != nil {
		return 0, err
	}
	return addSpanIn(zone, ts, n)
}

func init() {
	moved := func(fn func(int64, types.Span) (int64, error)) body {
		return lift2(types.Value.Int, types.AsSpan, types.NewInt, fn)
	}
	add("timestamp_pl_interval(timestamp,interval)", moved(addSpan))
	add("interval_pl_timestamp(interval,timestamp)", swapped(moved(addSpan)))
	add("timestamp_mi_interval(timestamp,interval)", moved(subtracted(addSpan)))
	add("date_pl_interval(date,interval)", moved(dateSpan(addSpan)))
	add("interval_pl_date(interval,date)", swapped(moved(dateSpan(addSpan))))
	add("date_mi_interval(date,interval)", moved(dateSpan(subtracted(addSpan))))
	add("timestamptz_pl_interval(timestamptz,interval)", zoned(addSpanIn))
	add("interval_pl_timestamptz(interval,timestamptz)", swapped(zoned(addSpanIn)))
	add("timestamptz_mi_interval(timestamptz,interval)", zoned(subSpanIn))
	add("time_pl_interval(time,interval)", moved(timePlus))
	add("interval_pl_time(interval,time)", swapped(moved(timePlus)))
	add("time_mi_interval(time,interval)", moved(timeMinus))
	add("timetz_pl_interval(timetz,interval)", moveTimetz(timePlus))
	add("interval_pl_timetz(interval,timetz)", swapped(moveTimetz(timePlus)))
	add("timetz_mi_interval(timetz,interval)", moveTimetz(timeMinus))
	difference := lift2(types.Value.Int, types.Value.Int, spanOut, subInstants)
	addAll(difference, "timestamp_mi(timestamp,timestamp)", "timestamptz_mi(timestamptz,timestamptz)")
	add("time_mi_time(time,time)", lift2(types.Value.Int, types.Value.Int, spanOut, func(a, b int64) (types.Span, error) {
		return types.Span{Micros: a - b}, nil
	}))
	add("date_mi(date,date)", int2(subDates))
	add("date_pli(date,int4)", int2(addDays))
	add("integer_pl_date(int4,date)", swapped(int2(addDays)))
	add("date_mii(date,int4)", int2(func(d, n int64) (int64, error) { return addDays(d, -n) }))
	addAll(int2(dateAndTime), "datetime_pl(date,time)", "timestamp(date,time)")
	add("timedate_pl(time,date)", swapped(int2(dateAndTime)))
	joined := lift2(types.Value.Int, func(v types.Value) types.Value { return v }, types.NewInt, dateAndTimetz)
	addAll(joined, "datetimetz_pl(date,timetz)", "timestamptz(date,timetz)")
	add("timetzdate_pl(timetz,date)", swapped(joined))
	registerAge()
	registerDateExtremes()
}

func registerAge() {
	add("age(timestamp,timestamp)", lift2(types.Value.Int, types.Value.Int, spanOut, age))
	add("age(timestamptz,timestamptz)", func(c *Call, a []types.Value) (types.Value, error) {
		zone := c.Format.Zone
		s, err := age(types.TimestampToLocal(a[0].Int(), zone), types.TimestampToLocal(a[1].Int(), zone))
		return s.Value(), err
	})
	add("age(timestamp)", func(c *Call, a []types.Value) (types.Value, error) {
		s, err := age(today(c), a[0].Int())
		return s.Value(), err
	})
	add("age(timestamptz)", func(c *Call, a []types.Value) (types.Value, error) {
		s, err := age(today(c), types.TimestampToLocal(a[0].Int(), c.Format.Zone))
		return s.Value(), err
	})
	finite := lift1(types.Value.Int, types.NewBool, func(ts int64) (bool, error) { return isFiniteInstant(ts), nil })
	addAll(finite, "isfinite(timestamp)", "isfinite(timestamptz)")
	add("isfinite(date)", lift1(types.Value.Int, types.NewBool, func(d int64) (bool, error) { return isFiniteDate(d), nil }))
	add("isfinite(interval)", constant(types.NewBool(true)))
}

func registerDateExtremes() {
	for _, t := range []string{"date", "time", "timestamp", "timestamptz"} {
		add(t+"_larger("+t+","+t+")", int2(func(a, b int64) (int64, error) { return max(a, b), nil }))
		add(t+"_smaller("+t+","+t+")", int2(func(a, b int64) (int64, error) { return min(a, b), nil }))
	}
}
