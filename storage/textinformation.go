package storage

import (
	"synapse/catalog"
	"synapse/catalog/types"
	"synapse/storage/index"
)

// Information is the sum of the idf of a text's distinct terms in a partition of
// a text index as of a moment: how much the text told there. What is no longer in
// memory is not counted.
func (s *Store) Information(t *catalog.Table, ix *catalog.Index, partition []types.Value, terms []string, at Timestamp) float64 {
	tb := s.table(t.ID)
	tb.mu.RLock()
	defer tb.mu.RUnlock()
	x := tb.indexes[ix.ID]
	if x == nil || x.text == nil {
		return 0
	}
	key, _ := x.partitionKey(partition)
	moment := int64(max(at, tb.floor()))
	documents, _ := x.text.Statistics(string(key), moment)
	sum := 0.0
	for _, c := range index.CountTerms(terms) {
		df := 0
		x.text.Postings(string(key), c.Term, moment, func(*index.Posting) { df++ })
		sum += bm25{}.idf(documents, df)
	}
	return sum
}
