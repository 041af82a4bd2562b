package storage

import (
	"context"
	"time"
)

// AdvisoryKey names an advisory lock: one number, or a pair in the two halves of
// Number with Class 2, as PostgreSQL keeps the two key spaces apart.
type AdvisoryKey struct {
	Class  uint16 // 1: one bigint, 2: two ints
	Number uint64
}

func (k AdvisoryKey) lock() lockKey {
	return lockKey{space: advisorySpace, a: uint64(k.Class), b: k.Number}
}

func advisoryMode(shared bool) uint8 {
	if shared {
		return advisoryShared
	}
	return advisoryExclusive
}

// AdvisoryLock takes an advisory lock for a connection (Store.NewOwner) or a
// transaction (Txn.Owner). With policy SkipLocked it reports false instead of
// waiting. timeout is lock_timeout, 0 for none.
func (s *Store) AdvisoryLock(ctx context.Context, o *Owner, key AdvisoryKey, shared bool, policy WaitPolicy, timeout time.Duration) (bool, error) {
	return s.locks.acquire(ctx, o, key.lock(), advisoryMode(shared), policy, timeout)
}

// AdvisoryUnlock gives up one hold; false if there was none (the caller warns).
func (s *Store) AdvisoryUnlock(o *Owner, key AdvisoryKey, shared bool) bool {
	return s.locks.releaseOne(o, key.lock(), advisoryMode(shared))
}

// AdvisoryUnlockAll gives up everything the owner holds.
func (s *Store) AdvisoryUnlockAll(o *Owner) { s.locks.releaseTo(o, 0) }
