package pgcatalog

import (
	"slices"
	"strconv"
	"strings"

	"synapse/catalog"
	"synapse/catalog/types"
)

// information_schema: schemas, relations and their columns.

func init() {
	infoProviders["information_schema_catalog_name"] = func(s *sheet) { s.add(cells{"catalog_name": s.database()}) }
	infoProviders["schemata"] = func(s *sheet) {
		for _, o := range s.cat.All(catalog.ClassSchema) {
			n := o.(*catalog.Schema)
			s.add(cells{"catalog_name": s.database(), "schema_name": n.Name, "schema_owner": roleName(s.cat, n.Owner)})
		}
	}
	infoProviders["tables"] = infoTables
	infoProviders["columns"] = func(s *sheet) { s.eachRelation(infoColumns) }
	infoProviders["element_types"] = func(s *sheet) { s.eachRelation(infoElements) }
	infoProviders["views"] = infoViews
	infoProviders["sequences"] = infoSequences
	infoProviders["character_sets"] = func(s *sheet) {
		s.add(cells{
			"character_set_name": "UTF8", "character_repertoire": "UCS", "form_of_use": "UTF8", "default_collate_catalog": s.database(),
		})
	}
	infoProviders["collations"] = func(s *sheet) {
		for _, f := range snapshotRows("pg_collation") {
			s.add(cells{"collation_catalog": s.database(), "collation_schema": "pg_catalog", "collation_name": f[1], "pad_attribute": "NO PAD"})
		}
	}
}

func (s *sheet) database() string { return s.src.CurrentDatabase() }

// user is the role that reads; nil if it is gone.
func (s *sheet) user() *catalog.Role { return s.cat.Role(s.src.CurrentUser()) }

// reader is the OID of the role that reads, 0 if it is gone.
func (s *sheet) reader() types.OID {
	if r := s.user(); r != nil {
		return r.ID
	}
	return 0
}

// shows reports whether the reader may know of the object: it owns it or has any privilege on it.
func (s *sheet) shows(o catalog.Object) bool {
	user := s.reader()
	if s.cat.Owns(user, o) || s.cat.Privileges(user, o) != 0 {
		return true
	}
	return slices.ContainsFunc(catalog.ColumnsOf(o), func(c catalog.Column) bool { return s.cat.ColumnPrivileges(user, &c) != 0 })
}

func yesNo(b bool) string {
	if b {
		return "YES"
	}
	return "NO"
}

// infoRelation is a table or view as information_schema sees it.
type infoRelation struct {
	object  catalog.Object
	kind    string // table_type
	columns []catalog.Column
	insert  bool   // rows may be inserted
	remove  bool   // rows may be deleted
	writes  []bool // by column: UPDATE may name it
}

// eachRelation calls f for tables, views and virtual relations that the reader
// may know of; materialized views are not part of the standard.
func (s *sheet) eachRelation(f func(s *sheet, r *infoRelation)) {
	put := func(r infoRelation) {
		r.writes, r.remove = s.cat.Writable(r.object.ObjectID())
		r.insert = slices.Contains(r.writes, true)
		if s.shows(r.object) {
			f(s, &r)
		}
	}
	for _, o := range s.cat.All(catalog.ClassTable) {
		t := o.(*catalog.Table)
		switch {
		case t.Materialized != "":
		case t.Persistence == catalog.Temporary:
			put(infoRelation{object: t, kind: "LOCAL TEMPORARY", columns: t.Columns})
		default:
			put(infoRelation{object: t, kind: "BASE TABLE", columns: t.Columns})
		}
	}
	for _, o := range s.cat.All(catalog.ClassView) {
		put(infoRelation{object: o, kind: "VIEW", columns: o.(*catalog.View).Columns})
	}
	for _, v := range s.cat.Virtuals().All() {
		kind := "VIEW"
		if virtualKind(v.ID) == 'r' {
			kind = "BASE TABLE"
		}
		put(infoRelation{object: v.Table, kind: kind, columns: v.Columns})
	}
}

