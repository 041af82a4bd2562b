package types

import (
	"strconv"
	"strings"

	"synapse/catalog/sqlerr"
)

func badArray(s, detail string, args ...any) error {
	return sqlerr.New(sqlerr.InvalidTextRepresentation, "malformed array literal: \"%s\"", s).WithDetail(detail, args...)
}

// arrayParser reads PostgreSQL's array literal: [l:u]…={…} with nested braces,
// quoted or bare elements and NULL.
type arrayParser struct {
	src   string
	at    int
	elem  Type
	f     *Format
	dims  []int32 // of the deepest path seen first; -1: not known yet
	depth int
	open  int         // where the outermost brace stands: errors inside show the text from there
	items []arrayItem // read as a whole before any is converted, so that a bad form is found first
	text  []byte
}

// arrayItem is the text of an element.
type arrayItem struct {
	text string
	null bool
}

// bad is an error of the text from the outermost brace on.
func (p *arrayParser) bad(detail string, args ...any) error {
	return badArray(p.src[p.open:], detail, args...)
}

func parseArray(t Type, s string, f *Format) (Value, error) {
	p := &arrayParser{src: s, elem: t.Elem().NoMod(), f: f}
	lower, declared, err := p.bounds()
	if err != nil {
		return Null, err
	}
	p.skip()
	if p.peek() != '{' {
		if declared != nil {
			return Null, badArray(s, "Array contents must start with \"{\".")
		}
		return Null, badArray(s, "Array value must start with \"{\" or dimension information.")
	}
	p.open = p.at
	if err := p.list(0); err != nil {
		return Null, err
	}
	p.skip()
	if p.at < len(s) {
		return Null, p.bad("Junk after closing right brace.")
	}
	return p.finish(lower, declared)
}

func (p *arrayParser) finish(lower, declared []int32) (Value, error) {
	a := Array{Elem: p.elem}
	if len(p.items) > 0 {
		a.Dims = p.dims
	}
	if declared == nil {
		for range a.Dims {
			a.Lower = append(a.Lower, 1)
		}
		return p.convert(a)
	}
	same := len(declared) == len(a.Dims)
	for i := 0; same && i < len(declared); i++ {
		same = declared[i] == a.Dims[i]
	}
	if !same {
		return Null, badArray(p.src, "Specified array dimensions do not match array contents.")
	}
	a.Lower = lower
	if err := checkArrayBounds(a.Dims, lower); err != nil {
		return Null, err
	}
	return p.convert(a)
}

// convert reads the elements' texts.
func (p *arrayParser) convert(a Array) (Value, error) {
	a.Values = make([]Value, len(p.items))
	for i, it := range p.items {
		if it.null {
			continue
		}
		v, err := ParseText(p.elem, it.text, p.f)
		if err != nil {
			return Null, err
		}
		a.Values[i] = v
	}
	return a.Encode(), nil
}

func (p *arrayParser) skip() {
	for p.at < len(p.src) && isSpace(p.src[p.at]) {
		p.at++
	}
}

func (p *arrayParser) peek() byte {
	if p.at < len(p.src) {
		return p.src[p.at]
	}
	return 0
}

// bounds reads the optional [lower:upper]… = prefix.
func (p *arrayParser) bounds() (lower, dims []int32, err error) {
	for {
		p.skip()
		if p.peek() != '[' {
			break
		}
		if len(dims) == ArrayDimsMax {
			return nil, nil, errArrayDims(len(dims) + 1)
		}
		p.at++
		lo, ok := p.number()
		if !ok {
			return nil, nil, badArray(p.src, "\"[\" must introduce explicitly-specified array dimensions.")
		}
		hi := lo
		if p.peek() == ':' {
			p.at++
			if hi, ok = p.number(); !ok {
				return nil, nil, badArray(p.src, "Missing array dimension value.")
			}
		} else {
			lo = 1
		}
		if p.peek() != ']' {
			return nil, nil, badArray(p.src, "Missing \"%s\" after array dimensions.", "]")
		}
		p.at++
		if hi < lo {
			return nil, nil, sqlerr.New(sqlerr.ArraySubscriptError, "upper bound cannot be less than lower bound")
		}
		if hi-lo+1 > ArrayItemsMax {
			return nil, nil, errArraySize()
		}
		lower, dims = append(lower, int32(lo)), append(dims, int32(hi-lo+1))
	}
	if dims != nil {
		if p.peek() != '=' {
			return nil, nil, badArray(p.src, "Missing \"%s\" after array dimensions.", "=")
		}
		p.at++
	}
	return lower, dims, nil
}

