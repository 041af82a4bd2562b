package bind

import (
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// window is one window that calls of the level share.
type window struct {
	partition []plan.Expr
	order     []plan.SortKey
	frame     plan.Frame
	framed    bool // a frame clause was written
}

// each calls f for the window's expressions and its calls' arguments.
func (w *window) each(f func(plan.Expr)) {
	for _, e := range w.partition {
		f(e)
	}
	for _, k := range w.order {
		f(k.Expr)
	}
	for _, e := range []plan.Expr{w.frame.Start.Offset, w.frame.End.Offset} {
		if e != nil {
			f(e)
		}
	}
}

// windowCall binds a window function, or an aggregate with OVER.
func (b *binder) windowCall(s *scope, e *ast.FuncCall, t *target) (plan.Expr, error) {
	if rule, known := clauseRules[s.clause]; known && !rule.windows {
		return nil, b.errorf(sqlerr.WindowingError, e.Pos(), "window functions are not allowed in %s", rule.name)
	}
	switch {
	case t.fn.OrderedSet > 0 && !e.WithinGroup:
		return nil, b.errorf(sqlerr.WrongObjectType, e.Pos(), "WITHIN GROUP is required for ordered-set aggregate %s", t.fn.Name)
	case e.Distinct:
		return nil, b.errorf(sqlerr.FeatureNotSupported, e.Pos(), "DISTINCT is not implemented for window functions")
	case e.WithinGroup || t.fn.OrderedSet > 0:
		return nil, b.errorf(sqlerr.FeatureNotSupported, e.Pos(), "OVER is not supported for ordered-set aggregate %s", t.fn.Name)
	case len(e.OrderBy) > 0:
		return nil, b.errorf(sqlerr.FeatureNotSupported, e.Pos(), "aggregate ORDER BY is not implemented for window functions")
	case e.Filter != nil && t.fn.Kind != builtin.Aggregate:
		return nil, b.errorf(sqlerr.FeatureNotSupported, e.Pos(), "FILTER is not implemented for non-aggregate window functions")
	case len(e.Args) == 0 && !e.Star && t.fn.Kind == builtin.Aggregate:
		return nil, b.errorf(sqlerr.WrongObjectType, e.Pos(), "%s(*) must be used to call a parameterless aggregate function", t.fn.Name)
	}
	for _, a := range t.args {
		if contains(a, isWindowed) {
			return nil, b.errorf(sqlerr.WindowingError, e.Pos(), "window function calls cannot be nested")
		}
	}
	w, err := b.windowFor(s, e.Over)
	if err != nil {
		return nil, err
	}
	call := &windowed{WindowCall: plan.WindowCall{Fn: t.fn, Args: t.args, Typ: t.ret}, window: w, pos: e.Pos()}
	if e.Filter != nil {
		if call.Filter, err = b.condition(s, e.Filter, clauseFilter); err != nil {
			return nil, err
		}
	}
	return call, nil
}

// windowFor finds or makes the window of an OVER clause.
func (b *binder) windowFor(s *scope, d *ast.WindowDef) (*window, error) {
	if d.Name != "" && len(d.PartitionBy) == 0 && len(d.OrderBy) == 0 && d.Frame == nil && d.RefName == "" {
		return b.namedWindow(s, d.Name, d.Pos())
	}
	w, err := b.windowDef(s, d)
	if err != nil {
		return nil, err
	}
	return s.shareWindow(w), nil
}

// shareWindow returns an equal window of the level, or adds w.
func (s *scope) shareWindow(w *window) *window {
	k := w.key()
	for _, have := range s.windows {
		if have.key() == k {
			return have
		}
	}
	s.windows = append(s.windows, w)
	return w
}

func (w *window) key() string {
	var out keyWriter
	out.int(len(w.partition))
	w.each(out.expr)
	out.keys(w.order)
	out.int(int(w.frame.Mode)<<16 | int(w.frame.Start.Kind)<<8 | int(w.frame.End.Kind))
	out.int(int(w.frame.Exclude))
	return out.String()
}

func (b *binder) namedWindow(s *scope, name string, pos int) (*window, error) {
	if w := s.named[name]; w != nil {
		return s.shareWindow(w), nil
	}
	for i, d := range s.windowDefs {
		if d.Name != name {
			continue
		}
		w, err := b.windowDef(s, s.windowDefs[i])
		if err != nil {
			return nil, err
		}
		if s.named == nil {
			s.named = map[string]*window{}
		}
		s.named[name] = w
		return s.shareWindow(w), nil
	}
	return nil, b.errorf(sqlerr.UndefinedObject, pos, "window \"%s\" does not exist", name)
}

// checkWindowDefs binds the named windows that no call used, for their errors.
func (b *binder) checkWindowDefs(s *scope) error {
	seen := map[string]bool{}
	for _, d := range s.windowDefs {
		if seen[d.Name] {
			return b.errorf(sqlerr.WindowingError, d.Pos(), "window \"%s\" is already defined", d.Name)
		}
		seen[d.Name] = true
		if s.named[d.Name] == nil {
			if _, err := b.windowDef(s, d); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *binder) windowDef(s *scope, d *ast.WindowDef) (*window, error) {
	w := &window{}
	if d.RefName != "" {
		if err := b.refWindow(s, w, d); err != nil {
			return nil, err
		}
	}
	for _, e := range d.PartitionBy {
		x, err := b.windowExpr(s, e)
		if err != nil {
			return nil, err
		}
		if builtin.Equality(x.Type().OID) == nil {
			return nil, b.noEquality(x.Type().OID, startOf(e))
		}
		w.partition = append(w.partition, x)
	}
	for _, o := range d.OrderBy {
		x, err := b.windowExpr(s, o.Expr)
		if err != nil {
			return nil, err
		}
		k, err := b.sortKey(x, o)
		if err != nil {
			return nil, err
		}
		w.order = append(w.order, k)
	}
	w.frame.End.Kind = plan.CurrentRow
	if d.Frame != nil {
		w.framed = true
		return w, b.frame(s, w, d)
	}
	return w, nil
}

// refWindow builds on a named window: its partition, and its order if it has one.
func (b *binder) refWindow(s *scope, w *window, d *ast.WindowDef) error {
	for _, other := range s.windowDefs {
		if other.Name != d.RefName || other == d {
			continue
		}
		base, err := b.windowDef(s, other)
		if err != nil {
			return err
		}
		switch {
		case len(d.PartitionBy) > 0:
			return b.errorf(sqlerr.WindowingError, d.Pos(), "cannot override PARTITION BY clause of window \"%s\"", d.RefName)
		case len(d.OrderBy) > 0 && len(base.order) > 0:
			return b.errorf(sqlerr.WindowingError, d.Pos(), "cannot override ORDER BY clause of window \"%s\"", d.RefName)
		case base.framed:
			return b.errorf(sqlerr.WindowingError, d.Pos(), "cannot copy window \"%s\" because it has a frame clause", d.RefName)
		}
		w.partition, w.order = base.partition, base.order
		return nil
	}
	return b.errorf(sqlerr.UndefinedObject, d.Pos(), "window \"%s\" does not exist", d.RefName)
}

func (b *binder) windowExpr(s *scope, e ast.Expr) (plan.Expr, error) {
	x, err := b.exprIn(s, e, clauseWindow)
	if err != nil {
		return nil, err
	}
	return b.resolveUnknown(x, startOf(e))
}

var (
	frameModes      = map[ast.FrameMode]plan.FrameMode{ast.FrameRange: plan.RangeFrame, ast.FrameRows: plan.RowsFrame, ast.FrameGroups: plan.GroupsFrame}
	frameExclusions = map[ast.FrameExclusion]plan.Exclusion{
		ast.ExcludeNoOthers: plan.ExcludeNone, ast.ExcludeCurrentRow: plan.ExcludeCurrent, ast.ExcludeGroup: plan.ExcludeGroup, ast.ExcludeTies: plan.ExcludeTies,
	}
)

func (b *binder) frame(s *scope, w *window, d *ast.WindowDef) error {
	f := d.Frame
	w.frame.Mode, w.frame.Exclude = frameModes[f.Mode], frameExclusions[f.Exclude]
	w.frame.Start.Kind, w.frame.End.Kind = plan.BoundKind(f.Start), plan.BoundKind(f.End)
	if f.Mode == ast.FrameGroups && len(w.order) == 0 {
		return b.errorf(sqlerr.WindowingError, d.Pos(), "GROUPS mode requires an ORDER BY clause")
	}
	var err error
	if w.frame.Start.Offset, err = b.frameOffset(s, w, d, f.StartOffset); err != nil {
		return err
	}
	w.frame.End.Offset, err = b.frameOffset(s, w, d, f.EndOffset)
	return err
}

// frameOffset binds an offset: bigint for ROWS and GROUPS; for RANGE what can
// be added to and taken from the order key.
func (b *binder) frameOffset(s *scope, w *window, d *ast.WindowDef, e ast.Expr) (plan.Expr, error) {
	if e == nil {
		return nil, nil
	}
	x, err := b.exprIn(s, e, clauseWindow)
	if err != nil {
		return nil, err
	}
	if d.Frame.Mode != ast.FrameRange {
		what := "ROWS"
		if d.Frame.Mode == ast.FrameGroups {
			what = "GROUPS"
		}
		return b.coerceSpecific(x, types.Int8, what, startOf(e))
	}
	if len(w.order) != 1 {
		return nil, b.errorf(sqlerr.WindowingError, d.Pos(), "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column")
	}
	keyType := w.order[0].Expr.Type().OID
	offset, err := b.rangeOffset(keyType, x.Type().OID, startOf(e))
	if err != nil {
		return nil, err
	}
	if x, err = b.convert(x, types.Of(offset), builtin.CastImplicit, startOf(e)); err != nil {
		return nil, err
	}
	if keyType == types.OIDDate { // date and interval make a timestamp: order by that
		key := w.order[0]
		if key.Expr, err = b.convert(key.Expr, types.Timestamp, builtin.CastImplicit, startOf(e)); err != nil {
			return nil, err
		}
		w.order, keyType = []plan.SortKey{key}, types.OIDTimestamp
	}
	add, _, _, err := b.operator("+", keyType, offset, startOf(e))
	if err != nil {
		return nil, err
	}
	sub, _, _, err := b.operator("-", keyType, offset, startOf(e))
	w.frame.Add, w.frame.Sub = add.Fn, sub.Fn
	return x, err
}

// rangeOffsets are the types of RANGE offsets by the type of the order key:
// those that PostgreSQL has in_range functions for.
var rangeOffsets = map[types.OID][]types.OID{
	types.OIDInt2: {types.OIDInt8, types.OIDInt4, types.OIDInt2}, types.OIDInt4: {types.OIDInt8, types.OIDInt4, types.OIDInt2},
	types.OIDInt8: {types.OIDInt8}, types.OIDFloat4: {types.OIDFloat8}, types.OIDFloat8: {types.OIDFloat8}, types.OIDNumeric: {types.OIDNumeric},
	types.OIDDate: {types.OIDInterval}, types.OIDTimestamp: {types.OIDInterval}, types.OIDTimestamptz: {types.OIDInterval},
	types.OIDTime: {types.OIDInterval}, types.OIDTimetz: {types.OIDInterval}, types.OIDInterval: {types.OIDInterval},
}

// rangeOffset picks the type of an offset: its own, for a literal the key's,
// else the only one that it converts to.
func (b *binder) rangeOffset(keyType, given types.OID, pos int) (types.OID, error) {
	preferred := given
	if given == types.OIDUnknown {
		preferred = keyType
	}
	options := rangeOffsets[keyType]
	if options == nil {
		return 0, b.errorf(sqlerr.FeatureNotSupported, pos, "RANGE with offset PRECEDING/FOLLOWING is not supported for column type %s", typeName(keyType))
	}
	matches, chosen := 0, types.OID(0)
	for _, t := range options {
		if canCoerce(given, t, builtin.CastImplicit) {
			matches++
			if chosen != preferred {
				chosen = t
			}
		}
	}
	switch {
	case matches == 0:
		return 0, b.errorf(sqlerr.FeatureNotSupported, pos, "RANGE with offset PRECEDING/FOLLOWING is not supported for column type %s and offset type %s",
			typeName(keyType), typeName(given)).WithHint("Cast the offset value to an appropriate type.")
	case matches > 1 && chosen != preferred:
		return 0, b.errorf(sqlerr.FeatureNotSupported, pos, "RANGE with offset PRECEDING/FOLLOWING has multiple interpretations for column type %s and offset type %s",
			typeName(keyType), typeName(given)).WithHint("Cast the offset value to the exact intended type.")
	}
	return chosen, nil
}
