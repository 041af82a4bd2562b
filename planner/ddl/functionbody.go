package ddl

import (
	"strconv"
	"strings"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
	"synapse/planner/bind"
	"synapse/planner/parse"
	"synapse/planner/plpgsql"
)

// functionOptions applies the options of CREATE and ALTER FUNCTION.
func (b *binder) functionOptions(f *catalog.Function, list []*ast.Option) error {
	for _, o := range list {
		switch o.Name {
		case "as":
		case "language":
			f.Language = strings.ToLower(o.Text())
		case "volatility":
			f.Volatile = o.Text()[0]
		case "strict":
			f.Strict = optionOn(o)
		case "security":
			f.SecurityDefiner = optionOn(o)
		case "leakproof":
			f.Leakproof = optionOn(o)
		case "parallel":
			word := o.Text()
			if word != "safe" && word != "restricted" && word != "unsafe" {
				return sqlerr.New(sqlerr.SyntaxError, "parameter \"parallel\" must be SAFE, RESTRICTED, or UNSAFE")
			}
			f.Parallel = word[0]
		case "cost", "rows":
			n, err := strconv.ParseFloat(o.Text(), 64)
			if err != nil || n <= 0 {
				return sqlerr.New(sqlerr.InvalidParameterValue, "%s must be positive", strings.ToUpper(o.Name))
			}
			if o.Name == "cost" {
				f.Cost = n
			} else {
				f.Rows = n
			}
		case "set":
			if err := b.functionSetting(f, o.Set); err != nil {
				return err
			}
		case "window":
			return sqlerr.Unsupported("a window function in SQL or PL/pgSQL", "Write an ordinary function.")
		default:
			return sqlerr.Unsupported("function option "+strings.ToUpper(o.Name), "")
		}
	}
	return nil
}

func optionOn(o *ast.Option) bool {
	c, ok := o.Value.(*ast.Const)
	return !ok || c.Kind != ast.ConstBool || c.Bool
}

// functionSetting is SET name TO value, or RESET.
func (b *binder) functionSetting(f *catalog.Function, s *ast.SetStmt) error {
	if s.Name == "" {
		f.Settings = nil
		return nil
	}
	var rest []catalog.Setting
	for _, have := range f.Settings {
		if have.Name != s.Name {
			rest = append(rest, have)
		}
	}
	f.Settings = rest
	if s.Reset || s.Default {
		return nil
	}
	if s.Current {
		return sqlerr.Unsupported("SET ... FROM CURRENT", "Write the value.")
	}
	var parts []string
	for _, v := range s.Values {
		c, ok := v.(*ast.Const)
		if !ok {
			return sqlerr.Unsupported("this value of SET", "Write it as a string.")
		}
		text := c.String()
		if s.Name == "search_path" {
			text = builtin.QuoteIdent(text)
		}
		parts = append(parts, text)
	}
	f.Settings = append(f.Settings, catalog.Setting{Name: s.Name, Value: strings.Join(parts, ", ")})
	return nil
}

// functionText finds language and body.
func (b *binder) functionText(f *catalog.Function, s *ast.CreateFunctionStmt) error {
	var as *ast.Option
	for _, o := range s.Options {
		if o.Name == "as" {
			as = o
		}
	}
	switch {
	case s.Body != nil || s.Atomic:
		if f.Language == "" {
			f.Language = "sql"
		}
		if f.Language != "sql" {
			return sqlerr.New(sqlerr.InvalidFunctionDef, "inline SQL function body only valid for language SQL")
		}
		if as != nil {
			return sqlerr.New(sqlerr.InvalidFunctionDef, "duplicate function body specified")
		}
		f.Atomic, f.Body = true, atomicText(b.text)
		f.SearchPath = b.keptPath(false)
	case f.Language == "":
		return sqlerr.New(sqlerr.InvalidFunctionDef, "no language specified")
	case as == nil:
		return sqlerr.New(sqlerr.InvalidFunctionDef, "no function body specified")
	case len(as.Names) > 1:
		return sqlerr.New(sqlerr.InvalidFunctionDef, "only one AS item needed for language \"%s\"", f.Language)
	default:
		f.Body = as.Text()
	}
	switch f.Language {
	case "sql", "plpgsql":
		return nil
	case "c", "internal":
		return sqlerr.Unsupported("language "+f.Language, "Write the function in SQL or PL/pgSQL.")
	}
	return sqlerr.New(sqlerr.UndefinedObject, "language \"%s\" does not exist", f.Language).
		WithHint("Functions are written in SQL or PL/pgSQL.")
}

// atomicText is the SQL-standard body in the text of CREATE FUNCTION: from BEGIN
// ATOMIC or RETURN to the end.
func atomicText(text string) string {
	toks := parse.Tokens(text)
	word := func(i int) string {
		if i >= len(toks) || toks[i].Kind != parse.TokenWord {
			return ""
		}
		return strings.ToUpper(text[toks[i].Start:toks[i].End])
	}
	depth := 0
	for i := range toks {
		switch text[toks[i].Start:toks[i].End] {
		case "(":
			depth++
		case ")":
			depth--
		}
		if depth == 0 && (word(i) == "RETURN" || word(i) == "BEGIN" && word(i+1) == "ATOMIC") {
			body := text[toks[i].Start:]
			if word(i) == "BEGIN" {
				return "BEGIN " + strings.TrimSpace(text[toks[i+1].Start:])
			}
			return strings.TrimRight(body, "; \n\t\r")
		}
	}
	return ""
}

