package ddl

import (
	"slices"
	"strconv"
	"strings"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/planner/ast"
)

// vectorDimensionsMax is what one index holds, as vecindex allows.
const vectorDimensionsMax = 16000

// opclass checks the operator class of a key and returns the name to keep:
// empty for the default of btree, hash and gin.
func opclass(m catalog.Method, t types.Type, e *ast.IndexElem) (string, error) {
	name := ""
	if len(e.OpClass) > 0 {
		name = e.OpClass[len(e.OpClass)-1]
	}
	switch m {
	case catalog.HNSW, catalog.IVFFlat:
		return vectorOpclass(m, t, name)
	case catalog.GIN:
		return ginOpclass(t, name)
	case catalog.GiST, catalog.SPGiST:
		return gistOpclass(m, t, name)
	case catalog.BM25:
		if in := types.Lookup(t.OID); in == nil || in.Category != 'S' {
			return "", noDefaultOpclass(t, m)
		}
		if name != "" && name != "text_ops" {
			return "", noOpclass(name, m)
		}
		return "", nil
	}
	if name == "" {
		return "", hasBTree(t)
	}
	return scalarOpclass(m, t, name)
}

// gistClasses are the operator classes of gist and spgist for types that btree has too:
// those of PostgreSQL and those of btree_gist. The name of the type's default comes first.
var gistClasses = map[catalog.Method]map[types.Kind][]string{
	catalog.GiST: {
		types.KindRange: {"range_ops"}, types.KindMultirange: {"multirange_ops"}, types.KindHstore: {"gist_hstore_ops"}, types.KindInet: {"gist_inet_ops", "inet_ops", "gist_cidr_ops"},
		types.KindInt2: {"gist_int2_ops"}, types.KindInt4: {"gist_int4_ops"}, types.KindInt8: {"gist_int8_ops"}, types.KindOID: {"gist_oid_ops"},
		types.KindFloat4: {"gist_float4_ops"}, types.KindFloat8: {"gist_float8_ops"}, types.KindNumeric: {"gist_numeric_ops"},
		types.KindText: {"gist_text_ops", "gist_trgm_ops"}, types.KindBpchar: {"gist_bpchar_ops"}, types.KindBytea: {"gist_bytea_ops"},
		types.KindDate: {"gist_date_ops"}, types.KindTime: {"gist_time_ops"}, types.KindTimetz: {"gist_timetz_ops"},
		types.KindTimestamp: {"gist_timestamp_ops"}, types.KindTimestamptz: {"gist_timestamptz_ops"}, types.KindInterval: {"gist_interval_ops"},
		types.KindUUID: {"gist_uuid_ops"}, types.KindMacaddr: {"gist_macaddr_ops"}, types.KindBit: {"gist_bit_ops", "gist_vbit_ops"},
		types.KindBool: {"gist_bool_ops"}, types.KindEnum: {"gist_enum_ops"}, types.KindTSVector: {"tsvector_ops"},
	},
	catalog.SPGiST: {
		types.KindRange: {"range_ops"}, types.KindText: {"text_ops"}, types.KindInet: {"inet_ops"},
	},
}

// gistOpclass checks a class of gist or spgist.
func gistOpclass(m catalog.Method, t types.Type, name string) (string, error) {
	list := gistClasses[m][t.Base().Kind()]
	switch {
	case name == "" && len(list) == 0:
		return "", noDefaultOpclass(t, m)
	case name == "":
		return "", nil
	case slices.Contains(list, name):
		return name, nil
	}
	for _, other := range gistClasses[m] {
		if slices.Contains(other, name) {
			return "", wrongOpclass(name, t)
		}
	}
	return "", noOpclass(name, m)
}

func noOpclass(name string, m catalog.Method) error {
	return sqlerr.New(sqlerr.UndefinedObject, "operator class \"%s\" does not exist for access method \"%s\"", name, m)
}

func noDefaultOpclass(t types.Type, m catalog.Method) error {
	return sqlerr.New(sqlerr.UndefinedObject, "data type %s has no default operator class for access method \"%s\"", sqlName(t), m).
		WithHint("You must specify an operator class for the index or define a default operator class for the data type.")
}

func wrongOpclass(name string, t types.Type) error {
	return sqlerr.New(sqlerr.DatatypeMismatch, "operator class \"%s\" does not accept data type %s", name, sqlName(t))
}

// hasBTree is 42704 for a type without an order.
func hasBTree(t types.Type) error {
	if e := t.Elem(); e.OID != 0 {
		if hasBTree(e) == nil {
			return nil
		}
		return noDefaultOpclass(t, catalog.BTree)
	}
	if builtin.Less(t.OID) == nil {
		return noDefaultOpclass(t, catalog.BTree)
	}
	return nil
}

