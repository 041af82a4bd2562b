package ddl

import (
	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
	"synapse/planner/bind"
)

// systemColumnNames cannot name columns.
var systemColumnNames = map[string]bool{
	"tableoid": true, "ctid": true, "xmin": true, "xmax": true, "cmin": true, "cmax": true,
	"_system_from": true, "_system_to": true,
}

// serialTypes are the types that mean an integer with a sequence of its own.
var serialTypes = map[string]types.Type{
	"smallserial": types.Int2, "serial2": types.Int2, "serial": types.Int4, "serial4": types.Int4,
	"bigserial": types.Int8, "serial8": types.Int8,
}

// addColumn appends a column; constraints that need other columns wait in d.later.
func (d *draft) addColumn(def *ast.ColumnDef) error {
	name, err := d.columnName(def.Name)
	if err != nil {
		return err
	}
	c := catalog.Column{Name: name, Attr: d.t.NextAttr}
	serial := false
	if c.Type, serial, err = d.columnType(def); err != nil {
		return err
	}
	if c.Collation, err = d.collation(def.Collation, c.Type); err != nil {
		return err
	}
	if def.Compression != "" && def.Compression != "default" {
		return sqlerr.Unsupported("COMPRESSION", "")
	}
	if c.Storage, err = storageLetter(def.Storage); err != nil {
		return err
	}
	d.t.NextAttr++
	d.t.Columns = append(d.t.Columns, c)
	ord := len(d.t.Columns)
	if serial {
		if err := d.ownSequence(ord, nil); err != nil {
			return err
		}
		d.t.Columns[ord-1].NotNull = true
	}
	return d.columnConstraints(ord, def.Constraints, serial)
}

func (d *draft) columnName(name string) (string, error) {
	name = d.name(name)
	if systemColumnNames[name] {
		return "", sqlerr.New(sqlerr.DuplicateColumn, "column name \"%s\" conflicts with a system column name", name)
	}
	if c, _ := d.t.Column(name); c != nil {
		if d.fresh {
			return "", sqlerr.New(sqlerr.DuplicateColumn, "column \"%s\" specified more than once", name)
		}
		return "", sqlerr.New(sqlerr.DuplicateColumn, "column \"%s\" of relation \"%s\" already exists", name, d.t.Name)
	}
	return name, nil
}

// columnType resolves the type of a column; serial types stand for their integer.
func (b *binder) columnType(def *ast.ColumnDef) (t types.Type, serial bool, err error) {
	if s, ok := serialTypes[def.Type.Name()]; ok && len(def.Type.Names) == 1 {
		if len(def.Type.ArrayDims) > 0 {
			return t, false, sqlerr.New(sqlerr.FeatureNotSupported, "array of serial is not implemented").At(b.at(def.Type.Pos()))
		}
		return s, true, nil
	}
	if def.Type.Setof {
		return t, false, sqlerr.New(sqlerr.InvalidTableDefinition, "column \"%s\" cannot be declared SETOF", def.Name)
	}
	if t, err = bind.TypeOf(b.bindContext(), def.Type, b.text); err != nil {
		return t, false, err
	}
	if err := b.mayUseType(t); err != nil {
		return t, false, err
	}
	return t, false, columnTypeAllowed(def.Name, t)
}

// columnTypeAllowed refuses what no column can hold.
func columnTypeAllowed(name string, t types.Type) error {
	in := types.Lookup(t.OID)
	if in == nil || in.TypType == 'p' || t.OID == types.Record.ArrayOf().OID || t.Kind() == types.KindInvalid {
		shown := "record"
		if in != nil {
			shown = in.SQLName
		}
		return sqlerr.New(sqlerr.InvalidTableDefinition, "column \"%s\" has pseudo-type %s", name, shown)
	}
	return nil
}

// collations that every text has; all compare by code point.
var collations = map[string]bool{"default": true, "C": true, "POSIX": true, "ucs_basic": true, "C.utf8": true, "C.UTF-8": true, "und-x-icu": true}

