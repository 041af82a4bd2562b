package pgcatalog

import (
	"fmt"
	"regexp"
	"strings"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// Functions that write definitions: pg_get_expr, pg_get_indexdef, …

func init() {
	bind(getExpr, "pg_get_expr(pg_node_tree,oid)", "pg_get_expr(pg_node_tree,oid,bool)")
	bind(getIndexDef, "pg_get_indexdef(oid)", "pg_get_indexdef(oid,int4,bool)")
	bind(getConstraintDef, "pg_get_constraintdef(oid)", "pg_get_constraintdef(oid,bool)")
	bind(getViewDef, "pg_get_viewdef(oid)", "pg_get_viewdef(oid,bool)", "pg_get_viewdef(oid,int4)")
	bind(func(s *scope, a []types.Value) (types.Value, error) {
		o, err := s.relation(a[0].Str())
		if err != nil {
			return types.Null, err
		}
		return s.viewDef(o), nil
	}, "pg_get_viewdef(text)", "pg_get_viewdef(text,bool)")
	bind(getRuleDef, "pg_get_ruledef(oid)", "pg_get_ruledef(oid,bool)")
	bind(serialSequence, "pg_get_serial_sequence(text,text)")
	none := always(types.Null)
	bind(getTriggerDef, "pg_get_triggerdef(oid)", "pg_get_triggerdef(oid,bool)")
	bind(none, "pg_get_statisticsobjdef(oid)", "pg_get_statisticsobjdef_columns(oid)", "pg_get_function_sqlbody(oid)")
	procText := func(write func(p *procedure) string) function {
		return texts(func(s *scope, a []types.Value) (string, bool) {
			p := findProcedure(s.cat, oidArg(a[0]))
			if p == nil {
				return "", false
			}
			return write(p), true
		})
	}
	bind(procText(func(p *procedure) string { return p.sig.arguments(true) }), "pg_get_function_arguments(oid)")
	bind(procText(func(p *procedure) string { return p.sig.arguments(false) }), "pg_get_function_identity_arguments(oid)")
	bind(texts(func(s *scope, a []types.Value) (string, bool) {
		p := findProcedure(s.cat, oidArg(a[0]))
		if p == nil || p.sig.proc {
			return "", false
		}
		return p.sig.result(), true
	}), "pg_get_function_result(oid)")
	bind(functionDef, "pg_get_functiondef(oid)")
}

// sequenceConst is how stored expressions name a sequence, by OID, so that it can be renamed.
var sequenceConst = regexp.MustCompile(`'(\d+)'::regclass`)

// exprText writes a stored expression with the names of its sequences.
func exprText(cat *catalog.Catalog, path []string, expr string) string {
	expr = types.ShowKept(expr, func(id types.OID) string {
		name, _ := typeName(cat, path, types.Of(id))
		return name
	})
	expr = qualifyCasts(cat, path, expr)
	if !strings.Contains(expr, "::regclass") {
		return expr
	}
	return sequenceConst.ReplaceAllStringFunc(expr, func(m string) string {
		id := oidOf(sequenceConst.FindStringSubmatch(m)[1])
		if name := RegName(cat, path, types.OIDRegclass, id); name != "" {
			return builtin.QuoteLiteral(name) + "::regclass"
		}
		return m
	})
}

// extensionCast finds casts to types of extensions, and strings, which hold none.
var extensionCast = regexp.MustCompile(`'(?:[^']|'')*'|"(?:[^"]|"")*"|::([a-z]+)`)

// qualifyCasts writes the schema of an extension before its types where the path does not find them.
func qualifyCasts(cat *catalog.Catalog, path []string, expr string) string {
	if !strings.Contains(expr, "::") {
		return expr
	}
	return extensionCast.ReplaceAllStringFunc(expr, func(m string) string {
		in := types.LookupName(strings.TrimPrefix(m, "::"))
		if m[0] != ':' || in == nil || in.OID < extensionTypes {
			return m
		}
		name, _ := typeName(cat, path, types.Of(in.OID))
		return "::" + name
	})
}

func getExpr(s *scope, a []types.Value) (types.Value, error) {
	text := exprText(s.cat, s.path, a[0].Str())
	if len(a) > 2 && a[2].Bool() {
		text = bare(text)
	}
	return types.NewString(text), nil
}

func getIndexDef(s *scope, a []types.Value) (types.Value, error) {
	x := s.cat.Index(oidArg(a[0]))
	if x == nil {
		return types.Null, nil
	}
	pretty := len(a) == 3 && a[2].Bool()
	if len(a) == 1 || a[1].Int() == 0 {
		return types.NewString(indexDef(s.cat, x, s.path, pretty)), nil
	}
	n, t := int(a[1].Int()), s.cat.Table(x.Table)
	switch {
	case t == nil || n < 0 || n > len(x.Keys)+len(x.Include):
		return types.NewString(""), nil
	case n > len(x.Keys):
		return types.NewString(columnNames(t, x.Include[n-len(x.Keys)-1:n-len(x.Keys)])), nil
	}
	return types.NewString(keyExpr(t, &x.Keys[n-1], pretty)), nil
}

func getConstraintDef(s *scope, a []types.Value) (types.Value, error) {
	t, c := findConstraint(s.cat, oidArg(a[0]))
	if c == nil {
		c = findDomainConstraint(s.cat, oidArg(a[0]))
	}
	if c == nil {
		return types.Null, nil
	}
	return types.NewString(constraintDef(s.cat, t, c, s.path, len(a) > 1 && a[1].Bool())), nil
}

func getViewDef(s *scope, a []types.Value) (types.Value, error) {
	return s.viewDef(s.cat.Object(oidArg(a[0]))), nil
}

func (s *scope) viewDef(o catalog.Object) types.Value {
	text, names, ok := storedQuery(o)
	if !ok {
		return types.Null
	}
	return types.NewString(viewDef(qualified(s.cat, s.path, text, names)))
}

func getRuleDef(s *scope, a []types.Value) (types.Value, error) {
	for _, o := range s.cat.All(catalog.ClassView) {
		if v := o.(*catalog.View); ruleOID(v.ID) == oidArg(a[0]) {
			return types.NewString("CREATE RULE \"_RETURN\" AS\n    ON SELECT TO " + relationName(s.cat, v, nil) + " DO INSTEAD " + s.viewDef(v).Str()), nil
		}
	}
	return types.Null, nil
}

// serialSequence takes the table's name as SQL text and the column's as it is.
func serialSequence(s *scope, a []types.Value) (types.Value, error) {
	o, err := s.relation(a[0].Str())
	if err != nil {
		return types.Null, err
	}
	t, ok := o.(*catalog.Table)
	if !ok { // a view's column owns no sequence
		return types.Null, nil
	}
	_, ord := t.Column(a[1].Str())
	if ord == 0 {
		return types.Null, sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", a[1].Str(), t.Name)
	}
	for _, o := range s.cat.All(catalog.ClassSequence) {
		if q := o.(*catalog.Sequence); q.OwnerTable == t.ID && q.OwnerColumn == ord {
			return types.NewString(relationName(s.cat, q, nil)), nil
		}
	}
	return types.Null, nil
}

var volatilityWords = map[byte]string{'i': " IMMUTABLE", 's': " STABLE"}

// functionDef is the CREATE FUNCTION command of a function.
func functionDef(s *scope, a []types.Value) (types.Value, error) {
	p := findProcedure(s.cat, oidArg(a[0]))
	if p == nil {
		return types.Null, nil
	}
	if f, ok := s.cat.Object(p.id).(*catalog.Function); ok {
		return types.NewString(createdDef(p, f)), nil
	}
	options := " IMMUTABLE"
	if f := builtin.FunctionByOID(p.id); f != nil {
		if f.Kind == builtin.Aggregate || f.Kind == builtin.Window {
			return types.Null, sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is an aggregate function", p.name)
		}
		options = volatilityWords[byte(f.Volatility)]
		if f.Strict {
			options += " STRICT"
		}
	}
	return types.NewString(fmt.Sprintf("CREATE OR REPLACE FUNCTION %s.%s(%s)\n RETURNS %s\n LANGUAGE internal\n%sAS $function$%s$function$\n",
		builtin.QuoteIdent(p.schema), builtin.QuoteIdent(p.name), p.sig.arguments(true), p.sig.result(), optionLine(options), p.name)), nil
}

// createdDef is the command of a created function or procedure.
func createdDef(p *procedure, f *catalog.Function) string {
	kind := f.Kind()
	out := fmt.Sprintf("CREATE OR REPLACE %s %s.%s(%s)\n", strings.ToUpper(kind), builtin.QuoteIdent(p.schema), builtin.QuoteIdent(p.name), p.sig.arguments(true))
	if !f.Procedure {
		out += " RETURNS " + p.sig.result() + "\n"
	}
	out += " LANGUAGE " + builtin.QuoteIdent(f.Language) + "\n"
	options := volatilityWords[f.Volatile]
	switch f.Parallel {
	case 's':
		options += " PARALLEL SAFE"
	case 'r':
		options += " PARALLEL RESTRICTED"
	}
	if f.Strict {
		options += " STRICT"
	}
	if f.SecurityDefiner {
		options += " SECURITY DEFINER"
	}
	if f.Leakproof {
		options += " LEAKPROOF"
	}
	if f.Cost != 0 && f.Cost != 100 {
		options += fmt.Sprintf(" COST %g", f.Cost)
	}
	if f.Rows != 0 && f.Rows != 1000 {
		options += fmt.Sprintf(" ROWS %g", f.Rows)
	}
	out += optionLine(options)
	for _, c := range f.Settings {
		out += " SET " + builtin.QuoteIdent(c.Name) + " TO " + settingList(c) + "\n"
	}
	if f.Atomic {
		return out + f.Body + "\n"
	}
	quote := "$" + kind
	for strings.Contains(f.Body, quote) {
		quote += "x"
	}
	quote += "$"
	return out + "AS " + quote + f.Body + quote + "\n"
}

// settingList is a setting's value as SET writes it; a search path is a list.
func settingList(c catalog.Setting) string {
	if c.Name != "search_path" {
		return builtin.QuoteLiteral(c.Value)
	}
	parts := strings.Split(c.Value, ", ")
	for i, part := range parts {
		parts[i] = builtin.QuoteLiteral(strings.Trim(part, "\""))
	}
	return strings.Join(parts, ", ")
}

func optionLine(options string) string {
	if options == "" {
		return ""
	}
	return options + "\n"
}
