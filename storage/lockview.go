package storage

import (
	"slices"
	"sort"
	"time"

	"synapse/catalog/types"
)

// LockKind is what is locked, in pg_locks' words.
type LockKind string

// Kinds of locks.
const (
	RelationLock LockKind = "relation"
	TupleLock    LockKind = "tuple"
	ObjectLock   LockKind = "object" // a key of a unique index, or the name of an object
	AdvisoryLock LockKind = "advisory"
)

// LockInfo is one lock that a connection holds or waits for.
type LockInfo struct {
	Kind     LockKind
	Relation types.OID   // the table or, of a key, the index
	Row      RowID       // of a TupleLock
	Advisory AdvisoryKey // of an AdvisoryLock
	Mode     string      // as pg_locks shows it: "RowExclusiveLock"
	Granted  bool
	Process  int32
	Since    time.Time // of the wait, zero if granted
	Txn      uint64    // 0: the connection's own, beyond transactions
}

var rowLockNames = [...]string{
	ForKeyShare: "AccessShareLock", ForShare: "RowShareLock", ForNoKeyUpdate: "ExclusiveLock", ForUpdate: "AccessExclusiveLock",
}

// modeName is the mode as pg_locks shows it; row locks have the names of
// PostgreSQL's heavyweight locks for the same strengths.
func (k lockKey) modeName(mode uint8) string {
	switch k.space {
	case tableSpace:
		return TableLock(mode).String()
	case rowSpace:
		return rowLockNames[mode]
	case advisorySpace:
		if mode == advisoryShared {
			return "ShareLock"
		}
	}
	return "ExclusiveLock"
}

func (k lockKey) info() LockInfo {
	switch k.space {
	case tableSpace:
		return LockInfo{Kind: RelationLock, Relation: types.OID(k.a)}
	case rowSpace:
		return LockInfo{Kind: TupleLock, Relation: types.OID(k.a), Row: RowID(k.b)}
	case advisorySpace:
		return LockInfo{Kind: AdvisoryLock, Advisory: AdvisoryKey{Class: uint16(k.a), Number: k.b}}
	}
	return LockInfo{Kind: ObjectLock, Relation: types.OID(k.a)}
}

// Locks lists what is held and waited for, by process. Of locks on rows and keys
// it lists those that someone waits for, as PostgreSQL does, which keeps the others
// in the rows themselves.
func (s *Store) Locks() []LockInfo {
	lt := s.locks
	lt.mu.Lock()
	defer lt.mu.Unlock()
	var out []LockInfo
	add := func(k lockKey, o *Owner, mode uint8, since time.Time) {
		i := k.info()
		i.Mode, i.Granted, i.Process, i.Txn, i.Since = k.modeName(mode), since.IsZero(), o.group.process, o.id, since
		out = append(out, i)
	}
	for k, l := range lt.locks {
		if len(l.queue) == 0 && (k.space == rowSpace || k.space == keySpace) {
			continue
		}
		for _, h := range l.holders {
			for m := range uint8(9) {
				if h.modes&(1<<m) != 0 {
					add(k, h.owner, m, time.Time{})
				}
			}
		}
		for _, w := range slices.Concat(l.queue, l.watch) {
			add(k, w.owner, w.mode, w.since)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Process < out[j].Process })
	return out
}

// Blockers lists the processes that keep a process waiting: those that hold the
// lock in a conflicting mode, or wait for it ahead of it. Ascending, distinct.
func (s *Store) Blockers(process int32) []int32 {
	lt := s.locks
	lt.mu.Lock()
	defer lt.mu.Unlock()
	found := map[int32]bool{}
	for _, l := range lt.locks {
		for _, w := range slices.Concat(l.queue, l.watch) {
			if w.owner.group.process != process {
				continue
			}
			for _, o := range w.blockers() {
				found[o.group.process] = true
			}
		}
	}
	out := make([]int32, 0, len(found))
	for p := range found {
		out = append(out, p)
	}
	sort.Slice(out, func(i, j int) bool { return out[i] < out[j] })
	return out
}
