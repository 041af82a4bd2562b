// Package sqlerr is the vocabulary of failure: SQLSTATE as a type and the one
// error type that crosses package borders and, in the end, the wire.
//
// An error gets its SQLSTATE where it is born, never by matching on text
// later. Anything that reaches the session without one is an internal error
// (XX000), which is by definition a bug in Synapse.
//
// The codes are those of PostgreSQL, Appendix A of its manual:
// https://www.postgresql.org/docs/16/errcodes-appendix.html
package sqlerr
