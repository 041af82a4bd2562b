package pgcatalog

import (
	"slices"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/types"
)

// Kinds of dependency (pg_depend.deptype).
const (
	dependNormal    = byte('n')
	dependAuto      = byte('a')
	dependInternal  = byte('i')
	dependExtension = byte('e')
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
			s.queryDepends(o)
		}
		s.extensionMembers()
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
	if t.Materialized != "" {
		s.depend(classRewrite, ruleOID(t.ID), classClass, t.ID, 0, dependInternal)
		s.queryDepends(t)
	}
	for i := range t.Columns {
		if defaultText(&t.Columns[i]) == "" {
			continue
		}
		s.depend(classAttrDef, attrDefOID(t.ID, i+1), classClass, t.ID, i+1, dependAuto)
		for _, q := range sequencesOf(&t.Columns[i]) {
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

// sequencesOf lists the sequences that a column's default names.
func sequencesOf(c *catalog.Column) []types.OID {
	var out []types.OID
	for _, m := range sequenceConst.FindAllStringSubmatch(defaultText(c), -1) {
		out = append(out, oidOf(m[1]))
	}
	if c.Sequence != 0 && !slices.Contains(out, c.Sequence) {
		out = append(out, c.Sequence)
	}
	return out
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

// extensionMembers ties types to the extension that brought them, and all of the
// memory schema to Synapse's own: a dump leaves members to their extension.
func (s *sheet) extensionMembers() {
	for _, in := range types.All() {
		if in.OID < extensionTypes || in.Kind == types.KindArray {
			continue
		}
		if e := s.cat.ExtensionOfType(in.OID); e != nil {
			s.depend(classType, in.OID, classExtension, e.ID, 0, dependExtension)
		}
	}
	member := func(class, object types.OID) {
		s.depend(class, object, classExtension, catalog.ExtensionSynapse, 0, dependExtension)
	}
	member(classNamespace, catalog.SchemaMemory)
	for _, class := range []catalog.Class{catalog.ClassTable, catalog.ClassSequence, catalog.ClassView, catalog.ClassIndex} {
		for _, o := range s.cat.All(class) {
			if header(o).Schema == catalog.SchemaMemory {
				member(classClass, o.ObjectID())
			}
		}
	}
	for _, v := range s.cat.Virtuals().All() {
		if v.Schema == catalog.SchemaMemory {
			member(classClass, v.ID)
		}
	}
	for _, f := range builtin.AllFunctions() {
		if schemaOfFunction(s.cat, f.Schema) == catalog.SchemaMemory {
			member(classProc, f.OID)
		}
	}
}
