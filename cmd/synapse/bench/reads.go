package bench

import (
	"context"
	"strconv"
)

// reads are the point queries: prepared once, and as drivers send a statement that they do not
// prepare (Parse, Bind and Execute each time, text with parameters).
func (c *corpus) reads() []*work {
	const sql = "SELECT content FROM bench_memories WHERE id = $1"
	id := func(cl *client) []byte { return []byte(strconv.Itoa(cl.rng.IntN(len(c.vectors)))) }
	return []*work{
		{
			name: "point read, prepared",
			sql:  map[string]string{"point": sql},
			op:   func(ctx context.Context, cl *client) error { return cl.run(ctx, "point", id(cl)) },
		},
		{
			name: "point read, not prepared",
			op: func(ctx context.Context, cl *client) error {
				_, err := cl.conn.ExecParams(ctx, sql, [][]byte{id(cl)}, nil, nil, nil).Close()
				return err
			},
		},
	}
}
