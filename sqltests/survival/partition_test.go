package survival

import (
	"testing"

	"synapse/sqltests/harness"
)

// TestPartitionsSurvive: the tree of a partitioned table, its bounds, its rows and
// the moments before a partition was taken out are the same after a kill (the log
// is replayed) and after an orderly end (the snapshot is read).
func TestPartitionsSurvive(t *testing.T) {
	dir := t.TempDir()
	p := harness.StartProcess(t, dir)
	c := dial(t, p.URL())
	must(t, c, "CREATE TABLE m (at date, kind text, n int, PRIMARY KEY (at, n)) PARTITION BY RANGE (at)")
	must(t, c, "CREATE TABLE m1 PARTITION OF m FOR VALUES FROM (MINVALUE) TO ('2020-02-01')")
	must(t, c, "CREATE TABLE m2 PARTITION OF m FOR VALUES FROM ('2020-02-01') TO ('2020-03-01') PARTITION BY LIST (kind)")
	must(t, c, "CREATE TABLE m2a PARTITION OF m2 FOR VALUES IN ('a', NULL)")
	must(t, c, "CREATE TABLE m2d PARTITION OF m2 DEFAULT")
	must(t, c, "CREATE TABLE h (a int) PARTITION BY HASH (a)")
	must(t, c, "CREATE TABLE h0 PARTITION OF h FOR VALUES WITH (MODULUS 2, REMAINDER 0)")
	must(t, c, "CREATE TABLE h1 PARTITION OF h FOR VALUES WITH (MODULUS 2, REMAINDER 1)")
	must(t, c, "CREATE TABLE parent (a int)")
	must(t, c, "CREATE TABLE child (b int) INHERITS (parent)")
	must(t, c, "INSERT INTO m SELECT date '2020-01-20' + g, CASE g % 3 WHEN 0 THEN 'a' WHEN 1 THEN 'b' END, g FROM generate_series(0, 30) g")
	must(t, c, "INSERT INTO h SELECT generate_series(1, 100)")
	must(t, c, "INSERT INTO child VALUES (1, 2)")
	before := one[string](t, c, "SELECT clock_timestamp()::text")
	must(t, c, "UPDATE m SET at = at + 20 WHERE n < 5")
	must(t, c, "ALTER TABLE m DETACH PARTITION m1")
	state := func() string {
		return one[string](t, c, `SELECT concat_ws(' / ',
			(SELECT string_agg(concat_ws(' ', tableoid::regclass, at, kind, n), ',' ORDER BY n) FROM m),
			(SELECT string_agg(concat_ws(' ', tableoid::regclass, a), ',' ORDER BY a) FROM h),
			(SELECT string_agg(concat_ws(' ', relname, relkind, pg_get_expr(relpartbound, oid)), ',' ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace),
			(SELECT count(*) FROM parent), (SELECT count(*) FROM m1),
			(SELECT count(*) FROM m AS OF '`+before+`'), (SELECT string_agg(n::text, ',' ORDER BY n) FROM m AS OF '`+before+`' WHERE at = '2020-02-03'))`)
	}
	want := state()
	p.Kill()
	p = harness.StartProcess(t, dir)
	c = dial(t, p.URL())
	if got := state(); got != want {
		t.Errorf("after a kill\n%s\nbefore\n%s", got, want)
	}
	must(t, c, "ALTER TABLE m ATTACH PARTITION m1 FOR VALUES FROM (MINVALUE) TO ('2020-02-01')")
	must(t, c, "INSERT INTO m VALUES ('2019-01-01', 'x', 1000)")
	if at := one[string](t, c, "SELECT tableoid::regclass::text FROM m WHERE n = 1000"); at != "m1" {
		t.Errorf("the row is in %s", at)
	}
	want = state()
	if code := p.Terminate(t); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p.Output())
	}
	checkClean(t, dir)
	p = harness.StartProcess(t, dir)
	c = dial(t, p.URL())
	if got := state(); got != want {
		t.Errorf("after an orderly end\n%s\nbefore\n%s", got, want)
	}
	p.Terminate(t)
}
