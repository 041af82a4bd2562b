package storage

import (
	"math/rand/v2"
	"testing"

	"synapse/catalog"
)

// The model test over an unlogged table that is compacted all the time: what
// transactions see does not change, and memory does not grow.
func TestCompaction(t *testing.T) {
	defer func(n int) { compactMin = n }(compactMin)
	compactMin = 8
	s, clock := openMemory(t)
	x := begin(t, s, ReadCommitted)
	def := notes()
	def.Persistence = catalog.Unlogged
	must(t, x.PutObject(ctx, def))
	for _, ix := range notesIndexes() {
		must(t, x.PutObject(ctx, ix))
	}
	commitTxn(t, x)
	m := &model{t: t, rng: rand.New(rand.NewPCG(randomSeed(t), 6)), s: s, clock: clock, def: def, ix: notesIndexes()}
	m.history = []moment{{s.Watermark(), state{}}}
	for step := range 6000 {
		m.step()
		if step%200 == 199 {
			must(t, s.Check(ctx))
		}
	}
	for _, x := range m.txns {
		x.x.Rollback()
	}
	m.txns = nil
	for range 40 { // without old readers everything closed goes
		m.open()
		m.write(m.txns[0])
		m.commit(m.txns[0])
	}
	must(t, s.Check(ctx))
	tb := s.table(def.ID)
	if tb.epoch == 0 || tb.versions.n > len(m.newest())+1+2*max(compactMin, len(m.newest())) {
		t.Errorf("%d compactions, %d versions of %d rows", tb.epoch, tb.versions.n, len(m.newest()))
	}
	if v := tb.vectors[4].store; v.Len() > 3*(len(m.newest())+compactMin)+50 {
		t.Errorf("%d vectors of %d rows", v.Len(), len(m.newest()))
	}
}
