package asof

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
)

// world is the plain model that a random history is compared with: a few tables
// and views, and every value as its text.
type world struct {
	tables []*table
	views  []*view
	nextID int
}

// table has an integer key in its first column. id stays when the name changes.
type table struct {
	id   int
	name string
	cols []column
	rows map[int][]string // by key; the key itself included
}

type column struct{ name, typ, missing string }

// view shows columns of a table for keys below a bound.
type view struct {
	id, table int
	name      string
	cols      []string
	below     int
}

// The names that come and go.
var (
	tableNames  = []string{"t1", "t2", "t3"}
	viewNames   = []string{"v1", "v2"}
	columnNames = []string{"a", "b", "c", "d"}
	values      = map[string][]string{"int": {"1", "2", "3", "NULL"}, "bigint": {"1", "2", "3", "NULL"}, "text": {"x", "y", "z", "NULL"}}
)

func (w *world) clone() *world {
	n := &world{nextID: w.nextID}
	for _, t := range w.tables {
		c := *t
		c.cols = slices.Clone(t.cols)
		c.rows = map[int][]string{}
		for k, r := range t.rows {
			c.rows[k] = slices.Clone(r)
		}
		n.tables = append(n.tables, &c)
	}
	for _, v := range w.views {
		c := *v
		n.views = append(n.views, &c)
	}
	return n
}

func (w *world) newID() int { w.nextID++; return w.nextID }

func (w *world) table(name string) *table {
	for _, t := range w.tables {
		if t.name == name {
			return t
		}
	}
	return nil
}

func (w *world) byID(id int) *table {
	for _, t := range w.tables {
		if t.id == id {
			return t
		}
	}
	return nil
}

func (w *world) view(name string) *view {
	for _, v := range w.views {
		if v.name == name {
			return v
		}
	}
	return nil
}

func (w *world) viewed(t *table) bool {
	return slices.ContainsFunc(w.views, func(v *view) bool { return v.table == t.id })
}

// read is what SELECT * FROM name ORDER BY 1 gives, keep choosing rows; ok is false
// for a name that nothing has.
func (w *world) read(name string, keep func(cols []string, row []string) bool) (text string, ok bool) {
	var cols []string
	t := w.table(name)
	v := w.view(name)
	switch {
	case t != nil:
		for _, c := range t.cols {
			cols = append(cols, c.name)
		}
	case v != nil:
		t, cols = w.byID(v.table), v.cols
	default:
		return "", false
	}
	var keys []int
	for k := range t.rows {
		if v == nil || k < v.below {
			keys = append(keys, k)
		}
	}
	sort.Ints(keys)
	out := strings.Join(cols, ", ")
	for _, k := range keys {
		row := make([]string, len(cols))
		for i, c := range cols {
			row[i] = t.rows[k][t.index(c)]
		}
		if keep == nil || keep(cols, row) {
			out += "\n" + strings.Join(row, " | ")
		}
	}
	return out, true
}

