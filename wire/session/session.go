package session

import (
	"context"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"time"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/storage"
)

// Session is one client's conversation. All methods but those of activity are
// called by the goroutine of its connection.
type Session struct {
	engine    *Engine
	sink      Sink
	pid       int32
	owner     *storage.Owner // of the session\'s advisory locks
	addr      string
	login     *catalog.Role // as it was at login; see identity.go
	definer   *catalog.Role // of the SECURITY DEFINER function that runs
	identity  identity
	temporary string // name of its temporary schema
	db        string
	ctx       context.Context // of the statement in work; see statementContext
	settings  *settings
	path      struct { // the schemas of the last statement
		key   pathKey
		names []string
	}

	block    block
	prepared map[string]*prepared
	portals  map[string]*portal
	cursors  map[string]*cursor

	inbox  inbox
	outbox []Notification // NOTIFY of the open transaction
	listen []listenChange // LISTEN and UNLISTEN of the open transaction

	random     *rand.Rand          // of random() and setseed
	lastSeq    types.OID           // of lastval
	currVal    map[types.OID]int64 // of currval
	lastCommit storage.Timestamp

	// fixed is the catalog of a session without store and transaction: it runs the
	// functions of an index's expressions.
	fixed *catalog.Catalog

	routines map[routineKey]*routine     // created functions, compiled
	depth    int                         // of calls of them
	casts    map[[2]types.Type]plan.Expr // of values that functions assign
	unnamed  int                         // cursors that were given a name

	activity atomic.Pointer[activity] // what pg_stat_activity shows
	txnStart atomic.Int64             // of the open transaction, 0 = none
	txnID    atomic.Uint64
	started  time.Time
}

// Open starts a session for a start-up packet. Errors are FATAL.
func (e *Engine) Open(params map[string]string, addr string, pid int32, sink Sink) (*Session, error) {
	user := params["user"]
	if user == "" {
		return nil, sqlerr.New(sqlerr.InvalidAuthorization, "no PostgreSQL user name specified in startup packet").Fatal()
	}
	db := params["database"]
	if db == "" {
		db = user
	}
	s := &Session{
		engine: e, sink: sink, pid: pid, addr: addr, db: db,
		prepared: map[string]*prepared{}, portals: map[string]*portal{}, cursors: map[string]*cursor{},
		currVal: map[types.OID]int64{}, routines: map[routineKey]*routine{}, casts: map[[2]types.Type]plan.Expr{}, started: time.Now(), random: rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())),
	}
	s.owner = e.Store.NewOwner(pid)
	s.settings = newSettings(nil) // nothing is reported before login is over
	if err := s.admit(user); err != nil {
		return nil, err
	}
	if err := s.applyStartup(params); err != nil {
		return nil, sqlerr.From(err).Fatal()
	}
	s.settings.report = func(name, value string) { sink.ParameterStatus(name, value) }
	s.setActivity("idle", "")
	if err := e.enroll(s); err != nil {
		return nil, err
	}
	e.opened.Add(1)
	return s, nil
}

// enroll makes a session known, unless its role has all the sessions it may.
func (e *Engine) enroll(s *Session) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if limit := s.login.ConnLimit; limit >= 0 && !s.login.Super {
		open := 0
		for _, o := range e.sessions {
			if o.login.ID == s.login.ID {
				open++
			}
		}
		if open >= limit {
			return sqlerr.New(sqlerr.TooManyConnections, "too many connections for role %q", s.login.Name).Fatal()
		}
	}
	e.sessions[s.pid] = s
	return nil
}

// admit checks that role and database exist, and that the one may use the other.
func (s *Session) admit(user string) error {
	ctx := context.Background()
	view, err := s.engine.Store.SnapshotAt(ctx, s.engine.Store.Watermark(), storage.Principal{Super: true})
	if err != nil {
		return sqlerr.From(err).Fatal()
	}
	defer view.Close()
	c := view.Catalog()
	r := c.Role(user)
	if r == nil {
		return sqlerr.New(sqlerr.InvalidAuthorization, "role %q does not exist", user).Fatal()
	}
	if !r.Login {
		return sqlerr.New(sqlerr.InvalidAuthorization, "role %q is not permitted to log in", user).Fatal()
	}
	d := c.Database(s.db)
	if d == nil {
		return sqlerr.New(sqlerr.InvalidCatalogName, "database %q does not exist", s.db).Fatal()
	}
	if c.Privileges(r.ID, d)&catalog.MayConnect == 0 {
		return sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied for database %q", s.db).
			WithDetail("User does not have CONNECT privilege.").Fatal()
	}
	for name, value := range r.Settings {
		if err := s.settings.set(name, value, false); err == nil {
			s.settings.reset[strings.ToLower(name)] = value
		}
	}
	s.become(r)
	s.settings.values["synapse.durability"] = s.engine.Durability
	return nil
}

