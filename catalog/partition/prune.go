package partition

import (
	"slices"

	"synapse/catalog"
	"synapse/catalog/types"
)

// Op is what a Test says of a key.
type Op uint8

// Ops.
const (
	Equal Op = iota
	Less
	LessEqual
	Greater
	GreaterEqual
	IsNull
	NotNull
)

// Test is a condition on one partition key: that it is equal to one of Values,
// or compares with the only one. NULL among Values matches nothing.
type Test struct {
	Key    int
	Op     Op
	Values []types.Value
}

// pointsMax is the most keys that equalities are multiplied out to.
const pointsMax = 1024

// interval is what the tests leave of one key.
type interval struct {
	points            []types.Value // not nil: these only
	low, high         types.Value   // NULL = unbounded
	lowOpen, highOpen bool
	null, notNull     bool
}

// Prune reports which partitions can hold rows that pass all tests, parallel to
// Children.
func (s *Set) Prune(tests []Test) []bool {
	keep := make([]bool, len(s.Children))
	keys, possible := s.intervals(tests)
	if !possible {
		return keep
	}
	if s.routed(keys, keep) {
		return keep
	}
	for i := range s.bounds {
		b := &s.bounds[i]
		switch {
		case s.strategy == catalog.ByHash:
			keep[i] = true
		case b.Default:
			keep[i] = !s.covered(&keys[0])
		case s.strategy == catalog.ByList:
			keep[i] = slices.ContainsFunc(b.in, func(d datum) bool { return s.admits(0, &keys[0], d.v) })
		default:
			keep[i] = s.meets(b, keys)
		}
	}
	return keep
}

// intervals gathers the tests by key. False: they contradict each other.
func (s *Set) intervals(tests []Test) ([]interval, bool) {
	keys := make([]interval, len(s.types))
	for _, t := range tests {
		k := &keys[t.Key]
		switch t.Op {
		case IsNull:
			k.null = true
			continue
		case NotNull:
			k.notNull = true
			continue
		}
		k.notNull = true
		values := slices.DeleteFunc(slices.Clone(t.Values), types.Value.IsNull)
		if len(values) == 0 {
			return nil, false
		}
		cmp := s.compare[t.Key]
		v := values[0]
		switch t.Op {
		case Equal:
			if k.points != nil {
				values = slices.DeleteFunc(values, func(v types.Value) bool {
					return !slices.ContainsFunc(k.points, func(p types.Value) bool { return cmp(p, v) == 0 })
				})
			}
			k.points = values
		case Less, LessEqual:
			if c := 0; k.high.IsNull() {
				k.high, k.highOpen = v, t.Op == Less
			} else if c = cmp(v, k.high); c < 0 || c == 0 && t.Op == Less {
				k.high, k.highOpen = v, t.Op == Less
			}
		case Greater, GreaterEqual:
			if c := 0; k.low.IsNull() {
				k.low, k.lowOpen = v, t.Op == Greater
			} else if c = cmp(v, k.low); c > 0 || c == 0 && t.Op == Greater {
				k.low, k.lowOpen = v, t.Op == Greater
			}
		}
	}
	for i := range keys {
		if !s.settle(i, &keys[i]) {
			return nil, false
		}
	}
	return keys, true
}

// settle drops the points outside of the bounds. False: nothing is left.
func (s *Set) settle(i int, k *interval) bool {
	if k.null {
		return !k.notNull
	}
	if k.points != nil {
		points := k.points
		k.points = nil
		points = slices.DeleteFunc(points, func(v types.Value) bool { return !s.admits(i, k, v) })
		k.points = points
		return len(points) > 0
	}
	if !k.low.IsNull() && !k.high.IsNull() {
		c := s.compare[i](k.low, k.high)
		return c < 0 || c == 0 && !k.lowOpen && !k.highOpen
	}
	return true
}

