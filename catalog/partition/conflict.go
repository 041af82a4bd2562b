package partition

import (
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
)

// Conflict refuses a bound for a new partition of the table: 42P17 where the
// bound is empty, does not fit the moduli, or takes rows that another partition
// takes already.
func (s *Set) Conflict(name string, pb *catalog.PartitionBound) error {
	b, err := s.decode(pb)
	if err != nil {
		return err
	}
	if b.Default {
		if s.fallback >= 0 {
			return sqlerr.New(sqlerr.InvalidObjectDefinition, "partition \"%s\" conflicts with existing default partition \"%s\"",
				name, s.Children[s.fallback].Name)
		}
		return nil
	}
	with := -1
	switch s.strategy {
	case catalog.ByHash:
		if err := s.fitsModuli(&b); err != nil {
			return err
		}
		with = s.sameRemainder(&b)
	case catalog.ByList:
		with = s.sameValue(&b)
	default:
		if s.order(b.from, b.to) >= 0 {
			return sqlerr.New(sqlerr.InvalidObjectDefinition, "empty range bound specified for partition \"%s\"", name).
				WithDetail("Specified lower bound %s is greater than or equal to upper bound %s.", datumList(s.Table, pb.From), datumList(s.Table, pb.To))
		}
		for i := range s.bounds {
			if o := &s.bounds[i]; !o.Default && s.order(b.from, o.to) < 0 && s.order(o.from, b.to) < 0 {
				with = i
				break
			}
		}
	}
	if with >= 0 {
		return sqlerr.New(sqlerr.InvalidObjectDefinition, "partition \"%s\" would overlap partition \"%s\"", name, s.Children[with].Name)
	}
	return nil
}

// fitsModuli: every modulus must be a factor of the next larger one.
func (s *Set) fitsModuli(b *bound) error {
	refuse := func(format string, args ...any) error {
		return sqlerr.New(sqlerr.InvalidObjectDefinition, "every hash partition modulus must be a factor of the next larger modulus").
			WithDetail(format, args...)
	}
	below, above := -1, -1
	for i := range s.bounds {
		switch m := s.bounds[i].Modulus; {
		case m <= b.Modulus:
			below = i
		case above < 0:
			above = i
		}
	}
	if below < 0 && above >= 0 {
		if m := s.bounds[above].Modulus; m%b.Modulus != 0 {
			return refuse("The new modulus %d is not a factor of %d, the modulus of existing partition \"%s\".", b.Modulus, m, s.Children[above].Name)
		}
		return nil
	}
	if below >= 0 {
		if m := s.bounds[below].Modulus; b.Modulus%m != 0 {
			return refuse("The new modulus %d is not divisible by %d, the modulus of existing partition \"%s\".", b.Modulus, m, s.Children[below].Name)
		}
	}
	if above >= 0 {
		if m := s.bounds[above].Modulus; m%b.Modulus != 0 {
			return refuse("The new modulus %d is not a factor of %d, the modulus of existing partition \"%s\".", b.Modulus, m, s.Children[above].Name)
		}
	}
	return nil
}

func (s *Set) sameRemainder(b *bound) int {
	for i := range s.bounds {
		o := &s.bounds[i]
		if m := min(o.Modulus, b.Modulus); o.Remainder%m == b.Remainder%m {
			return i
		}
	}
	return -1
}

func (s *Set) sameValue(b *bound) int {
	for _, d := range b.in {
		if d.v.IsNull() {
			if s.null >= 0 {
				return s.null
			}
			continue
		}
		if i, ok := s.listed[s.keyOf(d.v)]; ok {
			return i
		}
	}
	return -1
}

// Text is a bound as PostgreSQL shows it: "FOR VALUES FROM (1) TO (10)". t is the
// partitioned table.
func Text(t *catalog.Table, b *catalog.PartitionBound) string {
	switch {
	case b.Default:
		return "DEFAULT"
	case t.Partitioning.Strategy == catalog.ByHash:
		return "FOR VALUES WITH (modulus " + itoa(b.Modulus) + ", remainder " + itoa(b.Remainder) + ")"
	case t.Partitioning.Strategy == catalog.ByList:
		return "FOR VALUES IN " + datumList(t, b.In)
	}
	return "FOR VALUES FROM " + datumList(t, b.From) + " TO " + datumList(t, b.To)
}

func datumList(t *catalog.Table, list []catalog.BoundDatum) string {
	out := make([]string, len(list))
	for i, d := range list {
		key := i
		if t.Partitioning.Strategy == catalog.ByList {
			key = 0
		}
		out[i] = DatumText(t, key, d)
	}
	return "(" + strings.Join(out, ", ") + ")"
}
