package vecindex

import "fmt"

// Check verifies the whole index: that every entry is found by its row and its vector, that
// counts are right, that vectors are referenced, and every graph's structure. It runs where
// the writer runs.
func (x *Index) Check() error {
	x.maintenance.Lock()
	defer x.maintenance.Unlock()
	var err error
	count := 0
	x.parts.Range(func(key, v any) bool {
		p := v.(*partition)
		count += int(p.entries.n.Load())
		if p.key != key {
			err = fmt.Errorf("partition %q is found under %q", p.key, key)
		} else if err = x.checkPartition(p); err != nil {
			err = fmt.Errorf("partition %q: %w", p.key, err)
		}
		return err == nil
	})
	if err == nil {
		err = x.checkWhole()
	}
	if err == nil && count != x.Len() {
		err = fmt.Errorf("%d entries are counted, %d are there", x.Len(), count)
	}
	if err != nil {
		return fmt.Errorf("vecindex: %w", err)
	}
	return nil
}

// checkWhole verifies that the journal lists every entry once and that a node leads to each.
func (x *Index) checkWhole() error {
	w := x.whole.Load()
	if w == nil {
		return nil
	}
	listed := map[located]bool{}
	for pos := range w.journal.n.Load() {
		p, e := w.journal.locate(pos)
		at := located{p.partition, e}
		if listed[at] {
			return fmt.Errorf("the journal lists entry %d of partition %q twice", e, p.key)
		}
		if listed[at] = true; p.diedAt.Load() == alive && x.partition(p.key) != p.partition {
			return fmt.Errorf("the journal lists partition %q, which was replaced", p.key)
		}
	}
	var err error
	x.parts.Range(func(_, v any) bool {
		p := v.(*partition)
		for e := range p.entries.n.Load() {
			if !listed[located{p, e}] {
				err = fmt.Errorf("the journal lacks entry %d of partition %q", e, p.key)
			}
		}
		return err == nil
	})
	if err != nil {
		return err
	}
	reached := map[located]bool{}
	reach := func(first uint32) {
		for ; first != noEntry; first = w.journal.same(first) {
			q, e := w.journal.locate(first)
			for ; e != noEntry; e = q.older(e) {
				reached[located{q.partition, e}] = true
			}
		}
	}
	for i := range w.nodes {
		reach(w.graph.Entry(i))
	}
	for _, pos := range w.outliers {
		reach(pos)
	}
	for pos := range w.covered {
		if q, e := w.journal.locate(pos); q.diedAt.Load() == alive && !reached[located{q.partition, e}] {
			return fmt.Errorf("no node leads to entry %d of partition %q", e, q.key)
		}
	}
	_, err = w.graph.Check()
	return err
}

func (x *Index) checkPartition(p *partition) error {
	n := p.entries.n.Load()
	var closed, vecs, byVec, byRow uint32
	for e := range n {
		b, i := p.entries.at(e)
		if b.to[i].Load() != Open {
			closed++
		}
		if x.store.Refs(b.vecs[i]) == 0 {
			return fmt.Errorf("vector %d is not referenced", b.vecs[i])
		}
		if p.byVec.find(uint64(b.vecs[i]), p.vecOf) == e {
			vecs++
			byVec += p.countSameVec(e)
		}
		if p.byRow.find(b.rows[i], p.rowOf) == e {
			count, open := p.countOfRow(e)
			byRow += count
			if open > 1 {
				return fmt.Errorf("row %d has %d open entries", b.rows[i], open)
			}
		}
	}
	if byVec != n || byRow != n {
		return fmt.Errorf("vectors lead to %d and rows to %d of %d entries", byVec, byRow, n)
	}
	if closed != p.closed.Load() || vecs != p.vecs.Load() {
		return fmt.Errorf("%d closed entries and %d vectors are counted, %d and %d are there",
			p.closed.Load(), p.vecs.Load(), closed, vecs)
	}
	return p.checkGraph(n, vecs)
}

// countSameVec follows the links from a vector's first entry and counts those of the vector.
func (p *partition) countSameVec(first uint32) (count uint32) {
	vec := p.vecOf(first)
	for e := first; e != noEntry && p.vecOf(e) == vec && count <= p.entries.n.Load(); count++ {
		b, i := p.entries.at(e)
		e = b.sameVec[i].Load()
	}
	return count
}

// countOfRow follows the links from a row's newest entry and counts those of the row.
func (p *partition) countOfRow(newest uint32) (count, open uint32) {
	row := p.rowOf(newest)
	for e := newest; e != noEntry && p.rowOf(e) == row; count++ {
		b, i := p.entries.at(e)
		if b.to[i].Load() == Open {
			open++
		}
		if next := b.olderOfRow[i]; next != noEntry && next >= e {
			return 0, open // links go back in time only
		}
		e = b.olderOfRow[i]
	}
	return count, open
}

func (p *partition) checkGraph(n, vecs uint32) error {
	g := p.graph.Load()
	if g == nil {
		return nil
	}
	if g.covered > n || g.nodes > g.graph.Len() || int(g.nodes)+len(g.outliers) > int(vecs) {
		return fmt.Errorf("the graph covers %d of %d entries with %d nodes and %d outliers",
			g.covered, n, g.nodes, len(g.outliers))
	}
	_, err := g.graph.Check()
	return err
}
