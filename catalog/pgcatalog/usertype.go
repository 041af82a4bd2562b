package pgcatalog

import (
	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/types"
)

// OIDs of PostgreSQL's I/O functions of enums, domains and ranges.
const (
	procEnumIn, procEnumOut, procEnumRecv, procEnumSend types.OID = 3506, 3507, 3532, 3533
	procDomainIn, procDomainRecv                        types.OID = 2597, 2598
	// Output, receive and send functions of ranges follow the input functions.
	procRangeIn, procRangeTypanalyze           types.OID = 3834, 3916
	procMultirangeIn, procMultirangeTypanalyze types.OID = 4231, 4242
)

// Types that users made: pg_type, pg_enum and what information_schema shows of them.

func init() {
	providers["pg_enum"] = func(s *sheet) {
		for _, t := range s.userTypes() {
			for i, l := range t.Labels {
				s.add(cells{"oid": l.ID, "enumtypid": t.ID, "enumsortorder": float64(i + 1), "enumlabel": l.Name})
			}
		}
	}
	providers["pg_range"] = func(s *sheet) {
		for _, t := range s.userTypes() {
			if t.Kind == catalog.RangeType {
				s.add(cells{
					"rngtypid": t.ID, "rngsubtype": t.Range.Subtype.OID, "rngmultitypid": t.Range.MultirangeID,
					"rngcollation": rangeCollation(t.Range), "rngsubopc": opclassOf(catalog.BTree, &catalog.IndexKey{Type: t.Range.Subtype}),
					"rngsubdiff": t.Range.SubtypeDiff,
				})
			}
		}
	}
	infoProviders["domains"] = func(s *sheet) {
		for _, t := range s.userTypes() {
			if t.Kind != catalog.DomainType {
				continue
			}
			row := merge(s.typeCells(t.Base), cells{
				"domain_catalog": s.database(), "domain_schema": s.cat.SchemaName(t.Schema), "domain_name": t.Name, "dtd_identifier": "1",
				"domain_default": orNull(bare(exprText(s.cat, defaultPath, t.Default))),
			})
			row["data_type"] = "USER-DEFINED"
			if types.DefinedType(t.Base.OID) == nil && t.Base.OID < extensionTypes {
				row["data_type"] = plainName(t.Base.OID)
			}
			s.add(row)
		}
	}
	infoProviders["domain_constraints"] = func(s *sheet) {
		for _, t := range s.userTypes() {
			for i := range t.Checks {
				s.add(cells{
					"constraint_catalog": s.database(), "constraint_schema": s.cat.SchemaName(t.Schema), "constraint_name": t.Checks[i].Name,
					"domain_catalog": s.database(), "domain_schema": s.cat.SchemaName(t.Schema), "domain_name": t.Name,
					"is_deferrable": "NO", "initially_deferred": "NO",
				})
			}
		}
	}
	infoProviders["user_defined_types"] = func(s *sheet) {
		for _, t := range s.userTypes() {
			if t.Kind == catalog.CompositeType {
				s.add(cells{
					"user_defined_type_catalog": s.database(), "user_defined_type_schema": s.cat.SchemaName(t.Schema),
					"user_defined_type_name": t.Name, "user_defined_type_category": "STRUCTURED", "is_instantiable": "YES",
				})
			}
		}
	}
	infoProviders["attributes"] = infoAttributes
	infoProviders["column_udt_usage"] = func(s *sheet) { s.eachRelation(infoTypeUsage) }
	infoProviders["column_domain_usage"] = func(s *sheet) { s.eachRelation(infoDomainUsage) }
}

// rangeFunctions adds the constructors of the ranges that users made to pg_proc.
func (s *sheet) rangeFunctions() {
	for _, t := range s.userTypes() {
		if t.Range == nil {
			continue
		}
		for i, f := range builtin.RangeConstructors(t.Range.Type()) {
			if f.Ret == t.ID {
				f.Name, f.Schema, f.OID = t.Name, s.cat.SchemaName(t.Schema), t.Range.Functions[i]
				s.builtinFunction(f)
			}
		}
	}
}

