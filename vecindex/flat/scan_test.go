package flat

import (
	"math"
	"math/rand/v2"
	"testing"

	"synapse/vecindex/distance"
	"synapse/vecindex/slab"
)

// vectorOfAnyKind draws from what breaks bounds: sizes over 40 binary orders, sparse and
// nearly equal vectors, zeros, and now and then an Inf or NaN.
func vectorOfAnyKind(rng *rand.Rand, dim int) []float32 {
	v := make([]float32, dim)
	size := math.Exp2(float64(rng.IntN(40) - 20))
	if rng.IntN(10) == 0 {
		size = math.Exp2(float64(rng.IntN(250) - 125))
	}
	offset := rng.NormFloat64() * float64(rng.IntN(2)) * 10
	for i := range v {
		if rng.IntN(4) > 0 {
			v[i] = float32((rng.NormFloat64() + offset) * size)
		}
	}
	if rng.IntN(50) == 0 {
		v[rng.IntN(dim)] = float32(math.Inf(1 - 2*rng.IntN(2)))
	}
	if rng.IntN(50) == 0 {
		v[rng.IntN(dim)] = float32(math.NaN())
	}
	return v
}

// The bounds of every step hold the canonical distance, and a vector is only rejected when
// its distance is above the limit.
func TestBoundsHoldTheExactDistance(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	for _, dim := range []int{1, 3, 24, 384} {
		store, err := slab.New(dim)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = store.Free() }()
		tight := 0
		for range 20000 {
			a, b := vectorOfAnyKind(rng, dim), vectorOfAnyKind(rng, dim)
			if rng.IntN(3) == 0 { // a near pair: cancellation
				copy(b, a)
				b[rng.IntN(dim)] *= 1 + float32(rng.NormFloat64())*1e-3
			}
			id, err := store.Add("", b)
			if err != nil {
				t.Fatal(err)
			}
			view := store.View()
			q := slab.NewQuery(a)
			for m := distance.L2; m <= distance.L1; m++ {
				s := New(view, m, q, 1)
				want := distance.Exact(m, a, b)
				if s.bounder.undefined(view.Code(id)) {
					if !math.IsNaN(want) {
						t.Fatalf("%v: %v is called undefined", m, want)
					}
					continue
				}
				if math.IsNaN(want) {
					continue
				}
				var low, high [4]float64
				s.boundFloats([]uint32{id}, &low, &high)
				within(t, m, "float", low[0], high[0], want)
				if m == distance.L1 {
					continue
				}
				dot := distance.DotInt8(q.Codes, view.Codes(id))
				codeLow, codeHigh := s.bounder.fromCodes(dot, view.Code(id))
				within(t, m, "code", codeLow, codeHigh, want)
				if !math.IsInf(codeHigh, 1) {
					tight++
				}
				if s.bounder.beyond(dot, view.Code(id), want) {
					t.Fatalf("%v: %v is beyond itself", m, want)
				}
			}
			store.Release(id)
		}
		if tight < 20000 {
			t.Errorf("%d dimensions: only %d finite bounds", dim, tight)
		}
	}
}

func within(t *testing.T, m distance.Metric, step string, low, high, want float64) {
	t.Helper()
	if !(low <= want && want <= high) {
		t.Fatalf("%v: the %s bounds are [%v, %v], the distance is %v", m, step, low, high, want)
	}
}

// On vectors like embeddings the codes leave few candidates to the exact step, which is why
// there are codes.
func TestCodesPrune(t *testing.T) {
	const dim, rows, k = 128, 5000, 10
	rng := rand.New(rand.NewPCG(1, 1))
	store, err := slab.New(dim)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Free() }()
	unit := func() []float32 {
		v := make([]float32, dim)
		for i := range v {
			v[i] = float32(rng.NormFloat64() / math.Sqrt(dim))
		}
		return v
	}
	var vecs, entries []uint32
	var refs []uint64
	for i := range rows {
		id, err := store.Add("", unit())
		if err != nil {
			t.Fatal(err)
		}
		vecs, entries, refs = append(vecs, id), append(entries, uint32(i)), append(refs, uint64(i))
	}
	for m := distance.L2; m <= distance.Cosine; m++ {
		s := New(store.View(), m, slab.NewQuery(unit()), k)
		s.Offer(vecs, refs, entries)
		for range k {
			s.Next()
		}
		c := s.Count()
		if c.Codes != rows || c.Floats > rows/25 || c.Exact > 3*k {
			t.Errorf("%v: %+v for %d of %d", m, c, k, rows)
		}
		if !s.Cut() {
			t.Errorf("%v: nothing was cut", m)
		}
	}
}
