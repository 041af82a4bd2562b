package memory

import (
	"cmp"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"math"
	"slices"
	"strconv"

	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// maxChannelBytes is PostgreSQL's limit of a channel's name.
const maxChannelBytes = 63

// Channel is the name of a namespace's channel of LISTEN: 'memory:' and the
// namespace, or its md5 where that is too long for a name.
func Channel(ns string) string {
	const prefix = "memory:"
	if len(prefix)+len(ns) <= maxChannelBytes {
		return prefix + ns
	}
	sum := md5.Sum([]byte(ns))
	return prefix + hex.EncodeToString(sum[:])
}

func registerFeed() {
	builtin.Register(&builtin.Function{
		Name: "channel", Schema: "memory", Args: []types.OID{oidText}, ArgNames: []string{"ns"}, Ret: oidText,
		Volatility: builtin.Immutable, Strict: true,
		Eval: func(_ *builtin.Call, a []types.Value) (types.Value, error) {
			return types.NewString(Channel(a[0].Str())), nil
		},
	})
	rowsFn("changes", []string{"ns", "since", "k"}, []types.OID{oidText, oidTime, types.OIDInt8}, []string{"NULL"}, []builtin.OutColumn{
		{Name: "changed_at", Type: types.Timestamptz},
		{Name: "what", Type: types.Text},
		{Name: "key", Type: types.Text},
		{Name: "op", Type: types.Text},
		{Name: "value", Type: types.JSONB},
		{Name: "agent", Type: types.Text},
	}, func(h Host, a []types.Value, yield func([]types.Value) error) error {
		if err := requireNS(a[0]); err != nil {
			return err
		}
		if err := required("since", a[1]); err != nil {
			return err
		}
		return changes(h, a, yield)
	})
}

// feeds are the tables whose changes are told: their columns are the key's, the
// value and the agent.
var feeds = []struct {
	what, table string
	columns     []string
}{
	{"entry", "entries", []string{"id", "content", "agent"}},
	{"event", "events", []string{"stream", "seq", "content", "agent"}},
	{"fact", "facts", []string{"key", "value", "agent"}},
}

// fed is a version of a row. Times are µs since 2000; to is forever for the newest.
type fed struct {
	what, key    string
	from, to     int64
	value, agent types.Value
}

// told is a change.
type told struct {
	at  int64
	op  string
	row *fed
}

// changes lists what happened in a namespace after a moment, in the order of time.
func changes(h Host, a []types.Value, yield func([]types.Value) error) error {
	if a[2].Int() < 0 {
		return sqlerr.New(sqlerr.InvalidRowCountInLimit, "k must not be negative")
	}
	versions, err := feedOf(h, a[0].Str(), a[1].Int())
	if err != nil {
		return err
	}
	list := tell(versions, a[1].Int())
	if !a[2].IsNull() {
		list = list[:min(int64(len(list)), a[2].Int())]
	}
	for _, c := range list {
		value, agent := c.row.value, c.row.agent
		if c.op == "delete" {
			value, agent = types.Null, types.Null
		}
		err := yield([]types.Value{types.NewInt(c.at), types.NewString(c.row.what), types.NewString(c.row.key), types.NewString(c.op), value, agent})
		if err != nil {
			return err
		}
	}
	return nil
}

// feedOf reads the versions of a namespace's rows that changed after a moment, by
// kind, key and time.
func feedOf(h Host, ns string, since int64) (out []fed, err error) {
	for _, f := range feeds {
		err := h.Changes(f.table, f.columns, ns, since, func(from, to int64, row []types.Value) (err error) {
			n := len(row)
			v := fed{what: f.what, key: row[0].Str(), from: from, to: to, agent: row[n-1].Clone(), value: row[n-2].Clone()}
			switch f.what {
			case "entry":
				v.key = uuidText(row[0])
			case "event":
				v.key += ":" + strconv.FormatInt(row[1].Int(), 10)
			}
			if f.what != "fact" {
				v.value, err = jsonString(v.value.Str())
			}
			out = append(out, v)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, func(a, b fed) int {
		return cmp.Or(cmp.Compare(a.what, b.what), cmp.Compare(a.key, b.key), cmp.Compare(a.from, b.from))
	})
	return out, nil
}

// jsonString is a string as jsonb.
func jsonString(s string) (types.Value, error) {
	quoted, err := json.Marshal(s)
	if err != nil {
		return types.Null, err
	}
	return types.JSONBFromText(string(quoted))
}

// tell makes changes of versions: one that follows another at once is an update,
// one that nothing follows was deleted when it ended.
func tell(versions []fed, since int64) (out []told) {
	same := func(i, j int) bool {
		return i >= 0 && j < len(versions) && versions[i].what == versions[j].what && versions[i].key == versions[j].key
	}
	for i := range versions {
		v := &versions[i]
		if v.from > since {
			op := "insert"
			if same(i-1, i) && versions[i-1].to == v.from {
				op = "update"
			}
			out = append(out, told{v.from, op, v})
		}
		if v.to > since && v.to != forever && !(same(i, i+1) && versions[i+1].from == v.to) {
			out = append(out, told{v.to, "delete", v})
		}
	}
	slices.SortStableFunc(out, func(a, b told) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.row.what, b.row.what), cmp.Compare(a.row.key, b.row.key))
	})
	return out
}

// forever is the end of a version that has none.
const forever = math.MaxInt64

// changed tells the namespace's listeners, at commit, what a memory function wrote.
func changed(h Host, ns types.Value, what, key string) error {
	return h.Notify(Channel(ns.Str()), what+":"+key)
}
