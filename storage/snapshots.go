package storage

import "sync"

// activeSnapshots are the moments that running transactions read. AS OF reads
// are not among them: they look at tables that keep their history.
type activeSnapshots struct {
	mu sync.Mutex // guards at
	at map[uint64]Timestamp
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

// drop forgets a transaction.
func (a *activeSnapshots) drop(txn uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.at, txn)
}

// horizon is the oldest moment that a transaction reads or may begin to read.
func (a *activeSnapshots) horizon(q *sequencer) Timestamp {
	a.mu.Lock()
	defer a.mu.Unlock()
	oldest := q.published()
	for _, at := range a.at {
		oldest = min(oldest, at)
	}
	return oldest
}
