package builtin

import (
	"time"

	"synapse/catalog/types"
)

// numberText lifts a to_char of numbers.
func numberText(text func(v types.Value, template string) (string, error)) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		s, err := text(a[0], a[1].Str())
		return types.NewString(s), err
	}
}

func init() {
	add("to_char(timestamp,text)", func(_ *Call, a []types.Value) (types.Value, error) {
		return types.ToCharTimestamp(a[0].Int(), nil, a[1].Str()), nil
	})
	add("to_char(timestamptz,text)", func(c *Call, a []types.Value) (types.Value, error) {
		zone := zoneOf(c)
		if zone == nil {
			zone = time.UTC // nil would mean a timestamp without a zone
		}
		return types.ToCharTimestamp(a[0].Int(), zone, a[1].Str()), nil
	})
	add("to_char(interval,text)", func(_ *Call, a []types.Value) (types.Value, error) {
		return types.ToCharInterval(types.AsSpan(a[0]), a[1].Str())
	})
	add("to_timestamp(text,text)", func(c *Call, a []types.Value) (types.Value, error) {
		return types.ToTimestamp(a[0].Str(), a[1].Str(), c.Format)
	})
	add("to_date(text,text)", func(_ *Call, a []types.Value) (types.Value, error) {
		return types.ToDate(a[0].Str(), a[1].Str())
	})
	whole := numberText(func(v types.Value, template string) (string, error) {
		return types.ToCharNumber(types.DecimalFromInt64(v.Int()), template)
	})
	addAll(whole, "to_char(int4,text)", "to_char(int8,text)")
	add("to_char(numeric,text)", numberText(func(v types.Value, template string) (string, error) {
		return types.ToCharNumber(types.DecimalOf(v), template)
	}))
	add("to_char(float8,text)", numberText(func(v types.Value, template string) (string, error) {
		return types.ToCharFloat(v.Float(), 64, template)
	}))
	add("to_char(float4,text)", numberText(func(v types.Value, template string) (string, error) {
		return types.ToCharFloat(v.Float(), 32, template)
	}))
	add("to_number(text,text)", func(_ *Call, a []types.Value) (types.Value, error) {
		return types.ToNumber(a[0].Str(), a[1].Str())
	})
}
