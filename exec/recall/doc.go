// Package recall ranks memories: it joins BM25 and vector search over
// memory.entries by reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR
// 2009), lends a turn some of the score of its session and neighbours, applies
// bounded factors for salience and recency, and drops repetitions.
//
// Everything that a score is made of is a function of the snapshot, the query
// and the time origin, so the same recall as of the same moment gives the same
// rows and the same scores. The formula has a name (Formula); a change of it
// changes the name.
//
// Order: search.go gathers candidates, context.go scores their surroundings,
// fuse.go makes the final order.
package recall
