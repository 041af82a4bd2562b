package ddl

import (
	"slices"
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
	"synapse/planner/bind"
)

// createFunction makes or replaces a function or procedure.
func (b *binder) createFunction(s *ast.CreateFunctionStmt) (tag string, err error) {
	f := &catalog.Function{Procedure: s.Procedure}
	tag = "CREATE " + strings.ToUpper(f.Kind())
	if err := b.functionOptions(f, s.Options); err != nil {
		return "", err
	}
	if err := b.parameters(f, s.Params); err != nil {
		return "", err
	}
	if err := b.functionResult(f, s); err != nil {
		return "", err
	}
	if err := b.functionText(f, s); err != nil {
		return "", err
	}
	schema, err := b.creationSchema(schemaOf(s.Names), ast.Permanent, -1)
	if err != nil {
		return "", err
	}
	f.Name = b.name(s.Names[len(s.Names)-1])
	if old := b.sameFunction(schema.ID, f); old != nil {
		if err := b.replaceFunction(old, f, s.Replace); err != nil {
			return "", err
		}
		f.Header = old.Header
	} else if f.Header, err = b.header(f.Name, schema.ID); err != nil {
		return "", err
	}
	if err := b.checkBody(f); err != nil {
		return "", err
	}
	b.put(f)
	return tag, nil
}

// sameFunction finds the function with the name and argument types.
func (b *binder) sameFunction(schema types.OID, f *catalog.Function) *catalog.Function {
	for _, have := range b.cat.FunctionsNamed(f.Name) {
		if have.Schema == schema && sameInputs(have, f) {
			return have
		}
	}
	return nil
}

func sameInputs(a, b *catalog.Function) bool {
	return slices.EqualFunc(a.Inputs(), b.Inputs(), func(x, y catalog.FunctionArg) bool { return x.Type.OID == y.Type.OID && x.Rel == y.Rel })
}

// sameArgs: a procedure may be named with its OUT arguments too.
func sameArgs(a, b *catalog.Function) bool {
	return slices.EqualFunc(a.Args, b.Args, func(x, y catalog.FunctionArg) bool { return x.Type.OID == y.Type.OID && x.Rel == y.Rel })
}

// replaceFunction checks what CREATE OR REPLACE may not change.
func (b *binder) replaceFunction(old, f *catalog.Function, replace bool) error {
	if !replace {
		return sqlerr.New(sqlerr.DuplicateFunction, "function \"%s\" already exists with same argument types", f.Name)
	}
	if err := b.mustOwn(old); err != nil {
		return err
	}
	if old.Procedure != f.Procedure {
		return sqlerr.New(sqlerr.WrongObjectType, "cannot change routine kind").WithDetail("\"%s\" is a %s.", f.Name, old.Kind())
	}
	hint := "Use DROP " + strings.ToUpper(f.Kind()) + " " + b.functionSignature(old) + " first."
	if old.RetSet != f.RetSet || old.Ret.OID != f.Ret.OID || old.RetRel != f.RetRel || !sameOutputs(old, f) {
		e := sqlerr.New(sqlerr.InvalidFunctionDef, "cannot change return type of existing function").WithHint("%s", hint)
		if old.Ret.OID == f.Ret.OID && old.RetSet == f.RetSet && len(f.Outputs()) > 0 {
			e = e.WithDetail("Row type defined by OUT parameters is different.")
		}
		return e
	}
	was, now := old.Inputs(), f.Inputs()
	for i := range was {
		if was[i].Name != "" && was[i].Name != now[i].Name {
			return sqlerr.New(sqlerr.InvalidFunctionDef, "cannot change name of input parameter \"%s\"", was[i].Name).WithHint("%s", hint)
		}
		if was[i].Default != "" && now[i].Default == "" {
			return sqlerr.New(sqlerr.InvalidFunctionDef, "cannot remove parameter defaults from existing function").WithHint("%s", hint)
		}
	}
	return nil
}

