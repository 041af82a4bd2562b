package distance

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"
)

// eachLevel runs the test at every instruction set that this CPU has.
func eachLevel(t *testing.T, run func(t *testing.T)) {
	t.Helper()
	top := best()
	defer func() { level = top }()
	for l := Scalar; l <= top; l++ {
		if l == NEON && top > NEON {
			continue
		}
		level = l
		t.Run(l.String(), run)
	}
}

func dims() []int {
	var d []int
	for i := 1; i <= 70; i++ {
		d = append(d, i)
	}
	return append(d, 127, 384, 385, 768, 1535, 1536, 16000)
}

// guarded returns n float32 whose last byte is followed by NaNs, so that a kernel
// that reads too far gives a wrong sum.
func guarded(rng *rand.Rand, n int) []float32 {
	all := make([]float32, n+32)
	for i := range all {
		all[i] = float32(rng.NormFloat64())
	}
	for i := n; i < len(all); i++ {
		all[i] = float32(math.NaN())
	}
	return all[:n:n]
}

func TestFloatKernelsWithinSlack(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 1))
		for _, n := range dims() {
			q := guarded(rng, n)
			rows := [4][]float32{guarded(rng, n), guarded(rng, n), guarded(rng, n), guarded(rng, n)}
			ptrs := Rows4{&rows[0][0], &rows[1][0], &rows[2][0], &rows[3][0]}
			for _, k := range []struct {
				name string
				one  func(a, b []float32) float32
				four func(q []float32, rows *Rows4, out *[4]float32)
				term func(x, y float64) float64
			}{
				{"dot", Dot, Dot4, func(x, y float64) float64 { return x * y }},
				{"l2", L2Squared, L2Squared4, func(x, y float64) float64 { return (x - y) * (x - y) }},
				{"l1", L1Sum, L1Sum4, func(x, y float64) float64 { return math.Abs(x - y) }},
			} {
				var out [4]float32
				k.four(q, &ptrs, &out)
				for j, row := range rows {
					var want, size float64
					for i := range q {
						term := k.term(float64(q[i]), float64(row[i]))
						want += term
						size += math.Abs(term)
					}
					for form, got := range map[string]float32{"one": k.one(q, row), "four": out[j]} {
						if !(math.Abs(float64(got)-want) <= size*Slack(n)) {
							t.Fatalf("%s/%s of %d: %v, want %v", k.name, form, n, got, want)
						}
					}
				}
			}
		}
	})
}

func TestInt8KernelsExact(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 1))
		for n := CodeAlign; n <= PaddedLen(16000); n += CodeAlign * (1 + n/512) {
			for _, fill := range []func() int8{
				func() int8 { return int8(rng.IntN(255) - 127) },
				func() int8 { return 127 },
				func() int8 { return -127 },
			} {
				var codes [5][]int8
				for j := range codes {
					codes[j] = make([]int8, n+64)
					for i := range codes[j] {
						codes[j][i] = fill()
					}
					codes[j] = codes[j][:n]
				}
				ptrs := [4]*int8{&codes[1][0], &codes[2][0], &codes[3][0], &codes[4][0]}
				var out [4]int32
				DotInt8x4(codes[0], &ptrs, &out)
				for j, got := range out {
					var want int32
					for i := range n {
						want += int32(codes[0][i]) * int32(codes[j+1][i])
					}
					if got != want || DotInt8(codes[0], codes[j+1]) != want {
						t.Fatalf("%d codes, row %d: %d, want %d", n, j, got, want)
					}
				}
			}
		}
	})
}

// The canonical sums have the same bits at every level.
func TestExactIsTheSameEverywhere(t *testing.T) {
	type key struct {
		metric Metric
		dim    int
	}
	want := map[key]uint64{}
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(7, 7))
		for _, n := range dims() {
			a, b := guarded(rng, n), guarded(rng, n)
			for i := range a { // spread the exponents: order of summation shows
				a[i] *= float32(math.Exp2(float64(rng.IntN(40) - 20)))
			}
			for m := L2; m <= L1; m++ {
				got := math.Float64bits(Exact(m, a, b))
				if level == Scalar {
					want[key{m, n}] = got
				} else if want[key{m, n}] != got {
					t.Fatalf("%v of %d: %x, plain Go gives %x", m, n, got, want[key{m, n}])
				}
			}
		}
	})
}

// The bits are the same on every architecture: the digest was computed on amd64.
func TestExactIsTheSameOnOtherProcessors(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	digest := uint64(0)
	for _, n := range dims() {
		a, b := guarded(rng, n), guarded(rng, n)
		for m := L2; m <= L1; m++ {
			digest = digest*0x9E3779B97F4A7C15 + math.Float64bits(Exact(m, a, b))
		}
	}
	if want := uint64(0x509ea52645f9abd1); digest != want {
		t.Fatalf("digest %#x, want %#x", digest, want)
	}
}

