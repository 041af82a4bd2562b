package parse

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// CutComment cuts a trailing sqlcommenter comment, /*key='value',key='value'*/
// with URL-encoded keys and values, from a query text. A comment in any other
// form is left alone and tags is nil. White space and semicolons behind the
// comment go with it. Only a text whose meaning the cut cannot change is cut.
func CutComment(sql string) (body string, tags map[string]string) {
	body, comment := splitComment(sql)
	if comment == "" {
		return sql, nil
	}
	return body, commentTags(comment[2 : len(comment)-2])
}

// splitComment separates the text and its sqlcommenter comment.
//
// The last "/*" is the start of the comment that "*/" at the end closes, or the
// text is not valid SQL with or without it: inside a string or another comment
// the closing mark would stand outside. A line comment is no exception, as tags
// hold no line break.
func splitComment(sql string) (body, comment string) {
	end := strings.TrimRight(sql, whiteSpace+";")
	if !strings.HasSuffix(end, "*/") {
		return sql, ""
	}
	start := strings.LastIndex(end[:len(end)-2], "/*")
	if start < 0 {
		return sql, ""
	}
	comment = end[start:]
	if commentTags(comment[2:len(comment)-2]) == nil {
		return sql, ""
	}
	return strings.TrimRight(sql[:start], whiteSpace), comment
}

// commentTags reads key='value' pairs; nil if the text is anything else.
func commentTags(text string) map[string]string {
	if strings.ContainsAny(text, "\r\n\x00") || strings.Contains(text, "*/") || !utf8.ValidString(text) {
		return nil
	}
	tags := map[string]string{}
	rest := strings.Trim(text, whiteSpace)
	for rest != "" {
		key, after, ok := strings.Cut(rest, "='")
		if !ok || key == "" || strings.ContainsAny(key, "'/* ,") {
			return nil
		}
		n := closingQuote(after)
		if n < 0 {
			return nil
		}
		tags[urlDecoded(key)] = urlDecoded(strings.ReplaceAll(after[:n], `\'`, `'`))
		rest = strings.TrimLeft(after[n+1:], whiteSpace)
		if rest == "" {
			break
		}
		if rest[0] != ',' {
			return nil
		}
		if rest = strings.TrimLeft(rest[1:], whiteSpace); rest == "" {
			return nil
		}
	}
	if len(tags) == 0 {
		return nil
	}
	return tags
}

// closingQuote finds the first quote that no backslash escapes, -1 if none.
func closingQuote(s string) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '\'':
			return i
		}
	}
	return -1
}

// urlDecoded decodes %xx; what is not well encoded, or not text, stays as it is.
func urlDecoded(s string) string {
	if d, err := url.PathUnescape(s); err == nil && utf8.ValidString(d) && !strings.Contains(d, "\x00") {
		return d
	}
	return s
}
