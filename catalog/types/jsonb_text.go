package types

// jsonTreeBuilder turns parser events into a JSONTree.
type jsonTreeBuilder struct {
	stack []JSONTree
	root  JSONTree
}

func (b *jsonTreeBuilder) object() { b.stack = append(b.stack, JSONTree{Kind: JSONObject}) }
func (b *jsonTreeBuilder) array()  { b.stack = append(b.stack, JSONTree{Kind: JSONArray}) }

func (b *jsonTreeBuilder) key(k string) {
	top := &b.stack[len(b.stack)-1]
	top.Keys = append(top.Keys, k)
}

func (b *jsonTreeBuilder) endObject() { b.end() }
func (b *jsonTreeBuilder) endArray()  { b.end() }

func (b *jsonTreeBuilder) end() {
	n := len(b.stack) - 1
	t := b.stack[n]
	b.stack = b.stack[:n]
	b.put(t)
}

func (b *jsonTreeBuilder) put(t JSONTree) {
	if len(b.stack) == 0 {
		b.root = t
		return
	}
	top := &b.stack[len(b.stack)-1]
	top.Elems = append(top.Elems, t)
}

func (b *jsonTreeBuilder) scalar(tok jsonToken, text string) error {
	switch tok {
	case jsonString:
		b.put(JSONTreeString(text))
	case jsonNumber:
		n, err := parseNumeric(text)
		if err != nil {
			return err
		}
		b.put(JSONTreeNumber(n))
	case jsonTrue, jsonFalse:
		b.put(JSONTreeBool(tok == jsonTrue))
	default:
		b.put(JSONTreeNull)
	}
	return nil
}

// JSONBFromText parses JSON text. Errors: 22P02 with PostgreSQL's DETAIL,
// 22P05 for \u0000, 22003 for a number numeric cannot hold, 54001 for nesting
// beyond JSONDepthMax.
func JSONBFromText(s string) (Value, error) {
	l := &jsonLexer{src: s, decode: true}
	var b jsonTreeBuilder
	if err := parseJSON(l, &b); err != nil {
		return Null, err
	}
	return b.root.Encode(), nil
}

// JSONBToText returns PostgreSQL's text form: ", " and ": " as separators.
func JSONBToText(v Value) string { return string(AppendJSONB(nil, AsJSONB(v))) }

// AppendJSONB appends the text form of a node.
func AppendJSONB(dst []byte, j JSONNode) []byte {
	switch j.Kind() {
	case JSONNull:
		return append(dst, "null"...)
	case JSONBool:
		if j.Bool() {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	case JSONNumber:
		return appendNumeric(dst, j.node[1:])
	case JSONString:
		return AppendJSONString(dst, j.Str())
	case JSONArray:
		dst = append(dst, '[')
		for i, n := 0, j.Len(); i < n; i++ {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = AppendJSONB(dst, j.Index(i))
		}
		return append(dst, ']')
	}
	dst = append(dst, '{')
	for i, n := 0, j.Len(); i < n; i++ {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = AppendJSONString(dst, j.Key(i))
		dst = append(dst, ": "...)
		dst = AppendJSONB(dst, j.At(i))
	}
	return append(dst, '}')
}
