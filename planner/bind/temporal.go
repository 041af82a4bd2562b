package bind

import (
	"strings"

	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// temporal is a bound time travel clause of a reference or a query.
type temporal struct {
	system *plan.Temporal // nil: not given; its address tells clauses apart
	valid  *validPeriod   // nil: not given
	pos    int
}

// validPeriod selects rows by a table's valid-time columns.
type validPeriod struct {
	kind plan.TemporalKind
	a, b plan.Expr
}

var periodKinds = map[ast.PeriodKind]plan.TemporalKind{
	ast.PeriodAsOf: plan.AsOf, ast.PeriodBetween: plan.Between, ast.PeriodFromTo: plan.FromTo,
	ast.PeriodAll: plan.All, ast.PeriodQuery: plan.AsOfQuery,
}

// epochMicros is 2000-01-01 as microseconds since 1970.
const epochMicros = 946684800000000

// temporalClause binds AS OF and its kin; nil for nil.
func (b *binder) temporalClause(s *scope, c *ast.TemporalClause) (*temporal, error) {
	if c == nil {
		return nil, nil
	}
	t := &temporal{pos: c.Pos()}
	if p := c.System; p != nil {
		a, z, err := b.periodBounds(s, p)
		if err != nil {
			return nil, err
		}
		l := &lowerer{b: b}
		t.system = l.temporal(periodKinds[p.Kind], a, z)
		if l.err != nil {
			return nil, l.err
		}
	}
	if p := c.Valid; p != nil {
		a, z, err := b.periodBounds(s, p)
		if err != nil {
			return nil, err
		}
		t.valid = &validPeriod{kind: periodKinds[p.Kind], a: a, b: z}
	}
	return t, nil
}

// Temporal binds a period that stands outside of a query: AS OF of BEGIN and
// SET TRANSACTION, or a statement's before its snapshot is known.
func Temporal(ctx *Context, p *ast.Period, text string) (*plan.Temporal, error) {
	b := newBinder(ctx, text)
	from, to, err := b.periodBounds(newScope(nil), p)
	if err != nil {
		return nil, err
	}
	l := &lowerer{b: b}
	t := l.temporal(periodKinds[p.Kind], from, to)
	return t, l.err
}

func (b *binder) periodBounds(s *scope, p *ast.Period) (from, to plan.Expr, err error) {
	if p.Kind == ast.PeriodQuery {
		from, err = b.queryID(s, p.From)
		return from, nil, err
	}
	if p.From != nil {
		if from, err = b.moment(s, p.From, p.UnixNanos); err != nil {
			return nil, nil, err
		}
	}
	if p.To != nil {
		to, err = b.moment(s, p.To, p.UnixNanos)
	}
	return from, to, err
}

// queryID binds AS OF QUERY's value: the id of a lineage row.
func (b *binder) queryID(s *scope, e ast.Expr) (plan.Expr, error) {
	x, err := b.timeExpr(s, e)
	if err != nil {
		return nil, err
	}
	return b.coerceSpecific(x, types.UUID, "AS OF QUERY", startOf(e))
}

// timeExpr binds a value of AS OF, which has no columns and no subqueries. It
// may stand inside a level whose clause is being bound, so it gets a level of
// its own without parent. It is evaluated before the past is opened, so its names
// are today's.
func (b *binder) timeExpr(_ *scope, e ast.Expr) (plan.Expr, error) {
	bad := false
	ast.Inspect(e, func(n ast.Node) bool {
		if _, ok := n.(*ast.SubLink); ok {
			bad = true
		}
		return !bad
	})
	if bad {
		return nil, b.errorf(sqlerr.FeatureNotSupported, startOf(e), "cannot use subquery in AS OF")
	}
	outer := b.now
	defer func() { b.now = outer }()
	b.now = nil
	if b.ctx.Today != nil {
		b.now = &moment{catalog: b.ctx.Today}
	}
	return b.exprIn(newScope(nil), e, clauseAsOf)
}

// moment binds a point in time as timestamptz. Text is read as timestamptz, or
// as an interval before or after the statement's time; a bare integer counts
// microseconds since 2000, or with unixNanos nanoseconds since 1970.
func (b *binder) moment(s *scope, e ast.Expr, unixNanos bool) (plan.Expr, error) {
	x, err := b.timeExpr(s, e)
	if err != nil {
		return nil, err
	}
	pos := startOf(e)
	switch t := x.Type().OID; {
	case t == types.OIDUnknown:
		if c, ok := x.(*plan.Const); ok && !c.Val.IsNull() {
			return b.momentLiteral(c, unixNanos, pos)
		}
	case t == types.OIDInt2 || t == types.OIDInt4 || t == types.OIDInt8:
		return b.momentNumber(x, unixNanos, pos)
	case t == types.OIDNumeric:
		if x, err = b.coerce(x, types.Int8, builtin.CastExplicit, pos); err != nil {
			return nil, err
		}
		return b.momentNumber(x, unixNanos, pos)
	case t == types.OIDInterval:
		return b.relativeMoment(x, pos)
	case category(t) == 'S':
		return &plan.IOCast{Arg: x, Typ: types.Timestamptz}, nil
	}
	return b.coerceSpecific(x, types.Timestamptz, "AS OF", pos)
}

// momentLiteral reads '2025-10-24', '-10s', '1730000000000000000'.
func (b *binder) momentLiteral(c *plan.Const, unixNanos bool, pos int) (plan.Expr, error) {
	text := strings.TrimSpace(c.Val.Str())
	if moving(text) {
		return b.literal(c, types.Timestamptz, pos)
	}
	if isDigits(text) && len(text) > 8 { // shorter ones are dates: 20251024
		v, err := types.ParseText(types.Int8, text, b.format())
		if err == nil {
			return b.momentNumber(&plan.Const{Typ: types.Int8, Val: v}, unixNanos, pos)
		}
	}
	if strings.HasPrefix(text, "-") || strings.HasPrefix(text, "+") {
		v, err := types.ParseText(types.Interval, text, b.format())
		if err != nil {
			return nil, b.located(err, pos)
		}
		return b.relativeMoment(&plan.Const{Typ: types.Interval, Val: v}, pos)
	}
	v, err := types.ParseText(types.Timestamptz, text, b.format())
	if err != nil {
		return nil, b.located(err, b.literalPos[c])
	}
	return &plan.Const{Typ: types.Timestamptz, Val: v}, nil
}

// relativeMoment adds an interval to the statement's time.
func (b *binder) relativeMoment(interval plan.Expr, pos int) (plan.Expr, error) {
	now, err := b.callNamed("statement_timestamp", nil, pos)
	if err != nil {
		return nil, err
	}
	return b.callOperator("+", now, interval, pos)
}

func (b *binder) momentNumber(x plan.Expr, unixNanos bool, pos int) (plan.Expr, error) {
	x, err := b.coerce(x, types.Int8, builtin.CastImplicit, pos)
	if err != nil {
		return nil, err
	}
	if unixNanos {
		if c, ok := x.(*plan.Const); ok {
			return &plan.Const{Typ: types.Timestamptz, Val: types.NewInt(c.Val.Int()/1000 - epochMicros)}, nil
		}
		if x, err = b.callOperator("/", x, bigint(1000), pos); err != nil {
			return nil, err
		}
		if x, err = b.callOperator("-", x, bigint(epochMicros), pos); err != nil {
			return nil, err
		}
	}
	// Both are a count of microseconds since 2000.
	return relabel(x, types.Timestamptz), nil
}

func bigint(n int64) *plan.Const { return &plan.Const{Typ: types.Int8, Val: types.NewInt(n)} }

// checkTemporal refuses time travel where a table keeps no history or has no valid time.
func (b *binder) checkTemporal(rel *relation, t *temporal, pos int) error {
	if t == nil || rel.table == nil {
		return nil
	}
	if err := b.checkHistory(rel.table, t.system, pos); err != nil {
		return err
	}
	if t.valid != nil {
		if from, to := rel.table.ValidTime(); from == 0 || to == 0 {
			return b.errorf(sqlerr.UndefinedObject, pos, "table \"%s\" has no valid-time period", rel.table.Name).
				WithHint("Declare one WITH (synapse.valid_time = 'valid_from, valid_to').")
		}
	}
	return nil
}

// checkHistory refuses to read the past of a table that has none.
func (b *binder) checkHistory(t *catalog.Table, system *plan.Temporal, pos int) error {
	switch {
	case system == nil:
		return nil
	case t.Virtual && !system.Single():
		return b.errorf(sqlerr.FeatureNotSupported, pos, "relation \"%s\" keeps no versions", t.Name).
			WithHint("Its rows are made when they are read. AS OF shows them as they were at one moment.")
	case !t.Virtual && !t.KeepsHistory():
		return b.errorf(sqlerr.FeatureNotSupported, pos, "table \"%s\" keeps no history", t.Name).
			WithHint("Temporary and unlogged tables cannot be read AS OF an earlier moment.")
	}
	return nil
}

// within combines the clause around a reference with one closer to the table,
// which wins for each clock.
func (t *temporal) within(outer *temporal) *temporal {
	if t == nil {
		return outer
	}
	if outer == nil {
		return t
	}
	out := *t
	if out.system == nil {
		out.system = outer.system
	}
	if out.valid == nil {
		out.valid = outer.valid
	}
	return &out
}

// validFilter is the condition of a valid-time clause over a table that has
// such a period; nil for others.
func (b *binder) validFilter(rel *relation, v *validPeriod) (plan.Expr, error) {
	if v == nil || rel.table == nil || v.kind == plan.All {
		return nil, nil
	}
	fromOrd, toOrd := rel.table.ValidTime()
	if fromOrd == 0 || toOrd == 0 {
		return nil, nil
	}
	from, to := rel.column(fromOrd-1, -1), rel.column(toOrd-1, -1)
	last, startOp, endOp := v.b, "<=", ">"
	switch v.kind {
	case plan.AsOf:
		last = v.a
	case plan.FromTo:
		startOp = "<"
	}
	started, err := b.callOperator(startOp, from, last, -1)
	if err != nil {
		return nil, err
	}
	ends, err := b.callOperator(endOp, to, v.a, -1)
	if err != nil {
		return nil, err
	}
	// An open start or end is NULL.
	return &plan.BoolOp{Args: []plan.Expr{
		&plan.BoolOp{Or: true, Args: []plan.Expr{&plan.NullTest{Arg: from}, started}},
		&plan.BoolOp{Or: true, Args: []plan.Expr{&plan.NullTest{Arg: to}, ends}},
	}}, nil
}
