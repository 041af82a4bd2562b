package differential

import "strings"

// tree is a piece of SQL: text with pieces between. Its kind says what may stand
// in its place: an expression's type, or a clause.
type tree struct {
	kind     string
	text     []string // one more than kids
	kids     []*tree
	optional bool // the statement may do without it
}

func leaf(kind, text string) *tree { return &tree{kind: kind, text: []string{text}} }

// node makes a tree of a text in which each {} is one of kids.
func node(kind, text string, kids ...*tree) *tree {
	return &tree{kind: kind, text: strings.Split(text, "{}"), kids: kids}
}

// maybe marks a piece that reduction may leave out.
func maybe(t *tree) *tree {
	t.optional = true
	return t
}

// list joins pieces by a separator.
func list(kind, separator string, items []*tree) *tree {
	return node(kind, strings.TrimSuffix(strings.Repeat("{}"+separator, len(items)), separator), items...)
}

func (t *tree) String() string {
	var b strings.Builder
	t.write(&b)
	return b.String()
}

func (t *tree) write(b *strings.Builder) {
	for i, k := range t.kids {
		b.WriteString(t.text[i])
		k.write(b)
	}
	b.WriteString(t.text[len(t.kids)])
}

// reduce makes a statement smaller as long as it still differs: pieces go, or
// one of their own parts or a NULL takes their place.
func reduce(root *tree, differs func(sql string) bool) string {
	for budget := 400; budget > 0; {
		smaller := false
		visit(root, func(t *tree) bool {
			for _, other := range t.smaller() {
				was := *t
				*t = *other
				budget--
				if budget > 0 && differs(root.String()) {
					smaller = true
					return false
				}
				*t = was
			}
			return budget > 0
		})
		if !smaller {
			break
		}
	}
	return root.String()
}

// visit calls f for each piece, outer ones first, until f returns false.
func visit(t *tree, f func(*tree) bool) bool {
	if !f(t) {
		return false
	}
	for _, k := range t.kids {
		if !visit(k, f) {
			return false
		}
	}
	return true
}

// smaller lists what may stand in the place of t.
func (t *tree) smaller() []*tree {
	var out []*tree
	if t.optional && (len(t.kids) > 0 || t.text[0] != "") {
		out = append(out, leaf(t.kind, ""))
	}
	if t.kind == "list" && len(t.kids) > 1 {
		for i := range t.kids {
			rest := append(append([]*tree(nil), t.kids[:i]...), t.kids[i+1:]...)
			out = append(out, list("list", t.text[1], rest))
		}
	}
	for _, k := range t.kids {
		visit(k, func(inner *tree) bool {
			if inner.kind == t.kind && t.kind != "list" && inner.String() != "" {
				copied := *inner
				copied.optional = t.optional
				out = append(out, &copied)
			}
			return len(out) < 12
		})
	}
	if _, is := sqlTypes[t.kind]; is && len(t.kids) > 0 {
		out = append(out, leaf(t.kind, "NULL::"+sqlTypes[t.kind]))
	}
	return out
}
