package memory

import (
	"synapse/catalog/builtin"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

func registerExplain() {
	rowsFn("explain_answer", []string{"answer_id", "misses"}, []types.OID{oidText, types.OIDInt4}, []string{"5"}, []builtin.OutColumn{
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
		{Name: "returned", Type: types.Bool},
	}, explainAnswer)
	changes := []builtin.OutColumn{
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
	}
	rowsFn("diff", []string{"query_id", "as_of"}, []types.OID{types.OIDUUID, oidTime}, nil, changes, diff)
	rowsFn("counterfactual", []string{"query_id", "without"}, []types.OID{types.OIDUUID, oidText}, nil, changes, counterfactual)
	rowsFn("impact", []string{"memory_id"}, []types.OID{types.OIDUUID}, nil, []builtin.OutColumn{
		{Name: "id", Type: types.UUID},
		{Name: "depth", Type: types.Int4},
		{Name: "via", Type: types.UUID},
		{Name: "query_id", Type: types.UUID},
		{Name: "asked_at", Type: types.Timestamptz},
		{Name: "agent", Type: types.Text},
		{Name: "rank", Type: types.Int4},
		{Name: "answer_id", Type: types.Text},
		{Name: "cited", Type: types.Bool},
	}, func(h Host, a []types.Value, yield func([]types.Value) error) error {
		if err := required("memory_id", a[0]); err != nil {
			return err
		}
		return h.Run("impact", 0, a, yield)
	})
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

// maxMisses bounds how many entries that were not returned explain_answer lists for a recall.
const maxMisses = 1000

// explanation is memory.explain_answer at work.
type explanation struct {
	h      Host
	misses int
	cited  map[string]bool // by id; true: no recall returned it so far
	order  []types.Value   // cited, as they were given
	yield  func([]types.Value) error
}

// explainAnswer lists, recall by recall, what an answer was shown, as it was then,
// whether it was cited, and what has become of it since: unchanged, changed or
// gone; behind them the next entries that were known and not returned; and at the
// end what was cited though no recall returned it.
func explainAnswer(h Host, a []types.Value, yield func([]types.Value) error) error {
	if err := required("answer_id", a[0]); err != nil {
		return err
	}
	x := &explanation{h: h, misses: int(a[1].Int()), cited: map[string]bool{}, yield: yield}
	if x.misses < 0 || x.misses > maxMisses {
		return sqlerr.New(sqlerr.InvalidParameterValue, "misses must be between 0 and %d", maxMisses)
	}
	queries, cited, found, err := answerOf(h, a[0])
	if err != nil {
		return err
	}
	if !found {
		return sqlerr.New(sqlerr.UndefinedObject, "no answer with id \"%s\"", a[0].Str())
	}
	x.order = cited
	for _, id := range cited {
		x.cited[id.Str()] = true
	}
	for _, id := range queries {
		if err := x.recall(id); err != nil {
			return err
		}
	}
	for _, id := range x.order {
		if x.cited[id.Str()] {
			if err := x.row(nil, types.Null, hit{types.Null, id, types.Null, types.Null, types.Null}, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// answerOf reads which recalls an answer names and what it cites.
func answerOf(h Host, answerID types.Value) (queries, cited []types.Value, found bool, err error) {
	err = h.Run("answer_of", 0, []types.Value{answerID}, func(row []types.Value) error {
		found = true
		for i, list := range []*[]types.Value{&queries, &cited} {
			array, err := types.DecodeArray(types.Of(types.OIDUUIDArray), row[i].Clone())
			if err != nil {
				return err
			}
			*list = array.Values
		}
		return nil
	})
	return queries, cited, found, err
}

// recall explains one recall of the answer.
func (x *explanation) recall(queryID types.Value) error {
	about, err := x.h.Recorded(queryID)
	if err != nil || about == nil {
		return err
	}
	hits, err := recordedHits(x.h, queryID)
	if err != nil {
		return err
	}
	shown := map[string]bool{}
	for _, hit := range hits {
		shown[hit.id.Str()] = true
		if err := x.row(about, queryID, hit, true); err != nil {
			return err
		}
	}
	if x.misses == 0 {
		return nil
	}
	// What cannot be replayed has no next entries: the notice of a replay says why.
	err = x.h.ReplayQuery(queryID, Replay{WithoutID: types.Null, Deeper: x.misses}, func(row []types.Value) error {
		if shown[row[1].Str()] {
			return nil
		}
		return x.row(about, queryID, hit{row[0].Clone(), row[1].Clone(), row[2].Clone(), row[5].Clone(), row[6].Clone()}, false)
	})
	if sqlerr.Is(err, sqlerr.ObjectNotInPrerequisiteState) {
		return nil
	}
	return err
}

// row yields one entry; about is nil for one that no recall returned.
func (x *explanation) row(about *Recorded, queryID types.Value, e hit, returned bool) error {
	out := []types.Value{queryID, types.Null, types.Null, types.Null, types.Null}
	if about != nil {
		out = []types.Value{queryID, types.NewInt(about.At), text(about.Agent), text(about.Namespace), about.Question}
	}
	content, _, err := entryAt(x.h, e.id, e.version.Int())
	if err != nil {
		return err
	}
	_, now, err := entryAt(x.h, e.id, 0)
	if err != nil {
		return err
	}
	since := "unchanged"
	switch {
	case now.IsNull():
		since = "gone"
		erased, err := one(x.h, "was_erased", 0, []types.Value{e.id})
		if err != nil {
			return err
		}
		if !erased.IsNull() {
			since = "erased"
		}
	case now.Int() != e.version.Int() && about != nil:
		since = "changed"
	}
	_, cited := x.cited[e.id.Str()]
	if cited && returned {
		x.cited[e.id.Str()] = false
	}
	return x.yield(append(out, e.rank, e.id, e.version, e.score, e.parts, types.NewBool(cited), content, types.NewString(since), types.NewBool(returned)))
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
	return compare(h, a[0], Replay{AsOf: moment(a[1]), WithoutID: types.Null}, yield)
}

// counterfactual is diff with what the recall would have returned had an entry, or
// all that an agent wrote, not been there.
func counterfactual(h Host, a []types.Value, yield func([]types.Value) error) error {
	if err := required("query_id", a[0]); err != nil {
		return err
	}
	if err := required("without", a[1]); err != nil {
		return err
	}
	o := Replay{WithoutID: types.Null, WithoutAgent: a[1].Str()}
	if id, err := types.ParseText(types.UUID, a[1].Str(), types.DefaultFormat); err == nil {
		o = Replay{WithoutID: id}
	}
	return compare(h, a[0], o, yield)
}

// compare replays a recall and compares it with what was returned.
func compare(h Host, queryID types.Value, o Replay, yield func([]types.Value) error) error {
	old, err := recordedHits(h, queryID)
	if err != nil {
		return err
	}
	before := make(map[string]hit, len(old))
	for _, x := range old {
		before[x.id.Str()] = x
	}
	err = h.ReplayQuery(queryID, o, func(row []types.Value) error {
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
