package partition

import (
	"strconv"
	"strings"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/types"
)

func itoa(n int) string { return strconv.Itoa(n) }

// DatumText writes one value of a bound as PostgreSQL does.
func DatumText(t *catalog.Table, key int, d catalog.BoundDatum) string {
	switch {
	case d.Kind == catalog.MinValue:
		return "MINVALUE"
	case d.Kind == catalog.MaxValue:
		return "MAXVALUE"
	case d.Text == nil:
		return "NULL"
	}
	return literal(t.Partitioning.Keys[key].Type, *d.Text, false)
}

// literal writes a value: numbers that cannot be misread bare, others quoted,
// with their type behind them where it is asked for.
func literal(typ types.Type, text string, typed bool) string {
	base := typ.Base()
	switch base.Kind() {
	case types.KindInt4:
		if !strings.HasPrefix(text, "-") {
			return text
		}
	case types.KindInt2, types.KindInt8, types.KindOID, types.KindFloat4, types.KindFloat8, types.KindNumeric:
		plain := strings.Trim(text, "0123456789.eE+-") == "" && !strings.HasPrefix(text, "-")
		if plain && !typed || plain && base.Kind() == types.KindNumeric && strings.Contains(text, ".") {
			return text
		}
	case types.KindBool:
		if text == "t" || text == "true" {
			return "true"
		}
		return "false"
	}
	out := builtin.QuoteLiteral(text)
	if typed {
		out += "::" + types.FormatType(typ.NoMod())
	}
	return out
}

// KeyDef is pg_get_partkeydef: "RANGE (a, lower(b))".
func KeyDef(t *catalog.Table) string {
	words := map[catalog.Strategy]string{catalog.ByRange: "RANGE", catalog.ByList: "LIST", catalog.ByHash: "HASH"}
	keys := make([]string, len(t.Partitioning.Keys))
	for i := range keys {
		k := &t.Partitioning.Keys[i]
		keys[i] = keyText(t, i)
		if k.Column == 0 && !isCall(k.Expr) {
			keys[i] = "(" + k.Expr + ")"
		}
		if k.Collation != "" && k.Collation != "default" {
			keys[i] += " COLLATE " + builtin.QuoteIdent(k.Collation)
		}
		if k.Opclass != "" {
			keys[i] += " " + k.Opclass
		}
	}
	return words[t.Partitioning.Strategy] + " (" + strings.Join(keys, ", ") + ")"
}

func keyText(t *catalog.Table, i int) string {
	k := &t.Partitioning.Keys[i]
	if k.Column > 0 {
		return builtin.QuoteIdent(t.Columns[k.Column-1].Name)
	}
	return k.Expr
}

// isCall reports a plain function call, which needs no parentheses.
func isCall(expr string) bool {
	i := strings.IndexByte(expr, '(')
	return i > 0 && strings.HasSuffix(expr, ")") && !strings.ContainsAny(expr[:i], " '+-*/<>=|&^%~!@#:")
}

// Constraint is the condition that the rows of a partition fulfil, as PostgreSQL
// shows it; "" where there is none (a default partition alone).
func Constraint(c *catalog.Catalog, t *catalog.Table) string {
	var all []string
	parents := c.Ancestors(t)
	for i := len(parents) - 1; i >= 0; i-- {
		child := t
		if i > 0 {
			child = parents[i-1]
		}
		all = append(all, conditions(c, parents[i], child)...)
	}
	if len(all) == 0 {
		return ""
	}
	if len(all) == 1 {
		return all[0]
	}
	return "(" + strings.Join(all, " AND ") + ")"
}

func conditions(c *catalog.Catalog, parent, child *catalog.Table) []string {
	b := child.Bound
	switch {
	case b.Default:
		return fallbackCondition(c, parent, child)
	case parent.Partitioning.Strategy == catalog.ByHash:
		args := []string{"'" + strconv.FormatUint(uint64(parent.ID), 10) + "'::oid", itoa(b.Modulus), itoa(b.Remainder)}
		for i := range parent.Partitioning.Keys {
			args = append(args, keyText(parent, i))
		}
		return []string{"satisfies_hash_partition(" + strings.Join(args, ", ") + ")"}
	case parent.Partitioning.Strategy == catalog.ByList:
		return listConditions(parent, b.In)
	}
	return rangeConditions(parent, b)
}

