// Package sqltests holds the tests that speak SQL over a real socket: data files
// in sqllogictest form (testdata/logic) run on Synapse over every protocol and on
// a real PostgreSQL 15, client programs, kills of the real binary, and the tests
// of the tree's shape (import rules, tidiness).
package sqltests
