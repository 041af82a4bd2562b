package storage

import (
	"github.com/RoaringBitmap/roaring/v2"

	"synapse/catalog/types"
)

// itemLexeme marks a tsvector's word in an inverted index.
const itemLexeme = 'l'

// lexemeItems lists a tsvector's words; they are in order and distinct.
func lexemeItems(v types.Value) []string {
	t := types.AsTSVector(v)
	out := make([]string, t.Len())
	for i := range out {
		out[i] = string(itemLexeme) + t.Word(i)
	}
	return out
}

// lexemeRows are the rows that a query may match; nil: the index cannot narrow,
// every row is a candidate. Weights and positions are left to the recheck.
func (x *tableIndex) lexemeRows(q *types.TSQuery, at Timestamp) *roaring.Bitmap {
	switch q.Op {
	case types.TSOperand:
		item := string(itemLexeme) + q.Word
		if q.Prefix {
			return x.inverted.WithPrefix(item, int64(at))
		}
		return x.inverted.Candidates([]string{item}, true, int64(at))
	case types.TSNot:
		return nil
	}
	left, right := x.lexemeRows(q.Left, at), x.lexemeRows(q.Right, at)
	switch {
	case left != nil && right != nil && q.Op == types.TSOr:
		left.Or(right)
		return left
	case left != nil && right != nil:
		left.And(right)
		return left
	case q.Op == types.TSOr:
		return nil
	case left == nil:
		return right
	}
	return left
}

// matchRows finds the candidates of tsvector @@ query. all: every row is one.
func (v *View) matchRows(id types.OID, c *Cursor, x *tableIndex, query types.Value) (rows *roaring.Bitmap, all bool) {
	if v.x != nil {
		v.x.reads.noteTable(id)
	}
	q := types.AsTSQuery(query)
	if q == nil {
		return roaring.New(), false // the empty query matches nothing
	}
	c.table.mu.RLock()
	defer c.table.mu.RUnlock()
	rows = x.lexemeRows(q, v.at)
	return rows, rows == nil
}
