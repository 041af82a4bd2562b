// Package wire is the socket side of Synapse: it accepts connections, speaks
// the PostgreSQL frontend/backend protocol 3.0 and 3.2 (message decoding by
// pgproto3), and turns messages into calls of wire/session and its results into
// bytes. It knows nothing of plans or storage.
//
// One connection is one goroutine (conn.go). Output is gathered in a buffer and
// written when the client can do something with it: at ReadyForQuery, at Flush,
// or when the buffer is large. Notifications are the one thing another
// goroutine writes; outMu orders the two.
//
// Read startup.go (before login), conn.go (the message loop), extended.go
// (Parse/Bind/Describe/Execute), rows.go (DataRow), copy.go.
//
// Protocol: https://www.postgresql.org/docs/16/protocol.html
package wire
