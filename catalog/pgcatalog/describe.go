package pgcatalog

import (
	"fmt"

	"synapse/catalog"
	"synapse/catalog/types"
)

func unknownOID(id types.OID) string { return fmt.Sprintf("unknown (OID=%d)", id) }

// classOf is the catalog relation that lists objects of a class.
func classOf(c catalog.Class) types.OID {
	switch c {
	case catalog.ClassSchema:
		return classNamespace
	case catalog.ClassTable, catalog.ClassIndex, catalog.ClassSequence, catalog.ClassView:
		return classClass
	case catalog.ClassRole:
		return classAuthID
	case catalog.ClassDatabase:
		return classDatabase
	case catalog.ClassExtension:
		return classExtension
	case catalog.ClassFunction:
		return classProc
	}
	return classType
}

// header gives access to what all objects share.
func header(o catalog.Object) *catalog.Header {
	switch o := o.(type) {
	case *catalog.Schema:
		return &o.Header
	case *catalog.Table:
		return &o.Header
	case *catalog.Index:
		return &o.Header
	case *catalog.Sequence:
		return &o.Header
	case *catalog.View:
		return &o.Header
	case *catalog.Role:
		return &o.Header
	case *catalog.Extension:
		return &o.Header
	case *catalog.Database:
		return &o.Header
	case *catalog.Function:
		return &o.Header
	case *catalog.Type:
		return &o.Header
	}
	return &catalog.Header{}
}

// comment is one row of pg_description.
type comment struct {
	object, class types.OID
	sub           int
	text          string
}

// comments lists what COMMENT ON has set on objects of the classes, columns and constraints included.
func comments(cat *catalog.Catalog, classes ...catalog.Class) []comment {
	var list []comment
	put := func(object, class types.OID, sub int, text string) {
		if text != "" {
			list = append(list, comment{object, class, sub, text})
		}
	}
	for _, class := range classes {
		for _, o := range cat.All(class) {
			put(o.ObjectID(), classOf(class), 0, header(o).Comment)
			for i, c := range columnsOf(o) {
				put(o.ObjectID(), classClass, i+1, c.Comment)
			}
			for _, tr := range triggersOf(o) {
				put(tr.ID, classTrigger, 0, tr.Comment)
			}
			if t, ok := o.(*catalog.Table); ok {
				for i := range t.Constraints {
					put(t.Constraints[i].ID, classConstraint, 0, t.Constraints[i].Comment)
				}
			}
		}
	}
	return list
}

// columnsOf lists the columns of a table or view, nil for other objects.
func columnsOf(o catalog.Object) []catalog.Column {
	switch o := o.(type) {
	case *catalog.Table:
		return o.Columns
	case *catalog.View:
		return o.Columns
	}
	return nil
}

// localClasses have their comments in pg_description, sharedClasses in pg_shdescription.
var (
	localClasses = []catalog.Class{
		catalog.ClassSchema, catalog.ClassTable, catalog.ClassIndex, catalog.ClassSequence, catalog.ClassView,
		catalog.ClassExtension, catalog.ClassFunction, catalog.ClassType,
	}
	sharedClasses = []catalog.Class{catalog.ClassRole, catalog.ClassDatabase}
)

func init() {
	providers["pg_description"] = func(s *sheet) {
		for _, c := range comments(s.cat, localClasses...) {
			s.add(cells{"objoid": c.object, "classoid": c.class, "objsubid": c.sub, "description": c.text})
		}
		for _, e := range s.cat.Extensions() {
			if e.Born() {
				s.add(cells{"objoid": e.ID, "classoid": classExtension, "description": e.Comment})
			}
		}
		for _, v := range s.cat.Virtuals().All() {
			if v.Comment != "" {
				s.add(cells{"objoid": v.ID, "classoid": classClass, "description": v.Comment})
			}
		}
	}
	providers["pg_shdescription"] = func(s *sheet) {
		for _, c := range comments(s.cat, sharedClasses...) {
			s.add(cells{"objoid": c.object, "classoid": c.class, "description": c.text})
		}
	}
}
