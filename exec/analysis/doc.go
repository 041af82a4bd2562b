// Package analysis turns text into terms: what BM25 indexes, what a query is
// matched by, and what the built-in embedder hashes.
//
// The pipeline follows Unicode's word boundaries in a simple form: runs of
// letters, digits and marks are words, an apostrophe inside a word drops the
// possessive, everything is lower-cased. The english analyzer then removes stop
// words and stems with Snowball's English stemmer; the other languages take PostgreSQL's stop words and stemmers;
// simple stops after lower-casing.
package analysis
