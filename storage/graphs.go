package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"time"

	"synapse/catalog"
	"synapse/catalog/types"
	"synapse/storage/commitlog"
)

// Graphs of vector indexes are saved so that a start need not build them: in the background
// when they have grown by a share, and when the store is closed. A start inserts the entries
// from the rows and lays the saved graphs over them; a node is recognised by the content of
// its vector, so a graph fits every later state that still has its vectors, and what it lacks
// is scanned until the background has added it. Anything else is removed and built again.

const (
	// graphSaveShare: graphs are saved when they have grown by one in graphSaveShare since.
	graphSaveShare = 5
	// graphSaveEvery is the longest time that a graph which grew stays unsaved.
	graphSaveEvery = 5 * time.Minute
)

// savedGraph is what the graph file of an index holds. The zero value: there is none.
type savedGraph struct {
	nodes int
	at    time.Time // of the background's own clock: how long ago, not when
}

// loadGraphs lays the saved graphs over the vector indexes. It is part of the start: nobody reads yet.
func (s *Store) loadGraphs() {
	if s.graphs == nil {
		return
	}
	for _, x := range s.vectorIndexes() {
		if !x.keepsGraphs() {
			continue
		}
		loaded := 0
		err := s.graphs.read(x.def.ID, s.journal.Last(), func(r io.Reader) (err error) {
			loaded, err = x.vector.LoadGraphs(r, graphTag(x.def.ID))
			return err
		})
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			s.options.Log.Warn("saved graphs do not fit and are built again", "index", x.def.Name, "loaded", loaded, "error", err)
			s.removeGraphs(x.def.ID)
		default:
			s.savedGraphs[x.def.ID] = savedGraph{x.vector.GraphNodes(), time.Now()}
			s.options.Log.Info("graphs loaded", "index", x.def.Name, "graphs", loaded, "nodes", x.vector.GraphNodes())
		}
	}
	s.tidyGraphs()
}

// saveGraphs writes the graphs that changed enough; with all, every one that changed. A failure
// is logged: the file is derived, and the next call tries again.
func (s *Store) saveGraphs(ctx context.Context, all bool) {
	if s.graphs == nil || s.failedLog() {
		return
	}
	s.savingGraphs.Lock()
	defer s.savingGraphs.Unlock()
	gone := maps.Clone(s.savedGraphs)
	for _, x := range s.vectorIndexes() {
		if ctx.Err() != nil {
			return
		}
		delete(gone, x.def.ID)
		nodes, saved := x.vector.GraphNodes(), s.savedGraphs[x.def.ID]
		if !x.keepsGraphs() || nodes == saved.nodes || (!all && !saved.due(nodes)) {
			continue
		}
		if nodes == 0 {
			s.removeGraphs(x.def.ID) // pruned or erased: its vectors are gone
			continue
		}
		err := s.graphs.write(x.def.ID, func(w io.Writer) error {
			return x.vector.SaveGraphs(w, graphTag(x.def.ID))
		}, s.syncedLog)
		if err != nil {
			s.options.Log.Warn("graphs could not be saved", "index", x.def.Name, "error", err)
			continue
		}
		s.savedGraphs[x.def.ID] = savedGraph{nodes, time.Now()}
	}
	for id := range gone {
		s.removeGraphs(id)
	}
}

// due reports whether graphs of so many nodes should be saved anew.
func (g *savedGraph) due(nodes int) bool {
	grown := nodes - g.nodes
	return grown < 0 || grown*graphSaveShare >= nodes || time.Since(g.at) >= graphSaveEvery
}

// syncedLog makes the log durable and returns its newest LSN.
func (s *Store) syncedLog() (commitlog.LSN, error) {
	lsn := s.journal.Last()
	return lsn, s.journal.Sync(context.Background(), lsn)
}

func (s *Store) failedLog() bool {
	s.seq.mu.Lock()
	defer s.seq.mu.Unlock()
	return s.seq.failed != nil
}

// tidyGraphs removes the files of indexes that are gone, and what a crash left behind.
func (s *Store) tidyGraphs() {
	names, err := s.graphs.fs.ReadDir(s.graphs.dir)
	if err != nil {
		return // no folder: nothing was saved
	}
	wanted := map[string]bool{}
	for _, x := range s.vectorIndexes() {
		wanted[graphName(x.def.ID)] = x.keepsGraphs()
	}
	for _, name := range names {
		if !wanted[name] {
			if err := s.graphs.remove(path.Join(s.graphs.dir, name)); err != nil {
				s.options.Log.Warn("file of saved graphs", "file", name, "error", err)
			}
		}
	}
}

func (s *Store) removeGraphs(id types.OID) {
	delete(s.savedGraphs, id)
	if err := s.graphs.remove(path.Join(s.graphs.dir, graphName(id))); err != nil {
		s.options.Log.Warn("file of saved graphs", "index", id, "error", err)
	}
}

// remove removes a file if it is there.
func (g *graphFiles) remove(name string) error {
	if err := g.fs.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// keepsGraphs reports whether the index is there after a restart.
func (x *tableIndex) keepsGraphs() bool { return x.layout.Persistence != catalog.Temporary }

func graphTag(id types.OID) string { return fmt.Sprintf("index %d", id) }
