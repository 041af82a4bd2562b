package asof

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"synapse/sqltests/seed"
	"synapse/storage"
)

// remembered is the world as it was at a moment between two commits.
type remembered struct {
	at time.Time
	*world
}

// model is a random history and the connection that made it.
type model struct {
	t     *testing.T
	r     *rand.Rand
	s     *server
	c     *client
	now   *world
	past  []remembered
	log   []string
	list  []spelling
	read  int // answers compared
	found int // of them with rows
}

// Sizes of the random history.
const (
	modelCommits = 200
	modelReads   = 6 // after each commit
)

// TestRandomHistory makes random changes of tables, views and rows, and after each
// commit reads some moment of the past in some spelling.
func TestRandomHistory(t *testing.T) {
	s := newServer(t)
	m := &model{t: t, r: seed.Rand(t), s: s, c: s.dial(), now: &world{}}
	m.list = spellings(func() time.Time { return s.clock.Now().Time() })
	for i := range modelCommits {
		m.commit()
		for range modelReads {
			m.check()
		}
		if i == modelCommits/2 {
			m.c.pg.Close(t.Context())
			s.Restart(t)
			m.c = s.dial()
		}
		if t.Failed() {
			t.Fatalf("the history so far:\n%s", strings.Join(m.log, "\n"))
		}
	}
	t.Logf("%d reads, %d with rows, %d tables and %d views at the end", m.read, m.found, len(m.now.tables), len(m.now.views))
	if m.found < m.read/4 {
		t.Errorf("only %d of %d reads found rows: the test shows little", m.found, m.read)
	}
}

// commit runs a transaction of a few statements; some are rolled back.
func (m *model) commit() {
	m.t.Helper()
	m.s.clock.Advance(time.Duration(1+m.r.IntN(3600)) * time.Second)
	next := m.now.clone()
	statements := []string{}
	for range 1 + m.r.IntN(3) {
		if sql := next.step(m.r); sql != "" {
			statements = append(statements, sql)
		}
	}
	end := "COMMIT"
	if m.r.IntN(8) == 0 {
		end = "ROLLBACK"
		next = m.now
	}
	m.log = append(m.log, stamp(m.s.clock.Now().Time())+": "+strings.Join(statements, "; ")+"; "+end)
	m.c.must("BEGIN")
	for _, sql := range statements {
		if a := m.c.simple(sql); a.err != nil {
			m.t.Fatalf("%s: %s\n%s", sql, a, strings.Join(m.log, "\n"))
		}
	}
	m.c.must(end)
	m.now = next
	m.s.clock.Advance(time.Duration(1+m.r.IntN(3600)) * time.Second)
	m.past = append(m.past, remembered{m.s.clock.Now().Time(), next.clone()})
	m.s.clock.Advance(time.Second)
}

// check reads one relation as of one moment.
func (m *model) check() {
	then := pick(m.r, m.past)
	if m.r.IntN(2) == 0 { // the recent past more often
		then = m.past[max(0, len(m.past)-1-m.r.IntN(8))]
	}
	name := pick(m.r, slices.Concat(tableNames, viewNames))
	switch m.r.IntN(4) {
	case 0:
		m.filtered(then, name)
	case 1:
		m.parameter(then, name)
	case 2:
		m.versions(then, name)
	}
	sp := pick(m.r, m.list)
	want, known := m.expect(then, name)
	if !known {
		return
	}
	m.compare(sp.name, then, name, sp.read(m.c, name, then.at), want)
}

func (m *model) compare(how string, then remembered, name string, got answer, want string) {
	m.t.Helper()
	m.read++
	if strings.Contains(got.text, "\n") {
		m.found++
	}
	if got.text != want && (got.code == "" || got.code != want) {
		m.t.Errorf("%s as of %s, %s\n got: %s\nwant: %s", name, stamp(then.at), how, got, want)
	}
}

