package storage

import (
	"context"
	"time"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/storage/row"
)

// Txn is one transaction. It is used by one goroutine at a time and ends with
// Commit or Rollback.
type Txn struct {
	s        *Store
	id       uint64
	iso      Isolation
	readOnly bool
	who      *Principal // whoever acts now: SET ROLE changes it; views keep theirs
	after    Timestamp
	owner    *Owner
	timeout  time.Duration // lock_timeout, 0 = none

	snapshot Timestamp // of the newest command; of all commands above READ COMMITTED
	begun    bool
	cmd      int32 // number of the running command
	lastCmd  int32 // the greatest number given: commands inside of others have greater ones
	overlay  overlay
	saves    []saved

	base     *catalog.Catalog // at snapshot
	current  *catalog.Catalog // base with own DDL; nil: to be made
	objects  []objectWrite
	built    []*tableIndex // indexes that this transaction made, attached at commit
	ddlCount uint64

	entered struct { // the table written last: locked and ready
		def       *catalog.Table
		table     *table
		namespace int // position of the column that says in which shard a row lives, 0 = shard 0
	}
	namespaces map[string]bool // used, and not assigned to a shard when they were
	reads      *readSet        // of a serializable transaction
	claimed    []*exclusion    // that hold claims of the transaction
	doubts     []*tableIndex   // deferrable ones that had a key of the row that is being written
	duplicates []Duplicate
	erased     []erasedRow
	builder    row.Builder
	done       bool
}

// objectWrite is a catalog change and the overlay write that carries it.
type objectWrite struct {
	write  int32
	change catalog.Change
}

// saved is the state to which ROLLBACK TO goes back.
type saved struct {
	writes, held, objects, built, erased int
}

// Begin starts a transaction. Its snapshot is taken by the first BeginCommand.
func (s *Store) Begin(o TxnOptions) *Txn {
	x := &Txn{s: s, id: s.lastTxn.Add(1), iso: o.Isolation, readOnly: o.ReadOnly, who: &o.Who, after: o.After, timeout: o.LockTimeout}
	group := &lockGroup{}
	if o.Connection != nil {
		group = o.Connection.group
	} else {
		group.process = int32(x.id)
	}
	x.owner = &Owner{id: x.id, group: group}
	if o.Isolation == Serializable && !o.ReadOnly {
		x.reads = newReadSet()
	}
	return x
}

// ID is unique within the life of the process.
func (x *Txn) ID() uint64 { return x.id }

// Owner is the owner of the transaction's locks, for AdvisoryLock.
func (x *Txn) Owner() *Owner { return x.owner }

// SetLockTimeout changes lock_timeout; 0 waits without limit.
func (x *Txn) SetLockTimeout(d time.Duration) { x.timeout = d }

// SetMode changes isolation and access mode. Error: 25001 after the first command.
func (x *Txn) SetMode(iso Isolation, readOnly bool) error {
	if x.begun && iso != x.iso {
		return sqlerr.New(sqlerr.ActiveSQLTransaction, "SET TRANSACTION ISOLATION LEVEL must be called before any query")
	}
	if x.begun && x.readOnly && !readOnly {
		return sqlerr.New(sqlerr.ActiveSQLTransaction, "transaction read-write mode must be set before any query")
	}
	x.iso, x.readOnly = iso, readOnly
	if !x.begun {
		x.reads = nil
		if iso == Serializable && !readOnly {
			x.reads = newReadSet()
		}
	}
	return nil
}

// Now is the clock for the transaction: never below the watermark or the session's last commit.
func (x *Txn) Now() Timestamp { return max(x.s.Now(), x.after) }

// Wrote reports whether the transaction has uncommitted writes.
func (x *Txn) Wrote() bool { return len(x.overlay.writes) > 0 }

// Erases reports whether the commit will erase rows: FinishErase must follow it.
func (x *Txn) Erases() bool { return len(x.erased) > 0 }

// Act says who runs the commands that begin from now on, and writes; it returns
// who did so far.
func (x *Txn) Act(who *Principal) (before *Principal) {
	before, x.who = x.who, who
	return before
}

// BeginCommand starts the next command: READ COMMITTED takes a new snapshot, and
// what the transaction writes from now on is invisible to the returned View.
func (x *Txn) BeginCommand(ctx context.Context) (*View, error) {
	if x.done {
		return nil, sqlerr.Internal("command in a transaction that has ended")
	}
	if ctx.Err() != nil {
		return nil, canceled(ctx)
	}
	if !x.begun || x.iso == ReadCommitted {
		if err := x.takeSnapshot(); err != nil {
			return nil, err
		}
	}
	x.lastCmd++
	x.cmd = x.lastCmd
	return &View{s: x.s, ctx: ctx, x: x, at: x.snapshot, cmd: x.cmd, who: x.who, catalog: x.Catalog()}, nil
}

