package exec

import (
	"sync"

	"synapse/catalog/builtin"
	"synapse/catalog/types"
	"synapse/exec/eval"
	"synapse/exec/plan"
	"synapse/storage"
)

// CompileIndex compiles the keys of an index and its predicate (nil: none) over
// a row of its table. The result may be called from several goroutines:
// compiled expressions own scratch memory, so each caller takes a set of them,
// with a host of its own where they call created functions (nil: they do not).
func CompileIndex(keys []plan.Expr, predicate plan.Expr, host func() builtin.Host) (storage.IndexEval, error) {
	first, err := newIndexKeys(keys, predicate, host)
	if err != nil {
		return nil, err
	}
	pool := sync.Pool{New: func() any {
		k, err := newIndexKeys(keys, predicate, host)
		if err != nil {
			return err
		}
		return k
	}}
	pool.Put(first)
	return func(row []types.Value) ([]types.Value, bool, error) {
		k, ok := pool.Get().(*indexKeys)
		if !ok {
			_, err := newIndexKeys(keys, predicate, host)
			return nil, false, err
		}
		defer pool.Put(k)
		return k.eval(row)
	}, nil
}

// CompileExclusion compiles the operators of an exclusion constraint, over a row
// that has the keys of one row and behind them those of the other.
func CompileExclusion(tests []plan.Expr) (storage.ExclusionTest, error) {
	all, err := CompileIndex(tests, nil, nil)
	if err != nil {
		return nil, err
	}
	return func(a, b []types.Value) (bool, error) {
		answers, _, err := all(append(a[:len(a):len(a)], b...))
		if err != nil {
			return false, err
		}
		for _, v := range answers {
			if !v.Bool() {
				return false, nil
			}
		}
		return true, nil
	}, nil
}

// indexKeys is one set of compiled key expressions.
type indexKeys struct {
	keys      []*eval.Expr
	predicate *eval.Expr
}

func newIndexKeys(keys []plan.Expr, predicate plan.Expr, host func() builtin.Host) (*indexKeys, error) {
	// Index expressions are immutable: the format is the fixed default, never a session's.
	c := &eval.Compiler{Env: &builtin.Env{Format: types.DefaultFormat}}
	if host != nil {
		c.Env.Host = host()
	}
	k := &indexKeys{}
	var err error
	if k.keys, err = eval.CompileAll(keys, c); err != nil {
		return nil, err
	}
	if predicate != nil {
		k.predicate, err = eval.Compile(predicate, c)
	}
	return k, err
}

func (k *indexKeys) eval(row []types.Value) ([]types.Value, bool, error) {
	if k.predicate != nil {
		ok, err := k.predicate.True(row)
		if err != nil || !ok {
			return nil, false, err
		}
	}
	out := make([]types.Value, len(k.keys))
	for i, e := range k.keys {
		v, err := e.Values(row)
		if err != nil {
			return nil, false, err
		}
		out[i] = v
	}
	return out, true, nil
}
