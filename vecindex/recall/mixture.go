package recall

import (
	"math"
	"math/rand/v2"
)

// Mixture makes vectors like text embeddings: clusters with Zipf weights, their centres in a
// shared subspace, each with a few directions of its own, a little noise everywhere, unit
// length. The same seed gives the same vectors.
type Mixture struct {
	rng      *rand.Rand
	dim      int
	shared   [][]float32
	clusters []cluster
	total    float64 // sum of the weights 1/(i+1)
}

type cluster struct {
	centre     []float32
	directions [][]float32
}

const (
	sharedDims  = 48
	clusterDims = 16
	noise       = 0.02
	spread      = 0.5
)

// NewMixture returns a source of vectors with dim dimensions in the given number of clusters.
func NewMixture(seed uint64, dim, clusters int) *Mixture {
	m := &Mixture{rng: rand.New(rand.NewPCG(seed, 0x5eed)), dim: dim}
	for range min(sharedDims, dim) {
		m.shared = append(m.shared, m.direction())
	}
	for i := range clusters {
		c := cluster{centre: make([]float32, dim)}
		for _, d := range m.shared {
			add(c.centre, d, m.rng.NormFloat64())
		}
		normalize(c.centre)
		for range min(clusterDims, dim) {
			c.directions = append(c.directions, m.direction())
		}
		m.clusters = append(m.clusters, c)
		m.total += 1 / float64(i+1)
	}
	return m
}

// Next returns a vector and the number of its cluster.
func (m *Mixture) Next() (vec []float32, cluster int) {
	u := m.rng.Float64() * m.total
	for u -= 1; u > 0 && cluster < len(m.clusters)-1; u -= 1 / float64(cluster+1) {
		cluster++
	}
	c := &m.clusters[cluster]
	vec = make([]float32, m.dim)
	copy(vec, c.centre)
	for _, d := range c.directions {
		add(vec, d, m.rng.NormFloat64()*spread/math.Sqrt(clusterDims))
	}
	for i := range vec {
		vec[i] += float32(m.rng.NormFloat64() * noise)
	}
	normalize(vec)
	return vec, cluster
}

// Vectors returns n vectors and their clusters.
func (m *Mixture) Vectors(n int) (vecs [][]float32, clusters []int) {
	for range n {
		v, c := m.Next()
		vecs, clusters = append(vecs, v), append(clusters, c)
	}
	return vecs, clusters
}

func (m *Mixture) direction() []float32 {
	v := make([]float32, m.dim)
	for i := range v {
		v[i] = float32(m.rng.NormFloat64())
	}
	normalize(v)
	return v
}

func add(v, d []float32, size float64) {
	for i := range v {
		v[i] += d[i] * float32(size)
	}
}

func normalize(v []float32) {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	for i := range v {
		v[i] /= float32(math.Sqrt(sum))
	}
}
