package storage

import (
	"context"
	"sync"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/commitlog"
	"synapse/storage/effect"
)

// Steps by which a sequence's ceiling is raised: a busy sequence doubles its
// block up to the maximum, so that it rarely waits for the disk.
const (
	sequenceBlockMin = 32
	sequenceBlockMax = 8192
)

// firstOID is the first OID that user objects get.
const firstOID = int64(types.FirstUserOID)

// oidSequence hands out OIDs. Its own OID is not one of an object.
var oidSequence = catalog.Sequence{
	Header: catalog.Header{ID: 2, Name: "oid"}, Type: types.Int8,
	Start: firstOID, Increment: 1, Min: firstOID, Max: 1<<32 - 1, Cache: 1,
}

// sequences are the positions of all sequences. They move outside transactions.
// A value leaves only after a log record with a ceiling at or beyond it is
// synced; after a crash a sequence goes on behind its ceiling.
type sequences struct {
	store *Store
	mu    sync.Mutex // guards at; taken before a position's own
	at    map[types.OID]*position
}

// position of one sequence.
type position struct {
	mu      sync.Mutex // held while a ceiling is synced: users of one sequence wait together
	set     bool
	last    int64 // last value given out, or to be given out next if !called
	called  bool
	ceiling int64 // values up to it may leave
	logged  bool  // ceiling is valid
	block   int64
}

func newSequences(s *Store) *sequences {
	return &sequences{store: s, at: map[types.OID]*position{}}
}

func (q *sequences) of(seq *catalog.Sequence) *position {
	q.mu.Lock()
	defer q.mu.Unlock()
	p := q.at[seq.ID]
	if p == nil {
		p = &position{}
		q.at[seq.ID] = p
	}
	return p
}

// recover takes over what the log says: the ceiling counts as given out.
func (q *sequences) recover(e *effect.Effect) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.at[e.Sequence] = &position{set: true, last: e.Value, called: e.Called}
}

// settle logs exact positions, so that a clean stop leaves no gaps.
func (q *sequences) settle(ctx context.Context) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for id, p := range q.at {
		p.mu.Lock()
		if p.set && p.logged {
			_, _ = q.append(id, p.last, p.called)
		}
		p.mu.Unlock()
	}
}

func (q *sequences) append(id types.OID, value int64, called bool) (commitlog.LSN, error) {
	s := q.store
	body := effect.AppendBody(nil, []effect.Effect{{Kind: effect.Sequence, Sequence: id, Value: value, Called: called}})
	s.seq.mu.Lock()
	defer s.seq.mu.Unlock()
	if s.seq.failed != nil {
		return 0, s.seq.failed
	}
	return s.journal.Append(commitlog.Record{Type: commitlog.TypeSequence, Payload: body})
}

// save logs and syncs a ceiling. Temporary sequences stay in memory.
func (q *sequences) save(seq *catalog.Sequence, value int64, called bool) error {
	if seq.Persistence == catalog.Temporary {
		return nil
	}
	lsn, err := q.append(seq.ID, value, called)
	if err != nil {
		return err
	}
	if q.store.seq.relaxed {
		return nil
	}
	if err := q.store.journal.Sync(context.Background(), lsn); err != nil {
		return q.store.seq.fail(err)
	}
	return nil
}

// next advances the sequence. Errors: 2200H at its end, the log's.
func (q *sequences) next(ctx context.Context, seq *catalog.Sequence) (int64, error) {
	if ctx.Err() != nil {
		return 0, canceled(ctx)
	}
	p := q.of(seq)
	p.mu.Lock()
	defer p.mu.Unlock()
	v := seq.Start
	if p.set {
		v = p.last
		if p.called {
			var err error
			if v, err = step(seq, p.last); err != nil {
				return 0, err
			}
		}
	}
	if !p.within(seq, v) {
		if err := q.raise(seq, p, v); err != nil {
			return 0, err
		}
	}
	p.set, p.last, p.called = true, v, true
	return v, nil
}

// within reports whether v may leave without another log record.
func (p *position) within(seq *catalog.Sequence, v int64) bool {
	if !p.logged {
		return false
	}
	if seq.Increment > 0 {
		return v <= p.ceiling && (!p.set || v >= p.last)
	}
	return v >= p.ceiling && (!p.set || v <= p.last)
}

// raise reserves the next block, v its first value.
func (q *sequences) raise(seq *catalog.Sequence, p *position, v int64) error {
	p.block = min(max(2*p.block, sequenceBlockMin, seq.Cache), sequenceBlockMax)
	ceiling := v
	for range p.block - 1 {
		n := ceiling + seq.Increment
		if n > seq.Max || n < seq.Min || (n > ceiling) != (seq.Increment > 0) {
			break
		}
		ceiling = n
	}
	if err := q.save(seq, ceiling, true); err != nil {
		return err
	}
	p.ceiling, p.logged = ceiling, true
	return nil
}

// step returns the value after last.
func step(seq *catalog.Sequence, last int64) (int64, error) {
	n := last + seq.Increment
	switch {
	case seq.Increment > 0 && (n > seq.Max || n < last):
		if !seq.Cycle {
			return 0, sqlerr.New(sqlerr.SequenceGeneratorLimit, "nextval: reached maximum value of sequence \"%s\" (%d)", seq.Name, seq.Max)
		}
		return seq.Min, nil
	case seq.Increment < 0 && (n < seq.Min || n > last):
		if !seq.Cycle {
			return 0, sqlerr.New(sqlerr.SequenceGeneratorLimit, "nextval: reached minimum value of sequence \"%s\" (%d)", seq.Name, seq.Min)
		}
		return seq.Max, nil
	}
	return n, nil
}

// NextVal advances a sequence, outside any transaction. Errors: 2200H at its end, the log's.
func (s *Store) NextVal(ctx context.Context, seq *catalog.Sequence) (int64, error) {
	return s.seqs.next(ctx, seq)
}

// SetVal sets a sequence's position: with called false the next NextVal returns v
// itself. Errors: 22003 outside the sequence's bounds, the log's.
func (s *Store) SetVal(ctx context.Context, seq *catalog.Sequence, v int64, called bool) error {
	if v < seq.Min || v > seq.Max {
		return sqlerr.New(sqlerr.NumericValueOutOfRange, "setval: value %d is out of bounds for sequence \"%s\" (%d..%d)", v, seq.Name, seq.Min, seq.Max)
	}
	if ctx.Err() != nil {
		return canceled(ctx)
	}
	p := s.seqs.of(seq)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := s.seqs.save(seq, v, called); err != nil {
		return err
	}
	p.set, p.last, p.called = true, v, called
	p.ceiling, p.logged, p.block = v, called, 0
	return nil
}

// Position returns a sequence's last value and whether it was given out.
func (s *Store) Position(seq *catalog.Sequence) (last int64, called bool) {
	p := s.seqs.of(seq)
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.set {
		return seq.Start, false
	}
	return p.last, p.called
}
