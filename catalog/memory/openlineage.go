package memory

import (
	"crypto/md5"
	"encoding/json"
	"slices"
	"strings"

	"github.com/google/uuid"

	"synapse/catalog/types"
)

// OpenLineage 2-0-2, and where the facets of the export's own are described.
const (
	openLineageSchema = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
	runFacet          = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunFacet"
	datasetFacet      = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetFacet"
	parentFacet       = "https://openlineage.io/spec/facets/1-0-1/ParentRunFacet.json#/$defs/ParentRunFacet"
	producer          = "urn:synapse"
	jobNamespace      = "synapse"
)

type runEvent struct {
	EventType string    `json:"eventType"`
	EventTime string    `json:"eventTime"`
	Producer  string    `json:"producer"`
	SchemaURL string    `json:"schemaURL"`
	Run       runOf     `json:"run"`
	Job       named     `json:"job"`
	Inputs    []dataset `json:"inputs"`
	Outputs   []dataset `json:"outputs"`
}

type runOf struct {
	RunID  string         `json:"runId"`
	Facets map[string]any `json:"facets,omitempty"`
}

type named struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

type dataset struct {
	named
	Facets map[string]any `json:"facets,omitempty"`
}

// facet is one facet: what every facet says, and its own.
func facet(schema string, own map[string]any) map[string]any {
	own["_producer"], own["_schemaURL"] = producer, schema
	return own
}

// exportOpenLineage is an array of run events: one for each recall, its namespaces
// as input data sets, and for an answer one more, of which the answer is the output.
func exportOpenLineage(h Host, a []types.Value) (types.Value, error) {
	p, err := loadProvenance(h, a[0])
	if err != nil {
		return types.Null, err
	}
	events := []runEvent{}
	for i := range p.recalls {
		events = append(events, p.recallEvent(&p.recalls[i]))
	}
	if p.answer != nil {
		events = append(events, p.answerEvent())
	}
	return toJSONB(events)
}

// hitOf is an entry's version in a facet.
type hitOf struct {
	ID      string          `json:"id"`
	Version int64           `json:"version"`
	Rank    int64           `json:"rank"`
	Score   float64         `json:"score"`
	Parts   json.RawMessage `json:"parts,omitempty"`
	Cited   bool            `json:"cited"`
}

func (p *provenance) recallEvent(r *recalled) runEvent {
	hits := []hitOf{}
	for i := range r.hits {
		v := &r.hits[i]
		hits = append(hits, hitOf{v.entry, v.version, v.rank, v.score, v.parts, p.cites(v.entry)})
	}
	own := map[string]any{"snapshot": timeText(r.about.At), "hits": hits}
	if r.about.Agent != "" {
		own["agent"] = r.about.Agent
	}
	if !r.about.Question.IsNull() {
		own["question"] = r.about.Question.Str()
	}
	run := runOf{RunID: r.id, Facets: map[string]any{"synapse_recall": facet(runFacet, own)}}
	if p.answer != nil {
		run.Facets["parent"] = facet(parentFacet, map[string]any{
			"run": map[string]any{"runId": p.answer.runID()}, "job": named{jobNamespace, "memory.answer"},
		})
	}
	return runEvent{
		EventType: "COMPLETE", EventTime: timeText(r.about.At), Producer: producer, SchemaURL: openLineageSchema,
		Run: run, Job: named{jobNamespace, "memory.query"}, Inputs: namespaceDatasets(r.about.Namespace), Outputs: []dataset{},
	}
}

func namespaceDatasets(list string) []dataset {
	out := []dataset{}
	for _, ns := range strings.Split(list, ",") {
		if ns != "" {
			out = append(out, dataset{named: named{jobNamespace + "/memory.entries", ns}})
		}
	}
	return out
}

// runID is the answer's id where that is a uuid, else one made of it.
func (a *answered) runID() string {
	if id, err := uuid.Parse(a.id); err == nil {
		return id.String()
	}
	return uuid.UUID(md5.Sum([]byte("synapse answer " + a.id))).String()
}

func (p *provenance) answerEvent() runEvent {
	inputs := []dataset{}
	var seen []string
	for i := range p.recalls {
		for _, d := range namespaceDatasets(p.recalls[i].about.Namespace) {
			if !slices.Contains(seen, d.Name) {
				seen, inputs = append(seen, d.Name), append(inputs, d)
			}
		}
	}
	own := map[string]any{"answerId": p.answer.id, "cited": append([]string{}, p.answer.cited...)}
	if p.answer.agent != "" {
		own["agent"] = p.answer.agent
	}
	if !p.answer.outcome.IsNull() {
		own["outcome"] = p.answer.outcome.Float()
	}
	return runEvent{
		EventType: "COMPLETE", EventTime: timeText(p.answer.at), Producer: producer, SchemaURL: openLineageSchema,
		Run: runOf{RunID: p.answer.runID()}, Job: named{jobNamespace, "memory.answer"}, Inputs: inputs,
		Outputs: []dataset{{named: named{jobNamespace + "/memory.answers", p.answer.id}, Facets: map[string]any{"synapse_answer": facet(datasetFacet, own)}}},
	}
}
