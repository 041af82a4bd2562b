package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/pflag"
)

// demoCommand plays the support team's scenario: three stateless agents on three
// connections share one memory, and a fourth connection audits them.
func demoCommand(args []string, stdout, stderr io.Writer) int {
	f := pflag.NewFlagSet("synapse demo", pflag.ContinueOnError)
	f.SetOutput(stderr)
	url := f.String("url", defaultURL, "`URL` of the server")
	if err := f.Parse(args); err != nil {
		return exitOf(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	d := &demo{out: stdout, url: *url, ns: fmt.Sprintf("user:%d", 4000+time.Now().UnixNano()%1000)}
	if err := d.play(ctx); err != nil {
		fmt.Fprintln(stderr, "synapse demo:", err)
		return 1
	}
	return 0
}

// demo prints what it sends; each agent has a connection of its own.
type demo struct {
	out    io.Writer
	url    string
	ns     string // a fresh namespace, so that the demo can be played again
	agents []*pgx.Conn
}

// agent connects as a named agent: the name is what lineage shows.
func (d *demo) agent(ctx context.Context, name string) (*pgx.Conn, error) {
	cfg, err := pgx.ParseConfig(d.url)
	if err != nil {
		return nil, err
	}
	cfg.RuntimeParams["application_name"] = name
	cfg.RuntimeParams["synapse.agent"] = name
	c, err := pgx.ConnectConfig(ctx, cfg)
	if err == nil {
		d.agents = append(d.agents, c)
	}
	return c, err
}

func (d *demo) say(format string, args ...any) { fmt.Fprintf(d.out, "\n-- "+format+"\n", args...) }

// run prints a statement and its rows.
func (d *demo) run(ctx context.Context, c *pgx.Conn, sql string, args ...any) ([][]any, error) {
	shown := sql
	for i, a := range args {
		shown = strings.ReplaceAll(shown, fmt.Sprintf("$%d", i+1), fmt.Sprintf("'%v'", a))
	}
	fmt.Fprintln(d.out, shown+";")
	rows, err := c.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out [][]any
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return nil, err
		}
		out = append(out, values)
		fmt.Fprint(d.out, "   ")
		for _, v := range values {
			fmt.Fprint(d.out, " | ", show(v))
		}
		fmt.Fprintln(d.out)
	}
	return out, rows.Err()
}

func show(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case time.Time:
		return v.Format("2006-01-02 15:04:05.000000")
	case float64:
		return fmt.Sprintf("%.4f", v)
	case [16]byte:
		return fmt.Sprintf("%x…", v[:4])
	case map[string]any, []any:
		if b, err := json.Marshal(v); err == nil {
			return string(b)
		}
	}
	return fmt.Sprint(v)
}

func (d *demo) play(ctx context.Context) error {
	defer func() {
		for _, c := range d.agents {
			c.Close(context.Background())
		}
	}()
	var conns [4]*pgx.Conn
	for i, name := range []string{"intake", "knowledge", "resolution", "auditor"} {
		c, err := d.agent(ctx, name)
		if err != nil {
			return err
		}
		conns[i] = c
	}
	before, err := d.conversation(ctx, conns[0], conns[1], conns[2])
	if err != nil {
		return err
	}
	return d.audit(ctx, conns[1], conns[3], before)
}

// conversation is the first day: A classifies and writes, B recalls, C appends.
// It returns the moment before C wrote.
func (d *demo) conversation(ctx context.Context, a, b, c *pgx.Conn) (before time.Time, err error) {
	d.say("A customer writes: \"I still haven't received my refund.\"")
	d.say("Agent A (intake) classifies the message and writes what it learned.")
	for _, sql := range []string{
		`SELECT memory.write($1, '{"content": "Customer asks again about the refund for order #1458, requested last week", "kind": "intent", "salience": 0.9, "metadata": {"intent": "refund inquiry"}}')`,
		`SELECT memory.write($1, '{"content": "Refund for order #1458 was initiated on 10/20 and the confirmation email was sent on 10/21", "salience": 0.8}')`,
		`SELECT memory.write($1, '{"content": "Customer prefers to be contacted by email", "salience": 0.4}')`,
		`SELECT memory.put($1, 'order', '{"number": 1458, "state": "refund initiated"}')`,
	} {
		if _, err := d.run(ctx, a, sql, d.ns); err != nil {
			return before, err
		}
	}
	d.say("Agent B (knowledge) recalls, instead of searching the policy documents again.")
	if _, err := d.run(ctx, b, "SELECT rank, content, score FROM memory.query($1)", d.ns+" refund status"); err != nil {
		return before, err
	}
	if _, err := d.run(ctx, b, "SELECT memory.get($1, 'order')", d.ns); err != nil {
		return before, err
	}
	if err := b.QueryRow(ctx, "SELECT clock_timestamp()").Scan(&before); err != nil {
		return before, err
	}
	d.say("Agent C (resolution) answers and appends the outcome.")
	_, err = d.run(ctx, c, "SELECT memory.append($1, 'Refund confirmed delivered on 10/28')", d.ns)
	return before, err
}

// audit is the next day: the question finds the outcome, AS OF shows what was
// known before it, and lineage shows what each answer read.
func (d *demo) audit(ctx context.Context, b, auditor *pgx.Conn, before time.Time) error {
	d.say("The next day: \"Why is my refund taking so long?\"")
	rows, err := d.run(ctx, b, "SELECT rank, content, score FROM memory.query($1)", d.ns+" why is my refund taking so long")
	if err != nil {
		return err
	}
	if !mentions(rows, "delivered") {
		return fmt.Errorf("the outcome that agent C appended was not recalled")
	}
	d.say("What was known before agent C wrote?")
	sql := "SELECT rank, content FROM memory.query(ns => $1, query => 'refund', as_of => $2)"
	rows, err = d.run(ctx, auditor, sql, d.ns, before)
	if err != nil {
		return err
	}
	if mentions(rows, "delivered") {
		return fmt.Errorf("a past moment shows what was written after it")
	}
	if _, err := d.run(ctx, auditor, "SELECT count(*) AS events_then FROM memory.events WHERE ns = $1 AS OF $2", d.ns, before); err != nil {
		return err
	}
	d.say("Which memories did each agent's recall stand on?")
	rows, err = d.run(ctx, auditor, `SELECT l.started_at, l.agent, h.rank, e.content
FROM memory.lineage l JOIN memory.lineage_hits h USING (query_id) JOIN memory.entries e ON e.id = h.id
WHERE l.ns = $1 AND h.rank <= 2 ORDER BY l.started_at, h.rank`, d.ns)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return fmt.Errorf("lineage shows no recall in namespace %s", d.ns)
	}
	fmt.Fprintln(d.out)
	return nil
}

func mentions(rows [][]any, word string) bool {
	for _, r := range rows {
		for _, v := range r {
			if s, ok := v.(string); ok && strings.Contains(s, word) {
				return true
			}
		}
	}
	return false
}
