package session

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec"
	"synapse/storage"
)

// host is the session as function bodies and virtual relations see it, for one
// statement. It implements builtin.Host and catalog.VirtualSource.
type host struct {
	s       *Session
	ctx     context.Context
	view    *storage.View
	past    bool // the view is a past moment
	frozen  bool // functions called here see the view too, and write nothing
	env     *exec.Env
	lineage *capture
	texts   map[string]*textModel // by what was asked, see TextScore
}

func (h *host) CurrentUser() string     { return h.s.role().Name }
func (h *host) SessionUser() string     { return h.s.settings.must("session_authorization") }
func (h *host) CurrentDatabase() string { return h.s.db }
func (h *host) BackendPID() int32       { return h.s.pid }
func (h *host) ClientAddr() string      { return h.s.addr }

// Catalog returns the catalog that the statement reads.
func (h *host) Catalog() *catalog.Catalog {
	if h.view != nil {
		return h.view.Catalog()
	}
	return h.s.catalog()
}

// SearchPath returns the existing schemas of search_path, without the implicit ones.
func (h *host) SearchPath() []string { return h.s.searchPath(h.Catalog()) }

func (h *host) Setting(name string) (string, bool) {
	if _, ok := h.s.settings.get(name); !ok {
		return "", false
	}
	if lookupSetting(name) == nil {
		return h.s.settings.get(name)
	}
	return h.s.showValue(name), true
}

func (h *host) SetSetting(name, value string, local bool) error {
	return h.s.setSetting(h.ctx, name, value, local)
}

func (h *host) sequence(id types.OID) (*catalog.Sequence, error) {
	seq, ok := h.s.catalog().Object(id).(*catalog.Sequence)
	if !ok {
		return nil, sqlerr.New(sqlerr.UndefinedTable, "could not open relation with OID %d", id)
	}
	return seq, nil
}

// NextVal advances a sequence; the value survives a rollback, as in PostgreSQL.
func (h *host) NextVal(id types.OID) (int64, error) {
	seq, err := h.sequence(id)
	if err != nil {
		return 0, err
	}
	if err := h.s.mayUse(seq, catalog.MayUse|catalog.MayUpdate); err != nil {
		return 0, err
	}
	v, err := h.s.engine.Store.NextVal(h.ctx, seq)
	if err != nil {
		return 0, err
	}
	h.s.currVal[id] = v
	h.s.lastSeq = id
	return v, nil
}

func (h *host) CurrVal(id types.OID) (int64, error) {
	seq, err := h.sequence(id)
	if err != nil {
		return 0, err
	}
	if err := h.s.mayUse(seq, catalog.MayUse|catalog.MaySelect); err != nil {
		return 0, err
	}
	v, ok := h.s.currVal[id]
	if !ok {
		return 0, sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "currval of sequence %q is not yet defined in this session", seq.Name)
	}
	return v, nil
}

func (h *host) LastVal() (int64, error) {
	v, ok := h.s.currVal[h.s.lastSeq]
	if !ok {
		return 0, sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "lastval is not yet defined in this session")
	}
	return v, nil
}

func (h *host) SequenceState(id types.OID) (last int64, called bool, err error) {
	seq, err := h.sequence(id)
	if err != nil {
		return 0, false, err
	}
	last, called = h.s.engine.Store.Position(seq)
	return last, called, nil
}

func (h *host) SetVal(id types.OID, value int64, called bool) error {
	seq, err := h.sequence(id)
	if err != nil {
		return err
	}
	if err := h.s.mayUse(seq, catalog.MayUpdate); err != nil {
		return err
	}
	if value < seq.Min || value > seq.Max {
		return sqlerr.New(sqlerr.NumericValueOutOfRange, "setval: value %d is out of bounds for sequence %q (%d..%d)", value, seq.Name, seq.Min, seq.Max)
	}
	if called {
		h.s.currVal[id] = value
	}
	return h.s.engine.Store.SetVal(h.ctx, seq, value, called)
}

func (h *host) AdvisoryLock(key int64, two, shared, xact, try bool) (bool, error) {
	return h.s.advisoryLock(h.ctx, key, two, shared, xact, try)
}

func (h *host) AdvisoryUnlock(key int64, two, shared bool) (bool, error) {
	return h.s.advisoryUnlock(key, two, shared)
}

func (h *host) AdvisoryUnlockAll() { h.s.engine.Store.AdvisoryUnlockAll(h.s.owner) }

