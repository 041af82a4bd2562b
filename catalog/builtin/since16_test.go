package builtin

import (
	"math/rand/v2"
	"testing"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

func TestArraySample(t *testing.T) {
	call := testCall()
	call.Args = typesOf(t, "_int4 int4")
	call.Random = rand.New(rand.NewPCG(1, 2))
	array, err := types.ParseText(types.Int4Array, "{{1,2},{3,4},{5,6}}", types.DefaultFormat)
	if err != nil {
		t.Fatal(err)
	}
	v, err := FunctionFor("array_sample", types.OIDAnyArray, types.OIDInt4).Eval(call, []types.Value{array, types.NewInt(2)})
	if err != nil {
		t.Fatal(err)
	}
	a, err := types.DecodeArray(types.Int4Array, v)
	if err != nil || len(a.Dims) != 2 || a.Dims[0] != 2 || a.Dims[1] != 2 || a.Values[1].Int() != a.Values[0].Int()+1 {
		t.Errorf("sample of two rows: %+v, %v", a, err)
	}
	_, err = FunctionFor("array_sample", types.OIDAnyArray, types.OIDInt4).Eval(call, []types.Value{array, types.NewInt(4)})
	if !sqlerr.Is(err, sqlerr.InvalidParameterValue) {
		t.Errorf("too large a sample: %v", err)
	}
}

func TestSetSeedRepeats(t *testing.T) {
	call := testCall()
	call.Random = rand.New(rand.NewPCG(1, 2))
	draw := func() float64 {
		if _, err := setSeed(call, []types.Value{types.NewFloat(0.5)}); err != nil {
			t.Fatal(err)
		}
		v, err := random(call, nil)
		if err != nil {
			t.Fatal(err)
		}
		return v.Float()
	}
	if a, b := draw(), draw(); a != b {
		t.Errorf("random() after the same seed: %v and %v", a, b)
	}
	if _, err := setSeed(call, []types.Value{types.NewFloat(2)}); !sqlerr.Is(err, sqlerr.InvalidParameterValue) {
		t.Errorf("setseed(2): %v", err)
	}
}
