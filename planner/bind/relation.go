package bind

import (
	"synapse/catalog"
	"synapse/catalog/builtin"
	"synapse/catalog/partition"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// relKind says where a relation's rows come from.
type relKind uint8

const (
	relTable relKind = iota
	relVirtual
	relQuery // subquery, view or inlined CTE
	relFunction
	relCTE
	relWork // the recursive CTE inside itself
)

// relation is one item of FROM (or the target of a data change). Variables
// point at it; its identity is its address.
type relation struct {
	id    int
	kind  relKind
	alias string
	cols  []relColumn
	scope *scope  // the query level it stands in
	at    *moment // as of which its table was found; nil: the statement's own

	table    *catalog.Table
	query    *query
	cte      *cte
	calls    []plan.SetCall
	ordinal  bool // WITH ORDINALITY
	temporal *temporal
	sample   *sample
	lateral  bool
	nullable bool             // on the side of an outer join that may be missing
	access   *plan.Access     // what is asked of a table or view; nil: nothing
	absent   bool             // did not exist at the moment that is read: no rows
	family   []*catalog.Table // the tables whose rows are read in place of the table's: partitions, or it and its children
	tree     *partition.Tree  // of a partitioned table

	used map[int]bool // columns that lowering must produce
}

// sample is TABLESAMPLE of a table.
type sample struct {
	blocks        bool
	percent, seed plan.Expr // seed is nil without REPEATABLE
}

// relColumn is a column of a relation. For a table they are Table.Columns,
// dropped ones included, so that positions agree.
type relColumn struct {
	name    string
	typ     types.Type
	dropped bool
	hidden  bool                // not part of *
	fields  []builtin.OutColumn // of a composite value, where known
	table   types.OID           // of the table's column that this one is, else 0
	attr    int                 // its 1-based position
}

func (r *relation) name() string {
	if r.alias != "" {
		return r.alias
	}
	if r.table != nil {
		return r.table.Name
	}
	return "?"
}

// columnName names a column, system columns included.
func (r *relation) columnName(col int) string {
	if col >= 0 {
		return r.cols[col].name
	}
	for name, c := range systemColumns {
		if c == col {
			return name
		}
	}
	return "?"
}

// systemColumns can be named on tables but are not in *.
var systemColumns = map[string]int{
	"tableoid": plan.SysTableOID, "ctid": plan.SysCtid, "xmin": plan.SysXmin,
	"_system_from": plan.SysFrom, "_system_to": plan.SysTo,
}

// column makes a variable for column col.
func (r *relation) column(col, pos int) *variable {
	v := &variable{rel: r, col: col, pos: pos}
	if col < 0 {
		v.typ = plan.SysColTypes[-col-1]
	} else {
		v.typ = r.cols[col].typ
	}
	return v
}

func (b *binder) newRelation(kind relKind, s *scope, alias string) *relation {
	b.relCount++
	return &relation{id: b.relCount, kind: kind, scope: s, at: b.now, alias: alias, used: map[int]bool{}}
}

// tableRelation makes the relation of a table or virtual table.
func (b *binder) tableRelation(t *catalog.Table, s *scope, alias string) *relation {
	kind := relTable
	if t.Virtual {
		kind = relVirtual
	}
	r := b.newRelation(kind, s, alias)
	r.table = t
	b.readFamily(r)
	for i := range t.Columns {
		c := &t.Columns[i]
		r.cols = append(r.cols, relColumn{name: c.Name, typ: c.Type, dropped: c.Dropped, table: t.ID, attr: i + 1})
	}
	return r
}

// queryRelation makes the relation of a subquery's output.
func (b *binder) queryRelation(q *query, s *scope, alias string) *relation {
	r := b.newRelation(relQuery, s, alias)
	r.query = q
	r.cols = append(r.cols, q.output()...)
	return r
}

// joinNode is a node of FROM's tree: a *relation or a *join.
type joinNode interface{ joinNode() }

func (*relation) joinNode() {}
func (*join) joinNode()     {}

// join is a JOIN, or the comma between FROM items (inner, without condition).
type join struct {
	kind        plan.JoinKind
	left, right joinNode
	cond        plan.Expr
}

// rename applies the column names of an alias to the live columns; more names than columns is 42P10.
func (b *binder) rename(r *relation, alias *ast.Alias) error {
	if alias == nil || len(alias.Columns) == 0 {
		return nil
	}
	n := 0
	for i := range r.cols {
		if r.cols[i].dropped {
			continue
		}
		if n < len(alias.Columns) {
			r.cols[i].name = alias.Columns[n]
		}
		n++
	}
	if len(alias.Columns) > n {
		return b.tooManyAliases(r.name(), n, len(alias.Columns), alias.Pos())
	}
	return nil
}
