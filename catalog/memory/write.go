package memory

import (
	"strconv"
	"strings"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// entryFields are the keys of memory.write's entry and the type each is read as.
var entryFields = map[string]types.Type{
	"content": types.Text, "embedding": types.Vector, "kind": types.Text, "metadata": types.JSONB, "salience": types.Float8,
	"ts": types.Timestamptz, "valid_to": types.Timestamptz, "session": types.Text, "seq": types.Int8, "agent": types.Text,
	"embedding_model": types.Text, "idempotency_key": types.Text, "supersedes": types.UUID, "pinned": types.Bool, "links": types.JSONB,
}

// write stores an entry given as JSON and returns its id. With an idempotency
// key that was used before, it stores nothing and returns the first id.
func write(h Host, a []types.Value) (types.Value, error) {
	if err := requireNS(a[0]); err != nil {
		return types.Null, err
	}
	if err := required("entry", a[1]); err != nil {
		return types.Null, err
	}
	entry, err := readEntry(a[1])
	if err != nil {
		return types.Null, err
	}
	if entry["content"].IsNull() {
		return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "an entry needs content").
			WithHint(`memory.write('user:1', '{"content": "…"}')`)
	}
	return store(h, a[0], entry)
}

// readEntry reads the fields; unknown keys are refused, so that a typing error does not lose data.
func readEntry(v types.Value) (map[string]types.Value, error) {
	j := types.AsJSONB(v)
	if j.Kind() != types.JSONObject {
		return nil, sqlerr.New(sqlerr.InvalidParameterValue, "an entry must be a JSON object")
	}
	out := map[string]types.Value{}
	var failed error
	j.Each(func(key string, value types.JSONNode) bool {
		t, ok := entryFields[key]
		if !ok {
			failed = sqlerr.New(sqlerr.InvalidParameterValue, "unknown entry field %q", key).
				WithHint("Fields of your own belong into metadata.")
			return false
		}
		if out[key], failed = fieldValue(t, value); failed != nil {
			failed = sqlerr.From(failed).WithDetail("The field is %q.", key)
		}
		return failed == nil
	})
	return out, failed
}

// fieldValue converts a JSON value: strings as their text, everything else as its JSON text, which every type reads.
func fieldValue(t types.Type, j types.JSONNode) (types.Value, error) {
	switch j.Kind() {
	case types.JSONNull:
		return types.Null, nil
	case types.JSONString:
		if t.OID == types.OIDJSONB {
			return j.Value(), nil
		}
		return types.ParseText(t, j.Str(), types.DefaultFormat)
	}
	if t.OID == types.OIDJSONB {
		return types.NewString(strings.Clone(j.Value().Str())), nil
	}
	return types.ParseText(t, string(types.AppendJSONB(nil, j)), types.DefaultFormat)
}

func store(h Host, ns types.Value, e map[string]types.Value) (types.Value, error) {
	policy, limited, err := openNamespace(h, ns)
	if err != nil {
		return types.Null, err
	}
	if err := h.CheckModel(ns.Str(), e["embedding_model"].Str()); err != nil {
		return types.Null, err
	}
	if limited {
		if err := h.Run("one_writer", 0, []types.Value{ns}, nil); err != nil {
			return types.Null, err
		}
	}
	// What was said twice in a stream was said twice.
	if policy != dedupeKeep && e["idempotency_key"].IsNull() && e["kind"].Str() != kindEvent {
		if id, err := repeated(h, policy, ns, e); err != nil || !id.IsNull() {
			return id, err
		}
	}
	if e["agent"].IsNull() {
		e["agent"] = text(h.Agent())
	}
	id, err := one(h, "write", 0, []types.Value{
		h.NewID(), ns, e["kind"], e["content"], e["embedding"], e["metadata"], e["salience"], e["pinned"], e["session"], e["seq"],
		e["ts"], e["valid_to"], e["agent"], e["supersedes"], e["idempotency_key"],
	})
	if err != nil {
		return types.Null, err
	}
	if id.IsNull() { // the key was used before
		return one(h, "written", 0, []types.Value{ns, e["idempotency_key"]})
	}
	if limited {
		if err := withinQuota(h, ns); err != nil {
			return types.Null, err
		}
	}
	if err := changed(h, ns, "entry", string(types.AppendText(nil, types.UUID, id, types.DefaultFormat))); err != nil {
		return types.Null, err
	}
	if err := linkEntry(h, ns, id, e["links"]); err != nil {
		return types.Null, err
	}
	if old := e["supersedes"]; !old.IsNull() {
		closed, err := one(h, "supersede", 0, []types.Value{ns, old, e["ts"]})
		if err != nil {
			return types.Null, err
		}
		if closed.IsNull() {
			return types.Null, sqlerr.New(sqlerr.ForeignKeyViolation, "the entry to supersede does not exist in namespace %q", ns.Str())
		}
	}
	return id, nil
}

