package types

import "sort"

var (
	registry = map[OID]*Info{}
	byName   = map[string]*Info{}
	ordered  []*Info

	// kinds is Type.Kind as a table: it is asked once per value in many places,
	// where a map would cost more than the work itself.
	kinds [FirstUserOID]Kind
)

func init() {
	for i := range builtins {
		in := &builtins[i]
		registry[in.OID] = in
		byName[in.Name] = in
	}
	for i := range builtins {
		in := &builtins[i]
		if in.Array != 0 && registry[in.Array] == nil {
			a := &Info{
				OID: in.Array, Name: "_" + in.Name, SQLName: in.SQLName + "[]", Len: -1,
				Align: 'i', Category: 'A', TypType: 'b', Elem: in.OID, Kind: KindArray,
			}
			if in.Align == 'd' {
				a.Align = 'd'
			}
			registry[a.OID] = a
			byName[a.Name] = a
		}
	}
	for _, in := range registry {
		ordered = append(ordered, in)
		kinds[in.OID] = in.Kind
	}
	sort.Slice(ordered, func(i, j int) bool { return ordered[i].OID < ordered[j].OID })
}

// builtins lists the types by hand from PostgreSQL's pg_type.dat (typlen,
// typbyval, typalign, typcategory, typispreferred); array types follow from it.
var builtins = []Info{
	{OIDBool, "bool", "boolean", 1, true, 'c', 'B', true, 'b', 0, OIDBoolArray, KindBool},
	{OIDBytea, "bytea", "bytea", -1, false, 'i', 'U', false, 'b', 0, OIDByteaArray, KindBytea},
	{OIDChar, "char", "\"char\"", 1, true, 'c', 'Z', false, 'b', 0, OIDCharArray, KindChar},
	{OIDName, "name", "name", 64, false, 'c', 'S', false, 'b', OIDChar, OIDNameArray, KindName},
	{OIDInt8, "int8", "bigint", 8, true, 'd', 'N', false, 'b', 0, OIDInt8Array, KindInt8},
	{OIDInt2, "int2", "smallint", 2, true, 's', 'N', false, 'b', 0, OIDInt2Array, KindInt2},
	{OIDInt2Vector, "int2vector", "int2vector", -1, false, 'i', 'A', false, 'b', OIDInt2, OIDInt2VectorArray, KindArray},
	{OIDInt4, "int4", "integer", 4, true, 'i', 'N', false, 'b', 0, OIDInt4Array, KindInt4},
	{OIDRegproc, "regproc", "regproc", 4, true, 'i', 'N', false, 'b', 0, OIDRegprocArray, KindOID},
	{OIDText, "text", "text", -1, false, 'i', 'S', true, 'b', 0, OIDTextArray, KindText},
	{OIDOID, "oid", "oid", 4, true, 'i', 'N', true, 'b', 0, OIDOIDArray, KindOID},
	{OIDTID, "tid", "tid", 6, false, 's', 'U', false, 'b', 0, OIDTIDArray, KindTID},
	{OIDXID, "xid", "xid", 4, true, 'i', 'U', false, 'b', 0, OIDXIDArray, KindOID},
	{OIDCID, "cid", "cid", 4, true, 'i', 'U', false, 'b', 0, OIDCIDArray, KindOID},
	{OIDOIDVector, "oidvector", "oidvector", -1, false, 'i', 'A', false, 'b', OIDOID, OIDOIDVectorArray, KindArray},
	{OIDJSON, "json", "json", -1, false, 'i', 'U', false, 'b', 0, OIDJSONArray, KindJSON},
	{OIDXML, "xml", "xml", -1, false, 'i', 'U', false, 'b', 0, OIDXMLArray, KindText},
	{OIDPgNodeTree, "pg_node_tree", "pg_node_tree", -1, false, 'i', 'Z', false, 'b', 0, 0, KindText},
	{OIDFloat4, "float4", "real", 4, true, 'i', 'N', false, 'b', 0, OIDFloat4Array, KindFloat4},
	{OIDFloat8, "float8", "double precision", 8, true, 'd', 'N', true, 'b', 0, OIDFloat8Array, KindFloat8},
	{OIDUnknown, "unknown", "unknown", -2, false, 'c', 'X', false, 'p', 0, 0, KindText},
	{OIDMacaddr, "macaddr", "macaddr", 6, false, 'i', 'U', false, 'b', 0, OIDMacaddrArray, KindMacaddr},
	{OIDInet, "inet", "inet", -1, false, 'i', 'I', true, 'b', 0, OIDInetArray, KindInet},
	{OIDCidr, "cidr", "cidr", -1, false, 'i', 'I', false, 'b', 0, OIDCidrArray, KindInet},
	{OIDACLItem, "aclitem", "aclitem", 16, false, 'd', 'U', false, 'b', 0, OIDACLItemArray, KindACLItem},
	{OIDBpchar, "bpchar", "character", -1, false, 'i', 'S', false, 'b', 0, OIDBpcharArray, KindBpchar},
	{OIDVarchar, "varchar", "character varying", -1, false, 'i', 'S', false, 'b', 0, OIDVarcharArray, KindText},
	{OIDDate, "date", "date", 4, true, 'i', 'D', false, 'b', 0, OIDDateArray, KindDate},
	{OIDTime, "time", "time without time zone", 8, true, 'd', 'D', false, 'b', 0, OIDTimeArray, KindTime},
	{OIDTimestamp, "timestamp", "timestamp without time zone", 8, true, 'd', 'D', false, 'b', 0, OIDTimestampArray, KindTimestamp},
	{OIDTimestamptz, "timestamptz", "timestamp with time zone", 8, true, 'd', 'D', true, 'b', 0, OIDTimestamptzArray, KindTimestamptz},
	{OIDInterval, "interval", "interval", 16, false, 'd', 'T', true, 'b', 0, OIDIntervalArray, KindInterval},
	{OIDTimetz, "timetz", "time with time zone", 12, false, 'd', 'D', false, 'b', 0, OIDTimetzArray, KindTimetz},
	{OIDBit, "bit", "bit", -1, false, 'i', 'V', false, 'b', 0, OIDBitArray, KindBit},
	{OIDVarbit, "varbit", "bit varying", -1, false, 'i', 'V', true, 'b', 0, OIDVarbitArray, KindBit},
	{OIDNumeric, "numeric", "numeric", -1, false, 'i', 'N', false, 'b', 0, OIDNumericArray, KindNumeric},
	{OIDRefcursor, "refcursor", "refcursor", -1, false, 'i', 'U', false, 'b', 0, 0, KindText},
	{OIDRegprocedure, "regprocedure", "regprocedure", 4, true, 'i', 'N', false, 'b', 0, OIDRegprocedureArray, KindOID},
	{OIDRegoper, "regoper", "regoper", 4, true, 'i', 'N', false, 'b', 0, OIDRegoperArray, KindOID},
	{OIDRegoperator, "regoperator", "regoperator", 4, true, 'i', 'N', false, 'b', 0, OIDRegoperatorArray, KindOID},
	{OIDRegclass, "regclass", "regclass", 4, true, 'i', 'N', false, 'b', 0, OIDRegclassArray, KindOID},
	{OIDRegtype, "regtype", "regtype", 4, true, 'i', 'N', false, 'b', 0, OIDRegtypeArray, KindOID},
	{OIDRegrole, "regrole", "regrole", 4, true, 'i', 'N', false, 'b', 0, OIDRegroleArray, KindOID},
	{OIDRegnamespace, "regnamespace", "regnamespace", 4, true, 'i', 'N', false, 'b', 0, OIDRegnamespaceArray, KindOID},
	{OIDRegcollation, "regcollation", "regcollation", 4, true, 'i', 'N', false, 'b', 0, OIDRegcollationArray, KindOID},
	{OIDRegconfig, "regconfig", "regconfig", 4, true, 'i', 'N', false, 'b', 0, OIDRegconfigArray, KindOID},
	{OIDRegdict, "regdictionary", "regdictionary", 4, true, 'i', 'N', false, 'b', 0, OIDRegdictArray, KindOID},
	{OIDUUID, "uuid", "uuid", 16, false, 'c', 'U', false, 'b', 0, OIDUUIDArray, KindUUID},
	{OIDPgLSN, "pg_lsn", "pg_lsn", 8, true, 'd', 'U', false, 'b', 0, OIDPgLSNArray, KindPgLSN},
	{OIDTSVector, "tsvector", "tsvector", -1, false, 'i', 'U', false, 'b', 0, OIDTSVectorArray, KindTSVector},
	{OIDTSQuery, "tsquery", "tsquery", -1, false, 'i', 'U', false, 'b', 0, OIDTSQueryArray, KindTSQuery},
	{OIDJSONB, "jsonb", "jsonb", -1, false, 'i', 'U', false, 'b', 0, OIDJSONBArray, KindJSONB},
	{OIDJSONPath, "jsonpath", "jsonpath", -1, false, 'i', 'U', false, 'b', 0, OIDJSONPathArray, KindJSONPath},
	{OIDXID8, "xid8", "xid8", 8, true, 'd', 'U', false, 'b', 0, 0, KindInt8},

	{OIDRecord, "record", "record", -1, false, 'd', 'P', false, 'p', 0, OIDRecordArray, KindRecord},
	{OIDCstring, "cstring", "cstring", -2, false, 'c', 'P', false, 'p', 0, OIDCstringArray, KindText},
	{OIDAny, "any", "\"any\"", 4, true, 'i', 'P', false, 'p', 0, 0, KindPseudo},
	{OIDAnyArray, "anyarray", "anyarray", -1, false, 'd', 'P', false, 'p', 0, 0, KindPseudo},
	{OIDVoid, "void", "void", 4, true, 'i', 'P', false, 'p', 0, 0, KindVoid},
	{OIDTrigger, "trigger", "trigger", 4, true, 'i', 'P', false, 'p', 0, 0, KindPseudo},
	{OIDInternal, "internal", "internal", 8, true, 'd', 'P', false, 'p', 0, 0, KindPseudo},
	{OIDAnyElement, "anyelement", "anyelement", 4, true, 'i', 'P', false, 'p', 0, 0, KindPseudo},
	{OIDAnyNonArray, "anynonarray", "anynonarray", 4, true, 'i', 'P', false, 'p', 0, 0, KindPseudo},
	{OIDAnyEnum, "anyenum", "anyenum", 4, true, 'i', 'P', false, 'p', 0, 0, KindPseudo},
	{OIDAnyCompatible, "anycompatible", "anycompatible", 4, true, 'i', 'P', false, 'p', 0, 0, KindPseudo},
	{OIDAnyCompatibleArr, "anycompatiblearray", "anycompatiblearray", -1, false, 'd', 'P', false, 'p', 0, 0, KindPseudo},
	{OIDAnyRange, "anyrange", "anyrange", -1, false, 'd', 'P', false, 'p', 0, 0, KindPseudo},
	{OIDAnyMultirange, "anymultirange", "anymultirange", -1, false, 'd', 'P', false, 'p', 0, 0, KindPseudo},
	{OIDAnyCompatibleRange, "anycompatiblerange", "anycompatiblerange", -1, false, 'd', 'P', false, 'p', 0, 0, KindPseudo},
	{OIDAnyCompatibleMultirange, "anycompatiblemultirange", "anycompatiblemultirange", -1, false, 'd', 'P', false, 'p', 0, 0, KindPseudo},

	{OIDInt4Range, "int4range", "int4range", -1, false, 'i', 'R', false, 'r', 0, OIDInt4RangeArray, KindRange},
	{OIDNumRange, "numrange", "numrange", -1, false, 'i', 'R', false, 'r', 0, OIDNumRangeArray, KindRange},
	{OIDTSRange, "tsrange", "tsrange", -1, false, 'd', 'R', false, 'r', 0, OIDTSRangeArray, KindRange},
	{OIDTSTZRange, "tstzrange", "tstzrange", -1, false, 'd', 'R', false, 'r', 0, OIDTSTZRangeArray, KindRange},
	{OIDDateRange, "daterange", "daterange", -1, false, 'i', 'R', false, 'r', 0, OIDDateRangeArray, KindRange},
	{OIDInt8Range, "int8range", "int8range", -1, false, 'd', 'R', false, 'r', 0, OIDInt8RangeArray, KindRange},
	{OIDInt4Multirange, "int4multirange", "int4multirange", -1, false, 'i', 'R', false, 'm', 0, OIDInt4MultirangeArray, KindMultirange},
	{OIDNumMultirange, "nummultirange", "nummultirange", -1, false, 'i', 'R', false, 'm', 0, OIDNumMultirangeArray, KindMultirange},
	{OIDTSMultirange, "tsmultirange", "tsmultirange", -1, false, 'd', 'R', false, 'm', 0, OIDTSMultirangeArray, KindMultirange},
	{OIDTSTZMultirange, "tstzmultirange", "tstzmultirange", -1, false, 'd', 'R', false, 'm', 0, OIDTSTZMultirangeArray, KindMultirange},
	{OIDDateMultirange, "datemultirange", "datemultirange", -1, false, 'i', 'R', false, 'm', 0, OIDDateMultirangeArray, KindMultirange},
	{OIDInt8Multirange, "int8multirange", "int8multirange", -1, false, 'd', 'R', false, 'm', 0, OIDInt8MultirangeArray, KindMultirange},

	{OIDVector, "vector", "vector", -1, false, 'i', 'U', false, 'b', 0, OIDVectorArray, KindVector},
	{OIDHalfvec, "halfvec", "halfvec", -1, false, 'i', 'U', false, 'b', 0, OIDHalfvecArray, KindHalfvec},
	{OIDSparsevec, "sparsevec", "sparsevec", -1, false, 'i', 'U', false, 'b', 0, OIDSparsevecArray, KindSparsevec},
	{OIDCitext, "citext", "citext", -1, false, 'i', 'S', false, 'b', 0, OIDCitextArray, KindCitext},
	{OIDHstore, "hstore", "hstore", -1, false, 'i', 'U', false, 'b', 0, OIDHstoreArray, KindHstore},
}