// rangeCollation is pg_range.rngcollation.
func rangeCollation(d *catalog.RangeDef) types.OID {
	in := types.Lookup(d.Subtype.OID)
	if in == nil {
		return 0
	}
	return collationOf(in)
}

// userTypes lists the catalog's types in order of OID.
func (s *sheet) userTypes() []*catalog.Type {
	var list []*catalog.Type
	for _, o := range s.cat.All(catalog.ClassType) {
		list = append(list, o.(*catalog.Type))
	}
	return list
}

// userType adds a type and the array over it to pg_type.
func (s *sheet) userType(t *catalog.Type) {
	in := types.Lookup(t.ID)
	if in == nil {
		return
	}
	row := typeRow(t.ID, t.Name, t.Schema, t.Owner)
	row["typtype"], row["typcategory"], row["typarray"], row["typacl"] = byte(t.Kind), in.Category, t.ArrayID, acl(s.cat, t.ACL)
	row["typlen"], row["typbyval"], row["typalign"], row["typstorage"] = in.Len, in.ByVal, in.Align, storageOf(in)
	row["typcollation"] = collationOf(in)
	switch t.Kind {
	case catalog.EnumType:
		row["typinput"], row["typoutput"], row["typreceive"], row["typsend"] = procEnumIn, procEnumOut, procEnumRecv, procEnumSend
	case catalog.DomainType:
		row["typinput"], row["typreceive"] = procDomainIn, procDomainRecv
		row["typoutput"], row["typsend"] = s.outputFunctions(t.Base.Base().OID)
		row["typnotnull"], row["typbasetype"], row["typtypmod"] = t.NotNull, t.Base.OID, t.Base.Mod
		row["typdefault"] = orNull(exprText(s.cat, defaultPath, t.Default))
		row["typdefaultbin"] = orNull(t.Default)
		if t.Base.IsArray() {
			row["typndims"] = 1
		}
	case catalog.CompositeType:
		row["typrelid"] = t.Relation
		row["typinput"], row["typoutput"], row["typreceive"], row["typsend"] = procRecordIn, procRecordOut, procRecordRecv, procRecordSend
	case catalog.RangeType:
		row["typinput"], row["typoutput"], row["typreceive"], row["typsend"] = procRangeIn, procRangeIn+1, procRangeIn+2, procRangeIn+3
		row["typanalyze"] = procRangeTypanalyze
	case catalog.MultirangeType:
		row["typinput"], row["typoutput"], row["typreceive"], row["typsend"] = procMultirangeIn, procMultirangeIn+1, procMultirangeIn+2, procMultirangeIn+3
		row["typanalyze"] = procMultirangeTypanalyze
	}
	s.add(row)
	row = typeRow(t.ArrayID, "_"+t.Name, t.Schema, t.Owner)
	arrayCells(row, t.ID)
	row["typcollation"] = collationOf(in)
	if in.Align == 'd' {
		row["typalign"] = in.Align
	}
	s.add(row)
}

// outputFunctions are typoutput and typsend of a type that other rows of pg_type have.
func (s *sheet) outputFunctions(id types.OID) (output, send types.OID) {
	for _, f := range snapshotRows("pg_type") {
		if oidOf(f[0]) == id {
			return oidOf(f[s.columns["typoutput"]]), oidOf(f[s.columns["typsend"]])
		}
	}
	switch in := types.Lookup(id); {
	case in == nil:
	case in.Kind == types.KindEnum:
		return procEnumOut, procEnumSend
	case in.Kind == types.KindRecord:
		return procRecordOut, procRecordSend
	case in.Kind == types.KindArray:
		return procArrayOut, procArraySend
	case id >= extensionTypes && id < types.FirstUserOID:
		return ioFunction(id) + 1, ioFunction(id) + 3
	}
	return 0, 0
}

