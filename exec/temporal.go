package exec

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
	"synapse/storage"
)

// EvalConst evaluates an expression without columns, slots or subqueries.
func EvalConst(env *Env, e plan.Expr) (types.Value, error) {
	x, err := eval.Compile(e, &eval.Compiler{Env: env.Builtin, Params: env.Params})
	if err != nil {
		return types.Null, err
	}
	return x.Values(nil)
}

// moment evaluates one bound of a temporal clause. Error 22004 for NULL.
func (r *run) moment(e plan.Expr) (storage.Timestamp, error) {
	x, err := r.compile(e)
	if err != nil {
		return 0, err
	}
	v, err := x.Values(nil)
	if err != nil {
		return 0, err
	}
	if v.IsNull() {
		return 0, sqlerr.New(sqlerr.NullValueNotAllowed, "AS OF must not be null")
	}
	return storage.Timestamp(v.Int()), nil
}

// viewAt opens the snapshot at a time, once per run.
func (r *run) viewAt(at storage.Timestamp) (*storage.View, error) {
	if v := r.views[at]; v != nil {
		return v, nil
	}
	if r.env.ViewAt == nil {
		return nil, sqlerr.Unsupported("AS OF in this place", "")
	}
	v, err := r.env.ViewAt(r.ctx, at)
	if err != nil {
		return nil, err
	}
	if r.views == nil {
		r.views = map[storage.Timestamp]*storage.View{}
	}
	r.views[at] = v
	return v, nil
}

// temporal resolves what a scan sees: a view and, for a period, which versions.
func (r *run) temporal(s *plan.Scan, spec *storage.ScanSpec) (*storage.View, error) {
	t := s.Temporal
	if t == nil && r.env.AsOf == 0 {
		t = r.plan.AsOf
	}
	if t == nil {
		return r.env.View, nil
	}
	switch t.Kind {
	case plan.AsOf:
		at, err := r.moment(t.A)
		if err != nil {
			return nil, err
		}
		return r.viewAt(at)
	case plan.AsOfQuery:
		return r.viewOfQuery(t)
	case plan.All:
		spec.Versions, spec.VersionsFrom, spec.VersionsTo = true, -storage.Infinity, storage.Infinity
		return r.env.View, nil
	}
	from, err := r.moment(t.A)
	if err != nil {
		return nil, err
	}
	to, err := r.moment(t.B)
	if err != nil {
		return nil, err
	}
	if t.Kind == plan.Between && to < storage.Infinity {
		to++ // closed; storage's period is half-open
	}
	spec.Versions, spec.VersionsFrom, spec.VersionsTo = true, from, to
	return r.env.View, nil
}

func (r *run) viewOfQuery(t *plan.Temporal) (*storage.View, error) {
	x, err := r.compile(t.A)
	if err != nil {
		return nil, err
	}
	id, err := x.Values(nil)
	if err != nil {
		return nil, err
	}
	if id.IsNull() || r.env.QueryTime == nil {
		return nil, sqlerr.New(sqlerr.NullValueNotAllowed, "AS OF QUERY needs the id of a recorded query")
	}
	at, err := r.env.QueryTime(r.ctx, id)
	if err != nil {
		return nil, err
	}
	return r.viewAt(at)
}

// absent reports a table that did not exist yet at the view's time, and says so.
func (r *run) absent(s *plan.Scan, v *storage.View) bool {
	if v == r.env.View || v.Catalog().Table(s.Table.ID) != nil {
		return false
	}
	n := sqlerr.Notice("relation \"%s\" did not exist at %s: no rows", s.Table.Name, r.timeText(int64(v.Time())))
	if s.Table.Created != 0 {
		n = n.WithDetail("It was created at %s.", r.timeText(s.Table.Created))
	}
	if from, to := s.Table.ValidTime(); from != 0 && to != 0 {
		n = n.WithHint("Use FOR VALID_TIME AS OF to ask when facts held.")
	}
	r.env.notice(n)
	return true
}

func (r *run) timeText(us int64) string {
	var f *types.Format
	if r.env.Builtin != nil {
		f = r.env.Builtin.Format
	}
	return types.FormatText(types.Timestamptz, types.NewInt(us), f)
}
