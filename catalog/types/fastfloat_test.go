package types

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"synapse/sqltests/seed"
)

func FuzzShortFloat32(f *testing.F) {
	for _, s := range []string{"0.1", "-1e5", "1.17549435e-38", "16777217", "0.5000000298023224", "-0", "1.", ".5", "3.4028236e38", "1e-45", "9007199254740993"} {
		f.Add(s)
	}
	f.Fuzz(checkShortFloat32)
}

// checkShortFloat32 demands what strconv says of all that the short form accepts.
func checkShortFloat32(t *testing.T, s string) {
	got, end, ok := shortFloat32(s, 0)
	if !ok {
		return
	}
	want, err := strconv.ParseFloat(s[:end], 32)
	if err != nil || math.Float32bits(float32(want)) != math.Float32bits(got) {
		t.Errorf("%q: %x (%v), want %x (%v, %v)", s[:end], math.Float32bits(got), got, math.Float32bits(float32(want)), want, err)
	}
}

func TestShortFloat32(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed.Of(t), 1))
	taken := 0
	for range 200_000 {
		x := math.Float32frombits(rng.Uint32())
		if rng.IntN(2) == 0 {
			x = float32(rng.NormFloat64() / 20)
		}
		s := strconv.FormatFloat(float64(x), "efg"[rng.IntN(3)], rng.IntN(12)-1, 32)
		if _, _, ok := shortFloat32(s, 0); ok {
			taken++
		}
		checkShortFloat32(t, s)
		// Half way between two float32, and beside it.
		next := math.Nextafter32(x, 2)
		mid := (float64(x) + float64(next)) / 2
		checkShortFloat32(t, strconv.FormatFloat(mid, 'g', rng.IntN(17)-1, 64))
	}
	if taken < 50_000 {
		t.Errorf("only %d of 200,000 numbers are read the short way", taken)
	}
}
