package differential

import (
	"bufio"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"
)

// sqlTypes are the types by the short names of testdata/expressions.txt.
var sqlTypes = map[string]string{
	"i2": "int2", "i4": "int4", "i8": "int8", "num": "numeric", "f8": "float8", "txt": "text", "vc": "varchar", "bpchar": "char(4)",
	"bool": "bool", "date": "date", "time": "time", "ts": "timestamp", "tstz": "timestamptz", "iv": "interval", "js": "jsonb",
	"ia": "int[]", "ta": "text[]", "uuid": "uuid", "bytea": "bytea", "rng": "int4range",
}

// typeNames are the keys of sqlTypes, often used ones several times.
var typeNames = strings.Fields("i4 i4 i4 txt txt txt num num bool bool i8 f8 date ts i2 vc bpchar time tstz iv js js ia ta uuid bytea rng")

// grammar is what expressions are made of, by type.
type grammar struct {
	literals map[string][]string
	forms    map[string][]form
}

// form is text with holes and the types that they ask for.
type form struct {
	text  string // a hole is a NUL: braces stand in array and json literals
	holes []string
}

var (
	hole     = regexp.MustCompile(`\{(any|i2|i4|i8|num|f8|txt|vc|bpchar|bool|date|time|ts|tstz|iv|js|ia|ta|uuid|bytea|rng)\}`)
	rulePart = regexp.MustCompile(`^([a-z0-9]+)( =|:) (.*)$`)
)

func readGrammar(t *testing.T) *grammar {
	t.Helper()
	f, err := os.Open("testdata/expressions.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	g := &grammar{literals: map[string][]string{}, forms: map[string][]form{}}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		if line == "" || line[0] == '#' {
			continue
		}
		m := rulePart.FindStringSubmatch(line)
		if m == nil || sqlTypes[m[1]] == "" {
			t.Fatalf("expressions.txt: %q is no rule", line)
		}
		if m[2] == " =" {
			g.literals[m[1]] = append(g.literals[m[1]], m[3])
			continue
		}
		made := form{}
		made.text = hole.ReplaceAllStringFunc(m[3], func(h string) string {
			made.holes = append(made.holes, strings.Trim(h, "{}"))
			return "\x00"
		})
		g.forms[m[1]] = append(g.forms[m[1]], made)
	}
	return g
}

// maker makes up statements.
type maker struct {
	*grammar
	r       *rand.Rand
	tables  []table
	aliases int
}

func (m *maker) chance(oneIn int) bool { return m.r.IntN(oneIn) == 0 }

func pick[T any](m *maker, list ...T) T { return list[m.r.IntN(len(list))] }

// column is something that an expression may name.
type column struct{ name, kind string }

// scope is what expressions see: columns, and the subqueries that may be made.
type scope struct {
	columns []column
	keys    []string // columns that tell rows apart; nil: none do
	queries int      // how deep subqueries may still go
}

// wrongType is how rarely a hole is filled by another type than it asks for.
const wrongType = 150

// expr makes up an expression of a type.
func (m *maker) expr(kind string, depth int, s *scope) *tree {
	if kind == "any" {
		kind = pick(m, typeNames...)
	}
	if m.chance(wrongType) && depth > 0 {
		return m.expr(pick(m, typeNames...), depth-1, s)
	}
	if depth <= 0 || m.chance(5) {
		return m.atom(kind, s)
	}
	if s.queries > 0 && m.chance(25) {
		return m.subquery(kind, s)
	}
	f := pick(m, m.forms[kind]...)
	out := &tree{kind: kind, text: strings.Split(f.text, "\x00")}
	for _, h := range f.holes {
		out.kids = append(out.kids, m.expr(h, depth-1, s))
	}
	return out
}

// atom is a column where there is one of the type, else a literal.
func (m *maker) atom(kind string, s *scope) *tree {
	var fit []string
	for _, c := range s.columns {
		if c.kind == kind {
			fit = append(fit, c.name)
		}
	}
	if len(fit) > 0 && !m.chance(4) {
		return leaf(kind, pick(m, fit...))
	}
	if m.chance(15) {
		return leaf(kind, "NULL::"+sqlTypes[kind])
	}
	return leaf(kind, pick(m, m.literals[kind]...))
}
