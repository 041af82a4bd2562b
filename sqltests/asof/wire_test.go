package asof

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"synapse/sqltests/harness"
	"synapse/storage"
)

// start is when the histories of the tests begin.
var start = time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC)

// day is a time of the test's calendar.
func day(n int) time.Time { return start.AddDate(0, 0, n) }

// stamp is a moment as a literal, exact to the microsecond.
func stamp(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05.999999+00") }

// server is a Synapse whose clock the test moves.
type server struct {
	*harness.Synapse
	t     *testing.T
	clock *storage.SteppedClock
}

func newServer(t *testing.T) *server {
	clock := storage.NewSteppedClock(storage.TimestampOf(day(0)))
	return &server{harness.StartSynapseAt(t, t.TempDir(), clock), t, clock}
}

// on moves the clock to a day and runs statements on a connection.
func (s *server) on(n int, c *client, statements ...string) {
	s.t.Helper()
	s.clock.Set(storage.TimestampOf(day(n)))
	for _, sql := range statements {
		c.must(sql)
	}
}

// client is a connection that keeps the notices it gets.
type client struct {
	t       *testing.T
	pg      *pgconn.PgConn
	notices []*pgconn.Notice
	named   int
}

// dial connects; options are settings given at startup.
func (s *server) dial(options ...string) *client {
	s.t.Helper()
	config, err := pgconn.ParseConfig(s.URL())
	if err != nil {
		s.t.Fatal(err)
	}
	if len(options) > 0 {
		config.RuntimeParams["options"] = strings.Join(options, " ")
	}
	c := &client{t: s.t}
	config.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) { c.notices = append(c.notices, n) }
	if c.pg, err = pgconn.ConnectConfig(context.Background(), config); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.pg.Close(context.Background()) })
	return c
}

// answer is what a statement gave: a line of column names, then the rows.
type answer struct {
	text string
	code string // SQLSTATE, "" without an error
	err  error
}

func (a answer) String() string {
	if a.err != nil {
		return a.err.Error()
	}
	return a.text
}

// read takes a result to its end.
func read(r *pgconn.ResultReader) answer {
	var rows strings.Builder
	for r.NextRow() {
		rows.WriteString("\n")
		for i, v := range r.Values() {
			if i > 0 {
				rows.WriteString(" | ")
			}
			if v == nil {
				rows.WriteString("NULL")
			} else {
				rows.Write(v)
			}
		}
	}
	var columns []string
	for _, f := range r.FieldDescriptions() {
		columns = append(columns, f.Name)
	}
	if _, err := r.Close(); err != nil {
		return failed(err)
	}
	return answer{text: strings.Join(columns, ", ") + rows.String()}
}

func failed(err error) answer {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return answer{code: e.Code, err: fmt.Errorf("%s: %s (hint %q, detail %q)", e.Code, e.Message, e.Hint, e.Detail)}
	}
	return answer{code: "lost", err: err}
}

// simple runs statements by the simple protocol; the answer is the last query's
// that has columns.
func (c *client) simple(sql string) answer {
	m := c.pg.Exec(context.Background(), sql)
	var last answer
	for m.NextResult() {
		if a := read(m.ResultReader()); a.text != "" {
			last = a
		}
	}
	if err := m.Close(); err != nil {
		return failed(err)
	}
	return last
}

// extended parses, binds and runs one statement.
func (c *client) extended(sql string, params ...string) answer {
	return read(c.pg.ExecParams(context.Background(), sql, raw(params), nil, nil, nil))
}

// prepare parses and describes a statement under a name of its own.
func (c *client) prepare(sql string) (name string, columns []string, err error) {
	c.named++
	name = fmt.Sprintf("s%d", c.named)
	d, err := c.pg.Prepare(context.Background(), name, sql, nil)
	if err != nil {
		return name, nil, err
	}
	for _, f := range d.Fields {
		columns = append(columns, f.Name)
	}
	return name, columns, nil
}

// run binds and runs a prepared statement.
func (c *client) run(name string, params ...string) answer {
	return read(c.pg.ExecPrepared(context.Background(), name, raw(params), nil, nil))
}

// prepared parses and describes, then binds and runs, as drivers do.
func (c *client) prepared(sql string, params ...string) answer {
	name, _, err := c.prepare(sql)
	if err != nil {
		return failed(err)
	}
	return c.run(name, params...)
}

func raw(params []string) [][]byte {
	var out [][]byte
	for _, p := range params {
		out = append(out, []byte(p))
	}
	return out
}

// must runs statements that are to succeed.
func (c *client) must(sql string) answer {
	c.t.Helper()
	a := c.simple(sql)
	if a.err != nil {
		c.t.Fatalf("%s: %v", sql, a.err)
	}
	return a
}

// protocols are the ways to send one statement without parameters.
func (c *client) protocols() map[string]func(sql string) answer {
	return map[string]func(string) answer{
		"simple":   c.simple,
		"extended": func(sql string) answer { return c.extended(sql) },
		"prepared": func(sql string) answer { return c.prepared(sql) },
	}
}

// everywhere compares a statement's answer in each protocol; want may be an SQLSTATE.
func (c *client) everywhere(sql, want string) {
	c.t.Helper()
	for name, send := range c.protocols() {
		if got := send(sql); got.text != want && (got.code == "" || got.code != want) {
			c.t.Errorf("%s: %s\n got: %s\nwant: %s", name, sql, got, want)
		}
	}
}