func listConditions(t *catalog.Table, in []catalog.BoundDatum) []string {
	key, null := keyText(t, 0), false
	var values []string
	for _, d := range in {
		if d.Text == nil {
			null = true
			continue
		}
		values = append(values, literal(t.Partitioning.Keys[0].Type, *d.Text, true))
	}
	match := ""
	switch {
	case len(values) == 1:
		match = "(" + key + " = " + values[0] + ")"
	case len(values) > 1:
		match = "(" + key + " = ANY (ARRAY[" + strings.Join(values, ", ") + "]))"
	}
	switch {
	case null && match == "":
		return []string{"(" + key + " IS NULL)"}
	case null:
		return []string{"((" + key + " IS NULL) OR " + match + ")"}
	}
	return []string{"(" + key + " IS NOT NULL)", match}
}

// rangeConditions: NOT NULL for every key, then the bounds, which for several
// keys compare as rows.
func rangeConditions(t *catalog.Table, b *catalog.PartitionBound) []string {
	var out []string
	for i := range t.Partitioning.Keys {
		out = append(out, "("+keyText(t, i)+" IS NOT NULL)")
	}
	compare := func(i int, op string, d catalog.BoundDatum) string {
		return "(" + keyText(t, i) + " " + op + " " + literal(t.Partitioning.Keys[i].Type, *d.Text, true) + ")"
	}
	equal := 0
	for equal < len(b.From) && b.From[equal].Kind == catalog.PlainValue && b.To[equal].Kind == catalog.PlainValue && *b.From[equal].Text == *b.To[equal].Text {
		out = append(out, compare(equal, "=", b.From[equal]))
		equal++
	}
	side := func(list []catalog.BoundDatum, strict, last string) string {
		var arms []string
		for n := equal; n < len(list); n++ {
			if list[n].Kind != catalog.PlainValue {
				if n > equal && (list[n].Kind == catalog.MaxValue) == (last == "<") {
					arms[len(arms)-1] = strings.Replace(arms[len(arms)-1], " "+strict+" ", " "+strict+"= ", 1)
				}
				break
			}
			var parts []string
			for i := equal; i < n; i++ {
				parts = append(parts, compare(i, "=", list[i]))
			}
			op := strict
			if n == len(list)-1 {
				op = last
			}
			parts = append(parts, compare(n, op, list[n]))
			arm := parts[0]
			if len(parts) > 1 {
				arm = "(" + strings.Join(parts, " AND ") + ")"
			}
			arms = append(arms, arm)
		}
		if len(arms) < 2 {
			return strings.Join(arms, "")
		}
		return "(" + strings.Join(arms, " OR ") + ")"
	}
	for _, text := range []string{side(b.From, ">", ">="), side(b.To, "<", "<")} {
		if text != "" {
			out = append(out, text)
		}
	}
	return out
}

// fallbackCondition is that of no other partition.
func fallbackCondition(c *catalog.Catalog, parent, child *catalog.Table) []string {
	s, err := New(c, parent)
	if err != nil || len(s.Children) < 2 {
		return nil
	}
	if parent.Partitioning.Strategy == catalog.ByList {
		var all []catalog.BoundDatum
		for i := range s.bounds {
			all = append(all, s.bounds[i].In...)
		}
		return []string{"(NOT (" + strings.Join(listConditions(parent, all), " AND ") + "))"}
	}
	var arms []string
	for i := range s.bounds {
		if s.Children[i].ID == child.ID {
			continue
		}
		list := rangeConditions(parent, s.bounds[i].PartitionBound)[len(parent.Partitioning.Keys):]
		if len(list) == 0 {
			continue
		}
		arm := list[0]
		if len(list) > 1 {
			arm = "(" + strings.Join(list, " AND ") + ")"
		}
		arms = append(arms, arm)
	}
	var notNull []string
	for i := range parent.Partitioning.Keys {
		notNull = append(notNull, "("+keyText(parent, i)+" IS NOT NULL)")
	}
	either := strings.Join(arms, " OR ")
	if len(arms) > 1 {
		either = "(" + either + ")"
	}
	if either != "" {
		notNull = append(notNull, either)
	}
	return []string{"(NOT (" + strings.Join(notNull, " AND ") + "))"}
}
