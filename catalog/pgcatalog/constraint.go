package pgcatalog

import (
	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/types"
)

func init() {
	providers["pg_constraint"] = func(s *sheet) {
		for _, o := range s.cat.All(catalog.ClassTable) {
			t := o.(*catalog.Table)
			for i := range t.Constraints {
				s.constraint(t, &t.Constraints[i])
			}
		}
		for _, t := range s.userTypes() {
			for i := range t.Checks {
				s.domainConstraint(t, &t.Checks[i])
			}
		}
	}
}

func (s *sheet) constraint(t *catalog.Table, c *catalog.Constraint) {
	row := cells{
		"oid": c.ID, "conname": c.Name, "connamespace": t.Schema, "contype": byte(c.Kind), "condeferrable": c.Deferrable,
		"condeferred": c.Deferred, "convalidated": !c.NotValid, "conrelid": t.ID, "conindid": c.Index, "conislocal": !c.NotLocal,
		"coninhcount": c.Inherited, "conparentid": c.ParentID, "connoinherit": noInherit(t, c), "confupdtype": byte(' '), "confdeltype": byte(' '), "confmatchtype": byte(' '),
	}
	if len(c.Columns) > 0 {
		row["conkey"] = c.Columns
	}
	switch c.Kind {
	case catalog.Check:
		row["conbin"] = c.Expr
	case catalog.Exclusion:
		if x := s.cat.Index(c.Index); x != nil {
			row["conexclop"] = exclusionOperators(x)
		}
	case catalog.ForeignKey:
		row["confrelid"], row["confkey"] = c.Parent, c.ParentCols
		row["confupdtype"], row["confdeltype"] = byte(actionOf(c.OnUpdate)), byte(actionOf(c.OnDelete))
		row["confmatchtype"] = byte('s')
		if c.MatchFull {
			row["confmatchtype"] = byte('f')
		}
		equal := equalities(t, c)
		row["conpfeqop"], row["conppeqop"], row["conffeqop"] = equal, equal, equal
	}
	s.add(row)
}

// exclusionOperators are the OIDs of an exclusion constraint's operators.
func exclusionOperators(x *catalog.Index) []types.OID {
	list := make([]types.OID, len(x.Keys))
	for i := range x.Keys {
		in := types.Lookup(x.Keys[i].Type.Base().OID)
		if in == nil {
			continue
		}
		for _, t := range []types.OID{in.OID, baseOf(in)} {
			if op := builtin.OperatorFor(x.Exclude[i], t, t); op != nil {
				list[i] = op.OID
				break
			}
		}
	}
	return list
}

// noInherit is connoinherit: keys are handed on by partitioned tables only.
func noInherit(t *catalog.Table, c *catalog.Constraint) bool {
	switch {
	case c.Kind == catalog.Check:
		return c.NoInherit
	case c.ParentID != 0:
		return false
	}
	return c.Kind != catalog.ForeignKey || !t.Partitioned()
}

func actionOf(a catalog.Action) catalog.Action {
	if a == 0 {
		return catalog.NoAction
	}
	return a
}

// equalities are the = operators of a foreign key's columns.
func equalities(t *catalog.Table, c *catalog.Constraint) []types.OID {
	list := make([]types.OID, len(c.Columns))
	for i, n := range c.Columns {
		if op := builtin.Equality(t.Columns[n-1].Type.OID); op != nil {
			list[i] = op.OID
		}
	}
	return list
}
