package storage

// Stats are figures for monitoring, as of the call.
type Stats struct {
	Watermark    Timestamp
	ClockLag     Timestamp // how far the clock is behind the newest timestamp
	Pending      int       // commits that are logged but not yet published
	Failed       bool      // the log has failed: no commit is accepted
	Locks        int       // things locked or waited for
	Tables       int
	LiveRows     int64
	Versions     int64 // committed row versions in memory
	PayloadBytes int64 // of rows, without vectors and indexes
	VectorBytes  int64
}

// Stats collects the figures; it looks at every table.
func (s *Store) Stats() Stats {
	st := Stats{Watermark: s.Watermark(), ClockLag: s.ClockLag()}
	s.seq.mu.Lock()
	st.Pending, st.Failed = len(s.seq.pending), s.seq.failed != nil
	s.seq.mu.Unlock()
	s.locks.mu.Lock()
	st.Locks = len(s.locks.locks)
	s.locks.mu.Unlock()
	for _, t := range s.allTables() {
		t.mu.RLock()
		st.Tables++
		st.LiveRows += t.liveRows.Last()
		st.Versions += int64(t.versions.n)
		st.PayloadBytes += int64(t.data.Bytes())
		for _, v := range t.vectors {
			st.VectorBytes += v.store.SizeBytes()
		}
		t.mu.RUnlock()
	}
	return st
}

func (s *Store) allTables() []*table {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := make([]*table, 0, len(s.tables))
	for _, t := range s.tables {
		out = append(out, t)
	}
	return out
}