func (p *arrayParser) number() (int64, bool) {
	start := p.at
	if c := p.peek(); c == '-' || c == '+' {
		p.at++
	}
	for isDigit(p.peek()) {
		p.at++
	}
	n, err := strconv.ParseInt(p.src[start:p.at], 10, 32)
	return n, err == nil
}

// list reads one brace level; level is its dimension, 0 for the outermost.
func (p *arrayParser) list(level int) error {
	if level >= ArrayDimsMax {
		return errArrayDims(level + 1)
	}
	p.at++ // the opening brace
	if level == len(p.dims) {
		p.dims = append(p.dims, -1)
	}
	n := int32(0)
	p.skip()
	if p.peek() == '}' && level == 0 {
		p.at++
		p.dims[level] = 0
		return nil
	}
	for {
		p.skip()
		if err := p.item(level); err != nil {
			return err
		}
		n++
		p.skip()
		if p.at >= len(p.src) {
			return p.bad("Unexpected end of input.")
		}
		c := p.src[p.at]
		if c == '}' {
			p.at++
			break
		}
		if c == '{' || c == '\\' {
			return p.bad("Unexpected \"%c\" character.", c)
		}
		if c != ',' {
			return p.bad("Unexpected array element.")
		}
		p.at++
	}
	if p.dims[level] >= 0 && p.dims[level] != n {
		return p.bad("Multidimensional arrays must have sub-arrays with matching dimensions.")
	}
	p.dims[level] = n
	return nil
}

// item reads one element or sub-array.
func (p *arrayParser) item(level int) error {
	if p.at >= len(p.src) {
		return p.bad("Unexpected end of input.")
	}
	switch c := p.src[p.at]; {
	case c == '{':
		if p.depth != 0 && level+1 >= p.depth {
			return p.bad("Unexpected \"{\" character.")
		}
		return p.list(level + 1)
	case c == '}' || c == ',':
		return p.bad("Unexpected \"%c\" character.", c)
	}
	if p.depth == 0 {
		p.depth = level + 1
	}
	if level+1 != p.depth {
		return p.bad("Unexpected array element.")
	}
	if len(p.items) >= ArrayItemsMax {
		return errArraySize()
	}
	text, quoted, err := p.token()
	if err != nil {
		return err
	}
	p.items = append(p.items, arrayItem{text, !quoted && equalFold("null", text)})
	return nil
}

// token reads a quoted or bare element; quoted is also set by a backslash, since either bars NULL.
func (p *arrayParser) token() (string, bool, error) {
	if p.src[p.at] != '"' {
		// The common case has neither quotes nor escapes: no copy.
		if n := strings.IndexAny(p.src[p.at:], ",}\"\\{"); n >= 0 && (p.src[p.at+n] == ',' || p.src[p.at+n] == '}') {
			text := trimSpace(p.src[p.at : p.at+n])
			p.at += n
			return text, false, nil
		}
		return p.bareToken()
	}
	p.text = p.text[:0]
	for p.at++; p.at < len(p.src); p.at++ {
		switch c := p.src[p.at]; c {
		case '"':
			p.at++
			return string(p.text), true, nil
		case '\\':
			p.at++
			if p.at < len(p.src) {
				p.text = append(p.text, p.src[p.at])
			}
		default:
			p.text = append(p.text, c)
		}
	}
	return "", false, p.bad("Unexpected end of input.")
}

