package memory

import (
	"strings"

	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

func registerReads() {
	rowsFn("query", []string{"q"}, []types.OID{oidText}, nil, QueryColumns, queryText)
	rowsFn("query",
		[]string{"ns", "query", "embedding", "k", "filter", "as_of", "valid_as_of", "profile", "namespaces", "budget_tokens"},
		[]types.OID{oidText, oidText, types.OIDVector, types.OIDInt4, oidJSONB, oidTime, oidTime, oidText, types.OIDTextArray, types.OIDInt4},
		[]string{"NULL", "NULL", "10", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL"}, QueryColumns, queryNamed)
	rowsFn("replay", []string{"ns", "stream", "from_seq", "from_ts", "as_of", "k", "backward"},
		[]types.OID{oidText, oidText, types.OIDInt8, oidTime, oidTime, types.OIDInt4, types.OIDBool},
		[]string{"'main'", "1", "NULL", "NULL", "NULL", "false"},
		[]builtin.OutColumn{
			{Name: "seq", Type: types.Int8},
			{Name: "ts", Type: types.Timestamptz},
			{Name: "kind", Type: types.Text},
			{Name: "content", Type: types.Text},
			{Name: "payload", Type: types.JSONB},
			{Name: "agent", Type: types.Text},
		}, replay)
	fn("session_state", []string{"ns", "session", "as_of"}, []types.OID{oidText, oidText, oidTime}, []string{"NULL"}, oidJSONB, sessionState)
	rowsFn("hits", []string{"query_ids"}, []types.OID{types.OIDUUIDArray}, nil,
		[]builtin.OutColumn{
			{Name: "query_id", Type: types.UUID},
			{Name: "rank", Type: types.Int4},
			{Name: "id", Type: types.UUID},
			{Name: "version", Type: types.Int8},
			{Name: "score", Type: types.Float8},
			{Name: "parts", Type: types.JSONB},
		}, hits)
	rowsFn("replay_query", []string{"query_id", "as_of"}, []types.OID{types.OIDUUID, oidTime}, []string{"NULL"}, QueryColumns,
		func(h Host, a []types.Value, yield func([]types.Value) error) error {
			if err := required("query_id", a[0]); err != nil {
				return err
			}
			return h.ReplayQuery(a[0], Replay{AsOf: moment(a[1]), WithoutID: types.Null}, yield)
		})
}

// queryText is memory.query('user:4321 refund status'): the first word is the namespace.
func queryText(h Host, a []types.Value, yield func([]types.Value) error) error {
	if err := required("q", a[0]); err != nil {
		return err
	}
	ns, rest, _ := strings.Cut(strings.TrimSpace(a[0].Str()), " ")
	if ns == "" {
		return sqlerr.New(sqlerr.InvalidParameterValue, "the query must start with a namespace").
			WithHint("memory.query('user:4321 refund status')")
	}
	rest = strings.TrimSpace(rest)
	return h.Query(&QueryArgs{NS: ns, Query: rest, HasQuery: rest != "", K: DefaultK}, yield)
}

func queryNamed(h Host, a []types.Value, yield func([]types.Value) error) error {
	q := &QueryArgs{
		NS: a[0].Str(), Query: a[1].Str(), K: int(a[3].Int()), Filter: a[4],
		AsOf: moment(a[5]), ValidAsOf: moment(a[6]), Profile: a[7].Str(),
	}
	q.HasQuery = strings.TrimSpace(q.Query) != ""
	if !a[8].IsNull() {
		arr, err := types.DecodeArray(types.TextArray, a[8])
		if err != nil {
			return err
		}
		for _, v := range arr.Values {
			if !v.IsNull() {
				q.Namespaces = append(q.Namespaces, v.Str())
			}
		}
	}
	if q.NS == "" && len(q.Namespaces) == 0 {
		return requireNS(a[0])
	}
	if a[3].IsNull() {
		q.K = DefaultK
	}
	if q.K < 0 || q.K > MaxK {
		return sqlerr.New(sqlerr.InvalidParameterValue, "k must be between 0 and %d", MaxK)
	}
	if q.Budget = int(a[9].Int()); !a[9].IsNull() && q.Budget < 1 {
		return sqlerr.New(sqlerr.InvalidParameterValue, "budget_tokens must be greater than zero")
	}
	if !a[2].IsNull() {
		q.Embedding = types.AsFloat32s(a[2])
	}
	if !q.Filter.IsNull() && types.AsJSONB(q.Filter).Kind() != types.JSONObject {
		return sqlerr.New(sqlerr.InvalidParameterValue, "filter must be a JSON object").
			WithHint(`filter => '{"team": "support"}' keeps entries whose metadata contains it.`)
	}
	return h.Query(q, yield)
}

// hits are the rows of memory.lineage_hits of a few queries, without reading all lineage.
func hits(h Host, a []types.Value, yield func([]types.Value) error) error {
	if a[0].IsNull() {
		return nil
	}
	list, err := types.DecodeArray(types.Of(types.OIDUUIDArray), a[0])
	if err != nil {
		return err
	}
	for _, id := range list.Values {
		if id.IsNull() {
			continue
		}
		if err := h.Hits(id, yield); err != nil {
			return err
		}
	}
	return nil
}

// moment is a time as Host takes it, where 0 means none was given: the one moment
// that is 0 itself, the start of 2000, becomes the next.
func moment(v types.Value) int64 {
	if !v.IsNull() && v.Int() == 0 {
		return 1
	}
	return v.Int()
}

func replay(h Host, a []types.Value, yield func([]types.Value) error) error {
	if err := requireNS(a[0]); err != nil {
		return err
	}
	statement := "replay"
	if a[6].Bool() {
		statement = "replay_back"
	}
	return h.Run(statement, moment(a[4]), []types.Value{a[0], a[1], a[2], a[3], a[5]}, yield)
}

// sessionState folds a stream: the payloads of its events merged in order, each a
// JSON merge patch of what was before. NULL if none has a payload.
func sessionState(h Host, a []types.Value) (types.Value, error) {
	if err := requireNS(a[0]); err != nil {
		return types.Null, err
	}
	if err := required("session", a[1]); err != nil {
		return types.Null, err
	}
	state := types.Null
	err := h.Run("payloads", moment(a[2]), a[:2], func(row []types.Value) error {
		state = mergePatch(state, row[0])
		return nil
	})
	return state, err
}