func (b *binder) collation(names []string, t types.Type) (string, error) {
	if len(names) == 0 {
		return "", nil
	}
	name := names[len(names)-1]
	if !collations[name] {
		return "", sqlerr.New(sqlerr.UndefinedObject, "collation \"%s\" for encoding \"UTF8\" does not exist", name).
			WithHint("Text compares by code point; COLLATE \"C\" says so.")
	}
	if in := types.Lookup(t.OID); in != nil && in.Category != 'S' && types.Lookup(t.Elem().OID) == nil {
		return "", sqlerr.New(sqlerr.DatatypeMismatch, "collations are not supported by type %s", in.SQLName)
	}
	return name, nil
}

// columnConstraints reads what stands behind a column's type.
func (d *draft) columnConstraints(ord int, list []*ast.Constraint, serial bool) error {
	c := &d.t.Columns[ord-1]
	var null, value *ast.Constraint
	for _, k := range list {
		switch k.Kind {
		case ast.ConstraintNull, ast.ConstraintNotNull:
			if null != nil && null.Kind != k.Kind || k.Kind == ast.ConstraintNull && serial {
				return d.nullConflict(c, k)
			}
			null = k
			c.NotNull = c.NotNull || k.Kind == ast.ConstraintNotNull
		case ast.ConstraintDefault, ast.ConstraintGenerated, ast.ConstraintIdentity:
			if err := d.valueConflict(c, value, k, serial); err != nil {
				return err
			}
			value = k
			if err := d.columnValue(ord, k); err != nil {
				return err
			}
		default:
			own := *k
			if own.Kind != ast.ConstraintCheck {
				own.Columns = []string{c.Name}
			}
			d.later = append(d.later, &own)
		}
	}
	if null != nil && null.Kind == ast.ConstraintNull && c.Identity != 0 {
		return d.nullConflict(c, null)
	}
	return nil
}

func (d *draft) nullConflict(c *catalog.Column, k *ast.Constraint) error {
	return sqlerr.New(sqlerr.SyntaxError, "conflicting NULL/NOT NULL declarations for column \"%s\" of table \"%s\"", c.Name, d.t.Name).At(d.at(k.Pos()))
}

// valueConflict refuses a second source of a column's values.
func (d *draft) valueConflict(c *catalog.Column, have, k *ast.Constraint, serial bool) error {
	kinds := map[ast.ConstraintKind]string{
		ast.ConstraintDefault: "default", ast.ConstraintGenerated: "generation expression", ast.ConstraintIdentity: "identity",
	}
	if have == nil && !serial {
		return nil
	}
	first, second := "default", kinds[k.Kind]
	if have != nil {
		first = kinds[have.Kind]
	}
	if first == "identity" && second == first {
		return sqlerr.New(sqlerr.SyntaxError, "multiple identity specifications for column \"%s\" of table \"%s\"", c.Name, d.t.Name).At(d.at(k.Pos()))
	}
	if first == second {
		e := sqlerr.New(sqlerr.SyntaxError, "multiple %s values specified for column \"%s\" of table \"%s\"", first, c.Name, d.t.Name)
		if have != nil {
			e = e.At(d.at(k.Pos()))
		}
		return e
	}
	if second == "default" || first == "generation expression" {
		first, second = second, first
	}
	return sqlerr.New(sqlerr.SyntaxError, "both %s and %s specified for column \"%s\" of table \"%s\"", first, second, c.Name, d.t.Name).At(d.at(k.Pos()))
}

// columnValue notes a default or generation expression, or makes the sequence of an identity.
func (d *draft) columnValue(ord int, k *ast.Constraint) error {
	c := &d.t.Columns[ord-1]
	if k.Kind != ast.ConstraintIdentity {
		if k.Kind == ast.ConstraintDefault && isNull(k.Expr) {
			return nil
		}
		d.defaults = append(d.defaults, columnExpr{ord, k.Expr, k.Kind})
		return nil
	}
	switch c.Type {
	case types.Int2, types.Int4, types.Int8:
	default:
		return sqlerr.New(sqlerr.InvalidParameterValue, "identity column type must be smallint, integer, or bigint")
	}
	c.Identity, c.NotNull = 'd', true
	if k.Always {
		c.Identity = 'a'
	}
	return d.ownSequence(ord, k.Options)
}

