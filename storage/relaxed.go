package storage

import (
	"context"
	"time"
)

// syncRelaxed syncs the log every RelaxedWindow.
func (s *Store) syncRelaxed(ctx context.Context) {
	tick := time.NewTicker(RelaxedWindow)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := s.journal.Sync(context.Background(), s.journal.Last()); err != nil {
			_ = s.seq.fail(err)
			return
		}
	}
}
