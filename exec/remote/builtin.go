package remote

import (
	"context"
	"math"

	"github.com/cespare/xxhash/v2"

	"synapse/exec/analysis"
)

// BuiltinDimensions is the length of the built-in embedder's vectors.
const BuiltinDimensions = 384

// BuiltinModel names the built-in embedder's vectors; a change of its formula changes the name.
const BuiltinModel = "builtin-hash-v1"

// Weights of the features of one word beside its stem (1). They are not fitted to
// any data set: a word's inner trigrams should together weigh less than the
// word, a pair of neighbours less than its words.
const (
	trigramWeight = 0.35
	pairWeight    = 0.5
)

// probes is how many coordinates each feature is spread over: fewer collisions
// decide a similarity alone.
const probes = 2

// Builtin embeds by signed feature hashing (Weinberger et al. 2009): stems,
// character trigrams of words (so that inflections and misspellings meet) and
// pairs of neighbouring stems are hashed onto coordinates with a sign, weighted
// by 1+ln(count), and the sum is normalised to length 1. Text without a word
// gives a fixed unit vector, so that cosine distances are always defined.
type Builtin struct{}

// Model implements the engine's Embedder.
func (Builtin) Model() string { return BuiltinModel }

// Dimensions implements the engine's Embedder.
func (Builtin) Dimensions() int { return BuiltinDimensions }

// Embed implements the engine's Embedder.
func (Builtin) Embed(_ context.Context, texts []string) ([][]float32, error) {
	out := make([][]float32, len(texts))
	for i, t := range texts {
		out[i] = embedOne(t)
	}
	return out, nil
}

func embedOne(text string) []float32 {
	counts := map[uint64]float64{}
	weights := map[uint64]float64{}
	add := func(kind byte, feature string, weight float64) {
		h := xxhash.New()
		h.Write([]byte{kind})
		h.WriteString(feature)
		key := h.Sum64()
		counts[key]++
		weights[key] = weight
	}
	stems := analysis.EnglishTerms(text)
	for i, s := range stems {
		add('w', s, 1)
		trigrams(s, func(g string, n int) { add('g', g, trigramWeight/math.Sqrt(float64(n))) })
		if i > 0 {
			add('p', stems[i-1]+" "+s, pairWeight)
		}
	}
	sum := make([]float64, BuiltinDimensions)
	for _, key := range sortedKeys(counts) {
		w := weights[key] * (1 + math.Log(counts[key]))
		for p := uint64(0); p < probes; p++ {
			h := mix(key + p*0x9e3779b97f4a7c15)
			v := w
			if h>>63 == 1 {
				v = -w
			}
			sum[h%BuiltinDimensions] += v
		}
	}
	return normalised(sum)
}

// trigrams calls yield for the character trigrams of ^word$; n is their number.
func trigrams(word string, yield func(g string, n int)) {
	r := []rune("^" + word + "$")
	n := len(r) - 2
	for i := 0; i < n; i++ {
		yield(string(r[i:i+3]), n)
	}
}

func normalised(sum []float64) []float32 {
	var square float64
	for _, x := range sum {
		square += x * x
	}
	out := make([]float32, len(sum))
	if square == 0 {
		out[0] = 1
		return out
	}
	inv := 1 / math.Sqrt(square)
	for i, x := range sum {
		out[i] = float32(x * inv)
	}
	return out
}

// mix is the finaliser of SplitMix64: it spreads every bit of the key.
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}
