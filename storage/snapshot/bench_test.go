package snapshot

import (
	"fmt"
	"testing"

	"synapse/catalog/types"
	"synapse/storage/effect"
	"synapse/storage/row"
)

// memoryRow is a row as agents write it: id, text, 384 dimensions, metadata, time.
func memoryRow(b testing.TB) ([]types.Type, row.Image) {
	cols := []types.Type{types.UUID, types.Text, types.Vector, types.JSONB, types.Timestamptz, types.Float8}
	meta, err := types.ParseText(types.JSONB, `{"kind": "note", "session": "s-1", "tags": ["a", "b"]}`, nil)
	ok(b, err)
	id, err := types.ParseText(types.UUID, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", nil)
	ok(b, err)
	values := []types.Value{
		id, types.NewString("the customer asked about the status of the refund of order 4711 again"),
		types.VectorFromFloat32s(make([]float32, 384)), meta, types.NewInt(814_000_000_123_456), types.NewFloat(0.5),
	}
	var build row.Builder
	build.Reset(len(cols))
	for i := range cols {
		build.Set(i, cols[i], values[i])
	}
	im, err := build.Append(nil)
	ok(b, err)
	return cols, im
}

// BenchmarkCatchUp is rows per second into both files; BenchmarkLoad out of one.
func BenchmarkCatchUp(b *testing.B) {
	w := newWorld(b, 1)
	p := w.open()
	cols, im := memoryRow(b)
	w.commit(w.object(w.table(20001, "m", cols...)))
	ok(b, p.CatchUp(ctx))
	fill(w, im, b.N)
	b.ResetTimer()
	ok(b, p.CatchUp(ctx))
	b.StopTimer()
	ok(b, p.Close())
}

func BenchmarkLoad(b *testing.B) {
	w := newWorld(b, 1)
	p := w.open()
	cols, im := memoryRow(b)
	w.commit(w.object(w.table(20001, "m", cols...)))
	fill(w, im, b.N)
	ok(b, p.CatchUp(ctx))
	b.ResetTimer()
	n := 0
	_, err := p.Load(ctx, func() {}, func(Row) error { n++; return nil })
	ok(b, err)
	b.StopTimer()
	if n < b.N {
		b.Fatal(fmt.Sprint(n, " rows"))
	}
	ok(b, p.Close())
}

// fill commits n rows, ten at a time.
func fill(w *world, im row.Image, n int) {
	for at := 0; at < n; {
		var effects []effect.Effect
		for ; at < n && len(effects) < 10; at++ {
			effects = append(effects, effect.Effect{Kind: effect.Put, Table: 20001, Row: uint64(at), Image: im})
		}
		w.commit(effects...)
	}
}
