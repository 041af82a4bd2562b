package slab

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"synapse/vecindex/distance"
)

func newStore(t *testing.T, dim int) *Store {
	t.Helper()
	s, err := New(dim)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Free() })
	return s
}

func TestDimensionsAreChecked(t *testing.T) {
	for _, dim := range []int{-1, 0, DimMax + 1} {
		if _, err := New(dim); !errors.Is(err, ErrDim) {
			t.Errorf("New(%d): %v", dim, err)
		}
	}
	s := newStore(t, 3)
	if _, err := s.Add("", []float32{1, 2}); !errors.Is(err, ErrDim) {
		t.Errorf("short vector: %v", err)
	}
}

func TestBytesAreLittleEndianFloats(t *testing.T) {
	vec := []float32{1.5, 0, float32(math.Inf(1)), float32(math.Copysign(0, -1))}
	s := newStore(t, len(vec))
	id, err := s.Add("", vec)
	if err != nil {
		t.Fatal(err)
	}
	var want []byte
	for _, x := range vec {
		want = binary.LittleEndian.AppendUint32(want, math.Float32bits(x))
	}
	if s.Bytes(id) != string(want) {
		t.Fatalf("% x, want % x", s.Bytes(id), want)
	}
	plain, _ := s.Add("", []float32{1.5, 0, float32(math.Inf(1)), 0})
	if plain == id {
		t.Fatal("0 and -0 share an id: the bytes would not come back")
	}
}

// Random adds and releases against a map, in several groups.
func TestInterningEqualsModel(t *testing.T) {
	for _, dim := range []int{1, 2, 33} {
		t.Run(fmt.Sprint(dim), func(t *testing.T) {
			s := newStore(t, dim)
			rng := rand.New(rand.NewPCG(5, uint64(dim)))
			type key struct {
				group string
				vec   string
			}
			ids := map[key]uint32{}
			refs := map[key]int{}
			var keys []key
			for step := range 30000 {
				if len(keys) > 0 && (rng.IntN(5) < 2 || step > 25000) {
					i := rng.IntN(len(keys))
					k := keys[i]
					s.Release(ids[k])
					if refs[k]--; refs[k] == 0 {
						delete(ids, k)
						delete(refs, k)
						keys[i] = keys[len(keys)-1]
						keys = keys[:len(keys)-1]
					}
				} else {
					vec := make([]float32, dim)
					for i := range vec {
						vec[i] = float32(rng.IntN(2000 / dim))
					}
					k := key{fmt.Sprint(rng.IntN(9)), string(vectorBytes(vec))}
					id, err := s.Add(k.group, vec)
					if err != nil {
						t.Fatal(err)
					}
					if old, ok := ids[k]; ok && old != id {
						t.Fatalf("step %d: id %d, the equal vector has %d", step, id, old)
					} else if !ok {
						keys = append(keys, k)
					}
					ids[k] = id
					refs[k]++
				}
				if s.Len() != len(ids) {
					t.Fatalf("step %d: %d vectors, want %d", step, s.Len(), len(ids))
				}
			}
			seen := map[uint32]bool{}
			for k, id := range ids {
				if s.Bytes(id) != k.vec || int(s.Refs(id)) != refs[k] || seen[id] {
					t.Fatalf("id %d is damaged", id)
				}
				seen[id] = true
			}
		})
	}
}

// Vectors of a group lie in runs although groups grow interleaved.
func TestGroupsAreContiguous(t *testing.T) {
	s := newStore(t, 4)
	const groups, each = 10, 2000
	var ids [groups][]uint32
	for i := range each {
		for g := range groups {
			id, err := s.Add(fmt.Sprint(g), []float32{float32(i), 1, 2, 3})
			if err != nil {
				t.Fatal(err)
			}
			ids[g] = append(ids[g], id)
		}
	}
	for g := range ids {
		breaks := 0
		for i := 1; i < each; i++ {
			if ids[g][i] != ids[g][i-1]+1 {
				breaks++
			}
		}
		if breaks > 40 {
			t.Errorf("group %d has %d breaks", g, breaks)
		}
	}
	if reserved := int(s.next); reserved > groups*each*5/4+groups*runSlotsMin {
		t.Errorf("%d slots reserved for %d vectors", reserved, groups*each)
	}
}

