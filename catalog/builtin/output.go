package builtin

import (
	"strconv"

	"synapse/catalog/types"
)

// textOf writes a value as its type's output function does.
func textOf(env *Env, t types.Type, v types.Value) string {
	return types.FormatText(t, v, env.Format)
}

// castText writes a value as its cast to text does, which differs for boolean only.
func castText(env *Env, t types.Type, v types.Value) string {
	if t.OID == types.OIDBool {
		return strconv.FormatBool(v.Bool())
	}
	return textOf(env, t, v)
}
