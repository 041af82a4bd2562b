package storage

import (
	"slices"
	"sort"

	"synapse/catalog"
)

// attach puts a built index into service; the one it replaces still answers for
// the time before.
func (t *table) attach(ix *tableIndex, ts Timestamp) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if old := t.indexes[ix.def.ID]; old != nil {
		t.retired = append(t.retired, retiredIndex{old, ts})
	}
	t.indexes[ix.def.ID] = ix
	t.joined = slices.DeleteFunc(t.joined, func(j *tableIndex) bool { return j == ix })
	ix.stage, ix.suspects = stageAttached, nil
	t.refreshUnique()
}

// detach takes dropped indexes out of service and gives changed ones their new definition.
func (s *Store) detach(before, after *catalog.Catalog, ts Timestamp) {
	for _, o := range before.All(catalog.ClassIndex) {
		was := o.(*catalog.Index)
		now := after.Index(was.ID)
		if now != nil && after.ObjectVersion(was.ID) == before.ObjectVersion(was.ID) {
			continue
		}
		t := s.table(was.Table)
		t.mu.Lock()
		if ix := t.indexes[was.ID]; ix != nil {
			if now == nil {
				t.retired = append(t.retired, retiredIndex{ix, ts})
				delete(t.indexes, was.ID)
			} else {
				renamed := *ix
				renamed.def = now
				t.indexes[was.ID] = &renamed
			}
		}
		t.refreshUnique()
		t.mu.Unlock()
	}
}

// refreshUnique recomputes the list of unique indexes and lets commits under way know that
// there are others to keep up. Caller holds mu exclusively.
func (t *table) refreshUnique() {
	t.shape.Add(1)
	list := []*tableIndex{}
	for _, ix := range t.indexes {
		if ix.constrains() {
			list = append(list, ix)
		}
	}
	for _, ix := range t.joined {
		if ix.constrains() {
			list = append(list, ix)
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].def.ID < list[j].def.ID })
	t.unique.Store(&list)
}
