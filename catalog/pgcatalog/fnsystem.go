package pgcatalog

import (
	_ "embed"
	"slices"
	"strings"
	"time"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// Functions on the server: sizes, encodings, keywords, start time.

// keywordRows lists PostgreSQL's keywords: word, category, t if it may be a bare label.
//
//go:embed keywords.txt
var keywordRows string

// started is when the process loaded, for pg_postmaster_start_time.
var started = time.Now()

func init() {
	registerSizes()
	registerPartitions()
	registerWritable()
	registerTransactions()
	bind(func(_ *scope, a []types.Value) (types.Value, error) {
		switch strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(a[0].Str())) {
		case "utf8", "unicode":
			return types.NewInt(encodingUTF8), nil
		}
		return types.NewInt(-1), nil
	}, "pg_char_to_encoding(name)")
	builtin.BindSet("pg_get_keywords()", keywords)
	start := func(*scope, []types.Value) (types.Value, error) {
		return types.NewInt(started.UnixMicro() - 946_684_800_000_000), nil
	}
	bind(start, "pg_postmaster_start_time()", "pg_conf_load_time()")
	bind(always(types.NewString("")), "current_query()")
	bind(always(types.NewBool(false)), "pg_jit_available()")
	bind(always(types.NewBool(true)), "pg_reload_conf()")
	bind(blockingPIDs, "pg_blocking_pids(int4)")
	bind(always(types.NewInt(0)), "pg_trigger_depth()")
	for _, f := range statisticFunctions {
		builtin.Register(&builtin.Function{
			Name: f.name, OID: f.oid, Args: []types.OID{types.OIDOID}, Ret: types.OIDInt8, Strict: true, Volatility: builtin.Stable,
			Eval: lift(func(s *scope, a []types.Value) (types.Value, error) {
				return types.NewInt(f.count(usageOf(s.host, oidArg(a[0])))), nil
			}),
		})
	}
	builtin.Register(&builtin.Function{
		Name: "pg_tablespace_location", OID: 3778, Args: []types.OID{types.OIDOID}, Ret: types.OIDText, Strict: true, Volatility: builtin.Stable,
		Eval: lift(always(types.NewString(""))),
	})
	bind(sequenceParameters, "pg_sequence_parameters(oid)")
}

// statisticFunctions read one counter of a relation; those that nothing counts are 0.
var statisticFunctions = []struct {
	oid   types.OID
	name  string
	count func(u catalog.Usage) int64
}{
	{1928, "pg_stat_get_numscans", func(u catalog.Usage) int64 { return u.Scans }},
	{2878, "pg_stat_get_live_tuples", func(u catalog.Usage) int64 { return u.Rows }},
	{2879, "pg_stat_get_dead_tuples", func(u catalog.Usage) int64 { return u.Dead }},
	{1929, "pg_stat_get_tuples_returned", func(u catalog.Usage) int64 { return u.ScannedRows }},
	{1930, "pg_stat_get_tuples_fetched", func(u catalog.Usage) int64 { return u.ScannedRows }},
	{1931, "pg_stat_get_tuples_inserted", func(u catalog.Usage) int64 { return u.Inserted }},
	{1932, "pg_stat_get_tuples_updated", func(u catalog.Usage) int64 { return u.Updated }},
	{1933, "pg_stat_get_tuples_deleted", func(u catalog.Usage) int64 { return u.Deleted }},
	{1934, "pg_stat_get_blocks_fetched", func(catalog.Usage) int64 { return 0 }},
	{1935, "pg_stat_get_blocks_hit", func(catalog.Usage) int64 { return 0 }},
}

