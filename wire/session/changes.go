package session

import (
	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage"
)

// Changes implements memory.Host. Where memory has noted which rows the newest
// commits have touched, it looks at no others.
func (h *host) Changes(table string, columns []string, ns string, since int64, yield func(from, to int64, row []types.Value) error) error {
	def, _ := h.view.Catalog().Relation("memory", table).(*catalog.Table)
	if def == nil {
		return nil
	}
	spec := storage.ScanSpec{Columns: make([]int, 0, len(columns)+1)}
	for _, name := range append([]string{"ns"}, columns...) {
		_, ord := def.Column(name)
		if ord == 0 {
			return sqlerr.New(sqlerr.UndefinedColumn, "column %q of memory.%s does not exist", name, table)
		}
		spec.Columns = append(spec.Columns, ord)
	}
	c, err := h.view.Changes(def, storage.Timestamp(since), spec)
	if err != nil {
		return err
	}
	defer c.Close()
	now := h.view.Time()
	row := make([]types.Value, len(columns))
	for {
		var b storage.RowBatch
		if err := c.Next(&b); err != nil || b.N == 0 {
			return err
		}
		for i := range b.N {
			if b.From[i] > now || b.Cols[0].Get(i).Str() != ns {
				continue
			}
			for k := range row {
				row[k] = b.Cols[k+1].Get(i)
			}
			to := b.To[i]
			if to > now {
				to = storage.Infinity
			}
			if err := yield(int64(b.From[i]), int64(to), row); err != nil {
				return err
			}
		}
	}
}
