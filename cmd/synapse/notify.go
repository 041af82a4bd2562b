package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/pflag"
)

// notifyCommand measures how soon an agent hears of what another one has written:
// one connection writes memories, another LISTENs on the namespace's channel and
// then reads memory.changes.
func notifyCommand(args []string, stdout, stderr io.Writer) int {
	f := pflag.NewFlagSet("synapse bench notify", pflag.ContinueOnError)
	f.SetOutput(stderr)
	url := f.String("url", defaultURL, "`URL` of the server")
	writes := f.Int("writes", 2000, "memories written, one after the other")
	entries := f.Int("entries", 10_000, "memories in the namespace before")
	asJSON := f.Bool("json", false, "print JSON")
	if err := f.Parse(args); err != nil {
		return exitOf(err)
	}
	if *writes < 1 || *entries < 0 {
		fmt.Fprintln(stderr, "synapse bench notify: at least one write")
		return 2
	}
	r, err := notify(context.Background(), *url, *writes, *entries)
	if err == nil {
		err = r.print(stdout, *asJSON)
	}
	if err != nil {
		fmt.Fprintln(stderr, "synapse bench notify:", err)
		return 1
	}
	return 0
}

// heard is when each write was sent, acknowledged, heard of, and read.
type heard struct {
	Entries int                  `json:"entries"`
	Writes  int                  `json:"writes"`
	Times   map[string]quantiles `json:"microseconds"`
	order   []string
}

// quantiles in µs.
type quantiles struct {
	P50 int64 `json:"p50"`
	P99 int64 `json:"p99"`
}

func quantilesOf(list []time.Duration) quantiles {
	slices.Sort(list)
	at := func(p float64) int64 { return list[int(p*float64(len(list)-1))].Microseconds() }
	return quantiles{at(0.5), at(0.99)}
}

func notify(ctx context.Context, url string, writes, entries int) (*heard, error) {
	writer, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, err
	}
	defer writer.Close(ctx)
	listener, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, err
	}
	defer listener.Close(ctx)
	ns := fmt.Sprintf("notify:%d", time.Now().UnixNano())
	rows := pgx.CopyFromSlice(entries, func(i int) ([]any, error) {
		return []any{ns, fmt.Sprintf("note %d of a long conversation", i)}, nil
	})
	if _, err := writer.CopyFrom(ctx, pgx.Identifier{"memory", "entries"}, []string{"ns", "content"}, rows); err != nil {
		return nil, err
	}
	var channel string
	if err := writer.QueryRow(ctx, "SELECT memory.channel($1)", ns).Scan(&channel); err != nil {
		return nil, err
	}
	if _, err := listener.Exec(ctx, "LISTEN "+pgx.Identifier{channel}.Sanitize()); err != nil {
		return nil, err
	}
	out := &heard{Entries: entries, Writes: writes, Times: map[string]quantiles{}}
	var written, told, total, read []time.Duration
	for i := range writes {
		w, err := oneWrite(ctx, writer, listener, ns, i)
		if err != nil {
			return nil, err
		}
		written, told = append(written, w.acknowledged), append(told, max(w.heard-w.acknowledged, 0))
		total, read = append(total, w.heard), append(read, w.read)
	}
	for _, c := range []struct {
		name string
		list []time.Duration
	}{{"write to acknowledgement", written}, {"commit to notification", told}, {"write to notification", total}, {"memory.changes", read}} {
		out.Times[c.name] = quantilesOf(c.list)
		out.order = append(out.order, c.name)
	}
	return out, nil
}

// timed is when things happened, counted from the sending of the write; read is
// how long memory.changes took.
type timed struct{ acknowledged, heard, read time.Duration }

func oneWrite(ctx context.Context, writer, listener *pgx.Conn, ns string, i int) (w timed, err error) {
	var since time.Time
	if err := listener.QueryRow(ctx, "SELECT now()").Scan(&since); err != nil {
		return w, err
	}
	begin := time.Now()
	ended := make(chan error, 1)
	go func() {
		n, err := listener.WaitForNotification(ctx)
		w.heard = time.Since(begin)
		if err == nil && !strings.HasPrefix(n.Payload, "entry:") {
			err = fmt.Errorf("heard %q", n.Payload)
		}
		ended <- err
	}()
	_, err = writer.Exec(ctx, "SELECT memory.write($1, jsonb_build_object('content', $2::text))", ns, fmt.Sprintf("news %d", i))
	w.acknowledged = time.Since(begin)
	if err != nil {
		return w, err
	}
	if err := <-ended; err != nil {
		return w, err
	}
	begin = time.Now()
	var n int
	err = listener.QueryRow(ctx, "SELECT count(*)::int FROM memory.changes($1, $2)", ns, since).Scan(&n)
	w.read = time.Since(begin)
	if err == nil && n == 0 {
		err = errors.New("memory.changes does not tell what was notified of")
	}
	return w, err
}

func (r *heard) print(out io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(out).Encode(r)
	}
	fmt.Fprintf(out, "%d writes beside %d entries; µs\n%-26s %8s %8s\n", r.Writes, r.Entries, "", "p50", "p99")
	for _, name := range r.order {
		fmt.Fprintf(out, "%-26s %8d %8d\n", name, r.Times[name].P50, r.Times[name].P99)
	}
	return nil
}
