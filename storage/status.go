package storage

import (
	"context"

	"synapse/catalog"
	"synapse/vecindex"
)

// Catalog returns the newest published catalog.
func (s *Store) Catalog() *catalog.Catalog {
	c, err := s.catalog.at(s.Watermark())
	if err != nil {
		return catalog.Empty(s.hooks.Virtuals)
	}
	return c
}

// Checkpoint brings both snapshot files up to the log and lets go of what the
// log no longer needs.
func (s *Store) Checkpoint(ctx context.Context) error {
	if s.snapshots == nil {
		return nil
	}
	return s.snapshots.CatchUp(ctx)
}

// Metric is one number that operators watch.
type Metric struct {
	Name, Help string
	Counter    bool
	Value      func() float64
}

// Metrics lists what the store tells about itself; names are without prefix.
func (s *Store) Metrics() []Metric {
	out := []Metric{
		{"watermark_seconds", "Newest published commit, Unix time.", false, func() float64 {
			return float64(s.Watermark())/1e6 + 946_684_800
		}},
		{"clock_lag_seconds", "How far the clock stands behind the reserved ceiling.", false, func() float64 { return float64(s.ClockLag()) / 1e6 }},
		{"open_snapshots", "Transactions and reads of the past that hold their moment.", false, func() float64 { return float64(s.active.count()) }},
		{"memory_slabs_bytes", "Vectors and graphs outside the Go heap.", false, func() float64 { return float64(vecindex.MemoryBytes()) }},
	}
	if b := s.budget; b != nil {
		out = append(out,
			Metric{"memory_budget_bytes", "What the process may use.", false, func() float64 { return float64(b.total) }},
			Metric{"memory_used_bytes", "What it uses, garbage included while there is room for it.", false, func() float64 { return float64(b.used.Load() + b.grown.Load()) }},
			Metric{"memory_refused_total", "Writes refused because memory was short.", true, func() float64 { return float64(b.refused.Load()) }},
		)
	}
	return out
}
