package memory

import "synapse/catalog/types"

// Host is the session that runs the functions: wire/session implements it on
// top of builtin.Host.
type Host interface {
	// Run runs a named statement of Statements in the caller's transaction and
	// yields its rows. A statement that only reads sees the caller's snapshot, or
	// the state at asOf (µs since 2000) where that is not 0.
	Run(name string, asOf int64, params []types.Value, yield func(row []types.Value) error) error
	// Query ranks the entries of a namespace and yields rows of QueryColumns.
	Query(q *QueryArgs, yield func(row []types.Value) error) error
	// ReplayQuery runs a recorded recall once more.
	ReplayQuery(queryID types.Value, o Replay, yield func(row []types.Value) error) error
	// Hits yields what a recorded recall returned, as rows of memory.lineage_hits;
	// none for an id that is not known.
	Hits(queryID types.Value, yield func(row []types.Value) error) error
	// Recorded tells what was asked; nil for an id that is not known.
	Recorded(queryID types.Value) (*Recorded, error)
	// Operation is told of the call of a memory function; nil: nobody watches. ns and question are
	// NULL where the function has no such argument.
	Operation(name string, ns, question types.Value) Operation
	// Evicted is told how many entries a namespace's policy removed.
	Evicted(ns string, entries int)
	// CacheAsked is told of every question to the answer cache.
	CacheAsked(ns string, hit bool)
	// Embed turns a text into a vector by the engine's embedder.
	Embed(text string) ([]float32, error)
	// EmbedAll does so for several texts at once.
	EmbedAll(texts []string) ([][]float32, error)
	// Model is the engine's embedder's, "" if there is none.
	Model() string
	// CheckModel refuses a model that is not the namespace's; "" is none that was named.
	CheckModel(ns, model string) error
	// Information is what a content told when its entry was written: the sum of its
	// distinct terms' idf in the namespace as of the version (its _system_from).
	Information(ns, content string, version int64) (float64, error)
	// FlushTouches stores what recalls returned of a namespace since the last time.
	FlushTouches(ns string) error
	// WouldHaveHit yields the evicted entries that a question would return were they
	// there; without a question, for the recalls recorded since a moment (µs since
	// 2000), each as of then.
	WouldHaveHit(q *QueryArgs, since int64, yield func(row []types.Value) error) error
	// Changes yields the versions of a namespace's rows in a table of the schema that
	// ended after a moment or have not ended, as of what the caller sees; times are
	// µs since 2000. Rows that nothing happened to since may be among them. row is
	// valid during the call.
	Changes(table string, columns []string, ns string, since int64, yield func(from, to int64, row []types.Value) error) error
	// Secret keeps the running statement's text and parameters out of the lineage.
	Secret()
	// CountRows counts the rows of a table of the schema, and their versions, of which
	// a version's columns match.
	CountRows(table string, columns []string, match func(row []types.Value) bool) (rows, versions int64, err error)
	// EraseRows erases them with the transaction's commit, all their versions, and
	// the texts that lineage kept of them.
	EraseRows(table string, columns []string, match func(row []types.Value) bool) (rows, versions int64, err error)
	// EraseLineage marks the recalls that returned one of the entries as erased, with
	// the transaction's commit.
	EraseLineage(ids []types.Value)
	// Notify queues a notification for the transaction's commit.
	Notify(channel, payload string) error
	// Setting is a setting of the session.
	Setting(name string) (value string, ok bool)
	// BindNamespace lets a role read, or write too, the namespaces of a pattern; with revoke it ends that.
	BindNamespace(role, pattern string, write, revoke bool) error
	// Agent is the claimed agent of the session.
	Agent() string
	// NewID makes a UUID of version 7.
	NewID() types.Value
	// SyncLineage returns once the lineage recorded so far is on disk.
	SyncLineage() error
}

// QueryArgs are the arguments of memory.query. Times are µs since 2000, 0 = not given.
type QueryArgs struct {
	NS         string
	Query      string // "" = none
	HasQuery   bool
	Embedding  []float32 // nil = none
	K          int
	Filter     types.Value // jsonb or NULL
	AsOf       int64
	ValidAsOf  int64
	Profile    string // "" = the namespace's
	Budget     int    // tokens, 0 = no limit
	Namespaces []string
}

// Replay says how a recorded recall is run again; zero: exactly as it was.
type Replay struct {
	AsOf         int64       // µs since 2000 instead of the snapshot that it read
	WithoutID    types.Value // an entry to leave out; NULL: none
	WithoutAgent string      // an agent whose entries are left out
	Deeper       int         // so many entries more than were asked for
}

// Recorded is what lineage knows of a recall.
type Recorded struct {
	At        int64 // µs since 2000: the snapshot that it read
	Agent     string
	Namespace string
	Question  types.Value // NULL: there was none, or it was not kept
}
