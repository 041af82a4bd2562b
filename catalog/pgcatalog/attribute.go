package pgcatalog

import (
	"fmt"
	"strings"

	"synapse/catalog"
	"synapse/catalog/types"
)

// Collations of pg_collation.
const (
	collationDefault types.OID = 100
	collationC       types.OID = 950
)

// collations by name, for COLLATE clauses.
var collations = map[string]types.OID{"default": collationDefault, "C": collationC, "POSIX": 951, "ucs_basic": 12340, "C.utf8": 12341}

// sequenceColumns are the columns of every sequence read as a relation.
var sequenceColumns = []catalog.Column{
	{Name: "last_value", Type: types.Int8, NotNull: true},
	{Name: "log_cnt", Type: types.Int8, NotNull: true},
	{Name: "is_called", Type: types.Bool, NotNull: true},
}

func init() {
	providers["pg_attribute"] = func(s *sheet) {
		for _, o := range s.cat.All(catalog.ClassTable) {
			t := o.(*catalog.Table)
			s.attributes(t.ID, t.Columns)
		}
		for _, o := range s.cat.All(catalog.ClassView) {
			v := o.(*catalog.View)
			s.attributes(v.ID, v.Columns)
		}
		for _, o := range s.cat.All(catalog.ClassSequence) {
			s.attributes(o.ObjectID(), sequenceColumns)
		}
		for _, o := range s.cat.All(catalog.ClassIndex) {
			s.indexAttributes(o.(*catalog.Index))
		}
		for _, v := range s.cat.Virtuals().All() {
			s.attributes(v.ID, v.Columns)
		}
		for _, t := range s.userTypes() {
			s.attributes(t.Relation, t.Attributes)
		}
	}
	providers["pg_attrdef"] = func(s *sheet) {
		for _, o := range s.cat.All(catalog.ClassTable) {
			t := o.(*catalog.Table)
			for i := range t.Columns {
				if text := defaultText(&t.Columns[i]); text != "" {
					s.add(cells{"oid": attrDefOID(t.ID, i+1), "adrelid": t.ID, "adnum": i + 1, "adbin": text})
				}
			}
		}
	}
}

// defaultText is the expression that pg_attrdef keeps for a column, "" if none:
// its default or how it is generated.
func defaultText(c *catalog.Column) string {
	if c.Dropped || c.Identity != 0 {
		return ""
	}
	switch {
	case c.Generated != "":
		return c.Generated
	case c.Default == "" && c.Sequence != 0: // serial
		return fmt.Sprintf("nextval('%d'::regclass)", c.Sequence)
	}
	return c.Default
}

// columnsMax is PostgreSQL's limit of columns per table (MaxHeapAttributeNumber).
const columnsMax = 1600

// attrDefOID gives a default a number of its own, above those of objects.
func attrDefOID(table types.OID, attnum int) types.OID {
	return 1<<31 | (table*columnsMax+types.OID(attnum))&(1<<31-1)
}

func (s *sheet) attributes(rel types.OID, columns []catalog.Column) {
	for i := range columns {
		c := &columns[i]
		row := attribute(rel, i+1, c.Name, c.Type)
		row["attnotnull"], row["atthasdef"] = c.NotNull, defaultText(c) != ""
		row["attidentity"], row["attacl"] = c.Identity, acl(s.cat, c.ACL)
		if c.Statistics != nil {
			row["attstattarget"] = *c.Statistics
		}
		if c.Compression != 0 {
			row["attcompression"] = c.Compression
		}
		row["attoptions"] = options(c.Options)
		row["attinhcount"], row["attislocal"] = c.Inherited, !c.NotLocal
		if c.Generated != "" {
			row["attgenerated"] = byte('s')
		}
		if c.Storage != 0 {
			row["attstorage"] = c.Storage
		}
		if id, ok := collations[c.Collation]; ok {
			row["attcollation"] = id
		}
		if c.Dropped {
			row["attname"] = fmt.Sprintf("........pg.dropped.%d........", i+1)
			row["attisdropped"], row["atttypid"], row["attnotnull"] = true, 0, false
		}
		s.add(row)
	}
}

func (s *sheet) indexAttributes(x *catalog.Index) {
	t := s.cat.Table(x.Table)
	for i := range x.Keys {
		s.add(attribute(x.ID, i+1, indexColumnName(t, &x.Keys[i]), x.Keys[i].Type))
	}
	for i, n := range x.Include {
		if t != nil && n <= len(t.Columns) {
			s.add(attribute(x.ID, len(x.Keys)+i+1, t.Columns[n-1].Name, t.Columns[n-1].Type))
		}
	}
}

// indexColumnName is the column's, or for an expression its function's.
func indexColumnName(t *catalog.Table, k *catalog.IndexKey) string {
	if k.Column > 0 && t != nil && k.Column <= len(t.Columns) {
		return t.Columns[k.Column-1].Name
	}
	name, _, call := strings.Cut(k.Expr, "(")
	if call && name != "" && !strings.ContainsAny(name, " '\"") {
		return name
	}
	return "expr"
}

// attribute is a row of pg_attribute for a column of the type.
func attribute(rel types.OID, attnum int, name string, t types.Type) cells {
	row := cells{
		"attrelid": rel, "attname": name, "atttypid": t.OID, "attnum": attnum, "attcacheoff": -1, "atttypmod": t.Mod,
		"attislocal": true, "attstattarget": -1, "attlen": -1, "attalign": byte('i'), "attstorage": byte('x'),
	}
	in := types.Lookup(t.OID)
	if in == nil {
		return row
	}
	row["attlen"], row["attbyval"], row["attalign"] = in.Len, in.ByVal, in.Align
	row["attstorage"], row["attcollation"] = storageOf(in), collationOf(in)
	if in.Category == 'A' && in.OID != types.OIDInt2Vector && in.OID != types.OIDOIDVector {
		row["attndims"] = 1
	}
	return row
}

// storageOf is pg_type.typstorage.
func storageOf(in *types.Info) byte {
	switch {
	case in.Len != -1 || in.OID == types.OIDInt2Vector || in.OID == types.OIDOIDVector:
		return 'p'
	case in.Kind == types.KindNumeric || in.Kind == types.KindInet:
		return 'm'
	case in.Kind == types.KindVector || in.Kind == types.KindHalfvec || in.Kind == types.KindSparsevec:
		return 'e'
	}
	return 'x'
}

// collationOf is pg_type.typcollation: of the type, or of an array's elements.
func collationOf(in *types.Info) types.OID {
	if in.Elem != 0 && in.Kind == types.KindArray {
		if in = types.Lookup(in.Elem); in == nil {
			return 0
		}
	}
	switch {
	case in.Kind == types.KindName:
		return collationC
	case in.Category == 'S':
		return collationDefault
	}
	return 0
}
