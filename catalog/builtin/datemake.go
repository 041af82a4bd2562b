package builtin

import (
	"math"
	"time"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

func makeDate(year, month, day int64) (int64, error) {
	outOfRange := func() error {
		return sqlerr.New(sqlerr.DatetimeFieldOverflow, "date field value out of range: %d-%02d-%02d", year, month, day)
	}
	y := year
	if y < 0 {
		y++ // -1 is 1 BC
	}
	if year == 0 || month < 1 || month > 12 || day < 1 || !isInt32(y) || day > int64(daysInMonth(int(y), int(month))) {
		return 0, outOfRange()
	}
	d := fields{year: int(y), month: int(month), day: int(day)}.days()
	if d < dateMin || d >= dateEnd {
		return 0, sqlerr.New(sqlerr.DatetimeFieldOverflow, "date out of range: %d-%02d-%02d", year, month, day)
	}
	return d, nil
}

func makeTime(hour, minute int64, second float64) (int64, error) {
	micros := math.RoundToEven(second * microsPerSecond)
	bad := math.IsNaN(second) || hour < 0 || minute < 0 || minute > 59 || second < 0 || second > 60 || hour > 24 ||
		hour == 24 && (minute > 0 || second > 0)
	if bad {
		return 0, sqlerr.New(sqlerr.DatetimeFieldOverflow, "time field value out of range: %d:%02d:%02g", hour, minute, second)
	}
	return hour*microsPerHour + minute*microsPerMinute + int64(micros), nil
}

// makeLocal joins the six fields of make_timestamp.
func makeLocal(a []types.Value) (int64, error) {
	d, err := makeDate(a[0].Int(), a[1].Int(), a[2].Int())
	if err != nil {
		return 0, err
	}
	t, err := makeTime(a[3].Int(), a[4].Int(), a[5].Float())
	if err != nil {
		return 0, err
	}
	return dateAndTime(d, t)
}

func makeInstant(c *Call, a []types.Value) (types.Value, error) {
	local, err := makeLocal(a)
	if err != nil {
		return types.Null, err
	}
	zone := c.Format.Zone
	if len(a) > 6 {
		if zone, err = types.LoadZone(a[6].Str()); err != nil {
			return types.Null, err
		}
	}
	ts, err := types.LocalToTimestamp(local, zone)
	return types.NewInt(ts), err
}

func makeInterval(_ *Call, a []types.Value) (types.Value, error) {
	months := a[0].Int()*12 + a[1].Int()
	days := a[2].Int()*7 + a[3].Int()
	seconds := a[6].Float()
	micros := float64(a[4].Int())*microsPerHour + float64(a[5].Int())*microsPerMinute + math.RoundToEven(seconds*microsPerSecond)
	if math.IsNaN(micros) || math.Abs(micros) >= math.MaxInt64 || !isInt32(months) || !isInt32(days) {
		return types.Null, intervalOutOfRange()
	}
	total := a[4].Int()*microsPerHour + a[5].Int()*microsPerMinute + int64(math.RoundToEven(seconds*microsPerSecond))
	return types.Span{Months: int32(months), Days: int32(days), Micros: total}.Value(), nil
}

// fromUnix is to_timestamp(float8).
func fromUnix(seconds float64) (int64, error) {
	switch {
	case math.IsNaN(seconds):
		return 0, sqlerr.New(sqlerr.DatetimeFieldOverflow, "timestamp cannot be NaN")
	case math.IsInf(seconds, 1):
		return infinity, nil
	case math.IsInf(seconds, -1):
		return negInfinity, nil
	}
	micros := math.RoundToEven((seconds - epochSeconds) * microsPerSecond)
	if micros < timestampMin || micros >= timestampEnd {
		return 0, sqlerr.New(sqlerr.DatetimeFieldOverflow, "timestamp out of range: \"%g\"", seconds)
	}
	return int64(micros), nil
}

func clock(at func(c *Call) int64) body {
	return func(c *Call, _ []types.Value) (types.Value, error) { return types.NewInt(at(c)), nil }
}

func clockTime(c *Call) int64 {
	if c.ClockTime != nil {
		return c.ClockTime()
	}
	return time.Now().UnixMicro() - epochSeconds*microsPerSecond
}

func timeOfDay(c *Call, _ []types.Value) (types.Value, error) {
	t := time.UnixMicro(clockTime(c) + epochSeconds*microsPerSecond)
	zone := c.Format.Zone
	if zone == nil {
		zone = time.UTC
	}
	return types.NewString(t.In(zone).Format("Mon Jan 02 15:04:05.000000 2006 MST")), nil
}

func init() {
	add("make_date(int4,int4,int4)", func(_ *Call, a []types.Value) (types.Value, error) {
		d, err := makeDate(a[0].Int(), a[1].Int(), a[2].Int())
		return types.NewInt(d), err
	})
	add("make_time(int4,int4,float8)", func(_ *Call, a []types.Value) (types.Value, error) {
		t, err := makeTime(a[0].Int(), a[1].Int(), a[2].Float())
		return types.NewInt(t), err
	})
	add("make_timestamp(int4,int4,int4,int4,int4,float8)", func(_ *Call, a []types.Value) (types.Value, error) {
		ts, err := makeLocal(a)
		return types.NewInt(ts), err
	})
	addAll(makeInstant, "make_timestamptz(int4,int4,int4,int4,int4,float8)", "make_timestamptz(int4,int4,int4,int4,int4,float8,text)")
	add("make_interval(int4,int4,int4,int4,int4,int4,float8)", makeInterval)
	add("to_timestamp(float8)", lift1(types.Value.Float, types.NewInt, fromUnix))
	addAll(clock(func(c *Call) int64 { return c.TxnTime }), "now()", "transaction_timestamp()")
	add("statement_timestamp()", clock(func(c *Call) int64 { return c.StmtTime }))
	add("clock_timestamp()", clock(clockTime))
	add("timeofday()", timeOfDay)
	add("pg_sleep_for(interval)", func(c *Call, a []types.Value) (types.Value, error) {
		s := types.AsSpan(a[0])
		days := int64(s.Days) + int64(s.Months)*daysPerMonth
		return types.NewString(""), sleep(c, time.Duration(days)*24*time.Hour+time.Duration(s.Micros)*time.Microsecond)
	})
	add("pg_sleep_until(timestamptz)", func(c *Call, a []types.Value) (types.Value, error) {
		return types.NewString(""), sleep(c, time.Duration(a[0].Int()-clockTime(c))*time.Microsecond)
	})
}
