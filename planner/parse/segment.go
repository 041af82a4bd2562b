package parse

import (
	"sort"
	"unicode/utf8"

	pg "github.com/pganalyze/pg_query_go/v5"

	"synapse/planner/ast"
)

// segment is a run of the parsed text. A copied one maps byte by byte to the
// user's text; an inserted one maps as a whole to the place it was put for.
type segment struct {
	dst      int // offset in the parsed text
	src      int // offset in the user's text
	n        int // bytes
	inserted bool
}

// rewrite is a text for pg_query together with its way back to the user's text
// and the time travel that was taken out of it.
type rewrite struct {
	user string // the whole text given to Parse
	text string // what pg_query parses
	segs []segment

	tables  map[int]*ast.TemporalClause // by offset in text of the table's or function's name
	marks   []*ast.TemporalClause       // by number of the marker, see markerName
	txnAsOf *ast.TemporalClause         // of BEGIN and SET TRANSACTION
	lists   map[int]*longList           // taken out and not yet put back, by user offset of the item that stands for them
}

// identity is the rewrite that changes nothing in the user's text from start to end.
func identity(user string, start, end int) *rewrite {
	return &rewrite{user: user, text: user[start:end], segs: []segment{{src: start, n: end - start}}}
}

// segmentAt finds the segment that holds the offset in the parsed text.
func (r *rewrite) segmentAt(dst int) segment {
	i := sort.Search(len(r.segs), func(i int) bool { return r.segs[i].dst > dst })
	return r.segs[max(i-1, 0)]
}

// userOffset maps a byte offset in the parsed text to the user's text.
func (r *rewrite) userOffset(dst int) int {
	if len(r.segs) == 0 {
		return dst
	}
	s := r.segmentAt(dst)
	if s.inserted {
		return s.src
	}
	return s.src + max(0, min(dst-s.dst, s.n))
}

// seam tells where in the user's text an error at dst belongs when dst is a
// place that only the rewrite made: an insertion, or the end of a moved run,
// whose follower the grammar met instead of what the user wrote behind the run.
func (r *rewrite) seam(dst int) (src int, ok bool) {
	i := sort.Search(len(r.segs), func(i int) bool { return r.segs[i].dst > dst }) - 1
	if i < 0 {
		return 0, false
	}
	at := r.segs[i]
	if at.inserted {
		return at.src, true
	}
	if i > 0 && at.dst == dst && r.segs[i-1].inserted && r.segs[i-1].src > at.src {
		return r.segs[i-1].src, true
	}
	return 0, false
}

// tableAsOf returns the clause of the table or function whose name stands at
// the location, nil if it has none.
func (r *rewrite) tableAsOf(location int32) *ast.TemporalClause { return r.tables[int(location)] }

// marked recognises a locking clause that the AS OF rewrite put into the text.
func (r *rewrite) marked(l *pg.LockingClause) (*ast.TemporalClause, bool) {
	if len(r.marks) == 0 || len(l.GetLockedRels()) != 1 {
		return nil, false
	}
	rel := l.LockedRels[0].GetRangeVar()
	if !r.segmentAt(int(rel.GetLocation())).inserted {
		return nil, false
	}
	for i, clause := range r.marks {
		if rel.GetRelname() == markerName(i) {
			return clause, true
		}
	}
	return nil, false
}

// charPosition is the 1-based character position of a byte offset, as error
// messages carry it; 0 for unknown.
func charPosition(text string, offset int) int {
	if offset < 0 || offset > len(text) {
		return 0
	}
	return utf8.RuneCountInString(text[:offset]) + 1
}

// byteOffset is the inverse of charPosition.
func byteOffset(text string, position int) int {
	offset := 0
	for ; position > 1 && offset < len(text); position-- {
		_, n := utf8.DecodeRuneInString(text[offset:])
		offset += n
	}
	return offset
}
