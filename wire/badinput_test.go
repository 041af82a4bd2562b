package wire

import (
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
)

// TestBadMessages: bytes that break the protocol after login end that connection with an answer.
func TestBadMessages(t *testing.T) {
	s := newTestServer(t)
	tests := []struct{ name, raw, want string }{
		{"2 GB query", "Q\x7f\xff\xff\xff", "E 54000"},
		{"just too long", "Q" + string(binary.BigEndian.AppendUint32(nil, maxMessageBytes+5)), "E 54000"},
		{"negative length", "Q\xff\xff\xff\xf0", "E 08P01"},
		{"length of nothing", "Q\x00\x00\x00\x00", "E 08P01"},
		{"unknown type", "~\x00\x00\x00\x04", "E 08P01"},
		{"HTTP", "GET / HTTP/1.1\r\n\r\n", "E"},
		{"a password nobody asked for", "p\x00\x00\x00\x08abc\x00", "E 08P01"},
		{"query without end", "Q\x00\x00\x00\x08abcd", "E 08P01"},
		{"bind cut short", "B\x00\x00\x00\x06\x00\x00", "E 08P01"},
		{"bind of 65535 parameters without any", "B\x00\x00\x00\x0a\x00\x00\x00\x00\xff\xff", "E 08P01"},
		{"parse with a negative count", "P\x00\x00\x00\x08\x00\x00\xff\xff", "E 08P01"},
		{"execute cut short", "E\x00\x00\x00\x05\x00", "E 08P01"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := s.login()
			c.nc.Write([]byte(test.raw))
			got := c.until("closed")
			if !strings.HasPrefix(got, test.want) || !strings.HasSuffix(got, "closed") {
				t.Errorf("got %q, want %s and the end", got, test.want)
			}
		})
	}
	s.settle(0)
	same(t, s.exec("SELECT 1"), "T ?column?:23:0", "D 1", "C SELECT 1", "Z I")
}

// TestHardText: texts at the borders of what SQL may be; the connection goes on.
func TestHardText(t *testing.T) {
	s := newTestServer(t)
	c := s.login()
	c.query("CREATE TABLE t (i int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 100)")
	deep := func(n int) string { return "SELECT " + strings.Repeat("(", n) + "1" + strings.Repeat(")", n) }
	size := 10 << 20
	if testing.Short() {
		size = 1 << 20 // the race detector slows its parse tenfold
	}
	in := "SELECT count(*) FROM t WHERE i IN (" + strings.Repeat("1234567,", size/8) + "5)"
	tests := []struct {
		name, sql string
		want      []string
	}{
		{"invalid UTF-8", "SELECT 'a\xffb'", []string{"E 22021"}},
		{"overlong UTF-8", "SELECT '\xc0\x80'", []string{"E 22021"}},
		{"surrogate", "SELECT '\xed\xa0\x80'", []string{"E 22021"}},
		{"nested", deep(100), []string{"T ?column?:23:0", "D 1", "C SELECT 1"}},
		{"nested too deep", deep(10_000), []string{"E 54001"}},
		{"nested arrays", "SELECT " + strings.Repeat("ARRAY[", 10_000) + "1" + strings.Repeat("]", 10_000), []string{"E 54001"}},
		{"nested selects", strings.Repeat("SELECT (", 10_000) + "SELECT 1" + strings.Repeat(")", 10_000), []string{"E 54001"}},
		{"long chain", "SELECT 1" + strings.Repeat("+1", 5_000), nil},
		{"NOT NOT", "SELECT " + strings.Repeat("NOT ", 10_000) + "true", nil},
		{"minus", "SELECT " + strings.Repeat("- ", 10_000) + "1", nil},
		{"many columns", "SELECT " + strings.Repeat("1,", 5_000) + "1", nil},
		{"long IN list", in, []string{"T count:20:0", "D 1", "C SELECT 1"}},
		{"10 MB literal", "SELECT length('" + strings.Repeat("x", 10<<20) + "')", []string{"T length:23:0", "D 10485760", "C SELECT 1"}},
		{"unclosed string", "SELECT 'abc", []string{"E 42601"}},
		{"unclosed comment", "SELECT 1 /* abc", []string{"E 42601"}},
		{"long name", "SELECT 1 AS " + strings.Repeat("n", 100), nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := strings.TrimSuffix(c.query(test.sql), "\nZ I")
			if test.want != nil {
				same(t, got, test.want...)
			} else if strings.HasPrefix(got, "E XX") || strings.Contains(got, "closed") {
				t.Errorf("got %.200s", got)
			}
		})
	}
	same(t, c.query("SELECT 1"), "T ?column?:23:0", "D 1", "C SELECT 1", "Z I")
}