// maxNotifyBytes is PostgreSQL's limit of a NOTIFY payload.
const maxNotifyBytes = 7999

func (h *host) Notify(channel, payload string) error { return h.s.checkedNotify(channel, payload) }

func (s *Session) checkedNotify(channel, payload string) error {
	if channel == "" {
		return sqlerr.New(sqlerr.InvalidParameterValue, "channel name cannot be empty")
	}
	if len(channel) > 63 {
		return sqlerr.New(sqlerr.InvalidParameterValue, "channel name too long")
	}
	if err := s.mayUseChannel(channel, true); err != nil {
		return err
	}
	if len(payload) > maxNotifyBytes {
		return sqlerr.New(sqlerr.InvalidParameterValue, "payload string too long")
	}
	s.notify(channel, payload)
	return nil
}

func (h *host) Notice(severity, message string) {
	e := sqlerr.Notice("%s", message)
	e.Severity = sqlerr.Severity(severity)
	h.s.notice(e)
}

// Statistic implements catalog.VirtualSource.
func (h *host) Statistic(name string) func(yield func(row []types.Value) error) error {
	switch name {
	case "settings":
		return h.s.settingRows
	case "activity":
		return h.s.activityRows
	case "locks":
		return h.s.lockRows
	case "cursors":
		return h.s.cursorRows
	case "prepared_statements":
		return h.s.preparedRows
	case "lineage":
		return h.s.lineageRows
	case "lineage_hits":
		return h.s.hitRows
	}
	return h.s.engine.Statistics[name]
}

// searchPath resolves the setting: "$user" is the role's schema; missing schemas are left out.
func (s *Session) searchPath(c *catalog.Catalog) []string {
	var out []string
	today, role := s.catalog(), s.role()
	for _, name := range splitPath(s.settings.must("search_path")) {
		if name == "$user" {
			name = role.Name
		}
		if name == "pg_temp" {
			name = s.tempSchema()
		}
		if n := today.Schema(name); n != nil && name != s.tempSchema() && today.Privileges(role.ID, n)&catalog.MayUse == 0 {
			continue
		}
		// A schema that a past catalog does not have yet still decides which of
		// today's tables is meant.
		if c.Schema(name) != nil || today.Schema(name) != nil {
			out = append(out, name)
		}
	}
	return out
}

// bindPath is searchPath with the implicit schemas first: the session's temporary one, then pg_catalog.
func (s *Session) bindPath(c *catalog.Catalog) []string {
	k := pathKey{c, s.catalog(), s.settings.must("search_path"), s.role().Name}
	if k != s.path.key || s.path.names == nil {
		s.path.key, s.path.names = k, s.resolvePath(c)
	}
	return s.path.names
}

// pathKey is all that the schemas looked through depend on.
type pathKey struct {
	at, today     *catalog.Catalog
	setting, user string
}

func (s *Session) resolvePath(c *catalog.Catalog) []string {
	path := s.searchPath(c)
	var out []string
	if !contains(path, s.tempSchema()) && c.Schema(s.tempSchema()) != nil {
		out = append(out, s.tempSchema())
	}
	if !contains(path, "pg_catalog") {
		out = append(out, "pg_catalog")
	}
	return slices.Clip(append(out, path...))
}

func (s *Session) tempSchema() string {
	if s.temporary == "" {
		s.temporary = "pg_temp_" + strconv.Itoa(int(s.pid))
	}
	return s.temporary
}

func contains(list []string, x string) bool {
	for _, y := range list {
		if y == x {
			return true
		}
	}
	return false
}

// splitPath splits a search_path value at commas outside quotes.
func splitPath(value string) []string {
	var out []string
	var word strings.Builder
	quoted, was := false, false
	end := func() {
		w := word.String()
		if !was {
			w = strings.ToLower(strings.TrimSpace(w))
		}
		if w != "" {
			out = append(out, w)
		}
		word.Reset()
		was = false
	}
	for i := 0; i < len(value); i++ {
		switch ch := value[i]; {
		case ch == '"' && quoted && i+1 < len(value) && value[i+1] == '"':
			word.WriteByte('"')
			i++
		case ch == '"':
			if !quoted {
				word.Reset()
			}
			quoted, was = !quoted, true
		case ch == ',' && !quoted:
			end()
		case was && !quoted: // spaces behind a quoted name
		default:
			word.WriteByte(ch)
		}
	}
	end()
	return out
}
