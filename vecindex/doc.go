// Package vecindex answers nearest-neighbour queries over the vectors of a table's column,
// at any moment of their history, and always with min(k, matching rows) hits.
//
// # The nouns
//
//   - Store (package slab) holds a column's vectors: fp32 once, int8 codes once, equal
//     vectors of a group shared. A vector's id never changes while it is referenced.
//   - Index is one SQL vector index over a Store: entries (vector, row reference, from, to)
//     in partitions, found by an opaque key such as a namespace.
//   - Searcher is one running query. Next hands out hits in batches, nearest first, and can
//     always go on: the caller drops what it may not see and asks again.
//
// The package knows ids, floats and int64 times, nothing of rows, SQL or transactions.
//
// # How to use it
//
//	store, err := vecindex.NewStore(384)
//	index, err := vecindex.NewIndex(store, vecindex.Options{Metric: distance.Cosine})
//
//	// One writer at a time (the commit lock). Use the partition's key as the group of
//	// Add: vectors of a partition then lie next to each other.
//	id, err := store.Add(ns, vec)              // one reference, the caller's
//	err = index.Insert(ns, id, row, from)      // the index takes a reference of its own
//	index.Close(ns, row, to)                   // UPDATE of the vector, or DELETE
//	index.Prune(horizon)                       // forget what nobody can ask for any more
//	index.Reclaim()                            // now and then: free what Prune had to keep for running searches
//
//	// Any number of readers, without locks.
//	s, err := index.Open([]string{ns}, query, vecindex.SearchOptions{K: 10, At: snapshot, Matches: -1})
//	defer s.Close()
//	hits, err := s.Next(10)
//	s.Stats()                                  // mode, reason, work: for EXPLAIN
//
//	// The background, beside both. Without it there are no graphs, only scans.
//	if index.NeedsMaintenance() {
//		err = index.Maintain(ctx)
//	}
//	err = index.SaveGraphs(file, snapshotName) // derived: LoadGraphs refuses what does not fit
//
// # How a search runs
//
// Each partition is searched by one of three modes, chosen by exact counts (plan.go):
// an exact scan (package flat), a graph walk that filters its results (package hnsw), or a
// graph walk that looks through filtered nodes. Entries younger than the graph are always
// scanned. All modes feed one flat.Scan, which orders candidates by the canonical distance.
//
// # Order of writes
//
// An entry's fields are written, then its partition's count is stored atomically; a close
// is one atomic store of `to`. A reader loads the count once, at Open. Partitions and graphs
// are replaced whole, behind atomic pointers; what they referenced is released when
// the last searcher that could know them is closed (epoch.go). So Close every Searcher.
//
// # Memory
//
// A vector costs 4 bytes per dimension and 1 byte per dimension rounded up to 32, plus 28
// bytes, outside the Go heap and for the column, however many indexes it has. An index costs
// about 55 bytes per entry and, with a graph, 160 bytes more per vector (m = 16), on the Go
// heap without pointers. 100,000 rows of 384 dimensions: 196 MB, 6 MB and 16 MB.
//
// Start reading at index.go and search.go. Check verifies an index; the measures of quality
// are in recall_test.go.
package vecindex
