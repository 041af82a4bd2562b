package storage

import (
	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/storage/index"
)

// TextModel scores single documents as a text search of their partition does:
// with the statistics of the partition as of a view. Immutable.
type TextModel struct {
	bm25
	average float64
	terms   []TermStat
}

// TextModel reads the statistics that the query's terms need. Rows and filter of
// q do not count. Without q.Partition, the index must have no partitions.
func (v *View) TextModel(t *catalog.Table, ix *catalog.Index, q TextSpec) (*TextModel, error) {
	c, err := v.cursor(t, ScanSpec{})
	if err != nil {
		return nil, err
	}
	defer c.Close()
	x, err := v.index(c.table, t, ix)
	if err != nil {
		return nil, err
	}
	if x.text == nil {
		return nil, sqlerr.Internal("index %q is not a text index", ix.Name)
	}
	documents, err := c.ownDocuments(x)
	if err != nil {
		return nil, err
	}
	key, one := x.partitionKey(q.Partition)
	if v.x != nil {
		v.x.reads.notePartition(t.ID, x, key, one)
	}
	part := string(key)
	m := &TextModel{bm25: x.bm25(&q)}
	c.table.mu.RLock()
	defer c.table.mu.RUnlock()
	own, at := documents[part], int64(v.at)
	n, average := x.documents(part, at, own)
	m.average = average
	for _, term := range index.CountTerms(q.Terms) {
		_, df := countIn(own, term.Term)
		x.text.Postings(part, term.Term, at, func(*index.Posting) { df++ })
		m.terms = append(m.terms, TermStat{term.Term, term.Count, m.idf(n, df)})
	}
	return m, nil
}

// Score is the document's BM25 score; 0 for one that holds none of the terms.
func (m *TextModel) Score(document []string) float64 {
	sum := 0.0
	for i := range m.terms {
		q := &m.terms[i]
		count := uint32(0)
		for _, t := range document {
			if t == q.Term {
				count++
			}
		}
		if count > 0 {
			sum += m.weight(q.IDF*float64(q.Count), count, uint32(len(document)), m.average)
		}
	}
	return sum
}
