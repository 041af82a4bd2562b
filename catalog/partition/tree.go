package partition

import (
	"slices"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/types"
)

// Tree is the partitions of a table down to those that hold rows. Immutable.
type Tree struct {
	*Set
	Below []*Tree // parallel to Children: of a partition that is partitioned again, else nil
}

// NewTree reads the partitions of a partitioned table out of a catalog.
func NewTree(c *catalog.Catalog, t *catalog.Table) (*Tree, error) {
	s, err := New(c, t)
	if err != nil {
		return nil, err
	}
	n := &Tree{Set: s, Below: make([]*Tree, len(s.Children))}
	for i, child := range s.Children {
		if child.Partitioned() {
			if n.Below[i], err = NewTree(c, child); err != nil {
				return nil, err
			}
		}
	}
	return n, nil
}

// In reports whether the partitions are those of a catalog, as they were read.
func (t *Tree) In(c *catalog.Catalog) bool {
	for i, child := range t.Children {
		if c.Table(child.ID) != child || t.Below[i] != nil && !t.Below[i].In(c) {
			return false
		}
	}
	return true
}

// Leaves lists the partitions that hold rows, in order of bounds.
func (t *Tree) Leaves() []*catalog.Table {
	var out []*catalog.Table
	for i, child := range t.Children {
		if t.Below[i] != nil {
			out = append(out, t.Below[i].Leaves()...)
		} else {
			out = append(out, child)
		}
	}
	return out
}

// KeyText is a key as conditions on it are told: its column's quoted name or its
// expression, which are the same on every level.
func KeyText(t *catalog.Table, i int) string { return keyText(t, i) }

// KeyType finds the type of the key of that text on any level.
func (t *Tree) KeyType(text string) (types.Type, bool) {
	for i := range t.types {
		if keyText(t.Table, i) == text {
			return t.types[i], true
		}
	}
	for _, below := range t.Below {
		if below != nil {
			if typ, ok := below.KeyType(text); ok {
				return typ, true
			}
		}
	}
	return types.Type{}, false
}

// Cond is a condition on partition keys with its values: all of And hold, and
// one of Or where that is not nil, and Key Op Values where Key is not "".
type Cond struct {
	And, Or []*Cond
	Key     string // KeyText
	Op      Op
	Values  []types.Value
}

// Keep reports which leaves can hold rows that fulfil the condition; nil keeps all.
func (t *Tree) Keep(c *Cond) map[types.OID]bool {
	out := map[types.OID]bool{}
	t.keep(c, out)
	return out
}

func (t *Tree) keep(c *Cond, out map[types.OID]bool) {
	here := t.level(c)
	for i, child := range t.Children {
		switch {
		case !here[i]:
		case t.Below[i] != nil:
			t.Below[i].keep(c, out)
		default:
			out[child.ID] = true
		}
	}
}

// level decides about the partitions of one level.
func (t *Tree) level(c *Cond) []bool {
	var tests []Test
	var rest []*Cond
	gather(c, func(c *Cond) {
		if c.Key == "" {
			rest = append(rest, c)
			return
		}
		for i := range t.types {
			if keyText(t.Table, i) == c.Key {
				tests = append(tests, Test{Key: i, Op: c.Op, Values: c.Values})
			}
		}
	})
	keep := t.Prune(tests)
	for _, c := range rest {
		some := make([]bool, len(keep))
		for _, arm := range c.Or {
			// The tests around hold in each arm too.
			for i, k := range t.level(&Cond{And: append([]*Cond{arm}, conds(t, tests)...)}) {
				some[i] = some[i] || k
			}
		}
		for i := range keep {
			keep[i] = keep[i] && some[i]
		}
	}
	return keep
}

func conds(t *Tree, tests []Test) []*Cond {
	out := make([]*Cond, len(tests))
	for i, x := range tests {
		out[i] = &Cond{Key: keyText(t.Table, x.Key), Op: x.Op, Values: slices.Clone(x.Values)}
	}
	return out
}

// gather calls f for the tests and alternatives that hold together.
func gather(c *Cond, f func(*Cond)) {
	if c == nil {
		return
	}
	for _, a := range c.And {
		gather(a, f)
	}
	if c.Key != "" || c.Or != nil {
		f(c)
	}
}

// QuoteKey is the KeyText of a column.
func QuoteKey(column string) string { return builtin.QuoteIdent(column) }
