package differential

import (
	"fmt"
	"regexp"
	"strings"
)

// aggregates are calls whose result does not depend on the order of rows, by type.
var aggregates = map[string][]string{
	"i8":   {"count(*)", "count({any})", "count(DISTINCT {txt})", "sum({i4})", "sum({i2})", "count(DISTINCT ({i4}, {txt}::text))", "regr_count({f8}, {f8})", "bit_and({i8})"},
	"i4":   {"min({i4})", "max({i4})", "bit_or({i4})", "bit_xor({i4})", "percentile_disc(0.5) WITHIN GROUP (ORDER BY {i4})", "max(DISTINCT {i4})", "max({i2})"},
	"num":  {"trim_scale(sum({num}))", "avg({i4})", "trim_scale(avg({num}))", "sum({i8})", "avg({i8})", "stddev({i4})", "var_pop({i4})", "variance({i2})", "trim_scale(min({num}))", "sum(DISTINCT {i8})", "stddev_samp({i8})"},
	"f8":   {"sum({i4}::float8)", "avg({i2}::float8)", "percentile_cont(0.25) WITHIN GROUP (ORDER BY {i4})", "max({f8}) + 0.0::float8", "cume_dist({i4}) WITHIN GROUP (ORDER BY {i4})"},
	"txt":  {"min({txt})", "max({txt})", "string_agg({txt}, ',' ORDER BY {txt})", "max({vc})", "string_agg(DISTINCT {txt}, '+')"},
	"bool": {"bool_and({bool})", "bool_or({bool})", "every({bool})"},
	"date": {"min({date})", "max({date})"},
	"ts":   {"min({ts})", "max({ts})"},
	"tstz": {"max({tstz})"},
	"time": {"max({time})"},
	"iv":   {"justify_interval(max({iv}))", "justify_interval(sum({iv}))", "avg({iv})"},
	"ia":   {"array_agg({i4} ORDER BY 1)", "array_agg(DISTINCT {i4})", "array_agg({i4} ORDER BY {i4})", "max({ia})", "percentile_disc(ARRAY[0, 0.5, 1]) WITHIN GROUP (ORDER BY {i4})"},
	"ta":   {"array_agg({txt} ORDER BY {txt} DESC NULLS LAST)"},
	"rng":  {"range_intersect_agg({rng})", "range_agg({rng})::text::int4range"},
	"js":   {"jsonb_agg(DISTINCT {i4})", "jsonb_object_agg('k', {i4} ORDER BY {i4})"},
}

// aggregate makes up a call; the kind must have some.
func (m *maker) aggregate(kind string, s *scope) *tree {
	inside := *s
	inside.queries = 0
	text := pick(m, aggregates[kind]...)
	out := &tree{kind: kind}
	var same *tree // an order within a call must be the argument's own to be total
	rest := text
	for _, at := range hole.FindAllStringSubmatch(text, -1) {
		before, after, _ := strings.Cut(rest, at[0])
		out.text = append(out.text, before)
		e := m.expr(at[1], 1, &inside)
		if same != nil && strings.HasSuffix(before, "ORDER BY ") && !strings.Contains(text, "WITHIN") {
			e = same
		}
		if same == nil {
			same = e
		}
		out.kids = append(out.kids, e)
		rest = after
	}
	out.text = append(out.text, rest)
	if strings.HasSuffix(rest, "ORDER BY 1)") { // a constant orders nothing
		return node(kind, "array_agg({} ORDER BY {})", same, same)
	}
	if m.chance(6) && strings.HasSuffix(text, ")") && !strings.HasPrefix(text, "trim") && !strings.HasPrefix(text, "justify") {
		out.kids = append(out.kids, m.expr("bool", 1, &inside))
		out.text[len(out.text)-1] += " FILTER (WHERE "
		out.text = append(out.text, ")")
	}
	return out
}

// namesColumn matches an expression over a column.
var namesColumn = regexp.MustCompile(`\b[a-z]\d+\.[a-z]`)

// grouped is a query with aggregates.
func (m *maker) grouped(s *scope, from, where *tree, want []string) (*tree, []string) {
	var keys []*tree
	var keyKinds []string
	for range m.r.IntN(3) {
		k := pick(m, typeNames...)
		key := canonical(k, m.typed(k, 1, &scope{columns: s.columns}))
		if !namesColumn.MatchString(key.String()) {
			continue // PostgreSQL folds constants before it looks for the keys in the target list, Synapse while it binds
		}
		keys, keyKinds = append(keys, key), append(keyKinds, canonicalKind(k))
	}
	var items []*tree
	var kinds []string
	for i, k := range want {
		e, kind := m.groupItem(k, keys, keyKinds, s)
		items, kinds = append(items, named(e, i)), append(kinds, kind)
	}
	group := leaf("group", "")
	if len(keys) > 0 {
		text := make([]string, len(keys))
		for i, k := range keys {
			text[i] = k.String()
		}
		group = leaf("group", " GROUP BY "+m.groupBy(text))
	}
	having := leaf("having", "")
	if m.chance(4) {
		having = maybe(node("having", " HAVING {} "+pick(m, ">", "=", "IS DISTINCT FROM")+" {}", m.aggregate("i8", s), m.expr("i4", 0, &scope{})))
	}
	return node("query", "SELECT {} FROM {}{}{}{}", list("list", ", ", items), from, where, group, having), kinds
}

