package storage

import "sync"

// activeSnapshots are the moments that somebody reads.
type activeSnapshots struct {
	mu sync.Mutex // guards the maps, and that table.reclaimed moves past none of them
	at map[uint64]Timestamp
	// past are the moments of AS OF reads, and the beginnings of the periods whose
	// versions transactions read: they hold back reclaim of tables with history,
	// but not compaction of those without, which they cannot read.
	past map[uint64]Timestamp
}

// take gives a transaction the newest published moment. The moment is known to
// horizon before anybody can move on.
func (a *activeSnapshots) take(txn uint64, q *sequencer) Timestamp {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.at == nil {
		a.at = map[uint64]Timestamp{}
	}
	at := q.published()
	if _, begun := a.at[txn]; !begun {
		a.at[txn] = at // the first stays: cursors of earlier commands may still be open
	}
	return at
}

// pin keeps what is visible at a past moment until drop; id is a transaction's or
// a view's. Of several moments the first in time counts.
func (a *activeSnapshots) pin(id uint64, at Timestamp) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.past == nil {
		a.past = map[uint64]Timestamp{}
	}
	if have, ok := a.past[id]; !ok || at < have {
		a.past[id] = at
	}
}

// count is the number of transactions and views that hold a moment.
func (a *activeSnapshots) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.at) + len(a.past)
}

// drop forgets a transaction or a view.
func (a *activeSnapshots) drop(id uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.at, id)
	delete(a.past, id)
}

// horizon is the oldest moment that a transaction reads or may begin to read.
func (a *activeSnapshots) horizon(q *sequencer) Timestamp {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.oldest(q)
}

func (a *activeSnapshots) oldest(q *sequencer) Timestamp {
	oldest := q.published()
	for _, at := range a.at {
		oldest = min(oldest, at)
	}
	return oldest
}

// advance moves a table's horizon to begin, or as far as its readers let it. ok
// is false, and nothing has moved, where nothing would be gained: what was closed
// first, at `closed`, is still needed.
func (a *activeSnapshots) advance(t *table, begin, closed Timestamp, q *sequencer) (horizon Timestamp, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	horizon = min(begin, a.oldestOfAll(q))
	horizon = max(horizon, Timestamp(t.reclaimed.Load()))
	if closed > horizon {
		return 0, false
	}
	t.reclaimed.Store(int64(horizon))
	return horizon, true
}
