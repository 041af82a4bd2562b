package builtin

import (
	"math"
	"strings"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// dateUnits maps the spellings of units to their names, as PostgreSQL's
// date/time input and extract know them.
var dateUnits = func() map[string]string {
	m := map[string]string{}
	for name, spellings := range map[string]string{
		"microseconds": "us usec microsecond useconds microseconds usecs usecond", "milliseconds": "ms msec msecs millisecond milliseconds msecond mseconds",
		"second": "s sec secs second seconds", "minute": "m min mins minute minutes", "hour": "h hr hrs hour hours",
		"day": "d day days", "week": "w week weeks", "month": "mon mons month months", "quarter": "qtr quarter",
		"year": "y yr yrs year years", "decade": "dec decs decade decades", "century": "c cent century centuries",
		"millennium": "mil mils millennium millennia", "julian": "j jd julian", "isoyear": "isoyear", "isodow": "isodow",
		"dow": "dow", "doy": "doy", "epoch": "epoch", "timezone": "timezone", "timezone_hour": "timezone_h timezone_hour",
		"timezone_minute": "timezone_m timezone_minute",
	} {
		for _, s := range strings.Fields(spellings) {
			m[s] = name
		}
	}
	return m
}()

func dateUnit(text, typeName string) (string, error) {
	if u, ok := dateUnits[strings.ToLower(text)]; ok {
		return u, nil
	}
	return "", sqlerr.New(sqlerr.InvalidParameterValue, "unit \"%s\" not recognized for type %s", text, typeName)
}

func unsupportedUnit(unit, typeName string) error {
	return sqlerr.New(sqlerr.FeatureNotSupported, "unit \"%s\" not supported for type %s", unit, typeName)
}

// part is an extracted field, exact: value·10^-scale.
type part struct {
	value int64
	scale int
}

func whole(n int) (part, error) { return part{value: int64(n)}, nil }

// decimal writes the part as extract's numeric.
func (p part) decimal() (types.Value, error) {
	return types.DecimalFromInt64(p.value).Mul(negativePowers[p.scale]).Value()
}

// negativePowers holds 10^-n, exactly, for the scales of parts.
var negativePowers = func() (p [7]types.Decimal) {
	for n, text := range []string{"1", "0.1", "0.01", "0.001", "0.0001", "0.00001", "0.000001"} {
		v, err := types.NumericFromString(text)
		if err != nil {
			panic(err) // a literal of this package
		}
		p[n] = types.DecimalOf(v)
	}
	return p
}()

// float writes the part as date_part's float8.
func (p part) float() types.Value {
	return types.NewFloat(float64(p.value) / math.Pow10(p.scale))
}

// timePart answers for the fields of a time of day; ok is false for others.
func timePart(unit string, micros int64) (p part, ok bool) {
	seconds := micros % microsPerMinute
	switch unit {
	case "microseconds":
		return part{value: seconds}, true
	case "milliseconds":
		return part{value: seconds, scale: 3}, true
	case "second":
		return part{value: seconds, scale: 6}, true
	case "minute":
		return part{value: micros / microsPerMinute % 60}, true
	case "hour":
		return part{value: micros / microsPerHour}, true
	}
	return p, false
}

// century counts from 1, as does millennium; year 0 does not exist.
func century(year, size int) int {
	if year > 0 {
		return (year + size - 1) / size
	}
	return -((size - 1 - (year - 1)) / size)
}

// datePart answers for the fields of a calendar day.
func datePart(unit string, days int64) (p part, ok bool) {
	f := fieldsOfDate(days)
	n := 0
	switch unit {
	case "day":
		n = f.day
	case "month":
		n = f.month
	case "quarter":
		n = (f.month-1)/3 + 1
	case "week":
		_, n = f.isoWeek()
	case "year":
		if n = f.year; n <= 0 {
			n-- // 1 BC is -1
		}
	case "isoyear":
		if n, _ = f.isoWeek(); n <= 0 {
			n--
		}
	case "decade":
		n = int(floorDiv(int64(f.year), 10))
	case "century":
		n = century(f.year, 100)
	case "millennium":
		n = century(f.year, 1000)
	case "dow":
		n = weekday(days)
	case "isodow":
		if n = weekday(days); n == 0 {
			n = 7
		}
	case "doy":
		n = f.yearDay()
	default:
		return p, false
	}
	return part{value: int64(n)}, true
}

// timestampPart extracts from a local timestamp; utc is the instant for epoch.
func timestampPart(unit string, local, utc int64, typeName string) (part, error) {
	days := floorDiv(local, microsPerDay)
	micros := local - days*microsPerDay
	if p, ok := timePart(unit, micros); ok {
		return p, nil
	}
	if p, ok := datePart(unit, days); ok {
		return p, nil
	}
	switch unit {
	case "epoch":
		return part{value: utc + epochSeconds*microsPerSecond, scale: 6}, nil
	case "julian":
		// Julian days with the day's part; six decimals of a day are kept exactly by date_part's float.
		return part{value: days + julianEpoch}, nil
	}
	return part{}, unsupportedUnit(unit, typeName)
}

// zonePart answers for the offset fields; offset is seconds east of UTC.
func zonePart(unit string, offset int64) (p part, ok bool) {
	switch unit {
	case "timezone":
		return part{value: offset}, true
	case "timezone_hour":
		return part{value: offset / 3600}, true
	case "timezone_minute":
		return part{value: offset / 60 % 60}, true
	}
	return p, false
}

func spanPart(unit string, s types.Span) (part, error) {
	if p, ok := timePart(unit, s.Micros); ok {
		if unit == "hour" {
			p.value = s.Micros / microsPerHour
		}
		return p, nil
	}
	years, months := int(s.Months)/12, int(s.Months)%12
	switch unit {
	case "day":
		return whole(int(s.Days))
	case "month":
		return whole(months)
	case "quarter":
		return whole(months/3 + 1)
	case "year":
		return whole(years)
	case "decade":
		return whole(years / 10)
	case "century":
		return whole(years / 100)
	case "millennium":
		return whole(years / 1000)
	case "epoch":
		// A year has 365.25 days here and a month 30, as in PostgreSQL.
		seconds := int64(years)*31557600 + int64(months)*30*86400 + int64(s.Days)*86400
		return part{value: seconds*microsPerSecond + s.Micros, scale: 6}, nil
	}
	return part{}, unsupportedUnit(unit, "interval")
}

// infinitePart is what extract says of ±infinity: fields that only grow are
// infinite, those that repeat are NULL.
func infinitePart(unit string, positive, numeric bool, typeName string) (types.Value, error) {
	switch unit {
	case "year", "decade", "century", "millennium", "julian", "isoyear", "epoch":
		sign := -1
		if positive {
			sign = 1
		}
		if !numeric {
			return types.NewFloat(math.Inf(sign)), nil
		}
		return types.NumericFromFloat64(math.Inf(sign)), nil
	case "timezone", "timezone_hour", "timezone_minute":
		if typeName == types.Timestamptz.Info().SQLName {
			return types.Null, nil
		}
		return types.Null, unsupportedUnit(unit, typeName)
	}
	return types.Null, nil
}

// extractor lifts a field lookup to extract (numeric) or date_part (float8).
func extractor(t types.Type, numeric bool) body {
	name := t.Info().SQLName
	return func(c *Call, a []types.Value) (types.Value, error) {
		unit, err := dateUnit(a[0].Str(), name)
		if err != nil {
			return types.Null, err
		}
		v := a[1]
		switch t.Kind() {
		case types.KindTimestamp, types.KindTimestamptz:
			if !isFiniteInstant(v.Int()) {
				return infinitePart(unit, v.Int() > 0, numeric, name)
			}
		case types.KindDate:
			if !isFiniteDate(v.Int()) {
				return infinitePart(unit, v.Int() > 0, numeric, name)
			}
		}
		p, err := partOf(c, t, unit, v, numeric)
		if err != nil {
			return types.Null, err
		}
		if unit == "julian" && t.Kind() != types.KindDate {
			return julian(c, t, p, v, numeric)
		}
		if numeric {
			return p.decimal()
		}
		return p.float(), nil
	}
}

func partOf(c *Call, t types.Type, unit string, v types.Value, numeric bool) (part, error) {
	name := t.Info().SQLName
	switch t.Kind() {
	case types.KindInterval:
		return spanPart(unit, types.AsSpan(v))
	case types.KindTime:
		return timeOnlyPart(unit, v.Int(), 0, name, false)
	case types.KindTimetz:
		micros, zone := types.TimetzParts(v)
		return timeOnlyPart(unit, micros, int64(zone), name, true)
	case types.KindTimestamptz:
		local := types.TimestampToLocal(v.Int(), c.Format.Zone)
		if p, ok := zonePart(unit, (local-v.Int())/microsPerSecond); ok {
			return p, nil
		}
		return timestampPart(unit, local, v.Int(), name)
	case types.KindTimestamp:
		return timestampPart(unit, v.Int(), v.Int(), name)
	}
	// A date: extract knows the fields of days only, date_part treats it as a timestamp.
	if numeric {
		switch unit {
		case "epoch":
			return part{value: v.Int()*86400 + epochSeconds}, nil
		case "julian":
			return part{value: v.Int() + julianEpoch}, nil
		}
		if p, ok := datePart(unit, v.Int()); ok {
			return p, nil
		}
		return part{}, unsupportedUnit(unit, name)
	}
	ts, err := castDate(v.Int())
	if err != nil {
		return part{}, err
	}
	return timestampPart(unit, ts, ts, types.Timestamp.Info().SQLName)
}

// timeOnlyPart extracts from a time of day; zone is seconds west of UTC.
func timeOnlyPart(unit string, micros, zone int64, name string, hasZone bool) (part, error) {
	if p, ok := timePart(unit, micros); ok {
		return p, nil
	}
	if unit == "epoch" {
		return part{value: micros + zone*microsPerSecond, scale: 6}, nil
	}
	if p, ok := zonePart(unit, -zone); ok && hasZone {
		return p, nil
	}
	return part{}, unsupportedUnit(unit, name)
}

// julian adds the part of the day to a timestamp's Julian day.
func julian(c *Call, t types.Type, day part, v types.Value, numeric bool) (types.Value, error) {
	local := v.Int()
	if t.Kind() == types.KindTimestamptz {
		local = types.TimestampToLocal(local, c.Format.Zone)
	}
	micros := inDay(local)
	if !numeric {
		return types.NewFloat(float64(day.value) + float64(micros)/microsPerDay), nil
	}
	share, err := types.DecimalFromInt64(micros).Div(types.DecimalFromInt64(microsPerDay))
	if err != nil {
		return types.Null, err
	}
	return types.DecimalFromInt64(day.value).Add(share).Value()
}

func init() {
	for _, name := range []string{"date", "time", "timetz", "timestamp", "timestamptz", "interval"} {
		t := types.Of(typeOID(name))
		add("extract(text,"+name+")", extractor(t, true))
		add("date_part(text,"+name+")", extractor(t, false))
	}
	registerTruncation()
}
