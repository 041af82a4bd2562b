package forget

import (
	"cmp"
	"slices"
)

// Budget bounds what a namespace holds; 0 is no bound.
type Budget struct {
	Rows, Bytes int64
	TTL         int64 // µs after the writing
}

// Reasons for an eviction.
const (
	ReasonTTL   = "ttl"
	ReasonRows  = "rows"
	ReasonBytes = "bytes"
)

// Victim is a row that goes.
type Victim struct {
	Row    int // position in the rows given
	Reason string
	Parts  Parts // zero but for a policy that scores
}

// Choose returns the rows that go so that the rest is within the budget: first
// those past their time to live, then as many as it takes in the policy's order.
// Pinned rows count and stay, so a namespace of pinned rows stays over its
// budget. At most limit rows go, 0 = no limit.
func (p *Policy) Choose(rows []Row, b Budget, now int64, limit int) []Victim {
	var out []Victim
	var count, bytes int64
	full := func() bool { return limit > 0 && len(out) >= limit }
	expired := make([]bool, len(rows))
	for i := range rows {
		if b.TTL > 0 && !rows[i].Pinned && rows[i].Written+b.TTL <= now && !full() {
			expired[i] = true
			out = append(out, Victim{Row: i, Reason: ReasonTTL})
			continue
		}
		count++
		bytes += rows[i].Bytes
	}
	scale := ScaleOf(rows)
	if p.Kind == Score {
		for i := range out {
			out[i].Parts = p.Parts(&rows[out[i].Row], scale, now)
		}
	}
	over := func() string {
		switch {
		case b.Rows > 0 && count > b.Rows:
			return ReasonRows
		case b.Bytes > 0 && bytes > b.Bytes:
			return ReasonBytes
		}
		return ""
	}
	if p.Kind == None || over() == "" {
		return out
	}
	for _, v := range p.Order(rows, scale, now) {
		reason := over()
		if reason == "" || full() {
			break
		}
		if r := &rows[v.Row]; !r.Pinned && !expired[v.Row] {
			v.Reason = reason
			out = append(out, v)
			count--
			bytes -= r.Bytes
		}
	}
	return out
}

// Order is the order in which rows go, pinned ones included. Ties go by time of
// writing, then by position.
func (p *Policy) Order(rows []Row, s Scale, now int64) []Victim {
	list := make([]Victim, len(rows))
	for i := range rows {
		list[i].Row = i
		if p.Kind == Score {
			list[i].Parts = p.Parts(&rows[i], s, now)
		}
	}
	slices.SortFunc(list, func(a, b Victim) int {
		x, y := &rows[a.Row], &rows[b.Row]
		first := 0
		switch p.Kind {
		case Score:
			first = cmp.Compare(a.Parts.Score, b.Parts.Score)
		case LRU:
			first = cmp.Compare(max(x.Written, x.LastRecalled), max(y.Written, y.LastRecalled))
		case LFU:
			first = cmp.Compare(x.Recalled, y.Recalled)
		}
		return cmp.Or(first, cmp.Compare(x.Written, y.Written), cmp.Compare(a.Row, b.Row))
	})
	return list
}
