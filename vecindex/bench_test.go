package vecindex_test

import (
	"context"
	"fmt"
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
