package wire

import (
	"strings"
	"testing"
)

// TestLockTimeoutInsideTransaction sets lock_timeout after BEGIN: the transaction's next wait obeys it.
func TestLockTimeoutInsideTransaction(t *testing.T) {
	s := newTestServer(t)
	holder, waiter := s.login(), s.login("options", "-c statement_timeout=5s")
	holder.query("CREATE TABLE t (i int PRIMARY KEY); INSERT INTO t VALUES (1)")
	holder.query("BEGIN")
	holder.query("UPDATE t SET i = i")
	waiter.query("BEGIN")
	same(t, waiter.query("SET LOCAL lock_timeout = '50ms'"), "C SET", "Z T")
	same(t, waiter.query("UPDATE t SET i = i"), "E 55P03", "Z E")
}

// TestAsOfQueryReadsTheRecordedSnapshot finds a lineage row by the uuid's text and by its value.
func TestAsOfQueryReadsTheRecordedSnapshot(t *testing.T) {
	c := newTestServer(t).login()
	c.query("CREATE TABLE t (i int); INSERT INTO t VALUES (1)")
	c.query("SELECT 42 FROM t")
	c.query("INSERT INTO t VALUES (2)")
	id := firstRow(c.query("SELECT query_id FROM memory.lineage WHERE sql = 'SELECT 42 FROM t'"))
	same(t, c.query("SELECT i FROM t AS OF QUERY '"+id+"'"), "T i:23:0", "D 1", "C SELECT 1", "Z I")
	same(t, c.query("SELECT i FROM t FOR SYSTEM_TIME AS OF QUERY '"+id+"'::uuid"), "T i:23:0", "D 1", "C SELECT 1", "Z I")
}

// firstRow is the text of the first data row among the messages; empty when there is none.
func firstRow(messages string) string {
	_, row, _ := strings.Cut(messages, "D ")
	if i := strings.IndexAny(row, "\n|"); i >= 0 {
		return strings.TrimSpace(row[:i])
	}
	return row
}
