// Package types holds the values of the engine: SQL types, the three shapes a
// value takes, and every codec between them.
//
//   - Value is one value: parameters, keys, constants, rows in flight.
//   - Column is one typed column of a batch: what operators and kernels work on.
//   - payload bytes are one value at rest (row payloads, keys, array elements).
//
// A value's SQL type is never stored beside it: the plan knows it statically
// and passes a Type to whoever needs one (Compare, AppendText, …).
//
// # Payload by type
//
// Fixed class (Value.Int, Column.I64):
//
//	bool                       0 or 1
//	int2 int4 int8             the number
//	oid, xid, cid, reg*        the unsigned 32-bit number
//	"char"                     the byte
//	float4 float8              math.Float64bits of the (widened) number
//	date                       days since 2000-01-01; ±infinity = MaxInt32/MinInt32
//	time                       microseconds since midnight
//	timestamp timestamptz      microseconds since 2000-01-01 (UTC); ±infinity = MaxInt64/MinInt64
//
// Variable class (Value.Str, Column.Str), a string that may alias a slab:
//
//	text varchar bpchar name unknown json xml citext   the UTF-8 text itself
//	bytea                      the bytes
//	uuid                       16 bytes
//	interval                   16 bytes little endian: int64 microseconds, int32 days, int32 months
//	timetz                     12 bytes little endian: int64 microseconds, int32 zone (seconds west)
//	numeric                    PostgreSQL's binary format (numeric_send), see numeric.go
//	jsonb                      own binary form, see jsonb.go
//	arrays, record             own binary form, see array.go and record.go
//	hstore                     own binary form, see hstore.go
//	ranges, multiranges        own binary form, see range.go and range_compare.go
//	vector                     dims × float32 little endian; halfvec: dims × float16; sparsevec: see sparsevec.go
//	tsvector, tsquery          see tsvector.go and tsquery.go
//	enums                      a label's position (fixed class), domains as their base type: see defined.go
//
// # Where things are
//
//   - input.go and output.go are PostgreSQL's input and output functions, binary.go
//     its recv and send; each dispatches to one file per type (int.go, float.go,
//     numeric.go, datetime_*.go, interval_*.go, array*.go, vector.go, …).
//   - typmod.go reads and shows modifiers, typmod_apply.go applies them.
//   - compare.go, key.go and hash.go agree with each other: keys sort as Compare
//     says, equal values hash alike.
//   - jsonb.go reads a jsonb payload in place; jsonb_tree.go builds and edits one.
//   - numeric_*.go is arithmetic on Decimal, with PostgreSQL's result scales.
//   - template_*.go is to_char, to_timestamp, to_date and to_number.
//   - zone.go finds time zones; calendar.go converts dates, instants and wall clocks.
//
// What PostgreSQL answers is kept in testdata/*.tsv, which testdata/regen.sh
// rewrites from a server.
//
// Not supported: input of anonymous records, which PostgreSQL refuses too.
//
// Start reading at type.go, value.go, column.go.
package types
