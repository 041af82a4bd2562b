package memory

import (
	"encoding/json"
	"time"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

func registerExports() {
	fn("export_prov", []string{"id"}, []types.OID{oidText}, nil, oidJSONB, exportPROV)
	fn("export_openlineage", []string{"id"}, []types.OID{oidText}, nil, oidJSONB, exportOpenLineage)
}

// provenance is what an export tells: an answer, the recalls it stood on, and the
// entries' versions that they returned.
type provenance struct {
	answer  *answered // nil: the export is of a recall alone
	recalls []recalled
	sources map[string]*source // by versionKey
}

type answered struct {
	id, agent string
	at        int64
	outcome   types.Value
	cited     []string // entries' ids
}

type recalled struct {
	id    string
	about *Recorded
	hits  []returnedVersion
}

// returnedVersion is an entry as a recall returned it.
type returnedVersion struct {
	entry   string
	version int64
	rank    int64
	score   float64
	parts   json.RawMessage
}

func (v *returnedVersion) key() string { return versionKey(v.entry, v.version) }

// source is where an entry's version came from.
type source struct {
	entry      string
	version    int64
	content    types.Value // NULL: erased
	agent      string
	supersedes string
	derived    []string // nodes that it was derived from
}

func versionKey(entry string, version int64) string {
	return entry + "@" + string(types.AppendText(nil, types.Int8, types.NewInt(version), types.DefaultFormat))
}

// loadProvenance reads what is known of an answer's id, else of a recall's.
func loadProvenance(h Host, id types.Value) (*provenance, error) {
	if err := required("id", id); err != nil {
		return nil, err
	}
	p := &provenance{sources: map[string]*source{}}
	queries, cited, found, err := answerOf(h, id)
	if err != nil {
		return nil, err
	}
	if found {
		p.answer = &answered{id: id.Str(), outcome: types.Null}
		for _, c := range cited {
			p.answer.cited = append(p.answer.cited, uuidText(c))
		}
		err = h.Run("answered", 0, []types.Value{id}, func(row []types.Value) error {
			p.answer.agent, p.answer.at, p.answer.outcome = row[0].Clone().Str(), row[1].Int(), row[2]
			return nil
		})
		if err != nil {
			return nil, err
		}
	} else if q, bad := types.ParseText(types.UUID, id.Str(), types.DefaultFormat); bad == nil {
		queries = []types.Value{q}
	}
	for _, q := range queries {
		if err := p.recall(h, q); err != nil {
			return nil, err
		}
	}
	if p.answer == nil && len(p.recalls) == 0 {
		return nil, sqlerr.New(sqlerr.UndefinedObject, "no answer and no recorded query with id \"%s\"", id.Str())
	}
	return p, nil
}

func (p *provenance) recall(h Host, queryID types.Value) error {
	about, err := h.Recorded(queryID)
	if err != nil || about == nil {
		return err
	}
	hits, err := recordedHits(h, queryID)
	if err != nil {
		return err
	}
	r := recalled{id: uuidText(queryID), about: about}
	for _, x := range hits {
		v := returnedVersion{entry: uuidText(x.id), version: x.version.Int(), rank: x.rank.Int(), score: x.score.Float()}
		if !x.parts.IsNull() {
			v.parts = json.RawMessage(types.JSONBToText(x.parts))
		}
		r.hits = append(r.hits, v)
		if p.sources[v.key()] != nil {
			continue
		}
		s := &source{entry: v.entry, version: v.version, content: types.Null}
		p.sources[v.key()] = s
		err := h.Run("source", v.version, []types.Value{x.id}, func(row []types.Value) error {
			s.content, s.agent = row[0].Clone(), row[1].Clone().Str()
			if !row[3].IsNull() {
				s.supersedes = uuidText(row[3])
			}
			derived, err := types.DecodeArray(types.TextArray, row[4].Clone())
			for _, node := range derived.Values {
				s.derived = append(s.derived, node.Str())
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	p.recalls = append(p.recalls, r)
	return nil
}

// cites reports whether the answer cites an entry.
func (p *provenance) cites(entry string) bool {
	if p.answer != nil {
		for _, id := range p.answer.cited {
			if id == entry {
				return true
			}
		}
	}
	return false
}

// microsecondsTo2000 lie between 1970 and 2000, UTC.
const microsecondsTo2000 = 946_684_800_000_000

// timeText is a moment as ISO 8601 in UTC.
func timeText(at int64) string {
	return time.UnixMicro(at + microsecondsTo2000).UTC().Format("2006-01-02T15:04:05.000000Z07:00")
}

func toJSONB(v any) (types.Value, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return types.Null, sqlerr.Internal("encoding an export: %v", err)
	}
	return types.JSONBFromText(string(b))
}
