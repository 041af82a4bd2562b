// Package check verifies a data directory offline: the commit log (checksums,
// chain, tail rule, bodies), both SQLite snapshots (integrity, state, every
// row), how log and snapshots fit each other, and then, by a function that the
// caller passes, that rows and indexes of the opened store agree. It changes
// nothing before that last step. It is what "synapse check" runs.
package check