func keywords(_ *builtin.Call, _ []types.Value, yield func(row []types.Value) error) error {
	category := map[string]string{
		"U": "unreserved", "R": "reserved", "C": "unreserved (cannot be function or type name)", "T": "reserved (can be function or type name)",
	}
	for line := range strings.Lines(keywordRows) {
		f := strings.Fields(line)
		label := "requires AS"
		if f[2] == "t" {
			label = "can be bare label"
		}
		err := yield([]types.Value{
			types.NewString(f[0]), types.NewInt(int64(f[1][0])), types.NewBool(f[2] == "t"), types.NewString(category[f[1]]), types.NewString(label),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// registerSizes: what relations take in memory. A table's size includes its
// history and its vectors; an index's its own structures.
func registerSizes() {
	bytes := func(s *scope, id types.OID) int64 { return usageOf(s.host, id).Bytes }
	indexBytes := func(s *scope, id types.OID) (n int64) {
		for _, x := range s.cat.Indexes(id) {
			n += bytes(s, x.ID)
		}
		return n
	}
	size := func(measure func(s *scope, id types.OID) int64) function {
		return func(s *scope, a []types.Value) (types.Value, error) {
			if s.cat.Object(oidArg(a[0])) == nil {
				return types.Null, nil
			}
			return types.NewInt(measure(s, oidArg(a[0]))), nil
		}
	}
	all := func(s *scope) (total int64) {
		for _, class := range []catalog.Class{catalog.ClassTable, catalog.ClassIndex} {
			for _, o := range s.cat.All(class) {
				total += bytes(s, o.ObjectID())
			}
		}
		return total
	}
	bind(size(bytes), "pg_relation_size(regclass)", "pg_table_size(regclass)")
	bind(relationFork(size(bytes)), "pg_relation_size(regclass,text)")
	bind(size(indexBytes), "pg_indexes_size(regclass)")
	bind(size(func(s *scope, id types.OID) int64 { return bytes(s, id) + indexBytes(s, id) }), "pg_total_relation_size(regclass)")
	database := func(find func(s *scope, a types.Value) (*catalog.Database, error)) function {
		return func(s *scope, a []types.Value) (types.Value, error) {
			d, err := find(s, a[0])
			switch {
			case err != nil || d == nil:
				return types.Null, err
			case d.Name != s.host.CurrentDatabase():
				return types.NewInt(0), nil // all relations belong to the connection's
			}
			return types.NewInt(all(s)), nil
		}
	}
	bind(database(func(s *scope, a types.Value) (*catalog.Database, error) {
		d, _ := s.cat.Object(oidArg(a)).(*catalog.Database)
		return d, nil
	}), "pg_database_size(oid)")
	bind(database(func(s *scope, a types.Value) (*catalog.Database, error) {
		if d := s.cat.Database(a.Str()); d != nil {
			return d, nil
		}
		return nil, sqlerr.New(sqlerr.InvalidCatalogName, "database \"%s\" does not exist", a.Str())
	}), "pg_database_size(name)")
	tablespace := func(isDefault func(s *scope, a types.Value) bool) function {
		return func(s *scope, a []types.Value) (types.Value, error) {
			if isDefault(s, a[0]) {
				return types.NewInt(all(s)), nil
			}
			return types.NewInt(0), nil
		}
	}
	const defaultTablespace = 1663
	volatile(2322, "pg_tablespace_size", types.OIDOID, tablespace(func(_ *scope, a types.Value) bool { return a.Int() == defaultTablespace }))
	volatile(2323, "pg_tablespace_size", types.OIDName, tablespace(func(_ *scope, a types.Value) bool { return a.Str() == "pg_default" }))
	bind(func(s *scope, a []types.Value) (types.Value, error) {
		if s.cat.Object(oidArg(a[0])) == nil {
			return types.Null, nil
		}
		return a[0], nil
	}, "pg_relation_filenode(regclass)")
}

// volatile registers a strict volatile function that gives a bigint.
func volatile(oid types.OID, name string, arg types.OID, body function) {
	builtin.Register(&builtin.Function{
		Name: name, OID: oid, Args: []types.OID{arg}, Ret: types.OIDInt8, Strict: true, Volatility: builtin.Volatile, Eval: lift(body),
	})
}

// relationFork measures the main fork; the others do not exist in memory.
func relationFork(main function) function {
	return func(s *scope, a []types.Value) (types.Value, error) {
		switch a[1].Str() {
		case "main":
			return main(s, a)
		case "fsm", "vm", "init":
			return types.NewInt(0), nil
		}
		return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "invalid fork name").
			WithHint("Valid fork names are \"main\", \"fsm\", \"vm\", and \"init\".")
	}
}

// registerWritable binds what tells whether relations can be written and published.
func registerWritable() {
	bind(func(s *scope, a []types.Value) (types.Value, error) {
		t := s.cat.Table(oidArg(a[0]))
		return types.NewBool(t != nil && !t.Virtual && t.Materialized == "" && t.KeepsHistory()), nil
	}, "pg_relation_is_publishable(regclass)")
	bind(func(s *scope, a []types.Value) (types.Value, error) {
		columns, _ := s.cat.Writable(oidArg(a[0]))
		at := a[1].Int()
		return types.NewBool(at > 0 && at <= int64(len(columns)) && columns[at-1]), nil
	}, "pg_column_is_updatable(regclass,int2,bool)")
	bind(func(s *scope, a []types.Value) (types.Value, error) {
		const updates, inserts, deletes = 1 << 2, 1 << 3, 1 << 4
		columns, rows := s.cat.Writable(oidArg(a[0]))
		switch {
		case !rows:
			return types.NewInt(0), nil
		case !slices.Contains(columns, true):
			return types.NewInt(deletes), nil
		}
		return types.NewInt(updates | inserts | deletes), nil
	}, "pg_relation_is_updatable(regclass,bool)")
}

// registerTransactions: transactions are known by their start here, which is
// unique enough for what clients do with the number.
func registerTransactions() {
	current := func(s *scope, _ []types.Value) (types.Value, error) { return types.NewInt(s.TxnTime), nil }
	bind(current, "txid_current()", "pg_current_xact_id()")
	bind(always(types.Null), "txid_current_if_assigned()", "pg_current_xact_id_if_assigned()")
}

// blockingPIDs asks the session who keeps a backend waiting.
func blockingPIDs(s *scope, a []types.Value) (types.Value, error) {
	var list []types.Value
	if h, ok := s.host.(interface{ Blockers(pid int32) []int32 }); ok {
		for _, pid := range h.Blockers(int32(a[0].Int())) {
			list = append(list, types.NewInt(int64(pid)))
		}
	}
	return types.NewArray(types.Int4, list).Encode(), nil
}

func sequenceParameters(s *scope, a []types.Value) (types.Value, error) {
	q, ok := s.cat.Object(oidArg(a[0])).(*catalog.Sequence)
	if !ok {
		return types.Null, sqlerr.New(sqlerr.UndefinedTable, "could not open relation with OID %d", a[0].Int())
	}
	return types.RecordValue{
		Types: []types.Type{types.Int8, types.Int8, types.Int8, types.Int8, types.Bool, types.Int8, types.OIDType},
		Values: []types.Value{
			types.NewInt(q.Start), types.NewInt(q.Min), types.NewInt(q.Max), types.NewInt(q.Increment), types.NewBool(q.Cycle),
			types.NewInt(q.Cache), types.NewInt(int64(q.Type.OID)),
		},
	}.Encode(), nil
}
