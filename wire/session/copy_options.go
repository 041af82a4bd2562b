package session

import (
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/planner/ast"
)

// copyFormat is COPY's FORMAT.
type copyFormat uint8

const (
	copyText copyFormat = iota
	copyCSV
	copyBinary
)

// copyOptions are the options of one COPY, defaults filled in.
type copyOptions struct {
	format     copyFormat
	delimiter  byte
	null       string
	header     bool
	matchNames bool // HEADER MATCH
	quote      byte
	escape     byte
	forceQuote map[string]bool
	forceAll   bool // FORCE_QUOTE *
	forceNull  map[string]bool
	forceNot   map[string]bool
	defaultStr string
	hasDefault bool
}

func parseCopyOptions(t *ast.CopyStmt) (*copyOptions, error) {
	o := &copyOptions{}
	seen := map[string]bool{}
	var delimiter, null, quote, escape *string
	for _, opt := range t.Options {
		if seen[opt.Name] {
			return nil, sqlerr.New(sqlerr.SyntaxError, "conflicting or redundant options")
		}
		seen[opt.Name] = true
		value := opt.Text()
		switch opt.Name {
		case "format":
			switch strings.ToLower(value) {
			case "text":
			case "csv":
				o.format = copyCSV
			case "binary":
				o.format = copyBinary
			default:
				return nil, sqlerr.New(sqlerr.InvalidParameterValue, "COPY format %q not recognized", value)
			}
		case "freeze", "oids":
		case "delimiter":
			delimiter = &value
		case "null":
			null = &value
		case "header":
			if err := o.setHeader(value, t.From); err != nil {
				return nil, err
			}
		case "quote":
			quote = &value
		case "escape":
			escape = &value
		case "force_quote":
			o.forceAll, o.forceQuote = opt.Star, nameSet(opt.Names)
		case "force_null":
			o.forceNull = nameSet(opt.Names)
		case "force_not_null":
			o.forceNot = nameSet(opt.Names)
		case "default":
			o.defaultStr, o.hasDefault = value, true
		case "encoding":
			if _, err := checkEncoding(value, ""); err != nil {
				return nil, sqlerr.New(sqlerr.InvalidParameterValue, "argument to option \"encoding\" must be a valid encoding name")
			}
		default:
			return nil, sqlerr.New(sqlerr.SyntaxError, "option %q not recognized", opt.Name)
		}
	}
	return o, o.finish(delimiter, null, quote, escape, seen)
}

func (o *copyOptions) setHeader(value string, from bool) error {
	if strings.EqualFold(value, "match") {
		if !from {
			return sqlerr.New(sqlerr.InvalidParameterValue, "cannot use \"match\" with HEADER in COPY TO")
		}
		o.header, o.matchNames = true, true
		return nil
	}
	if value == "" {
		o.header = true
		return nil
	}
	on, ok := parseBool(value)
	if !ok {
		return sqlerr.New(sqlerr.SyntaxError, "header requires a Boolean value or \"match\"")
	}
	o.header = on
	return nil
}

func nameSet(names []string) map[string]bool {
	out := map[string]bool{}
	for _, n := range names {
		out[n] = true
	}
	return out
}

// finish fills defaults and checks what belongs together.
func (o *copyOptions) finish(delimiter, null, quote, escape *string, seen map[string]bool) error {
	if o.format == copyBinary {
		for _, name := range []string{"delimiter", "null", "header", "quote", "escape", "default"} {
			if seen[name] {
				return sqlerr.New(sqlerr.SyntaxError, "cannot specify %s in BINARY mode", strings.ToUpper(name))
			}
		}
		return nil
	}
	csv := o.format == copyCSV
	o.delimiter, o.null, o.quote = '\t', `\N`, '"'
	if csv {
		o.delimiter, o.null = ',', ""
	}
	if null != nil {
		o.null = *null
	}
	for _, one := range []struct {
		name string
		from *string
		to   *byte
		csv  bool
	}{{"delimiter", delimiter, &o.delimiter, false}, {"quote", quote, &o.quote, true}, {"escape", escape, &o.escape, true}} {
		if one.from == nil {
			continue
		}
		if one.csv && !csv {
			return sqlerr.Unsupported("COPY "+one.name+" outside CSV mode", "")
		}
		if len(*one.from) != 1 {
			return sqlerr.New(sqlerr.FeatureNotSupported, "COPY %s must be a single one-byte character", one.name)
		}
		*one.to = (*one.from)[0]
	}
	if o.escape == 0 {
		o.escape = o.quote
	}
	if o.delimiter == '\n' || o.delimiter == '\r' || strings.ContainsAny(o.null, "\r\n") {
		return sqlerr.New(sqlerr.InvalidParameterValue, "COPY delimiter cannot be newline or carriage return")
	}
	if !csv && strings.IndexByte(`\.abcdefghijklmnopqrstuvwxyz0123456789`, o.delimiter) >= 0 {
		return sqlerr.New(sqlerr.InvalidParameterValue, "COPY delimiter cannot be \"%c\"", o.delimiter)
	}
	if strings.IndexByte(o.null, o.delimiter) >= 0 {
		return sqlerr.New(sqlerr.InvalidParameterValue, "COPY delimiter character must not appear in the NULL specification")
	}
	if csv && o.delimiter == o.quote {
		return sqlerr.New(sqlerr.InvalidParameterValue, "COPY delimiter and quote must be different")
	}
	return nil
}

// copyColumns resolves the column list to 1-based positions; none given = all but generated ones.
func copyColumns(t *catalog.Table, names []string) ([]int, error) {
	if len(names) == 0 {
		var out []int
		for _, ord := range t.Live() {
			if t.Columns[ord-1].Generated == "" {
				out = append(out, ord)
			}
		}
		return out, nil
	}
	var out []int
	seen := map[int]bool{}
	for _, name := range names {
		col, ord := t.Column(name)
		if col == nil {
			return nil, sqlerr.New(sqlerr.UndefinedColumn, "column %q of relation %q does not exist", name, t.Name)
		}
		if col.Generated != "" {
			return nil, sqlerr.New(sqlerr.InvalidColumnReference, "column %q is a generated column", name).
				WithDetail("Generated columns cannot be used in COPY.")
		}
		if seen[ord] {
			return nil, sqlerr.New(sqlerr.DuplicateColumn, "column %q specified more than once", name)
		}
		seen[ord] = true
		out = append(out, ord)
	}
	return out, nil
}