// admits reports whether a value of a key passes its tests.
func (s *Set) admits(i int, k *interval, v types.Value) bool {
	if v.IsNull() {
		return !k.notNull
	}
	if k.null {
		return false
	}
	cmp := s.compare[i]
	if k.points != nil {
		return slices.ContainsFunc(k.points, func(p types.Value) bool { return cmp(p, v) == 0 })
	}
	if !k.low.IsNull() {
		if c := cmp(v, k.low); c < 0 || c == 0 && k.lowOpen {
			return false
		}
	}
	if !k.high.IsNull() {
		if c := cmp(v, k.high); c > 0 || c == 0 && k.highOpen {
			return false
		}
	}
	return true
}

// routed handles tests that leave single values for every key: each is routed.
// False: they do not.
func (s *Set) routed(keys []interval, keep []bool) bool {
	total := 1
	for i := range keys {
		k := &keys[i]
		if k.points == nil && !k.null {
			return false
		}
		if k.points != nil {
			if total *= len(k.points); total > pointsMax {
				return false
			}
		}
	}
	key := make([]types.Value, len(keys))
	var walk func(i int)
	walk = func(i int) {
		if i == len(keys) {
			if at := s.Route(key); at >= 0 {
				keep[at] = true
			}
			return
		}
		if keys[i].null {
			key[i] = types.Null
			walk(i + 1)
			return
		}
		for _, v := range keys[i].points {
			key[i] = v
			walk(i + 1)
		}
	}
	walk(0)
	return true
}

// meets reports whether a range can hold keys that pass. Only the leading keys
// count, as far as they are single values, and the one behind them.
func (s *Set) meets(b *bound, keys []interval) bool {
	for i := range keys {
		if keys[i].null {
			return false // a range holds no NULL
		}
	}
	var low, high []types.Value
	lowOpen, highOpen := false, false
	for i := range keys {
		k := &keys[i]
		if len(k.points) > 0 {
			least, most := s.ends(i, k.points)
			low, high = append(low, least), append(high, most)
			if len(k.points) > 1 {
				break
			}
			continue
		}
		if !k.low.IsNull() {
			low, lowOpen = append(low, k.low), k.lowOpen
		}
		if !k.high.IsNull() {
			high, highOpen = append(high, k.high), k.highOpen
		}
		break
	}
	if len(low) > 0 {
		c := s.against(b.to, low)
		// At an equal prefix rows below the bound are left only if the bound goes on.
		atEnd := len(low) == len(b.to) || b.to[len(low)].kind == catalog.MinValue
		if c < 0 || c == 0 && (lowOpen || atEnd) {
			return false
		}
	}
	if len(high) > 0 {
		c := s.against(b.from, high)
		beyond := len(high) < len(b.from) && b.from[len(high)].kind == catalog.MaxValue
		if c > 0 || c == 0 && (highOpen || beyond) {
			return false
		}
	}
	return true
}

func (s *Set) ends(i int, list []types.Value) (least, most types.Value) {
	return slices.MinFunc(list, s.compare[i]), slices.MaxFunc(list, s.compare[i])
}

// covered reports whether the partitions but the default one take every value of
// the first key that passes its tests, so that the default has none of them.
func (s *Set) covered(k *interval) bool {
	if k.points != nil && len(s.types) == 1 {
		return !slices.ContainsFunc(k.points, func(v types.Value) bool { return s.Route([]types.Value{v}) == s.fallback })
	}
	if k.null {
		return s.null >= 0
	}
	if s.strategy != catalog.ByRange || len(s.types) != 1 || !k.notNull {
		return false
	}
	// Walk the ranges, which are in order, from the lower end on.
	reached := []datum{{kind: catalog.MinValue}}
	if !k.low.IsNull() {
		reached = []datum{{v: k.low}}
	}
	for i := range s.bounds {
		b := &s.bounds[i]
		if b.Default || s.order(b.to, reached) <= 0 {
			continue
		}
		if s.order(b.from, reached) > 0 {
			break
		}
		reached = b.to
	}
	if reached[0].kind == catalog.MaxValue {
		return true
	}
	if k.high.IsNull() || reached[0].kind == catalog.MinValue {
		return false
	}
	c := s.compare[0](reached[0].v, k.high)
	return c > 0 || c == 0 && k.highOpen
}