func sameOutputs(a, b *catalog.Function) bool {
	return slices.EqualFunc(a.Outputs(), b.Outputs(), func(x, y catalog.FunctionArg) bool {
		return x.Type.OID == y.Type.OID && x.Rel == y.Rel && x.Name == y.Name
	})
}

// argType resolves the type of a parameter or result; rel is not 0 where it is
// the row of a relation.
func (b *binder) argType(n *ast.TypeName) (t types.Type, rel types.OID, err error) {
	ctx := b.bindContext()
	if n.PctType {
		return b.percentType(n)
	}
	t, err = bind.TypeOf(ctx, n, b.text)
	if err == nil {
		err = b.mayUseType(t)
	}
	if err != nil {
		return t, 0, err
	}
	if rel = bind.RowOf(ctx, n.Names, t); rel != 0 {
		return types.Record, rel, nil
	}
	return t.NoMod(), 0, nil
}

// percentType resolves relation.column%TYPE.
func (b *binder) percentType(n *ast.TypeName) (types.Type, types.OID, error) {
	if len(n.Names) < 2 {
		return types.Type{}, 0, sqlerr.New(sqlerr.SyntaxError, "improper %%TYPE reference (too few dotted names): %s", strings.Join(n.Names, "."))
	}
	relation, column := n.Names[:len(n.Names)-1], n.Names[len(n.Names)-1]
	rel := bind.RowType(b.bindContext(), relation)
	if rel == 0 {
		return types.Type{}, 0, sqlerr.New(sqlerr.UndefinedTable, "relation \"%s\" does not exist", strings.Join(relation, "."))
	}
	for _, c := range bind.RowColumns(b.cat, rel) {
		if c.Name == column {
			t := c.Type.NoMod()
			b.notice(sqlerr.Notice("type reference %s%%TYPE converted to %s", strings.Join(n.Names, "."), types.FormatType(t)))
			return t, 0, nil
		}
	}
	return types.Type{}, 0, sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", column, relation[len(relation)-1])
}

var paramModes = map[ast.ParamMode]byte{
	ast.ParamIn: 'i', ast.ParamOut: 'o', ast.ParamInOut: 'b', ast.ParamVariadic: 'v', ast.ParamTable: 't',
}

// parameters resolves the parameters and the columns of RETURNS TABLE.
func (b *binder) parameters(f *catalog.Function, list []*ast.FuncParam) error {
	names := map[string]bool{}
	defaults, variadic := false, false
	for _, p := range list {
		a := catalog.FunctionArg{Name: p.Name, Mode: paramModes[p.Mode]}
		if p.Type.Setof {
			return sqlerr.New(sqlerr.InvalidFunctionDef, "functions cannot accept set arguments")
		}
		var err error
		if a.Type, a.Rel, err = b.argType(p.Type); err != nil {
			return err
		}
		if p.Name != "" {
			if names[p.Name] {
				return sqlerr.New(sqlerr.InvalidFunctionDef, "parameter name \"%s\" used more than once", p.Name)
			}
			names[p.Name] = true
		}
		if a.In() {
			if variadic {
				return sqlerr.New(sqlerr.InvalidFunctionDef, "VARIADIC parameter must be the last input parameter")
			}
			variadic = a.Mode == 'v'
			if variadic && a.Type.Elem().OID == 0 && a.Type.OID != types.OIDAnyArray && a.Type.OID != types.OIDAny && a.Type.OID != types.OIDAnyCompatibleArr {
				return sqlerr.New(sqlerr.InvalidFunctionDef, "VARIADIC parameter must be an array")
			}
		}
		switch {
		case p.Default != nil && !a.In():
			return sqlerr.New(sqlerr.InvalidFunctionDef, "only input parameters can have default values")
		case p.Default != nil:
			defaults = true
			if a.Default, err = b.parameterDefault(p.Default, a.Type); err != nil {
				return err
			}
		case defaults && a.In() && !variadic:
			return sqlerr.New(sqlerr.InvalidFunctionDef, "input parameters after one with a default value must also have defaults")
		}
		if a.Mode == 't' {
			f.Columns = append(f.Columns, a)
			continue
		}
		if a.Mode == 'i' {
			a.Mode = 0
		}
		f.Args = append(f.Args, a)
	}
	return nil
}

