package bench

import (
	"context"
	"fmt"
	"strconv"

	"synapse/vecindex/distance"
	"synapse/vecindex/recall"
)

const searchSQL = "SELECT id, content FROM bench_memories WHERE ns = $1 ORDER BY embedding <=> $2 LIMIT 10"

// searches are the vector queries: over all rows, and within namespaces by size.
func (c *corpus) searches() []*work {
	texts := make([][]byte, len(c.queries))
	for i, q := range c.queries {
		texts[i] = vectorText(q)
	}
	list := []*work{{
		name: "top-10 of all", floor: 0.99,
		sql: map[string]string{"search": "SELECT id, content FROM bench_memories ORDER BY embedding <=> $1 LIMIT 10"},
		op: func(ctx context.Context, cl *client) error {
			return cl.run(ctx, "search", texts[cl.rng.IntN(len(texts))])
		},
		recall: c.recallOf(texts, []int32{-1}),
	}}
	for _, f := range []struct {
		name string
		size int
	}{{"10 rows", 10}, {"100 rows", 100}, {"1,000 rows", 1000}, {"10 % of rows", tenth}} {
		among := c.namespaces(f.size)
		if len(among) == 0 {
			continue
		}
		list = append(list, &work{
			name: "top-10 of ns with " + f.name, floor: 0.99,
			sql: map[string]string{"search": searchSQL},
			op: func(ctx context.Context, cl *client) error {
				ns := among[cl.rng.IntN(len(among))]
				return cl.run(ctx, "search", []byte(c.names[ns]), texts[cl.rng.IntN(len(texts))])
			},
			recall: c.recallOf(texts, among),
		})
	}
	return list
}

// recallOf asks every query once, in turn over the namespaces, and returns the mean recall@10.
func (c *corpus) recallOf(texts [][]byte, among []int32) func(context.Context, *side) (float64, error) {
	truths := make([]recall.Truth, len(c.queries)) // computed when first asked for
	return func(ctx context.Context, s *side) (float64, error) {
		cl := &client{conn: s.conns[0]}
		sum := 0.0
		for i, q := range c.queries {
			ns := among[i%len(among)]
			if truths[i].Want == 0 {
				truths[i] = c.truth(q, ns)
			}
			args := [][]byte{texts[i]}
			if ns >= 0 {
				args = [][]byte{[]byte(c.names[ns]), texts[i]}
			}
			ids, err := cl.rows(ctx, "search", args...)
			if err != nil {
				return 0, err
			}
			var distances []float64
			for _, id := range ids {
				row, err := strconv.Atoi(id)
				if err != nil || row >= len(c.vectors) {
					return 0, fmt.Errorf("%s returned a row %q that was never stored", s.name, id)
				}
				distances = append(distances, distance.Exact(distance.Cosine, q, c.vectors[row]))
			}
			sum += truths[i].Of(distances)
		}
		return sum / float64(len(c.queries)), nil
	}
}

// efSteps are the values of hnsw.ef_search that are tried until the recall asked for is reached.
var efSteps = []int{40, 64, 100, 160, 250, 400, 700, 1000}

// tune raises ef_search until w reaches its recall on s and returns both; the last step stands
// when none does.
func tune(ctx context.Context, s *side, w *work) (ef int, got float64, err error) {
	for _, ef = range efSteps {
		if err = s.execEach(ctx, "SET hnsw.ef_search = "+strconv.Itoa(ef)); err != nil {
			return 0, 0, err
		}
		if got, err = w.recall(ctx, s); err != nil || got >= w.floor {
			return ef, got, err
		}
	}
	return ef, got, nil
}
