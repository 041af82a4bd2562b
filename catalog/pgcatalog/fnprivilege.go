package pgcatalog

import (
	"slices"
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// Functions that ask for privileges.

// askedKinds are the functions' kinds of object.
var askedKinds = map[string]catalog.GrantKind{
	"table": catalog.OnTable, "sequence": catalog.OnSequence, "database": catalog.OnDatabase, "function": catalog.OnFunction,
	"language": catalog.OnLanguage, "schema": catalog.OnSchema, "any_column": catalog.OnColumn, "column": catalog.OnColumn, "type": catalog.OnType,
}

func init() {
	for _, kind := range []string{"table", "sequence", "database", "function", "language", "schema", "tablespace", "any_column", "type"} {
		name := "has_" + kind + "_privilege("
		bind(hasPrivilege(kind, 1), name+"name,text,text)", name+"name,oid,text)", name+"oid,text,text)", name+"oid,oid,text)")
		bind(hasPrivilege(kind, 0), name+"text,text)", name+"oid,text)")
	}
	for _, col := range []string{"text", "int2"} {
		name := "has_column_privilege("
		bind(hasPrivilege("column", 1), name+"name,text,"+col+",text)", name+"name,oid,"+col+",text)", name+"oid,text,"+col+",text)", name+"oid,oid,"+col+",text)")
		bind(hasPrivilege("column", 0), name+"text,"+col+",text)", name+"oid,"+col+",text)")
	}
	for _, kind := range []string{"foreign_data_wrapper", "server"} {
		bind(always(types.NewBool(true)), "has_"+kind+"_privilege(oid,text)", "has_"+kind+"_privilege(oid,oid,text)")
	}
	bind(hasRole(1), "pg_has_role(name,name,text)", "pg_has_role(name,oid,text)", "pg_has_role(oid,name,text)", "pg_has_role(oid,oid,text)")
	bind(hasRole(0), "pg_has_role(name,text)", "pg_has_role(oid,text)")
	bind(always(types.NewBool(false)), "row_security_active(oid)", "row_security_active(text)")
}

// role finds the role an argument names by OID or name.
func (s *scope) role(t types.Type, v types.Value) (*catalog.Role, error) {
	if t.Kind() == types.KindOID {
		r, ok := s.cat.Object(oidArg(v)).(*catalog.Role)
		if !ok {
			return nil, sqlerr.New(sqlerr.UndefinedObject, "role with OID %d does not exist", v.Int())
		}
		return r, nil
	}
	if r := s.cat.Role(v.Str()); r != nil {
		return r, nil
	}
	return nil, sqlerr.New(sqlerr.UndefinedObject, "role \"%s\" does not exist", v.Str())
}

// askedRole is whose privileges are asked for; "public" and an OID of no role are nobody in particular.
func (s *scope) askedRole(t types.Type, v types.Value) (types.OID, error) {
	if t.Kind() == types.KindOID {
		return oidArg(v), nil
	}
	if v.Str() == "public" {
		return catalog.Public, nil
	}
	r, err := s.role(t, v)
	if err != nil {
		return 0, err
	}
	return r.ID, nil
}

// currentRole is the OID of the role that asks.
func (s *scope) currentRole() types.OID {
	if r := s.cat.Role(s.host.CurrentUser()); r != nil {
		return r.ID
	}
	return catalog.Public
}

// asked are privileges of a list, of which one with all its options will do.
type asked struct {
	privilege catalog.Privileges
	option    bool
}

// readPrivileges reads a comma-separated list.
func readPrivileges(list string, kind catalog.GrantKind) ([]asked, error) {
	var out []asked
	for _, word := range strings.Split(list, ",") {
		name := strings.TrimSpace(word)
		p, option := strings.CutSuffix(strings.ToUpper(name), " WITH GRANT OPTION")
		bit := catalog.PrivilegeNamed(p)
		if bit == 0 || bit&catalog.AllPrivileges(kind) == 0 && kind != 0 {
			return nil, sqlerr.New(sqlerr.InvalidParameterValue, "unrecognized privilege type: \"%s\"", name)
		}
		out = append(out, asked{bit, option})
	}
	return out, nil
}

// hasPrivilege answers for the argument at place 'at' (a role stands before it where at is 1).
func hasPrivilege(kind string, at int) function {
	return func(s *scope, a []types.Value) (types.Value, error) {
		role := s.currentRole()
		if at == 1 {
			var err error
			if role, err = s.askedRole(s.Args[0], a[0]); err != nil {
				return types.Null, err
			}
		}
		o, found, err := s.object(kind, s.Args[at], a[at])
		if err != nil || !found {
			return types.Null, err
		}
		list, err := readPrivileges(a[len(a)-1].Str(), askedKinds[kind])
		if err != nil {
			return types.Null, err
		}
		var columns []catalog.Column
		switch kind {
		case "column":
			c, err := s.column(o, s.Args[at+1], a[at+1])
			if err != nil || c == nil {
				return types.Null, err
			}
			columns = []catalog.Column{*c}
		case "any_column":
			columns = catalog.ColumnsOf(o)
		}
		if o == nil { // a built-in function, type or language is everybody's
			return types.NewBool(!slices.ContainsFunc(list, func(p asked) bool { return p.option }) || s.cat.IsSuper(role)), nil
		}
		return types.NewBool(slices.ContainsFunc(list, func(p asked) bool { return holds(s.cat, role, o, columns, p) })), nil
	}
}

// column finds the column that an argument names; nil for a number that no column has.
func (s *scope) column(o catalog.Object, t types.Type, v types.Value) (*catalog.Column, error) {
	columns := catalog.ColumnsOf(o)
	if t.Kind() != types.KindText {
		if n := int(v.Int()); n >= 1 && n <= len(columns) && !columns[n-1].Dropped {
			return &columns[n-1], nil
		}
		return nil, nil
	}
	for i := range columns {
		if columns[i].Name == v.Str() && !columns[i].Dropped {
			return &columns[i], nil
		}
	}
	return nil, sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", v.Str(), o.ObjectName())
}

// holds reports whether a role has a privilege on an object or on one of the columns.
func holds(cat *catalog.Catalog, role types.OID, o catalog.Object, columns []catalog.Column, p asked) bool {
	h := o.Head()
	if p.option {
		if cat.GrantOptions(role, catalog.ACLOf(o), h.Owner, catalog.KindOf(o))&p.privilege != 0 {
			return true
		}
		return slices.ContainsFunc(columns, func(c catalog.Column) bool {
			return cat.GrantOptions(role, c.ACL, h.Owner, catalog.OnColumn)&p.privilege != 0
		})
	}
	if cat.Privileges(role, o)&p.privilege != 0 {
		return true
	}
	return slices.ContainsFunc(columns, func(c catalog.Column) bool { return !c.Dropped && cat.ColumnPrivileges(role, &c)&p.privilege != 0 })
}

// object finds what a privilege is asked on; o is nil for kinds without objects here.
func (s *scope) object(kind string, t types.Type, v types.Value) (o catalog.Object, found bool, err error) {
	if t.Kind() == types.KindOID {
		o = s.cat.Object(oidArg(v))
		switch kind {
		case "function":
			return o, findProcedure(s.cat, oidArg(v)) != nil, nil
		case "language", "tablespace":
			return nil, true, nil
		case "type":
			t, created := o.(*catalog.Type)
			if !created {
				return nil, types.Lookup(oidArg(v)) != nil, nil
			}
			return t, true, nil
		}
		return o, o != nil && catalog.KindOf(o) != 0, nil
	}
	switch name := v.Str(); kind {
	case "table", "sequence", "any_column", "column":
		o, err = s.relation(name)
		return o, err == nil, err
	case "schema":
		if n := s.cat.Schema(name); n != nil {
			return n, true, nil
		}
		return nil, false, sqlerr.New(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", name)
	case "database":
		if d := s.cat.Database(name); d != nil {
			return d, true, nil
		}
		return nil, false, sqlerr.New(sqlerr.InvalidCatalogName, "database \"%s\" does not exist", name)
	case "function":
		id, err := RegValue(s.cat, s.path, types.OIDRegprocedure, name)
		if err != nil {
			return nil, false, err
		}
		return s.cat.Object(id), true, nil
	case "type":
		id, err := RegValue(s.cat, s.path, types.OIDRegtype, name)
		if err != nil {
			return nil, false, err
		}
		if t, created := s.cat.Object(id).(*catalog.Type); created {
			return t, true, nil
		}
		return nil, true, nil
	}
	return nil, true, nil
}

// hasRole is pg_has_role.
func hasRole(at int) function {
	return func(s *scope, a []types.Value) (types.Value, error) {
		role := s.currentRole()
		if at == 1 {
			r, err := s.role(s.Args[0], a[0])
			if err != nil {
				return types.Null, err
			}
			role = r.ID
		}
		group, err := s.role(s.Args[at], a[at])
		if err != nil {
			return types.Null, err
		}
		for _, word := range strings.Split(a[len(a)-1].Str(), ",") {
			ok := false
			switch name := strings.TrimSpace(word); strings.ToUpper(name) {
			case "MEMBER":
				ok = s.cat.IsMember(role, group.ID)
			case "USAGE":
				ok = s.cat.HasPrivilegesOf(role, group.ID)
			case "MEMBER WITH GRANT OPTION", "MEMBER WITH ADMIN OPTION", "USAGE WITH GRANT OPTION", "USAGE WITH ADMIN OPTION":
				ok = s.cat.HasAdmin(role, group.ID)
			default:
				return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "unrecognized privilege type: \"%s\"", name)
			}
			if ok {
				return types.NewBool(true), nil
			}
		}
		return types.NewBool(false), nil
	}
}
