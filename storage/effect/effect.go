package effect

import (
	"synapse/catalog/types"
	"synapse/storage/row"
)

// Kind says what an effect does. The numbers are part of the format.
type Kind uint8

// Kinds of effect.
const (
	Put      Kind = iota + 1 // Table, Row, Image: a new version of the row; the one before is closed
	Delete                   // Table, Row: the newest version is closed
	Sequence                 // Sequence, Value, Called: no value beyond Value has left the server
	Ceiling                  // Ceiling: no timestamp beyond it was given to a commit or a reader
	Assign                   // Namespace, To: the namespace lives in shard To
	Reclaim                  // Table, Row, Ceiling: versions that ended at Ceiling or before are gone; no row had a greater id
	Release                  // Table, Ceiling: all rows of a table that was dropped at Ceiling are gone
	Shards                   // Count: the database has Count shards; in its first commit
	Truncate                 // Table: the newest versions of all rows are closed, but for those that the same commit puts
	Archive                  // Table, Row, Ceiling: versions that ended at Ceiling or before are in the archive; no row had a greater id
	Erase                    // Table, Row: all versions of the row are gone, wherever they were
)

// Effect is one change. Which fields count depends on Kind; the others are zero.
// Strings and images of a decoded effect alias the body.
type Effect struct {
	Kind Kind

	Table types.OID // CatalogTable: the row is a catalog object
	Row   uint64    // storage.RowID: shard in the high 16 bits, number in the shard below
	Image row.Image

	Sequence types.OID
	Value    int64
	Called   bool // as in setval's third argument: Value itself was used

	Ceiling int64 // storage.Timestamp: µs since 2000-01-01 UTC

	Namespace string
	To        uint16
	Count     uint16
}

// shardShift is where the shard stands in Effect.Row.
const shardShift = 48

// Shard is whose section the effect stands in: that of its row, else 0.
func (e *Effect) Shard() uint16 {
	switch e.Kind {
	case Put, Delete, Erase, Reclaim, Archive:
		return uint16(e.Row >> shardShift)
	}
	return 0
}
