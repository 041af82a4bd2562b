package ddl_test

import (
	"testing"

	"synapse/catalog"
	"synapse/planner/ast"
	"synapse/planner/bind"
	"synapse/planner/parse"
)

// TestRoundTrip: the text that the catalog keeps of an expression binds again,
// to an expression of the same text and type.
func TestRoundTrip(t *testing.T) {
	d := openDB(t)
	d.must(`CREATE TABLE t (a int, "B c" text, n numeric(10,2), f float8, ts timestamptz, tp timestamp, d date, tm time, iv interval,
		j jsonb, arr int[], txt text[], u uuid, bo bool, vc varchar(10), ch char(3), by bytea, v vector(3), bi bigint, "select" int, si smallint)`)
	c := d.catalog()
	table := c.Relation("public", "t").(*catalog.Table)
	for _, e := range []string{
		`a > 0`, `a IN (1, 2, 3)`, `a NOT IN (1, 2)`, `"B c" IN ('x', 'y')`, `a BETWEEN 1 AND 10`, `NOT bo`, `bo AND a = 1 OR a = 2`,
		`a IS NULL`, `a IS NOT NULL`, `bo IS TRUE`, `bo IS NOT FALSE`, `bo IS UNKNOWN`, `a IS DISTINCT FROM 3`, `a IS NOT DISTINCT FROM bi`,
		`"B c" LIKE 'x%'`, `"B c" NOT LIKE 'x\%'`, `"B c" ILIKE '%y'`, `"B c" ~ '^[a-z]+\d$'`, `"B c" !~* 'x'`, `"B c" SIMILAR TO '(a|b)%'`,
		`"B c" LIKE 'x!%' ESCAPE '!'`, `n * 1.5 > -2`, `f / 2e10 < 'Infinity'`, `-a < 3`, `- (-a) = 1`, `+a = 1`, `~a = 1`, `a # 3 = 1`, `@ a = 1`,
		`ts > '2020-01-01 00:00:00+00'`, `tp < '2020-01-01'`, `d = '2020-01-01'`, `tm > '10:00'`, `iv > '1 day 2 hours'`, `ts AT TIME ZONE 'UTC' > tp`,
		`extract(year FROM d) > 2000`, `date_trunc('month', ts) > ts`, `d + 3 > d`, `d - d = 3`, `ts - interval '1 day' < ts`,
		`ts > now()`, `ts > CURRENT_TIMESTAMP`, `d > CURRENT_DATE`, `tm < LOCALTIME`, `tp < LOCALTIMESTAMP`, `"B c" = CURRENT_USER`,
		`j->>'a' = 'x'`, `j @> '{"a": 1}'`, `j ? 'k'`, `j ?| ARRAY['a', 'b']`, `j #>> '{a,b}' = 'c'`, `(j->'a'->0)::int > 3`, `jsonb_typeof(j) = 'object'`,
		`arr[1] = 3`, `arr[1:2] = ARRAY[1, 2]`, `3 = ANY (arr)`, `a = ALL (ARRAY[1, a])`, `arr && '{1,2}'`, `array_length(arr, 1) > 0`, `arr = '{}'`,
		`txt @> ARRAY['x']::text[]`, `ARRAY[[1, 2], [3, 4]] = arr`, `cardinality(txt) = 1`, `u = '11111111-1111-1111-1111-111111111111'`,
		`CASE WHEN a > 1 THEN 'x' ELSE "B c" END = 'x'`, `CASE a WHEN 1 THEN true WHEN 2 THEN false END`, `coalesce(a, 0, bi) > 1`, `nullif(a, 0) = 1`,
		`greatest(a, 1, bi) = least(a, 2)`, `a::text = 'x'`, `a::bigint = bi`, `"B c"::int > 1`, `"B c"::varchar(3) = 'abc'`, `n::numeric(5,1) = 1`,
		`vc = 'abc'`, `ch = 'ab'`, `vc || ch = 'x'`, `lower("B c") = "B c"`, `length("B c") < 10`, `substring("B c" FROM 1 FOR 2) = 'x'`,
		`substring("B c" FROM 'x.*') = 'x'`, `position('x' IN "B c") = 1`, `overlay("B c" PLACING 'x' FROM 1) = 'y'`, `trim(both 'x' FROM "B c") = 'y'`,
		`trim("B c") <> ''`, `trim(leading FROM "B c") = ''`, `left("B c", 2) = 'x'`, `right("B c", 2) = 'x'`, `replace("B c", 'a', E'\\') = 'x'`, `"B c" = E'tab\t''q'''`,
		`by = '\x00ff'`, `v <-> '[1,2,3]' < 1`, `v <=> '[1,2,3]'::vector < 0.5`, `(a, bi) = (1, 2)`, `(a, bi) < (1, 2)`, `ROW(a, 1) IS NOT NULL`,
		`"select" = 1`, `t.a = 1`, `a % 2 = 0`, `a ^ 2 > 1`, `2 ^ 3 ^ a > 1`, `a << 2 > 1`, `a & 3 = 1 AND a | 3 = 1`, `"B c" || a > 'x'`,
		`"B c" COLLATE "C" > 'a'`, `format('%s', a) = 'x'`, `concat(a, "B c") = 'x'`, `num_nulls(a, bi) = 0`, `bi = 9223372036854775807`, `bi = -9223372036854775808`,
		`si = 3`, `f = 'NaN'`, `n = 'NaN'`, `n = 12345678901234567890.5`, `n = 1e100`, `bo = 't'`, `bo`, `true`, `a = 1 IS TRUE`, `md5("B c") = 'x'`, `(d, d) OVERLAPS (d, d)`,
		`iv * 2 > iv`, `justify_days(iv) = iv`, `make_date(a, 1, 1) = d`, `to_char(ts, 'YYYY') = '2020'`, `ts::date = d`, `ts::text = 'x'`, `a::float8::int = 1`,
		`a = '5'`, `normalize("B c") = 'x'`, `"B c" IS NORMALIZED`,
	} {
		list, err := parse.Parse("SELECT " + e)
		if err != nil {
			t.Errorf("%s: %s", e, shown(err))
			continue
		}
		roundTrip(t, d.bindContext(c), table, e, list[0].Stmt.(*ast.SelectStmt).Targets[0].Expr)
	}
}

func roundTrip(t *testing.T, bc bind.Context, table *catalog.Table, e string, x ast.Expr) {
	t.Helper()
	first, err := bind.CatalogExpr(&bc, table, nil, x, bind.CheckExpr, "")
	if err != nil {
		t.Errorf("%s: %s", e, shown(err))
		return
	}
	text := first.String()
	again, err := bind.CatalogText(&bc, table, text)
	if err != nil {
		t.Errorf("%s\nis kept as %s\nwhich gives %s", e, text, shown(err))
		return
	}
	if again.String() != text || again.Type() != first.Type() {
		t.Errorf("%s\nis kept as %s\nwhich reads  %s", e, text, again.String())
	}
}
