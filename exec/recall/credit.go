package recall

import (
	"synapse/catalog"
	"synapse/catalog/types"
	"synapse/storage"
)

// Prior of an entry's credit: a Beta prior worth creditWeight exposures of which
// the share creditPrior was cited. An entry that no answer exposed has the prior's
// credit, which moves nothing.
const (
	creditPrior  = 0.25
	creditWeight = 4
)

// openCredits finds memory.credits: what answers exposed and what they cited.
func (s *source) openCredits() {
	t, _ := s.view.Catalog().Relation("memory", "credits").(*catalog.Table)
	if s.credited = primaryIndex(s.view, t); s.credited != nil {
		s.credits = t
	}
}

// credit sets the credit of each candidate: the share of its exposures that were
// cited, as of the view.
func (g *gather) credit() error {
	for _, c := range g.order {
		c.credit = creditPrior
	}
	s := g.s
	if s.credits == nil || g.q.Profile.CreditSwing == 0 {
		return nil
	}
	if n, err := s.view.CountRows(s.credits); err != nil || n == 0 {
		return err
	}
	_, exposed := s.credits.Column("exposed")
	_, cited := s.credits.Column("cited")
	if exposed == 0 || cited == 0 {
		return nil
	}
	spec := storage.ScanSpec{Columns: []int{exposed, cited}}
	var b storage.RowBatch
	for _, c := range g.order {
		cur, err := s.view.Lookup(s.credits, s.credited, []types.Value{c.Entry.ID}, spec)
		if err != nil {
			return err
		}
		err = cur.Next(&b)
		cur.Close()
		if err != nil {
			return err
		}
		if b.N > 0 {
			c.credit = posterior(b.Cols[0].Get(0).Float(), b.Cols[1].Get(0).Float())
		}
	}
	return nil
}

// posterior is the mean of the Beta posterior, in 0…1.
func posterior(exposed, cited float64) float64 {
	return min((cited+creditWeight*creditPrior)/(max(exposed, cited)+creditWeight), 1)
}
