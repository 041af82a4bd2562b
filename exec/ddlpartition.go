package exec

import (
	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/storage"
)

// checkPartition verifies that the rows that a partition holds already are its own.
func (r *run) checkPartition(s *plan.CheckPartition) error {
	cat := r.env.Txn.Catalog()
	for _, t := range cat.Family(cat.Table(s.Table.ID)) {
		if t.Partitioned() {
			continue
		}
		info, err := r.env.tableInfo(t.ID)
		if err != nil {
			return err
		}
		w, err := r.writer(info)
		if err != nil {
			return err
		}
		err = r.eachRow(info.Table, func(_ storage.RowID, row []types.Value) error {
			ok, err := w.belongs(row)
			if err != nil || ok {
				return err
			}
			text := "partition constraint of relation \"%s\" is violated by some row"
			if s.Default {
				text = "updated partition constraint for default partition \"%s\" would be violated by some row"
			}
			return sqlerr.New(sqlerr.CheckViolation, text, t.Name).On(cat.SchemaName(t.Schema), t.Name, "", "")
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// checkDetached verifies that nothing references the rows of a partition that leaves.
func (r *run) checkDetached(s *plan.CheckDetached) error {
	cat := r.env.Txn.Catalog()
	parent := cat.Table(s.Constraint.Parent)
	var keys [][]types.Value
	for _, t := range cat.Family(cat.Table(s.Partition.ID)) {
		cols := catalog.MapOrds(parent, t, s.Constraint.ParentCols)
		err := r.eachRow(t, func(_ storage.RowID, row []types.Value) error {
			if key := pick(row, cols); countNulls(key) == 0 {
				keys = append(keys, cloneValues(key))
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	rows, err := r.childRows(s.Child, &s.Constraint, keys)
	if err != nil || len(rows) == 0 {
		return err
	}
	return foreignKeyError(cat.SchemaName(s.Partition.Schema), s.Partition, &s.Constraint,
		"removing partition \"%s\" violates foreign key constraint \"%s\"", s.Partition.Name, s.Constraint.Name).
		WithDetail("Key %s is still referenced from table \"%s\".", r.keyText(s.Child, s.Constraint.Columns, keys[rows[0].at]), s.Child.Name)
}