// checkBody refuses a body that cannot work, unless check_function_bodies is off.
func (b *binder) checkBody(f *catalog.Function) error {
	if b.LateBodies && !f.Atomic {
		return nil
	}
	if f.Language == "plpgsql" {
		sig := plpgsql.Signature{
			Name: f.Name, Set: f.RetSet, Void: f.Ret.OID == types.OIDVoid, Procedure: f.Procedure,
			Trigger: f.Ret.OID == types.OIDTrigger, Out: len(f.Outputs()) > 0,
		}
		for _, list := range [][]catalog.FunctionArg{f.Args, f.Columns} {
			for i := range list {
				sig.Variables = append(sig.Variables, list[i].Name)
			}
		}
		body, err := plpgsql.Parse(f.Body, sig)
		if err != nil {
			return err
		}
		return b.checkDeclarations(body)
	}
	if f.Ret.OID == types.OIDTrigger {
		return sqlerr.New(sqlerr.InvalidFunctionDef, "SQL functions cannot return type trigger")
	}
	list, err := bind.SQLBody(f)
	if err != nil {
		e := *sqlerr.From(err)
		e.InternalQuery, e.InternalPosition, e.Position = f.Body, e.Position, 0
		return &e
	}
	for i := range f.Args {
		if bind.Polymorphic(f.Args[i].Type.OID) {
			return nil
		}
	}
	return b.checkSQL(f, list)
}

// checkDeclarations refuses variables of types that do not exist.
func (b *binder) checkDeclarations(body *plpgsql.Block) error {
	return plpgsql.EachDecl(body, func(d *plpgsql.Decl) error {
		if d.Type == "" {
			return nil
		}
		list, err := parse.Parse("SELECT NULL::" + d.Type)
		if err != nil {
			return err
		}
		cast, ok := list[0].Stmt.(*ast.SelectStmt).Targets[0].Expr.(*ast.CastExpr)
		if !ok {
			return nil
		}
		if _, _, err = b.argType(cast.Type); err != nil {
			e := *sqlerr.From(err)
			e.Position = 0
			return &e
		}
		return nil
	})
}

// checkSQL binds the statements of a body in SQL; those behind a schema change
// may need what it makes and are left to the first call.
func (b *binder) checkSQL(f *catalog.Function, list []parse.Statement) error {
	var last *plan.Plan
	for i, st := range list {
		last = nil
		switch t := st.Stmt.(type) {
		case *ast.SelectStmt:
			if t.Into != nil {
				return nil
			}
		case *ast.InsertStmt, *ast.UpdateStmt, *ast.DeleteStmt, *ast.MergeStmt:
		default:
			if Is(st.Stmt) {
				return nil
			}
			continue
		}
		ctx := *b.bindContext()
		ctx.ParamTypes, ctx.TextStart, ctx.OnStar, ctx.OnName = nil, 0, nil, nil
		ctx.Variables = bind.ArgumentNames(b.cat, f, nil)
		p, err := b.Query(ctx, st.Stmt, "")
		if err != nil {
			e := *sqlerr.From(err)
			e.Position = 0
			if e.Where == "" {
				e.Where = "SQL function \"" + f.Name + "\""
			}
			return &e
		}
		if i == len(list)-1 {
			last = p
		}
	}
	return b.checkSQLResult(f, list, last)
}

func (b *binder) checkSQLResult(f *catalog.Function, list []parse.Statement, last *plan.Plan) error {
	if f.Ret.OID == types.OIDVoid {
		return nil
	}
	mismatch := sqlerr.New(sqlerr.InvalidFunctionDef, "return type mismatch in function declared to return %s", b.argName(f.Ret, f.RetRel))
	mismatch.Where = "SQL function \"" + f.Name + "\""
	if last == nil || len(list) == 0 || !bind.GivesRows(list[len(list)-1].Stmt) {
		return mismatch.WithDetail("Function's final statement must be SELECT or INSERT/UPDATE/DELETE RETURNING.")
	}
	want := bind.ResultColumns(b.cat, f)
	if f.Procedure && len(f.Outputs()) > 0 {
		want = nil
		for _, a := range f.Outputs() {
			want = append(want, builtin.OutColumn{Name: a.Name, Type: a.Type})
		}
	}
	have := last.Columns
	switch {
	case want == nil && f.Ret.Kind() == types.KindRecord:
		return nil
	case want == nil:
		if len(have) != 1 {
			return mismatch.WithDetail("Final statement must return exactly one column.")
		}
		if !bind.Assignable(have[0].Type, f.Ret) {
			return mismatch.WithDetail("Actual return type is %s.", types.FormatType(have[0].Type))
		}
		return nil
	case len(have) == 1 && have[0].Type.Kind() == types.KindRecord:
		return nil
	case len(have) < len(want):
		return mismatch.WithDetail("Final statement returns too few columns.")
	case len(have) > len(want):
		return mismatch.WithDetail("Final statement returns too many columns.")
	}
	for i := range want {
		if !bind.Assignable(have[i].Type, want[i].Type) {
			return mismatch.WithDetail("Final statement returns %s instead of %s at column %d.",
				types.FormatType(have[i].Type), types.FormatType(want[i].Type), i+1)
		}
	}
	return nil
}