// TestVanishingClients: whoever disconnects leaves no session, no lock and no row.
func TestVanishingClients(t *testing.T) {
	s := newTestServer(t)
	s.exec("CREATE TABLE t (i int PRIMARY KEY, n int); INSERT INTO t VALUES (1, 0)")
	tests := []struct {
		name string
		do   func(c *client)
	}{
		{"idle", func(*client) {}},
		{"in a transaction", func(c *client) { c.query("BEGIN; UPDATE t SET n = n + 1; INSERT INTO t VALUES (2, 2)") }},
		{"before Sync", func(c *client) {
			c.send(&parse{Query: "UPDATE t SET n = n + 1"}, &bind{}, &execute{}, &pgproto3.Flush{})
			c.until("C")
		}},
		{"in a statement", func(c *client) {
			c.send(&pgproto3.Query{String: "BEGIN; UPDATE t SET n = n + 1; SELECT pg_sleep(0.2)"})
			c.until("C UPDATE")
		}},
		{"in COPY", func(c *client) {
			c.send(&pgproto3.Query{String: "COPY t FROM STDIN"})
			c.until("G")
			c.send(&pgproto3.CopyData{Data: []byte("3\t3\n4\t")})
		}},
		{"in a message", func(c *client) {
			c.query("BEGIN; UPDATE t SET n = n + 1")
			c.nc.Write([]byte("Q\x00\x00\x01\x00SELECT"))
		}},
		{"with a suspended portal", func(c *client) {
			c.query("BEGIN; LOCK TABLE t IN EXCLUSIVE MODE; SELECT pg_advisory_lock(7)")
			c.ask(&parse{Query: "SELECT * FROM generate_series(1, 100000)"}, &bind{}, &execute{MaxRows: 5})
		}},
		{"not reading a large result", func(c *client) {
			c.query("BEGIN; UPDATE t SET n = n + 1")
			c.send(&pgproto3.Query{String: "SELECT repeat('x', 1000) FROM generate_series(1, 200000)"})
			time.Sleep(50 * time.Millisecond)
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := s.login()
			test.do(c)
			c.nc.Close()
			s.settle(0)
			o := s.login("options", "-c lock_timeout=2s")
			defer o.nc.Close()
			same(t, o.query("BEGIN; LOCK TABLE t; UPDATE t SET n = n RETURNING i, n"), "C BEGIN", "C LOCK TABLE", "T i:23:0 n:23:0", "D 1|0", "C UPDATE 1", "Z T")
			same(t, o.query("ROLLBACK; SELECT pg_try_advisory_lock(7), pg_advisory_unlock_all()"), "C ROLLBACK", "T pg_try_advisory_lock:16:0 pg_advisory_unlock_all:2278:0", "D t|", "C SELECT 1", "Z I")
		})
	}
}

// TestTerminate: a goodbye ends the session without an answer.
func TestTerminate(t *testing.T) {
	s := newTestServer(t)
	c := s.login()
	c.send(&pgproto3.Terminate{})
	same(t, c.receive(), "closed")
	s.settle(0)
}
