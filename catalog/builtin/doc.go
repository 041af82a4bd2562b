// Package builtin is the library of the SQL language: functions, operators,
// aggregates, window functions, set-returning functions and casts, each as a
// signature beside a Go body without I/O.
//
// The binder resolves names and overloads against the registry (api.go,
// lookup.go) and puts the chosen *Function into the plan; exec/eval calls its
// body. Bodies never see SQL NULL when Strict is set. Whatever a body needs from
// the session or the catalog it asks of Env.Host.
//
// Signatures are PostgreSQL's own, as data (signatures/*.tsv, define.go): a body
// is bound to its row by name and argument types, and the operators and casts
// that PostgreSQL builds on the function come along. What PostgreSQL does not
// have (vectors, embed) is declared in Go with define. Packages that need the
// catalog bind their functions with Bind and BindSet.
//
// Files are named by topic (text.go, numeric.go, datetime.go, jsonedit.go,
// arrays.go, vector.go, …), each registering its entries in an init. The tests
// are tables of calls with the answers of a real PostgreSQL (testdata,
// table_test.go). Start reading at define.go, lift.go and integer.go.
package builtin
