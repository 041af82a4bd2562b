package plan

import (
	"synapse/catalog"
	"synapse/catalog/types"
)

// Access is a right that a plan takes: what is done with one object, and as
// whom. It is asked each time the plan runs, of the catalog of that moment, so
// that a plan may be shared between roles and grants hold at once.
type Access struct {
	Object catalog.Object     // as it was when the plan was bound; today's is asked
	As     types.OID          // whose rights: 0 is the role that runs the plan, else a view's owner
	Needs  catalog.Privileges // all of them, on the object or on its columns
	// The columns (1-based positions; negative: of the system) that are read and written. A privilege that
	// is granted on each of them will do; where none is named, one on any.
	Select, Insert, Update []int
	Whole                  bool // a row is read as a whole: all columns
}

// column privileges are those that may be granted by column.
const columnPrivileges = catalog.MaySelect | catalog.MayInsert | catalog.MayUpdate

// Permit is 42501 for the first right that role does not have.
func (p *Plan) Permit(c *catalog.Catalog, role types.OID) error {
	if len(p.Access) == 0 {
		return nil
	}
	super := c.IsSuper(role)
	for _, a := range p.Access {
		as := a.As
		if as == 0 {
			if super {
				continue
			}
			as = role
		}
		if err := a.permit(c, as); err != nil {
			return err
		}
	}
	return nil
}

func (a *Access) permit(c *catalog.Catalog, role types.OID) error {
	o := c.Object(a.Object.ObjectID())
	if o == nil { // dropped since: AS OF reads it still, for who could drop it
		if c.Owns(role, a.Object) {
			return nil
		}
		return catalog.Denied(a.Object)
	}
	lacks := a.Needs &^ c.Privileges(role, o)
	if lacks == 0 {
		return nil
	}
	if lacks&^columnPrivileges != 0 || catalog.KindOf(o) != catalog.OnTable {
		return catalog.Denied(o)
	}
	columns := catalog.ColumnsOf(o)
	for _, part := range []struct {
		p    catalog.Privileges
		ords []int
	}{{catalog.MaySelect, a.Select}, {catalog.MayInsert, a.Insert}, {catalog.MayUpdate, a.Update}} {
		if lacks&part.p == 0 {
			continue
		}
		if !grantedByColumn(c, role, columns, part.ords, part.p, a.Whole && part.p == catalog.MaySelect) {
			return catalog.Denied(o)
		}
	}
	return nil
}

// grantedByColumn reports whether a privilege is granted on each of the
// columns; on all where whole is set, on any where none is named.
func grantedByColumn(c *catalog.Catalog, role types.OID, columns []catalog.Column, ords []int, p catalog.Privileges, whole bool) bool {
	on := func(ord int) bool {
		return ord >= 1 && ord <= len(columns) && c.ColumnPrivileges(role, &columns[ord-1])&p != 0
	}
	if len(ords) == 0 || whole {
		found := false
		for i := range columns {
			if columns[i].Dropped {
				continue
			}
			if on(i + 1) {
				found = true
			} else if whole {
				return false
			}
		}
		if len(ords) == 0 || !found {
			return found
		}
	}
	for _, ord := range ords {
		if !on(ord) {
			return false
		}
	}
	return true
}
