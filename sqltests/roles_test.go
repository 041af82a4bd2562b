package sqltests

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"synapse/sqltests/harness"
)

// as is the address of a server for another role.
func as(url, role string) string { return strings.Replace(url, "synapse@", role+"@", 1) }

// refused checks that an error has the SQLSTATE and, if given, holds the words.
func refused(t *testing.T, err error, code string, words ...string) {
	t.Helper()
	var e *pgconn.PgError
	if !errors.As(err, &e) || e.Code != code {
		t.Errorf("got %v, want SQLSTATE %s", err, code)
		return
	}
	for _, w := range words {
		if !strings.Contains(e.Message, w) {
			t.Errorf("%q does not hold %q", e.Message, w)
		}
	}
}

// TestWhoLogsIn: missing roles, roles without LOGIN, without CONNECT, and with
// too many connections.
func TestWhoLogsIn(t *testing.T) {
	url := harness.StartSynapse(t).URL()
	admin := dial(t, url)
	run(t, admin, "CREATE ROLE app LOGIN CONNECTION LIMIT 1", "CREATE ROLE grp", "CREATE DATABASE closed", "REVOKE CONNECT ON DATABASE closed FROM PUBLIC")
	login := func(url string) error {
		c, err := pgx.Connect(context.Background(), url)
		if err == nil {
			_ = c.Close(context.Background())
		}
		return err
	}
	refused(t, login(as(url, "nobody")), "28000", `role "nobody" does not exist`)
	refused(t, login(as(url, "grp")), "28000", `role "grp" is not permitted to log in`)
	refused(t, login(strings.Replace(as(url, "app"), "/synapse", "/closed", 1)), "42501", `permission denied for database "closed"`)
	app := dial(t, as(url, "app"))
	refused(t, login(as(url, "app")), "53300", "too many connections for role")
	if got := one[string](t, app, "SELECT current_user || ' ' || session_user"); got != "app app" {
		t.Errorf("the session is %s", got)
	}
}

// TestRightsHoldAtOnce: one text, planned and prepared before, is asked anew
// for each role and after each GRANT and REVOKE, in the past too.
func TestRightsHoldAtOnce(t *testing.T) {
	url := harness.StartSynapse(t).URL()
	ctx := context.Background()
	admin := dial(t, url)
	run(t, admin, "CREATE TABLE secret (id int PRIMARY KEY, v text)", "INSERT INTO secret VALUES (1, 'x')", "CREATE ROLE app LOGIN", "CREATE ROLE other LOGIN")
	moment := one[string](t, admin, "SELECT now()::text")
	const query = "SELECT v FROM secret WHERE id = $1"
	read := func(c *pgx.Conn, sql string, args ...any) error {
		_, err := c.Exec(ctx, sql, args...)
		return err
	}
	if err := read(admin, query, 1); err != nil {
		t.Fatal(err)
	}
	app, other := dial(t, as(url, "app")), dial(t, as(url, "other"))
	refused(t, read(app, query, 1), "42501", "permission denied for table secret")
	past := "SELECT v FROM secret AS OF '" + moment + "' WHERE id = 1"
	refused(t, read(app, past), "42501")
	run(t, admin, "GRANT SELECT ON secret TO app")
	if _, err := app.Prepare(ctx, "kept", query); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{query, "kept"} {
		if err := read(app, sql, 1); err != nil {
			t.Errorf("%s: %v", sql, err)
		}
	}
	if err := read(app, past); err != nil {
		t.Errorf("today's right does not hold for the past: %v", err)
	}
	refused(t, read(other, query, 1), "42501")
	run(t, admin, "REVOKE SELECT ON secret FROM app")
	refused(t, read(app, query, 1), "42501")
	refused(t, read(app, "kept", 1), "42501")
	refused(t, read(app, past), "42501")
	run(t, admin, "CREATE ROLE readers", "GRANT SELECT ON secret TO readers", "GRANT readers TO app")
	if err := read(app, "kept", 1); err != nil {
		t.Errorf("a group's right does not hold: %v", err)
	}
	run(t, admin, "REVOKE readers FROM app")
	refused(t, read(app, "kept", 1), "42501")
}

// TestRolesLast: roles, memberships and grants are there after a restart.
func TestRolesLast(t *testing.T) {
	s := harness.StartSynapse(t)
	admin := dial(t, s.URL())
	run(t, admin, "CREATE ROLE app LOGIN CREATEDB VALID UNTIL '2031-01-01 00:00:00+00' PASSWORD 'x'", "CREATE ROLE grp", "GRANT grp TO app WITH ADMIN OPTION",
		"CREATE TABLE t (a int, b int)", "GRANT SELECT (a) ON t TO grp", "GRANT INSERT ON t TO app WITH GRANT OPTION",
		"ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO app")
	const state = `SELECT concat_ws(' | ',
		(SELECT relacl::text FROM pg_class WHERE relname = 't'), (SELECT attacl::text FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'a'),
		(SELECT string_agg(roleid::regrole || ' ' || member::regrole || ' ' || admin_option, ', ') FROM pg_auth_members WHERE member = 'app'::regrole),
		(SELECT rolcreatedb || ' ' || rolvaliduntil || ' ' || rolpassword FROM pg_authid WHERE rolname = 'app'),
		(SELECT defaclacl::text FROM pg_default_acl))`
	before := one[string](t, admin, state)
	s.Restart(t)
	if after := one[string](t, dial(t, s.URL()), state); after != before {
		t.Errorf("after the restart\n%s\nbefore\n%s", after, before)
	}
	if !strings.Contains(before, "app=a*/synapse") || !strings.Contains(before, "{grp=r/synapse}") {
		t.Errorf("grants are missing: %s", before)
	}
	app := dial(t, as(s.URL(), "app"))
	if _, err := app.Exec(context.Background(), "SELECT a FROM t"); err != nil {
		t.Error(err)
	}
	_, err := app.Exec(context.Background(), "SELECT b FROM t")
	refused(t, err, "42501")
}

// TestOthersQueries: what a session runs is its role's to see.
func TestOthersQueries(t *testing.T) {
	url := harness.StartSynapse(t).URL()
	admin := dial(t, url)
	run(t, admin, "CREATE ROLE app LOGIN", "SELECT 'hidden'")
	app := dial(t, as(url, "app"))
	const seen = "SELECT count(*)::int FROM pg_stat_activity WHERE query LIKE '%hidden%' AND pid <> pg_backend_pid()"
	if n := one[int](t, app, seen); n != 0 {
		t.Error("another role's query shows")
	}
	if n := one[int](t, app, "SELECT count(*)::int FROM pg_stat_activity WHERE query = '<insufficient privilege>' AND usename = 'synapse'"); n != 1 {
		t.Errorf("%d hidden rows", n)
	}
	run(t, admin, "GRANT pg_monitor TO app", "SELECT 'hidden'")
	if n := one[int](t, app, seen); n != 1 {
		t.Error("a monitor does not see it")
	}
}
