package bind

import "synapse/planner/ast"

// A WITH query that is read AS OF stands for its text, which means other tables
// and columns then. So in a statement with such a clause each WITH query is bound
// where it is referenced first, once per moment: one that reads what is gone today
// compiles if it is asked of a time that had it.

// travels reports a temporal clause anywhere in a statement.
func travels(stmt ast.Node) bool {
	found := false
	ast.Inspect(stmt, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.TableRef:
			found = found || n.AsOf != nil
		case *ast.FuncRef:
			found = found || n.AsOf != nil
		case *ast.SelectStmt:
			found = found || n.AsOf != nil
		}
		return !found
	})
	return found
}

// as returns the query as of the moment in work, bound.
func (c *cte) as(b *binder) (*cte, error) {
	if c.self || c.modifying {
		return c, nil
	}
	if c.at == b.now {
		return c, c.bind()
	}
	for _, o := range c.others {
		if o.at == b.now {
			return o, nil
		}
	}
	o := &cte{
		name: c.name, pos: c.pos, materialize: c.materialize, definition: c.definition,
		source: c.source, scope: c.scope, before: c.before, looped: c.looped, at: b.now,
	}
	if err := o.bind(); err != nil {
		return nil, err
	}
	c.others = append(c.others, o)
	return o, nil
}

// bind binds the query unless that was done. The moment in work is its own.
func (c *cte) bind() error {
	if c.query != nil {
		return nil
	}
	// FROM of its level may be bound by now, and is none of its business.
	level := &scope{parent: c.scope.parent, ctes: c.before}
	return c.source.bindCTE(level, c, c.looped)
}

// bindUnread binds the WITH queries that nothing reads: they have to make sense all the same.
func (b *binder) bindUnread() error {
	for len(b.lazy) > 0 {
		c := b.lazy[0]
		b.lazy = b.lazy[1:]
		if len(c.others) > 0 {
			continue
		}
		b.now = c.at
		if err := c.bind(); err != nil {
			return err
		}
	}
	b.now = nil
	return nil
}
