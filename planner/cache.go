package planner

import (
	"container/list"
	"slices"
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
	key    string
	bound  *bind.Result
	tables []tableUse // what the plan assumed about the tables it reads
	valid  catalogs   // for which the entry was last found valid; guarded by the cache's mutex
	bytes  int
}

// catalogs are what names of one run of a statement resolve in: the statement's,
// and those of its clauses AS OF in their order.
type catalogs struct {
	own  *catalog.Catalog
	past []*catalog.Catalog
}

// catalogsOf finds the catalogs of this run for a plan that is bound already.
func catalogsOf(ctx *bind.Context, bound *bind.Result) (catalogs, error) {
	cats := catalogs{own: ctx.Catalog}
	for i := range bound.Past {
		c := ctx.Catalog
		if ctx.CatalogAt != nil {
			at, err := ctx.CatalogAt(bound.Past[i].Clause)
			if err != nil {
				return cats, err
			}
			if at != nil {
				c = at
			}
		}
		cats.past = append(cats.past, c)
	}
	return cats, nil
}

func (c *catalogs) equal(o *catalogs) bool { return c.own == o.own && slices.Equal(c.past, o.past) }

// of is the catalog of a clause; nil is the statement's own.
func (c *catalogs) of(bound *bind.Result, clause *plan.Temporal) *catalog.Catalog {
	for i := range bound.Past {
		if bound.Past[i].Clause == clause {
			return c.past[i]
		}
	}
	return c.own
}

func newPlanCache(maxBytes int) *planCache {
	return &planCache{maxBytes: maxBytes, byKey: map[string]*list.Element{}, recent: list.New()}
}

func (c *planCache) get(ctx *bind.Context, stmt parse.Statement) (*plan.Plan, error) {
	key := planKey(ctx, stmt)
	if p := c.lookup(key, ctx); p != nil {
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
	bound.Plan = optimize(ctx, sizesFor(ctx, c.sizes), bound)
	if len(bound.Plan.Notices) > 0 {
		// It depends on a relation that the catalog of its moment does not have.
		return bound.Plan, nil
	}
	cats := catalogs{own: ctx.Catalog}
	for i := range bound.Past {
		cats.past = append(cats.past, bound.CatalogOf(bound.Past[i].Clause, ctx.Catalog))
	}
	c.store(&cachedPlan{
		key: key, bound: bound, tables: tablesOf(&cats, sizesFor(ctx, c.sizes), bound), valid: cats,
		bytes: planBytesFixed + planBytesPerTextByte*len(stmt.Text),
	})
	return bound.Plan, nil
}

// optimize chooses access paths among the indexes of each reference's moment.
func optimize(ctx *bind.Context, sizes opt.Sizes, bound *bind.Result) *plan.Plan {
	return opt.Optimize(func(clause *plan.Temporal) *catalog.Catalog {
		return bound.CatalogOf(clause, ctx.Catalog)
	}, sizes, ctx.Without, bound.Plan)
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
	if ctx.Without != 0 {
		w.WriteByte(3)
		w.WriteByte(byte(ctx.Without))
	}
	if ctx.Engine {
		w.WriteByte(2)
	}
	if ctx.Bound {
		w.WriteByte(3)
	}
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

func (c *planCache) lookup(key string, ctx *bind.Context) *plan.Plan {
	c.mu.Lock()
	e, ok := c.byKey[key]
	if !ok {
		c.misses++
		c.mu.Unlock()
		return nil
	}
	entry := e.Value.(*cachedPlan)
	known := entry.valid
	c.mu.Unlock()
	cats, err := catalogsOf(ctx, entry.bound) // may wait: a moment is read when all commits before it are
	fits := err == nil && (known.equal(&cats) || entry.fits(&cats)) && !entry.outgrown(sizesFor(ctx, c.sizes))
	c.mu.Lock()
	defer c.mu.Unlock()
	stored := c.byKey[key] == e
	if !fits { // binding says why where a moment cannot be read
		c.misses++
		if stored {
			c.drop(e)
		}
		return nil
	}
	entry.valid = cats
	c.hits++
	if stored {
		c.recent.MoveToFront(e)
	}
	return entry.bound.Plan
}

// fits repeats the plan's look-ups in other catalogs.
func (e *cachedPlan) fits(cats *catalogs) bool {
	for _, o := range e.bound.Plan.Objects {
		if cats.of(e.bound, o.At).ObjectVersion(o.ID) != o.Version {
			return false
		}
	}
	for i := range e.bound.Names {
		n := &e.bound.Names[i]
		if n.Resolve(cats.of(e.bound, n.At)) != n.ID {
			return false
		}
	}
	for i := range e.bound.Functions {
		if !e.bound.Functions[i].Same(cats.own) {
			return false
		}
	}
	for i := range e.tables {
		u := &e.tables[i]
		if !sameIndexes(u.indexes, cats.of(e.bound, u.at).Indexes(u.table.ID)) {
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
