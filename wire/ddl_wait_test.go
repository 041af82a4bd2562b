package wire

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// TestSchemaChangesWaitForEachOther: changes of one table from several connections queue at its
// lock, and each builds on what the one before left. pg_restore --jobs does this.
func TestSchemaChangesWaitForEachOther(t *testing.T) {
	ctx := context.Background()
	s := newTestServer(t)
	s.exec("CREATE TABLE t (i int)")
	const connections, rounds = 4, 8
	errs := make(chan error, connections*rounds)
	var wg sync.WaitGroup
	for n := range connections {
		wg.Go(func() {
			c, err := pgconn.Connect(ctx, "postgres://synapse@"+s.addr+"/synapse?sslmode=disable")
			if err != nil {
				errs <- err
				return
			}
			defer c.Close(ctx)
			for r := range rounds {
				for _, sql := range []string{
					"ALTER TABLE t ADD COLUMN c%d_%d int",
					"ALTER TABLE t ADD CONSTRAINT k%d_%d UNIQUE (i)",
					"CREATE INDEX x%d_%d ON t (i)",
				} {
					if _, err := c.Exec(ctx, fmt.Sprintf(sql, n, r)).ReadAll(); err != nil {
						errs <- fmt.Errorf("%s: %w", sql, err)
					}
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		t.Error(err)
	}
	same(t, s.exec("SELECT count(*) FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0"), "T count:20:0", fmt.Sprint("D ", 1+connections*rounds), "C SELECT 1", "Z I")
	same(t, s.exec("SELECT count(*) FROM pg_index WHERE indrelid = 't'::regclass"), "T count:20:0", fmt.Sprint("D ", 2*connections*rounds), "C SELECT 1", "Z I")
}
