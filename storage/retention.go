package storage

import (
	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// retentionOption is the table option that says how long history is kept; without, for ever.
const retentionOption = "synapse.retention"

// retentionBegin is where the history begins that a retention promises at `now`;
// ok is false where it is kept for ever.
func retentionBegin(option string, now Timestamp) (at Timestamp, ok bool, err error) {
	if option == "" {
		return 0, false, nil
	}
	v, err := types.ParseText(types.Interval, option, nil)
	if err != nil {
		return 0, false, err
	}
	span := types.AsSpan(v)
	begin := now.Time().AddDate(0, -int(span.Months), -int(span.Days))
	return TimestampOf(begin) - Timestamp(span.Micros), true, nil
}

// floor is the moment before which versions are not in memory.
func (t *table) floor() Timestamp { return Timestamp(max(t.reclaimed.Load(), t.archived.Load())) }

// Horizon returns the earliest moment at which a table may be read AS OF: by its
// option synapse.retention of today, whatever it was then, and by what is gone
// already; ok is false where all history is there.
func (s *Store) Horizon(t *catalog.Table) (at Timestamp, ok bool, err error) {
	return s.horizonAt(t, s.Now())
}

func (s *Store) horizonAt(t *catalog.Table, now Timestamp) (at Timestamp, ok bool, err error) {
	option := t.Options[retentionOption]
	if c, _ := s.catalog.newestCatalog(); c.Table(t.ID) != nil {
		option = c.Table(t.ID).Options[retentionOption]
	}
	at, ok, err = retentionBegin(option, now)
	if err != nil {
		return 0, false, err
	}
	if gone := Timestamp(s.table(t.ID).reclaimed.Load()); gone != noHorizon && (!ok || gone > at) {
		return gone, true, nil
	}
	return at, ok, nil
}

// withinRetention refuses to read a table before its horizon (72000). For a read
// of the past it is that of the time when the read began: see activeSnapshots.
func (v *View) withinRetention(t *catalog.Table, at Timestamp) error {
	now := v.opened
	if v.x != nil {
		now = v.s.Now()
	}
	horizon, ok, err := v.s.horizonAt(t, now)
	if err != nil || !ok || at >= horizon {
		return err
	}
	return sqlerr.New(sqlerr.SnapshotTooOld, "snapshot too old: table \"%s\" keeps its history since %s", t.Name,
		horizon.Time().Format("2006-01-02 15:04:05.999999-07"))
}

// pinVersions keeps the versions of a period while the view reads them, and
// returns where the period begins: one without a beginning begins with the
// history. Error: 72000 for one that begins before it.
func (v *View) pinVersions(t *catalog.Table, from Timestamp) (Timestamp, error) {
	id := v.pinned
	if v.x != nil {
		id = v.x.id
	}
	if from != -Infinity {
		v.s.active.pin(id, from)
		return from, v.withinRetention(t, from)
	}
	for {
		horizon, ok, err := v.s.Horizon(t)
		if err != nil {
			return 0, err
		}
		if ok {
			from = max(from, horizon)
		}
		v.s.active.pin(id, from)
		if from >= Timestamp(v.s.table(t.ID).reclaimed.Load()) {
			return from, nil
		}
	}
}
