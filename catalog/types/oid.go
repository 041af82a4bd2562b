package types

// OID is PostgreSQL's object identifier.
type OID uint32

// OIDs of PostgreSQL's built-in types (pg_type.dat) and, from 16385 on, of the
// extension types whose OIDs a PostgreSQL would assign at CREATE EXTENSION.
const (
	OIDBool        OID = 16
	OIDBytea       OID = 17
	OIDChar        OID = 18 // "char"
	OIDName        OID = 19
	OIDInt8        OID = 20
	OIDInt2        OID = 21
	OIDInt2Vector  OID = 22
	OIDInt4        OID = 23
	OIDRegproc     OID = 24
	OIDText        OID = 25
	OIDOID         OID = 26
	OIDTID         OID = 27
	OIDXID         OID = 28
	OIDCID         OID = 29
	OIDOIDVector   OID = 30
	OIDJSON        OID = 114
	OIDXML         OID = 142
	OIDPgNodeTree  OID = 194
	OIDFloat4      OID = 700
	OIDFloat8      OID = 701
	OIDUnknown     OID = 705
	OIDMoney       OID = 790
	OIDMacaddr     OID = 829
	OIDInet        OID = 869
	OIDCidr        OID = 650
	OIDACLItem     OID = 1033
	OIDBpchar      OID = 1042
	OIDVarchar     OID = 1043
	OIDDate        OID = 1082
	OIDTime        OID = 1083
	OIDTimestamp   OID = 1114
	OIDTimestamptz OID = 1184
	OIDInterval    OID = 1186
	OIDTimetz      OID = 1266
	OIDBit         OID = 1560
	OIDVarbit      OID = 1562
	OIDNumeric     OID = 1700
	OIDRefcursor   OID = 1790

	OIDRegprocedure OID = 2202
	OIDRegoper      OID = 2203
	OIDRegoperator  OID = 2204
	OIDRegclass     OID = 2205
	OIDRegtype      OID = 2206
	OIDRegrole      OID = 4096
	OIDRegnamespace OID = 4089
	OIDRegcollation OID = 4191
	OIDRegconfig    OID = 3734
	OIDRegdict      OID = 3769

	OIDRecord            OID = 2249
	OIDCstring           OID = 2275
	OIDAny               OID = 2276
	OIDAnyArray          OID = 2277
	OIDVoid              OID = 2278
	OIDTrigger           OID = 2279
	OIDInternal          OID = 2281
	OIDAnyElement        OID = 2283
	OIDAnyNonArray       OID = 2776
	OIDUUID              OID = 2950
	OIDPgLSN             OID = 3220
	OIDAnyEnum           OID = 3500
	OIDTSVector          OID = 3614
	OIDTSQuery           OID = 3615
	OIDJSONB             OID = 3802
	OIDJSONPath          OID = 4072
	OIDAnyCompatible     OID = 5077
	OIDAnyCompatibleArr  OID = 5078
	OIDXID8              OID = 5069
	OIDPgSnapshot        OID = 5038
	OIDRecordArray       OID = 2287
	OIDCstringArray      OID = 1263
	OIDBoolArray         OID = 1000
	OIDByteaArray        OID = 1001
	OIDCharArray         OID = 1002
	OIDNameArray         OID = 1003
	OIDInt2Array         OID = 1005
	OIDInt2VectorArray   OID = 1006
	OIDInt4Array         OID = 1007
	OIDRegprocArray      OID = 1008
	OIDTextArray         OID = 1009
	OIDTIDArray          OID = 1010
	OIDXIDArray          OID = 1011
	OIDCIDArray          OID = 1012
	OIDOIDVectorArray    OID = 1013
	OIDBpcharArray       OID = 1014
	OIDVarcharArray      OID = 1015
	OIDInt8Array         OID = 1016
	OIDFloat4Array       OID = 1021
	OIDFloat8Array       OID = 1022
	OIDOIDArray          OID = 1028
	OIDACLItemArray      OID = 1034
	OIDTimestampArray    OID = 1115
	OIDDateArray         OID = 1182
	OIDTimeArray         OID = 1183
	OIDTimestamptzArray  OID = 1185
	OIDIntervalArray     OID = 1187
	OIDNumericArray      OID = 1231
	OIDTimetzArray       OID = 1270
	OIDBitArray          OID = 1561
	OIDVarbitArray       OID = 1563
	OIDInetArray         OID = 1041
	OIDCidrArray         OID = 651
	OIDMacaddrArray      OID = 1040
	OIDJSONArray         OID = 199
	OIDXMLArray          OID = 143
	OIDUUIDArray         OID = 2951
	OIDRegclassArray     OID = 2210
	OIDRegtypeArray      OID = 2211
	OIDRegprocedureArray OID = 2207
	OIDRegroleArray      OID = 4097
	OIDRegnamespaceArray OID = 4090
	OIDRegoperArray      OID = 2208
	OIDRegoperatorArray  OID = 2209
	OIDRegcollationArray OID = 4192
	OIDRegconfigArray    OID = 3735
	OIDRegdictArray      OID = 3770
	OIDJSONBArray        OID = 3807
	OIDJSONPathArray     OID = 4073
	OIDTSVectorArray     OID = 3643
	OIDTSQueryArray      OID = 3645
	OIDPgLSNArray        OID = 3221

	OIDVector         OID = 16385
	OIDVectorArray    OID = 16386
	OIDHalfvec        OID = 16387
	OIDHalfvecArray   OID = 16388
	OIDSparsevec      OID = 16389
	OIDSparsevecArray OID = 16390
	OIDCitext         OID = 16391
	OIDCitextArray    OID = 16392

	// FirstUserOID is the first OID given to objects that users create.
	FirstUserOID OID = 16500
)
