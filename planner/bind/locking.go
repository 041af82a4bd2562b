package bind

import (
	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// lock is FOR UPDATE on one table. rowID, version and table are the columns of
// rel that say which row it is: system columns, or those that a subquery between
// the clause and the table hands up.
type lock struct {
	base                  *relation // the table
	rel                   *relation // what stands in the FROM list of the clause's query
	rowID, version, table int
	strength              uint8
	policy                uint8
}

// lockingClause binds FOR UPDATE and its kin.
func (b *binder) lockingClause(s *scope, q *query, stmt *ast.SelectStmt) error {
	for _, l := range stmt.Locking {
		b.locks = true
		if err := b.checkLocking(s, q, l); err != nil {
			return err
		}
		if len(l.Of) == 0 {
			for _, rel := range fromRelations(q.from, nil) {
				if err := b.lockRelation(q, rel, l); err != nil {
					return err
				}
			}
			continue
		}
		for _, ref := range l.Of {
			it, err := b.findItem(&scope{items: s.items}, "", ref.Name, ref.Pos())
			if err != nil {
				return err
			}
			if it == nil {
				return b.errorf(sqlerr.UndefinedTable, ref.Pos(), "relation \"%s\" in %s clause not found in FROM clause", ref.Name, lockName(l))
			}
			what := ""
			switch {
			case it.rel == nil:
				what = "a join"
			case it.rel.kind == relFunction:
				what = "a function"
			case it.rel.kind == relCTE || it.rel.kind == relWork:
				what = "a WITH query"
			case it.rel.query != nil && it.rel.query.values != nil:
				what = "VALUES"
			}
			if what != "" {
				return b.errorf(sqlerr.FeatureNotSupported, ref.Pos(), "%s cannot be applied to %s", lockName(l), what)
			}
			if err := b.lockRelation(q, it.rel, l); err != nil {
				return err
			}
		}
	}
	return nil
}

// fromRelations lists the relations of a FROM tree.
func fromRelations(n joinNode, out []*relation) []*relation {
	switch n := n.(type) {
	case *relation:
		return append(out, n)
	case *join:
		return fromRelations(n.right, fromRelations(n.left, out))
	}
	return out
}

// lockRelation locks the rows of a relation of q: of a table itself, of a subquery
// or view the rows of the tables below. A subquery whose rows are those of its
// tables hands their identity up, so that only rows of the result are locked, as
// in PostgreSQL where it becomes part of the query; others lock the rows they read.
func (b *binder) lockRelation(q *query, rel *relation, l *ast.Locking) error {
	if rel.access != nil {
		rel.access.Needs |= catalog.MayUpdate
	}
	switch rel.kind {
	case relTable:
		if err := b.lockable(rel, l); err != nil {
			return err
		}
		q.locks = append(q.locks, lock{
			base: rel, rel: rel, rowID: plan.SysRowID, version: plan.SysVersion, table: plan.SysTableOID,
			strength: uint8(l.Strength), policy: uint8(l.Wait),
		})
	case relQuery:
		inner := rel.query
		if inner.values != nil || inner.change != nil {
			return nil
		}
		if inner.setOp != nil {
			return b.errorf(sqlerr.FeatureNotSupported, l.Pos(), "%s is not allowed with UNION/INTERSECT/EXCEPT", lockName(l))
		}
		if err := b.checkLocking(inner.scope, inner, l); err != nil {
			return err
		}
		had := len(inner.locks)
		for _, below := range fromRelations(inner.from, nil) {
			if err := b.lockRelation(inner, below, l); err != nil {
				return err
			}
		}
		if had == 0 && inner.rowsOfTables() {
			for _, k := range inner.locks {
				q.locks = append(q.locks, rel.handUp(k))
			}
			inner.locks = nil
		}
	}
	if rel.nullable && len(q.locks) > 0 && q.locks[len(q.locks)-1].rel == rel {
		return b.errorf(sqlerr.FeatureNotSupported, l.Pos(), "%s cannot be applied to the nullable side of an outer join", lockName(l))
	}
	return nil
}

// rowsOfTables reports a query that only filters, joins and computes.
func (q *query) rowsOfTables() bool {
	return len(q.sort) == 0 && q.limit == nil && q.offset == nil && len(q.ctes) == 0 && q.groups == nil && len(q.windows) == 0
}

// handUp makes the identity of a locked row part of what the subquery yields.
func (r *relation) handUp(k lock) lock {
	add := func(col int) int {
		r.query.targets = append(r.query.targets, &entry{expr: k.rel.column(col, -1), pos: -1})
		r.cols = append(r.cols, relColumn{typ: k.rel.column(col, -1).typ, hidden: true})
		return len(r.cols) - 1
	}
	k.rowID, k.version, k.table = add(k.rowID), add(k.version), add(k.table)
	k.rel = r
	return k
}

// lockable refuses to lock rows of the past.
func (b *binder) lockable(rel *relation, l *ast.Locking) error {
	if rel.at == nil {
		return nil
	}
	return b.errorf(sqlerr.FeatureNotSupported, l.Pos(), "%s cannot be applied to \"%s\", which is read AS OF a past moment", lockName(l), rel.name())
}

func lockName(l *ast.Locking) string {
	return [...]string{"FOR KEY SHARE", "FOR SHARE", "FOR NO KEY UPDATE", "FOR UPDATE"}[l.Strength]
}

func (b *binder) checkLocking(s *scope, q *query, l *ast.Locking) error {
	what := ""
	switch {
	case q.distinct || len(q.distinctOn) > 0:
		what = "DISTINCT clause"
	case q.groups != nil && len(q.groups.exprs) > 0:
		what = "GROUP BY clause"
	case q.having != nil:
		what = "HAVING clause"
	case s.hasAggs:
		what = "aggregate functions"
	case len(s.windows) > 0:
		what = "window functions"
	case s.hasSets:
		what = "set-returning functions in the target list"
	default:
		return nil
	}
	return b.errorf(sqlerr.FeatureNotSupported, l.Pos(), "%s is not allowed with %s", lockName(l), what)
}
