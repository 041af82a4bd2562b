package sqltests

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"synapse/sqltests/harness"
)

// exported makes an answer over two recalls, with everything that an export can
// tell, and returns the two exports of it and the entries' contents by id.
func exported(t *testing.T) (prov, lineage string) {
	t.Helper()
	ctx := context.Background()
	c, err := pgx.Connect(ctx, harness.StartSynapse(t).URL())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	for _, sql := range []string{
		"SET synapse.agent = 'reader & writer'",
		`SELECT memory.write('x:a', '{"content": "the invoice is late", "agent": "bookkeeper"}')`,
		`SELECT memory.write('x:a', jsonb_build_object('content', 'the invoice came', 'supersedes', (SELECT id FROM memory.entries WHERE content = 'the invoice is late'),
			'links', '{"derived_from": ["fact:invoice"]}'::jsonb))`,
		`SELECT memory.write('x:b', '{"content": "an invoice of \"others\"", "agent": "bookkeeper"}')`,
		"SELECT set_config('x.one', (SELECT max(query_id::text) FROM memory.query(ns => 'x:a', query => 'invoice')), false)",
		"SELECT set_config('x.two', (SELECT max(query_id::text) FROM memory.query(namespaces => ARRAY['x:*'], query => 'invoice', ns => NULL)), false)",
		`SELECT memory.answer('answer/1: "quoted"', ARRAY[current_setting('x.one'), current_setting('x.two')]::uuid[],
			(SELECT array_agg(id) FROM memory.entries WHERE content LIKE '%came') || gen_random_uuid(), outcome => 0.5)`,
	} {
		if _, err := c.Exec(ctx, sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	one := func(sql string) string { return lines(t, ctx, c, sql)[0] }
	return one(`SELECT memory.export_prov('answer/1: "quoted"')::text`), one(`SELECT memory.export_openlineage('answer/1: "quoted"')::text`)
}

// TestExportsKeepTheirSchemas checks both exports by hand against what PROV-JSON
// (W3C member submission of 2013, its schema) and OpenLineage 2-0-2 demand.
func TestExportsKeepTheirSchemas(t *testing.T) {
	prov, lineage := exported(t)
	checkPROV(t, prov)
	checkOpenLineage(t, lineage)
}

// provRelations are the two ends that each relation must have, and what they name.
var provRelations = map[string][4]string{
	"used":              {"prov:activity", "activity", "prov:entity", "entity"},
	"wasGeneratedBy":    {"prov:entity", "entity", "prov:activity", "activity"},
	"wasDerivedFrom":    {"prov:generatedEntity", "entity", "prov:usedEntity", "entity"},
	"wasInformedBy":     {"prov:informed", "activity", "prov:informant", "activity"},
	"wasAttributedTo":   {"prov:entity", "entity", "prov:agent", "agent"},
	"wasAssociatedWith": {"prov:activity", "activity", "prov:agent", "agent"},
}

var qualifiedName = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_.-]*):([^\s"<>{}|\\^\x60]+)$`)

func checkPROV(t *testing.T, text string) {
	t.Helper()
	var doc map[string]map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	name := func(s string) {
		t.Helper()
		m := qualifiedName.FindStringSubmatch(s)
		if m == nil || m[1] != "_" && doc["prefix"][m[1]] == nil {
			t.Errorf("PROV: %q is no qualified name of a declared prefix", s)
		}
	}
	for kind, records := range doc {
		if kind == "prefix" {
			continue
		}
		ends, relation := provRelations[kind]
		if !relation && kind != "entity" && kind != "activity" && kind != "agent" {
			t.Errorf("PROV has no kind %q", kind)
		}
		for id, raw := range records {
			name(id)
			var record map[string]any
			if err := json.Unmarshal(raw, &record); err != nil {
				t.Fatal(err)
			}
			for key, value := range record {
				name(key)
				if lit, ok := value.(map[string]any); ok {
					if lit["$"] == nil || lit["type"] == nil || len(lit) != 2 {
						t.Errorf("PROV: %s of %s is no typed literal: %v", key, id, value)
					}
				}
				if strings.HasSuffix(key, "ime") {
					isTime(t, value)
				}
			}
			if relation {
				for i := 0; i < 4; i += 2 {
					end, _ := record[ends[i]].(string)
					if doc[ends[i+1]][end] == nil {
						t.Errorf("PROV: %s of %s names %q, which is no %s", ends[i], kind, end, ends[i+1])
					}
				}
			}
		}
	}
	for kind, want := range map[string]int{
		"used": 3, "wasGeneratedBy": 1, "wasInformedBy": 2, "wasAssociatedWith": 3, "agent": 2, "activity": 3,
		"wasDerivedFrom": 4, // from what it supersedes, from a fact, the answer from what it cites
	} {
		if len(doc[kind]) != want {
			t.Errorf("PROV has %d of %s, want %d: %s", len(doc[kind]), kind, want, doc[kind])
		}
	}
}

func isTime(t *testing.T, v any) {
	t.Helper()
	s, _ := v.(string)
	if _, err := time.Parse(time.RFC3339Nano, s); err != nil {
		t.Errorf("%v is no moment", v)
	}
}

func checkOpenLineage(t *testing.T, text string) {
	t.Helper()
	var events []map[string]any
	if err := json.Unmarshal([]byte(text), &events); err != nil {
		t.Fatal(err)
	}
	if len(events) != 3 {
		t.Fatalf("OpenLineage: %d events, want two recalls and the answer", len(events))
	}
	object := func(v any) map[string]any {
		t.Helper()
		m, ok := v.(map[string]any)
		if !ok {
			t.Errorf("OpenLineage: %v is no object", v)
		}
		return m
	}
	facets := func(v any) {
		t.Helper()
		if v == nil {
			return
		}
		for name, f := range object(v) {
			for _, key := range []string{"_producer", "_schemaURL"} {
				if s, _ := object(f)[key].(string); !strings.Contains(s, ":") {
					t.Errorf("OpenLineage: facet %s has no %s", name, key)
				}
			}
		}
	}
	inputs := []string{}
	for _, e := range events {
		isTime(t, e["eventTime"])
		if e["eventType"] != "COMPLETE" || e["producer"] == "" || e["schemaURL"] != "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent" {
			t.Errorf("OpenLineage: %v", e)
		}
		run, job := object(e["run"]), object(e["job"])
		if _, err := uuid.Parse(fmt.Sprint(run["runId"])); err != nil {
			t.Errorf("OpenLineage: run id %v", run["runId"])
		}
		facets(run["facets"])
		if job["namespace"] == "" || job["name"] == "" {
			t.Errorf("OpenLineage: job %v", job)
		}
		for _, side := range []string{"inputs", "outputs"} {
			for _, d := range e[side].([]any) {
				set := object(d)
				if set["namespace"] == "" || set["name"] == "" {
					t.Errorf("OpenLineage: data set %v", d)
				}
				facets(set["facets"])
				inputs = append(inputs, side+" "+fmt.Sprint(set["name"]))
			}
		}
	}
	if got := strings.Join(inputs, ", "); got != `inputs x:a, inputs x:a, inputs x:b, inputs x:a, inputs x:b, outputs answer/1: "quoted"` {
		t.Errorf("OpenLineage: %s", got)
	}
	parent := object(object(object(events[0]["run"])["facets"])["parent"])
	if object(parent["run"])["runId"] != object(events[2]["run"])["runId"] {
		t.Errorf("the recall's parent is %v, the answer's run %v", parent["run"], events[2]["run"])
	}
}
