package commitlog

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"synapse/storage/vfs"
)

// BenchmarkCommit is commits of 300 bytes, each acknowledged after fsync.
// commits/sync tells how well group commit works.
func BenchmarkCommit(b *testing.B) {
	for _, writers := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			l, err := Open(vfs.OS{}, b.TempDir()+"/log", Options{})
			ok(b, err)
			defer l.Close()
			body := make([]byte, 300)
			var wg sync.WaitGroup
			b.ResetTimer()
			for w := range writers {
				wg.Go(func() {
					for i := w; i < b.N; i += writers {
						lsn, err := l.AppendCommit(Commit{Txn: uint64(i), Body: body})
						if err == nil {
							err = l.Sync(context.Background(), lsn)
						}
						if err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.StopTimer()
			b.ReportMetric(float64(b.N)/float64(max(l.Stats().Syncs, 1)), "commits/sync")
		})
	}
}
