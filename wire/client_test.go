package wire

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"synapse/exec/remote"
	"synapse/wire/session"
)

// patience bounds every wait of these tests: a message that does not come is a failure, not a hang.
const patience = 90 * time.Second

// testServer serves a new engine on a free port until the test ends.
type testServer struct {
	*Server
	t    testing.TB
	addr string
}

func newTestServer(t testing.TB, change ...func(*Server)) *testServer {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	e, err := session.OpenEngine(context.Background(), session.Config{
		Dir: t.TempDir(), Durability: "relaxed", Embedder: remote.Builtin{}, Log: log,
		OnFatal: func(err error) { t.Errorf("the commit log failed: %v", err) },
	})
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &testServer{Server: NewServer(e, log), t: t, addr: ln.Addr().String()}
	for _, f := range change {
		f(s.Server)
	}
	go s.Serve(ln)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		s.Shutdown(ctx)
		e.Close()
	})
	return s
}

// connected is how many connections the server has, those before login included.
func (s *testServer) connected() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.all)
}

// settle waits until the server has n connections and sessions.
func (s *testServer) settle(n int) {
	s.t.Helper()
	for deadline := time.Now().Add(patience); s.connected() != n || s.engine.Sessions() != n; {
		if time.Now().After(deadline) {
			s.t.Fatalf("%d connections and %d sessions, want %d", s.connected(), s.engine.Sessions(), n)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// socket opens a raw connection.
func (s *testServer) socket() net.Conn {
	s.t.Helper()
	nc, err := net.Dial("tcp", s.addr)
	if err != nil {
		s.t.Fatal(err)
	}
	nc.SetDeadline(time.Now().Add(patience))
	s.t.Cleanup(func() { nc.Close() })
	return nc
}

// client speaks messages; what comes back is shown as short lines, see show.
type client struct {
	t  testing.TB
	nc net.Conn
	fe *pgproto3.Frontend
	// of BackendKeyData
	pid uint32
	key []byte
	// hide leaves message kinds out of transcripts
	hide string
}

func (s *testServer) client() *client {
	s.t.Helper()
	nc := s.socket()
	return &client{t: s.t, nc: nc, fe: pgproto3.NewFrontend(nc, nc)}
}

// login opens a session; parameters are name, value, …
func (s *testServer) login(params ...string) *client {
	s.t.Helper()
	c := s.client()
	m := &pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersion30, Parameters: map[string]string{"user": "synapse"}}
	for i := 0; i < len(params); i += 2 {
		m.Parameters[params[i]] = params[i+1]
	}
	c.send(m)
	c.ready()
	return c
}

// exec runs SQL on a connection of its own and returns the transcript.
func (s *testServer) exec(sql string) string {
	s.t.Helper()
	c := s.login()
	defer c.nc.Close()
	return c.query(sql)
}

func (c *client) send(list ...pgproto3.FrontendMessage) {
	c.t.Helper()
	for _, m := range list {
		c.fe.Send(m)
	}
	if err := c.fe.Flush(); err != nil {
		c.t.Fatal(err)
	}
}

// receive returns the next message as a line; "closed" when the server closed.
func (c *client) receive() string {
	c.t.Helper()
	m, err := c.fe.Receive()
	var netErr net.Error
	switch {
	case errors.As(err, &netErr) && netErr.Timeout():
		c.t.Fatal("no message came in time")
	case err != nil:
		return "closed"
	}
	if k, ok := m.(*pgproto3.BackendKeyData); ok {
		c.pid, c.key = k.ProcessID, append([]byte(nil), k.SecretKey...)
	}
	return show(m)
}

// until collects lines up to one that starts with one of the prefixes.
func (c *client) until(prefixes ...string) string {
	c.t.Helper()
	var lines []string
	for {
		line := c.receive()
		if c.hide == "" || !strings.Contains(c.hide, line[:1]) {
			lines = append(lines, line)
		}
		for _, p := range append(prefixes, "closed") {
			if strings.HasPrefix(line, p) {
				return strings.Join(lines, "\n")
			}
		}
	}
}

func (c *client) ready() string {
	c.t.Helper()
	return c.until("Z")
}

func (c *client) query(sql string) string {
	c.t.Helper()
	c.send(&pgproto3.Query{String: sql})
	return c.ready()
}

// ask sends messages and a Sync and returns the transcript.
func (c *client) ask(list ...pgproto3.FrontendMessage) string {
	c.t.Helper()
	c.send(append(list, &pgproto3.Sync{})...)
	return c.ready()
}

// show prints a message: its type letter and what matters of it.
func show(m pgproto3.BackendMessage) string {
	switch m := m.(type) {
	case *pgproto3.AuthenticationOk:
		return "R"
	case *pgproto3.ParameterStatus:
		return "S " + m.Name + "=" + m.Value
	case *pgproto3.BackendKeyData:
		return fmt.Sprintf("K %d", len(m.SecretKey))
	case *pgproto3.NegotiateProtocolVersion:
		return fmt.Sprintf("v %d.%d %v", m.NewestMinorProtocol>>16, m.NewestMinorProtocol&0xffff, m.UnrecognizedOptions)
	case *pgproto3.ReadyForQuery:
		return "Z " + string(m.TxStatus)
	case *pgproto3.RowDescription:
		var cols []string
		for _, f := range m.Fields {
			cols = append(cols, fmt.Sprintf("%s:%d:%d", f.Name, f.DataTypeOID, f.Format))
		}
		return "T " + strings.Join(cols, " ")
	case *pgproto3.DataRow:
		return "D " + values(m.Values)
	case *pgproto3.CommandComplete:
		return "C " + string(m.CommandTag)
	case *pgproto3.ErrorResponse:
		return "E " + m.Code
	case *pgproto3.NoticeResponse:
		return "N " + m.Code
	case *pgproto3.ParameterDescription:
		return "t " + strings.Trim(fmt.Sprint(m.ParameterOIDs), "[]")
	case *pgproto3.NotificationResponse:
		return "A " + m.Channel + " " + m.Payload
	case *pgproto3.CopyData:
		return "d " + printable(m.Data)
	}
	letter := map[string]string{
		"*pgproto3.ParseComplete": "1", "*pgproto3.BindComplete": "2", "*pgproto3.CloseComplete": "3", "*pgproto3.NoData": "n",
		"*pgproto3.PortalSuspended": "s", "*pgproto3.EmptyQueryResponse": "I", "*pgproto3.CopyInResponse": "G",
		"*pgproto3.CopyOutResponse": "H", "*pgproto3.CopyDone": "c",
	}[fmt.Sprintf("%T", m)]
	if letter == "" {
		return fmt.Sprintf("? %T", m)
	}
	return letter
}

func values(list [][]byte) string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = "NULL"
		if v != nil {
			out[i] = printable(v)
		}
	}
	return strings.Join(out, "|")
}

// printable shows text as it is and anything else in hexadecimal.
func printable(v []byte) string {
	for _, b := range v {
		if (b < ' ' && b != '\n' && b != '\t') || b > '~' {
			return fmt.Sprintf("%x", v)
		}
	}
	return strings.ReplaceAll(string(v), "\n", `\n`)
}

// startupBytesOf builds a first message by hand.
func startupBytesOf(code uint32, body string) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))
	out = binary.BigEndian.AppendUint32(out, code)
	return append(out, body...)
}

// same compares transcripts.
func same(t testing.TB, got string, want ...string) {
	t.Helper()
	if w := strings.Join(want, "\n"); got != w {
		t.Errorf("got:\n  %s\nwant:\n  %s", strings.ReplaceAll(got, "\n", "\n  "), strings.ReplaceAll(w, "\n", "\n  "))
	}
}

// drained reads what is left until the server closes.
func drained(t testing.TB, nc net.Conn) []byte {
	t.Helper()
	out, err := io.ReadAll(nc)
	var netErr net.Error
	if errors.As(err, &netErr) && netErr.Timeout() {
		t.Fatal("the server does not close the connection")
	}
	return out
}
