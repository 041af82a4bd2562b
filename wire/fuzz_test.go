package wire

import (
	"io"
	"net"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
)

// FuzzConnection feeds bytes to a connection as a client would: with the first
// message (login = false) or behind a good login. Whatever comes, the server
// closes when the bytes end, keeps nothing, and serves the next client.
func FuzzConnection(f *testing.F) {
	s := newTestServer(f)
	login := startupBytesOf(3<<16, "user\x00synapse\x00\x00")
	f.Add(false, []byte("GET / HTTP/1.1\r\n\r\n"))
	f.Add(false, login)
	f.Add(false, startupBytesOf(codeSSL, ""))
	f.Add(false, startupBytesOf(codeCancel, "\x00\x00\x00\x01abcd"))
	f.Add(false, startupBytesOf(3<<16|7, "user\x00synapse\x00_pq_.a\x00b\x00\x00"))
	seed := func(list ...message) {
		var raw []byte
		for _, m := range list {
			raw, _ = m.Encode(raw)
		}
		f.Add(true, raw)
	}
	seed(&pgproto3.Query{String: "SELECT 1; SELECT 'x' AS OF '-1s'"})
	seed(&pgproto3.Query{String: "CREATE TEMP TABLE t (i int); COPY t FROM STDIN"}, &pgproto3.CopyData{Data: []byte("1\n")}, &pgproto3.CopyDone{})
	seed(&parse{Name: "q", Query: "SELECT $1::int"}, &bind{PreparedStatement: "q", Parameters: texts("1")}, &describe{ObjectType: 'P'}, &execute{MaxRows: 1},
		&closing{ObjectType: 'S', Name: "q"}, &pgproto3.Flush{}, &pgproto3.Sync{})
	seed(&parse{Query: "SELECT $1::numeric, $2::jsonb, $3::timestamptz[]"}, &bind{ParameterFormatCodes: []int16{1}, Parameters: texts("\x00", "\x01{", "\xff")}, &pgproto3.Sync{})
	f.Add(true, []byte("Q\x7f\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, loggedIn bool, raw []byte) {
		server, client := net.Pipe()
		done := make(chan struct{})
		s.done.Add(1)
		go func() {
			defer close(done)
			defer s.done.Done()
			s.handle(server)
		}()
		client.SetDeadline(time.Now().Add(patience))
		go io.Copy(io.Discard, client)
		if loggedIn {
			client.Write(login)
		}
		client.Write(raw)
		client.Close()
		select {
		case <-done:
		case <-time.After(patience):
			t.Fatal("the connection does not end")
		}
		if n := s.engine.Sessions(); n != 0 {
			t.Fatalf("%d sessions are left", n)
		}
	})
}
