package vecindex_test

import (
	"context"
	"fmt"
	"strconv"
	"testing"

	"synapse/vecindex"
	"synapse/vecindex/distance"
	"synapse/vecindex/recall"
)

// BenchmarkFlat is an exact search of one partition, the normal case of an agent's namespace.
func BenchmarkFlat(b *testing.B) {
	const dim = 384
	for _, rows := range []int{10, 100, 1000, 10000} {
		store, err := vecindex.NewStore(dim)
		if err != nil {
			b.Fatal(err)
		}
		index, err := vecindex.NewIndex(store, vecindex.Options{Metric: distance.Cosine})
		if err != nil {
			b.Fatal(err)
		}
		mix := recall.NewMixture(1, dim, 200)
		for i := range rows {
			vec, _ := mix.Next()
			id, err := store.Add("", vec)
			if err != nil {
				b.Fatal(err)
			}
			if err := index.Insert("", id, uint64(i), 1); err != nil {
				b.Fatal(err)
			}
		}
		queries, _ := mix.Vectors(64)
		b.Run(fmt.Sprint(rows), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				opt := vecindex.SearchOptions{K: 10, At: vecindex.Latest, Matches: -1}
				if _, _, err := index.Search(context.Background(), []string{""}, queries[i%64], opt); err != nil {
					b.Fatal(err)
				}
			}
		})
		if err := store.Free(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSearchAllPartitions searches 20,000 memories of 384 dimensions in 1,000 partitions,
// by scanning each and through the one graph over all.
func BenchmarkSearchAllPartitions(b *testing.B) {
	const rows, dim = 20_000, 384
	w := newWorld(b, dim, vecindex.Options{Metric: distance.Cosine, GraphBytes: 5000 * dim, EfConstruction: 100})
	mix := recall.NewMixture(8, dim, 100)
	for i := range rows {
		vec, _ := mix.Next()
		w.insert(strconv.Itoa(i%1000), uint64(i), vec)
	}
	q, _ := mix.Next()
	for _, name := range []string{"scan", "graph"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, _, err := w.index.Search(context.Background(), nil, q, vecindex.SearchOptions{K: 10, At: vecindex.Latest, Matches: -1}); err != nil {
					b.Fatal(err)
				}
			}
		})
		w.maintain()
	}
}

// BenchmarkInsert adds entries whose vectors are there already.
func BenchmarkInsert(b *testing.B) {
	w := newWorld(b, 8, vecindex.Options{Metric: distance.L2, GraphBytes: -1})
	id, err := w.store.Add("p", make([]float32, 8))
	if err != nil {
		b.Fatal(err)
	}
	row := uint64(0)
	for b.Loop() {
		row++
		if err := w.index.Insert("p", id, row, 1); err != nil {
			b.Fatal(err)
		}
	}
}
