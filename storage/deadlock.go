package storage

import (
	"fmt"
	"slices"
	"strings"

	"synapse/catalog/sqlerr"
)

// blockers returns the owners that a waiter waits for: holders in the way, and
// waiters before it in the queue. Caller holds the lock table's mutex.
func (w *waiter) blockers() []*Owner {
	if w.past != nil {
		return w.remaining()
	}
	var out []*Owner
	against := conflicts[w.lock.key.space][w.mode]
	for _, h := range w.lock.holders {
		if h.owner.group != w.owner.group && h.modes&against != 0 {
			out = append(out, h.owner)
		}
	}
	for _, q := range w.lock.queue {
		if q == w {
			break
		}
		if q.owner.group != w.owner.group && against&(1<<q.mode) != 0 {
			out = append(out, q.owner)
		}
	}
	return out
}

// remaining returns those for whom a watching waiter still waits.
func (w *waiter) remaining() []*Owner {
	var out []*Owner
	for _, h := range w.lock.holders {
		if h.modes&conflicts[w.lock.key.space][w.mode] != 0 && slices.Contains(w.past, h.owner) {
			out = append(out, h.owner)
		}
	}
	return out
}

// wait is one edge of the wait-for graph.
type waitEdge struct {
	from *waiter
	to   *Owner
}

// findCycle looks for a path of waits from g back to g, nil if there is none.
// Whoever closes a cycle finds it, so one check when a wait begins is enough.
func findCycle(g *lockGroup) []waitEdge {
	seen := map[*lockGroup]bool{}
	var path []waitEdge
	var visit func(at *lockGroup) bool
	visit = func(at *lockGroup) bool {
		if at.waiting == nil || seen[at] {
			return false
		}
		seen[at] = true
		for _, o := range at.waiting.blockers() {
			path = append(path, waitEdge{at.waiting, o})
			if o.group == g || visit(o.group) {
				return true
			}
			path = path[:len(path)-1]
		}
		return false
	}
	if visit(g) {
		return path
	}
	return nil
}

func errDeadlock(path []waitEdge) error {
	lines := make([]string, len(path))
	for i, e := range path {
		lines[i] = fmt.Sprintf("Process %d waits for %s; blocked by process %d.",
			e.from.owner.group.process, e.from.lock.key.describe(e.from.mode, e.to.id), e.to.group.process)
	}
	return sqlerr.New(sqlerr.DeadlockDetected, "deadlock detected").
		WithDetail("%s", strings.Join(lines, "\n")).
		WithHint("See server log for query details.")
}

func errNotAvailable(key lockKey) error {
	if key.space == tableSpace {
		return sqlerr.New(sqlerr.LockNotAvailable, "could not obtain lock on relation with OID %d", key.a)
	}
	return sqlerr.New(sqlerr.LockNotAvailable, "could not obtain lock on row")
}
