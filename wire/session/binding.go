package session

import (
	"slices"
	"strings"

	"synapse/catalog"
	"synapse/catalog/memory"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage"
)

// Sessions of roles that are bound to namespaces. Storage keeps their rows
// apart; here is what else would tell one of the others: lineage, channels,
// counts, answers.

// bound reports whether namespaces decide what the session reaches.
func (s *Session) bound() bool { return s.who().Namespaces != nil }

// BindNamespace implements memory.Host.
func (h *host) BindNamespace(role, pattern string, write, revoke bool) error {
	s := h.s
	if !s.role().Super {
		return sqlerr.New(sqlerr.InsufficientPrivilege, "must be superuser to bind roles to namespaces")
	}
	if h.past || s.block.readOnly {
		return sqlerr.New(sqlerr.ReadOnlySQLTransaction, "cannot bind roles to namespaces in a read-only transaction or as of a past moment")
	}
	old := s.catalog().Role(role)
	if old == nil {
		return sqlerr.New(sqlerr.UndefinedObject, "role %q does not exist", role)
	}
	r := *old
	r.Namespaces = slices.Clone(old.Namespaces)
	i := slices.IndexFunc(r.Namespaces, func(g catalog.NamespaceGrant) bool { return g.Pattern == pattern })
	switch {
	case revoke && i < 0:
		s.notice(sqlerr.Notice("role %q has no namespace %q", role, pattern))
		return nil
	case revoke && write: // what is left is reading
		r.Namespaces[i].Write = false
	case revoke:
		r.Namespaces = slices.Delete(r.Namespaces, i, i+1)
	case i < 0:
		r.Namespaces = append(r.Namespaces, catalog.NamespaceGrant{Pattern: pattern, Write: write})
	default:
		r.Namespaces[i].Write = r.Namespaces[i].Write || write
	}
	s.block.writes = true
	return s.block.txn.PutObject(h.ctx, &r)
}

// unbound are the statements of the memory functions that speak of answers,
// which belong to no namespace.
var unbound = map[string]bool{"answer": true, "answer_of": true, "cite": true, "credit": true}

// mayRun refuses a bound session what no namespace keeps apart.
func (h *host) mayRun(statement string) error {
	if unbound[statement] && h.s.bound() {
		return sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied for answers").
			WithDetail("Answers belong to no namespace; role %q is bound to namespaces.", h.s.role().Name)
	}
	return nil
}

// mayErase refuses to erase what a row of a namespace was that the session may
// not write. The batch has the live columns.
func (s *Session) mayErase(t *catalog.Table, b *storage.RowBatch, row int) error {
	who, ord := s.who(), t.BoundColumn()
	if who.Namespaces == nil || ord == 0 {
		return nil
	}
	ns := b.Cols[slices.Index(t.Live(), ord)].Get(row)
	if ns.IsNull() || !catalog.MatchesNamespace(who.Writable, ns.Str()) {
		return sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied for namespace \"%s\"", ns.Str())
	}
	return nil
}

// mayKnow reports whether a lineage row is the session's to see: its own role's,
// or anybody's for superusers and members of pg_read_all_stats.
func (s *Session) mayKnow(role string) bool {
	if s.hasPrivilegesOf(catalog.RoleReadAllStats) {
		return true
	}
	r := s.catalog().Role(role)
	return r != nil && s.hasPrivilegesOf(r.ID)
}

// Places of columns in the rows of the live source "lineage".
const (
	lineageID   = 0
	lineageRole = 6
)

// lineageRows and hitRows are the recorder's rows that the session may see.
func (s *Session) lineageRows(yield func(row []types.Value) error) error {
	return s.engine.Statistics["lineage"](func(row []types.Value) error {
		if !s.mayKnow(row[lineageRole].Str()) {
			return nil
		}
		return yield(row)
	})
}

func (s *Session) hitRows(yield func(row []types.Value) error) error {
	all := s.engine.Statistics["lineage_hits"]
	if s.hasPrivilegesOf(catalog.RoleReadAllStats) {
		return all(yield)
	}
	mine := map[string]bool{}
	err := s.lineageRows(func(row []types.Value) error {
		mine[row[lineageID].Str()] = true
		return nil
	})
	if err != nil {
		return err
	}
	return all(func(row []types.Value) error {
		if !mine[row[lineageID].Str()] {
			return nil
		}
		return yield(row)
	})
}

// tenant is the role by whose channels a session is apart from others'; 0 for
// one that is not bound to namespaces.
func (s *Session) tenant() types.OID {
	if who := s.who(); len(who.Namespaces) > 0 {
		return who.Role
	}
	return 0
}

// mayUseChannel refuses the channels of namespaces that the session does not reach.
func (s *Session) mayUseChannel(channel string, write bool) error {
	who := s.who()
	if who.Namespaces == nil || !strings.HasPrefix(channel, "memory:") {
		return nil
	}
	patterns := who.Namespaces
	if write {
		patterns = who.Writable
	}
	ns := strings.TrimPrefix(channel, "memory:")
	if catalog.MatchesNamespace(patterns, ns) || slices.ContainsFunc(patterns, func(p string) bool { return memory.Channel(p) == channel }) {
		return nil
	}
	return sqlerr.New(sqlerr.InsufficientPrivilege, "permission denied for namespace \"%s\"", ns)
}
