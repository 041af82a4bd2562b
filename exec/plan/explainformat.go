package plan

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// JSON prints PostgreSQL's JSON format.
func (x *Explanation) JSON() string {
	b, err := json.MarshalIndent([]any{x.document()}, "", "  ")
	if err != nil {
		return "[]"
	}
	return string(b)
}

// YAML prints PostgreSQL's YAML format.
func (x *Explanation) YAML() string {
	var b strings.Builder
	yamlItem(&b, x.document(), 0)
	return strings.TrimSuffix(b.String(), "\n")
}

// XML prints PostgreSQL's XML format.
func (x *Explanation) XML() string {
	var b strings.Builder
	b.WriteString("<explain xmlns=\"http://www.postgresql.org/2009/explain\">\n")
	xmlValue(&b, "Query", x.document(), 1)
	b.WriteString("</explain>")
	return b.String()
}

// document is what the structured formats print.
func (x *Explanation) document() *ordered {
	top := &ordered{}
	if x.Plan.DDL != nil {
		top.add("Utility", x.Plan.DDL.Tag)
	} else {
		top.add("Plan", x.object(x.tree(), ""))
	}
	if x.AsOf != "" {
		top.add("As Of", x.AsOf)
	}
	if x.Summary {
		top.add("Planning Time", ms(x.Planning))
		if x.Measured != nil {
			top.add("Execution Time", ms(x.Execution))
		}
	}
	return top
}

// joinTitle matches a join's title: its method, its type, and the rest.
var joinTitle = regexp.MustCompile(`^(Hash|Merge|Nested Loop)( Left| Right| Full| Semi| Anti)?( Join)?$`)

// listed are the properties that PostgreSQL prints as lists.
var listed = map[string]bool{"Sort Key": true, "Group Key": true, "Output": true}

// object is a node; parent says what it is to the one above, "" for the root.
func (x *Explanation) object(e *entry, parent string) *ordered {
	o := &ordered{}
	title, relation, _ := strings.Cut(e.Title, " on ")
	node, index, _ := strings.Cut(title, " using ")
	node, backward := strings.CutSuffix(node, " Backward")
	join := joinTitle.FindStringSubmatch(node)
	if join != nil {
		node = join[1]
		if node != "Nested Loop" {
			node += " Join"
		}
	}
	o.add("Node Type", node)
	if parent != "" {
		o.add("Parent Relationship", parent)
	}
	if e.label != "" {
		o.add("Subplan Name", e.label)
	}
	o.add("Parallel Aware", false)
	o.add("Async Capable", false)
	if join != nil {
		o.add("Join Type", strings.TrimSpace(join[2]+map[bool]string{true: "Inner"}[join[2] == ""]))
	}
	if index != "" {
		o.add("Scan Direction", map[bool]string{false: "Forward", true: "Backward"}[backward])
		o.add("Index Name", index)
	}
	if relation != "" {
		name, alias, found := strings.Cut(relation, " ")
		o.add("Relation Name", name)
		if !found {
			alias = name
		}
		o.add("Alias", alias)
	}
	if x.Costs {
		o.add("Startup Cost", e.StartCost)
		o.add("Total Cost", e.TotalCost)
		o.add("Plan Rows", int64(e.Rows))
		o.add("Plan Width", widthGuess)
	}
	x.measured(o, e)
	for _, p := range e.props(x) {
		if listed[p.Key] {
			o.add(p.Key, []any{p.Value})
		} else {
			o.add(p.Key, p.Value)
		}
	}
	x.plans(o, e, join != nil)
	return o
}

func (x *Explanation) measured(o *ordered, e *entry) {
	m := e.measure
	if x.Measured == nil || m == nil {
		return
	}
	loops := float64(max(m.Loops, 1))
	if x.Timing {
		o.add("Actual Startup Time", ms(m.Startup)/loops)
		o.add("Actual Total Time", ms(m.Total)/loops)
	}
	o.add("Actual Rows", float64(m.Rows)/loops)
	o.add("Actual Loops", m.Loops)
}

// plans adds what is below a node.
func (x *Explanation) plans(o *ordered, e *entry, join bool) {
	if len(e.children) == 0 {
		return
	}
	var list []any
	inputs := 0
	for _, c := range e.children {
		parent := "Outer"
		switch {
		case strings.HasPrefix(c.label, "SubPlan"):
			parent = "SubPlan"
		case c.label != "":
			parent = "InitPlan"
		case join && inputs == 1:
			parent = "Inner"
		}
		if c.label == "" {
			inputs++
		}
		list = append(list, x.object(c, parent))
	}
	o.add("Plans", list)
}

// ordered is an object that keeps the order of its members.
type ordered struct {
	keys   []string
	values []any
}

func (o *ordered) add(key string, value any) {
	o.keys = append(o.keys, key)
	o.values = append(o.values, value)
}

// MarshalJSON implements json.Marshaler.
func (o *ordered) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, k := range o.keys {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(k)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(o.values[i])
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// yamlItem writes an object as an item of a list that stands depth columns in.
func yamlItem(b *strings.Builder, o *ordered, depth int) {
	for i, key := range o.keys {
		lead := strings.Repeat(" ", depth) + "  "
		if i == 0 {
			lead = strings.Repeat(" ", depth) + "- "
		}
		b.WriteString(lead + key + ":")
		yamlValue(b, o.values[i], depth+2)
	}
}

// yamlValue writes what stands behind a key that is depth columns in.
func yamlValue(b *strings.Builder, value any, depth int) {
	switch v := value.(type) {
	case *ordered:
		b.WriteString(" \n")
		for i, key := range v.keys {
			b.WriteString(strings.Repeat(" ", depth+2) + key + ":")
			yamlValue(b, v.values[i], depth+2)
		}
	case []any:
		b.WriteString(" \n")
		for _, item := range v {
			if o, ok := item.(*ordered); ok {
				yamlItem(b, o, depth+2)
			} else {
				b.WriteString(strings.Repeat(" ", depth+2) + "- " + scalarText(item, true) + "\n")
			}
		}
	default:
		b.WriteString(" " + scalarText(v, true) + "\n")
	}
}

// scalarText prints a number, a truth value, or a text, quoted as JSON has it.
func scalarText(v any, quoted bool) string {
	if s, ok := v.(string); ok && !quoted {
		return s
	}
	if f, ok := v.(float64); ok {
		return fmt.Sprintf("%.3f", f)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "null"
	}
	return strings.TrimSuffix(b.String(), "\n")
}

var xmlEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// xmlValue writes an element at a level of nesting.
func xmlValue(b *strings.Builder, key string, value any, level int) {
	tag, lead := strings.ReplaceAll(key, " ", "-"), strings.Repeat("  ", level)
	open := func() { fmt.Fprintf(b, "%s<%s>\n", lead, tag) }
	end := func() { fmt.Fprintf(b, "%s</%s>\n", lead, tag) }
	switch v := value.(type) {
	case *ordered:
		open()
		for i, k := range v.keys {
			xmlValue(b, k, v.values[i], level+1)
		}
		end()
	case []any:
		open()
		for _, item := range v {
			name := "Item"
			if _, ok := item.(*ordered); ok {
				name = "Plan"
			}
			xmlValue(b, name, item, level+1)
		}
		end()
	default:
		fmt.Fprintf(b, "%s<%s>%s</%s>\n", lead, tag, xmlEscapes.Replace(scalarText(v, false)), tag)
	}
}
