// Package harness starts what the SQL tests talk to: a Synapse inside the test
// process or as the real binary, and a PostgreSQL of Debian's packages.
package harness
