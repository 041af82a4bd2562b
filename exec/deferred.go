package exec

import (
	"context"
	"maps"

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

// due takes out what is to be verified now: at commit everything, else what no
// longer waits for it.
func (d *Deferred) due(commit bool) (now []pendingCheck) {
	var later []pendingCheck
	for _, c := range d.list {
		if commit || !d.puts(c.con) {
			now = append(now, c)
		} else {
			later = append(later, c)
		}
	}
	d.list = later
	return now
}

// DeferredMark is the state of a Deferred at a savepoint.
type DeferredMark struct{ was Deferred }

// Mark notes the state for RollbackTo.
func (d *Deferred) Mark() DeferredMark {
	return DeferredMark{Deferred{list: d.list[:len(d.list):len(d.list)], all: d.all, some: maps.Clone(d.some)}}
}

// RollbackTo brings back the state of a mark: what was checked since is owed again.
func (d *Deferred) RollbackTo(m DeferredMark) {
	*d = Deferred{list: m.was.list, all: m.was.all, some: maps.Clone(m.was.some)}
}

// CheckDeferred verifies what env.Deferred holds: all of it before COMMIT; after
// SET CONSTRAINTS … IMMEDIATE what has become immediate. Errors 23503, 23505.
func CheckDeferred(ctx context.Context, env *Env, commit bool) error {
	if env.Deferred == nil || env.Deferred.Empty() {
		return nil
	}
	r := newRun(ctx, env, &plan.Plan{})
	r.checks = env.Deferred.due(commit)
	return r.checkConstraints()
}

// noteDuplicates has the deferrable unique keys checked that writes to the table
// have taken for the second time.
func (w *writer) noteDuplicates() error {
	for _, d := range w.txn.TakeDuplicates() {
		con := w.t.ConstraintOf(d.Index.ID)
		if con == nil {
			return sqlerr.Internal("deferrable index %q has no constraint", d.Index.Name)
		}
		w.r.owe(pendingCheck{twin: &d, child: w.t, con: con})
	}
	return nil
}

// checkTwin verifies that a row that shared a unique key is alone with its key by now.
func (r *run) checkTwin(c *pendingCheck) error {
	txn, err := r.txn()
	if err != nil {
		return err
	}
	conflict, err := txn.StillDuplicate(r.ctx, *c.twin)
	if err != nil || conflict == nil {
		return err
	}
	return (&writer{r: r, txn: txn, t: c.child}).duplicate(conflict)
}

// tableInfo compiles a table for writing.
func (e *Env) tableInfo(table types.OID) (*plan.TableInfo, error) {
	if e.TableInfo == nil {
		return nil, sqlerr.Internal("no way to write to table %d", table)
	}
	return e.TableInfo(table)
}
