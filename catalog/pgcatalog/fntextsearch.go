package pgcatalog

import (
	"strings"

	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/textsearch"
	"synapse/catalog/types"
)

// Functions that read a text by a text search configuration.

// defaultConfig is the OID of the session's default_text_search_config.
func defaultConfig(c *builtin.Call) types.OID {
	if c.Host != nil {
		if name, ok := c.Host.Setting("default_text_search_config"); ok {
			if config := textsearch.FindConfig(strings.TrimPrefix(name, "pg_catalog.")); config != nil {
				return config.OID
			}
		}
	}
	return textsearch.FindConfig("english").OID
}

// TextSearchConfigName checks a value of default_text_search_config and spells
// it as SHOW does. Error: 22023.
func TextSearchConfigName(value string) (string, error) {
	parts := builtin.SplitName(value)
	if n := len(parts); (n == 1 || n == 2 && parts[0] == "pg_catalog") && textsearch.FindConfig(parts[n-1]) != nil {
		return "pg_catalog." + builtin.QuoteIdent(parts[n-1]), nil
	}
	return "", sqlerr.New(sqlerr.InvalidParameterValue, "invalid value for parameter \"default_text_search_config\": \"%s\"", value)
}

// noticer passes notices to the session; nil where there is none.
func noticer(c *builtin.Call) func(string) {
	if c.Host == nil {
		return nil
	}
	return func(message string) { c.Host.Notice("NOTICE", message) }
}

// configured binds a function in both its forms: with a configuration as the
// first argument, and with the default one. args is what both take.
func configured(name, args string, body func(c *builtin.Call, config *textsearch.Config, a []types.Value, argTypes []types.Type) (types.Value, error)) {
	builtin.Bind(name+"(regconfig,"+args+")", func(c *builtin.Call, a []types.Value) (types.Value, error) {
		config, err := textsearch.ConfigByOID(types.OID(a[0].Int()))
		if err != nil {
			return types.Null, err
		}
		return body(c, config, a[1:], c.Args[1:])
	})
	builtin.Bind(name+"("+args+")", func(c *builtin.Call, a []types.Value) (types.Value, error) {
		config, err := textsearch.ConfigByOID(defaultConfig(c))
		if err != nil {
			return types.Null, err
		}
		return body(c, config, a, c.Args)
	})
}

func textVector(c *builtin.Call, config *textsearch.Config, text string) (types.Value, error) {
	d := textsearch.Document{Config: config, Notice: noticer(c)}
	d.Add(text)
	return d.Vector()
}

// jsonVector is to_tsvector of the pieces of a document.
func jsonVector(c *builtin.Call, config *textsearch.Config, t types.Type, v types.Value, which builtin.JSONWords) (types.Value, error) {
	d := textsearch.Document{Config: config, Notice: noticer(c)}
	builtin.EachJSONWord(t, v, which, d.AddApart)
	return d.Vector()
}

// queryBody reads a query in a syntax.
func queryBody(syntax types.QuerySyntax, within types.TSOperator) func(*builtin.Call, *textsearch.Config, []types.Value, []types.Type) (types.Value, error) {
	return func(c *builtin.Call, config *textsearch.Config, a []types.Value, _ []types.Type) (types.Value, error) {
		q, err := config.Query(a[0].Str(), syntax, within, noticer(c))
		if err != nil {
			return types.Null, err
		}
		return q.Value(), nil
	}
}

func headlineBody(c *builtin.Call, config *textsearch.Config, a []types.Value, argTypes []types.Type) (types.Value, error) {
	options := ""
	if len(a) > 2 {
		options = a[2].Str()
	}
	o, err := textsearch.ParseHeadlineOptions(options)
	if err != nil {
		return types.Null, err
	}
	q := types.AsTSQuery(a[1])
	cut := func(text string) string { return config.Headline(text, q, o, noticer(c)) }
	if argTypes[0].Kind() == types.KindText {
		return types.NewString(cut(a[0].Str())), nil
	}
	return builtin.MapJSONStrings(argTypes[0], a[0], cut), nil
}

func init() {
	builtin.Bind("get_current_ts_config()", func(c *builtin.Call, _ []types.Value) (types.Value, error) {
		return types.NewInt(int64(defaultConfig(c))), nil
	})
	configured("to_tsvector", "text", func(c *builtin.Call, config *textsearch.Config, a []types.Value, _ []types.Type) (types.Value, error) {
		return textVector(c, config, a[0].Str())
	})
	for _, t := range []string{"json", "jsonb"} {
		configured("to_tsvector", t, func(c *builtin.Call, config *textsearch.Config, a []types.Value, argTypes []types.Type) (types.Value, error) {
			return jsonVector(c, config, argTypes[0], a[0], builtin.JSONStringWords)
		})
		configured(t+"_to_tsvector", t+",jsonb", func(c *builtin.Call, config *textsearch.Config, a []types.Value, argTypes []types.Type) (types.Value, error) {
			which, err := builtin.ParseJSONWords(types.AsJSONB(a[1]))
			if err != nil {
				return types.Null, err
			}
			return jsonVector(c, config, argTypes[0], a[0], which)
		})
	}
	configured("to_tsquery", "text", queryBody(types.OperatorQuery, types.TSPhrase))
	configured("plainto_tsquery", "text", queryBody(types.PlainQuery, types.TSAnd))
	configured("phraseto_tsquery", "text", queryBody(types.PlainQuery, types.TSPhrase))
	configured("websearch_to_tsquery", "text", queryBody(types.WebQuery, types.TSPhrase))
	for _, t := range []string{"text", "json", "jsonb"} {
		configured("ts_headline", t+",tsquery", headlineBody)
		configured("ts_headline", t+",tsquery,text", headlineBody)
	}
	bindTextMatch()
}

// bindTextMatch binds the forms of @@ that make a tsvector of a text first.
func bindTextMatch() {
	match := func(c *builtin.Call, text string, query func(*textsearch.Config) (*types.TSQuery, error)) (types.Value, error) {
		config, err := textsearch.ConfigByOID(defaultConfig(c))
		if err != nil {
			return types.Null, err
		}
		v, err := textVector(c, config, text)
		if err != nil {
			return types.Null, err
		}
		q, err := query(config)
		return types.NewBool(err == nil && textsearch.Match(types.AsTSVector(v), q)), err
	}
	builtin.Bind("ts_match_tq(text,tsquery)", func(c *builtin.Call, a []types.Value) (types.Value, error) {
		return match(c, a[0].Str(), func(*textsearch.Config) (*types.TSQuery, error) { return types.AsTSQuery(a[1]), nil })
	})
	builtin.Bind("ts_match_tt(text,text)", func(c *builtin.Call, a []types.Value) (types.Value, error) {
		return match(c, a[0].Str(), func(config *textsearch.Config) (*types.TSQuery, error) {
			return config.Query(a[1].Str(), types.PlainQuery, types.TSAnd, noticer(c))
		})
	})
}
