package memory

import (
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// QueryColumns are the result columns of memory.query, in order.
var QueryColumns = []builtin.OutColumn{
	{Name: "rank", Type: types.Int4},
	{Name: "id", Type: types.UUID},
	{Name: "version", Type: types.Int8},
	{Name: "ns", Type: types.Text},
	{Name: "content", Type: types.Text},
	{Name: "score", Type: types.Float8},
	{Name: "parts", Type: types.JSONB},
	{Name: "kind", Type: types.Text},
	{Name: "metadata", Type: types.JSONB},
	{Name: "salience", Type: types.Float8},
	{Name: "session", Type: types.Text},
	{Name: "seq", Type: types.Int8},
	{Name: "agent", Type: types.Text},
	{Name: "valid_from", Type: types.Timestamptz},
	{Name: "valid_to", Type: types.Timestamptz},
	{Name: "query_id", Type: types.UUID},
}

// DefaultK is how many entries memory.query returns where k is not given; MaxK bounds it.
const (
	DefaultK = 10
	MaxK     = 10_000
)

func fn(name string, names []string, args []types.OID, defaults []string, ret types.OID, eval func(h Host, a []types.Value) (types.Value, error)) {
	watch := observe(name, names, args)
	builtin.Register(&builtin.Function{
		Name: name, Schema: "memory", Args: args, ArgNames: names, Defaults: defaults, Ret: ret, Volatility: builtin.Volatile,
		Eval: func(c *builtin.Call, a []types.Value) (types.Value, error) {
			h, err := hostOf(c)
			if err != nil {
				return types.Null, err
			}
			op := watch.begin(h, a)
			v, err := eval(h, a)
			watch.scalar(op, a, ret, v, err)
			return v, err
		},
	})
}

func rowsFn(name string, names []string, args []types.OID, defaults []string, cols []builtin.OutColumn, rows func(h Host, a []types.Value, yield func([]types.Value) error) error) {
	watch := observe(name, names, args)
	builtin.Register(&builtin.Function{
		Name: name, Schema: "memory", Kind: builtin.SetReturning, Args: args, ArgNames: names, Defaults: defaults,
		Ret: types.OIDRecord, Columns: cols, Volatility: builtin.Volatile,
		Rows: func(c *builtin.Call, a []types.Value, yield func([]types.Value) error) error {
			h, err := hostOf(c)
			if err != nil {
				return err
			}
			op := watch.begin(h, a)
			if op == nil {
				return rows(h, a, yield)
			}
			n := 0
			err = rows(h, a, func(row []types.Value) error { n++; return yield(row) })
			op.Done(n, stateOf(err))
			return err
		},
	})
}

func hostOf(c *builtin.Call) (Host, error) {
	if h, ok := c.Host.(Host); ok {
		return h, nil
	}
	return nil, sqlerr.Unsupported("a memory function in this place", "Call it in a statement of its own.")
}

// required refuses NULL for an argument that has no default.
func required(name string, v types.Value) error {
	if v.IsNull() {
		return sqlerr.New(sqlerr.NullValueNotAllowed, "argument %q must not be null", name)
	}
	return nil
}

func requireNS(v types.Value) error {
	if err := required("ns", v); err != nil {
		return err
	}
	if v.Str() == "" {
		return sqlerr.New(sqlerr.InvalidParameterValue, "namespace must not be empty")
	}
	return nil
}

const (
	oidText  = types.OIDText
	oidJSONB = types.OIDJSONB
	oidTime  = types.OIDTimestamptz
)

func init() {
	registerWrites()
	registerFacts()
	registerReads()
	registerAnswers()
	registerLinks()
	registerFeed()
	registerBinding()
	registerContext()
	registerExplain()
	registerEmbed()
	registerExports()
	registerForgetting()
	registerErase()
}

func registerWrites() {
	fn("write", []string{"ns", "entry"}, []types.OID{oidText, oidJSONB}, nil, types.OIDUUID, write)
	fn("append", []string{"ns", "content", "stream", "payload", "remember"},
		[]types.OID{oidText, oidText, oidText, oidJSONB, types.OIDBool}, []string{"'main'", "NULL", "true"}, types.OIDInt8, appendEvent)
	fn("pin", []string{"id", "pinned"}, []types.OID{types.OIDUUID, types.OIDBool}, []string{"true"}, types.OIDBool,
		func(h Host, a []types.Value) (types.Value, error) { return affected(h, "pin", a) })
	fn("forget", []string{"id", "reason"}, []types.OID{types.OIDUUID, oidText}, []string{"NULL"}, types.OIDBool,
		func(h Host, a []types.Value) (types.Value, error) { return affected(h, "forget", a[:1]) })
}

// affected runs a statement that returns the rows it changed: true if there was one.
func affected(h Host, name string, params []types.Value) (types.Value, error) {
	v, err := one(h, name, 0, params)
	return types.NewBool(!v.IsNull()), err
}

// one returns the first column of a statement's first row, NULL if there is none.
func one(h Host, name string, asOf int64, params []types.Value) (types.Value, error) {
	out := types.Null
	err := h.Run(name, asOf, params, func(row []types.Value) error {
		if out.IsNull() && len(row) > 0 {
			out = row[0].Clone()
		}
		return nil
	})
	return out, err
}

func text(s string) types.Value {
	if s == "" {
		return types.Null
	}
	return types.NewString(s)
}

func registerAnswers() {
	fn("answer", []string{"answer_id", "query_ids", "cited", "outcome", "details"},
		[]types.OID{oidText, types.OIDUUIDArray, types.OIDUUIDArray, types.OIDFloat8, oidJSONB},
		[]string{"'{}'", "NULL", "'{}'"}, oidText, answer)
}

// answer records which queries and entries an answer stood on; their lineage is on disk first.
func answer(h Host, a []types.Value) (types.Value, error) {
	if err := required("answer_id", a[0]); err != nil {
		return types.Null, err
	}
	if err := required("query_ids", a[1]); err != nil {
		return types.Null, err
	}
	if err := h.SyncLineage(); err != nil {
		return types.Null, err
	}
	err := h.Run("answer", 0, []types.Value{a[0], a[1], a[3], a[4], text(h.Agent())}, nil)
	if err == nil && !a[2].IsNull() {
		err = h.Run("cite", 0, []types.Value{a[0], a[1], a[2]}, nil)
		if err == nil {
			err = h.Run("credit", 0, []types.Value{a[1], a[2]}, nil)
		}
	}
	return a[0], err
}
