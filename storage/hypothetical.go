package storage

import (
	"context"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
)

// ViewAt starts a command that sees a past moment with the transaction's own
// writes on top: what would have been, had they been there. The transaction must
// be rolled back. Names are today's. Errors: 22023 for the future; 0A000 for a
// moment whose rows of the table are in the archive, where rows have other numbers.
func (x *Txn) ViewAt(ctx context.Context, t *catalog.Table, at Timestamp) (*View, error) {
	if err := x.s.seq.readAt(ctx, at); err != nil {
		return nil, err
	}
	x.s.active.pin(x.id, at)
	if at < x.s.table(t.ID).floor() {
		return nil, sqlerr.Unsupported("own writes over a moment that is in the archive", "")
	}
	v, err := x.BeginCommand(ctx)
	if err == nil {
		v.at, v.opened = at, x.s.Now()
	}
	return v, err
}
