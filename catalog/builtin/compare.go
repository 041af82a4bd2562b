package builtin

import (
	"cmp"
	"strings"

	"synapse/catalog/types"
)

// ordering compares two non-NULL values: < 0, 0, > 0.
type ordering func(c *Call, a, b types.Value) (int, error)

// The six comparison operators as a test of an ordering's result.
var comparisonTests = map[string]func(int) bool{
	"=":  func(n int) bool { return n == 0 },
	"<>": func(n int) bool { return n != 0 },
	"<":  func(n int) bool { return n < 0 },
	"<=": func(n int) bool { return n <= 0 },
	">":  func(n int) bool { return n > 0 },
	">=": func(n int) bool { return n >= 0 },
}

// Every comparison operator of PostgreSQL gets its body from the two operand types.
func init() {
	done := map[string]bool{}
	byOID := map[string]string{}
	for key, f := range signatures.functions {
		byOID[f[0]] = key
	}
	for _, op := range signatures.compares {
		order := orderingOf(typeOID(op[2]), typeOID(op[3]))
		key, known := byOID[op[5]]
		if order == nil || !known || done[key] {
			continue
		}
		done[key] = true
		add(key, comparisonBody(order, comparisonTests[op[1]]))
	}
	for _, key := range []string{"btint2cmp(int2,int2)", "btint4cmp(int4,int4)", "btint8cmp(int8,int8)", "btfloat8cmp(float8,float8)", "bttextcmp(text,text)", "timestamp_cmp(timestamp,timestamp)", "date_cmp(date,date)", "numeric_cmp(numeric,numeric)", "uuid_cmp(uuid,uuid)", "byteacmp(bytea,bytea)", "jsonb_cmp(jsonb,jsonb)", "btarraycmp(anyarray,anyarray)", "interval_cmp(interval,interval)", "range_cmp(anyrange,anyrange)", "multirange_cmp(anymultirange,anymultirange)", "tsvector_cmp(tsvector,tsvector)", "tsquery_cmp(tsquery,tsquery)"} {
		fn := declared(key)
		order := orderingOf(fn.Args[0], fn.Args[1])
		add(key, func(c *Call, a []types.Value) (types.Value, error) {
			n, err := order(c, a[0], a[1])
			return types.NewInt(int64(n)), err
		})
	}
	registerTextPattern()
}

func comparisonBody(order ordering, test func(int) bool) body {
	return func(c *Call, a []types.Value) (types.Value, error) {
		n, err := order(c, a[0], a[1])
		if err != nil {
			return types.Null, err
		}
		return types.NewBool(test(n)), nil
	}
}

// orderBody is the three-way comparison: negative, 0 or positive.
func orderBody(order ordering) body {
	return func(c *Call, a []types.Value) (types.Value, error) {
		n, err := order(c, a[0], a[1])
		return types.NewInt(int64(n)), err
	}
}

// orderingOf chooses how values of two types compare; nil where they do not.
func orderingOf(left, right types.OID) ordering {
	l, r := types.Of(left).Kind(), types.Of(right).Kind()
	switch {
	case left == types.OIDAnyEnum:
		return func(_ *Call, a, b types.Value) (int, error) { return cmp.Compare(a.Int(), b.Int()), nil }
	case left == types.OIDAnyArray, left == types.OIDRecord, left == types.OIDAnyRange, left == types.OIDAnyMultirange:
		return func(c *Call, a, b types.Value) (int, error) { return types.Compare(c.Args[0], a, b), nil }
	case isFloatKind(l) && isFloatKind(r):
		return func(_ *Call, a, b types.Value) (int, error) { return types.CompareFloat(a.Float(), b.Float()), nil }
	case isDayKind(l) && isDayKind(r) && l != r:
		return func(c *Call, a, b types.Value) (int, error) {
			left, err := toInstant(c.Env, l, r, a.Int())
			if err != nil {
				return 0, err
			}
			right, err := toInstant(c.Env, r, l, b.Int())
			return cmp.Compare(left, right), err
		}
	case l.Fixed() && r.Fixed():
		return func(_ *Call, a, b types.Value) (int, error) { return cmp.Compare(a.Int(), b.Int()), nil }
	case left != right && (isTextKind(l) && isTextKind(r)):
		return func(_ *Call, a, b types.Value) (int, error) { return strings.Compare(a.Str(), b.Str()), nil }
	case left == right && isOrderedKind(l):
		order := types.CompareFunc(types.Of(left))
		return func(_ *Call, a, b types.Value) (int, error) { return order(a, b), nil }
	}
	return nil
}

func isFloatKind(k types.Kind) bool { return k == types.KindFloat4 || k == types.KindFloat8 }

func isDayKind(k types.Kind) bool {
	return k == types.KindDate || k == types.KindTimestamp || k == types.KindTimestamptz
}

func isTextKind(k types.Kind) bool { return k == types.KindText || k == types.KindName }

// isOrderedKind lists the variable-class types that have a btree ordering here.
func isOrderedKind(k types.Kind) bool {
	switch k {
	case types.KindText, types.KindBpchar, types.KindName, types.KindBytea, types.KindUUID, types.KindInterval,
		types.KindTimetz, types.KindNumeric, types.KindJSONB, types.KindArray, types.KindVector, types.KindHalfvec, types.KindSparsevec, types.KindCitext,
		types.KindBit, types.KindInet, types.KindMacaddr, types.KindTID, types.KindPgLSN, types.KindTSVector, types.KindTSQuery:
		return true
	}
	return false
}

// toInstant widens a date to a timestamp, and what has no zone to timestamptz
// where the other side is one.
func toInstant(env *Env, k, other types.Kind, n int64) (int64, error) {
	if k == types.KindDate {
		n = dateToTimestamp(n)
	}
	if other != types.KindTimestamptz || k == types.KindTimestamptz || !isFiniteInstant(n) {
		return n, nil
	}
	return types.LocalToTimestamp(n, env.Format.Zone)
}

// registerTextPattern adds the operators that compare text bytewise (~<~ and its kin).
func registerTextPattern() {
	tests := map[string]string{"lt": "<", "le": "<=", "ge": ">=", "gt": ">"}
	for _, name := range []string{"lt", "le", "ge", "gt"} {
		test := comparisonTests[tests[name]]
		eval := strBool(func(a, b string) bool { return test(strings.Compare(a, b)) })
		add("text_pattern_"+name+"(text,text)", eval)
		trimmed := strBool(func(a, b string) bool { return test(strings.Compare(trimBlanks(a), trimBlanks(b))) })
		add("bpchar_pattern_"+name+"(bpchar,bpchar)", trimmed)
	}
}

func trimBlanks(s string) string { return strings.TrimRight(s, " ") }
