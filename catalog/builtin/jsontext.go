package builtin

import (
	"strings"

	"synapse/catalog/types"
)

// rawJSON is a piece of valid JSON text without blanks around it: the type json
// keeps the user's spelling, so its functions cut pieces out of the text.
type rawJSON string

const jsonBlanks = " \t\n\r"

func trimJSON(s string) rawJSON { return rawJSON(strings.Trim(s, jsonBlanks)) }

func (j rawJSON) kind() types.JSONKind {
	switch j[0] {
	case '{':
		return types.JSONObject
	case '[':
		return types.JSONArray
	case '"':
		return types.JSONString
	case 't', 'f':
		return types.JSONBool
	case 'n':
		return types.JSONNull
	}
	return types.JSONNumber
}

// end returns the length of the value that starts s.
func (j rawJSON) end() int {
	depth := 0
	for i := 0; i < len(j); i++ {
		switch j[i] {
		case '"':
			for i++; i < len(j) && j[i] != '"'; i++ {
				if j[i] == '\\' {
					i++
				}
			}
			if depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
			if depth < 0 {
				return i
			}
		case ',', ':', ' ', '\t', '\n', '\r':
			if depth == 0 {
				return i
			}
		}
	}
	return len(j)
}

// next cuts the value at the head of s and returns the rest behind it and the
// separator that follows.
func nextJSON(s string) (value rawJSON, rest string) {
	s = strings.TrimLeft(s, jsonBlanks)
	n := rawJSON(s).end()
	rest = strings.TrimLeft(s[n:], jsonBlanks)
	if rest != "" {
		rest = rest[1:] // , : ] or }
	}
	return rawJSON(s[:n]), rest
}

// each walks the elements of an array or the pairs of an object; key is empty for elements.
func (j rawJSON) each(f func(key string, value rawJSON) error) error {
	object := j.kind() == types.JSONObject
	rest := string(j[1:])
	for {
		rest = strings.TrimLeft(rest, jsonBlanks)
		if rest == "" || rest[0] == ']' || rest[0] == '}' {
			return nil
		}
		var raw, value rawJSON
		key := ""
		if object {
			raw, rest = nextJSON(rest)
			key = raw.text()
		}
		value, rest = nextJSON(rest)
		if err := f(key, value); err != nil {
			return err
		}
	}
}

// text is the ->> form of a value that is not null: strings unescaped, all else as written.
func (j rawJSON) text() string {
	if j[0] != '"' {
		return string(j)
	}
	if strings.IndexByte(string(j), '\\') < 0 {
		return string(j[1 : len(j)-1])
	}
	v, err := types.JSONBFromText(string(j))
	if err != nil {
		return string(j)
	}
	return types.AsJSONB(v).Str()
}

// textValue is text with JSON's null as SQL's.
func (j rawJSON) textValue() types.Value {
	if j.kind() == types.JSONNull {
		return types.Null
	}
	return types.NewString(j.text())
}

func (j rawJSON) value() types.Value { return types.NewString(string(j)) }

// len counts the elements of an array or pairs of an object.
func (j rawJSON) len() int {
	n := 0
	_ = j.each(func(string, rawJSON) error { n++; return nil })
	return n
}

// get returns the last value of a key, as PostgreSQL does for duplicate keys.
func (j rawJSON) get(key string) (found rawJSON, ok bool) {
	if j.kind() != types.JSONObject {
		return "", false
	}
	_ = j.each(func(k string, v rawJSON) error {
		if k == key {
			found, ok = v, true
		}
		return nil
	})
	return found, ok
}

func (j rawJSON) element(i int) (found rawJSON, ok bool) {
	if j.kind() != types.JSONArray {
		return "", false
	}
	if i < 0 {
		i += j.len()
	}
	at := 0
	_ = j.each(func(_ string, v rawJSON) error {
		if at == i {
			found, ok = v, true
		}
		at++
		return nil
	})
	return found, ok
}
