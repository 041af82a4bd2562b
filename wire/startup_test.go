package wire

import (
	"context"
	"encoding/binary"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
)

func TestEncryptionRequestsAreDeclined(t *testing.T) {
	s := newTestServer(t)
	nc := s.socket()
	for _, code := range []uint32{codeGSS, codeSSL} {
		nc.Write(startupBytesOf(code, ""))
		var answer [1]byte
		if _, err := io.ReadFull(nc, answer[:]); err != nil || answer[0] != 'N' {
			t.Fatalf("code %d: %q, %v", code, answer, err)
		}
	}
	// The third request in a row is refused.
	nc.Write(startupBytesOf(codeSSL, ""))
	if out := drained(t, nc); !strings.Contains(string(out), "08P01") {
		t.Errorf("answered %q", out)
	}
}

func TestVersionNegotiation(t *testing.T) {
	s := newTestServer(t)
	tests := []struct {
		name    string
		version uint32
		options string
		want    string // before AuthenticationOk
		key     string
	}{
		{"3.0", 3 << 16, "", "", "K 4"},
		{"3.2", 3<<16 | 2, "", "", "K 32"},
		{"newer minor", 3<<16 | 9999, "", "v 3.2 []\n", "K 32"},
		{"3.0 with an unknown option", 3 << 16, "_pq_.colour\x00red\x00", "v 3.0 [_pq_.colour]\n", "K 4"},
		{"3.2 with an unknown option", 3<<16 | 2, "_pq_.colour\x00red\x00", "v 3.2 [_pq_.colour]\n", "K 32"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := s.client()
			c.nc.Write(startupBytesOf(test.version, "user\x00synapse\x00"+test.options+"\x00"))
			got := c.ready()
			if !strings.HasPrefix(got, test.want+"R\n") || !strings.Contains(got, "\n"+test.key+"\nZ I") {
				t.Errorf("got:\n%s", got)
			}
			same(t, c.query("SELECT 1"), "T ?column?:23:0", "D 1", "C SELECT 1", "Z I")
		})
	}
}

func TestReportedSettings(t *testing.T) {
	s := newTestServer(t)
	c := s.client()
	c.nc.Write(startupBytesOf(3<<16, "user\x00synapse\x00application_name\x00agent-a\x00options\x00-c TimeZone=Europe/Vienna\x00\x00"))
	got := c.ready()
	for _, want := range []string{
		"S server_version=15.", "S server_encoding=UTF8", "S client_encoding=UTF8", "S application_name=agent-a", "S TimeZone=Europe/Vienna",
		"S DateStyle=ISO, MDY", "S IntervalStyle=postgres", "S integer_datetimes=on", "S standard_conforming_strings=on", "S is_superuser=on",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not reported:\n%s", want, got)
		}
	}
	same(t, c.query("SET application_name = 'b'"), "S application_name=b", "C SET", "Z I")
	same(t, c.query("SET work_mem = '4MB'"), "C SET", "Z I")
	same(t, c.query("BEGIN; SET TimeZone = 'Asia/Tokyo'; ROLLBACK"), "C BEGIN", "S TimeZone=Asia/Tokyo", "C SET", "S TimeZone=Europe/Vienna", "C ROLLBACK", "Z I")
}

func TestRefusedLogins(t *testing.T) {
	s := newTestServer(t)
	tests := []struct{ name, body, want string }{
		{"unknown role", "user\x00nobody\x00\x00", "E 28000"},
		{"unknown database", "user\x00synapse\x00database\x00elsewhere\x00\x00", "E 3D000"},
		{"no user", "database\x00synapse\x00\x00", "E 28000"},
		{"bad setting", "user\x00synapse\x00options\x00-c TimeZone=Nowhere/At_All\x00\x00", "E 22023"},
		{"no terminator", "user\x00synapse", "E 08P01"},
		{"nothing", "", "E 08P01"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := s.client()
			c.nc.Write(startupBytesOf(3<<16, test.body))
			same(t, c.until("E"), test.want)
			same(t, c.receive(), "closed")
		})
	}
	s.settle(0)
}

