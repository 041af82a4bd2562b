package builtin

import (
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// jsonAgg writes json_agg's text as the rows come.
type jsonAgg struct {
	c *Call
	w jsonWriter
}

func (s *jsonAgg) Add(a []types.Value) error {
	if len(s.w.dst) == 0 {
		s.w.dst = append(s.w.dst, '[')
	} else {
		s.w.dst = append(s.w.dst, ", "...)
		switch s.c.Args[0].Kind() {
		case types.KindArray, types.KindRecord:
			s.w.dst = append(s.w.dst, "\n "...)
		}
	}
	return s.w.value(s.c.Args[0], a[0])
}

func (s *jsonAgg) Result() (types.Value, error) {
	if len(s.w.dst) == 0 {
		return types.Null, nil
	}
	return types.NewString(string(s.w.dst) + "]"), nil
}

type jsonObjectAgg struct {
	c *Call
	w jsonWriter
}

func (s *jsonObjectAgg) Add(a []types.Value) error {
	if a[0].IsNull() {
		return sqlerr.New(sqlerr.InvalidParameterValue, "field name must not be null")
	}
	key, err := jsonKey(s.c.Env, s.c.Args[0], a[0])
	if err != nil {
		return err
	}
	if len(s.w.dst) == 0 {
		s.w.dst = append(s.w.dst, "{ "...)
	} else {
		s.w.dst = append(s.w.dst, ", "...)
	}
	s.w.dst = append(types.AppendJSONString(s.w.dst, key), " : "...)
	return s.w.value(s.c.Args[1], a[1])
}

func (s *jsonObjectAgg) Result() (types.Value, error) {
	if len(s.w.dst) == 0 {
		return types.Null, nil
	}
	return types.NewString(string(s.w.dst) + " }"), nil
}

// jsonbAgg collects a tree; pairs says that rows bring a key and a value.
type jsonbAgg struct {
	c     *Call
	tree  types.JSONTree
	pairs bool
	seen  bool
}

func (s *jsonbAgg) Add(a []types.Value) error {
	s.seen = true
	if !s.pairs {
		node, err := jsonbTree(s.c.Env, s.c.Args[0], a[0].Clone())
		s.tree.Append(node)
		return err
	}
	if a[0].IsNull() {
		return sqlerr.New(sqlerr.InvalidParameterValue, "field name must not be null")
	}
	key, err := jsonKey(s.c.Env, s.c.Args[0], a[0].Clone())
	if err != nil {
		return err
	}
	node, err := jsonbTree(s.c.Env, s.c.Args[1], a[1].Clone())
	s.tree.Add(key, node)
	return err
}

func (s *jsonbAgg) Result() (types.Value, error) {
	if !s.seen {
		return types.Null, nil
	}
	return s.tree.Encode(), nil
}

func init() {
	addAggregate("json_agg(anyelement)", false, func(c *Call, _ []types.Value) Aggregator {
		return &jsonAgg{c: c, w: jsonWriter{env: c.Env}}
	})
	addAggregate("json_object_agg(any,any)", false, func(c *Call, _ []types.Value) Aggregator {
		return &jsonObjectAgg{c: c, w: jsonWriter{env: c.Env}}
	})
	addAggregate("jsonb_agg(anyelement)", false, func(c *Call, _ []types.Value) Aggregator {
		return &jsonbAgg{c: c, tree: types.JSONTree{Kind: types.JSONArray}}
	})
	addAggregate("jsonb_object_agg(any,any)", false, func(c *Call, _ []types.Value) Aggregator {
		return &jsonbAgg{c: c, tree: types.JSONTree{Kind: types.JSONObject}, pairs: true}
	})
}
