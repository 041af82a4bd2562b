package exec

import (
	"synapse/catalog"
	"synapse/catalog/builtin"
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
	if t.Single() {
		return r.viewOf(t)
	}
	if t.Kind == plan.All {
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

// viewOf opens the snapshot of a clause with one moment.
func (r *run) viewOf(t *plan.Temporal) (*storage.View, error) {
	at, ok := r.env.Moments[t]
	if !ok {
		var err error
		if at, err = r.evaluate(t); err != nil {
			return nil, err
		}
	}
	return r.viewAt(at)
}

// evaluate finds the moment of AS OF or AS OF QUERY.
func (r *run) evaluate(t *plan.Temporal) (storage.Timestamp, error) {
	if t.Kind == plan.AsOf {
		return r.moment(t.A)
	}
	x, err := r.compile(t.A)
	if err != nil {
		return 0, err
	}
	id, err := x.Values(nil)
	if err != nil {
		return 0, err
	}
	if id.IsNull() || r.env.QueryTime == nil {
		return 0, sqlerr.New(sqlerr.NullValueNotAllowed, "AS OF QUERY needs the id of a recorded query")
	}
	return r.env.QueryTime(r.ctx, id)
}

// pastEnv is what function bodies and virtual relations see as of a clause.
type pastEnv struct {
	builtin *builtin.Env
	virtual catalog.VirtualSource
}

// asOf makes the surroundings of a clause, once per run.
func (r *run) asOf(t *plan.Temporal) (*pastEnv, error) {
	if e := r.past[t]; e != nil {
		return e, nil
	}
	v, err := r.viewOf(t)
	if err != nil {
		return nil, err
	}
	if r.env.AsOfEnv == nil {
		return nil, sqlerr.Unsupported("AS OF in this place", "")
	}
	e := &pastEnv{}
	e.builtin, e.virtual = r.env.AsOfEnv(v)
	if r.past == nil {
		r.past = map[*plan.Temporal]*pastEnv{}
	}
	r.past[t] = e
	return e, nil
}

// envAsOf is asOf for expressions.
func (r *run) envAsOf(t *plan.Temporal) (*builtin.Env, error) {
	e, err := r.asOf(t)
	if err != nil {
		return nil, err
	}
	return e.builtin, nil
}
