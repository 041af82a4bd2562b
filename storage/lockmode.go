package storage

import "fmt"

// lockSpace is a kind of thing that is locked; each has its own modes.
type lockSpace uint8

const (
	rowSpace      lockSpace = iota // modes are LockStrength
	tableSpace                     // modes are TableLock
	keySpace                       // one mode, exclusive
	advisorySpace                  // shared, exclusive
	spaces
)

// Modes of keySpace and advisorySpace.
const (
	keyExclusive      = 0
	advisoryShared    = 0
	advisoryExclusive = 1
)

// modeSet is a set of modes, bit m for mode m.
type modeSet uint16

// conflicts[space][mode] are the modes that others may not hold at the same time.
var conflicts = [spaces][9]modeSet{
	rowSpace: {
		ForKeyShare:    1 << ForUpdate,
		ForShare:       1<<ForNoKeyUpdate | 1<<ForUpdate,
		ForNoKeyUpdate: 1<<ForShare | 1<<ForNoKeyUpdate | 1<<ForUpdate,
		ForUpdate:      1<<ForKeyShare | 1<<ForShare | 1<<ForNoKeyUpdate | 1<<ForUpdate,
	},
	tableSpace: {
		AccessShare:          1 << AccessExclusive,
		RowShare:             1<<Exclusive | 1<<AccessExclusive,
		RowExclusive:         from(ShareLock),
		ShareUpdateExclusive: from(ShareUpdateExclusive),
		ShareLock:            from(RowExclusive) &^ (1 << ShareLock),
		ShareRowExclusive:    from(RowExclusive),
		Exclusive:            from(RowShare),
		AccessExclusive:      from(AccessShare),
	},
	keySpace:      {keyExclusive: 1 << keyExclusive},
	advisorySpace: {advisoryShared: 1 << advisoryExclusive, advisoryExclusive: 1<<advisoryShared | 1<<advisoryExclusive},
}

// from is the set of the table modes of level l and above.
func from(l TableLock) modeSet { return 1<<(AccessExclusive+1) - 1<<l }

// covers reports whether one who holds the modes needs no further lock for mode.
func covers(space lockSpace, held modeSet, mode uint8) bool {
	want := conflicts[space][mode]
	for m := range uint8(9) {
		if held&(1<<m) != 0 && conflicts[space][m]&want == want {
			return true
		}
	}
	return false
}

var tableLockNames = [...]string{
	AccessShare: "AccessShareLock", RowShare: "RowShareLock", RowExclusive: "RowExclusiveLock",
	ShareUpdateExclusive: "ShareUpdateExclusiveLock", ShareLock: "ShareLock",
	ShareRowExclusive: "ShareRowExclusiveLock", Exclusive: "ExclusiveLock", AccessExclusive: "AccessExclusiveLock",
}

// String names the level as PostgreSQL's messages do.
func (l TableLock) String() string { return tableLockNames[l] }

// lockKey names what is locked.
type lockKey struct {
	space lockSpace
	a, b  uint64 // row: table, row; table: OID; key: index; advisory: class, number
	bytes string // key: the key's bytes
}

// describe says what a waiter waits for, as in the detail of a deadlock.
func (k lockKey) describe(mode uint8, holder uint64) string {
	switch k.space {
	case tableSpace:
		return fmt.Sprintf("%s on relation %d of database 5", TableLock(mode), k.a)
	case advisorySpace:
		name := "ExclusiveLock"
		if mode == advisoryShared {
			name = "ShareLock"
		}
		return fmt.Sprintf("%s on advisory lock [5,%d,%d,%d]", name, k.b>>32, uint32(k.b), k.a)
	}
	return fmt.Sprintf("ShareLock on transaction %d", holder)
}
