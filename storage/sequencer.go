package storage

import (
	"context"
	"sync"
	"sync/atomic"

	"synapse/catalog/sqlerr"
	"synapse/storage/commitlog"
	"synapse/storage/effect"
)

// sequencer gives commits their order. Per commit, in this order:
//
//	under mu:   validate → ts = max(clock, last+1, readFloor+1) → append to the log → install versions
//	then:       wait for the log's sync
//	under mu:   publish: the watermark moves over all synced commits in ts order
//
// What was read at T never changes: a reader at T first raises readFloor to T,
// so no later commit gets a ts ≤ T, then waits until those that have one are
// published. After a restart the floor is the ceiling: no timestamp beyond it
// was read or given out before it was in the synced log.
type sequencer struct {
	clock   Clock
	journal journal
	relaxed bool
	fatal   func(error)

	mu        sync.Mutex // first in the order of locks
	moved     *sync.Cond // watermark or failed changed
	last      Timestamp  // newest ts given out
	readFloor Timestamp
	ceiling   Timestamp // synced
	pending   []pendingCommit
	failed    error // sticky

	watermark atomic.Int64 // newest published ts
}

// pendingCommit is installed, but not yet published.
type pendingCommit struct {
	ts  Timestamp
	lsn commitlog.LSN
}

func newSequencer(o *Options, j journal) *sequencer {
	q := &sequencer{clock: o.Clock, journal: j, relaxed: o.Durability == Relaxed, fatal: o.OnFatal}
	q.moved = sync.NewCond(&q.mu)
	return q
}

// published returns the watermark: the snapshot of an ordinary read.
func (q *sequencer) published() Timestamp { return Timestamp(q.watermark.Load()) }

// now is the clock, but never before the watermark.
func (q *sequencer) now() Timestamp { return max(q.clock.Now(), q.published()) }

// next returns the timestamp of the commit under construction. Caller holds mu.
func (q *sequencer) next() Timestamp { return max(q.clock.Now(), q.last+1, q.readFloor+1) }

// enqueue makes a commit that is in the log and installed wait for its publication. Caller holds mu.
func (q *sequencer) enqueue(ts Timestamp, lsn commitlog.LSN) {
	q.last = ts
	q.pending = append(q.pending, pendingCommit{ts, lsn})
}

// finish makes a commit durable and publishes it. It cannot be cancelled: the
// commit is in the log. Where the log does not say its timestamp for sure, the
// ceiling must. Error: the log's failure, after which its fate is unknown.
func (q *sequencer) finish(ts Timestamp, lsn commitlog.LSN, logged bool) error {
	if q.relaxed || !logged {
		if err := q.reserve(ts); err != nil {
			return q.fail(err)
		}
	}
	if q.relaxed {
		q.publish(lsn)
		return nil
	}
	if err := q.journal.Sync(context.Background(), lsn); err != nil {
		return q.fail(err)
	}
	q.publish(lsn)
	return nil
}

// publish moves the watermark over all pending commits up to lsn.
func (q *sequencer) publish(lsn commitlog.LSN) {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := 0
	for n < len(q.pending) && q.pending[n].lsn <= lsn {
		n++
	}
	if n == 0 {
		return
	}
	q.watermark.Store(int64(q.pending[n-1].ts))
	q.pending = append(q.pending[:0], q.pending[n:]...)
	q.moved.Broadcast()
}

// fail makes the first failure of the log sticky.
func (q *sequencer) fail(err error) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.failed == nil {
		q.failed = err
		q.moved.Broadcast()
		if q.fatal != nil {
			go q.fatal(err)
		}
	}
	return q.failed
}

// readAt prepares a read at a past or present moment. Errors: 22023 for the
// future, the log's.
func (q *sequencer) readAt(ctx context.Context, at Timestamp) error {
	q.mu.Lock()
	if at > max(q.clock.Now(), q.last, q.readFloor) { // the clock may be behind what was read before
		q.mu.Unlock()
		return sqlerr.New(sqlerr.InvalidParameterValue, "cannot read as of a time in the future").
			WithDetail("The time given is %s.", at.Time().Format("2006-01-02 15:04:05.999999-07"))
	}
	q.readFloor = max(q.readFloor, at)
	wait := len(q.pending) > 0 && q.pending[0].ts <= at
	q.mu.Unlock()
	if at > q.published() || wait {
		if err := q.reserve(at); err != nil {
			return err
		}
		return q.await(ctx, at)
	}
	return nil
}

// await waits until every commit with a ts ≤ at is published.
func (q *sequencer) await(ctx context.Context, at Timestamp) error {
	stop := context.AfterFunc(ctx, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.moved.Broadcast()
	})
	defer stop()
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.pending) > 0 && q.pending[0].ts <= at {
		if q.failed != nil {
			return q.failed
		}
		if ctx.Err() != nil {
			return canceled(ctx)
		}
		q.moved.Wait()
	}
	return nil
}

// reserve makes sure that the synced ceiling covers at: one log record a second at most.
func (q *sequencer) reserve(at Timestamp) error {
	q.mu.Lock()
	if at <= q.ceiling {
		q.mu.Unlock()
		return nil
	}
	ceiling := max(at, q.clock.Now()) + Second
	body := effect.AppendBody(nil, []effect.Effect{{Kind: effect.Ceiling, Ceiling: int64(ceiling)}})
	lsn, err := q.journal.Append(commitlog.Record{Type: commitlog.TypeCeiling, Timestamp: int64(ceiling), Payload: body})
	q.mu.Unlock()
	if err != nil {
		return err
	}
	if err := q.journal.Sync(context.Background(), lsn); err != nil {
		return q.fail(err)
	}
	q.mu.Lock()
	q.ceiling = max(q.ceiling, ceiling)
	q.mu.Unlock()
	return nil
}
