package lineage

import (
	"crypto/sha256"
	"encoding/binary"
	"hash/crc32"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Every shard has a chain of its own: its frames, taken alone, hash to it, and
// their records can be read without those of others.
func TestChainsByShard(t *testing.T) {
	dir := t.TempDir()
	want := map[uint16]int{}
	for range 2 {
		s := open(t, dir)
		for i := range 100 {
			r := sample(i)
			if i%10 == 9 {
				r.Namespace = ""
			}
			want[s.shardOf(r)]++
			s.Record(r)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	alone := chains{}
	got := map[uint16]int{}
	var end chains
	for n := uint64(1); n <= 2; n++ {
		texts := dictionaries{}
		first, last, _, err := readSegment(segmentName(filepath.Join(dir, "lineage"), n), math.MaxInt64, func(shard uint16, frame []byte) error {
			alone[shard] = chainHash(alone[shard], append(binary.BigEndian.AppendUint16(nil, shard), frame...))
			return items(frame, texts.of(shard), func(*Record) error { got[shard]++; return nil })
		})
		if err != nil {
			t.Fatal(err)
		}
		if n == 2 && !maps.Equal(first, end) {
			t.Errorf("segment 2 begins with %x, segment 1 ends with %x", first, end)
		}
		end = last
	}
	if !maps.Equal(alone, end) || len(end) != 4 {
		t.Errorf("chains %x, from the frames %x", end, alone)
	}
	if !maps.Equal(got, want) {
		t.Errorf("records by shard %v, want %v", got, want)
	}
}

// A frame that was taken out breaks the chain of its shard, though the frames
// around it are of other shards.
func TestMissingFrameIsFound(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	for i := range 60 {
		s.Record(sample(i))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	name := segmentName(filepath.Join(dir, "lineage"), 1)
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	from := segmentHead
	for range 2 { // the third frame goes
		from += frameHead + int(binary.BigEndian.Uint32(whole[from:]))
	}
	to := from + frameHead + int(binary.BigEndian.Uint32(whole[from:]))
	if err := os.WriteFile(name, slices.Delete(whole, from, to), 0o600); err != nil {
		t.Fatal(err)
	}
	_, problems, err := Check(dir)
	if err != nil || len(problems) != 1 || !strings.Contains(problems[0], "the hash chain is broken") {
		t.Errorf("%v %v", problems, err)
	}
}

// A segment from before there were shards: one chain, which shard 0 goes on with.
func TestSegmentFromBeforeShards(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "lineage")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	file := binary.BigEndian.AppendUint64([]byte(segmentMagicOne), 1)
	file = append(file, make([]byte, sha256.Size)...)
	var chain [sha256.Size]byte
	enc := encoder{texts: map[string]uint64{}}
	for i := range 4 {
		payload := enc.append(enc.append(nil, sample(2*i)), sample(2*i+1))
		chain = chainHash(chain, payload)
		file = binary.BigEndian.AppendUint32(file, uint32(len(payload)))
		file = binary.BigEndian.AppendUint32(file, crc32.Checksum(payload, castagnoli))
		file = append(append(file, chain[:]...), payload...)
	}
	if err := os.WriteFile(segmentName(folder, 1), file, 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir)
	for i := range 4 {
		s.Record(sample(8 + i))
	}
	got := all(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for i, r := range got {
		if r.StartedAt != int64(i) {
			t.Errorf("record %d is that of %d", i, r.StartedAt)
		}
	}
	n, problems, err := Check(dir)
	if err != nil || len(problems) != 0 || n != 12 || len(got) != 12 {
		t.Errorf("%d records, %d read: %v %v", n, len(got), problems, err)
	}
	first, _, _, err := readSegment(segmentName(folder, 2), math.MaxInt64, func(uint16, []byte) error { return nil })
	if err != nil || !maps.Equal(first, chains{0: chain}) {
		t.Errorf("the next segment begins with %x: %v", first, err)
	}
}
