package ops

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"synapse/wire/session"
)

// namespaceLabelsMax bounds the namespaces that have a label of their own; those that come later
// share one. Each costs some twenty time series.
const namespaceLabelsMax = 100

const otherNamespaces = "(other)"

// labels gives namespaces their labels.
type labels struct {
	mu    sync.Mutex
	known map[string]bool
}

func (l *labels) of(ns string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known[ns] {
		return ns
	}
	if len(l.known) >= namespaceLabelsMax {
		return otherNamespaces
	}
	l.known[ns] = true
	return ns
}

// registerMemory adds the metrics of recalls and of the answer cache, by namespace.
func registerMemory(r *prometheus.Registry, e *session.Engine) {
	l := &labels{known: map[string]bool{}}
	byNS := []string{"ns"}
	took := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: "synapse", Name: "recall_seconds", Help: "Time of a recall, by namespace.",
		Buckets: prometheus.ExponentialBuckets(0.0001, 2, 16), // 0.1 ms to 3.3 s
	}, byNS)
	returned := prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: "synapse", Name: "recall_hits_total", Help: "Entries that recalls returned, by namespace.",
	}, byNS)
	asked := prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: "synapse", Name: "answer_cache_total", Help: "Questions to the answer cache, by namespace and result (hit or miss).",
	}, []string{"ns", "result"})
	evicted := prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: "synapse", Name: "evictions_total", Help: "Entries that policies of forgetting removed, by namespace.",
	}, byNS)
	r.MustRegister(took, returned, asked, evicted)
	e.OnEvict = func(ns string, entries int) { evicted.WithLabelValues(l.of(ns)).Add(float64(entries)) }
	e.OnRecall = func(ns string, d time.Duration, hits int) {
		label := l.of(ns)
		took.WithLabelValues(label).Observe(d.Seconds())
		returned.WithLabelValues(label).Add(float64(hits))
	}
	e.OnCache = func(ns string, hit bool) {
		result := "miss"
		if hit {
			result = "hit"
		}
		asked.WithLabelValues(l.of(ns), result).Inc()
	}
}
