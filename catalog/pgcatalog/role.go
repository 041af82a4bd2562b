package pgcatalog

import (
	"sort"

	"synapse/catalog"
	"synapse/catalog/types"
)

// hiddenPassword is what the views show instead of a password.
const hiddenPassword = "********"

func init() {
	providers["pg_authid"] = func(s *sheet) {
		for _, r := range roles(s.cat) {
			row := roleCells(r)
			row["rolpassword"] = orNull(r.Password)
			s.add(row)
		}
	}
	providers["pg_roles"] = func(s *sheet) {
		for _, r := range roles(s.cat) {
			row := roleCells(r)
			row["rolpassword"], row["rolconfig"] = hiddenPassword, options(r.Settings)
			s.add(row)
		}
	}
	users := func(s *sheet) {
		for _, r := range roles(s.cat) {
			if r.Login {
				s.add(cells{
					"valuntil": validUntil(r),
					"usename":  r.Name, "usesysid": r.ID, "usecreatedb": r.CreateDB, "usesuper": r.Super, "userepl": r.Super,
					"usebypassrls": r.BypassRLS, "passwd": hiddenPassword, "useconfig": options(r.Settings),
				})
			}
		}
	}
	providers["pg_user"], providers["pg_shadow"] = users, users
	providers["pg_group"] = func(s *sheet) {
		for _, r := range roles(s.cat) {
			if !r.Login {
				s.add(cells{"groname": r.Name, "grosysid": r.ID, "grolist": members(s.cat, r.ID)})
			}
		}
	}
	providers["pg_auth_members"] = func(s *sheet) {
		for _, r := range roles(s.cat) {
			for _, group := range r.MemberOf {
				s.add(cells{"roleid": group.Role, "member": r.ID, "grantor": group.Grantor, "admin_option": group.Admin})
			}
		}
	}
	providers["pg_init_privs"] = func(s *sheet) {
		for _, o := range s.cat.All(catalog.ClassSchema) {
			if born := catalog.InitialACL(o.ObjectID()); born != nil && o.Head().ACL != nil {
				s.add(cells{"objoid": o.ObjectID(), "classoid": classNamespace, "objsubid": 0, "privtype": byte('i'), "initprivs": aclTexts(s.cat, born)})
			}
		}
	}
	providers["pg_default_acl"] = func(s *sheet) {
		for _, r := range roles(s.cat) {
			for _, d := range r.Defaults {
				kind := byte(d.Kind)
				if d.Kind == catalog.OnSequence {
					kind = 'S'
				}
				s.add(cells{"oid": d.ID, "defaclrole": r.ID, "defaclnamespace": d.Schema, "defaclobjtype": kind, "defaclacl": aclTexts(s.cat, d.ACL)})
			}
		}
	}
	providers["pg_db_role_setting"] = func(s *sheet) {
		for _, r := range roles(s.cat) {
			if len(r.Settings) > 0 {
				s.add(cells{"setrole": r.ID, "setconfig": options(r.Settings)})
			}
		}
	}
	providers["pg_database"] = func(s *sheet) {
		for _, o := range s.cat.All(catalog.ClassDatabase) {
			d := o.(*catalog.Database)
			s.add(cells{
				"oid": d.ID, "datname": d.Name, "datdba": d.Owner, "encoding": encodingUTF8, "datlocprovider": byte('c'),
				"datallowconn": true, "datconnlimit": -1, "dattablespace": tablespaceDefault, "datcollate": "C", "datctype": "C.UTF-8",
				"datacl": acl(s.cat, d.ACL),
			})
		}
	}
}

// Numbers that PostgreSQL gives its only encoding here and its tablespaces.
const (
	encodingUTF8                = 6
	tablespaceDefault types.OID = 1663
)

func roleCells(r *catalog.Role) cells {
	return cells{
		"oid": r.ID, "rolname": r.Name, "rolsuper": r.Super, "rolinherit": r.Inherit, "rolcreaterole": r.CreateRole,
		"rolcreatedb": r.CreateDB, "rolcanlogin": r.Login, "rolreplication": r.Replicate || r.ID == catalog.RoleSynapse, "rolvaliduntil": validUntil(r), "rolbypassrls": r.BypassRLS, "rolconnlimit": r.ConnLimit,
	}
}

// validUntil is until when a role's password may be used; NULL is for ever.
func validUntil(r *catalog.Role) any {
	if r.ValidUntil == nil {
		return nil
	}
	return types.NewInt(*r.ValidUntil)
}

func roles(cat *catalog.Catalog) []*catalog.Role {
	var list []*catalog.Role
	for _, o := range cat.All(catalog.ClassRole) {
		list = append(list, o.(*catalog.Role))
	}
	return list
}

// roleName is a role's name, PostgreSQL's wording if the OID names none.
func roleName(cat *catalog.Catalog, id types.OID) string {
	if r, ok := cat.Object(id).(*catalog.Role); ok {
		return r.Name
	}
	return unknownOID(id)
}

func members(cat *catalog.Catalog, group types.OID) []types.OID {
	list := []types.OID{}
	for _, r := range roles(cat) {
		for _, g := range r.MemberOf {
			if g.Role == group {
				list = append(list, r.ID)
			}
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i] < list[j] })
	return list
}
