package index

import (
	"testing"

	"github.com/dolthub/swiss"
)

const benchKeys = 1_000_000

func spread(i uint64) uint64 { return i * 0x9e3779b97f4a7c15 }

// BenchmarkKeyMap compares the map behind Hash with Go's own, in one run.
func BenchmarkKeyMap(b *testing.B) {
	s, m := swiss.NewMap[uint64, uint32](8), map[uint64]uint32{}
	for i := range uint64(benchKeys) {
		s.Put(spread(i), uint32(i))
		m[spread(i)] = uint32(i)
	}
	var sink uint32
	b.Run("swiss", func(b *testing.B) {
		for i := uint64(0); b.Loop(); i++ {
			v, _ := s.Get(spread(i % benchKeys))
			sink += v
		}
	})
	b.Run("builtin", func(b *testing.B) {
		for i := uint64(0); b.Loop(); i++ {
			sink += m[spread(i%benchKeys)]
		}
	})
	b.Run("swiss-put", func(b *testing.B) {
		for b.Loop() {
			s := swiss.NewMap[uint64, uint32](8)
			for i := range uint64(100_000) {
				s.Put(spread(i), uint32(i))
			}
		}
	})
	b.Run("builtin-put", func(b *testing.B) {
		for b.Loop() {
			m := map[uint64]uint32{}
			for i := range uint64(100_000) {
				m[spread(i)] = uint32(i)
			}
		}
	})
	_ = sink
}
