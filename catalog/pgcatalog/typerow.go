package pgcatalog

import (
	"synapse/catalog"
	"synapse/catalog/types"
)

// OIDs of PostgreSQL's I/O functions that row types and array types share.
const (
	procArrayIn, procArrayOut, procArrayRecv, procArraySend     types.OID = 750, 751, 2400, 2401
	procRecordIn, procRecordOut, procRecordRecv, procRecordSend types.OID = 2290, 2291, 2402, 2403
	procArrayTypanalyze, procArraySubscript                     types.OID = 3816, 6179
)

// extensionTypes begin where the types of extensions get their numbers.
const extensionTypes types.OID = 16385

// ioFunctions is where the I/O functions of extension types are numbered from,
// eight for each: in, out, recv, send, typmod_in, typmod_out.
const ioFunctions types.OID = 11000

func init() {
	providers["pg_type"] = func(s *sheet) {
		for _, in := range types.All() {
			if in.OID >= extensionTypes {
				s.extensionType(in)
			}
		}
		for _, o := range s.cat.All(catalog.ClassTable) {
			t := o.(*catalog.Table)
			if t.TypeID != 0 {
				s.rowType(t.TypeID, t.ArrayTypeID, &t.Header)
			}
		}
		for _, o := range s.cat.All(catalog.ClassView) {
			if v := o.(*catalog.View); v.TypeID != 0 {
				s.rowType(v.TypeID, 0, &v.Header)
			}
		}
		for _, t := range s.userTypes() {
			s.userType(t)
		}
	}
}

// typeRow has what all types share.
func typeRow(id types.OID, name string, schema, owner types.OID) cells {
	return cells{
		"oid": id, "typname": name, "typnamespace": schema, "typowner": owner, "typlen": -1, "typtype": byte('b'),
		"typisdefined": true, "typdelim": byte(','), "typalign": byte('i'), "typstorage": byte('x'), "typtypmod": -1,
	}
}

func arrayCells(row cells, elem types.OID) {
	row["typcategory"], row["typelem"], row["typsubscript"] = byte('A'), elem, procArraySubscript
	row["typinput"], row["typoutput"], row["typreceive"], row["typsend"] = procArrayIn, procArrayOut, procArrayRecv, procArraySend
	row["typanalyze"] = procArrayTypanalyze
}

func (s *sheet) extensionType(in *types.Info) {
	row := typeRow(in.OID, in.Name, builtinTypeSchema(s.cat, in.OID), catalog.RoleSynapse)
	row["typcollation"], row["typstorage"] = collationOf(in), storageOf(in)
	if in.Kind == types.KindArray {
		arrayCells(row, in.Elem)
		s.add(row)
		return
	}
	f := ioFunction(in.OID)
	row["typcategory"], row["typispreferred"], row["typarray"] = in.Category, in.Preferred, in.Array
	row["typinput"], row["typoutput"], row["typreceive"], row["typsend"] = f, f+1, f+2, f+3
	if in.OID != types.OIDCitext && in.OID != types.OIDHstore {
		row["typmodin"] = f + 4
	}
	s.add(row)
}

// ioFunction is the OID of an extension type's input function; out, recv, send and typmod_in follow.
func ioFunction(t types.OID) types.OID { return ioFunctions + (t-extensionTypes)*8 }

// rowType adds the composite type of a relation and its array type.
func (s *sheet) rowType(id, array types.OID, h *catalog.Header) {
	row := typeRow(id, h.Name, h.Schema, h.Owner)
	row["typtype"], row["typcategory"], row["typrelid"], row["typarray"] = byte('c'), byte('C'), h.ID, array
	row["typinput"], row["typoutput"], row["typreceive"], row["typsend"] = procRecordIn, procRecordOut, procRecordRecv, procRecordSend
	row["typalign"] = byte('d')
	s.add(row)
	if array == 0 {
		return
	}
	row = typeRow(array, "_"+h.Name, h.Schema, h.Owner)
	arrayCells(row, id)
	row["typalign"] = byte('d')
	s.add(row)
}

// builtinTypeSchema is where a type that nobody made is: pg_catalog, or where its extension was put.
func builtinTypeSchema(cat *catalog.Catalog, id types.OID) types.OID {
	if id >= extensionTypes && cat != nil {
		if e := cat.ExtensionOfType(id); e != nil {
			return e.Schema
		}
	}
	return catalog.SchemaPgCatalog
}
