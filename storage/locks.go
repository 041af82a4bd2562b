package storage

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"synapse/catalog/sqlerr"
)

// lockTable holds all locks of a store. mu guards everything reachable from it;
// it is held for a few instructions and taken after no other lock.
type lockTable struct {
	mu    sync.Mutex
	locks map[lockKey]*lock
}

// lock is one thing that is locked or waited for.
type lock struct {
	key     lockKey
	holders []holder
	queue   []*waiter // first come, first served
	watch   []*waiter // that only wait for some of the holders to let go
}

type holder struct {
	owner *Owner
	modes modeSet
}

// waiter is a place in a queue. done is closed when the lock was granted.
type waiter struct {
	owner *Owner
	lock  *lock
	mode  uint8
	since time.Time
	past  []*Owner // of one that watches: for whom it waits; else nil
	done  chan struct{}
}

// Owner holds locks: a transaction's until it ends, a connection's until it lets
// go. The owners of one connection never wait for each other. Used by one
// goroutine at a time.
type Owner struct {
	id    uint64 // of the transaction, 0 for a connection's own
	group *lockGroup
	held  []heldLock // in the order in which they were taken
}

// lockGroup is what belongs to one connection; it waits for one lock at a time.
type lockGroup struct {
	process int32
	waiting *waiter // guarded by lockTable.mu
}

type heldLock struct {
	lock *lock
	mode uint8
}

func newLockTable() *lockTable { return &lockTable{locks: map[lockKey]*lock{}} }

// NewOwner makes the owner of a connection's locks; process is the backend's
// number in messages.
func (s *Store) NewOwner(process int32) *Owner {
	return &Owner{group: &lockGroup{process: process}}
}

// acquire takes a lock. granted is false only for SkipLocked. timeout 0 waits
// without limit. Errors: 55P03 (NoWait, timeout), 40P01, 57014 or ctx's cause.
func (lt *lockTable) acquire(ctx context.Context, o *Owner, key lockKey, mode uint8, policy WaitPolicy, timeout time.Duration) (granted bool, err error) {
	lt.mu.Lock()
	l := lt.locks[key]
	if l == nil {
		l = &lock{key: key}
		lt.locks[key] = l
	}
	if l.grant(o, mode, len(l.queue)) {
		lt.mu.Unlock()
		return true, nil
	}
	if policy != Wait {
		lt.mu.Unlock()
		if policy == SkipLocked {
			return false, nil
		}
		return false, errNotAvailable(key)
	}
	w := &waiter{owner: o, lock: l, mode: mode, since: time.Now(), done: make(chan struct{})}
	l.queue = append(l.queue, w)
	o.group.waiting = w
	if path := findCycle(o.group); path != nil {
		err = errDeadlock(path)
		lt.leave(w)
		lt.mu.Unlock()
		return false, err
	}
	lt.mu.Unlock()
	return lt.wait(ctx, w, timeout)
}

func (lt *lockTable) wait(ctx context.Context, w *waiter, timeout time.Duration) (bool, error) {
	var expired <-chan time.Time
	if timeout > 0 {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		expired = timer.C
	}
	var err error
	select {
	case <-w.done:
		return true, nil
	case <-expired:
		err = sqlerr.New(sqlerr.LockNotAvailable, "canceling statement due to lock timeout")
	case <-ctx.Done():
		err = canceled(ctx)
	}
	lt.mu.Lock()
	defer lt.mu.Unlock()
	select {
	case <-w.done: // granted at the same moment: the lock is held, the error stands
		return true, err
	default:
	}
	lt.leave(w)
	return false, err
}

// canceled turns the end of ctx into what the client is told.
func canceled(ctx context.Context) error {
	var e *sqlerr.Error
	if cause := context.Cause(ctx); errors.As(cause, &e) {
		return e
	}
	return sqlerr.New(sqlerr.QueryCanceled, "canceling statement due to user request").Wrap(ctx.Err())
}

