package lineage

import (
	"time"

	"github.com/google/uuid"

	"synapse/catalog/types"
)

// Record is one row of memory.lineage: a top-level statement, or a ranked call
// inside one (ParentID set). Times are microseconds since 2000-01-01 UTC.
type Record struct {
	QueryID     uuid.UUID // version 7
	ParentID    uuid.UUID // of ranked calls; zero for statements
	StartedAt   int64
	Duration    time.Duration
	Snapshot    int64 // system time that was read
	AsOf        int64 // resolved AS OF of the statement; 0 = none
	Role        string
	Agent       string
	Application string
	Database    string
	Namespace   string // of ranked calls, and of statements that name one
	SQL         string
	Fingerprint uint64
	Params      []Param
	Rows        int64
	SQLState    string // "00000" for success
	TraceID     string
	SpanID      string
	Plan        string // one-line summary
	OwnWrites   bool   // read uncommitted writes of its own transaction: cannot be replayed
	Approximate bool
	Erased      bool      // it read or held what was erased since: cannot be replayed
	QueryVector []float32 // ranked calls: the resolved vector
	Hits        []Hit     // ranked calls, in rank order
}

// Param is one parameter as text, or as a vector. Type is its OID.
type Param struct {
	Type   uint32
	Text   string
	Vector []float32 // not nil: instead of Text
	Null   bool
}

// String is the parameter's text, "" for NULL.
func (p *Param) String() string {
	if p.Vector == nil {
		return p.Text
	}
	return string(types.AppendText(nil, types.Vector, types.VectorFromFloat32s(p.Vector), types.DefaultFormat))
}

// Hit is one row of memory.lineage_hits.
type Hit struct {
	Rank    int
	ID      string // text form of the row's key (the entry's uuid)
	Row     uint64 // storage's row id
	Version int64  // the row version's system time
	Score   float64
	Parts   string // JSON: the parts of the score
}
