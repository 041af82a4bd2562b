package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"
)

// Options say what Compare does.
type Options struct {
	Target, Peer string // DSNs; no Peer: only Target is measured
	Rows, Dim    int
	Clients      int
	Rounds       int
	Seconds      float64 // of each round
	Only         string  // part of the names of the work to do; empty: all
	Keep         bool    // use the tables that an earlier run loaded
	JSON         bool
}

// Line is one piece of work on both sides.
type Line struct {
	Work   string              `json:"work"`
	Sides  map[string]*figures `json:"sides"`
	Ratio  float64             `json:"rate_ratio,omitempty"` // target's rate by the peer's
	CPU    float64             `json:"cpu_ratio,omitempty"`  // target's CPU per operation by the peer's
	Remark string              `json:"remark,omitempty"`
}

// Compare loads both servers, does every piece of work on them in turn and prints what it saw.
func Compare(ctx context.Context, o Options, out, progress io.Writer) error {
	var sides []*side
	for _, dsn := range []string{o.Target, o.Peer} {
		if dsn == "" {
			continue
		}
		s, err := open(ctx, dsn, o.Clients)
		if err != nil {
			return err
		}
		defer s.close()
		sides = append(sides, s)
	}
	if len(sides) == 2 && sides[0].name == sides[1].name {
		sides[0].name, sides[1].name = "target", "peer"
	}
	fmt.Fprintf(progress, "making %d vectors of %d dimensions\n", o.Rows, o.Dim)
	c := newCorpus(o.Rows, o.Dim)
	lines := []*Line{}
	if !o.Keep {
		loaded, err := c.load(ctx, sides, progress)
		if err != nil {
			return err
		}
		lines = append(lines, loaded...)
	}
	for _, s := range sides {
		if o.Keep { // an earlier run's writes
			if err := s.exec(ctx, fmt.Sprintf("DELETE FROM bench_memories WHERE id >= %d", o.Rows)); err != nil {
				return err
			}
		}
		// pgvector stops at ef_search rows of all namespaces unless it may go on
		if err := s.execEach(ctx, "SET hnsw.iterative_scan = relaxed_order"); err != nil {
			return err
		}
	}
	for _, w := range append(append(c.searches(), c.reads()...), c.writes()...) {
		if !strings.Contains(w.name, o.Only) {
			continue
		}
		line, err := compareWork(ctx, o, sides, w, progress)
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
		lines = append(lines, line)
	}
	if o.JSON {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		return enc.Encode(lines)
	}
	print(out, sides, lines)
	return nil
}

// load fills both servers and times it.
func (c *corpus) load(ctx context.Context, sides []*side, progress io.Writer) ([]*Line, error) {
	copied := &Line{Work: "COPY", Sides: map[string]*figures{}}
	indexed := &Line{Work: "indexes built", Sides: map[string]*figures{}}
	text, err := io.ReadAll(&rowReader{c: c})
	if err != nil {
		return nil, err
	}
	for _, s := range sides {
		fmt.Fprintf(progress, "%s: loading\n", s.name)
		if err := s.exec(ctx, schema(c.dim, s.synapse)); err != nil {
			return nil, err
		}
		f, err := s.timed(len(c.vectors), func() error {
			_, err := s.conns[0].CopyFrom(ctx, bytes.NewReader(text), "COPY bench_memories FROM STDIN")
			return err
		})
		if err != nil {
			return nil, err
		}
		copied.Sides[s.name] = f
		fmt.Fprintf(progress, "%s: indexes\n", s.name)
		if f, err = s.timed(len(c.vectors), func() error {
			for _, ddl := range indexes {
				if err := s.exec(ctx, ddl); err != nil {
					return err
				}
			}
			return s.exec(ctx, "ANALYZE bench_memories")
		}); err != nil {
			return nil, err
		}
		indexed.Sides[s.name] = f
	}
	copied.ratios(sides)
	indexed.ratios(sides)
	return []*Line{copied, indexed}, nil
}

// timed is one operation that handles items rows.
func (s *side) timed(items int, do func() error) (*figures, error) {
	before, start := s.server.cpu(), time.Now()
	if err := do(); err != nil {
		return nil, err
	}
	f := &figures{times: []time.Duration{time.Since(start)}, cpu: s.server.cpu() - before}
	f.Seconds = f.times[0].Seconds()
	f.finish(items)
	return f, nil
}

func compareWork(ctx context.Context, o Options, sides []*side, w *work, progress io.Writer) (*Line, error) {
	fmt.Fprintln(progress, w.name)
	line := &Line{Work: w.name, Sides: map[string]*figures{}}
	clients := map[*side][]*client{}
	for _, s := range sides {
		f := &figures{}
		line.Sides[s.name] = f
		for i, conn := range s.conns {
			for name, sql := range w.sql {
				if err := conn.Deallocate(ctx, name); err != nil {
					return nil, err
				}
				if _, err := conn.Prepare(ctx, name, sql, nil); err != nil {
					return nil, err
				}
			}
			clients[s] = append(clients[s], &client{conn: conn, id: i, rng: rand.New(rand.NewPCG(uint64(i), 7)), op: int(time.Now().UnixMilli() & 0xffffff)})
		}
		if w.recall != nil {
			var err error
			if f.EF, f.Recall, err = tune(ctx, s, w); err != nil {
				return nil, err
			}
		}
	}
	for range o.Rounds {
		for _, s := range sides {
			if err := round(ctx, s, clients[s], w, time.Duration(o.Seconds*float64(time.Second)), line.Sides[s.name]); err != nil {
				return nil, err
			}
		}
	}
	for _, s := range sides {
		line.Sides[s.name].finish(w.items)
	}
	line.ratios(sides)
	return line, nil
}

func (l *Line) ratios(sides []*side) {
	if len(sides) < 2 {
		return
	}
	a, b := l.Sides[sides[0].name], l.Sides[sides[1].name]
	if b.Rate > 0 {
		l.Ratio = a.Rate / b.Rate
	}
	if b.ServerCPU > 0 {
		l.CPU = float64(a.ServerCPU) / float64(b.ServerCPU)
	}
}
