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
		liveProviders["pg_stat_"+which+"_indexes"] = indexStatistics(which)
		providers["pg_statio_"+which+"_indexes"] = indexStatistics(which)
	}
	liveProviders["pg_stat_database"] = databaseStatistics
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
// default, reset value, minimum, maximum, context, enum values.
func settings(s *sheet) {
	s.rowsOf("settings", func(v []types.Value) {
		row := cells{
			"name": v[0], "setting": v[1], "unit": noText(v[2]), "category": "Synapse", "short_desc": v[3], "vartype": v[4],
			"boot_val": v[5], "reset_val": v[6], "context": v[9], "enumvals": v[10], "source": "default", "pending_restart": false,
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
// address, client port, backend start, query start, state change, state, query,
// transaction start, transaction id, kind of lock it waits for.
func activity(s *sheet) {
	s.rowsOf("activity", func(v []types.Value) {
		row := cells{
			"pid": v[0], "datname": v[1], "usename": v[2], "application_name": v[3], "client_port": -1, "backend_start": v[6],
			"query_start": v[7], "state_change": v[8], "state": v[9], "query": v[10], "backend_type": "client backend",
			"xact_start": v[11], "backend_xid": v[12],
		}
		switch {
		case v[13].Str() != "":
			row["wait_event_type"], row["wait_event"] = "Lock", v[13]
		case v[9].Str() != "active":
			row["wait_event_type"], row["wait_event"] = "Client", "ClientRead"
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
			if !s.shown(which, o.SchemaID()) {
				continue
			}
			row := cells{"relid": o.ObjectID(), "schemaname": s.cat.SchemaName(o.SchemaID()), "relname": o.ObjectName()}
			if s.columns["n_live_tup"] > 0 {
				s.tableCounters(row, o.ObjectID())
			}
			s.add(s.counters(row))
		}
	}
}

// tableCounters are the counters of pg_stat_*_tables that Synapse keeps.
func (s *sheet) tableCounters(row cells, id types.OID) {
	u := usageOf(s.src, id)
	row["n_live_tup"], row["n_dead_tup"] = u.Rows, u.Dead
	row["n_tup_ins"], row["n_tup_upd"], row["n_tup_del"] = u.Inserted, u.Updated, u.Deleted
	row["seq_scan"], row["seq_tup_read"] = u.Scans, u.ScannedRows
	row["n_mod_since_analyze"], row["n_ins_since_vacuum"] = u.Inserted+u.Updated+u.Deleted, u.Inserted
	indexes := s.cat.Indexes(id)
	if len(indexes) == 0 {
		row["idx_scan"], row["idx_tup_fetch"] = nil, nil
		return
	}
	var scans, rows int64
	for _, x := range indexes {
		u := usageOf(s.src, x.ID)
		scans, rows = scans+u.Scans, rows+u.ScannedRows
	}
	row["idx_scan"], row["idx_tup_fetch"] = scans, rows
}

func indexStatistics(which string) provider {
	return func(s *sheet) {
		for _, o := range s.cat.All(catalog.ClassIndex) {
			x := o.(*catalog.Index)
			t := s.cat.Table(x.Table)
			if t == nil || !s.shown(which, x.Schema) {
				continue
			}
			row := cells{
				"relid": t.ID, "indexrelid": x.ID, "schemaname": s.cat.SchemaName(t.Schema), "relname": t.Name, "indexrelname": x.Name,
			}
			if s.columns["idx_scan"] > 0 {
				u := usageOf(s.src, x.ID)
				row["idx_scan"], row["idx_tup_read"], row["idx_tup_fetch"] = u.Scans, u.ScannedRows, u.ScannedRows
			}
			s.add(s.counters(row))
		}
	}
}

// databaseStatistics counts the connections; all tables are the one database's.
func databaseStatistics(s *sheet) {
	backends := map[string]int{}
	s.rowsOf("activity", func(v []types.Value) { backends[v[1].Str()]++ })
	var total catalog.Usage
	for _, o := range s.cat.All(catalog.ClassTable) {
		u := usageOf(s.src, o.ObjectID())
		total.Inserted, total.Updated, total.Deleted = total.Inserted+u.Inserted, total.Updated+u.Updated, total.Deleted+u.Deleted
		total.ScannedRows += u.ScannedRows
	}
	for _, o := range s.cat.All(catalog.ClassDatabase) {
		row := cells{"datid": o.ObjectID(), "datname": o.ObjectName(), "numbackends": backends[o.ObjectName()]}
		if o.ObjectName() == s.src.CurrentDatabase() {
			row["tup_inserted"], row["tup_updated"], row["tup_deleted"] = total.Inserted, total.Updated, total.Deleted
			row["tup_returned"] = total.ScannedRows
		}
		s.add(s.counters(row))
	}
}
