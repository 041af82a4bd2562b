package sqltests

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strings"
)

// record is one statement of a logic file with what it shall do. The form is
// sqllogictest's, with these words:
//
//	statement ok | statement error SQLSTATE | query [rowsort]
//	SQL lines …
//	----
//	rows: columns separated by " | ", NULL for null, (empty) for ''
//
// A blank line ends a record. Lines before it, each of its own:
//
//	# comment
//	synapse: reason     this record runs on Synapse only (reason in one line)
//	simple only: reason the simple protocol in every mode
//	text only: reason   values are asked for as text where the mode says binary
//
// A file whose first line is "synapse only: reason" is never run on PostgreSQL.
type record struct {
	line    int
	prefix  []string // comments and words before the record, kept by -rewrite
	synapse string   // reason why PostgreSQL does not run it
	kind    string   // "ok", "error", "query"
	code    string
	rowsort bool
	simple  bool // simple protocol in every mode
	text    bool // text format in every mode: the text depends on settings
	sql     string
	want    []string
}

type logicFile struct {
	name        string
	head        []string // lines before the first record that belong to the file
	synapseOnly string
	records     []*record
}

func readLogic(name string) (*logicFile, error) {
	raw, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	f := &logicFile{name: name}
	s := bufio.NewScanner(bytes.NewReader(raw))
	s.Buffer(nil, 1<<24)
	n := 0
	next := func() (string, bool) {
		if !s.Scan() {
			return "", false
		}
		n++
		return s.Text(), true
	}
	r := &record{}
	for {
		line, ok := next()
		if !ok {
			return f, s.Err()
		}
		switch {
		case strings.HasPrefix(line, "synapse only:"):
			f.synapseOnly = strings.TrimSpace(strings.TrimPrefix(line, "synapse only:"))
			f.head = append(f.head, line)
		case strings.HasPrefix(line, "synapse:"):
			r.synapse = strings.TrimSpace(strings.TrimPrefix(line, "synapse:"))
			r.prefix = append(r.prefix, line)
		case strings.HasPrefix(line, "simple only:"):
			r.simple = true
			r.prefix = append(r.prefix, line)
		case strings.HasPrefix(line, "text only:"):
			r.text = true
			r.prefix = append(r.prefix, line)
		case line == "" || strings.HasPrefix(line, "#"):
			r.prefix = append(r.prefix, line)
		default:
			r.line = n
			if err := r.header(line); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", name, n, err)
			}
			r.body(next)
			f.records = append(f.records, r)
			r = &record{}
		}
	}
}

func (r *record) header(line string) error {
	words := strings.Fields(line)
	switch {
	case len(words) == 2 && words[0] == "statement" && words[1] == "ok":
		r.kind = "ok"
	case len(words) == 3 && words[0] == "statement" && words[1] == "error":
		r.kind, r.code = "error", words[2]
	case words[0] == "query":
		r.kind = "query"
		r.rowsort = len(words) > 1 && words[1] == "rowsort"
	default:
		return fmt.Errorf("unknown record %q", line)
	}
	return nil
}

func (r *record) body(next func() (string, bool)) {
	var sql []string
	inRows := false
	for {
		line, ok := next()
		if !ok || line == "" {
			break
		}
		switch {
		case line == "----" && r.kind == "query" && !inRows:
			inRows = true
		case inRows:
			r.want = append(r.want, line)
		default:
			sql = append(sql, line)
		}
	}
	r.sql = strings.Join(sql, "\n")
}

// write stores the file with the expectations as they are now.
func (f *logicFile) write() error {
	var b strings.Builder
	for _, h := range f.head {
		b.WriteString(h + "\n")
	}
	for _, r := range f.records {
		for _, p := range r.prefix {
			b.WriteString(p + "\n")
		}
		switch {
		case r.kind == "error":
			b.WriteString("statement error " + r.code + "\n" + r.sql + "\n\n")
		case r.kind == "query":
			b.WriteString("query")
			if r.rowsort {
				b.WriteString(" rowsort")
			}
			b.WriteString("\n" + r.sql + "\n----\n")
			for _, w := range r.want {
				b.WriteString(w + "\n")
			}
			b.WriteString("\n")
		default:
			b.WriteString("statement ok\n" + r.sql + "\n\n")
		}
	}
	return os.WriteFile(f.name, []byte(strings.TrimRight(b.String(), "\n")+"\n"), 0o644)
}
