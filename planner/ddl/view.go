package ddl

import (
	"maps"
	"slices"
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
	"synapse/planner/bind"
)

// createView records a query under a name, or replaces one.
func (b *binder) createView(s *ast.CreateViewStmt) error {
	p, seen, err := b.compileQuery(s.Query)
	if err != nil {
		return err
	}
	persist := s.Persistence
	schema, err := b.creationSchema(s.View.Schema, persist, s.View.Pos())
	if err != nil {
		return err
	}
	if persist == ast.Unlogged {
		return sqlerr.New(sqlerr.SyntaxError, "views cannot be unlogged because they do not have storage")
	}
	if persist == ast.Permanent && b.usesTemporary(p) && schema.Name != b.TempSchema {
		b.notice(sqlerr.Notice("view \"%s\" will be a temporary view", s.View.Name))
		if schema, err = b.temporarySchema(); err != nil {
			return err
		}
	}
	v := &catalog.View{SearchPath: b.keptPath(schema.Name == b.TempSchema)}
	v.Query, v.Names = seen.text(s.QueryText, s.Query.Start)
	if v.Columns, err = b.queryColumns(p, s.Columns, "CREATE VIEW specifies more column names than columns"); err != nil {
		return err
	}
	if v.Options, err = viewOptions(s.Options); err != nil {
		return err
	}
	switch s.CheckOption {
	case ast.CheckLocal:
		v.Options["check_option"] = "local"
	case ast.CheckCascaded:
		v.Options["check_option"] = "cascaded"
	}
	name := b.name(s.View.Name)
	if err := b.shapeView(v); err != nil {
		return err
	}
	if old := b.cat.Relation(schema.Name, name); old != nil {
		return b.replaceView(s, v, old)
	}
	if v.Header, err = b.header(name, schema.ID); err != nil {
		return err
	}
	if v.TypeID, err = b.typeID(); err != nil {
		return err
	}
	b.put(v)
	return nil
}

// shapeView records what rows are written through the view; a check option
// needs such rows.
func (b *binder) shapeView(v *catalog.View) error {
	base, columns, why, err := bind.ViewShape(b.bindContext(), v)
	if err != nil {
		return err
	}
	if why != "" && v.Options["check_option"] != "" {
		return sqlerr.New(sqlerr.FeatureNotSupported, "WITH CHECK OPTION is supported only on automatically updatable views").WithHint("%s", why)
	}
	v.Base, v.BaseColumns = base, columns
	return nil
}

// seenNames is what the names of a stored query mean, by byte offset.
type seenNames struct {
	stars map[int][]string // the columns of each *
	names map[int]catalog.NameUse
}

// compileQuery compiles the query of a view or of CREATE TABLE AS, which has no
// parameters.
func (b *binder) compileQuery(q *ast.SelectStmt) (p *plan.Plan, seen *seenNames, err error) {
	ast.Inspect(q, func(n ast.Node) bool {
		if param, ok := n.(*ast.Param); ok && !param.Slot && err == nil {
			err = sqlerr.New(sqlerr.UndefinedParameter, "there is no parameter $%d", param.Number).At(b.at(param.Pos()))
		}
		return err == nil
	})
	if err != nil {
		return nil, nil, err
	}
	ctx := *b.bindContext()
	ctx.ParamTypes = nil
	seen = &seenNames{stars: map[int][]string{}, names: map[int]catalog.NameUse{}}
	ctx.OnStar = func(pos int, columns []string) { seen.stars[pos] = columns }
	ctx.OnName = func(pos int, id types.OID, qualified bool) {
		seen.names[pos] = catalog.NameUse{ID: id, Qualified: qualified}
	}
	p, err = b.Query(ctx, q, b.text)
	return p, seen, err
}

// text writes the columns of each * into a query's text, which starts at start:
// a column that a table gets later is not part of the view. The names come with
// their places in the new text.
func (seen *seenNames) text(text string, start int) (string, []catalog.NameUse) {
	if start < 0 {
		return text, nil
	}
	var out strings.Builder
	var names []catalog.NameUse
	places := slices.Collect(maps.Keys(seen.stars))
	for pos := range seen.names {
		places = append(places, pos)
	}
	slices.Sort(places)
	at := 0
	for _, pos := range slices.Compact(places) {
		from := pos - start
		if from < at || from >= len(text) {
			continue
		}
		out.WriteString(text[at:from])
		at = from
		if n, ok := seen.names[pos]; ok {
			n.At = out.Len()
			names = append(names, n)
		}
		if columns, ok := seen.stars[pos]; ok {
			out.WriteString(strings.Join(columns, ", "))
			at = starEnd(text, from)
		}
	}
	return out.String() + text[at:], names
}

