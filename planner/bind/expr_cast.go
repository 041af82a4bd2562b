package bind

import (
	"fmt"

	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// rowFieldName is what PostgreSQL calls field i (0-based) of an unnamed row.
func rowFieldName(i int) string { return fmt.Sprintf("f%d", i+1) }

// cast binds CAST, :: and type 'literal'.
func (b *binder) cast(s *scope, e *ast.CastExpr) (plan.Expr, error) {
	t, err := b.typeOf(e.Type)
	if err != nil {
		return nil, err
	}
	if arr, ok := e.Arg.(*ast.ArrayExpr); ok && category(t.OID) == 'A' && !isVectorType(t.OID) {
		return b.array(s, arr, t)
	}
	x, err := b.expr(s, e.Arg)
	if err != nil {
		return nil, err
	}
	at := startOf(e.Arg)
	if x.Type().OID == types.OIDRecord && e.Pos() >= 0 {
		at = e.Pos()
	}
	out, err := b.coerce(x, t, builtin.CastExplicit, at)
	if err != nil || out != nil {
		return out, err
	}
	pos := e.Pos()
	if pos < 0 {
		pos = e.Type.Pos()
	}
	return nil, b.errorf(sqlerr.CannotCoerce, pos, "cannot cast type %s to %s", typeName(x.Type().OID), typeName(t.OID))
}

// collations that order by code point, the only order there is. "default" is
// the database's, which is "C".
var collations = map[string]bool{
	"C": true, "default": true, "POSIX": true, "ucs_basic": true, "pg_c_utf8": true, "C.UTF-8": true, "C.utf8": true,
}

func (b *binder) collate(s *scope, e *ast.CollateExpr) (plan.Expr, error) {
	x, err := b.expr(s, e.Arg)
	if err != nil {
		return nil, err
	}
	if err := b.checkCollation(e.Collation, e.Pos()); err != nil {
		return nil, err
	}
	switch category(x.Type().OID) {
	case 'S', 'X', 'A', 'Z':
		return x, nil
	}
	return nil, b.errorf(sqlerr.DatatypeMismatch, e.Pos(), "collations are not supported by type %s", typeName(x.Type().OID))
}

func (b *binder) checkCollation(name []string, pos int) error {
	if len(name) == 0 || collations[name[len(name)-1]] {
		return nil
	}
	return b.errorf(sqlerr.UndefinedObject, pos, "collation \"%s\" for encoding \"UTF8\" does not exist", joinDots(name))
}

// sqlValue binds CURRENT_TIMESTAMP and its kin: calls and casts of now().
func (b *binder) sqlValue(e *ast.SQLValueExpr) (plan.Expr, error) {
	switch e.Kind {
	case ast.CurrentDate:
		return b.nowAs(types.Date, e)
	case ast.CurrentTime:
		return b.nowAs(types.Timetz, e)
	case ast.CurrentTimestamp:
		return b.nowAs(types.Timestamptz, e)
	case ast.LocalTime:
		return b.nowAs(types.Time, e)
	case ast.LocalTimestamp:
		return b.nowAs(types.Timestamp, e)
	}
	name := map[ast.SQLValueKind]string{
		ast.CurrentRole: "current_user", ast.CurrentUser: "current_user", ast.User: "current_user",
		ast.SessionUser: "session_user", ast.CurrentCatalog: "current_database", ast.CurrentSchema: "current_schema",
	}[e.Kind]
	return b.callNamed(name, nil, e.Pos())
}

func (b *binder) nowAs(t types.Type, e *ast.SQLValueExpr) (plan.Expr, error) {
	now, err := b.callNamed("now", nil, e.Pos())
	if err != nil {
		return nil, err
	}
	if e.Precision >= 0 {
		t.Mod = int32(min(e.Precision, 6))
	}
	out, err := b.coerce(now, t, builtin.CastExplicit, e.Pos())
	if err == nil && out == nil {
		err = b.errorf(sqlerr.CannotCoerce, e.Pos(), "cannot cast type timestamp with time zone to %s", typeName(t.OID))
	}
	return out, err
}
