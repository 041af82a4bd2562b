package wire

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"synapse/catalog/sqlerr"
)

// Codes in the place of the protocol version of the first message.
const (
	codeCancel = 80877102
	codeSSL    = 80877103
	codeGSS    = 80877104
)

// newestMinor is the newest minor version of protocol 3 that is spoken.
const newestMinor = 2

// startupBytes reads the first message's code and body. The length is checked
// before anything is allocated.
func startupBytes(nc net.Conn) (code uint32, body []byte, err error) {
	var head [4]byte
	if _, err := io.ReadFull(nc, head[:]); err != nil {
		return 0, nil, err
	}
	n := int64(binary.BigEndian.Uint32(head[:]))
	if n < 8 || n > maxStartupBytes {
		return 0, nil, sqlerr.New(sqlerr.ProtocolViolation, "invalid length of startup packet").Fatal()
	}
	body = make([]byte, n-4)
	if _, err := io.ReadFull(nc, body); err != nil {
		return 0, nil, err
	}
	return binary.BigEndian.Uint32(body), body, nil
}

// startup runs the phase before login. It returns nil parameters when the
// connection ended in it (cancel request, end of input, refusal).
func (c *conn) startup() (params map[string]string, err error) {
	for round := 0; ; round++ {
		code, body, err := startupBytes(c.nc)
		if err != nil {
			return nil, err
		}
		switch code {
		case codeSSL, codeGSS:
			// Each of the two may be asked for once.
			if round > 1 {
				return nil, sqlerr.New(sqlerr.ProtocolViolation, "unexpected encryption request").Fatal()
			}
			if _, err := c.nc.Write([]byte{'N'}); err != nil {
				return nil, err
			}
		case codeCancel:
			if len(body) >= 12 {
				c.server.cancel(binary.BigEndian.Uint32(body[4:]), body[8:])
			}
			return nil, io.EOF
		default:
			return c.startupMessage(code, body)
		}
	}
}

// startupMessage decodes the start-up parameters and negotiates the version.
func (c *conn) startupMessage(version uint32, body []byte) (map[string]string, error) {
	major, minor := version>>16, version&0xffff
	if major != 3 {
		return nil, sqlerr.New(sqlerr.FeatureNotSupported, "unsupported frontend protocol %d.%d: server supports 3.0 to 3.%d", major, minor, newestMinor).Fatal()
	}
	if minor > newestMinor || minor == 1 {
		binary.BigEndian.PutUint32(body, 3<<16|newestMinor) // the decoder knows no other; negotiated below
	}
	var m pgproto3.StartupMessage
	if err := m.Decode(body); err != nil {
		return nil, sqlerr.New(sqlerr.ProtocolViolation, "invalid startup packet layout: expected terminator as last byte").Fatal().Wrap(err)
	}
	var unknown []string
	for name := range m.Parameters {
		if strings.HasPrefix(name, "_pq_.") {
			unknown = append(unknown, name)
			delete(m.Parameters, name)
		}
	}
	if minor > newestMinor || len(unknown) > 0 {
		c.send(&pgproto3.NegotiateProtocolVersion{NewestMinorProtocol: newestFor(minor), UnrecognizedOptions: unknown})
	}
	c.longKey = minor >= 2
	return m.Parameters, nil
}

// newestFor is the version both sides will speak, major part included: so PostgreSQL sends it and libpq reads it.
func newestFor(askedMinor uint32) uint32 {
	return 3<<16 | min(askedMinor, newestMinor)
}

// makeKey makes the secret of CancelRequest: 4 bytes in protocol 3.0, 32 since 3.2.
func (c *conn) makeKey() error {
	n := 4
	if c.longKey {
		n = 32
	}
	c.key = make([]byte, n)
	_, err := rand.Read(c.key)
	return err
}

func (c *conn) keyMatches(key []byte) bool {
	return len(key) == len(c.key) && subtle.ConstantTimeCompare(key, c.key) == 1
}

// login opens the session and sends what a client waits for before its first query.
func (c *conn) login(params map[string]string) error {
	if err := c.makeKey(); err != nil { // before others can find the connection
		return sqlerr.Internal("no randomness for the cancel key: %v", err)
	}
	if err := c.server.register(c); err != nil {
		return err
	}
	sess, err := c.server.engine.Open(params, c.nc.RemoteAddr().String(), int32(c.pid), (*sink)(c))
	if err != nil {
		return err
	}
	c.sess = sess
	c.send(&pgproto3.AuthenticationOk{})
	for _, p := range sess.ReportedSettings() {
		c.send(&pgproto3.ParameterStatus{Name: p.Name, Value: p.Value})
	}
	c.send(&pgproto3.BackendKeyData{ProcessID: c.pid, SecretKey: c.key})
	return c.loggedIn()
}

// loggedIn lifts the login's deadline, unless the server began to drain meanwhile.
func (c *conn) loggedIn() error {
	c.stateMu.Lock()
	defer c.stateMu.Unlock()
	if c.draining {
		return errShutdown
	}
	return c.nc.SetDeadline(time.Time{})
}
