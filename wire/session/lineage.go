package session

import (
	"encoding/hex"
	"strings"
	"time"

	"github.com/google/uuid"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec"
	"synapse/exec/plan"
	"synapse/planner/parse"
	"synapse/storage"
	"synapse/storage/lineage"
)

// capture gathers the lineage row of one top-level statement. A nil capture
// takes everything and keeps nothing: statements that are not recorded.
type capture struct {
	s    *Session
	rec  lineage.Record
	tags map[string]string // of the sqlcommenter comment
	when time.Time
	span *span // nil: not traced
	done bool
	// hashed: neither text nor parameters nor query vectors are kept, of the
	// statement and of the ranked calls inside; the fingerprint is.
	hashed bool
}

// capture starts the lineage row of a statement.
func (s *Session) capture(p *portal) *capture {
	st := &p.prep.stmt
	c := &capture{s: s, when: time.Now()}
	if st.Comment != "" {
		_, c.tags = parse.CutComment(st.Comment)
	}
	c.span = s.statementSpan(c, p)
	if s.engine.Recorder == nil || s.settings.must("synapse.lineage") == "off" {
		return c
	}
	id, err := uuid.NewV7()
	if err != nil {
		return c
	}
	c.rec = lineage.Record{
		QueryID: id, StartedAt: int64(s.engine.Store.Now()), Role: s.role().Name, Application: s.settings.must("application_name"),
		Database: s.db, SQL: st.Text, Fingerprint: s.engine.prints.of(st.Text), Agent: s.agent(c), SQLState: "00000",
	}
	if c.span != nil {
		c.rec.TraceID, c.rec.SpanID = c.span.ids()
	} else {
		c.rec.TraceID, c.rec.SpanID = traceOf(c.tag("traceparent"), s.settings.must("synapse.traceparent"))
	}
	if s.settings.must("synapse.lineage") == "hash" {
		c.hash()
		return c
	}
	c.rec.Params = s.lineageParams(p.params)
	return c
}

// hash drops what the row would keep of the statement beside its fingerprint.
func (c *capture) hash() {
	if c != nil {
		c.hashed = true
		c.rec.SQL, c.rec.Params = "", nil
	}
}

// unparsed records a text that is not a statement: it was tried, and that counts.
func (s *Session) unparsed(sql string, err error) error {
	return s.refused(&prepared{stmt: parse.Statement{Text: sql}}, err)
}

// refused records a statement that did not get as far as to start.
func (s *Session) refused(prep *prepared, err error) error {
	s.capture(&portal{prep: prep}).end(string(sqlerr.CodeOf(err)))
	return err
}

// agent is the claimed agent: comment key, setting, else application_name.
func (s *Session) agent(c *capture) string {
	for _, name := range []string{c.tag("agent"), s.settings.must("synapse.agent"), s.settings.must("application_name")} {
		if name != "" {
			return name
		}
	}
	return ""
}

// lineageParams are the parameters as text, independent of the session's display settings.
func (s *Session) lineageParams(params []boundParam) []lineage.Param {
	if len(params) == 0 {
		return nil
	}
	out := make([]lineage.Param, len(params))
	for i, p := range params {
		out[i] = lineage.Param{Type: uint32(p.Type.OID), Null: p.Value.IsNull()}
		switch {
		case out[i].Null:
		case p.Type.Kind() == types.KindVector:
			out[i].Vector = types.AsFloat32s(p.Value) // its text would cost more than the search
		default:
			out[i].Text = string(types.AppendText(nil, p.Type, p.Value, types.DefaultFormat))
		}
	}
	return out
}

// wanted reports whether the statement is recorded at all.
func (c *capture) wanted() bool { return c != nil && c.rec.QueryID != uuid.Nil }

// recorded reports whether the statement's row can still be added to.
func (c *capture) recorded() bool { return c.wanted() && !c.done }

// tag returns a sqlcommenter key.
func (c *capture) tag(name string) string {
	if c == nil {
		return ""
	}
	return c.tags[name]
}

// planned notes what the statement reads.
func (c *capture) planned(pl *plan.Plan, snapshot, asOf storage.Timestamp) {
	if c != nil {
		c.span.planned(c.s, pl)
	}
	if !c.recorded() {
		return
	}
	c.rec.Snapshot, c.rec.AsOf = int64(snapshot), int64(asOf)
	c.rec.OwnWrites = c.s.block.writes
	if !pl.ReadOnly {
		c.s.block.writes = true
	}
	c.rec.Plan = pl.Summary
}

// searched takes the ranked calls that the execution left: each becomes a row of
// its own. A cursor's come after the row of its DECLARE.
func (c *capture) searched(env *exec.Env) {
	if !c.wanted() || env == nil {
		return
	}
	for _, call := range env.Ranked {
		r := *call
		r.ParentID = c.rec.QueryID
		if r.QueryID == uuid.Nil {
			r.QueryID, _ = uuid.NewV7()
		}
		r.Role, r.Agent, r.Application, r.Database = c.rec.Role, c.rec.Agent, c.rec.Application, c.rec.Database
		r.TraceID, r.SpanID, r.OwnWrites = c.rec.TraceID, c.rec.SpanID, c.rec.OwnWrites
		if r.SQLState == "" {
			r.SQLState = "00000"
		}
		if c.rec.Namespace == "" && !c.done {
			c.rec.Namespace = r.Namespace
		}
		if c.hashed {
			r.Params, r.QueryVector = nil, nil
			if r.SQL != recallName {
				r.SQL = ""
			}
		}
		c.s.engine.Recorder.Record(&r)
	}
	env.Ranked = nil
}

func (c *capture) addRows(n int64) {
	if c != nil {
		c.rec.Rows += n
	}
}

// end hands the row to the recorder, once.
func (c *capture) end(sqlstate string) {
	if c != nil && c.span != nil {
		c.span.end(c, sqlstate)
		c.span = nil
	}
	if !c.recorded() {
		return
	}
	c.done = true
	c.rec.Duration = time.Since(c.when)
	c.rec.SQLState = sqlstate
	c.s.engine.Recorder.Record(&c.rec)
}

// traceOf reads the first valid W3C traceparent: 00-<trace>-<span>-<flags>.
func traceOf(candidates ...string) (trace, span string) {
	for _, text := range candidates {
		parts := strings.Split(text, "-")
		if len(parts) < 4 || len(parts[1]) != 32 || len(parts[2]) != 16 {
			continue
		}
		if _, err := hex.DecodeString(parts[1] + parts[2]); err == nil {
			return parts[1], parts[2]
		}
	}
	return "", ""
}
