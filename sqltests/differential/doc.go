// Package differential asks Synapse and a real PostgreSQL 15 the same made-up
// questions and compares rows, names and types of columns, and SQLSTATEs.
//
// A seed makes the tables, their rows and the queries. What a query is made of
// stands in testdata/expressions.txt; a difference is printed with its seed and
// with the smallest statement that still shows it.
package differential