// expect is what a relation read as of then gives; known is false where the model does not say.
func (m *model) expect(then remembered, name string) (want string, known bool) {
	if text, ok := then.read(name, nil); ok {
		return text, true
	}
	if m.now.view(name) != nil {
		return "", false // its present definition, if the tables of then have its columns
	}
	t := m.now.table(name)
	if t == nil || then.byID(t.id) != nil { // it had another name then
		return "42P01", true
	}
	text, _ := m.now.read(name, func([]string, []string) bool { return false })
	return text, true
}

// filtered reads rows by a condition that an index may serve, in an order that one may give.
func (m *model) filtered(then remembered, name string) {
	t := then.table(name)
	if t == nil {
		return
	}
	c := pick(m.r, t.cols)
	value := "3"
	if c.name != t.cols[0].name {
		value = pick(m.r, values[c.typ][:3])
	}
	want, _ := then.read(name, func(cols, row []string) bool { return row[slices.Index(cols, c.name)] == value })
	for _, format := range []string{
		"SELECT * FROM %[1]s AS OF '%[2]s' WHERE %[3]s = %[4]s ORDER BY 1",
		"SELECT * FROM %[1]s WHERE %[3]s = %[4]s ORDER BY %[3]s, 1 AS OF '%[2]s'",
		"SELECT x.* FROM %[1]s AS OF '%[2]s' x JOIN (VALUES (%[4]s)) v(k) ON x.%[3]s = v.k ORDER BY 1",
	} {
		sql := fmt.Sprintf(format, name, stamp(then.at), c.name, literal(value))
		m.compare(sql, then, name, m.c.prepared(sql), want)
	}
}

// parameter reads the columns of then by name, the moment being a parameter. What
// cannot be described by today's catalog is refused.
func (m *model) parameter(then remembered, name string) {
	want, ok := then.read(name, nil)
	if !ok {
		return
	}
	columns, _, _ := strings.Cut(want, "\n")
	for _, format := range []string{"SELECT %s FROM %s AS OF $1 ORDER BY 1", "SELECT %s FROM %s ORDER BY 1 AS OF $1"} {
		sql := fmt.Sprintf(format, columns, name)
		got := m.c.extended(sql, stamp(then.at))
		if now, ok := m.now.read(name, nil); got.err != nil && !(ok && strings.HasPrefix(now, columns)) &&
			slices.Contains([]string{"42703", "42P01", "0A000"}, got.code) {
			continue
		}
		if got.code == "0A000" && m.retyped(then, name) {
			continue
		}
		m.compare(sql, then, name, got, want)
	}
}

// retyped reports that a column of the relation has another type today.
func (m *model) retyped(then remembered, name string) bool {
	was, is := then.table(name), m.now.table(name)
	if v, n := then.view(name), m.now.view(name); v != nil && n != nil {
		was, is = then.byID(v.table), m.now.byID(n.table)
	}
	if was == nil || is == nil {
		return true
	}
	for _, c := range was.cols {
		if i := is.index(c.name); i < 0 || is.cols[i].typ != c.typ {
			return true
		}
	}
	return false
}

// versions: of the versions of a table, one moment selects the rows it had.
func (m *model) versions(then remembered, name string) {
	t := m.now.table(name)
	if t == nil || then.byID(t.id) == nil {
		return
	}
	keys := t.cols[0].name
	was := then.byID(t.id)
	ids := &world{tables: []*table{{id: 1, name: name, cols: []column{{name: keys}}, rows: map[int][]string{}}}}
	for k, row := range was.rows {
		ids.tables[0].rows[k] = row[:1]
	}
	want, _ := ids.read(name, nil)
	at := int64(storage.TimestampOf(then.at))
	for _, format := range []string{
		"SELECT %[1]s FROM %[2]s FOR SYSTEM_TIME BETWEEN %[3]d AND %[3]d ORDER BY 1",
		"SELECT %[1]s FROM %[2]s FOR SYSTEM_TIME FROM %[3]d TO %[4]d ORDER BY 1",
		"SELECT %[1]s FROM %[2]s FOR SYSTEM_TIME ALL WHERE _system_from <= '%[5]s' AND _system_to > '%[5]s' ORDER BY 1",
	} {
		sql := fmt.Sprintf(format, keys, name, at, at+1, stamp(then.at))
		m.compare(sql, then, name, m.c.extended(sql), want)
	}
}
