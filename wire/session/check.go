package session

import (
	"context"
	"fmt"

	"synapse/exec/remote"
	"synapse/storage/lineage"
)

// CheckDeep opens a data directory as a server would and verifies that indexes
// agree with rows, and the lineage's hash chain; the deep part of `synapse check`.
func CheckDeep(ctx context.Context, dir string, report func(problem string)) error {
	_, problems, err := lineage.Check(dir)
	if err != nil {
		return err
	}
	for _, p := range problems {
		report(p)
	}
	if len(problems) > 0 {
		return nil // the engine would refuse to open
	}
	e, err := OpenEngine(ctx, Config{Dir: dir, Durability: "durable", Embedder: remote.Builtin{}})
	if err != nil {
		report(err.Error())
		return nil
	}
	defer func() {
		if err := e.Close(); err != nil {
			report(fmt.Sprintf("closing: %v", err))
		}
	}()
	if err := e.Store.Check(ctx); err != nil {
		report(fmt.Sprintf("indexes and rows: %v", err))
	}
	return nil
}
