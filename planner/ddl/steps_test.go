package ddl_test

import (
	"fmt"
	"os"
	"regexp"
	"sort"
	"strings"
	"testing"

	"synapse/catalog"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/parse"
	"synapse/storage"
)

// numbers are OIDs, which depend on the types that other tests of the process made.
var numbers = regexp.MustCompile(`'\d+'::regclass`)

// TestSteps: statements of testdata/steps.txt and the steps they are bound to.
// Each is also run, so that the next one finds what it made.
func TestSteps(t *testing.T) {
	const file = "testdata/steps.txt"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	d := openDB(t)
	var out strings.Builder
	for _, p := range strings.Split(strings.TrimSpace(string(text)), "\n\n") {
		sql, want := split(p)
		got := numbers.ReplaceAllString(d.steps(sql), "'N'::regclass")
		if got != want && !*rewrite {
			t.Errorf("%s\ngot\n%s\nwant\n%s", sql, got, want)
		}
		out.WriteString(sql + "\n" + got + "\n")
	}
	if *rewrite {
		if err := os.WriteFile(file, []byte(strings.TrimSuffix(out.String(), "\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// steps binds a statement, runs it and lists its steps.
func (d *db) steps(sql string) string {
	list, err := parse.Parse(sql)
	if err != nil {
		d.t.Fatal(err)
	}
	x := d.store.Begin(storage.TxnOptions{Who: storage.Principal{Super: true}})
	c := x.Catalog()
	p, err := d.bindDDL(x, list[0])
	x.Rollback()
	var out strings.Builder
	if err != nil {
		return "-- ERROR " + shown(err) + "\n"
	}
	names := map[types.OID]string{}
	for _, s := range p.DDL.Steps {
		if put, ok := s.(*plan.PutObject); ok {
			names[put.Object.ObjectID()] = put.Object.ObjectName()
		}
	}
	name := func(id types.OID) string {
		if n := names[id]; n != "" {
			return n
		}
		if o := c.Object(id); o != nil {
			return o.ObjectName()
		}
		return "?"
	}
	for _, s := range p.DDL.Steps {
		for _, line := range dumpStep(s, name) {
			out.WriteString("-- " + line + "\n")
		}
	}
	d.must(sql)
	return out.String()
}

func dumpStep(s plan.Step, name func(types.OID) string) []string {
	one := func(format string, args ...any) []string { return []string{fmt.Sprintf(format, args...)} }
	switch s := s.(type) {
	case *plan.PutObject:
		return dumpObject(s.Object, name)
	case *plan.DropObject:
		return one("drop %s", name(s.ID))
	case *plan.LockTable:
		return one("lock %s %d", name(s.Table), s.Level)
	case *plan.RewriteRows:
		var exprs []string
		for _, e := range s.Exprs {
			exprs = append(exprs, e.String())
		}
		return one("rewrite %s: %s", s.New.Name, strings.Join(exprs, ", "))
	case *plan.CheckRows:
		return one("check rows of %s: %s %s%s", s.Table.Name, s.Cond.String(), s.Constraint, s.Column)
	case *plan.CheckForeignKey:
		return one("check key of %s: %s", s.Table.Name, s.Constraint.Name)
	case *plan.TruncateTable:
		var seqs []string
		for _, id := range s.Restart {
			seqs = append(seqs, name(id))
		}
		return one("truncate %s restart %v", s.Table.Name, seqs)
	case *plan.FillTable:
		return one("fill %s count %t", s.Info.Table.Name, s.Count)
	case *plan.SetSequence:
		return one("position %s at %d %t", name(s.Sequence), s.Value, s.Called)
	case *plan.Notice:
		return one("notice %s", s.Message)
	}
	return one("%T", s)
}

func dumpObject(o catalog.Object, name func(types.OID) string) []string {
	switch o := o.(type) {
	case *catalog.Table:
		return dumpTable(o, name)
	case *catalog.Index:
		line := fmt.Sprintf("put index %s on %s using %s (%s)", o.Name, name(o.Table), o.Method, dumpKeys(o.Keys))
		if o.Unique {
			line += " unique"
		}
		if len(o.Include) > 0 {
			line += fmt.Sprint(" include ", o.Include)
		}
		if o.Predicate != "" {
			line += " where " + o.Predicate
		}
		return []string{line + dumpOptions(o.Options)}
	case *catalog.Sequence:
		line := fmt.Sprintf("put sequence %s %s from %d by %d in %d..%d", o.Name, types.FormatType(o.Type), o.Start, o.Increment, o.Min, o.Max)
		if o.OwnerTable != 0 {
			line += fmt.Sprintf(" of %s.%d", name(o.OwnerTable), o.OwnerColumn)
		}
		return []string{line}
	case *catalog.View:
		var cols []string
		for _, c := range o.Columns {
			cols = append(cols, c.Name+" "+types.FormatType(c.Type))
		}
		return []string{fmt.Sprintf("put view %s (%s) as %s path %v", o.Name, strings.Join(cols, ", "), o.Query, o.SearchPath)}
	}
	return []string{fmt.Sprintf("put %T %s", o, o.ObjectName())}
}

func dumpTable(t *catalog.Table, name func(types.OID) string) []string {
	lines := []string{"put table " + t.Name + dumpOptions(t.Options)}
	for i := range t.Columns {
		c := &t.Columns[i]
		line := fmt.Sprintf("  %d %s %s attr %d", i+1, c.Name, types.FormatType(c.Type), c.Attr)
		if c.Dropped {
			line += " dropped"
		}
		if c.NotNull {
			line += " not null"
		}
		if c.Default != "" {
			line += " default " + c.Default
		}
		if c.Generated != "" {
			line += " generated " + c.Generated
		}
		if c.Sequence != 0 {
			line += " from " + name(c.Sequence)
		}
		if c.Identity != 0 {
			line += " identity " + string(c.Identity)
		}
		if c.Missing != nil {
			line += " missing " + *c.Missing
		}
		lines = append(lines, line)
	}
	for i := range t.Constraints {
		k := &t.Constraints[i]
		line := fmt.Sprintf("  constraint %s %c %v", k.Name, k.Kind, k.Columns)
		if k.Index != 0 {
			line += " index " + name(k.Index)
		}
		if k.Expr != "" {
			line += " " + k.Expr
		}
		if k.Parent != 0 {
			line += fmt.Sprintf(" parent %s %v delete %c update %c", name(k.Parent), k.ParentCols, k.OnDelete, k.OnUpdate)
		}
		lines = append(lines, line)
	}
	return lines
}

func dumpKeys(keys []catalog.IndexKey) string {
	var out []string
	for _, k := range keys {
		s := k.Expr
		if k.Column > 0 {
			s = fmt.Sprint(k.Column)
		}
		s += " " + types.FormatType(k.Type)
		if k.Opclass != "" {
			s += " " + k.Opclass
		}
		if k.Desc {
			s += " desc"
		}
		if k.NullsFirst {
			s += " nulls first"
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

func dumpOptions(m map[string]string) string {
	var out []string
	for k, v := range m {
		out = append(out, k+"="+v)
	}
	sort.Strings(out)
	if len(out) == 0 {
		return ""
	}
	return " with " + strings.Join(out, "; ")
}
