package bench

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

const batchRows = 100

// writes are the durable statements. Ids start behind the corpus, apart for each client.
func (c *corpus) writes() []*work {
	id := func(cl *client) int { return (cl.id+1)<<32 + cl.op*batchRows }
	vector := func(cl *client) []byte { return vectorText(c.vectors[cl.rng.IntN(len(c.vectors))]) }
	ns := func(cl *client) []byte { return []byte(c.names[cl.rng.IntN(len(c.names))]) }
	const insert = "INSERT INTO bench_memories (id, ns, content, metadata, salience, ts, embedding) VALUES "
	return []*work{
		{
			name: "insert a memory",
			sql:  map[string]string{"insert": insert + "($1, $2, $3, $4, 0.5, now(), $5)"},
			op: func(ctx context.Context, cl *client) error {
				n := id(cl)
				return cl.run(ctx, "insert", []byte(strconv.Itoa(n)), ns(cl), []byte(content(n)), []byte(metadata(n)), vector(cl))
			},
		},
		{
			name: "update salience and metadata",
			sql:  map[string]string{"update": "UPDATE bench_memories SET salience = salience + 0.01, metadata = $2 WHERE id = $1"},
			op: func(ctx context.Context, cl *client) error {
				// each client has rows of its own: what is measured is the write, not a queue for a row
				share := len(c.vectors) / 8
				row := (cl.id%8)*share + cl.rng.IntN(share)
				return cl.run(ctx, "update", []byte(strconv.Itoa(row)), []byte(metadata(cl.op)))
			},
		},
		{
			name: "put a fact",
			sql:  map[string]string{"fact": "INSERT INTO bench_facts VALUES ($1, $2, $3) ON CONFLICT (ns, key) DO UPDATE SET value = EXCLUDED.value"},
			op: func(ctx context.Context, cl *client) error {
				return cl.run(ctx, "fact", ns(cl), []byte(fmt.Sprintf("key-%d-%d", cl.id, cl.op)), []byte(metadata(cl.op)))
			},
		},
		{
			name: "append an event",
			sql:  map[string]string{"event": "INSERT INTO bench_events (ns, payload) VALUES ($1, $2)"},
			op: func(ctx context.Context, cl *client) error {
				return cl.run(ctx, "event", ns(cl), []byte(metadata(cl.op)))
			},
		},
		{
			name: "100 memories in a statement", items: batchRows,
			sql: map[string]string{"batch": insert + tuples(batchRows, "($%d, $%d, $%d, $%d, 0.5, now(), $%d)", 5)},
			op: func(ctx context.Context, cl *client) error {
				var args [][]byte
				for i := range batchRows {
					n := id(cl) + i + 1<<31
					args = append(args, []byte(strconv.Itoa(n)), ns(cl), []byte(content(n)), []byte(metadata(n)), vector(cl))
				}
				return cl.run(ctx, "batch", args...)
			},
		},
		{
			name: "100 events in a statement", items: batchRows,
			sql: map[string]string{"events": "INSERT INTO bench_events (ns, payload) VALUES " + tuples(batchRows, "($%d, $%d)", 2)},
			op: func(ctx context.Context, cl *client) error {
				var args [][]byte
				for i := range batchRows {
					args = append(args, ns(cl), []byte(metadata(i)))
				}
				return cl.run(ctx, "events", args...)
			},
		},
	}
}

// tuples repeats a tuple of placeholders n times, numbered through.
func tuples(n int, tuple string, width int) string {
	var parts []string
	for i := range n {
		numbers := make([]any, width)
		for j := range numbers {
			numbers[j] = i*width + j + 1
		}
		parts = append(parts, fmt.Sprintf(tuple, numbers...))
	}
	return strings.Join(parts, ", ")
}
