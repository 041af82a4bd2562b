package catalog

import "synapse/catalog/types"

// Strategy of a partitioned table: pg_partitioned_table.partstrat.
type Strategy byte

// Strategies.
const (
	ByRange Strategy = 'r'
	ByList  Strategy = 'l'
	ByHash  Strategy = 'h'
)

// Partitioning is PARTITION BY: how the rows of a table are dealt out to its
// partitions, the table itself holding none.
type Partitioning struct {
	Strategy Strategy   `json:"strategy"`
	Keys     []IndexKey `json:"keys"`
}

// DatumKind says what a bound of a range is.
type DatumKind int8

// Kinds of bound, in order.
const (
	MinValue DatumKind = iota - 1
	PlainValue
	MaxValue
)

// BoundDatum is one value of a partition's bound: of the key's type, as text.
type BoundDatum struct {
	Kind DatumKind `json:"kind,omitempty"`
	Text *string   `json:"text,omitempty"` // nil = NULL (of a list) or no plain value
}

// PartitionBound says which rows of its parent a partition takes: FOR VALUES.
type PartitionBound struct {
	Default   bool         `json:"default,omitempty"`
	In        []BoundDatum `json:"in,omitempty"`
	From      []BoundDatum `json:"from,omitempty"` // inclusive
	To        []BoundDatum `json:"to,omitempty"`   // exclusive
	Modulus   int          `json:"modulus,omitempty"`
	Remainder int          `json:"remainder,omitempty"`
}

// Partitioned reports a table whose rows are in its partitions.
func (t *Table) Partitioned() bool { return t.Partitioning != nil }

// IsPartition reports a table that is a partition of another.
func (t *Table) IsPartition() bool { return t.Bound != nil }

// Family lists a table and all that inherit from it, partitions included, each
// once: parents before children, in order of OID on each level.
func (c *Catalog) Family(t *Table) []*Table {
	out := []*Table{t}
	seen := map[types.OID]bool{t.ID: true}
	for i := 0; i < len(out); i++ {
		for _, id := range out[i].Children {
			if child := c.Table(id); child != nil && !seen[id] {
				seen[id] = true
				out = append(out, child)
			}
		}
	}
	return out
}

// Ancestors lists the tables that a partition belongs to, nearest first.
func (c *Catalog) Ancestors(t *Table) []*Table {
	var out []*Table
	for t.IsPartition() && len(t.Parents) > 0 {
		if t = c.Table(t.Parents[0]); t == nil {
			break
		}
		out = append(out, t)
	}
	return out
}

// ColumnPlaces maps the columns of a row of one table to those of a relative,
// by name: places[i] is the 0-based position in from of column i of to, -1 where
// from has none. nil: the rows are alike.
func ColumnPlaces(from, to *Table) []int {
	same := len(from.Columns) == len(to.Columns)
	places := make([]int, len(to.Columns))
	for i := range to.Columns {
		places[i] = -1
		if to.Columns[i].Dropped {
			same = same && from.Columns[i].Dropped
			continue
		}
		if _, ord := from.Column(to.Columns[i].Name); ord > 0 {
			places[i] = ord - 1
		}
		same = same && places[i] == i
	}
	if same {
		return nil
	}
	return places
}

// MapRow lays a row out by places as ColumnPlaces gives them; the row itself for nil.
func MapRow(places []int, row []types.Value) []types.Value {
	if places == nil || row == nil {
		return row
	}
	out := make([]types.Value, len(places))
	for i, p := range places {
		if p >= 0 {
			out[i] = row[p]
		}
	}
	return out
}

// MapOrds maps 1-based positions in from to those in to; 0 where there is none.
func MapOrds(from, to *Table, ords []int) []int {
	if ords == nil {
		return nil
	}
	out := make([]int, len(ords))
	for i, ord := range ords {
		if ord > 0 {
			_, out[i] = to.Column(from.Columns[ord-1].Name)
		}
	}
	return out
}

// PartitionIndex finds the index of a partition, at any depth, that is part of an
// index of a partitioned table; the index itself for its own table; nil if there is none.
func (c *Catalog) PartitionIndex(index types.OID, partition types.OID) *Index {
	for _, ix := range c.Indexes(partition) {
		for x := ix; x != nil; x = c.Index(x.Parent) {
			if x.ID == index {
				return ix
			}
		}
	}
	return nil
}
