package session

import (
	"net"
	"strconv"
	"time"

	"synapse/catalog"

	"synapse/catalog/types"
	"synapse/storage"
)

// activity is one state of a session, replaced as a whole.
type activity struct {
	state      string
	query      string
	queryStart int64
	stateSince int64
	app        string
}

// maxActivityText bounds the query text shown in pg_stat_activity (track_activity_query_size).
const maxActivityText = 1024

func (s *Session) setActivity(state, query string) {
	if len(query) > maxActivityText {
		query = query[:maxActivityText]
	}
	now := int64(s.engine.Store.Now())
	a := &activity{state: state, query: query, stateSince: now, queryStart: now, app: s.settings.must("application_name")}
	if old := s.activity.Load(); old != nil && state != "active" {
		a.queryStart = old.queryStart
	}
	s.activity.Store(a)
}

// lastQuery is the text of the newest statement, as pg_stat_activity shows it.
func (s *Session) lastQuery() string { return s.activity.Load().query }

// microsSince2000 converts a wall-clock time.
func microsSince2000(t time.Time) int64 { return t.UnixMicro() - 946_684_800_000_000 }

// activityRows yields the live source "activity": pid, database, user, application,
// client address, client port, backend start, query start, state change, state, query,
// transaction start, transaction id, kind of lock it waits for ("" = none).
// What others do is theirs to see, and of the members of pg_read_all_stats.
func (s *Session) activityRows(yield func(row []types.Value) error) error {
	e := s.engine
	all := s.hasPrivilegesOf(catalog.RoleReadAllStats)
	waits := map[int32]storage.LockKind{}
	for _, l := range e.Store.Locks() {
		if !l.Granted {
			waits[l.Process] = l.Kind
		}
	}
	apart := s.tenant() != 0
	for _, o := range e.list() {
		if !all && !s.hasPrivilegesOf(o.login.ID) {
			if apart {
				continue
			}
			if err := yield(o.hiddenActivity()); err != nil {
				return err
			}
			continue
		}
		a := o.activity.Load()
		host, port, _ := net.SplitHostPort(o.addr)
		n, _ := strconv.Atoi(port)
		err := yield([]types.Value{
			types.NewInt(int64(o.pid)), text(o.db), text(o.login.Name), text(a.app), text(host), types.NewInt(int64(n)),
			types.NewInt(microsSince2000(o.started)), types.NewInt(a.queryStart), types.NewInt(a.stateSince), text(a.state), text(a.query),
			orNull(o.txnStart.Load()), orNull(int64(o.txnID.Load())), text(string(waits[o.pid])),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// hiddenActivity is the row of a session of which the reader may know but that it is there.
func (s *Session) hiddenActivity() []types.Value {
	null := types.Null
	return []types.Value{
		types.NewInt(int64(s.pid)), text(s.db), text(s.login.Name), null, null, null,
		null, null, null, null, text("<insufficient privilege>"),
		null, null, null,
	}
}

// settingRows yields the live source "settings": name, value, unit, description,
// type, default, reset value, minimum, maximum, changeable, values of an enum.
func (s *Session) settingRows(yield func(row []types.Value) error) error {
	kinds := map[settingKind]string{stringSetting: "string", boolSetting: "bool", intSetting: "integer", realSetting: "real", enumSetting: "enum"}
	for _, d := range sortedSettings() {
		reset, ok := s.settings.reset[d.name]
		if !ok {
			reset = d.def
		}
		context := "user"
		if d.fixed {
			context = "internal"
		}
		err := yield([]types.Value{
			text(d.name), text(d.inUnit(s.showValue(d.name))), text(d.unit), text(d.desc), text(kinds[d.kind]), text(d.inUnit(d.def)),
			text(d.inUnit(reset)), types.NewInt(d.min), types.NewInt(d.max), text(context), enumOf(d),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// orNull is a number, NULL for 0.
func orNull(n int64) types.Value {
	if n == 0 {
		return types.Null
	}
	return types.NewInt(n)
}

// inUnit is a value as pg_settings shows it: a number of the setting's unit.
func (d *settingDef) inUnit(shown string) string {
	switch d.unit {
	case "ms":
		if n := durationSetting(shown); n > 0 {
			return strconv.FormatInt(n.Milliseconds(), 10)
		}
	case "kB":
		return strconv.FormatInt(memorySetting(shown)/1024, 10)
	}
	return shown
}

// enumOf is the array of the values that an enum setting takes, NULL for others.
func enumOf(d *settingDef) types.Value {
	if d.kind != enumSetting {
		return types.Null
	}
	return textArray(d.enum)
}
