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
		if ref.Only && t.Partitioned() && len(t.Children) > 0 {
			return sqlerr.New(sqlerr.WrongObjectType, "cannot truncate only a partitioned table").
				WithHint("Do not specify the ONLY keyword, or use TRUNCATE ONLY on the partitions directly.")
		}
		for _, below := range b.cat.Family(t) {
			if !seen[below.ID] && (below == t || !ref.Only) {
				seen[below.ID] = true
				list = append(list, below)
			}
		}
	}
	for i := 0; i < len(list); i++ {
		for _, child := range b.cat.Referencing(list[i].ID) {
			if seen[child.ID] || child.IsPartition() && references(child, list[i].ID) == nil {
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
			for _, below := range b.cat.Family(child) {
				if !seen[below.ID] {
					seen[below.ID] = true
					list = append(list, below)
				}
			}
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

// references finds a foreign key of the table's own that points at another; nil if
// it has none but as a partition.
func references(t *catalog.Table, parent types.OID) *catalog.Constraint {
	for i := range t.Constraints {
		if k := &t.Constraints[i]; k.Kind == catalog.ForeignKey && k.Parent == parent && k.ParentID == 0 {
			return k
		}
	}
	return nil
}
