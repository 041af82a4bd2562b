package exec

import (
	"context"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
)

// Deferred holds what deferred constraints of one transaction still owe. Used
// by one goroutine at a time.
type Deferred struct {
	list []pendingCheck
	all  *bool              // SET CONSTRAINTS ALL
	some map[types.OID]bool // SET CONSTRAINTS name, by constraint OID
}

// Empty reports that nothing is owed.
func (d *Deferred) Empty() bool { return len(d.list) == 0 }

// Set is SET CONSTRAINTS: ids nil means all. Becoming immediate does not check
// by itself: the session runs CheckDeferred after it.
func (d *Deferred) Set(ids []types.OID, deferred bool) {
	if ids == nil {
		d.all, d.some = &deferred, nil
		return
	}
	if d.some == nil {
		d.some = map[types.OID]bool{}
	}
	for _, id := range ids {
		d.some[id] = deferred
	}
}

// puts reports whether checks of the constraint wait for the commit.
func (d *Deferred) puts(c *catalog.Constraint) bool {
	if !c.Deferrable {
		return false
	}
	if is, ok := d.some[c.ID]; ok {
		return is
	}
	if d.all != nil {
		return *d.all
	}
	return c.Deferred
}

// CheckDeferred verifies everything that env.Deferred holds and empties it:
// before COMMIT and after SET CONSTRAINTS … IMMEDIATE. Error 23503.
func CheckDeferred(ctx context.Context, env *Env) error {
	if env.Deferred == nil || env.Deferred.Empty() {
		return nil
	}
	r := newRun(ctx, env, &plan.Plan{})
	r.checks = env.Deferred.list
	env.Deferred.list = nil
	return r.checkConstraints()
}

// tableInfo compiles a table for writing.
func (e *Env) tableInfo(table types.OID) (*plan.TableInfo, error) {
	if e.TableInfo == nil {
		return nil, sqlerr.Internal("no way to write to table %d", table)
	}
	return e.TableInfo(table)
}
