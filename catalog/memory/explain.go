package memory

import (
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

func registerExplain() {
	rowsFn("explain_answer", []string{"answer_id"}, []types.OID{oidText}, nil, []builtin.OutColumn{
		{Name: "query_id", Type: types.UUID},
		{Name: "asked_at", Type: types.Timestamptz},
		{Name: "agent", Type: types.Text},
		{Name: "ns", Type: types.Text},
		{Name: "question", Type: types.Text},
		{Name: "rank", Type: types.Int4},
		{Name: "id", Type: types.UUID},
		{Name: "version", Type: types.Int8},
		{Name: "score", Type: types.Float8},
		{Name: "parts", Type: types.JSONB},
		{Name: "cited", Type: types.Bool},
		{Name: "content", Type: types.Text},
		{Name: "since", Type: types.Text},
	}, explainAnswer)
	rowsFn("diff", []string{"query_id", "as_of"}, []types.OID{types.OIDUUID, oidTime}, nil, []builtin.OutColumn{
		{Name: "change", Type: types.Text},
		{Name: "id", Type: types.UUID},
		{Name: "old_rank", Type: types.Int4},
		{Name: "new_rank", Type: types.Int4},
		{Name: "old_score", Type: types.Float8},
		{Name: "new_score", Type: types.Float8},
		{Name: "old_version", Type: types.Int8},
		{Name: "new_version", Type: types.Int8},
		{Name: "old_content", Type: types.Text},
		{Name: "new_content", Type: types.Text},
	}, diff)
}

// hit is a row that a recall returned.
type hit struct {
	rank, id, version, score, parts types.Value
}

// recordedHits are what a recorded recall returned, by rank.
func recordedHits(h Host, queryID types.Value) (out []hit, err error) {
	err = h.Hits(queryID, func(row []types.Value) error {
		out = append(out, hit{row[1].Clone(), row[2].Clone(), row[3].Clone(), row[4].Clone(), row[5].Clone()})
		return nil
	})
	return out, err
}

// entryAt is an entry's content and version as of a moment, 0 for now; NULLs if it did not exist.
func entryAt(h Host, id types.Value, at int64) (content, version types.Value, err error) {
	content, version = types.Null, types.Null
	err = h.Run("entry", at, []types.Value{id}, func(row []types.Value) error {
		content, version = row[0].Clone(), row[1].Clone()
		return nil
	})
	return content, version, err
}

// explainAnswer lists, recall by recall, what an answer was shown, as it was
// then, whether it was cited, and what has become of it since: unchanged,
// changed or gone.
func explainAnswer(h Host, a []types.Value, yield func([]types.Value) error) error {
	if err := required("answer_id", a[0]); err != nil {
		return err
	}
	var queries, cited types.Array
	found := false
	err := h.Run("answer_of", 0, a[:1], func(row []types.Value) (err error) {
		found = true
		if queries, err = types.DecodeArray(types.Of(types.OIDUUIDArray), row[0].Clone()); err != nil {
			return err
		}
		cited, err = types.DecodeArray(types.Of(types.OIDUUIDArray), row[1].Clone())
		return err
	})
	if err != nil {
		return err
	}
	if !found {
		return sqlerr.New(sqlerr.UndefinedObject, "no answer with id \"%s\"", a[0].Str())
	}
	mentioned := map[string]bool{}
	for _, id := range cited.Values {
		mentioned[id.Str()] = true
	}
	for _, id := range queries.Values {
		if err := explainRecall(h, id, mentioned, yield); err != nil {
			return err
		}
	}
	return nil
}

func explainRecall(h Host, queryID types.Value, cited map[string]bool, yield func([]types.Value) error) error {
	about, err := h.Recorded(queryID)
	if err != nil || about == nil {
		return err
	}
	hits, err := recordedHits(h, queryID)
	if err != nil {
		return err
	}
	for _, x := range hits {
		content, _, err := entryAt(h, x.id, x.version.Int())
		if err != nil {
			return err
		}
		_, now, err := entryAt(h, x.id, 0)
		if err != nil {
			return err
		}
		since := "unchanged"
		switch {
		case now.IsNull():
			since = "gone"
			erased, err := one(h, "was_erased", 0, []types.Value{x.id})
			if err != nil {
				return err
			}
			if !erased.IsNull() {
				since = "erased"
			}
		case now.Int() != x.version.Int():
			since = "changed"
		}
		err = yield([]types.Value{
			queryID, types.NewInt(about.At), text(about.Agent), text(about.Namespace), about.Question, x.rank, x.id, x.version, x.score, x.parts,
			types.NewBool(cited[x.id.Str()]), content, types.NewString(since),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// diff compares what a recall returned with what the same question returns as of
// another moment: added, removed, changed (another version of the entry), moved
// (another rank), same. By new rank, removed ones last.
func diff(h Host, a []types.Value, yield func([]types.Value) error) error {
	if err := required("query_id", a[0]); err != nil {
		return err
	}
	if err := required("as_of", a[1]); err != nil {
		return err
	}
	old, err := recordedHits(h, a[0])
	if err != nil {
		return err
	}
	before := make(map[string]hit, len(old))
	for _, x := range old {
		before[x.id.Str()] = x
	}
	err = h.ReplayQuery(a[0], moment(a[1]), func(row []types.Value) error {
		rank, id, version, content, score := row[0], row[1], row[2], row[4], row[5]
		x, was := before[id.Str()]
		delete(before, id.Str())
		if !was {
			return yield([]types.Value{
				types.NewString("added"), id, types.Null, rank, types.Null, score, types.Null, version, types.Null, content,
			})
		}
		change, oldContent := "same", content
		switch {
		case x.version.Int() != version.Int():
			change = "changed"
			if oldContent, _, err = entryAt(h, x.id, x.version.Int()); err != nil {
				return err
			}
		case x.rank.Int() != rank.Int():
			change = "moved"
		}
		return yield([]types.Value{types.NewString(change), id, x.rank, rank, x.score, score, x.version, version, oldContent, content})
	})
	if err != nil {
		return err
	}
	for _, x := range old {
		if _, gone := before[x.id.Str()]; !gone {
			continue
		}
		content, _, err := entryAt(h, x.id, x.version.Int())
		if err != nil {
			return err
		}
		err = yield([]types.Value{
			types.NewString("removed"), x.id, x.rank, types.Null, x.score, types.Null, x.version, types.Null, content, types.Null,
		})
		if err != nil {
			return err
		}
	}
	return nil
}
