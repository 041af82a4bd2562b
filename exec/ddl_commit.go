package exec

import (
	"context"

	"synapse/catalog"
	"synapse/catalog/types"
	"synapse/storage"
)

// OnCommit does what a session's temporary tables are to do at commit: ON COMMIT
// DELETE ROWS empties them, ON COMMIT DROP removes them with their indexes and
// sequences. The session calls it before Txn.Commit, after deferred constraints
// were checked. A transaction that wrote nothing left nothing to do.
func OnCommit(ctx context.Context, txn *storage.Txn, tempSchema string) error {
	if !txn.Wrote() {
		return nil
	}
	c := txn.Catalog()
	schema := c.Schema(tempSchema)
	if schema == nil {
		return nil
	}
	for _, o := range c.All(catalog.ClassTable) {
		t := o.(*catalog.Table)
		if t.Schema != schema.ID {
			continue
		}
		var err error
		switch t.OnCommit {
		case 'r':
			err = txn.Truncate(ctx, t)
		case 'd':
			err = dropTable(ctx, txn, c, t)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func dropTable(ctx context.Context, txn *storage.Txn, c *catalog.Catalog, t *catalog.Table) error {
	var ids []types.OID
	for _, ix := range c.Indexes(t.ID) {
		ids = append(ids, ix.ID)
	}
	for _, o := range c.All(catalog.ClassSequence) {
		if o.(*catalog.Sequence).OwnerTable == t.ID {
			ids = append(ids, o.ObjectID())
		}
	}
	for _, id := range append(ids, t.ID) {
		if err := txn.DropObject(ctx, id); err != nil {
			return err
		}
	}
	return nil
}
