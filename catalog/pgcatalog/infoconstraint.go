package pgcatalog

import (
	"fmt"

	"synapse/catalog"
)

// information_schema: constraints.

var constraintWords = map[catalog.ConstraintKind]string{
	catalog.PrimaryKey: "PRIMARY KEY", catalog.Unique: "UNIQUE", catalog.Check: "CHECK", catalog.ForeignKey: "FOREIGN KEY",
}

// ruleWords are the words of referential_constraints.
var ruleWords = map[catalog.Action]string{
	catalog.NoAction: "NO ACTION", catalog.Restrict: "RESTRICT", catalog.Cascade: "CASCADE", catalog.SetNull: "SET NULL", catalog.SetDefault: "SET DEFAULT",
}

func init() {
	infoProviders["table_constraints"] = func(s *sheet) {
		s.eachConstraint(infoConstraint)
		s.eachNotNull(func(t *catalog.Table, name, _ string) {
			s.add(merge(s.constraintCells(t, name), merge(s.tableCells(t), cells{
				"constraint_type": "CHECK", "is_deferrable": "NO", "initially_deferred": "NO", "enforced": "YES",
			})))
		})
	}
	infoProviders["check_constraints"] = func(s *sheet) {
		s.eachConstraint(func(s *sheet, t *catalog.Table, c *catalog.Constraint) {
			if c.Kind == catalog.Check {
				row := s.constraintCells(t, c.Name)
				row["check_clause"] = condition(exprText(s.cat, defaultPath, c.Expr), false)
				s.add(row)
			}
		})
		s.eachNotNull(func(t *catalog.Table, name, column string) {
			row := s.constraintCells(t, name)
			row["check_clause"] = column + " IS NOT NULL"
			s.add(row)
		})
	}
	infoProviders["key_column_usage"] = func(s *sheet) { s.eachConstraint(infoKeyColumns) }
	infoProviders["constraint_column_usage"] = func(s *sheet) { s.eachConstraint(infoUsedColumns) }
	infoProviders["constraint_table_usage"] = func(s *sheet) {
		s.eachConstraint(func(s *sheet, t *catalog.Table, c *catalog.Constraint) {
			if used := s.usedTable(t, c); used != nil && c.Kind != catalog.Check {
				s.add(merge(s.tableCells(used), s.constraintCells(t, c.Name)))
			}
		})
	}
	infoProviders["referential_constraints"] = func(s *sheet) { s.eachConstraint(infoReferential) }
}

func (s *sheet) eachConstraint(f func(s *sheet, t *catalog.Table, c *catalog.Constraint)) {
	for _, o := range s.cat.All(catalog.ClassTable) {
		t := o.(*catalog.Table)
		for i := range t.Constraints {
			if s.shows(t) && t.Constraints[i].Kind != catalog.Exclusion { // the standard has none
				f(s, t, &t.Constraints[i])
			}
		}
	}
}

// eachNotNull lists NOT NULL columns as the check constraints that the standard has for them.
func (s *sheet) eachNotNull(f func(t *catalog.Table, name, column string)) {
	for _, o := range s.cat.All(catalog.ClassTable) {
		t := o.(*catalog.Table)
		for i := range t.Columns {
			if t.Columns[i].NotNull && !t.Columns[i].Dropped && s.shows(t) {
				f(t, fmt.Sprintf("%d_%d_%d_not_null", t.Schema, t.ID, i+1), t.Columns[i].Name)
			}
		}
	}
}

func (s *sheet) constraintCells(t *catalog.Table, name string) cells {
	return cells{"constraint_catalog": s.database(), "constraint_schema": s.cat.SchemaName(t.Schema), "constraint_name": name}
}

func infoConstraint(s *sheet, t *catalog.Table, c *catalog.Constraint) {
	row := merge(s.tableCells(t), s.constraintCells(t, c.Name))
	row["constraint_type"], row["enforced"] = constraintWords[c.Kind], "YES"
	row["is_deferrable"], row["initially_deferred"] = yesNo(c.Deferrable), yesNo(c.Deferred)
	if c.Kind == catalog.Unique {
		x := s.cat.Index(c.Index)
		row["nulls_distinct"] = yesNo(x == nil || !x.NullsEqual)
	}
	s.add(row)
}

func infoKeyColumns(s *sheet, t *catalog.Table, c *catalog.Constraint) {
	if c.Kind == catalog.Check {
		return
	}
	for i, n := range c.Columns {
		row := merge(s.tableCells(t), s.constraintCells(t, c.Name))
		row["column_name"], row["ordinal_position"] = t.Columns[n-1].Name, i+1
		if c.Kind == catalog.ForeignKey {
			row["position_in_unique_constraint"] = s.uniquePosition(c, i)
		}
		s.add(row)
	}
}

// uniquePosition is where the parent's key has the column that key column i refers to.
func (s *sheet) uniquePosition(c *catalog.Constraint, i int) any {
	if u := s.parentKey(c); u != nil && i < len(c.ParentCols) {
		for at, n := range u.Columns {
			if n == c.ParentCols[i] {
				return at + 1
			}
		}
	}
	return nil
}

// parentKey is the constraint that a foreign key refers to, nil if it is an index without one.
func (s *sheet) parentKey(c *catalog.Constraint) *catalog.Constraint {
	p := s.cat.Table(c.Parent)
	if p == nil {
		return nil
	}
	for i := range p.Constraints {
		if u := &p.Constraints[i]; (u.Kind == catalog.PrimaryKey || u.Kind == catalog.Unique) && u.Index == c.Index {
			return u
		}
	}
	return nil
}

// usedTable is the table whose columns a constraint uses: for a foreign key the parent.
func (s *sheet) usedTable(t *catalog.Table, c *catalog.Constraint) *catalog.Table {
	if c.Kind == catalog.ForeignKey {
		return s.cat.Table(c.Parent)
	}
	return t
}

func infoUsedColumns(s *sheet, t *catalog.Table, c *catalog.Constraint) {
	used, columns := s.usedTable(t, c), c.Columns
	if c.Kind == catalog.ForeignKey {
		columns = c.ParentCols
	}
	if used == nil {
		return
	}
	for _, n := range columns {
		row := merge(s.tableCells(used), s.constraintCells(t, c.Name))
		row["column_name"] = used.Columns[n-1].Name
		s.add(row)
	}
}

func infoReferential(s *sheet, t *catalog.Table, c *catalog.Constraint) {
	if c.Kind != catalog.ForeignKey {
		return
	}
	row := s.constraintCells(t, c.Name)
	row["match_option"], row["update_rule"], row["delete_rule"] = "NONE", ruleWords[actionOf(c.OnUpdate)], ruleWords[actionOf(c.OnDelete)]
	if c.MatchFull {
		row["match_option"] = "FULL"
	}
	if u, p := s.parentKey(c), s.cat.Table(c.Parent); u != nil {
		row["unique_constraint_catalog"], row["unique_constraint_schema"], row["unique_constraint_name"] = s.database(), s.cat.SchemaName(p.Schema), u.Name
	}
	s.add(row)
}
