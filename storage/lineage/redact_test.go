package lineage

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// secretive redacts what holds the word.
func secretive(word string) Redaction {
	return Redaction{
		Text:   func(text string) bool { return strings.Contains(text, word) },
		Vector: func(v []float32) bool { return len(v) == 3 },
		Record: func(r *Record) bool { return r.Rows == 77 },
	}
}

// filesHold reports whether a file of the lineage holds the bytes.
func filesHold(t *testing.T, dir, word string) bool {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, "lineage"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		raw, err := os.ReadFile(filepath.Join(dir, "lineage", e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(raw, []byte(word)) {
			return true
		}
	}
	return false
}

// TestRedact: texts and parameters go, everything else stays as it was, now and
// after a restart; the chain is clean; redacting twice finds nothing.
func TestRedact(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	for i := range 60 {
		r := sample(i)
		switch i % 10 {
		case 3:
			r.SQL = "INSERT INTO t VALUES ('xyzzy')"
		case 5:
			r.Params = []Param{{Type: 25, Text: "say xyzzy"}}
		case 7:
			r.Rows = 77
		case 9:
			r.Params = []Param{{Type: 25, Vector: []float32{7, 8, 9}}}
		}
		s.Record(r)
		if i == 30 { // of a segment before
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = open(t, dir)
		}
	}
	before := all(t, s)
	n, err := s.Redact(context.Background(), secretive("xyzzy"))
	if n != 24 || err != nil {
		t.Fatalf("%d records redacted: %v", n, err)
	}
	if filesHold(t, dir, "xyzzy") {
		t.Error("a file holds what was redacted")
	}
	if n, err := s.Redact(context.Background(), secretive("xyzzy")); n != 0 || err != nil {
		t.Errorf("the second time %d records: %v", n, err)
	}
	s.Record(sample(60))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir)
	defer s.Close()
	after := all(t, s)
	if len(after) != 61 {
		t.Fatalf("%d records", len(after))
	}
	for i, r := range after[:60] {
		was := before[i]
		switch i % 10 {
		case 3, 5, 9:
			if r.Params != nil || r.QueryVector != nil || !r.Erased || strings.Contains(r.SQL, "xyzzy") || r.QueryID != was.QueryID || len(r.Hits) != 1 {
				t.Errorf("record %d: %+v", i, r)
			}
		case 7:
			if !r.Erased || r.SQL != was.SQL || r.QueryVector == nil {
				t.Errorf("record %d: %+v", i, r)
			}
		default:
			if r.Erased || r.SQL != was.SQL || len(r.Params) != len(was.Params) {
				t.Errorf("record %d: %+v", i, r)
			}
		}
	}
	if n, problems, err := Check(dir); n != 61 || len(problems) > 0 || err != nil {
		t.Errorf("%d records, %v: %v", n, problems, err)
	}
}

// TestRedactionIsNoLoophole: a frame that is marked as redacted, or changed after
// it was, is found; what a crash left of a redaction goes.
func TestRedactionIsNoLoophole(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	r := sample(1)
	r.SQL = "xyzzy"
	s.Record(r)
	if _, err := s.Redact(context.Background(), secretive("xyzzy")); err != nil {
		t.Fatal(err)
	}
	s.Record(sample(2))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "lineage")
	for _, n := range []uint64{1, 2} {
		name := segmentName(folder, n)
		whole, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		forged := bytes.Clone(whole)
		_, _, at, err := readHead(name, bytes.NewReader(forged))
		if err != nil {
			t.Fatal(err)
		}
		length := binary.BigEndian.Uint32(forged[at:]) &^ redactedBit
		payload := forged[at+int64(frameHead):][:length]
		payload[len(payload)-1] ^= 1
		binary.BigEndian.PutUint32(forged[at:], length|redactedBit)
		binary.BigEndian.PutUint32(forged[at+4:], crc32.Checksum(payload, castagnoli))
		if err := os.WriteFile(name, forged, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, problems, err := Check(dir); len(problems) == 0 && err == nil {
			t.Errorf("segment %d: a forged redaction was not found", n)
		}
		if err := os.WriteFile(name, whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	left := segmentName(folder, 1) + temporarySuffix
	if err := os.WriteFile(left, []byte("xyzzy"), 0o600); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir)
	defer s.Close()
	if filesHold(t, dir, "xyzzy") {
		t.Error("what a crash left is still there")
	}
}
