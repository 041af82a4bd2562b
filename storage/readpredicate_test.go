package storage

import (
	"fmt"
	"testing"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// A serializable search by vector, words or items conflicts with a commit that changes what it
// reads, and with no other: rows of its partition or with its items, whatever is changed in
// them, come, go or stay.
func TestSerializableSearchesReadTheirPart(t *testing.T) {
	text := func(s string) []types.Value { return []types.Value{types.NewString(s)} }
	item, err := types.ParseText(types.JSONB, `{"tag": "a"}`, nil)
	must(t, err)
	searches := map[string]func(v *View, def *catalog.Table) (*Cursor, error){
		"vector": func(v *View, def *catalog.Table) (*Cursor, error) {
			return v.Nearest(def, notesIndexes()[2], NearestSpec{Query: vec(0), K: 5, Partition: text("a")}, allNotes)
		},
		"text": func(v *View, def *catalog.Table) (*Cursor, error) {
			return v.Text(def, notesIndexes()[3], TextSpec{Terms: []string{"words"}, K: 5, Partition: text("a")}, allNotes)
		},
		"gin": func(v *View, def *catalog.Table) (*Cursor, error) {
			return v.Inverted(def, notesIndexes()[4], InvertedQuery{Op: InvertedContains, Value: item}, allNotes)
		},
		"candidates": func(v *View, def *catalog.Table) (*Cursor, error) {
			c, err := v.Inverted(def, notesIndexes()[4], InvertedQuery{Op: InvertedContains, Value: item}, allNotes)
			must(t, err)
			rows, err := v.RowSet(c)
			must(t, err)
			return v.Candidates(def, rows, allNotes)
		},
	}
	writes := map[string]struct {
		do       func(x *Txn, def *catalog.Table, a, b RowID) error
		conflict bool
	}{
		"insert elsewhere": {func(x *Txn, def *catalog.Table, _, _ RowID) error { return put(x, def, note(10, "b", 1, "words")) }, false},
		"insert":           {func(x *Txn, def *catalog.Table, _, _ RowID) error { return put(x, def, note(10, "a", 1, "words")) }, true},
		"update elsewhere": {func(x *Txn, def *catalog.Table, _, b RowID) error { return set(x, def, b, note(2, "b", 9, "words")) }, false},
		"update":           {func(x *Txn, def *catalog.Table, a, _ RowID) error { return set(x, def, a, note(1, "a", 9, "words")) }, true},
		"move in":          {func(x *Txn, def *catalog.Table, _, b RowID) error { return set(x, def, b, note(2, "a", 2, "words")) }, true},
		"move out":         {func(x *Txn, def *catalog.Table, a, _ RowID) error { return set(x, def, a, note(1, "b", 1, "words")) }, true},
		"delete":           {func(x *Txn, def *catalog.Table, a, _ RowID) error { return x.Delete(ctx, def, a) }, true},
		"delete elsewhere": {func(x *Txn, def *catalog.Table, _, b RowID) error { return x.Delete(ctx, def, b) }, false},
	}
	for name, search := range searches {
		for kind, w := range writes {
			t.Run(name+"/"+kind, func(t *testing.T) {
				s, _ := openMemory(t)
				x := begin(t, s, ReadCommitted)
				def := notes()
				def.Options = map[string]string{"synapse.namespace": "tag"}
				must(t, x.PutObject(ctx, def))
				for _, ix := range notesIndexes() {
					must(t, x.PutObject(ctx, ix))
				}
				a := insert(t, x, def, note(1, "a", 1, "words"))
				b := insert(t, x, def, note(2, "b", 2, "words"))
				commitTxn(t, x)

				reader := begin(t, s, Serializable)
				c, err := search(command(t, reader), def)
				wantRows(t, "search", show(t, c, err), "1:a:1")
				insert(t, reader, def, note(20, "z", 1, "else"))
				writer := begin(t, s, ReadCommitted)
				must(t, w.do(writer, def, a, b))
				commitTxn(t, writer)
				_, err = reader.Commit(ctx)
				if w.conflict {
					wantCode(t, err, sqlerr.SerializationFailure)
				} else {
					must(t, err)
				}
			})
		}
	}
}

func put(x *Txn, def *catalog.Table, row []types.Value) error {
	_, conflict, err := x.Insert(ctx, def, row)
	return withConflict(conflict, err)
}

func set(x *Txn, def *catalog.Table, id RowID, row []types.Value) error {
	return withConflict(x.Update(ctx, def, id, row))
}

func withConflict(c *Conflict, err error) error {
	if err == nil && c != nil {
		return fmt.Errorf("conflict on %v", c.Key)
	}
	return err
}
