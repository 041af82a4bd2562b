package builtin

import (
	"math"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

func intervalOutOfRange() error {
	return sqlerr.New(sqlerr.DatetimeFieldOverflow, "interval out of range")
}

func negateSpan(s types.Span) (types.Span, error) {
	if s.Micros == math.MinInt64 || s.Days == math.MinInt32 || s.Months == math.MinInt32 {
		return s, intervalOutOfRange()
	}
	return types.Span{Micros: -s.Micros, Days: -s.Days, Months: -s.Months}, nil
}

func addSpans(a, b types.Span) (types.Span, error) {
	micros, err := bigInt.add(a.Micros, b.Micros)
	days, err2 := integer.add(int64(a.Days), int64(b.Days))
	months, err3 := integer.add(int64(a.Months), int64(b.Months))
	if err != nil || err2 != nil || err3 != nil {
		return a, intervalOutOfRange()
	}
	return types.Span{Micros: micros, Days: int32(days), Months: int32(months)}, nil
}

func subSpans(a, b types.Span) (types.Span, error) {
	n, err := negateSpan(b)
	if err != nil {
		return a, err
	}
	return addSpans(a, n)
}

// roundMicro rounds seconds or days to six decimals, to lose the noise of float division.
func roundMicro(f float64) float64 { return math.RoundToEven(f*1e6) / 1e6 }

// scaleSpan multiplies; what is lost of months becomes days and of days time,
// a month being 30 days, as PostgreSQL does.
func scaleSpan(s types.Span, by func(float64) float64) (types.Span, error) {
	months, days := by(float64(s.Months)), by(float64(s.Days))
	if math.IsNaN(months) || math.Abs(months) > math.MaxInt32 || math.IsNaN(days) || math.Abs(days) > math.MaxInt32 {
		return s, intervalOutOfRange()
	}
	monthDays := roundMicro((months - math.Trunc(months)) * daysPerMonth)
	seconds := roundMicro((days - math.Trunc(days) + monthDays - math.Trunc(monthDays)) * 86400)
	extra := 0.0
	if math.Abs(seconds) >= 86400 {
		extra = math.Trunc(seconds / 86400)
		seconds -= extra * 86400
	}
	wholeDays := math.Trunc(days) + extra + math.Trunc(monthDays)
	micros := math.RoundToEven(by(float64(s.Micros)) + seconds*microsPerSecond)
	if math.IsNaN(micros) || math.Abs(micros) >= math.MaxInt64 || math.Abs(wholeDays) > math.MaxInt32 {
		return s, intervalOutOfRange()
	}
	return types.Span{Micros: int64(micros), Days: int32(wholeDays), Months: int32(months)}, nil
}

func multiplySpan(s types.Span, f float64) (types.Span, error) {
	return scaleSpan(s, func(x float64) float64 { return x * f })
}

func divideSpan(s types.Span, f float64) (types.Span, error) {
	if f == 0 {
		return s, divisionByZero()
	}
	return scaleSpan(s, func(x float64) float64 { return x / f })
}

// carry moves whole units from small to large and makes both signs agree.
func carry(small, large, unit int64) (int64, int64) {
	large += small / unit
	small %= unit
	switch {
	case large > 0 && small < 0:
		small += unit
		large--
	case large < 0 && small > 0:
		small -= unit
		large++
	}
	return small, large
}

func justifyHours(s types.Span) (types.Span, error) {
	micros, days := carry(s.Micros, int64(s.Days), microsPerDay)
	if !isInt32(days) {
		return s, intervalOutOfRange()
	}
	return types.Span{Micros: micros, Days: int32(days), Months: s.Months}, nil
}

func justifyDays(s types.Span) (types.Span, error) {
	days, months := carry(int64(s.Days), int64(s.Months), daysPerMonth)
	if !isInt32(months) {
		return s, intervalOutOfRange()
	}
	return types.Span{Micros: s.Micros, Days: int32(days), Months: int32(months)}, nil
}

// justifyInterval does both and lets all three signs agree.
func justifyInterval(s types.Span) (types.Span, error) {
	days, months := int64(s.Days), int64(s.Months)
	days += s.Micros / microsPerDay
	micros := s.Micros % microsPerDay
	months += days / daysPerMonth
	days %= daysPerMonth
	switch {
	case months > 0 && (days < 0 || days == 0 && micros < 0):
		days += daysPerMonth
		months--
	case months < 0 && (days > 0 || days == 0 && micros > 0):
		days -= daysPerMonth
		months++
	}
	switch {
	case days > 0 && micros < 0:
		micros += microsPerDay
		days--
	case days < 0 && micros > 0:
		micros -= microsPerDay
		days++
	}
	if !isInt32(months) {
		return s, intervalOutOfRange()
	}
	return types.Span{Micros: micros, Days: int32(days), Months: int32(months)}, nil
}

func betweenSpans(low, high types.Value, part float64) types.Value {
	gap, err := subSpans(types.AsSpan(high), types.AsSpan(low))
	if err != nil {
		return low
	}
	if gap, err = multiplySpan(gap, part); err != nil {
		return low
	}
	sum, err := addSpans(types.AsSpan(low), gap)
	if err != nil {
		return low
	}
	return sum.Value()
}

func spanOut(s types.Span) types.Value { return s.Value() }

// spanSum is sum and avg of intervals.
type spanSum struct {
	n    int64
	sum  types.Span
	mean bool
}

func (s *spanSum) Add(a []types.Value) (err error) {
	s.n++
	s.sum, err = addSpans(s.sum, types.AsSpan(a[0]))
	return err
}

func (s *spanSum) Result() (types.Value, error) {
	if s.n == 0 {
		return types.Null, nil
	}
	if !s.mean {
		return s.sum.Value(), nil
	}
	avg, err := divideSpan(s.sum, float64(s.n))
	return avg.Value(), err
}

func init() {
	one := func(key string, fn func(types.Span) (types.Span, error)) { add(key, lift1(types.AsSpan, spanOut, fn)) }
	two := func(key string, fn func(a, b types.Span) (types.Span, error)) {
		add(key, lift2(types.AsSpan, types.AsSpan, spanOut, fn))
	}
	one("interval_um(interval)", negateSpan)
	one("justify_hours(interval)", justifyHours)
	one("justify_days(interval)", justifyDays)
	one("justify_interval(interval)", justifyInterval)
	two("interval_pl(interval,interval)", addSpans)
	two("interval_mi(interval,interval)", subSpans)
	two("interval_larger(interval,interval)", func(a, b types.Span) (types.Span, error) {
		if types.CompareSpans(a, b) > 0 {
			return a, nil
		}
		return b, nil
	})
	two("interval_smaller(interval,interval)", func(a, b types.Span) (types.Span, error) {
		if types.CompareSpans(a, b) < 0 {
			return a, nil
		}
		return b, nil
	})
	times := lift2(types.AsSpan, types.Value.Float, spanOut, multiplySpan)
	add("interval_mul(interval,float8)", times)
	add("mul_d_interval(float8,interval)", swapped(times))
	add("interval_div(interval,float8)", lift2(types.AsSpan, types.Value.Float, spanOut, divideSpan))
	addAggregate("sum(interval)", true, func(*Call, []types.Value) Aggregator { return &spanSum{} })
	addAggregate("avg(interval)", true, func(*Call, []types.Value) Aggregator { return &spanSum{mean: true} })
}
