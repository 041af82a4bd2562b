// Package opt makes a bound plan fast without changing what it returns. It is an
// ordered list of rewrites (rules in opt.go), each a small function on immutable
// nodes:
//
//	unnest        EXISTS and IN become semi joins, NOT EXISTS anti joins
//	pushFilters   conditions move towards the tables they are about
//	chooseJoins   equality joins become hash joins, or index look-ups per row
//	choosePaths   filters become index ranges and bitmaps
//	chooseOrder   ORDER BY … LIMIT becomes a vector or text search, an index's own order, or a top-n sort
//	reuseScores   a projection takes the score of the text search below it
//
// Positions: a rewrite that changes a node's columns puts a Project above it, so
// that nodes further up stay as they are.
package opt
