package ddl

import (
	"slices"
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/planner/ast"
)

// mustOwn refuses what only an object's owner may do.
func (b *binder) mustOwn(o catalog.Object) error {
	if b.cat.Owns(b.Owner, o) {
		return nil
	}
	return catalog.NotOwner(o)
}

// mustOwnOrSchema is mustOwn for DROP: who owns the schema may empty it.
func (b *binder) mustOwnOrSchema(o catalog.Object) error {
	if s := b.cat.Object(o.SchemaID()); s != nil && b.cat.Owns(b.Owner, s) {
		return nil
	}
	return b.mustOwn(o)
}

// must refuses what takes a privilege that the role does not have on an object.
func (b *binder) must(o catalog.Object, p catalog.Privileges) error {
	if b.cat.Privileges(b.Owner, o)&p == p {
		return nil
	}
	return catalog.Denied(o)
}

// changeOwner is ALTER … OWNER TO for what is not a relation.
func (b *binder) changeOwner(s *ast.AlterOwnerStmt) error {
	var o catalog.Object
	var err error
	if isRoutineKind(s.Kind) {
		o, err = b.functionOf(s.Kind, s.Object, false)
	} else {
		o, err = b.ownedObject(s)
	}
	if err != nil {
		return err
	}
	role, err := b.roleNamed(s.Owner)
	if err != nil {
		return err
	}
	if err := b.mayGive(o, role); err != nil {
		return err
	}
	b.give(o, role.ID)
	return nil
}

// mayRename: schemas and databases are renamed by owners who might have made
// them, roles by who may change roles.
func (b *binder) mayRename(o catalog.Object) error {
	me := b.me()
	switch o := o.(type) {
	case *catalog.Role:
		switch {
		case o.Name == b.SessionUser:
			return sqlerr.New(sqlerr.FeatureNotSupported, "session user cannot be renamed")
		case o.Name == b.User:
			return sqlerr.New(sqlerr.FeatureNotSupported, "current user cannot be renamed")
		case o.Predefined():
			return sqlerr.New(sqlerr.ReservedName, "role name \"%s\" is reserved", o.Name).WithDetail("Role names starting with \"pg_\" are reserved.")
		case o.Super && !me.Super:
			return notPermitted("must be superuser to rename superusers")
		case !me.Super && !me.CreateRole:
			return notPermitted("permission denied to rename role")
		}
		return nil
	case *catalog.Database:
		if err := b.mustOwn(o); err != nil {
			return err
		}
		if !me.Super && !me.CreateDB {
			return notPermitted("permission denied to rename database")
		}
		return nil
	}
	if err := b.mustOwn(o); err != nil {
		return err
	}
	return b.mayCreateSchemas()
}

// mayCreateSchemas asks for CREATE on the database.
func (b *binder) mayCreateSchemas() error {
	if d := b.cat.Database(b.Database); d != nil {
		return b.must(d, catalog.MayCreate)
	}
	return nil
}

// mayUseType refuses a type that the role may not use for what it makes.
func (b *binder) mayUseType(t types.Type) error {
	id := t.OID
	if e := t.Elem(); e.OID != 0 {
		id = e.OID
	}
	if o, created := b.cat.Object(id).(*catalog.Type); created {
		return b.must(o, catalog.MayUse)
	}
	return nil
}

// ownedObject finds the object of ALTER … OWNER TO.
func (b *binder) ownedObject(s *ast.AlterOwnerStmt) (catalog.Object, error) {
	if s.Kind == ast.KindType || s.Kind == ast.KindDomain {
		return b.alteredType(s.Kind, s.Object.Names)
	}
	return b.namedObject(s.Kind, s.Object.Names[0], "ALTER ")
}

// mayGive: an object is given away by its owner, to a role that it could act
// as, which could have made the object where it is.
func (b *binder) mayGive(o catalog.Object, to *catalog.Role) error {
	if o.Head().Owner == to.ID || b.me().Super {
		return nil
	}
	if err := b.mustOwn(o); err != nil {
		return err
	}
	if !b.cat.IsMember(b.Owner, to.ID) {
		return notPermitted("must be member of role \"%s\"", to.Name)
	}
	in := b.cat.Object(o.SchemaID())
	switch o.Class() {
	case catalog.ClassSchema:
		return b.mayCreateSchemas()
	case catalog.ClassDatabase:
		if !b.me().CreateDB {
			return notPermitted("permission denied to change owner of database")
		}
	default:
		if in != nil && b.cat.Privileges(to.ID, in)&catalog.MayCreate == 0 {
			return catalog.Denied(in)
		}
	}
	return nil
}

// give makes a role the owner of an object and of what belongs to it.
func (b *binder) give(o catalog.Object, to types.OID) {
	n, h := cloneObject(o)
	from := h.Owner
	h.Owner, h.ACL = to, newOwner(h.ACL, from, to)
	columns := catalog.ColumnsOf(n)
	for i := range columns {
		columns[i].ACL = newOwner(columns[i].ACL, from, to)
	}
	b.put(n)
	b.giveParts(n, to)
}

// giveParts gives a table's indexes and sequences to its owner.
func (b *binder) giveParts(o catalog.Object, to types.OID) {
	t, ok := o.(*catalog.Table)
	if !ok {
		return
	}
	for _, ix := range b.cat.Indexes(t.ID) {
		n := *ix
		n.Owner = to
		b.put(&n)
	}
	for _, q := range b.ownedSequences(t.ID, 0) {
		b.give(q.obj, to)
	}
}