func (p *arrayParser) bareToken() (string, bool, error) {
	p.text = p.text[:0]
	keep, escaped := 0, false // keep: length up to the last character that is not a trailing blank
	for ; p.at < len(p.src); p.at++ {
		switch c := p.src[p.at]; c {
		case ',', '}':
			return string(p.text[:keep]), escaped, nil
		case '"':
			return "", false, p.bad("Unexpected array element.")
		case '{':
			return "", false, p.bad("Unexpected \"{\" character.")
		case '\\':
			p.at++
			if p.at >= len(p.src) {
				return "", false, p.bad("Unexpected end of input.")
			}
			escaped = true
			p.text = append(p.text, p.src[p.at])
			keep = len(p.text)
		default:
			p.text = append(p.text, c)
			if !isSpace(c) {
				keep = len(p.text)
			}
		}
	}
	return "", false, p.bad("Unexpected end of input.")
}

// appendArray writes PostgreSQL's array output.
func appendArray(dst []byte, t Type, v Value, f *Format) []byte {
	r := openArray(t.Elem(), v.s)
	if r.n == 0 || r.bad {
		return append(dst, '{', '}')
	}
	dst = appendArrayBounds(dst, &r)
	elem := t.Elem().NoMod()
	var room [ArrayDimsMax]int // elements left at each level
	for i := 0; i < r.n; i++ {
		opened := false
		for d := 0; d < r.ndim; d++ {
			if room[d] == 0 {
				if !opened && i > 0 {
					dst = append(dst, ',')
				}
				opened = true
				room[d] = int(r.dim(d))
				dst = append(dst, '{')
			}
		}
		if !opened && i > 0 {
			dst = append(dst, ',')
		}
		e, _ := r.next()
		dst = appendArrayElement(dst, elem, e, f)
		for d := r.ndim - 1; d >= 0; d-- {
			room[d]--
			if room[d] > 0 {
				break
			}
			dst = append(dst, '}')
		}
	}
	return dst
}

// appendArrayBounds writes the prefix that is needed where a lower bound is not 1.
func appendArrayBounds(dst []byte, r *arrayReader) []byte {
	plain := true
	for d := 0; d < r.ndim; d++ {
		plain = plain && r.lower(d) == 1
	}
	if plain {
		return dst
	}
	for d := 0; d < r.ndim; d++ {
		dst = append(dst, '[')
		dst = strconv.AppendInt(dst, int64(r.lower(d)), 10)
		dst = append(dst, ':')
		dst = strconv.AppendInt(dst, int64(r.lower(d))+int64(r.dim(d))-1, 10)
		dst = append(dst, ']')
	}
	return append(dst, '=')
}

func appendArrayElement(dst []byte, elem Type, e Value, f *Format) []byte {
	if e.IsNull() {
		return append(dst, "NULL"...)
	}
	at := len(dst)
	dst = AppendText(dst, elem, e, f)
	if !arrayNeedsQuotes(dst[at:]) {
		return dst
	}
	text := string(dst[at:])
	dst = append(dst[:at], '"')
	for i := 0; i < len(text); i++ {
		if text[i] == '"' || text[i] == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, text[i])
	}
	return append(dst, '"')
}

func arrayNeedsQuotes(b []byte) bool {
	if len(b) == 0 || (len(b) == 4 && equalFold("null", string(b))) {
		return true
	}
	for _, c := range b {
		switch {
		case c == '{' || c == '}' || c == ',' || c == '"' || c == '\\' || isSpace(c):
			return true
		}
	}
	return false
}

// parseOIDVector reads int2vector and oidvector: blanks between numbers, lower bound 0.
func parseOIDVector(t Type, s string, f *Format) (Value, error) {
	a := Array{Elem: t.Elem().NoMod()}
	for _, w := range strings.Fields(s) {
		v, err := ParseText(a.Elem, w, f)
		if err != nil {
			return Null, err
		}
		a.Values = append(a.Values, v)
	}
	if n := len(a.Values); n > 0 {
		a.Dims, a.Lower = []int32{int32(n)}, []int32{0}
	}
	return a.Encode(), nil
}

func appendOIDVector(dst []byte, t Type, v Value) []byte {
	ArrayEach(t, v, func(i int, e Value) bool {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = strconv.AppendInt(dst, e.i, 10)
		return true
	})
	return dst
}
