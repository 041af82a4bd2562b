// Package plpgsql parses the bodies of PL/pgSQL functions, procedures, trigger
// functions and DO blocks to a tree. The SQL inside stays text: its names are
// resolved when a statement first runs, by what the variables are then
// (wire/session/interp runs the tree).
//
// libpg_query carries PostgreSQL's own PL/pgSQL parser, but without a catalog it
// knows no row types: `r t%ROWTYPE; r.a := 1` is an error there. So the grammar,
// which is small, is parsed here over the tokens of planner/parse.
//
// Every statement knows its line, for the CONTEXT of errors; lines count from 1
// where the body's text begins. Errors are *sqlerr.Error as CREATE FUNCTION
// reports them.
//
// Start reading at tree.go and parser.go.
package plpgsql
