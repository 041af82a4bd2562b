// Package asof tests the reading of the past over the wire: every spelling of AS
// OF, on tables, views, WITH queries, functions and virtual relations, before and
// after changes of the schema, in each form of the protocol. The clock is stepped
// by the tests. Start at spellings_test.go, which lists the spellings;
// matrix_test.go crosses them with relations and moments, model_test.go with a
// random history.
package asof
