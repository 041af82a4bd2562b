// Package hnsw is a navigable small-world graph over vectors of a slab.Store.
//
// The algorithm is Malkov and Yashunin's (TPAMI 2020, "Efficient and robust approximate
// nearest neighbor search using HNSW graphs"), with these choices:
//
//   - Nodes are numbered densely and hold a vector id and an opaque entry number of the
//     caller. Links are plain 32-bit words in flat arrays, without Go pointers.
//   - All distances here come from int8 codes. Whoever wants hits re-ranks what a Walk finds.
//   - Levels come from a hash of the node's number: the same insertions give the same graph.
//   - Nodes are never unlinked. What is invisible to a query is still walked through, so a
//     graph serves every moment of its history; a rebuild gets rid of the dead.
//   - A Walk filters while it walks, by sweeping (all nodes, matching ones kept) or by
//     bridging (ACORN-1, Patel et al., SIGMOD 2024: links of links replace nodes that do not
//     match), and can be continued.
//
// One writer adds nodes; readers walk beside it without locks: link words are read and
// written atomically, and a reader ignores nodes beyond the count it began with.
//
// Start at graph.go, then insert.go and walk.go.
package hnsw
