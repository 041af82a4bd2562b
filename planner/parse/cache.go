package parse

import (
	"container/list"
	"slices"
	"strconv"
	"sync"

	"synapse/planner/ast"
)

// A tree takes about this many bytes per byte of text, plus a fixed part
// (measured on the statements of the test corpus). It is an estimate for the
// cache's bound, not an account.
const (
	treeBytesPerTextByte = 12
	treeBytesFixed       = 512
)

// Cache keeps the trees of recent texts. It is bounded in bytes, drops the least
// recently used first, and is safe for concurrent use. Errors are not kept.
type Cache struct {
	maxBytes int

	mu     sync.Mutex // guards the rest; held for no longer than a lookup
	bytes  int
	byText map[string]*list.Element // of *cached
	recent *list.List               // front: most recent
	hits   uint64
	misses uint64
}

type cached struct {
	text  string
	stmts []Statement
	bytes int
}

// NewCache makes a cache of at most maxBytes; 0 keeps nothing.
func NewCache(maxBytes int) *Cache {
	return &Cache{maxBytes: maxBytes, byText: map[string]*list.Element{}, recent: list.New()}
}

// Parse is the package's Parse through the cache. A trailing sqlcommenter
// comment is not part of the key: it changes with every request.
func (c *Cache) Parse(sql string) ([]Statement, error) {
	body, comment := splitComment(sql)
	stmts, err := c.parseSlotted(body)
	if err == nil && stmts == nil {
		stmts, err = c.ParseKey(body, nil)
	}
	if err != nil || comment == "" || len(stmts) == 0 {
		return stmts, err
	}
	stmts = slices.Clone(stmts) // shared with texts that carry other comments
	stmts[len(stmts)-1].Comment = comment
	return stmts, nil
}

// parseSlotted parses a text whose long literals can be slots; nil for others.
func (c *Cache) parseSlotted(sql string) ([]Statement, error) {
	key, lits := ExtractLiterals(sql)
	if len(lits) == 0 {
		return nil, nil
	}
	if err := checkText(sql); err != nil {
		return nil, err
	}
	stmts, err := c.ParseKey(key, lits)
	if err != nil || len(stmts) != 1 || !slottable(stmts[0].Stmt) {
		return nil, nil // the text itself says what is wrong, or is planned as it stands
	}
	s := stmts[0] // a copy: the tree is shared, the text is not
	s.Key, s.Slots = s.Text, lits
	s.Start, s.End = TextOffset(lits, s.Start), TextOffset(lits, s.End)
	s.Text = sql[s.Start:s.End]
	return []Statement{s}, nil
}

// slottable reports whether the planner compiles the statement through its cache.
func slottable(stmt ast.Stmt) bool {
	switch s := stmt.(type) {
	case *ast.SelectStmt:
		return s.Into == nil
	case *ast.InsertStmt, *ast.UpdateStmt, *ast.DeleteStmt, *ast.MergeStmt:
		return true
	}
	return false
}

// ParseKey is the package's ParseKey through the cache.
func (c *Cache) ParseKey(key string, lits []Literal) ([]Statement, error) {
	slotted := key
	if len(lits) > 0 {
		// The same key can come of a text with parameters of its own in place of
		// some literals: the first slot's number tells them apart.
		slotted = "\x00" + strconv.Itoa(lits[0].Number) + "\x00" + key
	}
	if stmts, ok := c.get(slotted); ok {
		return stmts, nil
	}
	stmts, err := ParseKey(key, lits)
	if err != nil {
		return nil, err
	}
	c.put(slotted, stmts)
	return stmts, nil
}

func (c *Cache) get(text string) ([]Statement, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byText[text]
	if !ok {
		c.misses++
		return nil, false
	}
	c.hits++
	c.recent.MoveToFront(e)
	return e.Value.(*cached).stmts, true
}

func (c *Cache) put(text string, stmts []Statement) {
	entry := &cached{text: text, stmts: stmts, bytes: len(text)*(1+treeBytesPerTextByte) + treeBytesFixed}
	if entry.bytes > c.maxBytes {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.byText[text]; ok {
		return // another connection was faster
	}
	c.byText[text] = c.recent.PushFront(entry)
	c.bytes += entry.bytes
	for c.bytes > c.maxBytes {
		c.drop(c.recent.Back())
	}
}

func (c *Cache) drop(e *list.Element) {
	entry := c.recent.Remove(e).(*cached)
	delete(c.byText, entry.text)
	c.bytes -= entry.bytes
}

// Purge drops every tree, as an erase of data asks for: texts may hold it.
func (c *Cache) Purge() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.byText, c.bytes = map[string]*list.Element{}, 0
	c.recent.Init()
}

// CacheStats is a snapshot of a cache's counters.
type CacheStats struct {
	Entries, Bytes int
	Hits, Misses   uint64
}

// Stats returns the counters.
func (c *Cache) Stats() CacheStats {
	c.mu.Lock()
	defer c.mu.Unlock()
	return CacheStats{Entries: len(c.byText), Bytes: c.bytes, Hits: c.hits, Misses: c.misses}
}
