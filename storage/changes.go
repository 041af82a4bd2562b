package storage

import (
	"slices"

	"synapse/catalog"
)

// Changes reads the versions that overlap [since, ∞) of the rows that commits after
// since have touched, and of others too where those are more than memory has noted
// (rangeWalkMax): the caller looks at the times. Errors: 72000 before the horizon.
func (v *View) Changes(t *catalog.Table, since Timestamp, spec ScanSpec) (*Cursor, error) {
	spec.Versions, spec.VersionsFrom, spec.VersionsTo = true, since, Infinity
	c, err := v.Scan(t, spec)
	if err != nil || c.table != v.s.table(t.ID) {
		return c, err
	}
	c.table.mu.RLock()
	defer c.table.mu.RUnlock()
	if locals, ok := c.table.changedRows(since); ok {
		slices.Sort(locals)
		c.src = &versionSource{from: since, to: Infinity, rows: append([]uint32{}, slices.Compact(locals)...)}
	}
	return c, nil
}
