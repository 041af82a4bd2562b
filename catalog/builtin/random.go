package builtin

import (
	"math"
	"math/rand/v2"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

func random(c *Call, _ []types.Value) (types.Value, error) {
	if c.Random != nil {
		return types.NewFloat(c.Random.Float64()), nil
	}
	return types.NewFloat(rand.Float64()), nil
}

// setSeed makes the session's random() repeatable.
func setSeed(c *Call, a []types.Value) (types.Value, error) {
	seed := a[0].Float()
	if math.IsNaN(seed) || seed < -1 || seed > 1 {
		return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "setseed parameter %v is out of allowed range [-1,1]", seed)
	}
	if c.Random == nil {
		return types.Null, sqlerr.Unsupported("setseed", "")
	}
	*c.Random = *rand.New(rand.NewPCG(math.Float64bits(seed), 0))
	return types.NewString(""), nil
}
