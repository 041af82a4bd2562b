package pgcatalog

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/types"
)

// relationName writes a relation's name as SQL: qualified, unless a relation of
// path hides it from no one. path nil: always qualified.
func relationName(cat *catalog.Catalog, o catalog.Object, path []string) string {
	name := builtin.QuoteIdent(o.ObjectName())
	if path != nil && visible(cat, o, path) {
		return name
	}
	return builtin.QuoteIdent(cat.SchemaName(o.SchemaID())) + "." + name
}

// visible reports whether the bare name means the relation.
func visible(cat *catalog.Catalog, o catalog.Object, path []string) bool {
	for _, schema := range path {
		if found := cat.Relation(schema, o.ObjectName()); found != nil {
			return found.ObjectID() == o.ObjectID()
		}
	}
	return false
}

func columnNames(t *catalog.Table, list []int) string {
	names := make([]string, len(list))
	for i, n := range list {
		names[i] = builtin.QuoteIdent(t.Columns[n-1].Name)
	}
	return strings.Join(names, ", ")
}

// indexDef is the CREATE INDEX command of an index, its table's name as relationName writes it.
func indexDef(cat *catalog.Catalog, x *catalog.Index, path []string, pretty bool) string {
	t := cat.Table(x.Table)
	if t == nil {
		return ""
	}
	var b strings.Builder
	b.WriteString("CREATE ")
	if x.Unique {
		b.WriteString("UNIQUE ")
	}
	tablePath := path
	if !pretty {
		tablePath = nil
	}
	only := ""
	if t.Partitioned() {
		only = "ONLY "
	}
	fmt.Fprintf(&b, "INDEX %s ON "+only+"%s USING %s (", builtin.QuoteIdent(x.Name), relationName(cat, t, tablePath), x.Method)
	for i := range x.Keys {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(keyDef(cat, x, &x.Keys[i], path, pretty))
	}
	b.WriteString(")")
	if len(x.Include) > 0 {
		b.WriteString(" INCLUDE (" + columnNames(t, x.Include) + ")")
	}
	if x.NullsEqual {
		b.WriteString(" NULLS NOT DISTINCT")
	}
	if len(x.Options) > 0 {
		b.WriteString(" WITH (" + optionList(x.Options) + ")")
	}
	if x.Predicate != "" {
		b.WriteString(" WHERE " + condition(x.Predicate, pretty))
	}
	return exprText(cat, path, b.String())
}

// condition writes a boolean expression in the parentheses that PostgreSQL
// gives it, without them in the pretty form.
func condition(expr string, pretty bool) string {
	if pretty {
		return bare(expr)
	}
	if wrapped(expr) || !strings.ContainsAny(expr, " (") { // a column or constant needs none
		return expr
	}
	return "(" + expr + ")"
}

// bare drops the parentheses around a whole expression.
func bare(expr string) string {
	for wrapped(expr) {
		expr = expr[1 : len(expr)-1]
	}
	return expr
}

// wrapped reports whether one pair of parentheses holds the whole expression.
func wrapped(expr string) bool {
	if len(expr) < 2 || expr[0] != '(' || expr[len(expr)-1] != ')' {
		return false
	}
	depth := 0
	var quote byte
	for i := 0; i < len(expr); i++ {
		switch c := expr[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 && i < len(expr)-1 {
				return false
			}
		}
	}
	return depth == 0
}

// keyExpr is a key without its options: a column's name or an expression, which
// unless it is a call stands in parentheses beside its own; the pretty form
// leaves the latter out.
func keyExpr(t *catalog.Table, k *catalog.IndexKey, pretty bool) string {
	if k.Column > 0 {
		return builtin.QuoteIdent(t.Columns[k.Column-1].Name)
	}
	if isCall(k.Expr) {
		return k.Expr
	}
	if pretty {
		return "(" + bare(k.Expr) + ")"
	}
	return "(" + k.Expr + ")"
}

// isCall reports whether an expression is a function call, which stands in an index without parentheses.
func isCall(expr string) bool {
	i := strings.IndexByte(expr, '(')
	if i <= 0 || strings.ContainsAny(expr[:i], " '+-*/<>=|&^%~!@#:") {
		return false
	}
	return wrapped(expr[i:])
}

