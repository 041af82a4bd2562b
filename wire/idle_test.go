package wire

import "testing"

// TestIdleTimeouts: a client that stays silent is told why it is sent away.
func TestIdleTimeouts(t *testing.T) {
	s := newTestServer(t)
	c := s.login()
	c.query("CREATE TABLE t (i int); SET idle_in_transaction_session_timeout = '1ms'")
	same(t, c.query("SELECT 1"), "T ?column?:23:0", "D 1", "C SELECT 1", "Z I") // outside a transaction it does not count
	c.query("BEGIN; INSERT INTO t VALUES (1)")
	same(t, c.until("E"), "E 25P03")
	same(t, s.exec("SELECT count(*) FROM t"), "T count:20:0", "D 0", "C SELECT 1", "Z I")
	c = s.login()
	c.query("SET idle_session_timeout = '1ms'")
	same(t, c.until("E"), "E 57P05")
}
