package types

import "synapse/catalog/sqlerr"

// jsonHandler receives what the JSON parser finds; nil fields of events are
// not possible, so a validator passes noJSON{}.
type jsonHandler interface {
	object()
	key(k string)
	endObject()
	array()
	endArray()
	scalar(tok jsonToken, text string) error
}

type noJSON struct{}

func (noJSON) object()                        {}
func (noJSON) key(string)                     {}
func (noJSON) endObject()                     {}
func (noJSON) array()                         {}
func (noJSON) endArray()                      {}
func (noJSON) scalar(jsonToken, string) error { return nil }

// ValidateJSON checks text for the type json. Errors: 22P02, 54001.
func ValidateJSON(s string) error {
	l := &jsonLexer{src: s}
	return parseJSON(l, noJSON{})
}

// parseJSON runs the whole text through h.
func parseJSON(l *jsonLexer, h jsonHandler) error {
	if err := l.next(); err != nil {
		return err
	}
	if err := parseJSONValue(l, h, 0); err != nil {
		return err
	}
	if l.tok != jsonEnd {
		return l.fail("Expected end of input, but found \"%s\".", l.src[l.start:l.at])
	}
	return nil
}

func parseJSONValue(l *jsonLexer, h jsonHandler, depth int) error {
	switch l.tok {
	case jsonLBrace:
		return parseJSONObject(l, h, depth+1)
	case jsonLBracket:
		return parseJSONArray(l, h, depth+1)
	case jsonString:
		if err := h.scalar(jsonString, l.str); err != nil {
			return err
		}
		return l.next()
	case jsonNumber, jsonTrue, jsonFalse, jsonNull:
		if err := h.scalar(l.tok, l.src[l.start:l.at]); err != nil {
			return err
		}
		return l.next()
	}
	return l.expected("JSON value")
}

func errJSONDepth() error {
	return sqlerr.New(sqlerr.StatementTooComplex, "stack depth limit exceeded").
		WithHint("JSON values nest at most %d levels deep.", JSONDepthMax)
}

func parseJSONObject(l *jsonLexer, h jsonHandler, depth int) error {
	if depth > JSONDepthMax {
		return errJSONDepth()
	}
	h.object()
	if err := l.next(); err != nil {
		return err
	}
	if l.tok == jsonRBrace {
		h.endObject()
		return l.next()
	}
	want := "string or \"}\""
	for {
		if l.tok != jsonString {
			return l.expected(want)
		}
		h.key(l.str)
		if err := l.next(); err != nil {
			return err
		}
		if l.tok != jsonColon {
			return l.expected("\":\"")
		}
		if err := l.next(); err != nil {
			return err
		}
		if err := parseJSONValue(l, h, depth); err != nil {
			return err
		}
		if l.tok == jsonRBrace {
			h.endObject()
			return l.next()
		}
		if l.tok != jsonComma {
			return l.expected("\",\" or \"}\"")
		}
		if err := l.next(); err != nil {
			return err
		}
		want = "string"
	}
}

func parseJSONArray(l *jsonLexer, h jsonHandler, depth int) error {
	if depth > JSONDepthMax {
		return errJSONDepth()
	}
	h.array()
	if err := l.next(); err != nil {
		return err
	}
	if l.tok == jsonRBracket {
		h.endArray()
		return l.next()
	}
	for {
		if err := parseJSONValue(l, h, depth); err != nil {
			return err
		}
		if l.tok == jsonRBracket {
			h.endArray()
			return l.next()
		}
		if l.tok != jsonComma {
			return l.expected("\",\" or \"]\"")
		}
		if err := l.next(); err != nil {
			return err
		}
	}
}
