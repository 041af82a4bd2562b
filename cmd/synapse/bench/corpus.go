package bench

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"synapse/vecindex/distance"
	"synapse/vecindex/recall"
)

// corpus is the memories of a run: the same for both servers and for every run of a size.
//
// A tenth of the rows is one namespace, a fifth are namespaces of 1,000, a tenth of 100, a
// twentieth of 10, and the rest are namespaces of 50. Namespaces and meanings are independent.
type corpus struct {
	dim     int
	vectors [][]float32
	ns      []int32 // row -> namespace
	names   []string
	rows    [][]int32 // namespace -> rows
	queries [][]float32
}

const (
	topK        = 10
	clusters    = 500
	corpusSeed  = 384
	queryCount  = 200
	sampleWords = "refund order invoice meeting flight hotel budget password deploy release customer ticket answer " +
		"preference colour allergy birthday address contract deadline report summary meeting lunch garden train server"
)

// selectivities are the sizes of namespaces that searches filter on; 0 is no filter, and tenth a
// tenth of the rows.
const tenth = -1

func newCorpus(rows, dim int) *corpus {
	c := &corpus{dim: dim}
	mix := recall.NewMixture(corpusSeed, dim, clusters)
	c.vectors, _ = mix.Vectors(rows)
	c.queries, _ = mix.Vectors(queryCount)
	c.ns = make([]int32, rows)
	rng := rand.New(rand.NewPCG(corpusSeed, 1))
	order := rng.Perm(rows)
	for _, part := range []struct{ share, size int }{{rows / 10, rows / 10}, {rows / 5, 1000}, {rows / 10, 100}, {rows / 20, 10}, {rows, 50}} {
		for n := 0; n < part.share && len(order) > 0; {
			take := min(part.size, len(order))
			id := int32(len(c.names))
			c.names = append(c.names, fmt.Sprintf("bench:%d:%d", part.size, id))
			var members []int32
			for _, row := range order[:take] {
				c.ns[row] = id
				members = append(members, int32(row))
			}
			c.rows = append(c.rows, members)
			order, n = order[take:], n+take
		}
	}
	return c
}

// namespaces returns those of a size.
func (c *corpus) namespaces(size int) []int32 {
	if size == tenth {
		return []int32{0}
	}
	var list []int32
	for i, rows := range c.rows {
		if i > 0 && len(rows) == size {
			list = append(list, int32(i))
		}
	}
	return list
}

// truth is the exact answer over a namespace, or over all rows when ns < 0.
func (c *corpus) truth(query []float32, ns int32) recall.Truth {
	vectors := c.vectors
	if ns >= 0 {
		vectors = nil
		for _, row := range c.rows[ns] {
			vectors = append(vectors, c.vectors[row])
		}
	}
	return recall.Exact(distance.Cosine, vectors, query, topK, nil)
}

// content is the text of a row, some eighty bytes.
func content(row int) string {
	words := strings.Fields(sampleWords)
	var b strings.Builder
	for i := range 12 {
		b.WriteString(words[(row*(i+3)+i*i*7)%len(words)])
		b.WriteByte(' ')
	}
	b.WriteString(strconv.Itoa(row))
	return b.String()
}

func metadata(row int) string {
	return fmt.Sprintf(`{"team": "team-%d", "source": "chat", "turn": %d}`, row%10, row%97)
}

// vectorText is a vector as SQL reads it, with digits enough to be the same float32.
func vectorText(v []float32) []byte {
	b := []byte{'['}
	for i, x := range v {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendFloat(b, float64(x), 'g', -1, 32)
	}
	return append(b, ']')
}

// schema creates the tables on a server, indexes apart.
func schema(dim int, synapse bool) string {
	with := ""
	if synapse {
		with = " WITH (synapse.namespace = 'ns')"
	}
	ddl := `DROP TABLE IF EXISTS bench_memories, bench_facts, bench_events;
CREATE EXTENSION IF NOT EXISTS vector;
CREATE TABLE bench_memories (id bigint PRIMARY KEY, ns text NOT NULL, content text, metadata jsonb, salience real,
  ts timestamptz, embedding vector(%d))%s;
CREATE TABLE bench_facts (ns text NOT NULL, key text NOT NULL, value jsonb, PRIMARY KEY (ns, key))%s;
CREATE TABLE bench_events (id bigserial PRIMARY KEY, ns text NOT NULL, ts timestamptz DEFAULT now(), payload jsonb)%s;`
	return fmt.Sprintf(ddl, dim, with, with, with)
}

// indexes are those a careful user of pgvector makes.
var indexes = []string{
	"CREATE INDEX bench_memories_ns ON bench_memories (ns)",
	"CREATE INDEX bench_memories_metadata ON bench_memories USING gin (metadata)",
	"CREATE INDEX bench_memories_embedding ON bench_memories USING hnsw (embedding vector_cosine_ops)",
}

// rowReader is the memories in COPY's text format.
type rowReader struct {
	c   *corpus
	row int
	buf bytes.Buffer
}

func (r *rowReader) Read(p []byte) (int, error) {
	for r.buf.Len() < len(p) && r.row < len(r.c.vectors) {
		i := r.row
		fmt.Fprintf(&r.buf, "%d\t%s\t%s\t%s\t%g\t2026-01-01 %02d:%02d:%02d+00\t", i, r.c.names[r.c.ns[i]], content(i), metadata(i),
			float64(i%100)/100, i/3600%24, i/60%60, i%60)
		r.buf.Write(vectorText(r.c.vectors[i]))
		r.buf.WriteByte('\n')
		r.row++
	}
	return r.buf.Read(p)
}