func TestFirstBytes(t *testing.T) {
	s := newTestServer(t)
	long := startupBytesOf(3<<16, strings.Repeat("x", maxStartupBytes))
	tests := []struct {
		name string
		raw  []byte
		want string
	}{
		{"HTTP", []byte("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), "08P01"},
		{"2 GB", append(binary.BigEndian.AppendUint32(nil, 1<<31-1), 0, 3, 0, 0), "08P01"},
		{"4 GB", []byte{0xff, 0xff, 0xff, 0xff, 0, 3, 0, 0}, "08P01"},
		{"too short", []byte{0, 0, 0, 4}, "08P01"},
		{"just too long", long, "08P01"},
		{"protocol 2", startupBytesOf(2<<16, "user\x00synapse\x00\x00"), "0A000"},
		{"garbage", []byte("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), "08P01"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			nc := s.socket()
			nc.Write(test.raw)
			if out := drained(t, nc); !strings.Contains(string(out), test.want) {
				t.Errorf("answered %q, want %s", out, test.want)
			}
		})
	}
	s.settle(0)
}

// TestHalfOpen: clients that connect and say nothing, or half of it, are let go.
func TestHalfOpen(t *testing.T) {
	s := newTestServer(t, func(s *Server) { s.loginTimeout = 100 * time.Millisecond })
	for _, raw := range []string{"", "\x00\x00", "\x00\x00\x00\x20\x00\x03\x00\x00user\x00"} {
		nc := s.socket()
		nc.Write([]byte(raw))
		drained(t, nc)
	}
	s.settle(0)
	// The deadline is the login's alone.
	c := s.login()
	time.Sleep(200 * time.Millisecond)
	same(t, c.query(""), "I", "Z I")
}

// TestHalfOpenDoesNotDelayTheEnd: the server's end does not wait for those that never logged in.
func TestHalfOpenDoesNotDelayTheEnd(t *testing.T) {
	s := newTestServer(t)
	nc := s.socket()
	idle := s.login()
	for deadline := time.Now().Add(patience); s.connected() != 2 && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	s.Shutdown(ctx)
	if ctx.Err() != nil {
		t.Error("the server waited for a client that never logged in")
	}
	drained(t, nc)
	same(t, idle.until("closed"), "E 57P01", "closed")
}

func TestCancelRequest(t *testing.T) {
	for _, version := range []uint32{3 << 16, 3<<16 | 2} {
		s := newTestServer(t)
		c := s.client()
		c.nc.Write(startupBytesOf(version, "user\x00synapse\x00\x00"))
		c.ready()
		request := func(key []byte) {
			nc := s.socket()
			nc.Write(startupBytesOf(codeCancel, string(binary.BigEndian.AppendUint32(nil, c.pid))+string(key)))
			if out := drained(t, nc); len(out) > 0 {
				t.Errorf("a cancel request was answered with %q", out)
			}
		}
		wrong := append([]byte(nil), c.key...)
		wrong[0] ^= 1
		// While nothing runs it does nothing, and nothing later.
		request(c.key)
		same(t, c.query("SELECT 1"), "T ?column?:23:0", "D 1", "C SELECT 1", "Z I")

		c.send(&pgproto3.Query{String: "SELECT pg_sleep(0.3)"})
		time.Sleep(50 * time.Millisecond)
		request(wrong)
		request(c.key[:3])
		request(nil)
		same(t, c.ready(), "T pg_sleep:2278:0", "D ", "C SELECT 1", "Z I")

		c.send(&pgproto3.Query{String: "SELECT pg_sleep(60)"})
		time.Sleep(100 * time.Millisecond)
		request(c.key)
		same(t, c.ready(), "T pg_sleep:2278:0", "E 57014", "Z I")
		same(t, c.query("BEGIN"), "C BEGIN", "Z T")
		c.send(&pgproto3.Query{String: "SELECT pg_sleep(60)"})
		time.Sleep(100 * time.Millisecond)
		request(c.key)
		same(t, c.ready(), "T pg_sleep:2278:0", "E 57014", "Z E")
		c.query("ROLLBACK")
		same(t, c.query("SELECT 1"), "T ?column?:23:0", "D 1", "C SELECT 1", "Z I")
	}
}