func (b *binder) parameterDefault(e ast.Expr, t types.Type) (string, error) {
	x, err := bind.Argument(b.bindContext(), e, t, b.text)
	if err != nil {
		return "", err
	}
	return x.String(), nil
}

// functionResult works out what the function returns.
func (b *binder) functionResult(f *catalog.Function, s *ast.CreateFunctionStmt) error {
	outs := f.Outputs()
	implied, impliedRel := types.Void, types.OID(0)
	switch {
	case len(outs) == 1:
		implied, impliedRel = outs[0].Type, outs[0].Rel
	case len(outs) > 1:
		implied = types.Record
	}
	if f.Procedure {
		f.Ret = types.Void
		if len(outs) > 0 {
			f.Ret = types.Record
		}
		return nil
	}
	f.RetSet = len(f.Columns) > 0 || s.Returns != nil && s.Returns.Setof
	if s.Returns == nil || len(f.Columns) > 0 {
		if len(outs) == 0 {
			return sqlerr.New(sqlerr.InvalidFunctionDef, "function result type must be specified")
		}
		f.Ret, f.RetRel = implied, impliedRel
		return nil
	}
	var err error
	if f.Ret, f.RetRel, err = b.argType(s.Returns); err != nil {
		return err
	}
	if len(outs) > 0 && (f.Ret.OID != implied.OID || f.RetRel != impliedRel) {
		return sqlerr.New(sqlerr.InvalidFunctionDef, "function result type must be %s because of OUT parameters", b.argName(implied, impliedRel))
	}
	if f.Ret.OID == types.OIDTrigger && len(f.Args) > 0 {
		return sqlerr.New(sqlerr.InvalidFunctionDef, "trigger functions cannot have declared arguments").
			WithHint("The arguments of the trigger can be accessed through TG_NARGS and TG_ARGV instead.")
	}
	var inputs []types.OID
	for _, a := range f.Inputs() {
		inputs = append(inputs, a.Type.OID)
	}
	if needs := bind.ResultNeeds(f.Ret.OID, inputs); needs != "" {
		return sqlerr.New(sqlerr.InvalidFunctionDef, "cannot determine result data type").
			WithDetail("A result of type %s requires at least one input of type %s.", types.FormatType(f.Ret), needs)
	}
	return nil
}

// roleStatement's kin: statements about functions and triggers.
func (b *binder) functionStatement(stmt ast.Stmt) (tag string, err error) {
	switch s := stmt.(type) {
	case *ast.CreateFunctionStmt:
		return b.createFunction(s)
	case *ast.AlterFunctionStmt:
		return "ALTER " + string(s.Kind), b.alterFunction(s)
	case *ast.CreateTriggerStmt:
		return "CREATE TRIGGER", b.createTrigger(s)
	}
	return b.roleStatement(stmt)
}

// functionSignature is f(integer, text) as messages name it.
func (b *binder) functionSignature(f *catalog.Function) string {
	var list []string
	for _, a := range f.Inputs() {
		list = append(list, b.argName(a.Type, a.Rel))
	}
	return f.Name + "(" + strings.Join(list, ",") + ")"
}

func (b *binder) argName(t types.Type, rel types.OID) string {
	if rel != 0 {
		if o := b.cat.Object(rel); o != nil {
			return o.ObjectName()
		}
	}
	return types.FormatType(t)
}