func (t *table) index(name string) int {
	return slices.IndexFunc(t.cols, func(c column) bool { return c.name == name })
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

func literal(v string) string {
	if v == "NULL" || v[0] >= '0' && v[0] <= '9' {
		return v
	}
	return "'" + v + "'"
}

// step makes a random statement and applies it to the model; "" where it found
// nothing to do.
func (w *world) step(r *rand.Rand) string {
	if len(w.tables) == 0 || r.IntN(12) == 0 {
		return w.create(r)
	}
	t := pick(r, w.tables)
	switch n := r.IntN(20); {
	case n < 11:
		return w.write(r, t)
	case n < 13:
		return w.changeView(r, t)
	}
	return w.alter(r, t)
}

func (w *world) create(r *rand.Rand) string {
	name := pick(r, tableNames)
	if w.table(name) != nil {
		return ""
	}
	t := &table{id: w.newID(), name: name, rows: map[int][]string{}, cols: []column{{name: "id", typ: "int"}}}
	sql := "CREATE TABLE " + name + " (id int PRIMARY KEY"
	for _, c := range columnNames[:1+r.IntN(2)] {
		typ := pick(r, []string{"int", "text"})
		t.cols = append(t.cols, column{c, typ, "NULL"})
		sql += ", " + c + " " + typ
	}
	w.tables = append(w.tables, t)
	return sql + ")"
}

// write changes rows.
func (w *world) write(r *rand.Rand, t *table) string {
	key := r.IntN(8)
	last := t.cols[len(t.cols)-1]
	value := "NULL"
	if len(t.cols) > 1 {
		value = pick(r, values[last.typ])
	}
	_, has := t.rows[key]
	switch n := r.IntN(10); {
	case n == 0:
		clear(t.rows)
		return "TRUNCATE " + t.name
	case n < 3:
		delete(t.rows, key)
		return fmt.Sprintf("DELETE FROM %s WHERE %s = %d", t.name, t.cols[0].name, key)
	case has && len(t.cols) > 1:
		t.rows[key][len(t.cols)-1] = value
		return fmt.Sprintf("UPDATE %s SET %s = %s WHERE %s = %d", t.name, last.name, literal(value), t.cols[0].name, key)
	case has:
		return ""
	}
	row, list := []string{fmt.Sprint(key)}, []string{fmt.Sprint(key)}
	for _, c := range t.cols[1:] {
		v := pick(r, values[c.typ])
		row, list = append(row, v), append(list, literal(v))
	}
	t.rows[key] = row
	return "INSERT INTO " + t.name + " VALUES (" + strings.Join(list, ", ") + ")"
}

// changeView makes, widens or drops a view.
func (w *world) changeView(r *rand.Rand, t *table) string {
	name := pick(r, viewNames)
	if v := w.view(name); v != nil {
		w.views = slices.DeleteFunc(w.views, func(o *view) bool { return o == v })
		return "DROP VIEW " + name
	}
	v := &view{id: w.newID(), table: t.id, name: name, below: 3 + r.IntN(6), cols: []string{t.cols[0].name}}
	for _, c := range t.cols[1:] {
		if r.IntN(3) > 0 {
			v.cols = append(v.cols, c.name)
		}
	}
	w.views = append(w.views, v)
	return fmt.Sprintf("CREATE VIEW %s AS SELECT %s FROM %s WHERE %s < %d", name, strings.Join(v.cols, ", "), t.name, t.cols[0].name, v.below)
}

// alter changes the shape of a table that no view names.
func (w *world) alter(r *rand.Rand, t *table) string {
	unused := slices.DeleteFunc(slices.Clone(columnNames), func(c string) bool { return t.index(c) >= 0 })
	if n := r.IntN(8); n == 0 {
		return fmt.Sprintf("CREATE INDEX ON %s (%s, %s)", t.name, pick(r, t.cols).name, t.cols[0].name)
	} else if n < 3 && len(unused) > 0 {
		c := column{pick(r, unused), pick(r, []string{"int", "text"}), "NULL"}
		sql := "ALTER TABLE " + t.name + " ADD COLUMN " + c.name + " " + c.typ
		if r.IntN(2) == 0 {
			c.missing = pick(r, values[c.typ])
			sql += " DEFAULT " + literal(c.missing)
		}
		t.cols = append(t.cols, c)
		for k := range t.rows {
			t.rows[k] = append(t.rows[k], c.missing)
		}
		return sql
	}
	if w.viewed(t) {
		return ""
	}
	at := 1 + r.IntN(len(t.cols)) // len: there is none behind the key
	switch n := r.IntN(6); {
	case n == 0:
		w.tables = slices.DeleteFunc(w.tables, func(o *table) bool { return o == t })
		return "DROP TABLE " + t.name
	case n < 3:
		name := pick(r, tableNames)
		if w.table(name) != nil {
			return ""
		}
		was := t.name
		t.name = name
		return "ALTER TABLE " + was + " RENAME TO " + name
	case at == len(t.cols):
		return ""
	case n == 3 && len(unused) > 0:
		was := t.cols[at].name
		t.cols[at].name = pick(r, unused)
		return "ALTER TABLE " + t.name + " RENAME " + was + " TO " + t.cols[at].name
	case n == 4:
		was := t.cols[at].name
		t.cols = slices.Delete(t.cols, at, at+1)
		for k := range t.rows {
			t.rows[k] = slices.Delete(t.rows[k], at, at+1)
		}
		return "ALTER TABLE " + t.name + " DROP COLUMN " + was
	}
	c := &t.cols[at]
	c.typ = map[string]string{"int": "bigint", "bigint": "text", "text": "text"}[c.typ]
	return "ALTER TABLE " + t.name + " ALTER COLUMN " + c.name + " TYPE " + c.typ
}
