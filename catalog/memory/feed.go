package memory

import (
	"crypto/md5"
	"encoding/hex"

	"synapse/catalog/builtin"
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
		return h.Run("changes", 0, a, yield)
	})
}

// changed tells the namespace's listeners, at commit, what a memory function wrote.
func changed(h Host, ns types.Value, what, key string) error {
	return h.Notify(Channel(ns.Str()), what+":"+key)
}
