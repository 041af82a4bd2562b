package clients

import (
	"os/exec"
	"testing"

	"github.com/jackc/pgx/v5"

	"synapse/sqltests/harness"
)

const pgbenchPath = "/usr/lib/postgresql/15/bin/pgbench"

// TestPgbench initialises pgbench's tables and runs its scripts in all three
// protocols; the balances must add up afterwards.
func TestPgbench(t *testing.T) {
	if file(pgbenchPath)() != nil {
		t.Skip("PostgreSQL 15's pgbench is not installed: .ci/tools test installs it")
	}
	url := harness.StartSynapse(t).URL()
	bench := func(args ...string) {
		t.Helper()
		if out, err := exec.Command(pgbenchPath, append(args, url)...).CombinedOutput(); err != nil {
			t.Fatalf("pgbench %v: %v\n%s", args, err, out)
		}
	}
	bench("-i", "-s", "1", "-q")
	for _, protocol := range []string{"simple", "extended", "prepared"} {
		bench("-n", "-M", protocol, "-c", "4", "-t", "50")
		bench("-n", "-S", "-M", protocol, "-c", "4", "-t", "100")
	}
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	var history, accounts, tellers, branches, rows int64
	err = c.QueryRow(t.Context(), `SELECT (SELECT sum(delta) FROM pgbench_history), (SELECT sum(abalance) FROM pgbench_accounts),
		(SELECT sum(tbalance) FROM pgbench_tellers), (SELECT sum(bbalance) FROM pgbench_branches), (SELECT count(*) FROM pgbench_history)`).
		Scan(&history, &accounts, &tellers, &branches, &rows)
	if err != nil {
		t.Fatal(err)
	}
	if history != accounts || history != tellers || history != branches || rows != 600 {
		t.Errorf("%d rows of history with %d, accounts %d, tellers %d, branches %d", rows, history, accounts, tellers, branches)
	}
	passed(t, "pgbench")
}
