package ddl

import (
	"slices"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// granting is a change of one ACL: whose privileges are given, by whom, and
// whether they may be. The rules are those of the SQL standard as PostgreSQL
// has them: a grant names its grantor, who must hold the privilege with grant
// option or own the object; what is revoked from a grantor is revoked, with
// CASCADE, from those it had granted it to.
type granting struct {
	b                       *binder
	o                       catalog.Object // nil: default privileges
	name                    string
	kind                    catalog.GrantKind
	owner                   types.OID
	have                    catalog.ACL // by which the grantor's rights are judged
	revoke, option, cascade bool
	all                     bool
	grantees                []types.OID
}

// change returns the ACL after the statement.
func (g *granting) change(acl catalog.ACL, privileges catalog.Privileges) (catalog.ACL, error) {
	grantor, options := g.grantor(privileges)
	if options == 0 {
		may := g.b.cat.Granted(g.b.Owner, g.have)
		if may&catalog.AllPrivileges(g.kind) == 0 {
			if g.kind == catalog.OnColumn {
				return nil, sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied for column \"%s\" of relation \"%s\"", g.name, g.o.ObjectName())
			}
			return nil, catalog.Denied(g.o)
		}
	}
	these := privileges & options
	g.tell(these, privileges)
	return g.merge(acl, these, grantor)
}

// tell warns of privileges that the grantor has no say in.
func (g *granting) tell(these, asked catalog.Privileges) {
	code, verb := sqlerr.PrivilegeNotGranted, "were granted"
	if g.revoke {
		code, verb = sqlerr.PrivilegeNotRevoked, "could be revoked"
	}
	of := ""
	if g.kind == catalog.OnColumn {
		of = "column \"" + g.name + "\" of relation \"" + g.o.ObjectName() + "\""
	} else {
		of = "\"" + g.name + "\""
	}
	switch {
	case these == 0:
		g.b.notice(sqlerr.Warningf(code, "no privileges %s for %s", verb, of))
	case !g.all && these != asked:
		g.b.notice(sqlerr.Warningf(code, "not all privileges %s for %s", verb, of))
	}
}

// grantor is the role in whose name the current one grants: the owner if it has
// the owner's rights, else the one of its groups that may grant the most.
func (g *granting) grantor(privileges catalog.Privileges) (types.OID, catalog.Privileges) {
	cat := g.b.cat
	if cat.HasPrivilegesOf(g.b.Owner, g.owner) {
		return g.owner, catalog.AllPrivileges(g.kind)
	}
	best, options, count := g.b.Owner, catalog.Privileges(0), 0
	for i := range g.have {
		to := g.have[i].Grantee
		if to == catalog.Public || !cat.HasPrivilegesOf(g.b.Owner, to) {
			continue
		}
		may := optionsOf(g.have, to) & privileges
		if n := len(may.Words()); n > count || n == count && n > 0 && to == g.b.Owner {
			best, options, count = to, may, n
		}
	}
	return best, options
}

// optionsOf are the grant options that a list gives to one grantee.
func optionsOf(acl catalog.ACL, role types.OID) (p catalog.Privileges) {
	for i := range acl {
		if acl[i].Grantee == role {
			p |= acl[i].Options
		}
	}
	return p
}

// merge gives privileges to the grantees, or takes them.
func (g *granting) merge(acl catalog.ACL, privileges catalog.Privileges, grantor types.OID) (catalog.ACL, error) {
	acl = acl.Clone()
	for _, to := range g.grantees {
		mod := catalog.ACLItem{Grantee: to, Grantor: grantor}
		if !g.revoke || !g.option {
			mod.Privileges = privileges
		}
		if g.revoke || g.option {
			mod.Options = privileges
		}
		var err error
		if acl, err = g.update(acl, mod); err != nil {
			return nil, err
		}
	}
	return acl, nil
}

