package storage

import (
	"testing"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

func key1(n int64) []types.Value { return []types.Value{types.NewInt(n)} }

// read looks a row up by key and returns its n.
func read(t testing.TB, x *Txn, def *catalog.Table, id int64) (n int64, row RowID, from Timestamp) {
	t.Helper()
	c, err := command(t, x).Lookup(def, notesIndexes()[0], key1(id), allNotes)
	must(t, err)
	var b RowBatch
	must(t, c.Next(&b))
	if b.N != 1 {
		t.Fatalf("row %d: found %d", id, b.N)
	}
	return b.Cols[2].I64[0], b.IDs[0], b.From[0]
}

// change sets n of a row the way UPDATE does.
func change(t testing.TB, x *Txn, def *catalog.Table, id, n int64) (LockOutcome, error) {
	t.Helper()
	_, row, from := read(t, x, def, id)
	o, values, _, err := x.LockRow(ctx, def, row, from, ForNoKeyUpdate, Wait)
	if err != nil || o == Gone {
		return o, err
	}
	_ = values
	c, err := x.Update(ctx, def, row, note(int(id), "a", int(n), ""))
	if c != nil {
		t.Fatal("conflict")
	}
	return o, err
}

func TestLostUpdate(t *testing.T) {
	for _, iso := range []Isolation{ReadCommitted, RepeatableRead, Serializable} {
		s, def, _, _ := seeded(t, 1)
		a, b := begin(t, s, iso), begin(t, s, iso)
		_, row, from := read(t, b, def, 1)
		_, err := change(t, a, def, 1, 11)
		must(t, err)
		commitTxn(t, a)
		o, values, _, err := b.LockRow(ctx, def, row, from, ForNoKeyUpdate, Wait)
		if iso != ReadCommitted {
			wantCode(t, err, sqlerr.SerializationFailure)
			continue
		}
		if err != nil || o != Changed || values[2].Int() != 11 {
			t.Errorf("READ COMMITTED: %d %v %v", o, values, err)
		}
	}
}

func TestRepeatableRead(t *testing.T) {
	s, def, _, _ := seeded(t, 1)
	a := begin(t, s, RepeatableRead)
	rc := begin(t, s, ReadCommitted)
	b := begin(t, s, ReadCommitted)
	_, err := change(t, b, def, 1, 99)
	must(t, err)
	commitTxn(t, b)
	if n, _, _ := read(t, a, def, 1); n != 10 {
		t.Errorf("REPEATABLE READ sees %d", n)
	}
	if n, _, _ := read(t, rc, def, 1); n != 99 {
		t.Errorf("READ COMMITTED sees %d", n)
	}
}

// Two doctors on call, each signs off because the other is there.
func TestWriteSkew(t *testing.T) {
	for _, iso := range []Isolation{RepeatableRead, Serializable} {
		s, def, _, _ := seeded(t, 2)
		a, b := begin(t, s, iso), begin(t, s, iso)
		read(t, a, def, 1)
		read(t, a, def, 2)
		read(t, b, def, 1)
		read(t, b, def, 2)
		_, err := change(t, a, def, 1, 0)
		must(t, err)
		_, err = change(t, b, def, 2, 0)
		must(t, err)
		commitTxn(t, a)
		_, err = b.Commit(ctx)
		if iso == Serializable {
			wantCode(t, err, sqlerr.SerializationFailure)
		} else {
			must(t, err)
		}
	}
}

// A key that was looked for and not there must not have come meanwhile.
func TestSerializablePhantom(t *testing.T) {
	s, def, _, _ := seeded(t, 1)
	a, b := begin(t, s, Serializable), begin(t, s, ReadCommitted)
	c, err := command(t, a).Lookup(def, notesIndexes()[0], key1(5), allNotes)
	wantRows(t, "absent", show(t, c, err), "")
	_, err = change(t, a, def, 1, 1)
	must(t, err)
	insert(t, b, def, note(5, "a", 5, ""))
	commitTxn(t, b)
	_, err = a.Commit(ctx)
	wantCode(t, err, sqlerr.SerializationFailure)

	// Another key is nobody's business.
	a, b = begin(t, s, Serializable), begin(t, s, ReadCommitted)
	_, err = change(t, a, def, 1, 2)
	must(t, err)
	insert(t, b, def, note(6, "a", 6, ""))
	commitTxn(t, b)
	commitTxn(t, a)
}

// Fekete, O'Neil, O'Neil, "A read-only transaction anomaly under snapshot
// isolation", 2004: checking 1, savings 2.
func TestReadOnlyAnomaly(t *testing.T) {
	s, def, _, _ := seeded(t, 2)
	withdraw, deposit := begin(t, s, Serializable), begin(t, s, Serializable)
	read(t, withdraw, def, 1)
	read(t, withdraw, def, 2)
	_, err := change(t, deposit, def, 2, 200)
	must(t, err)
	commitTxn(t, deposit)
	report := s.Begin(TxnOptions{Isolation: Serializable, ReadOnly: true})
	read(t, report, def, 1)
	if n, _, _ := read(t, report, def, 2); n != 200 {
		t.Fatalf("report sees %d", n)
	}
	commitTxn(t, report)
	_, err = change(t, withdraw, def, 1, -11)
	must(t, err)
	_, err = withdraw.Commit(ctx)
	wantCode(t, err, sqlerr.SerializationFailure)
}