func keyDef(cat *catalog.Catalog, x *catalog.Index, k *catalog.IndexKey, path []string, pretty bool) string {
	s := keyExpr(cat.Table(x.Table), k, pretty)
	if k.Collation != "" && k.Collation != "default" {
		s += " COLLATE " + builtin.QuoteIdent(k.Collation)
	}
	if k.Opclass != "" && opclassOf(x.Method, k) != opclassOf(x.Method, &catalog.IndexKey{Type: k.Type}) {
		name := builtin.QuoteIdent(k.Opclass)
		if schema := opclassSchema(cat, x.Method, k); schema != catalog.SchemaPgCatalog && !slices.Contains(path, cat.SchemaName(schema)) {
			name = builtin.QuoteIdent(cat.SchemaName(schema)) + "." + name
		}
		s += " " + name
	}
	switch {
	case k.Desc && !k.NullsFirst:
		s += " DESC NULLS LAST"
	case k.Desc:
		s += " DESC"
	case k.NullsFirst:
		s += " NULLS FIRST"
	}
	return s
}

func optionList(m map[string]string) string {
	list := make([]string, 0, len(m))
	for k, v := range m {
		list = append(list, k+"="+builtin.QuoteLiteral(v))
	}
	sort.Strings(list)
	return strings.Join(list, ", ")
}

var actionWords = map[catalog.Action]string{
	catalog.Restrict: "RESTRICT", catalog.Cascade: "CASCADE", catalog.SetNull: "SET NULL", catalog.SetDefault: "SET DEFAULT",
}

// constraintDef is the definition of a constraint as it stands in ALTER TABLE ADD.
func constraintDef(cat *catalog.Catalog, t *catalog.Table, c *catalog.Constraint, path []string, pretty bool) string {
	s := ""
	switch c.Kind {
	case catalog.Check:
		s = "CHECK (" + checkText(exprText(cat, path, c.Expr), pretty) + ")"
	case catalog.PrimaryKey, catalog.Unique:
		s = uniqueDef(cat, t, c)
	case catalog.Exclusion:
		s = exclusionDef(cat, t, c, path, pretty)
	case catalog.ForeignKey:
		s = foreignKeyDef(cat, t, c, path)
	}
	if c.Deferrable {
		s += " DEFERRABLE"
	}
	if c.Deferred {
		s += " INITIALLY DEFERRED"
	}
	if c.NoInherit {
		s += " NO INHERIT"
	}
	if c.NotValid {
		s += " NOT VALID"
	}
	return s
}

// checkText keeps one pair of parentheses of its own around what is no single value or call.
func checkText(expr string, pretty bool) string {
	if pretty {
		return bare(expr)
	}
	return expr
}

func uniqueDef(cat *catalog.Catalog, t *catalog.Table, c *catalog.Constraint) string {
	s := "UNIQUE "
	if c.Kind == catalog.PrimaryKey {
		s = "PRIMARY KEY "
	}
	x := cat.Index(c.Index)
	if x != nil && x.NullsEqual {
		s += "NULLS NOT DISTINCT "
	}
	s += "(" + columnNames(t, c.Columns) + ")"
	if x != nil && len(x.Include) > 0 {
		s += " INCLUDE (" + columnNames(t, x.Include) + ")"
	}
	return s
}

func exclusionDef(cat *catalog.Catalog, t *catalog.Table, c *catalog.Constraint, path []string, pretty bool) string {
	x := cat.Index(c.Index)
	if x == nil {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "EXCLUDE USING %s (", x.Method)
	for i := range x.Keys {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(keyDef(cat, x, &x.Keys[i], path, pretty) + " WITH " + x.Exclude[i])
	}
	b.WriteString(")")
	if len(x.Include) > 0 {
		b.WriteString(" INCLUDE (" + columnNames(t, x.Include) + ")")
	}
	if len(x.Options) > 0 {
		b.WriteString(" WITH (" + optionList(x.Options) + ")")
	}
	if x.Predicate != "" {
		b.WriteString(" WHERE (" + condition(x.Predicate, false) + ")")
	}
	return exprText(cat, path, b.String())
}

func foreignKeyDef(cat *catalog.Catalog, t *catalog.Table, c *catalog.Constraint, path []string) string {
	s := "FOREIGN KEY (" + columnNames(t, c.Columns) + ") REFERENCES "
	if p := cat.Table(c.Parent); p != nil {
		s += relationName(cat, p, path) + "(" + columnNames(p, c.ParentCols) + ")"
	}
	if c.MatchFull {
		s += " MATCH FULL"
	}
	if w := actionWords[c.OnUpdate]; w != "" {
		s += " ON UPDATE " + w
	}
	if w := actionWords[c.OnDelete]; w != "" {
		s += " ON DELETE " + w
	}
	return s
}

// findConstraint finds a constraint by OID.
func findConstraint(cat *catalog.Catalog, id types.OID) (*catalog.Table, *catalog.Constraint) {
	for _, o := range cat.All(catalog.ClassTable) {
		t := o.(*catalog.Table)
		for i := range t.Constraints {
			if t.Constraints[i].ID == id {
				return t, &t.Constraints[i]
			}
		}
	}
	return nil, nil
}
