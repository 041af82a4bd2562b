package check

import (
	"path/filepath"
	"strings"
	"testing"

	"synapse/storage/commitlog"
	"synapse/storage/effect"
	"synapse/storage/snapshot"
	"synapse/storage/vfs"
)

// What log and snapshots say about shards must fit together.
func TestShardsContradict(t *testing.T) {
	count := func(n uint16) effect.Effect { return effect.Effect{Kind: effect.Shards, Count: n} }
	assign := func(shard uint16) effect.Effect {
		return effect.Effect{Kind: effect.Assign, Namespace: "user:1", To: shard}
	}
	for _, c := range []struct {
		name     string
		effects  []effect.Effect // a commit each; the snapshots have the first ones
		snapshot int
		want     string
	}{
		{"sound", []effect.Effect{count(16), assign(3), assign(3)}, 2, ""},
		{"assigned twice in the log", []effect.Effect{count(16), assign(3), assign(4)}, 0, `LSN 4: assigns namespace "user:1" to shard 4, not 3`},
		{"two numbers of shards", []effect.Effect{count(16), count(8)}, 0, "LSN 3: says that there are 8 shards, not 16"},
		{"no such shard", []effect.Effect{count(16), assign(16)}, 0, "LSN 3: speaks of shard 16 of 16"},
		{"shards of a database without", []effect.Effect{assign(0), assign(0), {Kind: effect.Delete, Table: 20001, Row: 1<<48 | 5}}, 0, "speaks of shard 1 of 1"},
		{"a snapshot with too few shards", []effect.Effect{count(2), assign(3)}, 2, `namespace "user:1" is assigned to shard 3 of 2`},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			log, err := commitlog.Open(vfs.OS{}, filepath.Join(dir, logName), commitlog.Options{SegmentBytes: 64 << 10})
			ok(t, err)
			p, err := snapshot.Open(ctx, dir, log)
			ok(t, err)
			for i, e := range c.effects {
				lsn, err := log.AppendCommit(commitlog.Commit{Txn: uint64(i), Timestamp: int64(i) + 1, Body: effect.AppendBody(nil, []effect.Effect{e})})
				ok(t, err)
				ok(t, log.Sync(ctx, lsn))
				if i+1 == c.snapshot {
					ok(t, p.CatchUp(ctx))
				}
			}
			ok(t, p.Close())
			ok(t, log.Close())
			n, out := run(t, dir, nil)
			if (n == 0) != (c.want == "") || !strings.Contains(out, c.want) {
				t.Errorf("%d problems, want %q:\n%s", n, c.want, out)
			}
		})
	}
}
