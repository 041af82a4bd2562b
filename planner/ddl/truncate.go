package ddl

import (
	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// truncate removes all rows of tables; with CASCADE those of the tables that
// reference them too.
func (b *binder) truncate(s *ast.TruncateStmt) error {
	var list []*catalog.Table
	seen := map[types.OID]bool{}
	for _, ref := range s.Tables {
		t, err := b.table(ref)
		if err != nil {
			return err
		}
		if t.Materialized != "" {
			return sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not a table", ref.Name)
		}
		if err := b.must(t, catalog.MayTruncate); err != nil {
			return err
		}
		if !seen[t.ID] {
			seen[t.ID] = true
			list = append(list, t)
		}
	}
	for i := 0; i < len(list); i++ {
		for _, child := range b.cat.Referencing(list[i].ID) {
			if seen[child.ID] {
				continue
			}
			if !s.Cascade {
				return sqlerr.New(sqlerr.FeatureNotSupported, "cannot truncate a table referenced in a foreign key constraint").
					WithDetail("Table \"%s\" references \"%s\".", child.Name, list[i].Name).
					WithHint("Truncate table \"%s\" at the same time, or use TRUNCATE ... CASCADE.", child.Name)
			}
			if err := b.must(child, catalog.MayTruncate); err != nil {
				return err
			}
			b.notice(sqlerr.Notice("truncate cascades to table \"%s\"", child.Name))
			seen[child.ID] = true
			list = append(list, child)
		}
	}
	for _, t := range list {
		if t.AppendOnly() {
			return sqlerr.AppendOnly("truncate", t.Name)
		}
		step := &plan.TruncateTable{Table: t}
		if s.RestartIdentity {
			for _, d := range b.ownedSequences(t.ID, 0) {
				step.Restart = append(step.Restart, d.obj.ObjectID())
			}
		}
		b.lock(t.ID, ast.AccessExclusiveLock)
		b.step(step)
	}
	return nil
}
