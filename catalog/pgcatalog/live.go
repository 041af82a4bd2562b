package pgcatalog

import (
	"synapse/catalog"
	"synapse/catalog/types"
)

func init() {
	liveProviders["pg_settings"] = settings
	liveProviders["pg_stat_activity"] = activity
	liveProviders["pg_cursors"] = passThrough("cursors")
	liveProviders["pg_prepared_statements"] = passThrough("prepared_statements")
	liveProviders["pg_locks"] = passThrough("locks")
	for _, which := range []string{"all", "user", "sys"} {
		liveProviders["pg_stat_"+which+"_tables"] = tableStatistics(which)
		providers["pg_statio_"+which+"_tables"] = tableStatistics(which)
		providers["pg_stat_"+which+"_indexes"] = indexStatistics(which)
		providers["pg_statio_"+which+"_indexes"] = indexStatistics(which)
	}
	providers["pg_stat_database"] = func(s *sheet) {
		for _, o := range s.cat.All(catalog.ClassDatabase) {
			s.add(cells{"datid": o.ObjectID(), "datname": o.ObjectName(), "numbackends": 0})
		}
	}
}

// rowsOf reads a live source of the session to its end; none if it has no such source.
func (s *sheet) rowsOf(source string, row func(v []types.Value)) {
	read := s.src.Statistic(source)
	if read == nil {
		return
	}
	// The source's only error is the one its callback returns.
	_ = read(func(v []types.Value) error {
		row(v)
		return nil
	})
}

// passThrough shows a live source whose columns are the relation's.
func passThrough(source string) provider {
	return func(s *sheet) {
		s.rowsOf(source, func(v []types.Value) {
			if len(v) == len(s.blank) {
				s.rows = append(s.rows, append([]types.Value(nil), v...))
			}
		})
	}
}

// settings shows the source "settings": name, value, unit, description, type,
// default, reset value, minimum, maximum, context.
func settings(s *sheet) {
	s.rowsOf("settings", func(v []types.Value) {
		row := cells{
			"name": v[0], "setting": v[1], "unit": noText(v[2]), "category": "Synapse", "short_desc": v[3], "vartype": v[4],
			"boot_val": v[5], "reset_val": v[6], "context": v[9], "source": "default", "pending_restart": false,
		}
		if kind := v[4].Str(); kind == "integer" || kind == "real" {
			row["min_val"] = types.FormatText(types.Int8, v[7], nil)
			row["max_val"] = types.FormatText(types.Int8, v[8], nil)
		}
		if v[1].Str() != v[5].Str() {
			row["source"] = "session"
		}
		s.add(row)
	})
}

func noText(v types.Value) any {
	if v.Str() == "" {
		return nil
	}
	return v
}

// activity shows the source "activity": pid, database, user, application, client
// address, client port, backend start, query start, state change, state, query.
func activity(s *sheet) {
	s.rowsOf("activity", func(v []types.Value) {
		row := cells{
			"pid": v[0], "datname": v[1], "usename": v[2], "application_name": v[3], "client_port": -1, "backend_start": v[6],
			"query_start": v[7], "state_change": v[8], "state": v[9], "query": v[10], "backend_type": "client backend",
		}
		if d := s.cat.Database(v[1].Str()); d != nil {
			row["datid"] = d.ID
		}
		if r := s.cat.Role(v[2].Str()); r != nil {
			row["usesysid"] = r.ID
		}
		if addr, err := types.ParseText(types.Of(types.OIDInet), v[4].Str(), nil); err == nil {
			row["client_addr"], row["client_port"] = addr, v[5]
		}
		s.add(row)
	})
}

// shown reports whether the view of the kind lists the schema's relations.
func (s *sheet) shown(which string, schema types.OID) bool {
	system := schema == catalog.SchemaPgCatalog || schema == catalog.SchemaInformation || schema == catalog.SchemaToast
	return which == "all" || system == (which == "sys")
}

// counters sets the other statistics of the relation to 0: nothing counts them.
func (s *sheet) counters(row cells) cells {
	for i := range s.table.Columns {
		c := &s.table.Columns[i]
		if _, set := row[c.Name]; !set && c.Type == types.Int8 {
			row[c.Name] = 0
		}
	}
	return row
}

func tableStatistics(which string) provider {
	return func(s *sheet) {
		for _, o := range s.cat.All(catalog.ClassTable) {
			if s.shown(which, o.SchemaID()) {
				row := cells{"relid": o.ObjectID(), "schemaname": s.cat.SchemaName(o.SchemaID()), "relname": o.ObjectName()}
				if h, ok := s.src.(sizer); ok && s.columns["n_live_tup"] > 0 {
					row["n_live_tup"], _ = h.Sizes(o.ObjectID())
				}
				s.add(s.counters(row))
			}
		}
	}
}

func indexStatistics(which string) provider {
	return func(s *sheet) {
		for _, o := range s.cat.All(catalog.ClassIndex) {
			x := o.(*catalog.Index)
			t := s.cat.Table(x.Table)
			if t != nil && s.shown(which, x.Schema) {
				s.add(s.counters(cells{
					"relid": t.ID, "indexrelid": x.ID, "schemaname": s.cat.SchemaName(t.Schema), "relname": t.Name, "indexrelname": x.Name,
				}))
			}
		}
	}
}
