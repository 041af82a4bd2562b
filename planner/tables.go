package planner

import (
	"sync"

	"synapse/catalog"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/bind"
)

// tableCacheMax bounds the number of tables kept.
const tableCacheMax = 4096

// tableCache keeps compiled tables by identity: a catalog object never changes,
// so the pointer says the version; the indexes are compared.
type tableCache struct {
	mu   sync.Mutex // guards byID
	byID map[types.OID]*keptTable
}

// keptTable is a compiled table with the functions that the names in its
// expressions had.
type keptTable struct {
	info      *plan.TableInfo
	functions []bind.FunctionUse
}

func (k *keptTable) fits(c *catalog.Catalog, t *catalog.Table) bool {
	if k.info.Table != t || !sameIndexes(k.info.Indexes, c.Indexes(t.ID)) {
		return false
	}
	if k.info.Tree != nil && !k.info.Tree.In(c) {
		return false
	}
	for i := range k.functions {
		if !k.functions[i].Same(c) {
			return false
		}
	}
	return true
}

func newTableCache() *tableCache { return &tableCache{byID: map[types.OID]*keptTable{}} }

func (c *tableCache) get(ctx *bind.Context, t *catalog.Table) (*plan.TableInfo, error) {
	c.mu.Lock()
	kept := c.byID[t.ID]
	c.mu.Unlock()
	if kept != nil && kept.fits(ctx.Catalog, t) {
		return kept.info, nil
	}
	info, functions, err := bind.TableInfo(ctx, t)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.byID) >= tableCacheMax {
		clear(c.byID)
	}
	c.byID[t.ID] = &keptTable{info, functions}
	return info, nil
}

func sameIndexes(a, b []*catalog.Index) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