// tableCells names a relation in the columns table_catalog, table_schema, table_name.
func (s *sheet) tableCells(o catalog.Object) cells {
	return cells{"table_catalog": s.database(), "table_schema": s.cat.SchemaName(o.SchemaID()), "table_name": o.ObjectName()}
}

func infoTables(s *sheet) {
	s.eachRelation(func(s *sheet, r *infoRelation) {
		row := s.tableCells(r.object)
		row["table_type"], row["is_insertable_into"], row["is_typed"] = r.kind, yesNo(r.insert), "NO"
		if r.kind == "LOCAL TEMPORARY" {
			row["commit_action"] = "PRESERVE"
		}
		s.add(row)
	})
}

func infoViews(s *sheet) {
	s.eachRelation(func(s *sheet, r *infoRelation) {
		if r.kind != "VIEW" {
			return
		}
		row := s.tableCells(r.object)
		row["check_option"] = "NONE"
		if v, ok := r.object.(*catalog.View); ok {
			row["view_definition"] = viewDef(v.Query)
			if option := v.Options["check_option"]; option != "" {
				row["check_option"] = strings.ToUpper(option)
			}
		}
		row["is_updatable"], row["is_insertable_into"] = yesNo(r.insert && r.remove), yesNo(r.insert)
		for _, c := range []string{"is_trigger_updatable", "is_trigger_deletable", "is_trigger_insertable_into"} {
			row[c] = "NO"
		}
		s.add(row)
	})
}

// typeCells describes a type in the columns that columns, element_types and sequences share.
func (s *sheet) typeCells(t types.Type) cells {
	row := cells{"data_type": "USER-DEFINED"}
	if u, array := s.cat.TypeByID(t.OID); u != nil {
		return s.userTypeCells(u, array)
	}
	in := types.Lookup(t.OID)
	if in == nil || types.DefinedType(t.OID) != nil {
		if h, array := rowTypeOf(s.cat, t.OID); h != nil && !array {
			row["udt_catalog"], row["udt_schema"], row["udt_name"] = s.database(), s.cat.SchemaName(h.Schema), h.Name
		}
		return row
	}
	switch {
	case in.Kind == types.KindArray && in.Len == -1 && in.Category == 'A' && in.OID != types.OIDInt2Vector && in.OID != types.OIDOIDVector:
		row["data_type"] = "ARRAY"
	case in.OID < extensionTypes:
		row["data_type"] = plainName(in.OID)
	}
	row["udt_catalog"], row["udt_schema"], row["udt_name"] = s.database(), s.cat.SchemaName(builtinTypeSchema(s.cat, in.OID)), in.Name
	row["character_maximum_length"], row["character_octet_length"] = charMaxLength(t), charOctetLength(t)
	row["numeric_precision"], row["numeric_precision_radix"] = numericPrecision(t), numericRadix(t)
	row["numeric_scale"], row["datetime_precision"] = numericScale(t), datetimePrecision(t)
	return row
}

// userTypeCells is typeCells for a type that a user made; a domain shows as its base type.
func (s *sheet) userTypeCells(t *catalog.Type, array bool) cells {
	if t.Kind == catalog.DomainType && !array {
		return s.typeCells(t.Base)
	}
	row := cells{"data_type": "USER-DEFINED", "udt_catalog": s.database(), "udt_schema": s.cat.SchemaName(t.Schema), "udt_name": t.Name}
	if array {
		row["data_type"], row["udt_name"] = "ARRAY", "_"+t.Name
	}
	return row
}

func merge(into, from cells) cells {
	for k, v := range from {
		into[k] = v
	}
	return into
}

