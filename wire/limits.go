package wire

import "time"

// Limits before and after login. Each has an error of its own.
const (
	// maxStartupBytes is PostgreSQL's MAX_STARTUP_PACKET_LENGTH.
	maxStartupBytes = 10_000
	// maxMessageBytes bounds one message after login; checked before its body is read.
	maxMessageBytes = 256 << 20
	// maxParams of one Bind: the protocol counts them in 16 bits.
	maxParams = 65_535
	// maxConnections at once; beyond it 53300.
	maxConnections = 1_000
	// loginTimeout is how long a client may take until it is ready for queries (PostgreSQL's authentication_timeout).
	loginTimeout = 60 * time.Second
	// abortTimeout is how long a client has to take its last error when the server ends.
	abortTimeout = time.Second
	// flushBytes is when gathered output is written although the client waits for more.
	flushBytes = 64 << 10
	// keepBufferBytes is the largest output buffer kept between statements.
	keepBufferBytes = 1 << 20
)
