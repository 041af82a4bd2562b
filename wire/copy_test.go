package wire

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"
)

func copyData(parts ...string) []message {
	out := make([]message, 0, len(parts)+1)
	for _, p := range parts {
		out = append(out, &pgproto3.CopyData{Data: []byte(p)})
	}
	return append(out, &pgproto3.CopyDone{})
}

func TestCopy(t *testing.T) {
	s := newTestServer(t)
	c := s.login()
	c.query("CREATE TABLE t (i int PRIMARY KEY, x text, f float8)")
	in := func(sql string, data ...message) string {
		t.Helper()
		c.send(&pgproto3.Query{String: sql})
		if got := c.until("G", "Z"); got != "G" {
			return got
		}
		c.send(data...)
		return c.ready()
	}
	binary := "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
		"\x00\x03\x00\x00\x00\x04\x00\x00\x00\x0a\x00\x00\x00\x02hi\xff\xff\xff\xff" + "\xff\xff"
	// Lines may be cut anywhere between messages.
	same(t, in("COPY t FROM STDIN", copyData("1\ton", "e\t1.5\n2\t\\N\t", "\\N\n3\ta\\tb\\\\\t-0", "\n")...), "C COPY 3", "Z I")
	same(t, in("COPY t (i, x) FROM STDIN WITH (FORMAT csv, HEADER)", copyData("i,x\n4,\"a, \"\"b\"\"\nc\"\n5,\n6,\"\"\n")...), "C COPY 3", "Z I")
	same(t, in("COPY t FROM STDIN (FORMAT binary)", copyData(binary)...), "C COPY 1", "Z I")
	same(t, in("COPY t FROM STDIN", copyData("20\tx\t1\n1\tx\t1\n")...), "E 23505", "Z I")
	same(t, in("COPY t FROM STDIN", copyData("21\tx\n")...), "E 22P04", "Z I")
	same(t, in("COPY t FROM STDIN", copyData("x\tx\t1\n")...), "E 22P02", "Z I")
	same(t, in("COPY t FROM STDIN", copyData("22\t\xff\t1\n")...), "E 22021", "Z I")
	same(t, in("COPY t FROM STDIN (FORMAT binary)", copyData("no header at all")...), "E 22P04", "Z I")
	same(t, in("COPY t FROM STDIN (FORMAT binary)", copyData(binary[:30])...), "E 22P04", "Z I")
	same(t, in("COPY t FROM STDIN", &pgproto3.CopyData{Data: []byte("23\tx\t1\n")}, &pgproto3.CopyFail{Message: "no"}), "E 57014", "Z I")
	same(t, in("COPY none FROM STDIN"), "E 42P01", "Z I")
	same(t, c.query("COPY t TO STDOUT"), "H", "d 1\tone\t1.5\\n", "d 2\t\\N\t\\N\\n", "d 3\ta\\tb\\\\\t-0\\n", "d 4\ta, \"b\"\\nc\t\\N\\n", "d 5\t\\N\t\\N\\n", "d 6\t\t\\N\\n", "d 10\thi\t\\N\\n", "c", "C COPY 7", "Z I")
	same(t, c.query("COPY (SELECT i, x FROM t WHERE i IN (4, 5) ORDER BY i) TO STDOUT WITH (FORMAT csv)"), "H", `d 4,"a, ""b""\nc"\n`, `d 5,\n`, "c", "C COPY 2", "Z I")
	got := c.query("COPY (SELECT i, x, f FROM t WHERE i = 10) TO STDOUT (FORMAT binary)")
	data := strings.Join(strings.Fields(strings.ReplaceAll(got, "d ", "")), "")
	if want := "H504" + "7434f50590aff0d0a00" + "0000000000000000" + "0003000000040000000a000000026869ffffffff" + "ffff" + "cCCOPY1ZI"; data != want {
		t.Errorf("binary COPY TO:\n%s\nwant %s", data, want)
	}
	// The header is in the message of the first row, or of the end: clients take messages for rows.
	if n := strings.Count(got, "d "); n != 2 {
		t.Errorf("one row in binary came in %d messages, want 2", n)
	}
	if got := c.query("COPY (SELECT 1 WHERE false) TO STDOUT (FORMAT binary)"); strings.Count(got, "d ") != 1 {
		t.Errorf("no row in binary: %s", got)
	}
	// After all of it the connection is in step, and nothing of the failed ones is there.
	same(t, c.query("SELECT count(*) FROM t"), "T count:20:0", "D 7", "C SELECT 1", "Z I")
	// Extended protocol, and messages that come late are ignored.
	same(t, c.ask(&parse{Query: "COPY t FROM STDIN"}, &bind{}, &execute{}, &pgproto3.CopyData{Data: []byte("30\tx\t1\n")}, &pgproto3.CopyDone{}), "1", "2", "G", "C COPY 1", "Z I")
	c.send(copyData("late")...)
	same(t, c.query(""), "I", "Z I")
	// Something that is no COPY message ends the connection.
	c.send(&pgproto3.Query{String: "COPY t FROM STDIN"}, &pgproto3.Query{String: "SELECT 1"})
	same(t, c.until("closed"), "G", "E 08P01", "closed")
}

