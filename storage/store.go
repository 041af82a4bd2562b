package storage

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"

	"synapse/catalog/types"
	"synapse/storage/snapshot"
)

// Store is the database: the tables of all shards, their indexes, the catalog,
// the locks and the log. Safe for concurrent use.
type Store struct {
	options Options
	hooks   Hooks
	budget  *budget
	clock   Clock
	seq     *sequencer
	locks   *lockTable
	catalog *catalogStore
	seqs    *sequences
	shards  *shards
	journal journal
	lock    io.Closer // of the data directory, nil in memory

	graphs       *graphFiles // nil: in memory
	savingGraphs sync.Mutex  // guards savedGraphs and the files; held while they are written
	savedGraphs  map[types.OID]savedGraph

	mu     sync.RWMutex // guards tables; held for a look-up
	tables map[types.OID]*table

	active     activeSnapshots
	erasures   erasures
	reclaiming sync.Mutex // held for a round of reclaim; before all others
	lastTxn    atomic.Uint64
	closed     atomic.Bool
	snapshots  *snapshot.Pair    // nil: none
	archive    *snapshot.Archive // nil: none
	cancel     func()            // ends the background work
	stopped    sync.WaitGroup
}

func newStore(o Options, j journal) *Store {
	s := &Store{
		options: o, hooks: o.Hooks, clock: o.Clock, journal: j, budget: newBudget(o.MemoryBytes),
		seq: newSequencer(&o, j), locks: newLockTable(),
		tables: map[types.OID]*table{}, savedGraphs: map[types.OID]savedGraph{}, shards: &shards{}, cancel: func() {},
	}
	s.catalog = newCatalogStore(s)
	s.seqs = newSequences(s)
	return s
}

// Now is the clock, never below the newest published commit.
func (s *Store) Now() Timestamp { return s.seq.now() }

// Watermark is the newest published commit: what an ordinary read sees.
func (s *Store) Watermark() Timestamp { return s.seq.published() }

// table finds the rows of a table, which need not be in any catalog yet.
func (s *Store) table(id types.OID) *table {
	s.mu.RLock()
	t := s.tables[id]
	s.mu.RUnlock()
	if t != nil {
		return t
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if t = s.tables[id]; t == nil {
		t = newTable(id)
		s.tables[id] = t
	}
	return t
}

// Close ends the store: it syncs the log and gives up the directory. Views and
// transactions must be closed before.
func (s *Store) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	s.cancel()
	s.stopped.Wait()
	s.saveGraphs(context.Background(), true)
	s.seqs.settle(context.Background())
	err := s.journal.Close()
	if s.snapshots != nil {
		err = errors.Join(err, s.snapshots.Close(), s.archive.Close())
	}
	if s.lock != nil {
		err = errors.Join(err, s.lock.Close())
	}
	s.budget.close()
	return err
}