func (m *maker) groupItem(kind string, keys []*tree, keyKinds []string, s *scope) (*tree, string) {
	if i := m.r.IntN(len(keys) + 1); i < len(keys) && keys[i].kind != "key" {
		key := leaf("key", keys[i].String())
		keys[i] = key // not twice: PostgreSQL mixes up which is which where the key folds to a constant
		return key, keyKinds[i]
	}
	if len(aggregates[kind]) == 0 {
		kind = "i8"
	}
	if m.chance(3) {
		if kind == "i8" {
			return node(kind, "({} + {})", m.aggregate("i8", s), m.aggregate("i4", s)), "i8"
		}
		return node(kind, "coalesce({}, {})", m.aggregate(kind, s), m.aggregate(kind, s)), kind
	}
	return m.aggregate(kind, s), kind
}

func (m *maker) groupBy(keys []string) string {
	all := strings.Join(keys, ", ")
	switch m.r.IntN(8) {
	case 0:
		return "ROLLUP (" + all + ")"
	case 1:
		return "CUBE (" + all + ")"
	case 2:
		return "GROUPING SETS ((" + all + "), (), (" + keys[0] + "))"
	}
	return all
}

// windowed is a query with window functions.
func (m *maker) windowed(s *scope, from, where *tree, want []string) (*tree, []string) {
	inside := *s
	inside.queries = 0
	var items []*tree
	var kinds []string
	for i, k := range want {
		kind, call := m.windowCall(k, &inside)
		over := ""
		var kids []*tree
		if m.chance(2) {
			over += "PARTITION BY {} "
			kids = append(kids, m.expr(pick(m, "i4", "txt", "bool"), 1, &inside))
		}
		total := false
		if m.chance(2) || strings.Contains(call.String(), "()") {
			over += "ORDER BY {}" + pick(m, "", " DESC", " NULLS FIRST")
			kids = append(kids, m.expr(pick(m, "i4", "txt", "date"), 1, &inside))
			if s.keys != nil {
				over += ", " + strings.Join(s.keys, ", ")
				total = true
			}
			over += m.frame(total)
		}
		if !total && orderly(call.String()) {
			kind, call = "i8", leaf("i8", "count(*)")
		}
		kids = append([]*tree{call}, kids...)
		items = append(items, named(node(kind, "{} OVER ("+over+")", kids...), i))
		kinds = append(kinds, kind)
	}
	return node("query", "SELECT {} FROM {}{}", list("list", ", ", items), from, where), kinds
}

// orderly reports a call that gives each row of a group of peers its own result.
func orderly(call string) bool {
	for _, f := range []string{"row_number", "ntile", "lag", "lead", "_value"} {
		if strings.HasPrefix(call, f) || strings.HasPrefix(call, "first"+f) || strings.HasPrefix(call, "last"+f) || strings.HasPrefix(call, "nth"+f) {
			return true
		}
	}
	return false
}

func (m *maker) windowCall(kind string, s *scope) (string, *tree) {
	switch m.r.IntN(7) {
	case 0:
		return "i8", leaf("i8", pick(m, "row_number()", "rank()", "dense_rank()"))
	case 1:
		return "f8", leaf("f8", pick(m, "percent_rank()", "cume_dist()"))
	case 2:
		return "i4", leaf("i4", "ntile(3)")
	case 3:
		return kind, node(kind, pick(m, "lag({})", "lead({})", "lag({}, 2)", "first_value({})", "last_value({})", "nth_value({}, 2)"), m.typed(kind, 1, s))
	}
	if len(aggregates[kind]) == 0 || kind == "js" || kind == "ia" || kind == "ta" || kind == "rng" {
		kind = "i8"
	}
	plain := map[string]string{
		"i8": "sum({i4})", "i4": "max({i4})", "num": "trim_scale(sum({num}))", "f8": "sum({i2}::float8)", "txt": "min({txt})",
		"bool": "bool_and({bool})", "date": "max({date})", "ts": "min({ts})", "tstz": "max({tstz})", "time": "max({time})", "iv": "max({iv})",
	}[kind]
	at := hole.FindStringSubmatch(plain)
	if kind == "num" {
		plain = "sum({num})"
	}
	return kind, node(kind, strings.Replace(plain, at[0], "{}", 1), m.typed(at[1], 1, s))
}

// frame makes up a frame; ROWS needs a total order to be the same everywhere.
func (m *maker) frame(total bool) string {
	start := pick(m, "UNBOUNDED PRECEDING", "1 PRECEDING", "CURRENT ROW", "2 PRECEDING")
	end := pick(m, "CURRENT ROW", "1 FOLLOWING", "UNBOUNDED FOLLOWING")
	exclude := pick(m, "", "", "", " EXCLUDE CURRENT ROW", " EXCLUDE GROUP", " EXCLUDE TIES")
	switch {
	case m.chance(2):
		return ""
	case total && m.chance(2):
		return fmt.Sprintf(" ROWS BETWEEN %s AND %s%s", start, end, exclude)
	case total || !strings.Contains(exclude, "CURRENT ROW"):
		return fmt.Sprintf(" GROUPS BETWEEN %s AND %s%s", start, end, exclude)
	}
	return " RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
}