// update applies one item to a list.
func (g *granting) update(acl catalog.ACL, mod catalog.ACLItem) (catalog.ACL, error) {
	if !g.revoke && mod.Options != 0 {
		if err := g.circular(acl, mod); err != nil {
			return nil, err
		}
	}
	i := slices.IndexFunc(acl, func(it catalog.ACLItem) bool { return it.Grantee == mod.Grantee && it.Grantor == mod.Grantor })
	if i < 0 {
		if g.revoke {
			return acl, nil
		}
		acl = append(acl, catalog.ACLItem{Grantee: mod.Grantee, Grantor: mod.Grantor})
		i = len(acl) - 1
	}
	it := &acl[i]
	before := it.Options
	if g.revoke {
		it.Privileges &^= mod.Privileges
		it.Options &^= mod.Options
	} else {
		it.Privileges |= mod.Privileges
		it.Options |= mod.Options
	}
	lost := before &^ it.Options
	if it.Privileges == 0 && it.Options == 0 {
		acl = slices.Delete(acl, i, i+1)
	}
	if lost != 0 {
		return g.revokeFrom(acl, mod.Grantee, lost)
	}
	return acl, nil
}

// revokeFrom takes what a grantee that lost grant options had granted on.
func (g *granting) revokeFrom(acl catalog.ACL, grantor types.OID, lost catalog.Privileges) (catalog.ACL, error) {
	if grantor == g.owner {
		return acl, nil // the owner can grant whatever it holds
	}
	lost &^= optionsOf(acl, grantor)
	if lost == 0 {
		return acl, nil
	}
	for i := 0; i < len(acl); i++ {
		if acl[i].Grantor != grantor || acl[i].Privileges&lost == 0 {
			continue
		}
		if !g.cascade {
			return nil, sqlerr.New(sqlerr.DependentObjectsExist, "dependent privileges exist").WithHint("Use CASCADE to revoke them too.")
		}
		var err error
		down := *g
		down.revoke = true
		if acl, err = down.update(acl, catalog.ACLItem{Grantee: acl[i].Grantee, Grantor: grantor, Privileges: lost, Options: lost}); err != nil {
			return nil, err
		}
		i = -1
	}
	return acl, nil
}

// circular refuses grant options that would come back to one by whom the
// grantor has them.
func (g *granting) circular(acl catalog.ACL, mod catalog.ACLItem) error {
	if mod.Grantor == g.owner {
		return nil
	}
	rest := acl.Clone()
	down := *g
	down.revoke, down.cascade = true, true
	for i := 0; i < len(rest); i++ { // what is left without the grantee's own grants
		if rest[i].Grantee != mod.Grantee || rest[i].Options == 0 {
			continue
		}
		var err error
		if rest, err = down.update(rest, catalog.ACLItem{Grantee: mod.Grantee, Grantor: rest[i].Grantor, Privileges: rest[i].Privileges, Options: rest[i].Options}); err != nil {
			return err
		}
		i = -1
	}
	if mod.Options&^optionsOf(rest, mod.Grantor) != 0 {
		return sqlerr.New(sqlerr.InvalidGrantOperation, "grant options cannot be granted back to your own grantor")
	}
	return nil
}

// newOwner is a list after the object has changed hands: what the old owner
// held or granted is the new one's.
func newOwner(acl catalog.ACL, from, to types.OID) catalog.ACL {
	if acl == nil {
		return nil
	}
	swap := func(id types.OID) types.OID {
		if id == from {
			return to
		}
		return id
	}
	var out catalog.ACL
	for _, it := range acl {
		it.Grantee, it.Grantor = swap(it.Grantee), swap(it.Grantor)
		if i := slices.IndexFunc(out, func(o catalog.ACLItem) bool { return o.Grantee == it.Grantee && o.Grantor == it.Grantor }); i >= 0 {
			out[i].Privileges |= it.Privileges
			out[i].Options |= it.Options
			continue
		}
		out = append(out, it)
	}
	return out
}