// scalarTypes are the types that an operator class of btree or hash takes, by
// the part of its name before _ops.
var scalarTypes = map[string][]types.OID{
	"int2": {types.OIDInt2}, "int4": {types.OIDInt4}, "int8": {types.OIDInt8}, "float4": {types.OIDFloat4}, "float8": {types.OIDFloat8},
	"numeric": {types.OIDNumeric}, "bool": {types.OIDBool}, "bytea": {types.OIDBytea}, "uuid": {types.OIDUUID}, "date": {types.OIDDate},
	"time": {types.OIDTime}, "timetz": {types.OIDTimetz}, "timestamp": {types.OIDTimestamp}, "timestamptz": {types.OIDTimestamptz},
	"interval": {types.OIDInterval}, "oid": {types.OIDOID}, "name": {types.OIDName}, "char": {types.OIDChar}, "jsonb": {types.OIDJSONB},
	"text": {types.OIDText, types.OIDVarchar}, "varchar": {types.OIDText, types.OIDVarchar}, "bpchar": {types.OIDBpchar},
	"text_pattern": {types.OIDText, types.OIDVarchar}, "varchar_pattern": {types.OIDText, types.OIDVarchar}, "bpchar_pattern": {types.OIDBpchar},
	"bit": {types.OIDBit}, "varbit": {types.OIDVarbit}, "inet": {types.OIDInet}, "cidr": {types.OIDInet}, "vector": {types.OIDVector},
	"halfvec": {types.OIDHalfvec}, "citext": {types.OIDCitext}, "btree_hstore": {types.OIDHstore}, "hash_hstore": {types.OIDHstore},
}

// scalarOpclass checks a class named for btree or hash. Text compares by bytes,
// so that the pattern classes order as the default ones do.
func scalarOpclass(m catalog.Method, t types.Type, name string) (string, error) {
	base, ok := strings.CutSuffix(name, "_ops")
	if ok && base == "array" {
		if t.Elem().OID == 0 {
			return "", wrongOpclass(name, t)
		}
		return "", hasBTree(t)
	}
	accepted := scalarTypes[base]
	if !ok || accepted == nil {
		return "", noOpclass(name, m)
	}
	for _, oid := range accepted {
		if t.OID != oid {
			continue
		}
		if strings.HasSuffix(base, "_pattern") {
			return name, nil
		}
		return "", nil
	}
	return "", wrongOpclass(name, t)
}

func ginOpclass(t types.Type, name string) (string, error) {
	array, jsonb, vector := t.Elem().OID != 0, t.OID == types.OIDJSONB, t.OID == types.OIDTSVector
	switch name {
	case "":
		if !array && !jsonb && t.Base().OID != types.OIDHstore && !vector {
			return "", noDefaultOpclass(t, catalog.GIN)
		}
		return "", nil
	case "tsvector_ops":
		if !vector {
			return "", wrongOpclass(name, t)
		}
		return "", nil
	case "array_ops":
		if !array {
			return "", wrongOpclass(name, t)
		}
		return "", nil
	case "jsonb_ops", "jsonb_path_ops":
		if !jsonb {
			return "", wrongOpclass(name, t)
		}
		if name == "jsonb_ops" {
			return "", nil
		}
		return name, nil
	case "gin_hstore_ops":
		if t.Base().OID != types.OIDHstore {
			return "", wrongOpclass(name, t)
		}
		return "", nil
	case "gin_trgm_ops":
		if t.Base().Kind() != types.KindText {
			return "", wrongOpclass(name, t)
		}
		return name, nil
	}
	return "", noOpclass(name, catalog.GIN)
}

// vectorMetrics are pgvector's operator classes without the type in front.
var vectorMetrics = map[string]bool{"l2_ops": true, "ip_ops": true, "cosine_ops": true, "l1_ops": true}

func vectorOpclass(m catalog.Method, t types.Type, name string) (string, error) {
	prefix := ""
	switch t.OID {
	case types.OIDVector:
		prefix = "vector"
	case types.OIDHalfvec:
		prefix = "halfvec"
	case types.OIDSparsevec, types.OIDBit:
		return "", sqlerr.Unsupported("an index over "+sqlName(t), "Index a vector or halfvec column; other types are searched without an index.")
	default:
		return "", noDefaultOpclass(t, m)
	}
	if name == "" {
		if m == catalog.HNSW {
			return "", noDefaultOpclass(t, m)
		}
		return prefix + "_l2_ops", nil
	}
	kind, metric, ok := strings.Cut(name, "_")
	if !ok || !vectorMetrics[metric] || m == catalog.IVFFlat && metric == "l1_ops" {
		return "", noOpclass(name, m)
	}
	if kind != prefix {
		if kind != "vector" && kind != "halfvec" {
			return "", noOpclass(name, m)
		}
		return "", wrongOpclass(name, t)
	}
	return name, nil
}

