package session

import (
	"context"
	"strings"
	"time"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec"
	"synapse/exec/plan"
	"synapse/planner/ast"
	"synapse/planner/parse"
)

// explainOptions are EXPLAIN's.
type explainOptions struct {
	analyze, verbose, costs, timing, summary, buffers, settings, generic bool
	format                                                               string
}

func parseExplain(t *ast.ExplainStmt) (*explainOptions, error) {
	o := &explainOptions{costs: true, timing: true, format: "text"}
	timing, summary := false, false
	for _, opt := range t.Options {
		value := opt.Text()
		on, ok := parseBool(value)
		if value == "" {
			on, ok = true, true
		}
		target := map[string]*bool{
			"analyze": &o.analyze, "verbose": &o.verbose, "costs": &o.costs, "timing": &o.timing, "summary": &o.summary,
			"buffers": &o.buffers, "settings": &o.settings, "wal": new(bool), "generic_plan": &o.generic,
		}[opt.Name]
		switch {
		case opt.Name == "format":
			o.format = strings.ToLower(value)
			switch o.format {
			case "text", "json", "yaml", "xml":
			default:
				return nil, sqlerr.New(sqlerr.InvalidParameterValue, "unrecognized value for EXPLAIN option \"format\": %q", value)
			}
		case target == nil:
			return nil, sqlerr.New(sqlerr.SyntaxError, "unrecognized EXPLAIN option %q", opt.Name)
		case !ok:
			return nil, sqlerr.New(sqlerr.SyntaxError, "%s requires a Boolean value", opt.Name)
		default:
			*target = on
			timing = timing || opt.Name == "timing"
			summary = summary || opt.Name == "summary"
		}
	}
	if timing && o.timing && !o.analyze {
		return nil, sqlerr.New(sqlerr.InvalidParameterValue, "EXPLAIN option TIMING requires ANALYZE")
	}
	if !summary {
		o.summary = o.analyze
	}
	return o, nil
}

func explainFormat(t *ast.ExplainStmt) string {
	if o, err := parseExplain(t); err == nil {
		return o.format
	}
	return "text"
}

// runExplain runs EXPLAIN; with ANALYZE the statement runs to its end and its rows are dropped.
func (s *Session) runExplain(ctx context.Context, p *portal, t *ast.ExplainStmt) error {
	o, err := parseExplain(t)
	if err != nil {
		return err
	}
	inner, params := parse.Statement{Stmt: t.Query, Text: p.prep.stmt.Text}, p.params
	var given []types.OID
	if e, ok := t.Query.(*ast.ExecuteStmt); ok {
		prep, args, err := s.executed(ctx, p, e)
		if err != nil {
			return err
		}
		inner, params, given = prep.stmt, args, prep.given
	}
	if d, ok := t.Query.(*ast.DeclareStmt); ok {
		inner.Stmt = d.Query
	}
	start := time.Now()
	q := &portal{prep: &prepared{stmt: inner, given: given}, params: params, lineage: p.lineage}
	pl, at, view, err := s.compile(ctx, q)
	if err != nil {
		return err
	}
	defer view.Close()
	pl = filling(pl)
	planning := time.Since(start)
	x := &plan.Explanation{Plan: pl, Costs: o.costs, Verbose: o.verbose, Timing: o.timing, Summary: o.summary, Planning: planning}
	if at != 0 {
		x.AsOf = string(types.AppendText(nil, types.Timestamptz, types.NewInt(int64(at)), s.textFormat()))
	}
	env := s.execEnv(ctx, q, view)
	if o.analyze {
		if err := s.analyze(ctx, p, env, pl, x); err != nil {
			return err
		}
	} else {
		exec.Estimate(ctx, env, x)
	}
	p.tag = "EXPLAIN"
	p.cols = s.localColumns(t)
	rows := &memRows{}
	switch o.format {
	case "json":
		rows.add(text(x.JSON()))
	case "yaml":
		rows.add(text(x.YAML()))
	case "xml":
		rows.add(text(x.XML()))
	default:
		for _, line := range x.Text() {
			rows.add(text(line))
		}
	}
	p.src = rows
	return nil
}

// filling is the query of CREATE TABLE AS: what its EXPLAIN is about. Other plans are themselves.
func filling(pl *plan.Plan) *plan.Plan {
	if pl.DDL == nil {
		return pl
	}
	for _, step := range pl.DDL.Steps {
		if f, ok := step.(*plan.FillTable); ok && f.Input != nil {
			return f.Input
		}
	}
	return pl
}

// analyze runs the plan and fills what was measured.
func (s *Session) analyze(ctx context.Context, p *portal, env *exec.Env, pl *plan.Plan, x *plan.Explanation) error {
	if _, table := p.prep.stmt.Stmt.(*ast.ExplainStmt).Query.(*ast.CreateTableAsStmt); table {
		return sqlerr.Unsupported("EXPLAIN ANALYZE of CREATE TABLE AS", "Explain its query.")
	}
	if pl.Command == plan.UtilityCommand {
		return sqlerr.New(sqlerr.SyntaxError, "EXPLAIN ANALYZE needs a query or a data change")
	}
	env.Analyze = true
	start := time.Now()
	rows, err := exec.Open(ctx, env, pl)
	if err != nil {
		return err
	}
	defer rows.Close()
	var b Batch
	for {
		if err := rows.Next(&b); err != nil {
			return err
		}
		if b.N == 0 {
			break
		}
	}
	x.Execution = time.Since(start)
	x.Measured = rows.Measured()
	return nil
}
