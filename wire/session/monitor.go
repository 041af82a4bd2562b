package session

import (
	"fmt"
	"sort"
	"time"

	"synapse/catalog"
	"synapse/catalog/types"
	"synapse/storage"
)

// The live sources behind pg_locks, pg_cursors and pg_prepared_statements. Their
// rows have the columns of the relations.

type yieldRow = func(row []types.Value) error

// instant is a point of the wall clock as a timestamptz, NULL for the zero time.
func instant(t time.Time) types.Value {
	if t.IsZero() {
		return types.Null
	}
	return types.NewInt(microsSince2000(t))
}

// lockRows yields what is held and waited for. A connection in a transaction holds
// its virtual transaction id besides, as every PostgreSQL backend does; readers
// of tables take no lock in Synapse and show none.
func (s *Session) lockRows(yield yieldRow) error {
	database := types.Null
	if d := s.catalog().Database(s.db); d != nil {
		database = types.NewInt(int64(d.ID))
	}
	lock := func(kind storage.LockKind, process int32, txn uint64, mode string, granted bool) map[string]types.Value {
		return map[string]types.Value{
			"locktype": text(string(kind)), "pid": types.NewInt(int64(process)), "mode": text(mode),
			"virtualtransaction": text(virtualTransaction(process, txn)), "granted": types.NewBool(granted), "fastpath": types.NewBool(false),
		}
	}
	columns := []string{
		"locktype", "database", "relation", "page", "tuple", "virtualxid", "transactionid", "classid", "objid", "objsubid",
		"virtualtransaction", "pid", "mode", "granted", "fastpath", "waitstart",
	}
	send := func(row map[string]types.Value) error {
		out := make([]types.Value, len(columns))
		for i, name := range columns {
			out[i] = types.Null
			if v, ok := row[name]; ok {
				out[i] = v
			}
		}
		return yield(out)
	}
	for _, other := range s.engine.list() {
		if txn := other.txnID.Load(); txn != 0 {
			row := lock("virtualxid", other.pid, txn, "ExclusiveLock", true)
			row["virtualxid"], row["fastpath"] = row["virtualtransaction"], types.NewBool(true)
			if err := send(row); err != nil {
				return err
			}
		}
	}
	for _, l := range s.engine.Store.Locks() {
		row := lock(l.Kind, l.Process, l.Txn, l.Mode, l.Granted)
		row["database"], row["waitstart"] = database, instant(l.Since)
		switch l.Kind {
		case storage.RelationLock:
			row["relation"] = types.NewInt(int64(l.Relation))
		case storage.TupleLock:
			const tuplesPerPage = 1 << 15
			row["relation"] = types.NewInt(int64(l.Relation))
			row["page"], row["tuple"] = types.NewInt(int64(l.Row)/tuplesPerPage), types.NewInt(int64(l.Row)%tuplesPerPage)
		case storage.ObjectLock:
			row["classid"], row["objid"], row["objsubid"] = types.NewInt(pgClassOID), types.NewInt(int64(l.Relation)), types.NewInt(0)
		case storage.AdvisoryLock:
			row["classid"], row["objid"] = types.NewInt(int64(l.Advisory.Number>>32)), types.NewInt(int64(uint32(l.Advisory.Number)))
			row["objsubid"] = types.NewInt(int64(l.Advisory.Class))
		}
		if err := send(row); err != nil {
			return err
		}
	}
	return nil
}

// pgClassOID is the OID of pg_class.
const pgClassOID = 1259

func virtualTransaction(process int32, txn uint64) string { return fmt.Sprintf("%d/%d", process, txn) }

// cursorRows yields the session's cursors and portals by name.
func (s *Session) cursorRows(yield yieldRow) error {
	var rows [][]types.Value
	add := func(name, statement string, hold, scroll bool, made time.Time) {
		rows = append(rows, []types.Value{
			text(name), text(statement), types.NewBool(hold), types.NewBool(false), types.NewBool(scroll), instant(made),
		})
	}
	for name, c := range s.cursors {
		add(name, c.text, c.hold, c.scroll, c.made)
	}
	for name, p := range s.portals {
		if s.cursors[name] == nil && !p.prep.empty {
			add(name, p.prep.stmt.Text, false, false, p.made)
		}
	}
	return yieldByName(rows, yield)
}

// preparedRows yields the session's prepared statements by name; the unnamed one
// is not shown, as in PostgreSQL.
func (s *Session) preparedRows(yield yieldRow) error {
	var rows [][]types.Value
	for name, p := range s.prepared {
		if name == "" {
			continue
		}
		rows = append(rows, []types.Value{
			text(name), text(p.text), instant(p.made), typeArray(len(p.params), func(i int) types.Type { return p.params[i] }),
			types.NewBool(p.sql), types.NewInt(p.runs), types.NewInt(0),
		})
	}
	return yieldByName(rows, yield)
}

// typeArray makes a regtype[].
func typeArray(n int, at func(i int) types.Type) types.Value {
	list := make([]types.Value, n)
	for i := range list {
		list[i] = types.NewInt(int64(at(i).OID))
	}
	return types.NewArray(types.Of(types.OIDRegtype), list).Encode()
}

func yieldByName(rows [][]types.Value, yield yieldRow) error {
	sort.Slice(rows, func(i, j int) bool { return rows[i][0].Str() < rows[j][0].Str() })
	for _, r := range rows {
		if err := yield(r); err != nil {
			return err
		}
	}
	return nil
}

// Usage implements catalog.UsageSource: as of now, whatever moment the statement reads.
func (h *host) Usage(relation types.OID) catalog.Usage {
	c := h.Catalog()
	shared := func(t *catalog.Table) bool { return t != nil && t.BoundColumn() != 0 && h.s.bound() } // others' rows count in it
	if t := c.Table(relation); t != nil && !t.Virtual && !shared(t) {
		return h.s.engine.Store.Usage(relation, 0)
	}
	if x := c.Index(relation); x != nil && !shared(c.Table(x.Table)) {
		return h.s.engine.Store.Usage(x.Table, x.ID)
	}
	return catalog.Usage{}
}

// Blockers lists the backends that keep one waiting, for pg_blocking_pids.
func (h *host) Blockers(pid int32) []int32 { return h.s.engine.Store.Blockers(pid) }

// list is a copy of the open sessions.
func (e *Engine) list() []*Session {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := make([]*Session, 0, len(e.sessions))
	for _, s := range e.sessions {
		out = append(out, s)
	}
	return out
}
