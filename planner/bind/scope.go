package bind

import (
	"synapse/catalog/sqlerr"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// scope is one query level: the names that its expressions may use, and the
// aggregates and windows that it computes.
type scope struct {
	parent *scope
	items  []*nameItem
	ctes   []*cte

	clause clause // what is being bound now
	// lateralActive: FROM items that are not complete yet may be used (LATERAL).
	lateralActive bool
	windows       []*window
	windowDefs    []*ast.WindowDef
	named         map[string]*window
	hasAggs       bool
	hasSets       bool
}

// nameItem is what one FROM item adds to the names: its relation name and columns.
type nameItem struct {
	name   string
	schema string    // of an unaliased table, for schema.table.column
	rel    *relation // nil for a join's alias
	cols   []nameColumn
	access *plan.Access // of the view that a data change names; nil where rel's says all
	view   bool         // rel is the table behind a view, whose system columns the view has not

	relVisible bool // name.column may be used
	colVisible bool // column may be used alone
	// lateral is set while FROM is still being bound: only LATERAL items see it.
	lateral   bool
	lateralOK bool // false: a reference is an error (RIGHT and FULL joins)
}

// nameColumn is a column by name; merged columns of USING are expressions.
type nameColumn struct {
	name   string
	expr   plan.Expr
	hidden bool // not part of *
}

func (r *relation) nameItem() *nameItem {
	it := &nameItem{name: r.alias, rel: r, relVisible: true, colVisible: true, lateralOK: true}
	for i := range r.cols {
		if !r.cols[i].dropped {
			it.cols = append(it.cols, nameColumn{r.cols[i].name, r.column(i, -1), r.cols[i].hidden})
		}
	}
	return it
}

// clause is the part of a statement an expression stands in.
type clause uint8

const (
	clauseNone clause = iota
	clauseSelect
	clauseFromFunction
	clauseJoinOn
	clauseWhere
	clauseHaving
	clauseFilter
	clauseWindow
	clauseGroupBy
	clauseOrderBy
	clauseDistinctOn
	clauseLimit
	clauseOffset
	clauseReturning
	clauseValues
	clauseInsertValues
	clauseUpdateSet
	clauseCheck
	clauseDefault
	clauseGenerated
	clauseIndexExpr
	clauseIndexPredicate
	clauseCopyWhere
	clauseConflictTarget
	clauseMergeWhen
	clauseTriggerWhen
	clauseAsOf
	clauseFromSubquery
	clausePartitionKey
	clausePartitionBound
)

// clauseRule is a clause's name in messages, and whether aggregates, window
// functions and set-returning functions may stand in it.
type clauseRule struct {
	name               string
	aggs, windows, set bool
}

var clauseRules = map[clause]clauseRule{
	clauseSelect:         {"SELECT", true, true, true},
	clauseFromFunction:   {"functions in FROM", false, false, true},
	clauseJoinOn:         {"JOIN conditions", false, false, false},
	clauseWhere:          {"WHERE", false, false, false},
	clauseHaving:         {"HAVING", true, false, false},
	clauseFilter:         {"FILTER", false, false, false},
	clauseWindow:         {"window definitions", true, false, false},
	clauseGroupBy:        {"GROUP BY", false, false, true},
	clauseOrderBy:        {"ORDER BY", true, true, true},
	clauseDistinctOn:     {"DISTINCT ON", true, true, true},
	clauseLimit:          {"LIMIT", false, false, false},
	clauseOffset:         {"OFFSET", false, false, false},
	clauseReturning:      {"RETURNING", false, false, false},
	clauseValues:         {"VALUES", false, false, false},
	clauseInsertValues:   {"VALUES", false, false, true},
	clauseUpdateSet:      {"UPDATE", false, false, false},
	clauseCheck:          {"check constraints", false, false, false},
	clauseDefault:        {"DEFAULT expressions", false, false, false},
	clauseGenerated:      {"column generation expressions", false, false, false},
	clauseIndexExpr:      {"index expressions", false, false, false},
	clauseIndexPredicate: {"index predicates", false, false, false},
	clauseCopyWhere:      {"COPY FROM WHERE conditions", false, false, false},
	clauseConflictTarget: {"ON CONFLICT", false, false, false},
	clauseMergeWhen:      {"MERGE WHEN conditions", false, false, false},
	clauseTriggerWhen:    {"trigger WHEN conditions", false, false, false},
	clauseAsOf:           {"AS OF", false, false, false},
	clauseFromSubquery:   {"FROM clause of their own query level", false, false, false},
	clausePartitionKey:   {"partition key expressions", false, false, false},
	clausePartitionBound: {"partition bound", false, false, false},
}

// findColumn resolves an unqualified column; nil where no level has it.
func (b *binder) findColumn(s *scope, name string, pos int) (plan.Expr, error) {
	for level := s; level != nil; level = level.parent {
		var found plan.Expr
		for _, it := range level.items {
			if !it.colVisible || it.lateral && !level.lateralActive {
				continue
			}
			for i := range it.cols {
				if it.cols[i].name != name {
					continue
				}
				if found != nil {
					return nil, b.errorf(sqlerr.AmbiguousColumn, pos, "column reference \"%s\" is ambiguous", name)
				}
				if err := b.checkLateral(it, pos); err != nil {
					return nil, err
				}
				found = it.ref(i, pos)
			}
			if sys, ok := it.system(name); ok && found == nil {
				found = it.systemRef(sys, pos)
			}
		}
		if found != nil {
			return found, nil
		}
	}
	return nil, nil
}

// system finds a system column that the item's table has.
func (it *nameItem) system(name string) (int, bool) {
	sys, ok := systemColumns[name]
	if !ok || it.rel == nil || it.rel.table == nil || it.view {
		return 0, false
	}
	if it.rel.kind == relVirtual && (sys == plan.SysFrom || sys == plan.SysTo) {
		return 0, false // rows made when they are read have no history
	}
	return sys, true
}

// ref is a reference to column i.
func (it *nameItem) ref(i, pos int) plan.Expr {
	reads(it.access, i)
	return placed(it.cols[i].expr, pos)
}

// systemRef is a reference to a system column.
func (it *nameItem) systemRef(col, pos int) plan.Expr {
	reads(it.rel.access, col)
	return it.rel.column(col, pos)
}

// placed gives a variable the position of its reference, which is a reading of it.
func placed(e plan.Expr, pos int) plan.Expr {
	touch(e)
	if v, ok := e.(*variable); ok {
		return &variable{rel: v.rel, col: v.col, typ: v.typ, pos: pos}
	}
	return e
}

func (b *binder) checkLateral(it *nameItem, pos int) error {
	if it.lateral && !it.lateralOK {
		return b.errorf(sqlerr.InvalidColumnReference, pos, "invalid reference to FROM-clause entry for table \"%s\"", it.name).
			WithDetail("The combining JOIN type must be INNER or LEFT for a LATERAL reference.")
	}
	return nil
}

// findItem resolves a relation name; nil where no level has it.
func (b *binder) findItem(s *scope, schema, name string, pos int) (*nameItem, error) {
	for level := s; level != nil; level = level.parent {
		var found *nameItem
		for _, it := range level.items {
			if !it.relVisible || it.name != name || it.lateral && !level.lateralActive {
				continue
			}
			if schema != "" && it.schema != schema {
				continue
			}
			if found != nil {
				return nil, b.errorf(sqlerr.AmbiguousAlias, pos, "table reference \"%s\" is ambiguous", name)
			}
			if err := b.checkLateral(it, pos); err != nil {
				return nil, err
			}
			found = it
		}
		if found != nil {
			return found, nil
		}
	}
	return nil, nil
}

// noItem is the error for a relation name that is not in FROM.
func (b *binder) noItem(s *scope, name string, pos int) error {
	for level := s; level != nil; level = level.parent {
		for _, it := range level.items {
			if it.name == name {
				return b.errorf(sqlerr.UndefinedTable, pos, "invalid reference to FROM-clause entry for table \"%s\"", name).
					WithHint("There is an entry for table \"%s\", but it cannot be referenced from this part of the query.", name)
			}
			if it.rel != nil && it.rel.table != nil && it.rel.table.Name == name {
				return b.errorf(sqlerr.UndefinedTable, pos, "invalid reference to FROM-clause entry for table \"%s\"", name).
					WithHint("Perhaps you meant to reference the table alias \"%s\".", it.name)
			}
		}
	}
	return b.errorf(sqlerr.UndefinedTable, pos, "missing FROM-clause entry for table \"%s\"", name)
}

// field finds a column of an item by name; nil if it has none.
func (b *binder) field(it *nameItem, name string, pos int) (plan.Expr, error) {
	var found plan.Expr
	for i := range it.cols {
		if it.cols[i].name == name {
			if found != nil {
				return nil, b.errorf(sqlerr.AmbiguousColumn, pos, "column reference \"%s\" is ambiguous", name)
			}
			found = it.ref(i, pos)
		}
	}
	if found == nil {
		if sys, ok := it.system(name); ok {
			found = it.systemRef(sys, pos)
		}
	}
	return found, nil
}

// rowOf makes the composite value of an item.
func (it *nameItem) rowOf(pos int) plan.Expr {
	if it.rel != nil && it.rel.scalarFunction() {
		return it.rel.column(0, pos)
	}
	row := &plan.RowExpr{Typ: it.rel.rowType()}
	for i := range it.cols {
		row.Fields = append(row.Fields, it.ref(i, pos))
		row.Names = append(row.Names, it.cols[i].name)
	}
	if it.rel == nil || !it.rel.nullable {
		return row
	}
	// The row that an outer join did not find is NULL, not a row of NULLs.
	missing := plan.When{Cond: &plan.NullTest{Arg: row}, Then: nullConst(row.Typ)}
	return &plan.Case{Whens: []plan.When{missing}, Else: row, Typ: row.Typ}
}

// asRow finds the row expression of a whole row reference; nil for others.
func asRow(e plan.Expr) *plan.RowExpr {
	if c, ok := e.(*plan.Case); ok {
		e = c.Else
	}
	r, _ := e.(*plan.RowExpr)
	return r
}

// scalarFunction reports a function in FROM whose rows are single values of a
// base type: its name used as a value is the value, not a row of it.
func (r *relation) scalarFunction() bool {
	return r.kind == relFunction && len(r.calls) == 1 && len(r.cols) == 1 && !r.ordinal && !r.calls[0].Expand
}
