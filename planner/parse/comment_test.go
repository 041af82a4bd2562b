package parse

import (
	"reflect"
	"testing"
)

func TestCutComment(t *testing.T) {
	type tags = map[string]string
	for _, c := range []struct {
		sql, body string
		tags      tags
	}{
		{"SELECT 1 /*a='b'*/", "SELECT 1", tags{"a": "b"}},
		{"SELECT 1 /* a='b', c='d%20e' */ ;\n", "SELECT 1", tags{"a": "b", "c": "d e"}},
		{"SELECT 1/*traceparent='00-5bd6-01',route='%2Fpolls%201',k='it\\'s'*/", "SELECT 1", tags{"traceparent": "00-5bd6-01", "route": "/polls 1", "k": "it's"}},
		{"SELECT '/*' /*a='1'*/", "SELECT '/*'", tags{"a": "1"}},
		{"SELECT 1 /* x */ /*a=''*/", "SELECT 1 /* x */", tags{"a": ""}},
		{"SELECT 1 /*a%20b='1'*/", "SELECT 1", tags{"a b": "1"}},
		{"SELECT 1 /*a='%zz'*/", "SELECT 1", tags{"a": "%zz"}},
		{"SELECT 1", "SELECT 1", nil},
		{"SELECT 1 /* plain */", "SELECT 1 /* plain */", nil},
		{"SELECT 1 /**/", "SELECT 1 /**/", nil},
		{"SELECT 1 /*a='b*/", "SELECT 1 /*a='b*/", nil},
		{"SELECT 1 /*a='b',*/", "SELECT 1 /*a='b',*/", nil},
		{"SELECT 1 /*a='b' c='d'*/", "SELECT 1 /*a='b' c='d'*/", nil},
		{"SELECT 1 /*a='b\n'*/", "SELECT 1 /*a='b\n'*/", nil},
		{"SELECT 1 /*a='b'*/ + 2", "SELECT 1 /*a='b'*/ + 2", nil},
		{"SELECT 1 /* /*a='b'*/ */", "SELECT 1 /* /*a='b'*/ */", nil},
		{"*/", "*/", nil},
		{"/*/", "/*/", nil},
		{"", "", nil},
	} {
		body, got := CutComment(c.sql)
		if body != c.body || !reflect.DeepEqual(got, c.tags) {
			t.Errorf("%q: %q %v, want %q %v", c.sql, body, got, c.body, c.tags)
		}
	}
}

// FuzzCutComment: a text that parses with its comment parses to the same
// without, and the other way round.
func FuzzCutComment(f *testing.F) {
	for _, sql := range []string{"SELECT 1 /*a='b'*/", "SELECT '/*a=''b''*/", "SELECT $$ /*a='b'*/", "SELECT 1 -- /*a='b'*/", "/* /*a='b'*/"} {
		f.Add(sql)
	}
	f.Fuzz(func(t *testing.T, sql string) {
		body, tags := CutComment(sql)
		if tags == nil {
			if body != sql {
				t.Errorf("%q was cut to %q without tags", sql, body)
			}
			return
		}
		with, errWith := Parse(sql)
		without, errWithout := Parse(body)
		if (errWith == nil) != (errWithout == nil) {
			t.Fatalf("%q: %v; cut: %v", sql, errWith, errWithout)
		}
		if errWith == nil && dumpAll(with, nil) != dumpAll(without, nil) {
			t.Errorf("%q: another tree without its comment", sql)
		}
	})
}