// starEnd finds the end of * or name.* that begins at from; names may be quoted.
func starEnd(text string, from int) int {
	quoted := false
	for i := from; i < len(text); i++ {
		switch {
		case text[i] == '"':
			quoted = !quoted
		case text[i] == '*' && !quoted:
			return i + 1
		}
	}
	return from
}

// keptPath is the search path that a stored query resolves by. Only what is
// temporary itself looks into the session's temporary schema.
func (b *binder) keptPath(temporary bool) []string {
	var out []string
	for _, name := range b.SearchPath {
		if name != b.TempSchema || temporary {
			out = append(out, name)
		}
	}
	return out
}

// usesTemporary reports whether a plan reads a temporary relation.
func (b *binder) usesTemporary(p *plan.Plan) bool {
	for _, o := range p.Objects {
		if obj := b.cat.Object(o.ID); !ofThePast(o) && obj != nil && obj.SchemaID() != 0 && b.cat.SchemaName(obj.SchemaID()) == b.TempSchema {
			return true
		}
	}
	return false
}

// queryColumns makes columns of a query's result, renamed by names.
func (b *binder) queryColumns(p *plan.Plan, names []string, tooMany string) ([]catalog.Column, error) {
	if len(names) > len(p.Columns) {
		return nil, sqlerr.New(sqlerr.SyntaxError, "%s", tooMany)
	}
	seen := map[string]bool{}
	var out []catalog.Column
	for i, c := range p.Columns {
		name := c.Name
		if i < len(names) {
			name = names[i]
		}
		name = truncateName(name)
		if seen[name] {
			return nil, sqlerr.New(sqlerr.DuplicateColumn, "column \"%s\" specified more than once", name)
		}
		seen[name] = true
		t := c.Type
		if t.OID == types.OIDUnknown {
			t = types.Text
		}
		if err := columnTypeAllowed(name, t); err != nil {
			return nil, err
		}
		out = append(out, catalog.Column{Name: name, Type: t, Attr: i})
	}
	return out, nil
}

// replaceView is CREATE OR REPLACE VIEW: columns may only be added at the end.
func (b *binder) replaceView(s *ast.CreateViewStmt, v *catalog.View, old catalog.Object) error {
	if !s.Replace {
		return sqlerr.New(sqlerr.DuplicateTable, "relation \"%s\" already exists", old.ObjectName())
	}
	was, ok := old.(*catalog.View)
	if !ok {
		return sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not a view", old.ObjectName())
	}
	if err := b.mustOwn(was); err != nil {
		return err
	}
	if len(v.Columns) < len(was.Columns) {
		return sqlerr.New(sqlerr.InvalidTableDefinition, "cannot drop columns from view")
	}
	for i, c := range was.Columns {
		n := v.Columns[i]
		if n.Name != c.Name {
			return sqlerr.New(sqlerr.InvalidTableDefinition, "cannot change name of view column \"%s\" to \"%s\"", c.Name, n.Name).
				WithHint("Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead.")
		}
		if n.Type != c.Type {
			return sqlerr.New(sqlerr.InvalidTableDefinition, "cannot change data type of view column \"%s\" from %s to %s",
				c.Name, types.FormatType(c.Type), types.FormatType(n.Type))
		}
		v.Columns[i].Comment, v.Columns[i].Default = c.Comment, c.Default
	}
	v.Header, v.TypeID = was.Header, was.TypeID
	b.put(v)
	return nil
}

// viewOptions checks WITH (…) of a view; security_barrier and security_invoker
// are kept, for a view reads as its owner or its caller alike.
func viewOptions(list []*ast.Option) (map[string]string, error) {
	out := map[string]string{}
	for _, o := range list {
		switch o.Name {
		case "security_barrier", "security_invoker":
		case "check_option":
			if value := o.Text(); value != "local" && value != "cascaded" {
				return nil, sqlerr.New(sqlerr.InvalidParameterValue, "invalid value for enum option \"check_option\": %s", value).
					WithDetail("Valid values are \"local\" and \"cascaded\".")
			}
		default:
			return nil, sqlerr.New(sqlerr.InvalidParameterValue, "unrecognized parameter \"%s\"", o.Name)
		}
		value := strings.ToLower(o.Text())
		if !o.HasValue() {
			value = "true"
		}
		out[o.Name] = value
	}
	return out, nil
}
