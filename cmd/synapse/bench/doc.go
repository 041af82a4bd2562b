// Package bench measures Synapse beside another server that speaks PostgreSQL's protocol, both in
// one run: each piece of work is done on one and then on the other, round after round, so that a
// machine that slows down slows both. What it prints is the ratio.
//
// A server's CPU time is read from /proc when the server runs on this machine (Linux); a rate alone
// says little where clients and server share the cores.
package bench
