package pgcatalog

import (
	"synapse/catalog"
	"synapse/catalog/types"
)

// Kinds of dependency (pg_depend.deptype).
const (
	dependNormal   = byte('n')
	dependAuto     = byte('a')
	dependInternal = byte('i')
)

func init() {
	providers["pg_depend"] = func(s *sheet) {
		for _, o := range s.cat.All(catalog.ClassSequence) {
			s.sequenceDepends(o.(*catalog.Sequence))
		}
		for _, o := range s.cat.All(catalog.ClassTable) {
			s.tableDepends(o.(*catalog.Table))
		}
		for _, o := range s.cat.All(catalog.ClassIndex) {
			s.indexDepends(o.(*catalog.Index))
		}
		for _, o := range s.cat.All(catalog.ClassView) {
			s.depend(classRewrite, ruleOID(o.ObjectID()), classClass, o.ObjectID(), 0, dependInternal)
		}
	}
}

func (s *sheet) depend(class, object, refClass, refObject types.OID, refSub int, kind byte) {
	s.add(cells{"classid": class, "objid": object, "refclassid": refClass, "refobjid": refObject, "refobjsubid": refSub, "deptype": kind})
}

// sequenceDepends ties a sequence to the column that owns it.
func (s *sheet) sequenceDepends(q *catalog.Sequence) {
	s.depend(classClass, q.ID, classNamespace, q.Schema, 0, dependNormal)
	if t := s.cat.Table(q.OwnerTable); t != nil && q.OwnerColumn > 0 && q.OwnerColumn <= len(t.Columns) {
		kind := dependAuto
		if t.Columns[q.OwnerColumn-1].Identity != 0 {
			kind = dependInternal
		}
		s.depend(classClass, q.ID, classClass, t.ID, q.OwnerColumn, kind)
	}
}

func (s *sheet) tableDepends(t *catalog.Table) {
	s.depend(classClass, t.ID, classNamespace, t.Schema, 0, dependNormal)
	for i := range t.Columns {
		if defaultText(&t.Columns[i]) == "" {
			continue
		}
		s.depend(classAttrDef, attrDefOID(t.ID, i+1), classClass, t.ID, i+1, dependAuto)
		if q := t.Columns[i].Sequence; q != 0 {
			s.depend(classAttrDef, attrDefOID(t.ID, i+1), classClass, q, 0, dependNormal)
		}
	}
	for i := range t.Constraints {
		c := &t.Constraints[i]
		for _, n := range c.Columns {
			s.depend(classConstraint, c.ID, classClass, t.ID, n, dependAuto)
		}
		for _, n := range c.ParentCols {
			s.depend(classConstraint, c.ID, classClass, c.Parent, n, dependNormal)
		}
		if c.Kind == catalog.ForeignKey && c.Index != 0 {
			s.depend(classConstraint, c.ID, classClass, c.Index, 0, dependNormal)
		}
	}
}

func (s *sheet) indexDepends(x *catalog.Index) {
	if c := constraintOf(s.cat, x); c != nil {
		s.depend(classClass, x.ID, classConstraint, c.ID, 0, dependInternal)
		return
	}
	for i := range x.Keys {
		if n := x.Keys[i].Column; n > 0 {
			s.depend(classClass, x.ID, classClass, x.Table, n, dependAuto)
		}
	}
}

// ruleOID is the number of a view's _RETURN rule.
func ruleOID(view types.OID) types.OID { return attrDefOID(view, 0) }
