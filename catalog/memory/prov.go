package memory

import (
	"strconv"

	"synapse/catalog/types"
)

// provDocument is W3C PROV in its JSON form (the member submission PROV-JSON of
// 2013): records by their id, by kind.
type provDocument struct {
	Prefix        map[string]string     `json:"prefix"`
	Entity        map[string]provRecord `json:"entity,omitempty"`
	Activity      map[string]provRecord `json:"activity,omitempty"`
	Agent         map[string]provRecord `json:"agent,omitempty"`
	Used          map[string]provRecord `json:"used,omitempty"`
	Generated     map[string]provRecord `json:"wasGeneratedBy,omitempty"`
	Derived       map[string]provRecord `json:"wasDerivedFrom,omitempty"`
	Informed      map[string]provRecord `json:"wasInformedBy,omitempty"`
	Attributed    map[string]provRecord `json:"wasAttributedTo,omitempty"`
	Associated    map[string]provRecord `json:"wasAssociatedWith,omitempty"`
	relationCount int
}

type provRecord map[string]any

// typed is a PROV-JSON literal with its type.
func typed(value, typ string) map[string]string { return map[string]string{"$": value, "type": typ} }

func (d *provDocument) relate(kind *map[string]provRecord, r provRecord) {
	if *kind == nil {
		*kind = map[string]provRecord{}
	}
	d.relationCount++
	(*kind)["_:r"+strconv.Itoa(d.relationCount)] = r
}

// provName is a qualified name of the export's own namespace; what a qualified name cannot hold is escaped.
func provName(kind, id string) string {
	var out []byte
	for i := range len(id) {
		switch c := id[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_', c == '.', c == '@', c >= 0x80:
			out = append(out, c)
		default:
			const digits = "0123456789ABCDEF"
			out = append(out, '%', digits[c>>4], digits[c&15])
		}
	}
	return "synapse:" + kind + "/" + string(out)
}

func (d *provDocument) agent(name string) string {
	id := provName("agent", name)
	d.Agent[id] = provRecord{"prov:type": typed("prov:SoftwareAgent", "prov:QUALIFIED_NAME"), "prov:label": name}
	return id
}

// exportPROV: entries' versions and the answer are entities, recalls and answering
// are activities, those who asked and who wrote are agents.
func exportPROV(h Host, a []types.Value) (types.Value, error) {
	p, err := loadProvenance(h, a[0])
	if err != nil {
		return types.Null, err
	}
	d := &provDocument{
		Prefix: map[string]string{"synapse": "urn:synapse:", "prov": "http://www.w3.org/ns/prov#", "xsd": "http://www.w3.org/2001/XMLSchema#"},
		Entity: map[string]provRecord{}, Activity: map[string]provRecord{}, Agent: map[string]provRecord{},
	}
	for _, s := range p.sources {
		d.source(s)
	}
	for i := range p.recalls {
		d.recall(&p.recalls[i])
	}
	if p.answer != nil {
		d.answer(p)
	}
	return toJSONB(d)
}

func (d *provDocument) source(s *source) {
	id := provName("entry", versionKey(s.entry, s.version))
	r := provRecord{"prov:type": "synapse:entry", "synapse:id": s.entry, "synapse:version": typed(strconv.FormatInt(s.version, 10), "xsd:long")}
	if !s.content.IsNull() {
		r["prov:value"] = s.content.Str()
	}
	d.Entity[id] = r
	if s.agent != "" {
		d.relate(&d.Attributed, provRecord{"prov:entity": id, "prov:agent": d.agent(s.agent)})
	}
	older := func(node, typ string) {
		used := provName("node", node)
		if d.Entity[used] == nil {
			d.Entity[used] = provRecord{"prov:type": "synapse:node", "prov:label": node}
		}
		rel := provRecord{"prov:generatedEntity": id, "prov:usedEntity": used}
		if typ != "" {
			rel["prov:type"] = typed(typ, "prov:QUALIFIED_NAME")
		}
		d.relate(&d.Derived, rel)
	}
	for _, node := range s.derived {
		older(node, "")
	}
	if s.supersedes != "" {
		older(s.supersedes, "prov:Revision")
	}
}

func (d *provDocument) recall(r *recalled) {
	id := provName("recall", r.id)
	at := timeText(r.about.At)
	x := provRecord{"prov:type": "synapse:recall", "prov:startTime": at, "prov:endTime": at, "synapse:namespace": r.about.Namespace}
	if !r.about.Question.IsNull() {
		x["synapse:question"] = r.about.Question.Str()
	}
	d.Activity[id] = x
	if r.about.Agent != "" {
		d.relate(&d.Associated, provRecord{"prov:activity": id, "prov:agent": d.agent(r.about.Agent)})
	}
	for i := range r.hits {
		v := &r.hits[i]
		used := provRecord{
			"prov:activity": id, "prov:entity": provName("entry", v.key()), "prov:time": at,
			"synapse:rank": typed(strconv.FormatInt(v.rank, 10), "xsd:int"), "synapse:score": typed(strconv.FormatFloat(v.score, 'g', -1, 64), "xsd:double"),
		}
		if v.parts != nil {
			used["synapse:parts"] = string(v.parts)
		}
		d.relate(&d.Used, used)
	}
}

func (d *provDocument) answer(p *provenance) {
	entity, activity, at := provName("answer", p.answer.id), provName("answering", p.answer.id), timeText(p.answer.at)
	e := provRecord{"prov:type": "synapse:answer", "prov:label": p.answer.id}
	if !p.answer.outcome.IsNull() {
		e["synapse:outcome"] = typed(strconv.FormatFloat(p.answer.outcome.Float(), 'g', -1, 64), "xsd:double")
	}
	d.Entity[entity] = e
	d.Activity[activity] = provRecord{"prov:type": "synapse:answering", "prov:endTime": at}
	d.relate(&d.Generated, provRecord{"prov:entity": entity, "prov:activity": activity, "prov:time": at})
	if p.answer.agent != "" {
		agent := d.agent(p.answer.agent)
		d.relate(&d.Associated, provRecord{"prov:activity": activity, "prov:agent": agent})
		d.relate(&d.Attributed, provRecord{"prov:entity": entity, "prov:agent": agent})
	}
	known := map[string]string{} // entry → the version last shown
	for i := range p.recalls {
		d.relate(&d.Informed, provRecord{"prov:informed": activity, "prov:informant": provName("recall", p.recalls[i].id)})
		for k := range p.recalls[i].hits {
			v := &p.recalls[i].hits[k]
			known[v.entry] = provName("entry", v.key())
		}
	}
	for _, id := range p.answer.cited {
		used := known[id]
		if used == "" { // cited, though no recall returned it
			used = provName("node", id)
			if d.Entity[used] == nil {
				d.Entity[used] = provRecord{"prov:type": "synapse:node", "prov:label": id}
			}
		}
		d.relate(&d.Derived, provRecord{"prov:generatedEntity": entity, "prov:usedEntity": used, "prov:activity": activity})
	}
}
