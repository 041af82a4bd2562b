package session

import (
	"context"

	"synapse/storage"
)

// advisoryLock takes an advisory lock for the session or, with xact, for the
// transaction. try: false instead of waiting.
func (s *Session) advisoryLock(ctx context.Context, key int64, two, shared, xact, try bool) (bool, error) {
	policy := storage.Wait
	if try {
		policy = storage.SkipLocked
	}
	owner := s.owner
	if xact {
		s.ensureTxn()
		owner = s.block.txn.Owner()
	}
	return s.engine.Store.AdvisoryLock(ctx, owner, advisoryKey(key, two), shared, policy, s.lockTimeout())
}

func (s *Session) advisoryUnlock(key int64, two, shared bool) (bool, error) {
	return s.engine.Store.AdvisoryUnlock(s.owner, advisoryKey(key, two), shared), nil
}

// advisoryKey keeps the key spaces of one bigint and of two ints apart.
func advisoryKey(key int64, two bool) storage.AdvisoryKey {
	k := storage.AdvisoryKey{Class: 1, Number: uint64(key)}
	if two {
		k.Class = 2
	}
	return k
}
