package planner

import (
	"container/list"
	"strconv"
	"strings"
	"sync"

	"synapse/catalog"
	"synapse/exec/plan"
	"synapse/planner/bind"
	"synapse/planner/opt"
	"synapse/planner/parse"
)

// planBytes estimates what a plan takes: it grows with its text, on top of a
// fixed part. It bounds the cache and is no account.
const (
	planBytesPerTextByte = 40
	planBytesFixed       = 2048
)

// planCache keeps plans by text, parameter types and the settings that change
// meaning. An entry is valid while every name in it resolves to the same object
// in the same version, so one session's DDL spoils no plans that do not use
// the object, while the tables have the same indexes, and while no table has
// grown or shrunk so much that another plan may be better. Bounded in bytes; the
// least recently used go first.
type planCache struct {
	maxBytes int
	sizes    opt.Sizes // nil: unknown; set before use

	mu     sync.Mutex // guards the rest; not held while binding
	bytes  int
	byKey  map[string]*list.Element // of *cachedPlan
	recent *list.List               // front: most recent
	hits   uint64
	misses uint64
}

type cachedPlan struct {
	key     string
	bound   *bind.Result
	tables  []tableUse       // what the plan assumed about the tables it reads
	catalog *catalog.Catalog // for which the entry was last found valid
	bytes   int
}

func newPlanCache(maxBytes int) *planCache {
	return &planCache{maxBytes: maxBytes, byKey: map[string]*list.Element{}, recent: list.New()}
}

func (c *planCache) get(ctx *bind.Context, stmt parse.Statement) (*plan.Plan, error) {
	key := planKey(ctx, stmt)
	if p := c.lookup(key, ctx.Catalog); p != nil {
		return p, nil
	}
	return c.make(ctx, stmt, key)
}

// make binds and optimizes a statement, and keeps the plan.
func (c *planCache) make(ctx *bind.Context, stmt parse.Statement, key string) (*plan.Plan, error) {
	ctx.TextStart = stmt.Start
	bound, err := bind.Bind(ctx, stmt.Stmt, stmt.Text)
	if err != nil {
		return nil, err
	}
	bound.Plan = opt.Optimize(ctx.Catalog, c.sizes, bound.Plan)
	if len(bound.Plan.Notices) > 0 {
		// It depends on a relation that the catalog of its moment does not have.
		return bound.Plan, nil
	}
	c.store(&cachedPlan{
		key: key, bound: bound, tables: tablesOf(ctx.Catalog, c.sizes, bound.Plan), catalog: ctx.Catalog,
		bytes: planBytesFixed + planBytesPerTextByte*len(stmt.Text),
	})
	return bound.Plan, nil
}

// planKey is everything beside the catalog that the plan depends on.
func planKey(ctx *bind.Context, stmt parse.Statement) string {
	var w strings.Builder
	if len(stmt.Slots) > 0 {
		// The same text can have parameters of its own in place of slots.
		w.WriteByte(0)
		w.WriteString(strconv.Itoa(stmt.Slots[0].Number))
		w.WriteByte(0)
		w.WriteString(stmt.Key)
	} else {
		w.WriteString(stmt.Text)
	}
	for _, t := range ctx.ParamTypes {
		w.WriteByte(0)
		w.WriteString(strconv.FormatUint(uint64(t), 36))
	}
	w.WriteByte(1)
	for _, s := range ctx.SearchPath {
		// A session's temporary schema that does not exist yet makes no difference.
		if !strings.HasPrefix(s, "pg_temp") || ctx.Catalog.Schema(s) != nil {
			w.WriteString(s)
			w.WriteByte(0)
		}
	}
	if f := ctx.Format; f != nil {
		w.WriteByte(1)
		w.WriteString(f.DateOrder)
		w.WriteString(f.IntervalStyle)
		if f.Zone != nil {
			w.WriteString(f.Zone.String())
		}
	}
	return w.String()
}

func (c *planCache) lookup(key string, cat *catalog.Catalog) *plan.Plan {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byKey[key]
	if !ok {
		c.misses++
		return nil
	}
	entry := e.Value.(*cachedPlan)
	if entry.catalog != cat && !entry.valid(cat) || entry.outgrown(c.sizes) {
		c.misses++
		c.drop(e)
		return nil
	}
	entry.catalog = cat
	c.hits++
	c.recent.MoveToFront(e)
	return entry.bound.Plan
}

// valid repeats the plan's look-ups in another catalog.
func (e *cachedPlan) valid(cat *catalog.Catalog) bool {
	for _, o := range e.bound.Plan.Objects {
		if cat.ObjectVersion(o.ID) != o.Version {
			return false
		}
	}
	for i := range e.bound.Names {
		if e.bound.Names[i].Resolve(cat) != e.bound.Names[i].ID {
			return false
		}
	}
	for i := range e.tables {
		if !sameIndexes(e.tables[i].indexes, cat.Indexes(e.tables[i].table.ID)) {
			return false
		}
	}
	return true
}

func (c *planCache) store(entry *cachedPlan) {
	if entry.bytes > c.maxBytes {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.byKey[entry.key]; ok {
		c.drop(e)
	}
	c.byKey[entry.key] = c.recent.PushFront(entry)
	c.bytes += entry.bytes
	for c.bytes > c.maxBytes {
		c.drop(c.recent.Back())
	}
}

func (c *planCache) drop(e *list.Element) {
	entry := c.recent.Remove(e).(*cachedPlan)
	delete(c.byKey, entry.key)
	c.bytes -= entry.bytes
}

// CacheStats counts the look-ups of the plan cache.
type CacheStats struct {
	Hits, Misses uint64
	Bytes        int
	Plans        int
}

// Stats reports on the plan cache.
func (p *Planner) Stats() CacheStats {
	c := p.plans
	c.mu.Lock()
	defer c.mu.Unlock()
	return CacheStats{Hits: c.hits, Misses: c.misses, Bytes: c.bytes, Plans: len(c.byKey)}
}
