// Package forget decides what a namespace forgets when it is over its budget:
// which rows go, in which order, and what each row's score is made of. It is
// arithmetic alone, without SQL, storage or clock, so that the engine
// (memory.evict), the view that explains it (memory.keeping) and the benchmark
// that replays traces (synapse bench eviction) share one formula.
//
// Start reading at score.go; choose.go is the order in which rows go.
package forget
