package memory

import (
	"synapse/catalog/types"
)

// missingBatch is how many texts memory.embed_missing embeds at a time.
const missingBatch = 96

func registerEmbed() {
	fn("embed_missing", []string{"ns", "k"}, []types.OID{oidText, types.OIDInt8}, []string{"NULL"}, types.OIDInt8, embedMissing)
}

// embedMissing gives vectors to a namespace's entries that were stored without one
// (namespaces.embed_failure), up to k of them, the oldest first, and returns how
// many. A failure of the embedder is an error here.
func embedMissing(h Host, a []types.Value) (types.Value, error) {
	if err := requireNS(a[0]); err != nil {
		return types.Null, err
	}
	var ids []types.Value
	var texts []string
	err := h.Run("missing", 0, a[:2], func(row []types.Value) error {
		ids, texts = append(ids, row[0].Clone()), append(texts, row[1].Clone().Str())
		return nil
	})
	if err != nil {
		return types.Null, err
	}
	for at := 0; at < len(ids); at += missingBatch {
		end := min(at+missingBatch, len(ids))
		if err := h.CheckModel(a[0].Str(), h.Model()); err != nil {
			return types.Null, err
		}
		vectors, err := h.EmbedAll(texts[at:end])
		if err != nil {
			return types.Null, err
		}
		for i, v := range vectors {
			if err := h.Run("embedded", 0, []types.Value{ids[at+i], types.VectorFromFloat32s(v)}, nil); err != nil {
				return types.Null, err
			}
		}
	}
	return types.NewInt(int64(len(ids))), nil
}