// reassignOwned is REASSIGN OWNED BY … TO.
func (b *binder) reassignOwned(s *ast.OwnedStmt) error {
	from, err := b.ownedRoles(s.Roles)
	if err != nil {
		return err
	}
	to, err := b.roleNamed(s.NewRole)
	if err != nil {
		return err
	}
	if !b.cat.HasPrivilegesOf(b.Owner, to.ID) {
		return notPermitted("permission denied to reassign objects")
	}
	for _, r := range from {
		if r.ID == catalog.RoleSynapse {
			return sqlerr.New(sqlerr.DependentObjectsExist, "cannot reassign ownership of objects owned by role %s because they are required by the database system", r.Name)
		}
	}
	for _, class := range ownable {
		for _, o := range b.cat.All(class) {
			if slices.ContainsFunc(from, func(r *catalog.Role) bool { return r.ID == b.cat.Object(o.ObjectID()).Head().Owner }) {
				b.give(b.cat.Object(o.ObjectID()), to.ID)
			}
		}
	}
	return nil
}

// ownedRoles resolves the roles whose objects are meant; the current role must have their rights.
func (b *binder) ownedRoles(list []*ast.RoleName) ([]*catalog.Role, error) {
	var out []*catalog.Role
	for _, n := range list {
		r, err := b.roleNamed(n)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	for _, r := range out {
		if !b.cat.HasPrivilegesOf(b.Owner, r.ID) {
			return nil, notPermitted("permission denied to reassign objects")
		}
	}
	return out, nil
}

// dropOwned is DROP OWNED BY: what the roles own goes, and so do all grants to them.
func (b *binder) dropOwned(s *ast.OwnedStmt) error {
	var roles []types.OID
	for _, n := range s.Roles {
		r, err := b.roleNamed(n)
		if err != nil {
			return err
		}
		roles = append(roles, r.ID)
	}
	for _, id := range roles {
		if !b.cat.HasPrivilegesOf(b.Owner, id) {
			return notPermitted("permission denied to drop objects")
		}
		if id == catalog.RoleSynapse {
			return sqlerr.New(sqlerr.DependentObjectsExist, "cannot drop objects owned by role %s because they are required by the database system", b.cat.RoleByID(id).Name)
		}
	}
	x := b.newDropping(s.Cascade)
	for _, class := range ownable {
		for _, o := range b.cat.All(class) {
			if class != catalog.ClassDatabase && slices.Contains(roles, o.Head().Owner) {
				x.first = append(x.first, item{obj: o})
			}
		}
	}
	if err := x.runOwned(); err != nil {
		return err
	}
	for _, class := range ownable {
		for _, o := range b.cat.All(class) {
			b.withdraw(o, roles)
		}
	}
	for _, o := range b.cat.All(catalog.ClassRole) {
		b.withdrawDefaults(o.(*catalog.Role), roles)
	}
	return nil
}

// runOwned drops items of which some may be parts of others.
func (x *dropping) runOwned() error {
	slices.SortStableFunc(x.first, func(a, b item) int { // what holds others goes last
		isSchema := func(it item) int {
			if it.obj.Class() == catalog.ClassSchema {
				return 1
			}
			return 0
		}
		return isSchema(a) - isSchema(b)
	})
	if len(x.first) == 0 {
		return nil
	}
	return x.run()
}

// withdraw takes what an object grants to roles, and what they granted.
func (b *binder) withdraw(o catalog.Object, roles []types.OID) {
	n, h := cloneObject(o)
	h.ACL = without(h.ACL, roles)
	columns := catalog.ColumnsOf(n)
	for i := range columns {
		if columns[i].ACL = without(columns[i].ACL, roles); len(columns[i].ACL) == 0 {
			columns[i].ACL = nil
		}
	}
	b.put(n)
}

func without(acl catalog.ACL, roles []types.OID) catalog.ACL {
	if acl == nil {
		return nil
	}
	return slices.DeleteFunc(acl.Clone(), func(i catalog.ACLItem) bool {
		return slices.Contains(roles, i.Grantee) || slices.Contains(roles, i.Grantor)
	})
}

func (b *binder) withdrawDefaults(r *catalog.Role, roles []types.OID) {
	if len(r.Defaults) == 0 {
		return
	}
	n := *r
	n.Defaults = nil
	if !slices.Contains(roles, r.ID) {
		for _, d := range r.Defaults {
			if d.ACL = without(d.ACL, roles); len(d.ACL) > 0 || d.Schema == 0 {
				n.Defaults = append(n.Defaults, d)
			}
		}
	}
	b.put(&n)
}

// describeDefault names default privileges in messages.
func (b *binder) describeDefault(r *catalog.Role, d catalog.DefaultGrant) string {
	words := map[catalog.GrantKind]string{
		catalog.OnTable: "relations", catalog.OnSequence: "sequences", catalog.OnFunction: "functions", catalog.OnType: "types", catalog.OnSchema: "schemas",
	}
	var w strings.Builder
	w.WriteString("default privileges on new " + words[d.Kind] + " belonging to role " + r.Name)
	if d.Schema != 0 {
		w.WriteString(" in schema " + b.cat.SchemaName(d.Schema))
	}
	if !mentions(d.ACL, r.ID) {
		return "privileges for " + w.String()
	}
	return "owner of " + w.String()
}
