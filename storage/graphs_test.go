package storage

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"synapse/catalog"
	"synapse/storage/vfs"
	"synapse/vecindex/slab"
)

// graphRows is enough for a walk to be chosen over a scan with the options of graphStore.
const graphRows = 900

// graphStore opens a store on fs whose vector indexes get graphs early, and collects its log.
func graphStore(t testing.TB, fs *vfs.Faulty) (*Store, *logLines) {
	t.Helper()
	lines := &logLines{}
	s, err := Open(ctx, "data", Options{
		FS: fs, Clock: NewSteppedClock(begin2025), Hooks: testHooks(), SegmentBytes: 1 << 20,
		GraphBytes: 100 * slab.CodeBytes(dims), Log: slog.New(slog.NewTextHandler(lines, nil)),
	})
	must(t, err)
	return s, lines
}

// logLines is a log that tests read.
type logLines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logLines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *logLines) has(text string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.buf.String(), text)
}

func (l *logLines) want(t testing.TB, what, text string) {
	t.Helper()
	if !l.has(text) {
		t.Errorf("%s: no %q in the log:\n%s", what, text, l.buf.String())
	}
}

// addNotes inserts rows [from, to), one vector each.
func addNotes(t testing.TB, s *Store, def *catalog.Table, from, to int) {
	t.Helper()
	x := begin(t, s, ReadCommitted)
	for i := from; i < to; i++ {
		insert(t, x, def, note(i, "t", i, "words"))
	}
	commitTxn(t, x)
}

// wantNearest looks for every row once and says by which modes they were found.
func wantNearest(t testing.TB, s *Store, what string, rows int) map[string]bool {
	t.Helper()
	modes := map[string]bool{}
	x := begin(t, s, ReadCommitted)
	defer x.Rollback()
	v := command(t, x)
	def, ix := v.Catalog().Table(notesID), v.Catalog().Index(notesPK+2)
	for i := 0; i < rows; i += 37 {
		c, err := v.Nearest(def, ix, NearestSpec{Query: vec(float32(i)), K: 1}, allNotes)
		must(t, err)
		var b RowBatch
		must(t, c.Next(&b))
		if b.N == 0 || b.Cols[0].I64[0] != int64(i) {
			t.Fatalf("%s: row %d is not the nearest to itself", what, i)
		}
		modes[c.Stats().Mode] = true
		c.Close()
	}
	c, err := v.Nearest(def, ix, NearestSpec{Query: vec(0), K: rows}, allNotes)
	if n := len(strings.Fields(show(t, c, err))); n != rows {
		t.Fatalf("%s: %d of %d rows found", what, n, rows)
	}
	must(t, s.Check(ctx))
	return modes
}

const graphMode = "graph, filtered results"

// savedStore is a file system with a store that was closed with a graph.
func savedStore(t testing.TB) *vfs.Faulty {
	t.Helper()
	fs := vfs.NewFaulty()
	s, _ := graphStore(t, fs)
	def := createNotes(t, s)
	addNotes(t, s, def, 0, graphRows)
	must(t, s.MaintainNow(ctx))
	if modes := wantNearest(t, s, "before", graphRows); !modes[graphMode] {
		t.Fatalf("modes %v: no graph", modes)
	}
	must(t, s.Close())
	return fs
}

var graphPath = fmt.Sprintf("data/graphs/%d.graph", notesPK+2)

func fileBytes(t testing.TB, fs *vfs.Faulty, name string) []byte {
	t.Helper()
	f, err := fs.OpenReadOnly(name)
	must(t, err)
	defer f.Close()
	size, err := f.Size()
	must(t, err)
	b := make([]byte, size)
	_, err = f.ReadAt(b, 0)
	must(t, err)
	return b
}

func putFile(t testing.TB, fs *vfs.Faulty, name string, b []byte) {
	t.Helper()
	_ = fs.Remove(name)
	f, err := fs.Create(name)
	must(t, err)
	_, err = f.Write(b)
	must(t, err)
	must(t, f.Close())
}

func TestGraphsSurviveARestart(t *testing.T) {
	fs := savedStore(t)
	s, lines := graphStore(t, fs)
	lines.want(t, "restart", fmt.Sprintf(`msg="graphs loaded" index=notes_v graphs=1 nodes=%d`, graphRows))
	if modes := wantNearest(t, s, "restarted", graphRows); !modes[graphMode] {
		t.Errorf("modes %v: the graph is not used", modes)
	}
	// What comes later is not in the file: it is the tail of the next start, here after a crash.
	addNotes(t, s, notes(), graphRows, graphRows+200)
	wantNearest(t, s, "tail", graphRows+200)
	s, lines = graphStore(t, fs.Crash(1))
	lines.want(t, "after the crash", fmt.Sprintf("nodes=%d", graphRows))
	if modes := wantNearest(t, s, "tail after a restart", graphRows+200); !modes[graphMode] {
		t.Errorf("modes %v: the graph is not used", modes)
	}
	must(t, s.Close())
}

