package plan

import (
	"synapse/catalog"
	"synapse/catalog/types"
)

// Insert writes its input rows. Input has one column per Table.Columns in
// order (dropped ones NULL), defaults already in place; generated columns are
// computed by exec from Info.
type Insert struct {
	Estimate
	Instead    bool // Info is of a view: its INSTEAD OF triggers get the rows, and nothing is written
	Info       *TableInfo
	Input      Node
	OnConflict *OnConflict
	Checks     []ViewCheck // over what Returning is over
	Returning  []Expr      // over the new row: Table.Columns, then SysCols' (row id, version, tableoid, ctid, xmin, from, to) 7 columns
	// Overriding is set for OVERRIDING USER VALUE: identity columns take their default.
}

// ViewCheck is WITH CHECK OPTION of a view: a row written through it must make
// Cond true (44000).
type ViewCheck struct {
	View string
	Cond Expr
}

// OnConflict is the conflict clause.
type OnConflict struct {
	Arbiters []*catalog.Index // empty: any unique index (DO NOTHING only)
	Nothing  bool
	Set      []ColumnExpr // over existing row ++ excluded row (each Table.Columns wide)
	Where    Expr         // over the same
}

// Update changes rows of RTI. Input rows hold the target's whole old row
// (Table.Columns wide, from column Old on), its row id and version, and whatever
// else the FROM list gives. Set expressions are over the input row.
type Update struct {
	Estimate
	Instead    bool // as in Insert; rows have no identity
	Info       *TableInfo
	Input      Node
	RTI        int
	Old        int // first column of the old row
	RowIDCol   int
	VersionCol int
	TableCol   int // 1 + the column of the row's table, where the target reads several; else 0
	Set        []ColumnExpr
	Checks     []ViewCheck // over what Returning is over
	Returning  []Expr      // over the input row with the old row replaced by the new one
}

// Delete removes rows; columns as in Update.
type Delete struct {
	Estimate
	Instead    bool // as in Update
	Info       *TableInfo
	Input      Node
	RTI        int
	Old        int
	RowIDCol   int
	VersionCol int
	TableCol   int
	Returning  []Expr // over the input row
}

// MergeAction of MERGE.
type MergeAction struct {
	Matched bool
	Cond    Expr // over the joined row
	Kind    Command
	Nothing bool
	Set     []ColumnExpr // update
	Values  []Expr       // insert: one per Table.Columns
}

// Merge runs MERGE: Input is the source left-joined to the target; an absent target row has a NULL row id.
type Merge struct {
	Estimate
	Info       *TableInfo
	Input      Node
	RTI        int
	Old        int
	RowIDCol   int
	VersionCol int
	TableCol   int
	Actions    []MergeAction
}

// returningSysCols is the number of system columns behind the row in Insert.Returning.
const returningSysCols = 7

// SysColTypes are the types of the system columns in the order SysRowID … SysTo.
var SysColTypes = [returningSysCols]types.Type{
	types.Int8, types.Int8, types.OIDType, types.Of(types.OIDTID), types.Of(types.OIDXID), types.Timestamptz, types.Timestamptz,
}
