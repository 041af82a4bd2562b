package pgcatalog

import (
	"strings"

	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/textsearch"
	"synapse/catalog/types"
)

// Functions that show how text search reads a text, and pg_options_to_table.

// defaultParserOID is the OID of the parser "default".
const defaultParserOID = 3722

func init() {
	byParser("ts_token_type", "", func(_ []types.Value, yield func([]types.Value) error) error {
		for t := textsearch.AsciiWord; t <= textsearch.Entity; t++ {
			if err := yield([]types.Value{types.NewInt(int64(t)), types.NewString(t.Alias()), types.NewString(t.Description())}); err != nil {
				return err
			}
		}
		return nil
	})
	byParser("ts_parse", ",text", func(a []types.Value, yield func([]types.Value) error) (err error) {
		textsearch.Parse(a[1].Str(), func(t textsearch.Token) bool {
			err = yield([]types.Value{types.NewInt(int64(t.Type)), types.NewString(t.Text)})
			return err == nil
		})
		return err
	})
	builtin.Bind("ts_lexize(regdictionary,text)", func(_ *builtin.Call, a []types.Value) (types.Value, error) {
		d, err := textsearch.DictionaryByOID(types.OID(a[0].Int()))
		if err != nil {
			return types.Null, err
		}
		return lexemeArray(d.Lexize(a[1].Str())), nil
	})
	builtin.BindSet("ts_debug(regconfig,text)", func(_ *builtin.Call, a []types.Value, yield func([]types.Value) error) error {
		return debugTokens(types.OID(a[0].Int()), a[1].Str(), yield)
	})
	builtin.BindSet("ts_debug(text)", func(c *builtin.Call, a []types.Value, yield func([]types.Value) error) error {
		return debugTokens(defaultConfig(c), a[0].Str(), yield)
	})
	builtin.BindSet("pg_options_to_table(_text)", optionsToTable)
}

// byParser binds a set-returning function whose first argument is the parser, by OID and by name.
func byParser(name, args string, rows func(a []types.Value, yield func([]types.Value) error) error) {
	builtin.BindSet(name+"(oid"+args+")", func(_ *builtin.Call, a []types.Value, yield func([]types.Value) error) error {
		if a[0].Int() != defaultParserOID {
			return sqlerr.Internal("cache lookup failed for text search parser %d", a[0].Int())
		}
		return rows(a, yield)
	})
	builtin.BindSet(name+"(text"+args+")", func(_ *builtin.Call, a []types.Value, yield func([]types.Value) error) error {
		if name := a[0].Str(); name != "default" && name != "pg_catalog.default" && name != `pg_catalog."default"` {
			return sqlerr.New(sqlerr.UndefinedObject, "text search parser \"%s\" does not exist", name)
		}
		return rows(a, yield)
	})
}

// lexemeArray is the array of one lexeme, or the empty one of a stop word.
func lexemeArray(lexeme string, ok bool) types.Value {
	if !ok {
		return types.NewArray(types.Text, nil).Encode()
	}
	return types.NewArray(types.Text, []types.Value{types.NewString(lexeme)}).Encode()
}

// debugTokens yields each token with the dictionary that reads it and what it makes of it.
func debugTokens(id types.OID, text string, yield func([]types.Value) error) error {
	config, err := textsearch.ConfigByOID(id)
	if err != nil {
		return err
	}
	dictionary := types.Of(types.OIDRegdict)
	textsearch.Parse(text, func(t textsearch.Token) bool {
		row := []types.Value{
			types.NewString(t.Type.Alias()), types.NewString(t.Type.Description()), types.NewString(t.Text),
			types.NewArray(dictionary, nil).Encode(), types.Null, types.Null,
		}
		if d := config.Dictionary(t.Type); d != nil {
			row[4] = types.NewInt(int64(d.OID))
			row[3] = types.NewArray(dictionary, row[4:5]).Encode()
			row[5] = lexemeArray(d.Lexize(t.Text))
		}
		err = yield(row)
		return err == nil
	})
	return err
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