// grant gives o the mode unless someone else is in the way: a holder, or one of
// the first `ahead` waiters. Who holds the lock already need not queue.
func (l *lock) grant(o *Owner, mode uint8, ahead int) bool {
	own, mine := -1, false
	for i := range l.holders {
		h := &l.holders[i]
		if h.owner == o {
			own = i
		}
		if h.owner.group == o.group {
			mine = true
		} else if h.modes&conflicts[l.key.space][mode] != 0 {
			return false
		}
	}
	if own >= 0 && covers(l.key.space, l.holders[own].modes, mode) && l.key.space != advisorySpace {
		return true
	}
	if !mine {
		for _, w := range l.queue[:ahead] {
			if w.owner.group != o.group && conflicts[l.key.space][mode]&(1<<w.mode) != 0 {
				return false
			}
		}
	}
	if own < 0 {
		l.holders = append(l.holders, holder{owner: o})
		own = len(l.holders) - 1
	}
	l.holders[own].modes |= 1 << mode
	o.held = append(o.held, heldLock{l, mode})
	return true
}

// awaitHolders waits until all others have let go who hold the lock now in a mode that is in
// the way of mode. It takes nothing, and nobody waits behind it. Errors as acquire's.
func (lt *lockTable) awaitHolders(ctx context.Context, o *Owner, key lockKey, mode uint8, timeout time.Duration) error {
	lt.mu.Lock()
	l := lt.locks[key]
	w := &waiter{owner: o, lock: l, mode: mode, since: time.Now(), done: make(chan struct{})}
	if l != nil {
		for _, h := range l.holders {
			if h.owner.group != o.group && h.modes&conflicts[key.space][mode] != 0 {
				w.past = append(w.past, h.owner)
			}
		}
	}
	if w.past == nil {
		lt.mu.Unlock()
		return nil
	}
	l.watch = append(l.watch, w)
	o.group.waiting = w
	if path := findCycle(o.group); path != nil {
		err := errDeadlock(path)
		lt.leave(w)
		lt.mu.Unlock()
		return err
	}
	lt.mu.Unlock()
	_, err := lt.wait(ctx, w, timeout)
	return err
}

// leave takes a waiter out of its queue and lets those behind it try.
func (lt *lockTable) leave(w *waiter) {
	w.lock.watch = slices.DeleteFunc(w.lock.watch, func(other *waiter) bool { return other == w })
	q := w.lock.queue
	for i := range q {
		if q[i] == w {
			w.lock.queue = append(q[:i], q[i+1:]...)
			break
		}
	}
	w.owner.group.waiting = nil
	lt.wake(w.lock)
}

// wake grants the lock to the waiters that can have it now, in order.
func (lt *lockTable) wake(l *lock) {
	for i := 0; i < len(l.queue); {
		w := l.queue[i]
		if !l.grant(w.owner, w.mode, i) {
			i++
			continue
		}
		l.queue = append(l.queue[:i], l.queue[i+1:]...)
		w.owner.group.waiting = nil
		close(w.done)
	}
	l.watch = slices.DeleteFunc(l.watch, func(w *waiter) bool {
		if len(w.blockers()) > 0 {
			return false
		}
		w.owner.group.waiting = nil
		close(w.done)
		return true
	})
	if len(l.holders) == 0 && len(l.queue) == 0 {
		delete(lt.locks, l.key)
	}
}

// releaseTo lets go of all locks but the first n that the owner took.
func (lt *lockTable) releaseTo(o *Owner, n int) {
	if len(o.held) <= n {
		return
	}
	lt.mu.Lock()
	defer lt.mu.Unlock()
	for i := len(o.held) - 1; i >= n; i-- {
		lt.drop(o, o.held[i], o.held[:i])
	}
	clear(o.held[n:])
	o.held = o.held[:n]
}

// drop gives up one entry of held; rest are the entries that stay.
func (lt *lockTable) drop(o *Owner, h heldLock, rest []heldLock) {
	if h.lock.key.space == advisorySpace {
		for _, r := range rest {
			if r == h {
				return // taken more than once
			}
		}
	}
	l := h.lock
	for i := range l.holders {
		if l.holders[i].owner != o {
			continue
		}
		if l.holders[i].modes &^= 1 << h.mode; l.holders[i].modes == 0 {
			l.holders = append(l.holders[:i], l.holders[i+1:]...)
		}
		break
	}
	lt.wake(l)
}

// releaseOne gives up the newest hold of a lock; false if there is none.
func (lt *lockTable) releaseOne(o *Owner, key lockKey, mode uint8) bool {
	lt.mu.Lock()
	defer lt.mu.Unlock()
	for i := len(o.held) - 1; i >= 0; i-- {
		if h := o.held[i]; h.lock.key == key && h.mode == mode {
			o.held = append(o.held[:i], o.held[i+1:]...)
			lt.drop(o, h, o.held)
			return true
		}
	}
	return false
}