// NewestView starts a command that sees the newest commits, whatever the
// transaction's snapshot is: foreign keys look for rows by it.
func (x *Txn) NewestView(ctx context.Context) (*View, error) {
	v, err := x.BeginCommand(ctx)
	if err == nil {
		v.at = max(v.at, x.s.seq.published())
	}
	return v, err
}

// ConcurrentlyWritten is 40001 for a version that began after the snapshot of a
// transaction above READ COMMITTED, which must not change it.
func (x *Txn) ConcurrentlyWritten(from Timestamp) error {
	if x.iso == ReadCommitted || from == Pending || from <= x.snapshot {
		return nil
	}
	return sqlerr.New(sqlerr.SerializationFailure, "could not serialize access due to concurrent update")
}

// Command is the number of the command in work, for Resume.
func (x *Txn) Command() int32 { return x.cmd }

// Resume goes back to a command after others that ran inside of it (functions,
// triggers): what it writes from now on is its own again. It still does not see
// what they wrote.
func (x *Txn) Resume(command int32) {
	x.cmd = command
}

func (x *Txn) takeSnapshot() error {
	at := x.s.active.take(x.id, x.s.seq)
	if x.begun && at == x.snapshot {
		return nil
	}
	c, err := x.s.catalog.at(at)
	if err != nil {
		return err
	}
	if c != x.base {
		x.base, x.current = c, nil
	}
	x.snapshot, x.begun = at, true
	return nil
}

// Catalog returns the catalog of the transaction's snapshot with its own DDL.
func (x *Txn) Catalog() *catalog.Catalog {
	if !x.begun {
		if err := x.takeSnapshot(); err != nil {
			return catalog.Empty(x.s.hooks.Virtuals)
		}
	}
	if x.current != nil {
		return x.current
	}
	x.current = x.base
	if len(x.objects) > 0 {
		changes := make([]catalog.Change, len(x.objects))
		for i := range x.objects {
			changes[i] = x.objects[i].change
		}
		x.ddlCount++
		x.current = x.base.With(x.privateVersion(), changes...)
	}
	return x.current
}

// privateVersion numbers catalogs that nobody else sees, apart from committed ones.
func (x *Txn) privateVersion() uint64 { return 1<<63 | x.id<<20 | x.ddlCount&(1<<20-1) }

// Savepoint marks the present state.
func (x *Txn) Savepoint() Savepoint {
	x.saves = append(x.saves, saved{len(x.overlay.writes), len(x.owner.held), len(x.objects), len(x.built), len(x.erased)})
	return Savepoint(len(x.saves) - 1)
}

// RollbackTo undoes everything since the savepoint, which stays; later ones go.
func (x *Txn) RollbackTo(sp Savepoint) {
	s := x.saves[sp]
	x.saves = x.saves[:sp+1]
	x.overlay.cut(s.writes)
	x.erased = x.erased[:s.erased]
	if len(x.objects) > s.objects {
		x.objects, x.current = x.objects[:s.objects], nil
	}
	x.entered.def = nil // its lock may go
	x.discardBuilt(s.built)
	x.s.locks.releaseTo(x.owner, s.held)
}

// Release forgets the savepoint and those after it.
func (x *Txn) Release(sp Savepoint) { x.saves = x.saves[:sp] }

// Rollback ends the transaction without effect. It may be called after Commit.
func (x *Txn) Rollback() {
	if !x.done {
		x.end()
	}
}

// end lets go of everything the transaction holds.
func (x *Txn) end() {
	x.done = true
	x.s.active.drop(x.id)
	x.overlay = overlay{}
	x.discardBuilt(0)
	x.objects, x.built, x.saves, x.reads, x.namespaces = nil, nil, nil, nil, nil
	x.dropClaims()
	x.s.locks.releaseTo(x.owner, 0)
}

// mayWrite refuses writes of a read-only or ended transaction.
func (x *Txn) mayWrite() error {
	if x.readOnly {
		return sqlerr.New(sqlerr.ReadOnlySQLTransaction, "cannot execute a write in a read-only transaction")
	}
	if x.done {
		return sqlerr.Internal("write in a transaction that has ended")
	}
	return nil
}

// LockTable takes a table lock until the transaction ends. Errors: 55P03, 40P01, 57014.
func (x *Txn) LockTable(ctx context.Context, id types.OID, level TableLock, policy WaitPolicy) error {
	_, err := x.s.locks.acquire(ctx, x.owner, lockKey{space: tableSpace, a: uint64(id)}, uint8(level), policy, x.timeout)
	return err
}
