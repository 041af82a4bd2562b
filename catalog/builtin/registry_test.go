package builtin

import (
	"fmt"
	"strings"
	"testing"

	"synapse/catalog/types"
)

// TestRegistry checks what every entry must keep: unique OIDs and signatures,
// a body of the right kind, known types.
func TestRegistry(t *testing.T) {
	oids, signatures := map[types.OID]string{}, map[string]bool{}
	for _, f := range AllFunctions() {
		key := fmt.Sprint(f.Name, f.Args)
		if signatures[key] {
			t.Errorf("%s is registered twice", key)
		}
		signatures[key] = true
		if other, ok := oids[f.OID]; ok {
			t.Errorf("%s and %s have OID %d", key, other, f.OID)
		}
		oids[f.OID] = key
		bodies := map[Kind]bool{Scalar: f.Eval != nil, Aggregate: f.NewAggregate != nil || f.Hypothetical != nil, Window: f.NewWindow != nil, SetReturning: f.Rows != nil}
		if !bodies[f.Kind] {
			t.Errorf("%s has no body of its kind", key)
		}
		for _, a := range append([]types.OID{f.Ret}, f.Args...) {
			if types.Lookup(a) == nil {
				t.Errorf("%s has an unknown type %d", key, a)
			}
		}
		if f.ArgNames != nil && len(f.ArgNames) != len(f.Args) {
			t.Errorf("%s has %d argument names", key, len(f.ArgNames))
		}
		if len(f.Defaults) > len(f.Args) {
			t.Errorf("%s has too many defaults", key)
		}
		if FunctionByOID(f.OID) != f {
			t.Errorf("%s is not found by OID", key)
		}
	}
}

func TestOperatorRegistry(t *testing.T) {
	oids, signatures := map[types.OID]bool{}, map[string]bool{}
	for _, o := range AllOperators() {
		key := fmt.Sprint(o.Name, " ", o.Left, " ", o.Right)
		if signatures[key] || oids[o.OID] {
			t.Errorf("operator %s is registered twice", key)
		}
		signatures[key], oids[o.OID] = true, true
		want := 2
		if o.Left == 0 {
			want = 1
		}
		if len(o.Fn.Args) != want || o.Fn.Ret != o.Ret && o.Fn.Ret != types.OIDAnyArray {
			t.Errorf("operator %s does not fit its function %s%v", key, o.Fn.Name, o.Fn.Args)
		}
		if o.Commutator != "" && OperatorFor(o.Commutator, o.Right, o.Left) == nil {
			t.Errorf("operator %s has no commutator %s", key, o.Commutator)
		}
		if o.Negator != "" && OperatorFor(o.Negator, o.Left, o.Right) == nil {
			t.Errorf("operator %s has no negator %s", key, o.Negator)
		}
	}
}

func TestCastRegistry(t *testing.T) {
	seen := map[[2]types.OID]bool{}
	for _, c := range AllCasts() {
		key := [2]types.OID{c.From, c.To}
		if seen[key] {
			t.Errorf("cast %v is registered twice", key)
		}
		seen[key] = true
		// The result may need relabelling only (text to varchar, oid to regclass).
		if c.Fn != nil && types.Of(c.Fn.Ret).Fixed() != types.Of(c.To).Fixed() {
			t.Errorf("cast %v has a function that returns %d", key, c.Fn.Ret)
		}
	}
	for _, c := range []struct {
		from, to types.OID
		context  CastContext
	}{
		{types.OIDVector, types.OIDFloat4Array, CastImplicit},
		{types.OIDFloat8Array, types.OIDVector, CastAssignment},
		{types.OIDNumericArray, types.OIDVector, CastAssignment},
		{types.OIDInt4Array, types.OIDHalfvec, CastAssignment},
		{types.OIDVector, types.OIDHalfvec, CastImplicit},
		{types.OIDHalfvec, types.OIDVector, CastAssignment},
		{types.OIDInt4, types.OIDInt8, CastImplicit},
		{types.OIDInt8, types.OIDInt4, CastAssignment},
		{types.OIDText, types.OIDVarchar, CastImplicit},
	} {
		if cast := FindCast(c.from, c.to); cast == nil || cast.Context != c.context {
			t.Errorf("cast %d to %d: %+v, want context %c", c.from, c.to, cast, c.context)
		}
	}
}

// TestTypesHaveEquality looks every ordered type up as the planner does.
func TestTypesHaveEquality(t *testing.T) {
	for _, name := range strings.Fields("bool int2 int4 int8 float4 float8 numeric text varchar bpchar name char oid regclass date time timetz timestamp timestamptz interval bytea uuid jsonb _int4 _text record vector halfvec bit inet citext") {
		oid := typeOID(name)
		if Equality(oid) == nil || Less(oid) == nil {
			t.Errorf("%s lacks = or <", name)
		}
	}
}
