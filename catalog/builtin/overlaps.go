package builtin

import (
	"strings"

	"synapse/catalog/types"
)

// overlapsBody answers (start1, end1) OVERLAPS (start2, end2). Arguments may be
// NULL: a period with one end is that point, and the answer is NULL only where
// the missing end could change it.
func overlapsBody(order func(a, b types.Value) int, end func(c *Call, start, length types.Value) (types.Value, error), first, second bool) body {
	return func(c *Call, a []types.Value) (types.Value, error) {
		p := append([]types.Value(nil), a...)
		for i, isLength := range []bool{first, second} {
			if !isLength || p[2*i].IsNull() || p[2*i+1].IsNull() {
				if isLength {
					p[2*i+1] = types.Null
				}
				continue
			}
			v, err := end(c, p[2*i], p[2*i+1])
			if err != nil {
				return types.Null, err
			}
			p[2*i+1] = v
		}
		return overlap(order, p), nil
	}
}

// period puts the ends in order; ok is false when both are NULL.
func period(order func(a, b types.Value) int, start, end types.Value) (s, e types.Value, ok bool) {
	switch {
	case start.IsNull():
		return end, types.Null, !end.IsNull()
	case !end.IsNull() && order(start, end) > 0:
		return end, start, true
	}
	return start, end, true
}

func overlap(order func(a, b types.Value) int, p []types.Value) types.Value {
	s1, e1, ok1 := period(order, p[0], p[1])
	s2, e2, ok2 := period(order, p[2], p[3])
	if !ok1 || !ok2 {
		return types.Null
	}
	if order(s1, s2) == 0 {
		// Equal starts overlap unless an unknown end leaves it open.
		if e1.IsNull() || e2.IsNull() {
			return types.Null
		}
		return types.NewBool(true)
	}
	if order(s1, s2) > 0 {
		e1, s2, e2 = e2, s1, e1
	}
	// The first period starts earlier: they overlap when s2 comes before e1.
	if e1.IsNull() {
		return types.Null
	}
	if order(s2, e1) < 0 {
		return types.NewBool(true)
	}
	if e2.IsNull() {
		return types.Null
	}
	return types.NewBool(false)
}

func init() {
	ends := map[string]func(c *Call, start, length types.Value) (types.Value, error){
		"timestamp": func(_ *Call, start, length types.Value) (types.Value, error) {
			ts, err := addSpan(start.Int(), types.AsSpan(length))
			return types.NewInt(ts), err
		},
		"timestamptz": func(c *Call, start, length types.Value) (types.Value, error) {
			ts, err := addSpanIn(zoneOf(c), start.Int(), types.AsSpan(length))
			return types.NewInt(ts), err
		},
		"time": func(_ *Call, start, length types.Value) (types.Value, error) {
			t, err := timePlus(start.Int(), types.AsSpan(length))
			return types.NewInt(t), err
		},
		"timetz": nil,
	}
	for name, end := range ends {
		order := types.CompareFunc(types.Of(typeOID(name)))
		for _, form := range [][2]bool{{false, false}, {false, true}, {true, false}, {true, true}} {
			if end == nil && (form[0] || form[1]) {
				continue
			}
			list := []string{name, name, name, name}
			if form[0] {
				list[1] = "interval"
			}
			if form[1] {
				list[3] = "interval"
			}
			add("overlaps("+strings.Join(list, ",")+")", overlapsBody(order, end, form[0], form[1]))
		}
	}
}