// functionOf finds the function that a statement names; nil without an error
// where there is none and missing is allowed.
func (b *binder) functionOf(kind ast.ObjectKind, ref *ast.ObjectRef, missing bool) (*catalog.Function, error) {
	word := strings.ToLower(string(kind))
	schema, name := schemaOf(ref.Names), ref.Names[len(ref.Names)-1]
	if schema == "pg_temp" {
		schema = b.TempSchema
	}
	if schema != "" && b.cat.Schema(schema) == nil && !missing {
		return nil, sqlerr.New(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", schema)
	}
	found, want, err := b.functionCandidates(schema, name, ref, missing)
	if err != nil {
		return nil, err
	}
	shown := name + "(" + strings.Join(want, ",") + ")"
	switch {
	case len(found) == 0 && missing:
		b.notice(sqlerr.Notice("%s %s does not exist, skipping", word, shown))
		return nil, nil
	case len(found) == 0 && !ref.ArgsGiven:
		return nil, sqlerr.New(sqlerr.UndefinedFunction, "could not find a %s named \"%s\"", word, name)
	case len(found) == 0:
		return nil, sqlerr.New(sqlerr.UndefinedFunction, "%s %s does not exist", word, shown)
	case len(found) > 1:
		return nil, sqlerr.New(sqlerr.AmbiguousFunction, "%s name \"%s\" is not unique", word, name).
			WithHint("Specify the argument list to select the %s unambiguously.", word)
	}
	f := found[0]
	if kind == ast.KindFunction && f.Procedure || kind == ast.KindProcedure && !f.Procedure {
		return nil, sqlerr.New(sqlerr.WrongObjectType, "%s is not a %s", b.functionSignature(f), word)
	}
	return f, nil
}

// functionCandidates lists the functions that fit; want are the argument types as named.
func (b *binder) functionCandidates(schema, name string, ref *ast.ObjectRef, missing bool) (found []*catalog.Function, want []string, err error) {
	var args catalog.Function
	for _, n := range ref.Args {
		t, rel, err := b.argType(n)
		if err != nil {
			if missing {
				b.notice(sqlerr.Notice("type \"%s\" does not exist, skipping", strings.Join(n.Names, ".")))
				return nil, nil, nil
			}
			return nil, nil, err
		}
		args.Args = append(args.Args, catalog.FunctionArg{Type: t, Rel: rel})
		want = append(want, b.argName(t, rel))
	}
	paths := b.SearchPath
	if schema != "" {
		paths = []string{schema}
	}
	for _, p := range paths {
		s := b.cat.Schema(p)
		if s == nil {
			continue
		}
		for _, f := range b.cat.FunctionsNamed(name) {
			if f.Schema == s.ID && (!ref.ArgsGiven || sameInputs(f, &args) || f.Procedure && sameArgs(f, &args)) {
				found = append(found, f)
			}
		}
		if len(found) > 0 {
			return found, want, nil
		}
	}
	return nil, want, nil
}

// alterFunction is ALTER FUNCTION … options.
func (b *binder) alterFunction(s *ast.AlterFunctionStmt) error {
	f, err := b.functionOf(s.Kind, s.Object, false)
	if err != nil {
		return err
	}
	if err := b.mustOwn(f); err != nil {
		return err
	}
	n := *f
	n.Settings = slices.Clone(f.Settings)
	if err := b.functionOptions(&n, s.Options); err != nil {
		return err
	}
	b.put(&n)
	return nil
}

// renameFunction, and its kin below, are ALTER FUNCTION … RENAME TO, SET SCHEMA, OWNER TO.
func (b *binder) renameFunction(s *ast.RenameStmt) error {
	f, err := b.functionOf(s.Kind, s.Object, false)
	if err != nil {
		return err
	}
	if err := b.mustOwn(f); err != nil {
		return err
	}
	n := *f
	n.Name = b.name(s.NewName)
	return b.moveFunction(f, &n)
}

func (b *binder) moveFunction(f, n *catalog.Function) error {
	if b.sameFunction(n.Schema, n) != nil {
		return sqlerr.New(sqlerr.DuplicateFunction, "function %s already exists in schema \"%s\"", b.functionSignature(n), b.cat.SchemaName(n.Schema))
	}
	users, err := b.functionUsers(f)
	if err != nil {
		return err
	}
	for _, u := range users {
		if u.trigger == 0 { // triggers know it by number
			return sqlerr.New(sqlerr.FeatureNotSupported, "cannot rename %s because %s names it", b.describe(item{obj: f}), b.describe(u.item)).
				WithHint("Drop what names it and create it again afterwards.")
		}
	}
	b.put(n)
	return nil
}

func (b *binder) functionSchema(s *ast.AlterSchemaStmt) error {
	f, err := b.functionOf(s.Kind, s.Object, false)
	if err != nil {
		return err
	}
	if err := b.mustOwn(f); err != nil {
		return err
	}
	to := b.cat.Schema(s.NewSchema)
	if to == nil {
		return sqlerr.New(sqlerr.InvalidSchemaName, "schema \"%s\" does not exist", s.NewSchema)
	}
	if err := b.writableSchema(to); err != nil || to.ID == f.Schema {
		return err
	}
	n := *f
	n.Schema = to.ID
	return b.moveFunction(f, &n)
}

func isRoutineKind(k ast.ObjectKind) bool {
	return k == ast.KindFunction || k == ast.KindProcedure || k == ast.KindRoutine
}

// functionUsers lists what calls a function: views, defaults, checks, generated
// columns, indexes and triggers. Bodies of other functions are text.
func (b *binder) functionUsers(f *catalog.Function) ([]dependent, error) {
	out, err := b.viewUsers(f.ID)
	if err != nil {
		return nil, err
	}
	for _, o := range b.cat.All(catalog.ClassView) {
		out = append(out, triggerUsers(o, o.(*catalog.View).Triggers, f.ID)...)
	}
	for _, o := range b.cat.All(catalog.ClassTable) {
		t := o.(*catalog.Table)
		out = append(out, triggerUsers(t, t.Triggers, f.ID)...)
		for i := range t.Constraints {
			if c := &t.Constraints[i]; c.Kind == catalog.Check && b.textCalls(t, c.Expr, f.ID) {
				out = append(out, dependent{item: item{obj: t, con: c.ID}})
			}
		}
		for i := range t.Columns {
			c := &t.Columns[i]
			switch {
			case c.Dropped:
			case b.textCalls(t, c.Generated, f.ID):
				out = append(out, dependent{item: item{obj: t, column: i + 1}})
			case b.textCalls(t, c.Default, f.ID):
				out = append(out, dependent{item: item{obj: t, column: i + 1, value: true}})
			}
		}
		for _, ix := range b.cat.Indexes(t.ID) {
			uses := b.textCalls(t, ix.Predicate, f.ID)
			for k := range ix.Keys {
				uses = uses || b.textCalls(t, ix.Keys[k].Expr, f.ID)
			}
			if uses {
				out = append(out, dependent{item: item{obj: ix}})
			}
		}
	}
	return out, nil
}

func triggerUsers(o catalog.Object, list []catalog.Trigger, function types.OID) []dependent {
	var out []dependent
	for i := range list {
		if list[i].Function == function {
			out = append(out, dependent{item: item{obj: o, trigger: list[i].ID}})
		}
	}
	return out
}

// textCalls reports whether an expression that the catalog keeps calls a function.
func (b *binder) textCalls(t *catalog.Table, text string, function types.OID) bool {
	if text == "" || !strings.Contains(text, "(") {
		return false
	}
	x, err := bind.CatalogText(b.bindContext(), t, text)
	if err != nil {
		return false
	}
	found := false
	var walk func(e plan.Expr) plan.Expr
	walk = func(e plan.Expr) plan.Expr {
		if call, ok := e.(*plan.Func); ok && call.Fn.OID == function {
			found = true
		}
		return plan.MapChildren(e, walk)
	}
	walk(x)
	return found
}