func TestEmptyGroupGivesItsSlotsBack(t *testing.T) {
	s := newStore(t, 8)
	for round := range 50 {
		var ids []uint32
		for i := range 300 {
			id, err := s.Add(fmt.Sprint("round", round), []float32{float32(i), 0, 0, 0, 0, 0, 0, 9})
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, id)
		}
		for _, id := range ids {
			s.Release(id)
			if slices.ContainsFunc(s.At(id), func(x float32) bool { return x != 0 }) {
				t.Fatal("a released vector is still there")
			}
		}
	}
	if s.next > 600 {
		t.Fatalf("%d slots taken for 300 vectors at a time", s.next)
	}
}

func TestMemoryOfAHundredThousand(t *testing.T) {
	if testing.Short() {
		t.Skip("300 ms and 200 MB")
	}
	s := newStore(t, 384)
	vec := make([]float32, 384)
	for i := range 100_000 {
		vec[0], vec[383] = float32(i), 1
		if _, err := s.Add("", vec); err != nil {
			t.Fatal(err)
		}
	}
	if mb := float64(s.SizeBytes()) / 1e6; mb > 200 {
		t.Fatalf("%.1f MB for 100,000 vectors of 384 dimensions, want at most 200", mb)
	}
}

// The stored error bounds the quantisation error of every kind of vector.
func TestCodeErrorIsABound(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 9))
	for range 2000 {
		vec := make([]float32, 1+rng.IntN(100))
		size := math.Exp2(float64(rng.IntN(60) - 30))
		for i := range vec {
			vec[i] = float32(rng.NormFloat64() * size)
			if rng.IntN(10) == 0 {
				vec[i] *= 100
			}
		}
		q := NewQuery(vec)
		var errSq float64
		for i, x := range vec {
			d := float64(x) - float64(q.Scale)*float64(q.Codes[i])
			errSq += d * d
		}
		if math.Sqrt(errSq) > float64(q.Err) {
			t.Fatalf("error %v above its bound %v", math.Sqrt(errSq), q.Err)
		}
		if float64(q.Err) > 0.6*float64(q.Scale)*math.Sqrt(float64(len(vec))) {
			t.Fatalf("bound %v is not half a step of %v per element", q.Err, q.Scale)
		}
	}
	for _, x := range []float32{float32(math.NaN()), float32(math.Inf(-1)), 3e38, 1e-30} {
		if q := NewQuery([]float32{x, x}); !math.IsInf(float64(q.Err), 1) {
			t.Errorf("%v has the bound %v", x, q.Err)
		}
	}
	if len(NewQuery([]float32{1}).Codes)%distance.CodeAlign != 0 {
		t.Error("codes are not padded")
	}
}

// Readers follow a published count while the writer grows the store. For the race detector.
func TestReadersBesideTheWriter(t *testing.T) {
	s := newStore(t, 100)
	const total = 20000
	ids := make([]uint32, total)
	var published atomic.Int64
	var readers sync.WaitGroup
	for range 2 {
		readers.Add(1)
		go func() {
			defer readers.Done()
			for n := int64(0); n < total; {
				n = published.Load()
				if n > 0 {
					i := rand.Int64N(n)
					if v := s.At(ids[i]); v[0] != float32(i) {
						t.Errorf("vector %d is %v", i, v[0])
						return
					}
				}
			}
		}()
	}
	vec := make([]float32, 100)
	for i := range total {
		vec[0] = float32(i)
		id, err := s.Add("", vec)
		if err != nil {
			t.Error(err)
		}
		ids[i] = id
		published.Store(int64(i + 1))
	}
	readers.Wait()
}
