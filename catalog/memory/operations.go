package memory

import (
	"slices"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// Operation is one call of a memory function as its observers see it.
type Operation interface {
	// Record names the one entry or key that the call is about.
	Record(id string)
	// Done ends it: how many records were written or returned, and the SQLSTATE of a failure.
	Done(records int, sqlstate string)
}

// operations are the functions that count as operations on memory, with the names that
// OpenTelemetry has for them (gen_ai.operation.name).
var operations = map[string]string{
	"query": "search_memory", "context": "search_memory", "cache_get": "search_memory", "replay_query": "search_memory",
	"get": "search_memory", "replay": "search_memory", "session_state": "search_memory", "neighbors": "search_memory",
	"changes": "search_memory",
	"write":   "create_memory", "append": "create_memory", "cache_put": "create_memory", "link": "create_memory",
	"put": "upsert_memory", "cas": "update_memory", "patch": "update_memory", "pin": "update_memory", "embed_missing": "update_memory",
	"forget": "delete_memory", "delete": "delete_memory", "erase": "delete_memory",
}

// observed says where a function's arguments are that an operation shows.
type observed struct {
	op                string
	ns, question, key int // positions, -1 = none
	keyType           types.Type
}

func observe(name string, args []string, argTypes []types.OID) *observed {
	op := operations[name]
	if op == "" {
		return nil
	}
	o := &observed{op: op, ns: slices.Index(args, "ns"), question: -1, key: -1}
	for i, a := range args {
		switch a {
		case "query", "question":
			o.question = i
		case "key", "id":
			o.key, o.keyType = i, types.Of(argTypes[i])
		}
	}
	return o
}

func at(a []types.Value, i int) types.Value {
	if i < 0 || i >= len(a) {
		return types.Null
	}
	return a[i]
}

// begin tells the host of a call; nil where nobody watches.
func (o *observed) begin(h Host, a []types.Value) Operation {
	if o == nil {
		return nil
	}
	return h.Operation(o.op, at(a, o.ns), at(a, o.question))
}

// scalar ends the operation of a function that returns one value.
func (o *observed) scalar(op Operation, a []types.Value, ret types.OID, v types.Value, err error) {
	if op == nil {
		return
	}
	records := 0
	if err == nil && !v.IsNull() {
		records = 1
		switch id := at(a, o.key); {
		case !id.IsNull():
			op.Record(types.FormatText(o.keyType, id, nil))
		case ret == types.OIDUUID:
			op.Record(types.FormatText(types.UUID, v, nil))
		}
	}
	op.Done(records, stateOf(err))
}

func stateOf(err error) string {
	if err == nil {
		return ""
	}
	return string(sqlerr.CodeOf(err))
}
