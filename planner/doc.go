// Package planner compiles SQL statements to plans: parse (planner/parse), bind
// (planner/bind), improve (planner/opt). It owns the two caches: of trees by
// text and of plans by tree and everything else that gives it meaning.
//
// A Planner is shared by all sessions. Plans are immutable.
//
// Start reading at planner.go.
package planner
