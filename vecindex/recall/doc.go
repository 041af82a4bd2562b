// Package recall measures approximate search: test vectors with the skew of real ones, the
// exact answer, and the share of it that a search found.
//
// Only tests and benchmarks import it.
package recall
