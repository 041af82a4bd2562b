package builtin

import (
	"strings"

	"synapse/catalog/types"
)

// quotedKeywords are the key words that need quotes as identifiers: all but the
// unreserved ones of PostgreSQL's pg_get_keywords().
var quotedKeywords = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`
all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case 
cast char character check coalesce collate collation column concurrently constraint create cross 
current_catalog current_date current_role current_schema current_time current_timestamp current_user dec 
decimal default deferrable desc distinct do else end except exists extract false fetch float for foreign 
freeze from full grant greatest group grouping having ilike in initially inner inout int integer intersect 
interval into is isnull join lateral leading least left like limit localtime localtimestamp national natural 
nchar none normalize not notnull null nullif numeric offset on only or order out outer overlaps overlay 
placing position precision primary real references returning right row select session_user setof similar 
smallint some substring symmetric table tablesample then time timestamp to trailing treat trim true union 
unique user using values varchar variadic verbose when where window with xmlattributes xmlconcat xmlelement 
xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable`) {
		m[w] = true
	}
	return m
}()

// QuoteIdent writes a name as SQL reads it back, quoted only where needed.
func QuoteIdent(s string) string {
	safe := s != "" && (s[0] == '_' || s[0] >= 'a' && s[0] <= 'z')
	for i := 0; i < len(s) && safe; i++ {
		c := s[i]
		safe = c == '_' || c >= 'a' && c <= 'z' || isDigitByte(c)
	}
	if safe && !quotedKeywords[s] {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}

// SplitName splits a qualified name as written in SQL: parts are folded to
// lower case unless quoted.
func SplitName(s string) []string {
	var parts []string
	var cur strings.Builder
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' && quoted && i+1 < len(s) && s[i+1] == '"':
			cur.WriteByte('"')
			i++
		case c == '"':
			quoted = !quoted
		case c == '.' && !quoted:
			parts = append(parts, cur.String())
			cur.Reset()
		case !quoted && c >= 'A' && c <= 'Z':
			cur.WriteByte(c + 'a' - 'A')
		case !quoted && c == ' ':
		default:
			cur.WriteByte(c)
		}
	}
	return append(parts, cur.String())
}

// QuoteLiteral writes a string constant, with E” where it holds backslashes.
func QuoteLiteral(s string) string {
	q := "'" + strings.ReplaceAll(s, "'", "''") + "'"
	if strings.Contains(s, `\`) {
		return "E" + strings.ReplaceAll(q, `\`, `\\`)
	}
	return q
}

func init() {
	add("quote_ident(text)", str1(QuoteIdent))
	add("quote_literal(text)", str1(QuoteLiteral))
	add("quote_literal(anyelement)", func(c *Call, a []types.Value) (types.Value, error) {
		return types.NewString(QuoteLiteral(textOf(c.Env, c.Args[0], a[0]))), nil
	})
	nullable := func(c *Call, a []types.Value) (types.Value, error) {
		if a[0].IsNull() {
			return types.NewString("NULL"), nil
		}
		return types.NewString(QuoteLiteral(textOf(c.Env, c.Args[0], a[0]))), nil
	}
	addAll(nullable, "quote_nullable(text)", "quote_nullable(anyelement)")
	addAll(format, "format(text)", "format(text,any)")
}
