package snapshot

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"synapse/storage/commitlog"
)

// Paths that mean something else in a URL are paths all the same.
func TestPaths(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"sub", "a dir", "odd?#%20", "..x"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(filepath.Join(dir, "sub"))
	for _, path := range []string{"f", "../f", "./g", filepath.Join(dir, "absolute"), "../a dir/f", "../odd?#%20/f", "../..x/f"} {
		f, err := openFile(context.Background(), path, commitlog.DatabaseID{1})
		if err != nil {
			t.Errorf("%q: %v", path, err)
			continue
		}
		if err := errors.Join(f.checkpoint(context.Background()), f.close()); err != nil {
			t.Error(err)
		}
		if st, err := os.Stat(path); err != nil || st.Size() == 0 {
			t.Errorf("%q: %v, %v", path, st, err)
		}
	}
}