// TestCopyIsOneTransaction: COPY in a block goes with it.
func TestCopyIsOneTransaction(t *testing.T) {
	s := newTestServer(t)
	c := s.login()
	c.query("CREATE TABLE t (i int)")
	c.query("BEGIN")
	c.send(&pgproto3.Query{String: "COPY t FROM STDIN"})
	c.until("G")
	c.send(copyData("1\n2\n")...)
	same(t, c.ready(), "C COPY 2", "Z T")
	same(t, s.exec("SELECT count(*) FROM t"), "T count:20:0", "D 0", "C SELECT 1", "Z I")
	c.query("ROLLBACK")
	same(t, c.query("SELECT count(*) FROM t"), "T count:20:0", "D 0", "C SELECT 1", "Z I")
}

// TestCopyWhere: rows for which the condition is not true are left out, and not counted.
func TestCopyWhere(t *testing.T) {
	s := newTestServer(t)
	c := s.login()
	c.query("CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2) STORED, c text DEFAULT 'd')")
	in := func(sql string, data ...message) string {
		t.Helper()
		c.send(&pgproto3.Query{String: sql})
		if got := c.until("G", "Z"); got != "G" {
			return got
		}
		c.send(data...)
		return c.ready()
	}
	same(t, in("COPY t (a) FROM STDIN WHERE a % 2 = 0 AND c = 'd'", copyData("1\n2\n\\N\n4\n")...), "C COPY 2", "Z I")
	same(t, in("COPY t (a, c) FROM STDIN (FORMAT csv) WHERE c LIKE 'x%'", copyData("7,xy\n8,yy\n")...), "C COPY 1", "Z I")
	same(t, in("COPY t (a) FROM STDIN WHERE 1 / a > 0", copyData("1\n0\n")...), "E 22012", "Z I")
	same(t, c.query("SELECT a FROM t ORDER BY a"), "T a:23:0", "D 2", "D 4", "D 7", "C SELECT 3", "Z I")
	for sql, state := range map[string]string{
		"COPY t (a) FROM STDIN WHERE b > 1":            "42P10",
		"COPY t (a) FROM STDIN WHERE a IN (SELECT 1)":  "0A000",
		"COPY t (a) FROM STDIN WHERE sum(a) > 1":       "42803",
		"COPY t (a) FROM STDIN WHERE row_number() > 1": "42809",
		"COPY t (a) FROM STDIN WHERE a":                "42804",
		"COPY t (a) FROM STDIN WHERE nope":             "42703",
		"COPY t (a) TO STDOUT WHERE a > 1":             "42601",
	} {
		same(t, in(sql), "E "+state, "Z I")
	}
}
