package lineage

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"synapse/catalog/types"
)

func sample(i int) *Record {
	id, _ := uuid.NewV7()
	return &Record{
		QueryID: id, StartedAt: int64(i), Duration: time.Duration(i) * time.Microsecond, Snapshot: int64(1000 + i), Role: "synapse",
		Agent: "A", Application: "psql", Database: "synapse", Namespace: fmt.Sprintf("user:%d", i/3%4), SQL: fmt.Sprintf("SELECT %d", i%3), Fingerprint: uint64(i % 3),
		Params: []Param{{Type: 25, Text: "x"}, {Type: 23, Null: true}, {Type: 16388, Vector: []float32{1, -0.25}}}, Rows: 2, SQLState: "00000", TraceID: "t", SpanID: "s", Plan: "Seq Scan",
		OwnWrites: i%2 == 0, QueryVector: []float32{1, 0.5},
		Hits: []Hit{{Rank: 1, ID: id.String(), Row: 7, Version: 99, Score: 0.25, Parts: `{"bm25": 1}`}},
	}
}

// shardOfUser spreads the namespaces of the samples over four shards.
func shardOfUser(namespace string) uint16 { return uint16(namespace[len(namespace)-1] - '0') }

func open(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(Options{Dir: dir, Shard: shardOfUser})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func all(t *testing.T, s *Store) []*Record {
	t.Helper()
	var out []*Record
	if err := s.Each(func(r *Record) error { out = append(out, r); return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRecordsSurviveReopenWhole(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	var want []*Record
	for i := 0; i < 500; i++ {
		r := sample(i)
		want = append(want, r)
		s.Record(r)
		if i == 200 {
			if err := s.Sync(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := all(t, s); !reflect.DeepEqual(got, want) {
		t.Fatal("records read back before the close differ")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir)
	defer s.Close()
	if got := all(t, s); !reflect.DeepEqual(got, want) {
		t.Fatal("records read back after a restart differ")
	}
	r, err := s.Find(want[77].QueryID)
	if err != nil || !reflect.DeepEqual(r, want[77]) {
		t.Fatalf("Find: %v %v", r, err)
	}
	if n, problems, err := Check(dir); n != 500 || len(problems) > 0 || err != nil {
		t.Fatalf("Check: %d records, %v, %v", n, problems, err)
	}
}

func TestTornFrameIsDroppedDamageIsNot(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	for i := 0; i < 10; i++ {
		s.Record(sample(i))
		if err := s.Sync(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	name := segmentName(filepath.Join(dir, "lineage"), 1)
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, whole[:len(whole)-3], 0o600); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir)
	if n := len(all(t, s)); n != 9 {
		t.Errorf("%d records after a torn tail, want 9", n)
	}
	s.Close()
	whole[segmentHead+frameHead+20] ^= 1
	if err := os.WriteFile(name, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, problems, _ := Check(dir); len(problems) == 0 {
		t.Error("a flipped bit was not found")
	}
}

func TestChainCoversSegments(t *testing.T) {
	dir := t.TempDir()
	for i := 0; i < 3; i++ {
		s := open(t, dir)
		s.Record(sample(i))
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(segmentName(filepath.Join(dir, "lineage"), 2)); err != nil {
		t.Fatal(err)
	}
	if _, problems, _ := Check(dir); len(problems) == 0 {
		t.Error("a missing segment was not found")
	}
}

func TestRetentionDropsTheOldest(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(Options{Dir: dir, RetentionBytes: 2 * segmentMaxBytes})
	if err != nil {
		t.Fatal(err)
	}
	big := make([]byte, 1<<20)
	for i := 0; i < 60; i++ {
		r := sample(i)
		r.SQL = fmt.Sprint(i) + string(big)
		s.Record(r)
		if err := s.Sync(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	got := all(t, s)
	if len(got) == 60 || len(got) == 0 || got[len(got)-1].StartedAt != 59 {
		t.Errorf("%d records kept", len(got))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, problems, _ := Check(dir); len(problems) > 0 {
		t.Errorf("retention broke the chain: %v", problems)
	}
}

func TestConcurrentRecordAndRead(t *testing.T) {
	s := open(t, t.TempDir())
	defer s.Close()
	var wg sync.WaitGroup
	for g := 0; g < 4; g++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := 0; i < 500; i++ {
				s.Record(sample(i))
			}
		}()
	}
	for i := 0; i < 20; i++ {
		all(t, s)
	}
	wg.Wait()
	if n := len(all(t, s)); n != 2000 {
		t.Errorf("%d records, want 2000", n)
	}
	rows := 0
	if err := s.HitRows(func(row []types.Value) error { rows++; return nil }); err != nil || rows != 2000 {
		t.Errorf("%d hits, %v", rows, err)
	}
}

func FuzzItems(f *testing.F) {
	e := encoder{texts: map[string]uint64{}}
	f.Add(e.append(nil, sample(1)))
	f.Fuzz(func(t *testing.T, b []byte) {
		var texts []string
		_ = items(b, &texts, func(*Record) error { return nil })
	})
}
