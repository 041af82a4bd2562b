package bench

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// client is one connection at work: op numbers count up from 0 for each client.
type client struct {
	conn *pgconn.PgConn
	id   int
	rng  *rand.Rand
	op   int
}

// rows runs a prepared statement and returns its rows' first column.
func (c *client) rows(ctx context.Context, statement string, args ...[]byte) ([]string, error) {
	r := c.conn.ExecPrepared(ctx, statement, args, nil, nil)
	var list []string
	for r.NextRow() {
		list = append(list, string(r.Values()[0]))
	}
	_, err := r.Close()
	return list, err
}

// run runs a prepared statement and lets its rows go.
func (c *client) run(ctx context.Context, statement string, args ...[]byte) error {
	_, err := c.conn.ExecPrepared(ctx, statement, args, nil, nil).Close()
	return err
}

// work is one line of the comparison.
type work struct {
	name  string
	sql   map[string]string // prepared statements by name
	op    func(ctx context.Context, c *client) error
	items int // rows that an operation writes; 0 counts as 1
	// recall measures the share of the right rows that the server finds now; nil for what has none.
	recall func(ctx context.Context, s *side) (float64, error)
	floor  float64 // of recall, to be reached by raising ef_search
}

// figures are what one side did.
type figures struct {
	Ops       int           `json:"ops"`
	Seconds   float64       `json:"seconds"`
	Rate      float64       `json:"rate"` // operations (rows for batches) per second
	P50       time.Duration `json:"p50_ns"`
	P99       time.Duration `json:"p99_ns"`
	ServerCPU time.Duration `json:"server_cpu_ns_per_op"` // 0 when the server is elsewhere
	Recall    float64       `json:"recall,omitempty"`
	EF        int           `json:"ef_search,omitempty"`

	cpu   time.Duration
	times []time.Duration
}

// round drives every connection of s for the time given and adds what happened to f.
func round(ctx context.Context, s *side, clients []*client, w *work, d time.Duration, f *figures) error {
	before, start := s.server.cpu(), time.Now()
	times := make([][]time.Duration, len(clients))
	errs := make([]error, len(clients))
	var wg sync.WaitGroup
	for i, c := range clients {
		wg.Go(func() {
			for time.Since(start) < d && ctx.Err() == nil {
				t := time.Now()
				if errs[i] = w.op(ctx, c); errs[i] != nil {
					return
				}
				times[i] = append(times[i], time.Since(t))
				c.op++
			}
		})
	}
	wg.Wait()
	f.Seconds += time.Since(start).Seconds()
	f.cpu += s.server.cpu() - before
	for i := range clients {
		if errs[i] != nil {
			return errs[i]
		}
		f.times = append(f.times, times[i]...)
	}
	return ctx.Err()
}

// finish computes the figures from what the rounds added up.
func (f *figures) finish(items int) {
	f.Ops = len(f.times)
	if f.Ops == 0 {
		return
	}
	slices.Sort(f.times)
	f.P50, f.P99 = f.times[f.Ops/2], f.times[f.Ops*99/100]
	f.Rate = float64(f.Ops*max(items, 1)) / f.Seconds
	f.ServerCPU = f.cpu / time.Duration(f.Ops)
}
