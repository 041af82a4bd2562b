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
	byID map[types.OID]*plan.TableInfo
}

func newTableCache() *tableCache { return &tableCache{byID: map[types.OID]*plan.TableInfo{}} }

func (c *tableCache) get(ctx *bind.Context, t *catalog.Table) (*plan.TableInfo, error) {
	c.mu.Lock()
	info := c.byID[t.ID]
	c.mu.Unlock()
	if info != nil && info.Table == t && sameIndexes(info.Indexes, ctx.Catalog.Indexes(t.ID)) {
		return info, nil
	}
	info, err := bind.TableInfo(ctx, t)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.byID) >= tableCacheMax {
		clear(c.byID)
	}
	c.byID[t.ID] = info
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
