package effect

import (
	"bytes"
	"encoding/binary"
	"reflect"
	"testing"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/row"
)

func image(text string) row.Image {
	var b row.Builder
	b.Reset(1)
	b.Set(0, types.Text, types.NewString(text))
	im, _ := b.Append(nil)
	return im
}

func samples() []Effect {
	return []Effect{
		{Kind: Put, Table: 20000, Row: 7, Image: image("a")},
		{Kind: Put, Table: 20000, Row: 3<<48 | 1, Image: image("b")},
		{Kind: Delete, Table: 20000, Row: 7},
		{Kind: Truncate, Table: 20000},
		{Kind: Erase, Table: 20000, Row: 7},
		{Kind: Sequence, Sequence: 9, Value: -4, Called: true},
		{Kind: Ceiling, Ceiling: -12},
		{Kind: Assign, Namespace: "user:1", To: 3},
		{Kind: Shards, Count: 16},
	}
}

func TestBodyRoundTrip(t *testing.T) {
	var got []Effect
	err := Decode(AppendBody(nil, samples()), func(e *Effect) error { got = append(got, *e); return nil })
	if err != nil {
		t.Fatal(err)
	}
	s := samples()
	want := []Effect{s[0], s[2], s[3], s[4], s[5], s[6], s[7], s[8], s[1]} // by shard, else in order
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestCatalogRow(t *testing.T) {
	im, err := CatalogRow(&catalog.Schema{Header: catalog.Header{ID: 2200, Name: "public"}})
	if err != nil {
		t.Fatal(err)
	}
	o, err := CatalogObject(im)
	if err != nil || o.ObjectName() != "public" || o.ObjectID() != 2200 {
		t.Errorf("%v %v", o, err)
	}
}

// Every cut of a body is refused, and no bytes make Decode panic.
func FuzzDecode(f *testing.F) {
	body := AppendBody(nil, samples())
	for i := range body {
		f.Add(body[:i])
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var got []Effect
		if Decode(raw, func(e *Effect) error { got = append(got, *e); return nil }) != nil {
			return
		}
		var again []Effect
		if err := Decode(AppendBody(nil, got), func(e *Effect) error { again = append(again, *e); return nil }); err != nil || len(again) != len(got) {
			t.Fatalf("%d effects, then %d: %v", len(got), len(again), err)
		}
	})
}

func TestCutBodies(t *testing.T) {
	body := AppendBody(nil, samples())
	for i := range body {
		if Decode(body[:i], func(*Effect) error { return nil }) == nil {
			t.Errorf("a body cut at %d of %d was accepted", i, len(body))
		}
	}
}

// A row stands in the section of its shard, by its number alone; everything else
// in that of shard 0.
func TestSectionsByShard(t *testing.T) {
	body := AppendBody(nil, []Effect{{Kind: Delete, Table: 20000, Row: 3<<48 | 5}})
	if want := []byte{bodyVersion, 1, 3, 1, byte(Delete), 0xa0, 0x9c, 1, 5}; !bytes.Equal(body, want) {
		t.Errorf("got %x, want %x", body, want)
	}
	for _, bad := range [][]byte{
		{bodyVersion, 1, 3, 1, byte(Ceiling), 10},
		{bodyVersion, 1, 3, 1, byte(Shards), 16},
		{bodyVersion, 1, 0, 1, byte(Shards), 0},
		append([]byte{bodyVersion, 1, 3, 1, byte(Delete), 0xa0, 0x9c, 1}, binary.AppendUvarint(nil, 1<<48)...),
	} {
		if err := Decode(bad, func(*Effect) error { return nil }); !sqlerr.Is(err, sqlerr.DataCorrupted) {
			t.Errorf("%x was accepted: %v", bad, err)
		}
	}
}

// A body of version 1, as logs written before Truncate hold it.
func TestOldBody(t *testing.T) {
	old := append([]byte{1, 1, 0, 2, byte(Delete)}, 0xa0, 0x9c, 0x01, 7)
	old = append(old, byte(Ceiling), 23)
	var got []Effect
	if err := Decode(old, func(e *Effect) error { got = append(got, *e); return nil }); err != nil {
		t.Fatal(err)
	}
	if want := []Effect{{Kind: Delete, Table: 20000, Row: 7}, {Kind: Ceiling, Ceiling: -12}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if Decode([]byte{bodyVersion + 1, 0}, func(*Effect) error { return nil }) == nil {
		t.Error("a body of a later version was accepted")
	}
}
