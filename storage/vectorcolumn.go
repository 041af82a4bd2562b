package storage

import (
	"errors"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/row"
	"synapse/vecindex"
)

// vectorColumn is where the vectors of one vector(n) column live: rows and
// indexes hold ids, so the numbers are stored once. Written under the table's
// lock; read without.
type vectorColumn struct {
	store *vecindex.Store
	dim   int
	group *catalog.Column // namespace column: vectors of one namespace lie together; nil = none
}

// add stores a vector and returns its id with one reference, the row version's.
func (c *vectorColumn) add(b []byte, im row.Image) (uint32, error) {
	group := ""
	if c.group != nil {
		if v, err := im.Value(c.group.Attr, c.group.Type); err == nil {
			group = string(appendIndexKey(nil, &catalog.IndexKey{Type: c.group.Type}, v))
		}
	}
	id, err := c.store.Add(group, types.AsFloat32s(types.NewBytes(b)))
	if errors.Is(err, vecindex.ErrFull) {
		return 0, sqlerr.New(sqlerr.ProgramLimitExceeded, "table has too many vectors").Wrap(err)
	}
	if err != nil {
		return 0, sqlerr.From(err)
	}
	return id, nil
}

// storesVectors reports whether a column's values live in a vectorColumn.
func storesVectors(c catalog.Column) bool { return c.Type.OID == types.OIDVector && c.Type.Mod > 0 }

// describe prepares the table for the columns of def: every vector(n) column
// gets its store. It is idempotent. Caller holds mu exclusively.
func (t *table) describe(def *catalog.Table) error {
	for i := range def.Columns {
		c := &def.Columns[i]
		if !storesVectors(*c) || t.vectors[c.Attr] != nil {
			continue
		}
		store, err := vecindex.NewStore(int(c.Type.Mod))
		if err != nil {
			return sqlerr.From(err)
		}
		vc := &vectorColumn{store: store, dim: int(c.Type.Mod)}
		if ord := def.NamespaceColumn(); ord != 0 {
			vc.group = &def.Columns[ord-1]
		}
		if t.vectors == nil {
			t.vectors = map[int]*vectorColumn{}
		}
		t.vectors[c.Attr] = vc
	}
	return nil
}
