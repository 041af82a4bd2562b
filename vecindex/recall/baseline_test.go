package recall_test

import (
	"context"
	"testing"

	baseline "github.com/coder/hnsw"

	"synapse/vecindex"
	"synapse/vecindex/distance"
	"synapse/vecindex/recall"
)

// BenchmarkAgainstBaseline sets this index beside github.com/coder/hnsw, the usual Go
// library, on the same vectors in one run: time per query, and recall@10 as a metric.
func BenchmarkAgainstBaseline(b *testing.B) {
	const rows, dim, k = 5000, 128, 10
	mix := recall.NewMixture(1, dim, 100)
	vecs, _ := mix.Vectors(rows)
	queries, _ := mix.Vectors(100)
	truths := make([]recall.Truth, len(queries))
	for i, q := range queries {
		truths[i] = recall.Exact(distance.Cosine, vecs, q, k, nil)
	}
	run := func(b *testing.B, search func(q []float32) []float64) {
		sum, n := 0.0, 0
		for b.Loop() {
			i := n % len(queries)
			sum += truths[i].Of(search(queries[i]))
			n++
		}
		b.ReportMetric(sum/float64(n), "recall@10")
	}

	g := baseline.NewGraph[int]()
	for i, v := range vecs {
		g.Add(baseline.MakeNode(i, v))
	}
	b.Run("coder", func(b *testing.B) {
		run(b, func(q []float32) (found []float64) {
			for _, n := range g.Search(q, k) {
				found = append(found, distance.Exact(distance.Cosine, q, n.Value))
			}
			return found
		})
	})

	store, err := vecindex.NewStore(dim)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = store.Free() }()
	index, err := vecindex.NewIndex(store, vecindex.Options{Metric: distance.Cosine, GraphBytes: 1})
	if err != nil {
		b.Fatal(err)
	}
	for i, v := range vecs {
		id, err := store.Add("", v)
		if err != nil {
			b.Fatal(err)
		}
		if err := index.Insert("", id, uint64(i), 1); err != nil {
			b.Fatal(err)
		}
	}
	if err := index.Maintain(context.Background()); err != nil {
		b.Fatal(err)
	}
	for name, exact := range map[string]bool{"graph": false, "exact": true} {
		b.Run(name, func(b *testing.B) {
			run(b, func(q []float32) (found []float64) {
				opt := vecindex.SearchOptions{K: k, At: vecindex.Latest, Exact: exact, Matches: -1}
				hits, _, err := index.Search(context.Background(), nil, q, opt)
				if err != nil {
					b.Fatal(err)
				}
				for _, h := range hits {
					found = append(found, h.Distance)
				}
				return found
			})
		})
	}
}