func TestNonFiniteValues(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	eachLevel(t, func(t *testing.T) {
		for n := 1; n <= 40; n++ {
			for at := range n {
				q, row := make([]float32, n), make([]float32, n)
				for i := range q {
					q[i], row[i] = 1, 2
				}
				row[at] = nan
				if !isNaN(Dot(q, row)) || !isNaN(L2Squared(q, row)) || !isNaN(L1Sum(q, row)) || !math.IsNaN(Exact(Cosine, q, row)) {
					t.Fatalf("NaN at %d of %d is lost", at, n)
				}
				row[at] = inf
				if Dot(q, row) != inf || L2Squared(q, row) != inf || L1Sum(q, row) != inf || !math.IsInf(Exact(L2, q, row), 1) {
					t.Fatalf("Inf at %d of %d is lost", at, n)
				}
				q[at], row[at] = inf, inf
				if !isNaN(L2Squared(q, row)) || !isNaN(L1Sum(q, row)) {
					t.Fatalf("Inf-Inf at %d of %d is not NaN", at, n)
				}
			}
		}
	})
}

func isNaN(x float32) bool { return x != x }

func TestRowsAndGather(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for _, n := range []int{1, 7, 25, 384} {
		for rows := range 11 {
			q, block := guarded(rng, n), guarded(rng, n*rows)
			ids := make([]uint32, rows)
			for i := range ids {
				ids[i] = uint32(rng.IntN(rows))
			}
			out, gathered := make([]float32, rows), make([]float32, rows)
			for _, k := range []struct {
				rows   func(q, block, out []float32)
				gather func(q, block []float32, ids []uint32, out []float32)
				exact  func(a, b []float32) float64
			}{
				{DotRows, DotGather, exactDot}, {L2SquaredRows, L2SquaredGather, exactL2Squared}, {L1SumRows, nil, exactL1},
			} {
				k.rows(q, block, out)
				for i := range rows {
					near(t, out[i], k.exact(q, block[i*n:(i+1)*n]))
				}
				if k.gather == nil {
					continue
				}
				k.gather(q, block, ids, gathered)
				for i, id := range ids {
					near(t, gathered[i], k.exact(q, block[int(id)*n:int(id+1)*n]))
				}
			}
		}
	}
}

func near(t *testing.T, got float32, want float64) {
	t.Helper()
	if math.Abs(float64(got)-want) > 1e-3*(1+math.Abs(want)) {
		t.Fatalf("%v, want %v", got, want)
	}
}

// Values that pgvector 0.8 prints.
func TestExactGivesPgvectorsResults(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		metric Metric
		a, b   []float32
		want   float64
	}{
		{L2, []float32{0, 0}, []float32{3, 4}, 5},
		{L2, []float32{0, 0}, []float32{0, 1}, 1},
		{L2, []float32{3e38}, []float32{-3e38}, inf},
		{L2, []float32{1, 1, 1, 1, 1, 1, 1, 1, 1}, []float32{1, 1, 1, 1, 1, 1, 1, 4, 5}, 5},
		{InnerProduct, []float32{1, 2}, []float32{3, 4}, -11},
		{InnerProduct, []float32{3e38}, []float32{4}, -inf},
		{Cosine, []float32{1, 2}, []float32{2, 4}, 0},
		{Cosine, []float32{1, 2}, []float32{0, 0}, nan},
		{Cosine, []float32{1, 1}, []float32{1, 1}, 0},
		{Cosine, []float32{1, 0}, []float32{0, 2}, 1},
		{Cosine, []float32{1, 1}, []float32{-1, -1}, 2},
		{Cosine, []float32{1, 1}, []float32{1.1, 1.1}, 0},
		{Cosine, []float32{1, 1}, []float32{-1.1, -1.1}, 2},
		{Cosine, []float32{3e38}, []float32{4e37}, nan},
		{Cosine, []float32{1, 2, 3, 4, 5, 6, 7, 8, 9}, []float32{1, 2, 3, 4, 5, 6, 7, 8, 9}, 0},
		{L1, []float32{0, 0}, []float32{3, 4}, 7},
		{L1, []float32{3e38}, []float32{-3e38}, inf},
		{L2, []float32{1}, []float32{1, 2}, nan},
	} {
		t.Run(fmt.Sprint(c.metric, c.a, c.b), func(t *testing.T) {
			got := Exact(c.metric, c.a, c.b)
			if got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
				t.Fatalf("%v, want %v", got, c.want)
			}
		})
	}
}

func BenchmarkKernels(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{384, 1536} {
		q := guarded(rng, n)
		codes := make([]int8, n)
		for i := range codes {
			codes[i] = int8(rng.IntN(255) - 127)
		}
		rows := Rows4{&q[0], &q[0], &q[0], &q[0]}
		codeRows := [4]*int8{&codes[0], &codes[0], &codes[0], &codes[0]}
		var out [4]float32
		var dots [4]int32
		top := best()
		for l := Scalar; l <= top; l++ {
			if l == NEON && top > NEON {
				continue
			}
			level = l
			b.Run(fmt.Sprintf("%d/%v/dot4", n, l), func(b *testing.B) {
				for b.Loop() {
					dot4(unsafe.SliceData(q), &rows, n, &out)
				}
			})
			b.Run(fmt.Sprintf("%d/%v/int8x4", n, l), func(b *testing.B) {
				for b.Loop() {
					DotInt8x4(codes, &codeRows, &dots)
				}
			})
			b.Run(fmt.Sprintf("%d/%v/exactCosine", n, l), func(b *testing.B) {
				for b.Loop() {
					Exact(Cosine, q, q)
				}
			})
		}
		level = top
	}
}
