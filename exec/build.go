package exec

import (
	"synapse/catalog/sqlerr"
	"synapse/exec/eval"
	"synapse/exec/plan"
)

// build makes the operator of a node and of all below it.
func (r *run) build(n plan.Node) (operator, error) {
	op, err := r.operator(n)
	if err != nil {
		return nil, err
	}
	op = r.filterApart(op)
	if m := r.instrument(n); m != nil {
		return &measured{op: op, m: m}, nil
	}
	return op, nil
}

func (r *run) operator(n plan.Node) (operator, error) {
	switch n := n.(type) {
	case *plan.Values:
		return r.values(n)
	case *plan.Project:
		return r.project(n)
	case *plan.ProjectSet:
		return r.projectSet(n)
	case *plan.Filter:
		return r.filter(n)
	case *plan.Sort:
		return r.sort(n)
	case *plan.TopN:
		return r.topN(n)
	case *plan.Limit:
		return r.limit(n)
	case *plan.NestLoop:
		return r.nestLoop(n)
	case *plan.HashJoin:
		return r.hashJoin(n)
	case *plan.MergeJoin:
		return r.mergeJoin(n)
	case *plan.Agg:
		return r.agg(n)
	case *plan.Window:
		return r.window(n)
	case *plan.Distinct:
		return r.distinct(n)
	case *plan.SetOp:
		return r.setOp(n)
	case *plan.Append:
		return r.append(n)
	case *plan.CTEScan:
		return r.cteScan(n)
	case *plan.WorkTable:
		return r.workTable(n)
	case *plan.FunctionScan:
		return r.functionScan(n)
	case *plan.LockRows:
		return r.lockRows(n)
	case *plan.Insert:
		return r.insert(n)
	case *plan.Update:
		return r.update(n)
	case *plan.Delete:
		return r.delete(n)
	case *plan.Merge:
		return r.merge(n)
	}
	return r.scan(n)
}

// scan builds the readers of tables.
func (r *run) scan(n plan.Node) (operator, error) {
	if op, err := r.overridden(n); op != nil || err != nil {
		return op, err
	}
	switch n := n.(type) {
	case *plan.SeqScan:
		return r.seqScan(n)
	case *plan.SampleScan:
		return r.sampleScan(n)
	case *plan.IndexScan:
		return r.indexScan(n)
	case *plan.BitmapScan:
		return r.bitmapScan(n)
	case *plan.VectorScan:
		return r.vectorScan(n)
	case *plan.TextScan:
		return r.textScan(n)
	case *plan.VirtualScan:
		return r.virtualScan(n)
	}
	return nil, sqlerr.Internal("plan node %T cannot be run", n)
}

func (r *run) compile(e plan.Expr) (*eval.Expr, error) { return eval.Compile(e, r.comp) }

// compileOpt compiles e, nil for nil.
func (r *run) compileOpt(e plan.Expr) (*eval.Expr, error) {
	if e == nil {
		return nil, nil
	}
	return eval.Compile(e, r.comp)
}

func (r *run) compileAll(list []plan.Expr) ([]*eval.Expr, error) {
	return eval.CompileAll(list, r.comp)
}