// composites adds the relations of composite types to pg_class.
func (s *sheet) composites() {
	for _, t := range s.userTypes() {
		if t.Kind == catalog.CompositeType {
			h := t.Header
			h.ID = t.Relation
			c := s.class(&h, 'c', 0, len(t.Attributes))
			c["reltype"], c["relfilenode"] = t.ID, 0
			s.add(c)
		}
	}
}

// compositeOf finds the composite type whose row in pg_class has the OID, nil if there is none.
func compositeOf(cat *catalog.Catalog, relation types.OID) *catalog.Type {
	if relation == 0 {
		return nil
	}
	for _, o := range cat.All(catalog.ClassType) {
		if t := o.(*catalog.Type); t.Relation == relation {
			return t
		}
	}
	return nil
}

// domainConstraint is a row of pg_constraint.
func (s *sheet) domainConstraint(t *catalog.Type, c *catalog.Constraint) {
	s.add(cells{
		"oid": c.ID, "conname": c.Name, "connamespace": t.Schema, "contype": byte(catalog.Check), "convalidated": !c.NotValid,
		"contypid": t.ID, "conislocal": true, "conbin": c.Expr,
		"confupdtype": byte(' '), "confdeltype": byte(' '), "confmatchtype": byte(' '),
	})
}

// findDomainConstraint finds a check of a domain by OID, nil if there is none.
func findDomainConstraint(cat *catalog.Catalog, id types.OID) *catalog.Constraint {
	for _, o := range cat.All(catalog.ClassType) {
		t := o.(*catalog.Type)
		for i := range t.Checks {
			if t.Checks[i].ID == id {
				return &t.Checks[i]
			}
		}
	}
	return nil
}

// userTypeName is format_type of a type that a user made, also of an array.
func userTypeName(cat *catalog.Catalog, path []string, id types.OID) (string, bool) {
	if cat == nil {
		return "", false
	}
	t, array := cat.TypeByID(id)
	if t == nil {
		return "", false
	}
	name := builtin.QuoteIdent(t.Name)
	if !typeVisible(cat, t, path) {
		name = builtin.QuoteIdent(cat.SchemaName(t.Schema)) + "." + name
	}
	if array {
		name += "[]"
	}
	return name, true
}

// typeVisible reports whether the bare name means the type.
func typeVisible(cat *catalog.Catalog, t *catalog.Type, path []string) bool {
	for _, schema := range path {
		if id := cat.TypeNamed(schema, t.Name); id != 0 {
			return id == t.ID
		}
	}
	return false
}

func infoAttributes(s *sheet) {
	for _, t := range s.userTypes() {
		for i := range t.Attributes {
			a := &t.Attributes[i]
			if a.Dropped {
				continue
			}
			row := s.typeCells(a.Type)
			for _, name := range []string{"udt_catalog", "udt_schema", "udt_name"} {
				row["attribute_"+name] = row[name]
			}
			s.add(merge(row, cells{
				"udt_catalog": s.database(), "udt_schema": s.cat.SchemaName(t.Schema), "udt_name": t.Name, "attribute_name": a.Name,
				"ordinal_position": i + 1, "dtd_identifier": number(int64(i + 1)), "is_nullable": "YES", "is_derived_reference_attribute": "NO",
			}))
		}
	}
}

func infoTypeUsage(s *sheet, r *infoRelation) {
	for i := range r.columns {
		if c := &r.columns[i]; !c.Dropped {
			udt := s.typeCells(c.Type)
			s.add(merge(s.tableCells(r.object), cells{
				"udt_catalog": udt["udt_catalog"], "udt_schema": udt["udt_schema"], "udt_name": udt["udt_name"], "column_name": c.Name,
			}))
		}
	}
}

func infoDomainUsage(s *sheet, r *infoRelation) {
	for i := range r.columns {
		c := &r.columns[i]
		if t, array := s.cat.TypeByID(c.Type.OID); t != nil && !array && t.Kind == catalog.DomainType && !c.Dropped {
			s.add(merge(s.tableCells(r.object), cells{
				"domain_catalog": s.database(), "domain_schema": s.cat.SchemaName(t.Schema), "domain_name": t.Name, "column_name": c.Name,
			}))
		}
	}
}
