package builtin

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

func zeroStep() error {
	return sqlerr.New(sqlerr.InvalidParameterValue, "step size cannot equal zero")
}

// interruptEvery is how many rows of a series pass between two questions whether to stop.
const interruptEvery = 1 << 14

func stopped(c *Call, n int) error {
	if n%interruptEvery != 0 || c.Interrupt == nil {
		return nil
	}
	return c.Interrupt()
}

// intSeries yields start, start+step, … up to stop, and ends where the type ends.
func intSeries(t intType) func(c *Call, a []types.Value, yield func([]types.Value) error) error {
	return func(c *Call, a []types.Value, yield func([]types.Value) error) error {
		at, stop, step := a[0].Int(), a[1].Int(), int64(1)
		if len(a) > 2 {
			step = a[2].Int()
		}
		if step == 0 {
			return zeroStep()
		}
		for n := 1; step > 0 && at <= stop || step < 0 && at >= stop; n++ {
			if err := yield([]types.Value{types.NewInt(at)}); err != nil {
				return err
			}
			if err := stopped(c, n); err != nil {
				return err
			}
			next, err := t.add(at, step)
			if err != nil {
				return nil // the next value does not exist: the series is over
			}
			at = next
		}
		return nil
	}
}

func numericSeries(c *Call, a []types.Value, yield func([]types.Value) error) error {
	at, stop, step := types.DecimalOf(a[0]), types.DecimalOf(a[1]), types.DecimalFromInt64(1)
	if len(a) > 2 {
		step = types.DecimalOf(a[2])
	}
	for _, part := range []struct {
		name string
		d    types.Decimal
	}{{"start", at}, {"stop", stop}, {"step size", step}} {
		if part.d.IsNaN() {
			return sqlerr.New(sqlerr.InvalidParameterValue, "%s value cannot be NaN", part.name)
		}
		if part.d.IsInf(0) {
			return sqlerr.New(sqlerr.InvalidParameterValue, "%s value cannot be infinity", part.name)
		}
	}
	direction := step.Sign()
	if direction == 0 {
		return zeroStep()
	}
	for n := 1; at.Compare(stop)*direction <= 0; n++ {
		v, err := at.Value()
		if err != nil {
			return err
		}
		if err := yield([]types.Value{v}); err != nil {
			return err
		}
		if err := stopped(c, n); err != nil {
			return err
		}
		at = at.Add(step)
	}
	return nil
}

func init() {
	for _, t := range []intType{integer, bigInt} {
		addSet("generate_series("+t.name+","+t.name+")", intSeries(t))
		addSet("generate_series("+t.name+","+t.name+","+t.name+")", intSeries(t))
	}
	addSet("generate_series(timestamp,timestamp,interval)", instantSeries(func(_ *Call, ts int64, s types.Span) (int64, error) {
		return addSpan(ts, s)
	}))
	addSet("generate_series(timestamptz,timestamptz,interval)", instantSeries(func(c *Call, ts int64, s types.Span) (int64, error) {
		return addSpanIn(zoneOf(c), ts, s)
	}))
	addSet("generate_series(numeric,numeric)", numericSeries)
	addSet("generate_series(numeric,numeric,numeric)", numericSeries)
}

// instantSeries steps by an interval; move knows the zone where there is one.
func instantSeries(move func(c *Call, ts int64, s types.Span) (int64, error)) func(c *Call, a []types.Value, yield func([]types.Value) error) error {
	return func(c *Call, a []types.Value, yield func([]types.Value) error) error {
		at, stop, step := a[0].Int(), a[1].Int(), types.AsSpan(a[2])
		direction := types.CompareSpans(step, types.Span{})
		if direction == 0 {
			return zeroStep()
		}
		for n := 1; direction > 0 && at <= stop || direction < 0 && at >= stop; n++ {
			if err := yield([]types.Value{types.NewInt(at)}); err != nil {
				return err
			}
			if err := stopped(c, n); err != nil {
				return err
			}
			next, err := move(c, at, step)
			if err != nil {
				return err
			}
			if next == at {
				return nil // infinity plus anything
			}
			at = next
		}
		return nil
	}
}
