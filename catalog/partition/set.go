package partition

import (
	"slices"
	"sort"
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// Set is the partitions of one table, in PostgreSQL's order of bounds: lists by
// their least value, ranges by their lower bound, hashes by modulus and
// remainder, the default partition last. Immutable.
type Set struct {
	Table    *catalog.Table
	Children []*catalog.Table
	strategy catalog.Strategy
	types    []types.Type
	compare  []func(a, b types.Value) int
	bounds   []bound        // parallel to Children
	fallback int            // the default partition, -1 if there is none
	listed   map[string]int // list: the child of a value, by its key bytes
	null     int            // list: the child of NULL, -1 if there is none
	slots    []int          // hash: the child of each remainder of the greatest modulus, -1 for none
}

// datum is one value of a bound.
type datum struct {
	kind catalog.DatumKind
	v    types.Value
}

type bound struct {
	*catalog.PartitionBound
	in, from, to []datum
}

// New makes the set of a partitioned table. Error: XX001 for a bound that is no
// value of its key's type.
func New(c *catalog.Catalog, t *catalog.Table) (*Set, error) {
	children := make([]*catalog.Table, 0, len(t.Children))
	for _, id := range t.Children {
		if child := c.Table(id); child != nil && child.IsPartition() {
			children = append(children, child)
		}
	}
	return Of(t, children)
}

// Of makes the set of a partitioned table and these partitions.
func Of(t *catalog.Table, children []*catalog.Table) (*Set, error) {
	s := &Set{Table: t, strategy: t.Partitioning.Strategy, fallback: -1, null: -1}
	for i := range t.Partitioning.Keys {
		typ := t.Partitioning.Keys[i].Type.NoMod()
		s.types = append(s.types, typ)
		s.compare = append(s.compare, types.CompareFunc(typ.Base()))
	}
	bounds := make([]bound, len(children))
	order := make([]int, len(children))
	for i, child := range children {
		b, err := s.decode(child.Bound)
		if err != nil {
			return nil, err
		}
		bounds[i], order[i] = b, i
	}
	sort.SliceStable(order, func(i, j int) bool { return s.before(&bounds[order[i]], &bounds[order[j]]) })
	for _, i := range order {
		s.Children, s.bounds = append(s.Children, children[i]), append(s.bounds, bounds[i])
	}
	s.index()
	return s, nil
}

// index prepares Route.
func (s *Set) index() {
	greatest := 0
	for i := range s.bounds {
		if s.bounds[i].Default {
			s.fallback = i
		}
		greatest = max(greatest, s.bounds[i].Modulus)
	}
	switch s.strategy {
	case catalog.ByList:
		s.listed = map[string]int{}
		for i := range s.bounds {
			for _, d := range s.bounds[i].in {
				if d.v.IsNull() {
					s.null = i
					continue
				}
				s.listed[s.keyOf(d.v)] = i
			}
		}
	case catalog.ByHash:
		s.slots = slices.Repeat([]int{-1}, greatest)
		for i := range s.bounds {
			for r := s.bounds[i].Remainder; r < greatest; r += s.bounds[i].Modulus {
				s.slots[r] = i
			}
		}
	}
}

func (s *Set) keyOf(v types.Value) string {
	return string(types.AppendKey(nil, s.types[0].Base(), v))
}

func (s *Set) decode(b *catalog.PartitionBound) (bound, error) {
	out := bound{PartitionBound: b}
	var err error
	read := func(list []catalog.BoundDatum) (ds []datum) {
		for i, d := range list {
			at := min(i, len(s.types)-1)
			if s.strategy == catalog.ByList {
				at = 0
			}
			n := datum{kind: d.Kind}
			if d.Kind == catalog.PlainValue && d.Text != nil {
				v, bad := types.ParseText(s.types[at].Base(), *d.Text, types.DefaultFormat)
				if bad != nil {
					err = sqlerr.New(sqlerr.DataCorrupted, "bound of a partition of \"%s\" cannot be read: %v", s.Table.Name, bad)
				}
				n.v = v
			}
			ds = append(ds, n)
		}
		return ds
	}
	out.in, out.from, out.to = read(b.In), read(b.From), read(b.To)
	return out, err
}

// before orders bounds.
func (s *Set) before(a, b *bound) bool {
	switch {
	case a.Default || b.Default:
		return !a.Default
	case s.strategy == catalog.ByHash:
		if a.Modulus != b.Modulus {
			return a.Modulus < b.Modulus
		}
		return a.Remainder < b.Remainder
	case s.strategy == catalog.ByRange:
		return s.order(a.from, b.from) < 0
	}
	x, y := s.least(a), s.least(b)
	if x.IsNull() || y.IsNull() {
		return !x.IsNull()
	}
	return s.compare[0](x, y) < 0
}

// least is the smallest value of a list; NULL if it has none.
func (s *Set) least(b *bound) types.Value {
	var out types.Value
	for _, d := range b.in {
		if !d.v.IsNull() && (out.IsNull() || s.compare[0](d.v, out) < 0) {
			out = d.v
		}
	}
	return out
}

// order compares two bounds of ranges: -1, 0, 1.
func (s *Set) order(a, b []datum) int {
	for i := range min(len(a), len(b)) {
		if a[i].kind != catalog.PlainValue || b[i].kind != catalog.PlainValue {
			if a[i].kind != b[i].kind {
				return int(a[i].kind) - int(b[i].kind)
			}
			return 0 // what stands behind MINVALUE or MAXVALUE means nothing
		}
		if c := s.compare[i](a[i].v, b[i].v); c != 0 {
			return c
		}
	}
	return 0
}

// against compares a bound with the first values of a key.
func (s *Set) against(b []datum, key []types.Value) int {
	for i := range min(len(b), len(key)) {
		if b[i].kind != catalog.PlainValue {
			return int(b[i].kind)
		}
		if c := s.compare[i](b[i].v, key[i]); c != 0 {
			return c
		}
	}
	return 0
}

// Route finds the partition of a key (one value per Partitioning.Keys): its
// position in Children, -1 where no partition takes it.
func (s *Set) Route(key []types.Value) int {
	switch s.strategy {
	case catalog.ByList:
		if key[0].IsNull() {
			return s.or(s.null)
		}
		if i, ok := s.listed[s.keyOf(key[0])]; ok {
			return i
		}
		return s.fallback
	case catalog.ByHash:
		if len(s.slots) == 0 {
			return -1
		}
		return s.slots[s.hash(key)%uint64(len(s.slots))]
	}
	if slices.ContainsFunc(key, types.Value.IsNull) {
		return s.fallback
	}
	n := len(s.bounds)
	if s.fallback >= 0 {
		n--
	}
	// The last range that begins at or below the key is the only one that can hold it.
	i := sort.Search(n, func(i int) bool { return s.against(s.bounds[i].from, key) > 0 }) - 1
	if i >= 0 && s.against(s.bounds[i].to, key) > 0 {
		return i
	}
	return s.fallback
}

func (s *Set) or(i int) int {
	if i < 0 {
		return s.fallback
	}
	return i
}

// KeyNames lists the keys as error messages do: "a, lower(b)".
func KeyNames(t *catalog.Table) string {
	names := make([]string, len(t.Partitioning.Keys))
	for i := range t.Partitioning.Keys {
		names[i] = KeyName(t, i)
	}
	return strings.Join(names, ", ")
}

// KeyName is the column or the expression of a partition key.
func KeyName(t *catalog.Table, i int) string {
	k := &t.Partitioning.Keys[i]
	if k.Column > 0 {
		return t.Columns[k.Column-1].Name
	}
	return k.Expr
}
