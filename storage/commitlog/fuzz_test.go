package commitlog

import (
	"bytes"
	"testing"

	"synapse/storage/vfs"
)

func FuzzDecodeRecord(f *testing.F) {
	for _, r := range []Record{{Type: TypeMark}, {Type: TypeCommit, LSN: 9, Txn: 1 << 60, Timestamp: -1, Synced: 8, Payload: []byte("payload")}} {
		b, _ := appendRecord(nil, &r, 77, 5)
		f.Add(b, uint32(77))
	}
	f.Add([]byte{}, uint32(0))
	f.Fuzz(func(t *testing.T, b []byte, seed uint32) {
		h, err := decodeRecord(b, seed)
		if err != nil {
			return
		}
		again, sum := appendRecord(nil, &h.record, seed, h.previous)
		n := recordHeaderBytes + h.length
		if sum != h.sum || !bytes.Equal(again[:n], b[:n]) {
			t.Fatalf("decoding %x and encoding it again gave %x", b[:n], again)
		}
	})
}

// FuzzOpen puts any bytes where a segment's records are.
func FuzzOpen(f *testing.F) {
	s := &segment{id: 1, first: 1}
	s.identify(DatabaseID{1})
	one, sum := appendRecord(nil, &Record{Type: TypeOpen, LSN: 1}, s.seed, 0)
	two, _ := appendRecord(one, &Record{Type: TypeCommit, LSN: 2, Synced: 1, Payload: make([]byte, 30)}, s.seed, sum)
	f.Add(two)
	f.Add(two[:60])
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > segmentBytesMin {
			return
		}
		fs := vfs.NewFaulty()
		ok(t, fs.MkdirAll("log"))
		file, err := fs.Create(segmentName("log", 1))
		ok(t, err)
		_, err = file.WriteAt(append(make([]byte, segmentDataStart), data...), 0)
		ok(t, err)
		_, err = file.WriteAt(s.encodeHeader(DatabaseID{1}), 0)
		ok(t, err)
		l, err := Open(fs, "log", smallSegments)
		if err != nil {
			return
		}
		n := LSN(0)
		ok(t, l.Replay(1, func(r Record) error { n = r.LSN; return nil }))
		if n != l.Recovery().Last {
			t.Fatalf("replay ended with %d, recovery with %d", n, l.Recovery().Last)
		}
		var a Assembler
		_ = l.Replay(1, func(r Record) error { _, err := a.Add(r); return err })
	})
}
