package builtin

import (
	"time"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// truncatedTime cuts a time of day to a unit below the day; ok is false for others.
func truncatedTime(unit string, micros int64) (cut int64, ok bool) {
	size := int64(1)
	switch unit {
	case "microseconds":
	case "milliseconds":
		size = 1000
	case "second":
		size = microsPerSecond
	case "minute":
		size = microsPerMinute
	case "hour":
		size = microsPerHour
	default:
		return 0, false
	}
	return micros / size * size, true
}

// firstYear is the first year of the block of size years that year lies in,
// blocks starting at 1 (2001 starts a century).
func firstYear(year, size int) int {
	return int(floorDiv(int64(year-1), int64(size)))*size + 1
}

// truncate cuts a local timestamp down to the start of a unit.
func truncate(unit, typeName string, ts int64) (int64, error) {
	f := fieldsOf(ts)
	if micros, ok := truncatedTime(unit, f.micros); ok {
		f.micros = micros
		return f.timestamp()
	}
	f.micros = 0
	switch unit {
	case "day":
	case "week":
		days := f.days()
		return checkTimestamp((days - int64(weekday(days)+6)%7) * microsPerDay)
	case "month":
		f.day = 1
	case "quarter":
		f.month, f.day = (f.month-1)/3*3+1, 1
	case "year":
		f.month, f.day = 1, 1
	case "decade":
		f.year, f.month, f.day = int(floorDiv(int64(f.year), 10))*10, 1, 1
	case "century":
		f.year, f.month, f.day = firstYear(f.year, 100), 1, 1
	case "millennium":
		f.year, f.month, f.day = firstYear(f.year, 1000), 1, 1
	case "dow", "isodow", "doy", "isoyear", "epoch", "julian":
		return 0, sqlerr.New(sqlerr.InvalidParameterValue, "unit \"%s\" not recognized for type %s", unit, typeName)
	default:
		return 0, unsupportedUnit(unit, typeName)
	}
	return f.timestamp()
}

// truncateSpan cuts an interval; a week is refused because months have no whole weeks.
func truncateSpan(unit string, s types.Span) (types.Span, error) {
	if micros, ok := truncatedTime(unit, s.Micros); ok {
		s.Micros = micros
		return s, nil
	}
	s.Micros = 0
	months := int32(1)
	switch unit {
	case "day":
		return s, nil
	case "month":
	case "quarter":
		months = 3
	case "year":
		months = 12
	case "decade":
		months = 120
	case "century":
		months = 1200
	case "millennium":
		months = 12000
	default:
		err := sqlerr.New(sqlerr.FeatureNotSupported, "unit \"%s\" not supported for type interval", unit)
		if unit == "week" {
			return s, err.WithDetail("Months usually have fractional weeks.")
		}
		return s, err
	}
	s.Days = 0
	s.Months = s.Months / months * months
	return s, nil
}

// truncateIn cuts an instant by a zone's wall clock.
func truncateIn(unit string, ts int64, zone *time.Location) (int64, error) {
	if !isFiniteInstant(ts) {
		return ts, nil
	}
	local := types.TimestampToLocal(ts, zone)
	cut, err := truncate(unit, types.Timestamptz.Info().SQLName, local)
	if err != nil {
		return 0, err
	}
	switch unit {
	case "microseconds", "milliseconds", "second", "minute", "hour":
		return ts - (local - cut), nil // within the hour the offset does not change
	}
	return types.LocalToTimestamp(cut, zone)
}

// bin puts ts into the stride it falls in, counted from origin.
func bin(stride types.Span, ts, origin int64) (int64, error) {
	if !isFiniteInstant(ts) {
		return ts, nil
	}
	if !isFiniteInstant(origin) {
		return 0, sqlerr.New(sqlerr.DatetimeFieldOverflow, "origin out of range")
	}
	if stride.Months != 0 {
		return 0, sqlerr.New(sqlerr.FeatureNotSupported, "timestamps cannot be binned into intervals containing months or years")
	}
	size, err := bigInt.mul(int64(stride.Days), microsPerDay)
	if err == nil {
		size, err = bigInt.add(size, stride.Micros)
	}
	if err != nil {
		return 0, intervalOutOfRange()
	}
	if size <= 0 {
		return 0, sqlerr.New(sqlerr.DatetimeFieldOverflow, "stride must be greater than zero")
	}
	diff, err := bigInt.sub(ts, origin)
	if err != nil {
		return 0, intervalOutOfRange()
	}
	return checkTimestamp(origin + floorDiv(diff, size)*size)
}

func registerTruncation() {
	add("date_trunc(text,timestamp)", func(_ *Call, a []types.Value) (types.Value, error) {
		name := types.Timestamp.Info().SQLName
		unit, err := dateUnit(a[0].Str(), name)
		if err != nil || !isFiniteInstant(a[1].Int()) {
			return a[1], err
		}
		ts, err := truncate(unit, name, a[1].Int())
		return types.NewInt(ts), err
	})
	zoned := func(c *Call, a []types.Value) (types.Value, error) {
		unit, err := dateUnit(a[0].Str(), types.Timestamptz.Info().SQLName)
		if err != nil {
			return types.Null, err
		}
		zone := c.Format.Zone
		if len(a) > 2 {
			if zone, err = types.LoadZone(a[2].Str()); err != nil {
				return types.Null, err
			}
		}
		ts, err := truncateIn(unit, a[1].Int(), zone)
		return types.NewInt(ts), err
	}
	addAll(zoned, "date_trunc(text,timestamptz)", "date_trunc(text,timestamptz,text)")
	add("date_trunc(text,interval)", func(_ *Call, a []types.Value) (types.Value, error) {
		unit, err := dateUnit(a[0].Str(), "interval")
		if err != nil {
			return types.Null, err
		}
		s, err := truncateSpan(unit, types.AsSpan(a[1]))
		return s.Value(), err
	})
	binned := func(_ *Call, a []types.Value) (types.Value, error) {
		ts, err := bin(types.AsSpan(a[0]), a[1].Int(), a[2].Int())
		return types.NewInt(ts), err
	}
	addAll(binned, "date_bin(interval,timestamp,timestamp)", "date_bin(interval,timestamptz,timestamptz)")
}
