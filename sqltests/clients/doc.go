// Package clients tests Synapse with the clients people have: psql, pgx in every
// query mode, psycopg2 and node-postgres. Each runs a small real program; an
// interpreter that is missing skips its test, saying so.
package clients