// vectorKey checks the dimensions of a vector index's key.
func vectorKey(m catalog.Method, t types.Type) error {
	if t.Mod <= 0 {
		return sqlerr.New(sqlerr.InvalidParameterValue, "column does not have dimensions")
	}
	if t.Mod > vectorDimensionsMax {
		return sqlerr.New(sqlerr.ProgramLimitExceeded, "column cannot have more than %d dimensions for %s index", vectorDimensionsMax, m)
	}
	return nil
}

// indexOption says what a storage parameter of an index may be.
type indexOption struct {
	low, high float64
	whole     bool
	words     []string
}

// indexParameters are the storage parameters of each method; those of
// PostgreSQL that mean nothing here are kept as written.
var indexParameters = map[catalog.Method]map[string]indexOption{
	catalog.BTree:   {"fillfactor": {low: 10, high: 100, whole: true}, "deduplicate_items": {words: boolWords}},
	catalog.Hash:    {"fillfactor": {low: 10, high: 100, whole: true}},
	catalog.GIN:     {"fastupdate": {words: boolWords}, "gin_pending_list_limit": {low: 64, high: 2147483647, whole: true}},
	catalog.GiST:    {"fillfactor": {low: 10, high: 100, whole: true}, "buffering": {words: []string{"on", "off", "auto"}}},
	catalog.SPGiST:  {"fillfactor": {low: 10, high: 100, whole: true}},
	catalog.HNSW:    {"m": {low: 2, high: 100, whole: true}, "ef_construction": {low: 4, high: 1000, whole: true}},
	catalog.IVFFlat: {"lists": {low: 1, high: 32768, whole: true}},
	catalog.BM25:    {"analyzer": {}, "k1": {low: 0, high: 10}, "b": {low: 0, high: 1}},
}

var boolWords = []string{"true", "false", "on", "off", "1", "0"}

// indexOptions checks WITH (…).
func indexOptions(m catalog.Method, list []*ast.Option) (map[string]string, error) {
	var out map[string]string
	for _, o := range list {
		p, ok := indexParameters[m][o.Name]
		if !ok || o.Namespace != "" {
			return nil, sqlerr.New(sqlerr.InvalidParameterValue, "unrecognized parameter \"%s\"", o.Name)
		}
		value := o.Text()
		if !o.HasValue() {
			value = "true"
		}
		if err := p.check(o.Name, value); err != nil {
			return nil, err
		}
		if out == nil {
			out = map[string]string{}
		}
		if _, twice := out[o.Name]; twice {
			return nil, sqlerr.New(sqlerr.InvalidParameterValue, "parameter \"%s\" specified more than once", o.Name)
		}
		out[o.Name] = value
	}
	if out["m"] != "" || out["ef_construction"] != "" {
		m, ef := 16, 64
		if s := out["m"]; s != "" {
			m, _ = strconv.Atoi(s)
		}
		if s := out["ef_construction"]; s != "" {
			ef, _ = strconv.Atoi(s)
		}
		if ef < 2*m {
			return nil, sqlerr.New(sqlerr.InvalidParameterValue, "ef_construction must be greater than or equal to 2 * m")
		}
	}
	return out, nil
}

func (p *indexOption) check(name, value string) error {
	if p.words != nil {
		for _, w := range p.words {
			if strings.EqualFold(w, value) {
				return nil
			}
		}
		return sqlerr.New(sqlerr.InvalidParameterValue, "invalid value for boolean option \"%s\": %s", name, value)
	}
	if p.high == 0 {
		return nil
	}
	if p.whole {
		if _, err := strconv.Atoi(value); err != nil {
			return sqlerr.New(sqlerr.InvalidParameterValue, "invalid value for integer option \"%s\": %s", name, value)
		}
	}
	n, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return sqlerr.New(sqlerr.InvalidParameterValue, "invalid value for floating point option \"%s\": %s", name, value)
	}
	if !(n >= p.low && n <= p.high) {
		return sqlerr.New(sqlerr.InvalidParameterValue, "value %s out of bounds for option \"%s\"", value, name).
			WithDetail("Valid values are between \"%g\" and \"%g\".", p.low, p.high)
	}
	return nil
}
