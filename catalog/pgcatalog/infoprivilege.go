package pgcatalog

import (
	"synapse/catalog"
	"synapse/catalog/types"
)

// information_schema: roles and privileges. A role sees the grants that it, or
// a group whose privileges it has, made or got; the views named *_privileges
// show those of PUBLIC too.

func init() {
	infoProviders["enabled_roles"] = func(s *sheet) {
		for _, r := range s.enabled() {
			s.add(cells{"role_name": r.Name})
		}
	}
	applicable := func(admin bool) func(s *sheet) {
		return func(s *sheet) {
			for _, r := range s.enabled() {
				for _, m := range r.MemberOf {
					if m.Admin || !admin {
						s.add(cells{"grantee": r.Name, "role_name": roleName(s.cat, m.Role), "is_grantable": yesNo(m.Admin)})
					}
				}
			}
		}
	}
	infoProviders["applicable_roles"], infoProviders["administrable_role_authorizations"] = applicable(false), applicable(true)
	both := func(all, roles string, rows func(s *sheet, public bool)) {
		infoProviders[all] = func(s *sheet) { rows(s, true) }
		infoProviders[roles] = func(s *sheet) { rows(s, false) }
	}
	both("table_privileges", "role_table_grants", tablePrivileges)
	both("column_privileges", "role_column_grants", columnPrivileges)
	both("routine_privileges", "role_routine_grants", routinePrivileges)
	both("usage_privileges", "role_usage_grants", usagePrivileges)
	both("udt_privileges", "role_udt_grants", typePrivileges)
}

// enabled are the roles that the reader is, or is a member of.
func (s *sheet) enabled() []*catalog.Role {
	var list []*catalog.Role
	user := s.reader()
	for _, r := range roles(s.cat) {
		if s.cat.IsMember(user, r.ID) {
			list = append(list, r)
		}
	}
	return list
}

// grants calls f with the cells that all privilege views have, for each
// privilege of a list that the reader may know of.
func (s *sheet) grants(acl catalog.ACL, owner types.OID, only catalog.Privileges, public bool, f func(cells)) {
	user := s.reader()
	for i := range acl {
		it := &acl[i]
		mine := s.cat.HasPrivilegesOf(user, it.Grantor) || it.Grantee != catalog.Public && s.cat.HasPrivilegesOf(user, it.Grantee)
		if !mine && !(public && it.Grantee == catalog.Public) || it.Grantee == catalog.Public && !public {
			continue
		}
		grantee := "PUBLIC"
		if it.Grantee != catalog.Public {
			grantee = roleName(s.cat, it.Grantee)
		}
		for _, word := range (it.Privileges & only).Words() {
			option := it.Options&catalog.PrivilegeNamed(word) != 0 || it.Grantee != catalog.Public && s.cat.HasPrivilegesOf(it.Grantee, owner)
			f(cells{"grantor": roleName(s.cat, it.Grantor), "grantee": grantee, "privilege_type": word, "is_grantable": yesNo(option)})
		}
	}
}

func tablePrivileges(s *sheet, public bool) {
	s.eachRelation(func(s *sheet, r *infoRelation) {
		s.grants(catalog.ACLOf(r.object), r.object.Head().Owner, catalog.AllPrivileges(catalog.OnTable), public, func(c cells) {
			c["with_hierarchy"] = yesNo(c["privilege_type"] == "SELECT")
			s.add(merge(s.tableCells(r.object), c))
		})
	})
}

func columnPrivileges(s *sheet, public bool) {
	s.eachRelation(func(s *sheet, r *infoRelation) {
		for i := range r.columns {
			if r.columns[i].Dropped {
				continue
			}
			seen := map[string]bool{}
			put := func(c cells) {
				key := c["grantor"].(string) + "\x00" + c["grantee"].(string) + "\x00" + c["privilege_type"].(string)
				if seen[key] {
					return
				}
				seen[key] = true
				c["column_name"] = r.columns[i].Name
				s.add(merge(s.tableCells(r.object), c))
			}
			owner := r.object.Head().Owner
			s.grants(catalog.ACLOf(r.object), owner, catalog.AllPrivileges(catalog.OnColumn), public, put)
			s.grants(r.columns[i].ACL, owner, catalog.AllPrivileges(catalog.OnColumn), public, put)
		}
	})
}

func routinePrivileges(s *sheet, public bool) {
	for _, o := range s.cat.All(catalog.ClassFunction) {
		schema, name := s.cat.SchemaName(o.SchemaID()), o.ObjectName()
		s.grants(catalog.ACLOf(o), o.Head().Owner, catalog.MayExecute, public, func(c cells) {
			s.add(merge(cells{
				"specific_catalog": s.database(), "specific_schema": schema, "specific_name": name + "_" + oidText(o.ObjectID()),
				"routine_catalog": s.database(), "routine_schema": schema, "routine_name": name,
			}, c))
		})
	}
}

func usagePrivileges(s *sheet, public bool) {
	put := func(o catalog.Object, word string) {
		s.grants(catalog.ACLOf(o), o.Head().Owner, catalog.MayUse, public, func(c cells) {
			s.add(merge(cells{
				"object_catalog": s.database(), "object_schema": s.cat.SchemaName(o.SchemaID()), "object_name": o.ObjectName(), "object_type": word,
			}, c))
		})
	}
	for _, o := range s.cat.All(catalog.ClassSequence) {
		put(o, "SEQUENCE")
	}
	for _, t := range s.userTypes() {
		if t.Kind == catalog.DomainType {
			put(t, "DOMAIN")
		}
	}
}

func typePrivileges(s *sheet, public bool) {
	for _, t := range s.userTypes() {
		if t.Kind != catalog.CompositeType {
			continue
		}
		s.grants(catalog.ACLOf(t), t.Owner, catalog.MayUse, public, func(c cells) {
			c["privilege_type"] = "TYPE USAGE"
			s.add(merge(cells{"udt_catalog": s.database(), "udt_schema": s.cat.SchemaName(t.Schema), "udt_name": t.Name}, c))
		})
	}
}
