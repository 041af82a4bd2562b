package pgcatalog

import (
	"strings"
	"time"

	"synapse/catalog"
	"synapse/catalog/types"
)

func init() {
	providers["pg_sequence"] = func(s *sheet) {
		for _, o := range s.cat.All(catalog.ClassSequence) {
			q := o.(*catalog.Sequence)
			s.add(cells{
				"seqrelid": q.ID, "seqtypid": q.Type.OID, "seqstart": q.Start, "seqincrement": q.Increment, "seqmax": q.Max, "seqmin": q.Min,
				"seqcache": q.Cache, "seqcycle": q.Cycle,
			})
		}
	}
	liveProviders["pg_sequences"] = sequenceView
	providers["pg_extension"] = func(s *sheet) {
		for _, e := range s.cat.Extensions() {
			s.add(cells{
				"oid": e.ID, "extname": e.Name, "extowner": e.Owner, "extnamespace": e.Schema, "extrelocatable": !e.Born(), "extversion": e.Version,
			})
		}
	}
	providers["pg_rewrite"] = func(s *sheet) {
		for _, o := range s.cat.All(catalog.ClassView) {
			s.addRule(o.ObjectID())
		}
		for _, o := range s.cat.All(catalog.ClassTable) {
			if o.(*catalog.Table).Materialized != "" {
				s.addRule(o.ObjectID())
			}
		}
	}
	providers["pg_tables"] = tableView
	providers["pg_views"] = func(s *sheet) {
		for _, o := range s.cat.All(catalog.ClassView) {
			v := o.(*catalog.View)
			s.add(cells{
				"schemaname": s.cat.SchemaName(v.Schema), "viewname": v.Name, "viewowner": roleName(s.cat, v.Owner), "definition": viewDef(v.Query),
			})
		}
		for _, v := range s.cat.Virtuals().All() {
			if virtualKind(v.ID) == 'v' {
				s.add(cells{"schemaname": s.cat.SchemaName(v.Schema), "viewname": v.Name, "viewowner": roleName(s.cat, v.Owner)})
			}
		}
	}
	providers["pg_matviews"] = func(s *sheet) {
		for _, o := range s.cat.All(catalog.ClassTable) {
			if t := o.(*catalog.Table); t.Materialized != "" {
				s.add(cells{
					"schemaname": s.cat.SchemaName(t.Schema), "matviewname": t.Name, "matviewowner": roleName(s.cat, t.Owner),
					"hasindexes": len(s.cat.Indexes(t.ID)) > 0, "ispopulated": t.Populated, "definition": viewDef(t.Materialized),
				})
			}
		}
	}
	providers["pg_timezone_names"] = timeZones
	providers["pg_timezone_abbrevs"] = func(s *sheet) {
		for _, a := range types.ZoneAbbrevs() {
			s.add(cells{"abbrev": strings.ToUpper(a.Name), "utc_offset": zoneOffset(a.Offset), "is_dst": a.Daylight})
		}
	}
}

func tableView(s *sheet) {
	put := func(t *catalog.Table) {
		s.add(cells{
			"schemaname": s.cat.SchemaName(t.Schema), "tablename": t.Name, "tableowner": roleName(s.cat, t.Owner),
			"hasindexes": len(s.cat.Indexes(t.ID)) > 0, "hasrules": false, "hastriggers": hasForeignKey(s.cat, t), "rowsecurity": t.RLS,
		})
	}
	for _, o := range s.cat.All(catalog.ClassTable) {
		if t := o.(*catalog.Table); t.Materialized == "" {
			put(t)
		}
	}
	for _, v := range s.cat.Virtuals().All() {
		if virtualKind(v.ID) == 'r' {
			put(v.Table)
		}
	}
}

// sequenceStates is a session that can tell where its sequences are.
type sequenceStates interface {
	SequenceState(sequence types.OID) (last int64, called bool, err error)
}

// sequenceView is pg_sequences: last_value is NULL before the first nextval.
func sequenceView(s *sheet) {
	states, _ := s.src.(sequenceStates)
	for _, o := range s.cat.All(catalog.ClassSequence) {
		q := o.(*catalog.Sequence)
		row := cells{
			"schemaname": s.cat.SchemaName(q.Schema), "sequencename": q.Name, "sequenceowner": roleName(s.cat, q.Owner), "data_type": q.Type.OID,
			"start_value": q.Start, "min_value": q.Min, "max_value": q.Max, "increment_by": q.Increment, "cycle": q.Cycle, "cache_size": q.Cache,
		}
		if states != nil {
			if last, called, err := states.SequenceState(q.ID); err == nil && called {
				row["last_value"] = last
			}
		}
		s.add(row)
	}
}

func (s *sheet) addRule(view types.OID) {
	s.add(cells{
		"oid": ruleOID(view), "rulename": "_RETURN", "ev_class": view, "ev_type": byte('1'), "ev_enabled": byte('O'), "is_instead": true,
	})
}

// timeZones names the zones without their offsets, which depend on the moment.
func timeZones(s *sheet) {
	for _, name := range types.ZoneNames() {
		z, err := types.LoadZone(name)
		if err != nil || z == nil {
			continue
		}
		now := time.Now().In(z)
		abbrev, offset := now.Zone()
		s.add(cells{"name": name, "abbrev": abbrev, "utc_offset": zoneOffset(offset), "is_dst": now.IsDST()})
	}
}

// zoneOffset is an interval of so many seconds.
func zoneOffset(seconds int) types.Value {
	return types.Span{Micros: int64(seconds) * int64(time.Second/time.Microsecond)}.Value()
}