// Every kind of damage is found before the graph is used; the file goes, the rows are found.
func TestUnfitGraphFilesAreRebuilt(t *testing.T) {
	fs := savedStore(t)
	good := fileBytes(t, fs, graphPath)
	refused := func(what string, content []byte) {
		t.Helper()
		disk := fs.Crash(1)
		putFile(t, disk, graphPath, content)
		s, lines := graphStore(t, disk)
		defer s.Close()
		lines.want(t, what, "saved graphs do not fit and are built again")
		if modes := wantNearest(t, s, what, graphRows); modes[graphMode] {
			t.Errorf("%s: the graph is used", what)
		}
		if _, err := disk.OpenReadOnly(graphPath); err == nil {
			t.Errorf("%s: the file is still there", what)
		}
		must(t, s.MaintainNow(ctx))
		if modes := wantNearest(t, s, what, graphRows); !modes[graphMode] {
			t.Errorf("%s: no graph was built", what)
		}
	}
	for _, at := range []int{0, 9, 13, 20, 33, 41, 50, 55, 62, graphHeaderBytes, graphHeaderBytes + 14, len(good) / 3, len(good) - 2} {
		flipped := bytes.Clone(good)
		flipped[at] ^= 0x10
		refused(fmt.Sprintf("bit flip at %d", at), flipped)
	}
	for _, size := range []int{0, 10, graphHeaderBytes, len(good) / 2, len(good) - 1} {
		refused(fmt.Sprintf("cut to %d", size), good[:size])
	}
	refused("longer", append(bytes.Clone(good), 0))
	refused("another database", fileBytes(t, savedStoreOf(t, 3), graphPath))
}

// savedStoreOf is another database with the same index.
func savedStoreOf(t testing.TB, rows int) *vfs.Faulty {
	t.Helper()
	fs := vfs.NewFaulty()
	s, _ := graphStore(t, fs)
	addNotes(t, s, createNotes(t, s), 0, graphRows+rows)
	must(t, s.MaintainNow(ctx))
	must(t, s.Close())
	return fs
}

// A file of a later state of the log does not fit; one of an earlier state does.
func TestGraphFilesOfAnotherTime(t *testing.T) {
	fs := savedStore(t)
	old := fileBytes(t, fs, graphPath)
	before := fs.Crash(1)
	s, _ := graphStore(t, fs)
	addNotes(t, s, notes(), graphRows, 3*graphRows)
	must(t, s.MaintainNow(ctx))
	must(t, s.Close())
	later := fileBytes(t, fs, graphPath)

	putFile(t, before, graphPath, later)
	s, lines := graphStore(t, before)
	lines.want(t, "from the future", "the log ends at")
	wantNearest(t, s, "from the future", graphRows)
	must(t, s.Close())

	// An older file is right as far as it goes, even when it lacks most.
	putFile(t, fs, graphPath, old)
	s, lines = graphStore(t, fs)
	lines.want(t, "older", fmt.Sprintf("nodes=%d", graphRows))
	wantNearest(t, s, "older", 3*graphRows)
	must(t, s.MaintainNow(ctx))
	if modes := wantNearest(t, s, "older, extended", 3*graphRows); !modes[graphMode] {
		t.Errorf("modes %v: the graph is not used", modes)
	}
	must(t, s.Close())
}

// Whatever operation of saving the power cuts, the next start has all rows, and its log says
// what became of the graph.
func TestPowerCutWhileGraphsAreSaved(t *testing.T) {
	fs := vfs.NewFaulty()
	s, _ := graphStore(t, fs)
	addNotes(t, s, createNotes(t, s), 0, graphRows)
	must(t, s.MaintainNow(ctx))
	must(t, s.Close())
	for cut := 1; ; cut++ {
		disk := fs.Crash(uint64(cut))
		must(t, disk.Remove(graphPath))
		s, _ := graphStore(t, disk)
		must(t, s.MaintainNow(ctx))
		writes := 0
		disk.SetHook(func(op vfs.Op) error {
			if !strings.HasPrefix(op.Name, "data/graphs") {
				return nil
			}
			if writes++; writes >= cut {
				return vfs.ErrCrashed
			}
			return nil
		})
		s.saveGraphs(ctx, true)
		done := writes < cut
		disk.SetHook(nil)
		for seed := range uint64(4) {
			after := disk.Crash(seed)
			again, lines := graphStore(t, after)
			wantNearest(t, again, fmt.Sprintf("cut at %d", cut), graphRows)
			if done {
				lines.want(t, "saved", "graphs loaded")
			}
			if names, err := after.ReadDir("data/graphs"); err == nil && len(names) > 1 {
				t.Errorf("cut at %d: %v", cut, names)
			}
			must(t, again.Close())
		}
		must(t, s.Close())
		if done {
			return
		}
	}
}

// A dropped index takes its file along.
func TestDroppedIndexLeavesNoGraphFile(t *testing.T) {
	fs := savedStore(t)
	s, _ := graphStore(t, fs)
	x := begin(t, s, ReadCommitted)
	must(t, x.DropObject(ctx, notesPK+2))
	commitTxn(t, x)
	s.saveGraphs(ctx, false)
	if names, _ := fs.ReadDir("data/graphs"); len(names) > 0 {
		t.Errorf("left: %v", names)
	}
	must(t, s.Close())
}
