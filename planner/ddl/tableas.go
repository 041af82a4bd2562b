package ddl

import (
	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// createTableAs is CREATE TABLE AS, SELECT INTO and CREATE MATERIALIZED VIEW.
func (b *binder) createTableAs(s *ast.CreateTableAsStmt) (tag string, err error) {
	into := s.Into
	if err := b.accessMethod(into.AccessMethod); err != nil {
		return "", err
	}
	tag = "SELECT 0"
	if s.Materialized {
		tag = "CREATE MATERIALIZED VIEW"
	} else if into.NoData {
		tag = "CREATE TABLE AS"
	}
	d, err := b.newTable(into.Table, into.Persistence, into.OnCommit, s.IfNotExists)
	if err != nil || d == nil {
		return "CREATE TABLE AS", err
	}
	q, ok := s.Query.(*ast.SelectStmt)
	if !ok {
		return "", sqlerr.Unsupported("CREATE TABLE AS EXECUTE", "Write the query itself.")
	}
	if q.Into != nil {
		plain := *q
		plain.Into = nil
		q = &plain
	}
	p, seen, err := b.compileQuery(q)
	if err != nil {
		return "", err
	}
	if d.t.Columns, err = b.queryColumns(p, into.Columns, "too many column names were specified"); err != nil {
		return "", err
	}
	d.t.NextAttr = len(d.t.Columns)
	if err := d.setOptions(into.Options); err != nil {
		return "", err
	}
	if s.Materialized {
		if b.usesTemporary(p) {
			return "", sqlerr.New(sqlerr.FeatureNotSupported, "materialized views must not use temporary tables or views")
		}
		d.t.Materialized, d.t.Names = seen.text(s.QueryText, q.Start)
		d.t.SearchPath = b.keptPath(false)
		d.t.Populated = !into.NoData
	}
	if err := d.checkOptions(); err != nil {
		return "", err
	}
	d.put()
	if !into.NoData {
		if err := p.Permit(b.cat, b.Owner); err != nil {
			return "", err
		}
		b.step(&plan.FillTable{Info: &plan.TableInfo{Table: d.t.Clone()}, Input: p, Count: true})
	}
	return tag, nil
}

// selectInto is SELECT … INTO.
func (b *binder) selectInto(s *ast.SelectStmt) (string, error) {
	return b.createTableAs(&ast.CreateTableAsStmt{Position: s.Position, Into: s.Into, SelectInto: true, Query: s})
}

// refresh fills a materialized view anew.
func (b *binder) refresh(s *ast.RefreshStmt) error {
	o := b.relation(s.View.Schema, s.View.Name)
	if o == nil {
		return b.noRelation(s.View)
	}
	t, ok := o.(*catalog.Table)
	if !ok || t.Materialized == "" {
		return sqlerr.New(sqlerr.FeatureNotSupported, "\"%s\" is not a materialized view", s.View.Name)
	}
	if err := b.mustOwn(t); err != nil {
		return err
	}
	if s.Concurrently && s.NoData {
		return sqlerr.New(sqlerr.SyntaxError, "REFRESH options CONCURRENTLY and WITH NO DATA cannot be used together")
	}
	if s.Concurrently && !b.hasUniqueKey(t) {
		return sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "cannot refresh materialized view \"%s\" concurrently", b.qualified(t)).
			WithHint("Create a unique index with no WHERE clause on one or more columns of the materialized view.")
	}
	p, err := b.bindStored(storedQuery{t, t.Materialized, t.SearchPath}, b.cat)
	if err != nil {
		return err
	}
	if !s.NoData {
		if err := p.Permit(b.cat, t.Owner); err != nil {
			return err
		}
	}
	b.lock(t.ID, ast.ExclusiveLock)
	b.step(&plan.TruncateTable{Table: t})
	if t.Populated == s.NoData {
		n := t.Clone()
		n.Populated = !s.NoData
		b.put(n)
		t = n
	}
	if !s.NoData {
		b.step(&plan.FillTable{Info: &plan.TableInfo{Table: t, Indexes: b.cat.Indexes(t.ID)}, Input: p})
	}
	return nil
}

func (b *binder) hasUniqueKey(t *catalog.Table) bool {
	for _, ix := range b.cat.Indexes(t.ID) {
		if ix.Unique && ix.Predicate == "" {
			return true
		}
	}
	return false
}

func (b *binder) qualified(o catalog.Object) string {
	return builtin.QuoteIdent(b.cat.SchemaName(o.SchemaID())) + "." + builtin.QuoteIdent(o.ObjectName())
}
