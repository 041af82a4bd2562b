package index

import (
	"sort"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"
)

// Inverted maps items (what a value contains) to rows. It proposes: a reader
// rechecks every candidate, so the current tier needs no times and the history
// only the time of the close.
type Inverted struct {
	items     map[string]*itemRows
	lastClose int64
}

type itemRows struct {
	rows   *roaring.Bitmap
	closed []closedRow // ascending by to
}

type closedRow struct {
	to    int64
	local uint32
}

// NewInverted returns an empty index.
func NewInverted() *Inverted {
	return &Inverted{items: map[string]*itemRows{}, lastClose: -1 << 63}
}

func (x *Inverted) item(name string) *itemRows {
	e := x.items[name]
	if e == nil {
		e = &itemRows{rows: roaring.New()}
		x.items[name] = e
	}
	return e
}

// Change replaces a row's items as of ts; both lists are sorted and distinct.
func (x *Inverted) Change(local uint32, old, next []string, ts int64) {
	i, j := 0, 0
	for i < len(old) || j < len(next) {
		switch {
		case j == len(next) || (i < len(old) && old[i] < next[j]):
			x.close(old[i], local, ts)
			i++
		case i == len(old) || next[j] < old[i]:
			x.item(next[j]).rows.Add(local)
			j++
		default:
			i, j = i+1, j+1
		}
	}
}

func (x *Inverted) close(name string, local uint32, ts int64) {
	e := x.item(name)
	e.rows.Remove(local)
	e.closed = append(e.closed, closedRow{ts, local})
	x.lastClose = max(x.lastClose, ts)
}

// AddClosed adds what a row contained until `to`, while the index is built;
// Seal must follow.
func (x *Inverted) AddClosed(local uint32, items []string, _, to int64) {
	for _, name := range items {
		e := x.item(name)
		e.closed = append(e.closed, closedRow{to, local})
	}
	x.lastClose = max(x.lastClose, to)
}

// Seal ends a build.
func (x *Inverted) Seal() {
	for _, e := range x.items {
		sort.Slice(e.closed, func(a, b int) bool { return e.closed[a].to < e.closed[b].to })
	}
}

// LastClose returns the time from which on the current tier alone answers.
func (x *Inverted) LastClose() int64 { return x.lastClose }

// rowsAt returns the candidates of one item at a time. The result must not be changed.
func (x *Inverted) rowsAt(name string, at int64) *roaring.Bitmap {
	e := x.items[name]
	if e == nil {
		return roaring.New()
	}
	i := sort.Search(len(e.closed), func(i int) bool { return e.closed[i].to > at })
	if i == len(e.closed) {
		return e.rows
	}
	out := e.rows.Clone()
	for _, c := range e.closed[i:] {
		out.Add(c.local)
	}
	return out
}

// Candidates returns the rows that may contain all (or any) of the items at a
// time. The caller owns the result.
func (x *Inverted) Candidates(items []string, all bool, at int64) *roaring.Bitmap {
	var out *roaring.Bitmap
	for _, name := range items {
		rows := x.rowsAt(name, at)
		switch {
		case out == nil:
			out = rows.Clone()
		case all:
			out.And(rows)
		default:
			out.Or(rows)
		}
	}
	if out == nil {
		out = roaring.New()
	}
	return out
}

// WithPrefix returns the rows that may contain an item that begins so at a time.
// The caller owns the result.
func (x *Inverted) WithPrefix(prefix string, at int64) *roaring.Bitmap {
	out := roaring.New()
	for name := range x.items {
		if strings.HasPrefix(name, prefix) {
			out.Or(x.rowsAt(name, at))
		}
	}
	return out
}

// Has reports whether the current tier says that the row contains the item.
func (x *Inverted) Has(item string, local uint32) bool {
	e := x.items[item]
	return e != nil && e.rows.Contains(local)
}

// Len returns the number of (item, row) pairs of the current tier.
func (x *Inverted) Len() int {
	n := 0
	for _, e := range x.items {
		n += int(e.rows.GetCardinality())
	}
	return n
}