func infoColumns(s *sheet, r *infoRelation) {
	for i := range r.columns {
		c := &r.columns[i]
		if c.Dropped {
			continue
		}
		row := merge(s.tableCells(r.object), s.typeCells(c.Type))
		row["column_name"], row["ordinal_position"], row["dtd_identifier"] = c.Name, i+1, strconv.Itoa(i+1)
		notNull := c.NotNull
		if t, array := s.cat.TypeByID(c.Type.OID); t != nil && !array && t.Kind == catalog.DomainType {
			row["domain_catalog"], row["domain_schema"], row["domain_name"] = s.database(), s.cat.SchemaName(t.Schema), t.Name
			notNull = notNull || t.NotNull
		}
		row["is_nullable"], row["is_self_referencing"] = yesNo(!notNull), "NO"
		row["is_generated"], row["is_updatable"] = "NEVER", yesNo(i < len(r.writes) && r.writes[i])
		if c.Generated != "" {
			row["is_generated"], row["generation_expression"] = "ALWAYS", bare(exprText(s.cat, defaultPath, c.Generated))
		} else {
			row["column_default"] = orNull(bare(exprText(s.cat, defaultPath, defaultText(c))))
		}
		if c.Collation != "" && c.Collation != "default" {
			row["collation_catalog"], row["collation_schema"], row["collation_name"] = s.database(), "pg_catalog", c.Collation
		}
		s.identity(row, c)
		s.add(row)
	}
}

// defaultPath is the search path that definitions in kept rows are written for.
var defaultPath = []string{"pg_catalog", "public"}

func (s *sheet) identity(row cells, c *catalog.Column) {
	row["is_identity"], row["identity_cycle"] = yesNo(c.Identity != 0), "NO"
	if c.Identity == 0 {
		return
	}
	row["identity_generation"] = "BY DEFAULT"
	if c.Identity == 'a' {
		row["identity_generation"] = "ALWAYS"
	}
	if q, ok := s.cat.Object(c.Sequence).(*catalog.Sequence); ok {
		row["identity_start"], row["identity_increment"] = number(q.Start), number(q.Increment)
		row["identity_maximum"], row["identity_minimum"], row["identity_cycle"] = number(q.Max), number(q.Min), yesNo(q.Cycle)
	}
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

func infoElements(s *sheet, r *infoRelation) {
	for i := range r.columns {
		c := &r.columns[i]
		if elem := c.Type.Elem(); elem.OID != 0 && !c.Dropped {
			kind := "TABLE"
			if r.kind == "VIEW" {
				kind = "VIEW"
			}
			s.add(merge(cells{
				"object_catalog": s.database(), "object_schema": s.cat.SchemaName(r.object.SchemaID()), "object_name": r.object.ObjectName(),
				"object_type": kind, "collection_type_identifier": strconv.Itoa(i + 1), "dtd_identifier": "a" + strconv.Itoa(i+1),
			}, s.elementCells(elem)))
		}
	}
}

// elementCells is data_type and udt_* alone: PostgreSQL leaves lengths out.
func (s *sheet) elementCells(t types.Type) cells {
	all := s.typeCells(t)
	return cells{"data_type": all["data_type"], "udt_catalog": all["udt_catalog"], "udt_schema": all["udt_schema"], "udt_name": all["udt_name"]}
}

// infoSequences leaves out those of identity columns, as PostgreSQL does.
func infoSequences(s *sheet) {
	for _, o := range s.cat.All(catalog.ClassSequence) {
		q := o.(*catalog.Sequence)
		if t := s.cat.Table(q.OwnerTable); !s.shows(q) || t != nil && q.OwnerColumn > 0 && q.OwnerColumn <= len(t.Columns) && t.Columns[q.OwnerColumn-1].Identity != 0 {
			continue
		}
		s.add(cells{
			"sequence_catalog": s.database(), "sequence_schema": s.cat.SchemaName(q.Schema), "sequence_name": q.Name,
			"data_type": plainName(q.Type.OID), "numeric_precision": numericPrecision(q.Type), "numeric_precision_radix": 2, "numeric_scale": 0,
			"start_value": number(q.Start), "minimum_value": number(q.Min), "maximum_value": number(q.Max),
			"increment": number(q.Increment), "cycle_option": yesNo(q.Cycle),
		})
	}
}

// plainName is format_type without a modifier, which differs from that with
// modifier -1 for the types whose bare name means a length of 1.
func plainName(t types.OID) string {
	switch t {
	case types.OIDBpchar:
		return "character"
	case types.OIDBit:
		return "bit"
	}
	return types.FormatType(types.Of(t))
}
