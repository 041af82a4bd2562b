package ops

import (
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"synapse/wire/session"
)

func TestNamespaceLabelsAreBounded(t *testing.T) {
	r, e := prometheus.NewRegistry(), &session.Engine{}
	registerMemory(r, e)
	for i := range 3 * namespaceLabelsMax {
		ns := fmt.Sprint("ns-", i)
		e.OnRecall(ns, time.Millisecond, 2)
		e.OnCache(ns, i%2 == 0)
		e.OnEvict(ns, 3)
	}
	list, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 4 {
		t.Errorf("%d metrics", len(list))
	}
	for _, f := range list {
		sum, other := 0.0, 0.0
		for _, m := range f.Metric {
			v := m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
			sum += v
			if m.Label[0].GetValue() == otherNamespaces {
				other += v
			}
		}
		if n := len(f.Metric); n > 2*(namespaceLabelsMax+1) || sum < 3*namespaceLabelsMax || other != sum*2/3 {
			t.Errorf("%s: %d series, sum %v, of others %v", f.GetName(), n, sum, other)
		}
	}
}
