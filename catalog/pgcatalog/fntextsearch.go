package pgcatalog

import (
	_ "embed"
	"strconv"
	"strings"

	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// tokenTypes are the kinds of token of PostgreSQL's one text search parser:
// number, alias, description.
//
//go:embed tokentypes.tsv
var tokenTypes string

// defaultParserOID is the OID of the parser "default".
const defaultParserOID = 3722

func init() {
	builtin.BindSet("ts_token_type(oid)", func(_ *builtin.Call, a []types.Value, yield func([]types.Value) error) error {
		if a[0].Int() != defaultParserOID {
			return sqlerr.Internal("cache lookup failed for text search parser %d", a[0].Int())
		}
		return yieldTokenTypes(yield)
	})
	builtin.BindSet("ts_token_type(text)", func(_ *builtin.Call, a []types.Value, yield func([]types.Value) error) error {
		if name := a[0].Str(); name != "default" && name != "pg_catalog.default" && name != `pg_catalog."default"` {
			return sqlerr.New(sqlerr.UndefinedObject, "text search parser \"%s\" does not exist", name)
		}
		return yieldTokenTypes(yield)
	})
	builtin.BindSet("pg_options_to_table(_text)", optionsToTable)
}

func yieldTokenTypes(yield func([]types.Value) error) error {
	for line := range strings.Lines(tokenTypes) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		n, err := strconv.Atoi(f[0])
		if err != nil {
			return err
		}
		if err := yield([]types.Value{types.NewInt(int64(n)), types.NewString(f[1]), types.NewString(f[2])}); err != nil {
			return err
		}
	}
	return nil
}

// optionsToTable splits options at their first "="; one without has no value.
func optionsToTable(_ *builtin.Call, a []types.Value, yield func([]types.Value) error) error {
	list, err := types.DecodeArray(types.TextArray, a[0])
	if err != nil {
		return err
	}
	for _, v := range list.Values {
		name, value, found := strings.Cut(v.Str(), "=")
		second := types.Null
		if found {
			second = types.NewString(value)
		}
		if err := yield([]types.Value{types.NewString(name), second}); err != nil {
			return err
		}
	}
	return nil
}
