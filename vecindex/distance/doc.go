// Package distance holds the metrics of vector search and their kernels.
//
// There are two families, and the difference matters:
//
//   - Exact is the canonical distance: float64 accumulators in a fixed order, so
//     every CPU reports the same bits. SQL operators and reported hits use it.
//   - Dot, L2Squared, L1 and their batch forms (Dot4, DotRows, DotGather,
//     DotInt8x4 …) are fast and rank candidates; their last bits depend on the
//     CPU, and whoever compares them allows for Slack.
//
// The kernels are Go assembly for amd64 (AVX2+FMA, and AVX-512 VNNI for int8) and
// arm64 (NEON), and plain Go elsewhere. One table of functions is filled at start
// from golang.org/x/sys/cpu; see dispatch.go. Start reading at metric.go.
//
// The package imports nothing of the project and keeps no state. Everything in it
// is safe for concurrent use.
package distance
