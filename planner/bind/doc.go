// Package bind gives a syntax tree its meaning: names become columns and
// functions, every expression gets a type, and the statement becomes a plan
// tree of exec/plan.
//
// It works in two steps. Analysis (select.go, expr.go, …) follows PostgreSQL's
// parse analysis: it turns the tree into query values whose expressions are
// plan.Expr with a few forms of the binder's own (internal.go): a variable names
// a relation and a column, an aggregate or window call stands where it was
// written. Lowering (lower*.go) then lays out the rows of each plan node and
// replaces those forms by ordinals (plan.Col) and, for what belongs to an
// enclosing query, by slots (plan.Slot). In between, prune.go finds out which
// columns are used at all.
//
// The plan is correct and straightforward: sequential scans, filters, nested
// loops. Access paths and join methods are planner/opt's work.
//
// Type resolution is PostgreSQL's, chapter 10 of its manual: candidates.go for
// functions and operators, coerce.go for casts, common.go for UNION, CASE and
// their kin, polymorphic.go for anyelement and its kin.
//
// Start reading at context.go, internal.go, select.go, lower.go.
package bind