// applyStartup takes settings from the packet: "options" (-c name=value, --name=value) and names of their own.
func (s *Session) applyStartup(params map[string]string) error {
	for name, value := range params {
		switch name {
		case "user", "database", "replication", "options":
			continue
		}
		if err := s.startupSetting(name, value); err != nil {
			return err
		}
	}
	for _, kv := range parseOptions(params["options"]) {
		if err := s.startupSetting(kv.Name, kv.Value); err != nil {
			return err
		}
	}
	s.settings.undo = s.settings.undo[:0]
	return nil
}

func (s *Session) startupSetting(name, value string) error {
	if err := s.settings.set(name, value, false); err != nil {
		return err
	}
	key := strings.ToLower(name)
	if d := lookupSetting(name); d != nil {
		key = d.name
	}
	s.settings.reset[key] = s.settings.values[key]
	return nil
}

// parseOptions reads the command-line form of the options parameter; a backslash keeps the next character.
func parseOptions(text string) []Setting {
	var words []string
	var word strings.Builder
	in := false
	for i := 0; i < len(text); i++ {
		switch ch := text[i]; {
		case ch == '\\' && i+1 < len(text):
			i++
			word.WriteByte(text[i])
			in = true
		case ch == ' ' || ch == '\t' || ch == '\n':
			if in {
				words = append(words, word.String())
				word.Reset()
				in = false
			}
		default:
			word.WriteByte(ch)
			in = true
		}
	}
	if in {
		words = append(words, word.String())
	}
	var out []Setting
	for i := 0; i < len(words); i++ {
		w := words[i]
		switch {
		case w == "-c" && i+1 < len(words):
			i++
			w = words[i]
		case strings.HasPrefix(w, "-c"):
			w = w[2:]
		case strings.HasPrefix(w, "--"):
			w = w[2:]
		default:
			continue
		}
		if name, value, ok := strings.Cut(w, "="); ok {
			out = append(out, Setting{strings.ReplaceAll(name, "-", "_"), value})
		}
	}
	return out
}

// Close ends the session: open work is rolled back, locks are released.
func (s *Session) Close() {
	s.abortBlock()
	s.closeHeld()
	s.engine.hub.unlisten("", s)
	s.engine.Store.AdvisoryUnlockAll(s.owner)
	s.dropTemporary()
	s.engine.mu.Lock()
	delete(s.engine.sessions, s.pid)
	s.engine.mu.Unlock()
}

// ReportedSettings are the ones a client is told at login, in a stable order.
func (s *Session) ReportedSettings() []Setting {
	var out []Setting
	for _, d := range sortedSettings() {
		if d.report {
			out = append(out, Setting{d.name, s.settings.must(d.name)})
		}
	}
	return out
}

// principal is who the session acts as.
func (s *Session) principal() storage.Principal {
	return *s.who()
}

// who is principal, made once per identity.
func (s *Session) who() *storage.Principal {
	r := s.role() // fills the cache
	if s.definer == nil && s.identity.who != nil {
		return s.identity.who
	}
	c := s.catalog()
	p := &storage.Principal{Role: r.ID, Name: r.Name, Super: r.Super, Owns: func(owner types.OID) bool { return c.HasPrivilegesOf(r.ID, owner) }}
	p.Namespaces, p.Writable = c.NamespacePatterns(r.ID)
	if s.definer == nil {
		s.identity.who = p
	}
	return p
}

// beginCommand starts a command of the transaction as who the session is now.
func (s *Session) beginCommand(ctx context.Context) (*storage.View, error) {
	s.block.txn.Act(s.who())
	return s.block.txn.BeginCommand(ctx)
}