func isNull(e ast.Expr) bool {
	c, ok := e.(*ast.Const)
	return ok && c.Kind == ast.ConstNull
}

// bindDefaults binds the expressions of columns, when all columns are known.
func (d *draft) bindDefaults() error {
	generated := map[int]bool{}
	for _, e := range d.defaults {
		if e.kind == ast.ConstraintGenerated {
			generated[e.ord] = true
		}
	}
	for _, e := range d.defaults {
		if _, err := d.bindDefault(e, generated); err != nil {
			return err
		}
	}
	d.defaults = nil
	return nil
}

// bindDefault sets a column's default or generation expression. generated are
// the generated columns, by position.
func (d *draft) bindDefault(e columnExpr, generated map[int]bool) (plan.Expr, error) {
	c := &d.t.Columns[e.ord-1]
	kind := bind.DefaultExpr
	if e.kind == ast.ConstraintGenerated {
		kind = bind.GeneratedExpr
	}
	x, err := bind.CatalogExpr(d.bindContext(), d.t, c, e.expr, kind, d.text)
	if err != nil {
		return nil, err
	}
	text := x.String()
	// The conversion to the column's type, and its modifier, are made anew
	// whenever the text is bound.
	if c.Type.Mod >= 0 && c.Type.OID != types.OIDInterval {
		bare := *c
		bare.Type = c.Type.NoMod()
		if whole, err := bind.CatalogExpr(d.bindContext(), d.t, &bare, e.expr, kind, d.text); err == nil {
			if _, ok := whole.(*plan.Const); ok {
				text = whole.String()
			}
		}
	}
	if plain, err := bind.CatalogExpr(d.bindContext(), d.t, nil, e.expr, kind, d.text); err == nil && (converts(x, plain) || isNumber(plain) && types.Lookup(c.Type.OID).Category == 'N') {
		text = plain.String()
	}
	if kind == bind.DefaultExpr {
		c.Default = text
		return x, nil
	}
	for _, ord := range columnsOf(x) {
		if generated[ord] {
			return nil, sqlerr.New(sqlerr.InvalidObjectDefinition, "cannot use generated column \"%s\" in column generation expression", d.t.Columns[ord-1].Name).
				At(d.at(e.expr.Pos())).WithDetail("A generated column cannot reference another generated column.")
		}
	}
	c.Generated = text
	return x, nil
}

// isNumber reports whether x is a number that was written as one.
func isNumber(x plan.Expr) bool {
	c, ok := x.(*plan.Const)
	return ok && types.Lookup(c.Typ.OID).Category == 'N'
}

// converts reports whether x is nothing but a conversion of plain, which has a
// type of its own.
func converts(x, plain plan.Expr) bool {
	if _, ok := plain.(*plan.Const); ok {
		return false
	}
	var arg plan.Expr
	switch x := x.(type) {
	case *plan.Func:
		if x.Cast && len(x.Args) > 0 {
			arg = x.Args[0]
		}
	case *plan.Relabel:
		arg = x.Arg
	case *plan.IOCast:
		arg = x.Arg
	case *plan.Typmod:
		return converts(x.Arg, plain) || x.Arg.String() == plain.String()
	}
	return arg != nil && arg.String() == plain.String()
}

// columnsOf lists the columns (1-based) that an expression over a row uses, in
// order of first use.
func columnsOf(e plan.Expr) []int {
	var out []int
	seen := map[int]bool{}
	var visit func(plan.Expr) plan.Expr
	visit = func(e plan.Expr) plan.Expr {
		if c, ok := e.(*plan.Col); ok {
			if !seen[c.Index+1] {
				seen[c.Index+1] = true
				out = append(out, c.Index+1)
			}
			return e
		}
		return plan.MapChildren(e, visit)
	}
	visit(e)
	return out
}