// What memory.write does with a content that the namespace holds and believes
// already: memory.namespaces.dedupe.
const (
	dedupeKeep   = "keep"   // store it again; recall returns one of them
	dedupeMerge  = "merge"  // count it: repeats, the greater salience, metadata joined
	dedupeRefuse = "refuse" // 23505
)

// kindEvent is the kind of entries that memory.append makes.
const kindEvent = "event"

// UnknownNamespace is the error where namespaces are not made by writing to them.
func UnknownNamespace(ns string) error {
	return sqlerr.New(sqlerr.UndefinedObject, "namespace \"%s\" does not exist", ns).
		WithHint("INSERT INTO memory.namespaces (ns) VALUES (...) makes it, as would writing with synapse.create_namespaces on.")
}

// openNamespace makes the namespace if it is new and returns its policy for
// repetitions, and whether it refuses what is beyond its budget.
func openNamespace(h Host, ns types.Value) (dedupe string, limited bool, err error) {
	err = h.Run("policy", 0, []types.Value{ns}, func(row []types.Value) error {
		dedupe, limited = row[0].Str(), row[1].Bool()
		return nil
	})
	if err != nil || dedupe != "" {
		return dedupe, limited, err
	}
	if v, _ := h.Setting("synapse.create_namespaces"); v == "off" {
		return "", false, UnknownNamespace(ns.Str())
	}
	return dedupeKeep, false, h.Run("namespace", 0, []types.Value{ns}, nil)
}

// withinQuota refuses an entry, already written, with which a namespace is beyond
// its budget (53400). It is for namespaces that forget nothing.
func withinQuota(h Host, ns types.Value) error {
	problem, err := one(h, "beyond", 0, []types.Value{ns})
	if err != nil || problem.IsNull() {
		return err
	}
	return sqlerr.New(sqlerr.ConfigLimitExceeded, "namespace %q is full", ns.Str()).WithDetail("%s", problem.Str()).
		WithHint("memory.namespaces.eviction is 'none'; with 'score' the least useful entry would go.")
}

// repeated applies the policy: the id of the entry that the content was merged
// into, NULL if the content is new.
func repeated(h Host, policy string, ns types.Value, e map[string]types.Value) (types.Value, error) {
	if err := h.Run("one_at_a_time", 0, []types.Value{ns, e["content"]}, nil); err != nil {
		return types.Null, err
	}
	id, err := one(h, "same", 0, []types.Value{ns, e["content"]})
	if err != nil || id.IsNull() {
		return types.Null, err
	}
	if policy == dedupeRefuse {
		return types.Null, sqlerr.New(sqlerr.UniqueViolation, "namespace %q holds this content already", ns.Str()).
			WithDetail("Its id is %s.", types.AppendText(nil, types.UUID, id, types.DefaultFormat)).
			WithHint("memory.namespaces.dedupe is 'refuse'; 'merge' counts repetitions, 'keep' stores them.")
	}
	return one(h, "merge", 0, []types.Value{id, e["salience"], e["metadata"], e["pinned"]})
}

// appendEvent adds an event to a stream and returns its number; remember also
// makes it an entry of kind "event".
func appendEvent(h Host, a []types.Value) (types.Value, error) {
	if err := requireNS(a[0]); err != nil {
		return types.Null, err
	}
	if err := required("content", a[1]); err != nil {
		return types.Null, err
	}
	if err := required("stream", a[2]); err != nil {
		return types.Null, err
	}
	if _, _, err := openNamespace(h, a[0]); err != nil {
		return types.Null, err
	}
	seq, err := one(h, "next", 0, []types.Value{a[0], a[2]})
	if err != nil {
		return types.Null, err
	}
	if err := h.Run("append", 0, []types.Value{a[0], a[2], seq, a[1], a[3], text(h.Agent())}, nil); err != nil {
		return types.Null, err
	}
	if err := changed(h, a[0], "event", a[2].Str()+":"+strconv.FormatInt(seq.Int(), 10)); err != nil {
		return types.Null, err
	}
	if a[4].IsNull() || a[4].Bool() {
		entry := map[string]types.Value{
			"content": a[1], "kind": types.NewString(kindEvent), "session": a[2], "seq": seq,
		}
		if !a[3].IsNull() && types.AsJSONB(a[3]).Kind() == types.JSONObject {
			entry["metadata"] = a[3]
		}
		if _, err := store(h, a[0], entry); err != nil {
			return types.Null, err
		}
	}
	return seq, nil
}
