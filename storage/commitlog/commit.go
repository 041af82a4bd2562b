package commitlog

import (
	"encoding/binary"

	"synapse/catalog/sqlerr"
)

// PartMax is the most bytes of a transaction's body in one record.
const PartMax = 1 << 20

// Commit is one committed transaction. Body is opaque to the log.
type Commit struct {
	LSN            LSN // of the commit record
	First          LSN // of the first record that belongs to it
	Txn            uint64
	Timestamp      int64 // microseconds since 2000-01-01 UTC
	CatalogVersion uint64
	Parts          int    // part records; for AppendCommit: those that AppendPart wrote before
	PartBytes      int    // for AppendCommit: body bytes that AppendPart wrote before
	Body           []byte // for AppendCommit: the rest of the body; from an Assembler: all of it
}

// Head of a commit record's payload, little endian:
//
//	 0  uint8   format, 1
//	 1  3 bytes 0
//	 4  uint32  number of part records
//	 8  uint64  catalog version
//	16  uint64  bytes of the whole body
//	24  the last piece of the body
const (
	commitHeadBytes = 24
	commitFormat    = 1
)

// AppendPart writes a piece of a running transaction's body, split as needed,
// and returns the number of part records written, which the caller sums up for
// Commit.Parts. If the transaction fails the caller must append a TypeAbort
// record, else the parts hold back TruncateBelow for the life of the process.
func (l *Log) AppendPart(txn uint64, body []byte) (parts int, err error) {
	for len(body) > 0 {
		n := min(len(body), l.partBytes)
		if _, err := l.Append(Record{Type: TypePart, Txn: txn, Payload: body[:n]}); err != nil {
			return parts, err
		}
		parts++
		body = body[n:]
	}
	return parts, nil
}

// AppendCommit writes the rest of a transaction's body and its commit record,
// and returns the commit record's LSN, the one to Sync. On an error (53100: the
// disk is full) nothing of the transaction counts.
func (l *Log) AppendCommit(c Commit) (LSN, error) {
	total := c.PartBytes + len(c.Body)
	cut := 0
	if len(c.Body) > l.partBytes {
		cut = (len(c.Body) - 1) / l.partBytes * l.partBytes
	}
	parts, err := l.AppendPart(c.Txn, c.Body[:cut])
	if err != nil {
		l.abandon(c.Txn, c.Parts+parts)
		return 0, err
	}
	payload := make([]byte, commitHeadBytes, commitHeadBytes+len(c.Body)-cut)
	payload[0] = commitFormat
	binary.LittleEndian.PutUint32(payload[4:], uint32(c.Parts+parts))
	binary.LittleEndian.PutUint64(payload[8:], c.CatalogVersion)
	binary.LittleEndian.PutUint64(payload[16:], uint64(total))
	payload = append(payload, c.Body[cut:]...)
	lsn, err := l.Append(Record{Type: TypeCommit, Txn: c.Txn, Timestamp: c.Timestamp, Payload: payload})
	if err != nil {
		l.abandon(c.Txn, c.Parts+parts)
	}
	return lsn, err
}

// abandon voids the parts of a commit that did not fit. Should it fail too, the
// next TypeOpen voids them.
func (l *Log) abandon(txn uint64, parts int) {
	if parts > 0 {
		_, _ = l.Append(Record{Type: TypeAbort, Txn: txn})
	}
}

// Assembler puts the records of a log, fed in order, together to commits.
// The zero Assembler is ready. Not safe for concurrent use.
type Assembler struct {
	pending map[uint64]*partial
}

type partial struct {
	first LSN
	parts int
	body  []byte
}

// Add takes the next record. It returns a commit when r seals one, else nil.
// It copies what it keeps; the commit's body may alias r.Payload. Error: XX001
// where the pieces do not match the seal.
func (a *Assembler) Add(r Record) (*Commit, error) {
	switch r.Type {
	case TypePart:
		a.part(r)
	case TypeAbort:
		delete(a.pending, r.Txn)
	case TypeOpen:
		clear(a.pending)
	case TypeCommit:
		return a.seal(r)
	}
	return nil, nil
}

func (a *Assembler) part(r Record) {
	p := a.pending[r.Txn]
	if p == nil {
		if a.pending == nil {
			a.pending = map[uint64]*partial{}
		}
		p = &partial{first: r.LSN}
		a.pending[r.Txn] = p
	}
	p.parts++
	p.body = append(p.body, r.Payload...)
}

func (a *Assembler) seal(r Record) (*Commit, error) {
	b := r.Payload
	if len(b) < commitHeadBytes || b[0] != commitFormat {
		return nil, sqlerr.New(sqlerr.DataCorrupted, "commit record %d has an unknown format", r.LSN)
	}
	c := &Commit{
		LSN: r.LSN, First: r.LSN, Txn: r.Txn, Timestamp: r.Timestamp,
		Parts:          int(binary.LittleEndian.Uint32(b[4:])),
		CatalogVersion: binary.LittleEndian.Uint64(b[8:]),
		Body:           b[commitHeadBytes:],
	}
	got := 0
	if p := a.pending[r.Txn]; p != nil {
		got = p.parts
		c.First = p.first
		c.Body = append(p.body, c.Body...)
		delete(a.pending, r.Txn)
	}
	total := binary.LittleEndian.Uint64(b[16:])
	if got != c.Parts || total != uint64(len(c.Body)) {
		return nil, sqlerr.New(sqlerr.DataCorrupted,
			"commit record %d wants %d parts and %d bytes, the log has %d and %d", r.LSN, c.Parts, total, got, len(c.Body))
	}
	return c, nil
}

// Oldest returns the LSN of the oldest part that waits for its commit record: a
// reader that restarts must begin there. ok is false if nothing waits.
func (a *Assembler) Oldest() (lsn LSN, ok bool) {
	for _, p := range a.pending {
		if !ok || p.first < lsn {
			lsn, ok = p.first, true
		}
	}
	return lsn, ok
}
