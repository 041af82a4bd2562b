package builtin

import (
	"time"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

func zoneOf(c *Call) *time.Location { return c.Format.Zone }

// offsetNow is the session zone's offset at the transaction's start, in seconds
// west of UTC: what a time without a date can be given.
func offsetNow(c *Call) int32 {
	return int32((c.TxnTime - types.TimestampToLocal(c.TxnTime, zoneOf(c))) / microsPerSecond)
}

// spanZone is the fixed zone of AT TIME ZONE interval.
func spanZone(v types.Value) (*time.Location, error) {
	s := types.AsSpan(v)
	if s.Months != 0 || s.Days != 0 {
		return nil, sqlerr.New(sqlerr.InvalidParameterValue, "interval time zone \"%s\" must not include months or days",
			types.FormatText(types.Interval, v, types.DefaultFormat))
	}
	return time.FixedZone("", int(s.Micros/microsPerSecond)), nil
}

func namedZone(v types.Value) (*time.Location, error) { return types.LoadZone(v.Str()) }

func toLocal(load func(types.Value) (*time.Location, error)) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		zone, err := load(a[0])
		if err != nil {
			return types.Null, err
		}
		return types.NewInt(types.TimestampToLocal(a[1].Int(), zone)), nil
	}
}

func toUTC(load func(types.Value) (*time.Location, error)) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		zone, err := load(a[0])
		if err != nil {
			return types.Null, err
		}
		ts, err := types.LocalToTimestamp(a[1].Int(), zone)
		return types.NewInt(ts), err
	}
}

// timetzIn moves a timetz to another zone's offset (as of now, where it varies).
func timetzIn(load func(types.Value) (*time.Location, error)) body {
	return func(c *Call, a []types.Value) (types.Value, error) {
		zone, err := load(a[0])
		if err != nil {
			return types.Null, err
		}
		micros, west := types.TimetzParts(a[1])
		east := (types.TimestampToLocal(c.TxnTime, zone) - c.TxnTime) / microsPerSecond
		local := inDay(micros + (int64(west)+east)*microsPerSecond)
		return types.NewTimetz(local, int32(-east)), nil
	}
}

func init() {
	add("timestamp(date)", int1(castDate))
	add("timestamptz(date)", func(c *Call, a []types.Value) (types.Value, error) {
		local, err := castDate(a[0].Int())
		if err != nil {
			return types.Null, err
		}
		ts, err := types.LocalToTimestamp(local, zoneOf(c))
		return types.NewInt(ts), err
	})
	add("timestamptz(timestamp)", func(c *Call, a []types.Value) (types.Value, error) {
		ts, err := types.LocalToTimestamp(a[0].Int(), zoneOf(c))
		return types.NewInt(ts), err
	})
	add("timestamptz(date,time)", func(c *Call, a []types.Value) (types.Value, error) {
		local, err := dateAndTime(a[0].Int(), a[1].Int())
		if err != nil {
			return types.Null, err
		}
		ts, err := types.LocalToTimestamp(local, zoneOf(c))
		return types.NewInt(ts), err
	})
	local := func(fn func(local int64) types.Value) body {
		return func(c *Call, a []types.Value) (types.Value, error) {
			return fn(types.TimestampToLocal(a[0].Int(), zoneOf(c))), nil
		}
	}
	add("timestamp(timestamptz)", local(types.NewInt))
	add("date(timestamptz)", local(func(ts int64) types.Value { return types.NewInt(dateOf(ts)) }))
	add("date(timestamp)", int1(func(ts int64) (int64, error) { return dateOf(ts), nil }))
	timeOf := func(ts int64) types.Value {
		if !isFiniteInstant(ts) {
			return types.Null
		}
		return types.NewInt(inDay(ts))
	}
	add("time(timestamptz)", local(timeOf))
	add("time(timestamp)", func(_ *Call, a []types.Value) (types.Value, error) { return timeOf(a[0].Int()), nil })
	add("time(interval)", lift1(types.AsSpan, types.NewInt, func(s types.Span) (int64, error) { return inDay(s.Micros), nil }))
	add("interval(time)", lift1(types.Value.Int, spanOut, func(t int64) (types.Span, error) { return types.Span{Micros: t}, nil }))
	add("time(timetz)", func(_ *Call, a []types.Value) (types.Value, error) {
		micros, _ := types.TimetzParts(a[0])
		return types.NewInt(micros), nil
	})
	add("timetz(time)", func(c *Call, a []types.Value) (types.Value, error) {
		return types.NewTimetz(a[0].Int(), offsetNow(c)), nil
	})
	add("timetz(timestamptz)", func(c *Call, a []types.Value) (types.Value, error) {
		ts := a[0].Int()
		if !isFiniteInstant(ts) {
			return types.Null, nil
		}
		here := types.TimestampToLocal(ts, zoneOf(c))
		return types.NewTimetz(inDay(here), int32((ts-here)/microsPerSecond)), nil
	})
	for prefix, load := range map[string]func(types.Value) (*time.Location, error){"text": namedZone, "interval": spanZone} {
		add("timezone("+prefix+",timestamptz)", toLocal(load))
		add("timezone("+prefix+",timestamp)", toUTC(load))
		add("timezone("+prefix+",timetz)", timetzIn(load))
	}
}
