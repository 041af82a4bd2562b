package storage

import (
	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// Horizon returns the earliest moment at which a table may be read AS OF, by its
// option synapse.retention; ok is false where history is kept for ever.
func (s *Store) Horizon(t *catalog.Table) (at Timestamp, ok bool, err error) {
	text := t.Options["synapse.retention"]
	if text == "" {
		return 0, false, nil
	}
	v, err := types.ParseText(types.Interval, text, nil)
	if err != nil {
		return 0, false, err
	}
	span := types.AsSpan(v)
	begin := s.Now().Time().AddDate(0, -int(span.Months), -int(span.Days))
	return TimestampOf(begin) - Timestamp(span.Micros), true, nil
}

// withinRetention refuses to read a table before its horizon (72000).
func (v *View) withinRetention(t *catalog.Table) error {
	horizon, ok, err := v.s.Horizon(t)
	if err != nil || !ok || v.at >= horizon {
		return err
	}
	return sqlerr.New(sqlerr.SnapshotTooOld, "snapshot too old: table \"%s\" keeps its history since %s", t.Name,
		horizon.Time().Format("2006-01-02 15:04:05.999999-07"))
}
