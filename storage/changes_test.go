package storage

import (
	"fmt"
	"slices"
	"testing"
)

// changedIn lists what a cursor of versions tells of changes after a moment.
func changedIn(t *testing.T, c *Cursor, err error, since Timestamp) (out []string) {
	t.Helper()
	must(t, err)
	defer c.Close()
	var b RowBatch
	for {
		must(t, c.Next(&b))
		if b.N == 0 {
			slices.Sort(out)
			return out
		}
		for i := range b.N {
			if b.From[i] > since || b.To[i] < Infinity && b.To[i] > since {
				out = append(out, fmt.Sprint(b.IDs[i], b.From[i], b.To[i], b.Cols[0].I64[i]))
			}
		}
	}
}

// Changes tells of every change since any moment what a scan of all versions tells,
// and looks at no other row where memory has noted which they are.
func TestChanges(t *testing.T) {
	m := newModel(t, randomSeed(t), notes())
	for range *stepsFlag / 4 {
		m.step()
	}
	view, err := m.s.SnapshotAt(ctx, m.s.Watermark(), Principal{Super: true})
	must(t, err)
	defer view.Close()
	spec := ScanSpec{Columns: []int{1}}
	for i, at := range m.history {
		all := spec
		all.Versions, all.VersionsFrom, all.VersionsTo = true, at.ts, Infinity
		c, err := view.Scan(m.def, all)
		want := changedIn(t, c, err, at.ts)
		c, err = view.Changes(m.def, at.ts, spec)
		if got := changedIn(t, c, err, at.ts); !slices.Equal(got, want) {
			t.Fatalf("since moment %d: %d changes, want %d", i, len(got), len(want))
		}
	}
	last := m.history[len(m.history)-2].ts
	c, err := view.Changes(m.def, last, spec)
	must(t, err)
	if rows := c.src.(*versionSource).rows; len(rows) == 0 || len(rows) > 30 {
		t.Errorf("%d rows looked at for the last commit", len(rows))
	}
	tb := m.s.table(m.def.ID)
	tb.recent.since = Infinity // as after a restart
	if c, err := view.Changes(m.def, last, spec); err != nil || c.src.(*versionSource).rows != nil {
		t.Errorf("not every row is looked at where memory has noted nothing: %v", err)
	}
}
