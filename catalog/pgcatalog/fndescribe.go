package pgcatalog

import (
	"fmt"

	"synapse/catalog"
	"synapse/catalog/types"
)

// Functions on comments: obj_description, col_description, shobj_description, pg_describe_object.

func init() {
	bind(texts(func(s *scope, a []types.Value) (string, bool) {
		return s.comment(oidArg(a[0]), a[1].Str(), 0)
	}), "obj_description(oid,name)", "shobj_description(oid,name)")
	bind(texts(func(s *scope, a []types.Value) (string, bool) { return s.comment(oidArg(a[0]), "", 0) }), "obj_description(oid)")
	bind(texts(func(s *scope, a []types.Value) (string, bool) {
		return s.comment(oidArg(a[0]), "pg_class", int(a[1].Int()))
	}), "col_description(oid,int4)")
	bind(texts(func(s *scope, a []types.Value) (string, bool) {
		return s.describe(oidArg(a[1]), int(a[2].Int()))
	}), "pg_describe_object(oid,oid,int4)")
}

// comment finds what COMMENT ON said; class "" means any.
func (s *scope) comment(id types.OID, class string, sub int) (string, bool) {
	if class == "pg_constraint" || class == "" {
		if _, c := findConstraint(s.cat, id); c != nil {
			return c.Comment, c.Comment != ""
		}
	}
	if class == "pg_trigger" || class == "" {
		if _, tr := findTrigger(s.cat, id); tr != nil {
			return tr.Comment, tr.Comment != ""
		}
	}
	o := s.cat.Object(id)
	if o == nil || class != "" && !s.isClass(o, class) {
		return "", false
	}
	text := header(o).Comment
	if sub > 0 {
		columns := columnsOf(o)
		if sub > len(columns) {
			return "", false
		}
		text = columns[sub-1].Comment
	}
	return text, text != ""
}

// isClass reports whether the catalog relation named lists the object.
func (s *scope) isClass(o catalog.Object, class string) bool {
	for _, r := range relations() {
		if r.table.ID == classOf(o.Class()) {
			return r.table.Name == class
		}
	}
	return false
}

var classWords = map[catalog.Class]string{
	catalog.ClassSchema: "schema", catalog.ClassTable: "table", catalog.ClassIndex: "index", catalog.ClassSequence: "sequence",
	catalog.ClassView: "view", catalog.ClassRole: "role", catalog.ClassExtension: "extension", catalog.ClassDatabase: "database",
	catalog.ClassFunction: "function",
}

func (s *scope) describe(id types.OID, sub int) (string, bool) {
	if t, c := findConstraint(s.cat, id); c != nil {
		return fmt.Sprintf("constraint %s on table %s", c.Name, relationName(s.cat, t, s.path)), true
	}
	o := s.cat.Object(id)
	if o == nil {
		return "", false
	}
	name := o.ObjectName()
	if classOf(o.Class()) == classClass {
		name = relationName(s.cat, o, s.path)
	}
	text := classWords[o.Class()] + " " + name
	if columns := columnsOf(o); sub > 0 && sub <= len(columns) {
		text = fmt.Sprintf("column %s of %s", columns[sub-1].Name, text)
	}
	return text, true
}
