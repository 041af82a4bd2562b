package pgcatalog

import (
	"sort"

	"synapse/catalog"
	"synapse/catalog/types"
)

// OIDs of catalog relations that other rows refer to (classoid).
const (
	classType       types.OID = 1247
	classAttribute  types.OID = 1249
	classProc       types.OID = 1255
	classClass      types.OID = 1259
	classAuthID     types.OID = 1260
	classDatabase   types.OID = 1262
	classAttrDef    types.OID = 2604
	classConstraint types.OID = 2606
	classNamespace  types.OID = 2615
	classRewrite    types.OID = 2618
	classExtension  types.OID = 3079
)

// methods are the OIDs of the access methods in pg_am.
var methods = map[catalog.Method]types.OID{
	catalog.BTree: 403, catalog.Hash: 405, catalog.GIN: 2742, catalog.HNSW: 10900, catalog.IVFFlat: 10902, catalog.BM25: 10904,
	catalog.GiST: 783, catalog.SPGiST: 4000,
}

const heapMethod types.OID = 2

func init() {
	providers["pg_namespace"] = func(s *sheet) {
		for _, o := range s.cat.All(catalog.ClassSchema) {
			n := o.(*catalog.Schema)
			s.add(cells{"oid": n.ID, "nspname": n.Name, "nspowner": n.Owner, "nspacl": acl(s.cat, n.ACL)})
		}
	}
	providers["pg_class"] = func(s *sheet) {
		s.tables()
		s.indexes()
		s.sequences()
		s.views()
		s.composites()
		s.virtuals()
	}
}

func acl(cat *catalog.Catalog, list catalog.ACL) any {
	if list == nil {
		return nil
	}
	return aclTexts(cat, list)
}

// class is a row of pg_class with what all kinds of relation share.
func (s *sheet) class(h *catalog.Header, kind byte, persistence catalog.Persistence, natts int) cells {
	if persistence == 0 {
		persistence = catalog.Permanent
	}
	return cells{
		"oid": h.ID, "relname": h.Name, "relnamespace": h.Schema, "relowner": h.Owner, "relkind": kind, "relfilenode": h.ID,
		"relpersistence": byte(persistence), "relnatts": natts, "relispopulated": true, "relreplident": byte('n'),
		"reltuples": -1.0, "relacl": acl(s.cat, h.ACL),
	}
}

func (s *sheet) tables() {
	for _, o := range s.cat.All(catalog.ClassTable) {
		t := o.(*catalog.Table)
		kind := byte('r')
		if t.Materialized != "" {
			kind = 'm'
		}
		if t.Partitioned() {
			kind = 'p'
		}
		c := s.class(&t.Header, kind, t.Persistence, len(t.Columns))
		checks := 0
		for i := range t.Constraints {
			if t.Constraints[i].Kind == catalog.Check {
				checks++
			}
		}
		c["reltype"], c["relam"], c["relreplident"] = t.TypeID, heapMethod, byte('d')
		if t.ReplicaIdentity != 0 {
			c["relreplident"] = t.ReplicaIdentity
		}
		if t.Partitioned() { // it stores nothing itself
			c["relam"], c["relfilenode"] = 0, 0
		}
		c["relispartition"], c["relpartbound"], c["relhassubclass"] = t.IsPartition(), boundText(s.cat, t), len(t.Children) > 0 || t.Partitioned()
		c["relhasindex"], c["relchecks"] = len(s.cat.Indexes(t.ID)) > 0, checks
		c["relhastriggers"], c["relrowsecurity"] = len(t.Triggers) > 0 || hasForeignKey(s.cat, t), t.RLS
		c["relispopulated"] = kind != 'm' || t.Populated
		c["relhasrules"] = kind == 'm'
		c["reloptions"] = options(t.Options)
		s.add(c)
	}
}

// hasForeignKey reports whether PostgreSQL would keep triggers for foreign keys on the table.
func hasForeignKey(cat *catalog.Catalog, t *catalog.Table) bool {
	for i := range t.Constraints {
		if t.Constraints[i].Kind == catalog.ForeignKey {
			return true
		}
	}
	return len(cat.Referencing(t.ID)) > 0
}

func (s *sheet) indexes() {
	for _, o := range s.cat.All(catalog.ClassIndex) {
		x := o.(*catalog.Index)
		var persistence catalog.Persistence
		if t := s.cat.Table(x.Table); t != nil {
			persistence = t.Persistence
		}
		kind := byte('i')
		t := s.cat.Table(x.Table)
		if t != nil && t.Partitioned() {
			kind = 'I'
		}
		c := s.class(&x.Header, kind, persistence, len(x.Keys)+len(x.Include))
		c["relispartition"], c["relhassubclass"] = x.Parent != 0, kind == 'I' && len(t.Children) > 0
		if kind == 'I' {
			c["relfilenode"] = 0
		}
		c["relam"], c["reltuples"], c["reloptions"] = methods[x.Method], 0.0, options(x.Options)
		s.add(c)
	}
}

func (s *sheet) sequences() {
	for _, o := range s.cat.All(catalog.ClassSequence) {
		q := o.(*catalog.Sequence)
		c := s.class(&q.Header, 'S', q.Persistence, len(sequenceColumns))
		c["reltuples"], c["relpages"] = 1.0, 1
		s.add(c)
	}
}

func (s *sheet) views() {
	for _, o := range s.cat.All(catalog.ClassView) {
		v := o.(*catalog.View)
		c := s.class(&v.Header, 'v', 0, len(v.Columns))
		c["reltype"], c["relhasrules"], c["relfilenode"], c["reltuples"] = v.TypeID, true, 0, 0.0
		c["reloptions"], c["relhastriggers"] = options(v.Options), len(v.Triggers) > 0
		s.add(c)
	}
}

func (s *sheet) virtuals() {
	for _, v := range s.cat.Virtuals().All() {
		kind := virtualKind(v.ID)
		c := s.class(&v.Table.Header, kind, 0, len(v.Columns))
		if kind == 'r' {
			c["relam"] = heapMethod
		} else {
			c["relhasrules"] = true
		}
		c["relfilenode"], c["reltuples"] = 0, 0.0
		s.add(c)
	}
}

// virtualKind is relkind of a virtual relation: relations of other packages are views.
func virtualKind(id types.OID) byte {
	for _, r := range relations() {
		if r.table.ID == id {
			return r.kind
		}
	}
	return 'v'
}

// options is reloptions: {name=value,…}, sorted by name.
func options(m map[string]string) any {
	if len(m) == 0 {
		return nil
	}
	list := make([]string, 0, len(m))
	for k, v := range m {
		list = append(list, k+"="+v)
	}
	sort.Strings(list)
	return list
}
