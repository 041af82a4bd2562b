package ddl

import (
	"strings"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/planner/ast"
)

// engineOptions are the storage parameters that Synapse reads.
var engineOptions = map[string]bool{"namespace": true, "valid_time": true, "retention": true, "embed": true, "append_only": true}

// keptOptions are PostgreSQL's storage parameters, kept as written: they tune
// what this engine does by itself.
var keptOptions = []string{"fillfactor", "toast_tuple_target", "parallel_workers", "user_catalog_table", "vacuum_truncate", "log_autovacuum_min_duration"}

// optionName is the name under which an option is kept; 22023 for one that nobody knows.
func optionName(o *ast.Option) (string, error) {
	switch o.Namespace {
	case "synapse":
		if engineOptions[o.Name] {
			return "synapse." + o.Name, nil
		}
		return "", sqlerr.New(sqlerr.InvalidParameterValue, "unrecognized parameter \"synapse.%s\"", o.Name).
			WithHint("The parameters are synapse.namespace, synapse.valid_time, synapse.retention, synapse.embed and synapse.append_only.")
	case "toast":
		return "toast." + o.Name, nil
	case "":
		if o.Name == "oids" {
			if v := strings.ToLower(o.Text()); v == "false" || v == "off" || v == "0" {
				return "", nil
			}
			return "", sqlerr.New(sqlerr.FeatureNotSupported, "tables declared WITH OIDS are not supported")
		}
		if strings.HasPrefix(o.Name, "autovacuum_") {
			return o.Name, nil
		}
		for _, k := range keptOptions {
			if k == o.Name {
				return k, nil
			}
		}
		return "", sqlerr.New(sqlerr.InvalidParameterValue, "unrecognized parameter \"%s\"", o.Name)
	}
	return "", sqlerr.New(sqlerr.InvalidParameterValue, "unrecognized parameter namespace \"%s\"", o.Namespace)
}

// setOptions applies WITH (…) and SET (…).
func (d *draft) setOptions(list []*ast.Option) error {
	seen := map[string]bool{}
	for _, o := range list {
		name, err := optionName(o)
		if err != nil {
			return err
		}
		if name == "" {
			continue
		}
		if seen[name] {
			return sqlerr.New(sqlerr.InvalidParameterValue, "parameter \"%s\" specified more than once", name)
		}
		seen[name] = true
		value := o.Text()
		if !o.HasValue() {
			value = "true"
		}
		d.t.Options[name] = value
	}
	return nil
}

// resetOptions is RESET (…): unknown names are no error, as in PostgreSQL.
func (d *draft) resetOptions(list []*ast.Option) {
	for _, o := range list {
		name := o.Name
		if o.Namespace != "" {
			name = o.Namespace + "." + name
		}
		delete(d.t.Options, name)
	}
}

// checkOptions verifies that the options fit the columns.
func (d *draft) checkOptions() error {
	if name, ok := d.t.Options["synapse.namespace"]; ok {
		if err := d.optionColumn("synapse.namespace", name, "a text type", isText); err != nil {
			return err
		}
	}
	if err := d.columnPair("synapse.valid_time", "'from_column, to_column'", "timestamp with time zone", isInstant, isInstant); err != nil {
		return err
	}
	if err := d.columnPair("synapse.embed", "'text_column, vector_column'", "", isText, isVector); err != nil {
		return err
	}
	if v, ok := d.t.Options["synapse.append_only"]; ok {
		on, err := types.ParseText(types.Bool, v, nil)
		if err != nil {
			return sqlerr.New(sqlerr.InvalidParameterValue, "invalid value for boolean option \"synapse.append_only\": %s", v)
		}
		if delete(d.t.Options, "synapse.append_only"); on.Bool() {
			d.t.Options["synapse.append_only"] = "true"
		}
	}
	if v, ok := d.t.Options["synapse.retention"]; ok {
		if !d.t.KeepsHistory() {
			return sqlerr.New(sqlerr.InvalidParameterValue, "synapse.retention needs a table that keeps history").
				WithHint("Temporary and unlogged tables keep no past versions.")
		}
		iv, err := types.ParseText(types.Interval, v, types.DefaultFormat)
		if err != nil {
			return sqlerr.New(sqlerr.InvalidParameterValue, "invalid value for parameter \"synapse.retention\": \"%s\"", v).
				WithHint("Give an interval, as in '30 days'.")
		}
		if types.Compare(types.Interval, iv, types.Null) != 0 && strings.HasPrefix(types.FormatText(types.Interval, iv, nil), "-") {
			return sqlerr.New(sqlerr.InvalidParameterValue, "invalid value for parameter \"synapse.retention\": \"%s\"", v).
				WithHint("It must not be negative.")
		}
	}
	return nil
}

func isText(t types.Type) bool {
	in := types.Lookup(t.OID)
	return in != nil && in.Category == 'S'
}

func isInstant(t types.Type) bool { return t.OID == types.OIDTimestamptz }

func isVector(t types.Type) bool { return t.OID == types.OIDVector || t.OID == types.OIDHalfvec }

// optionColumn checks the column that an option names.
func (d *draft) optionColumn(option, name, want string, fits func(types.Type) bool) error {
	c, _ := d.t.Column(name)
	if c == nil {
		return sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" named in parameter \"%s\" does not exist", name, option)
	}
	if !fits(c.Type) {
		return sqlerr.New(sqlerr.DatatypeMismatch, "column \"%s\" named in parameter \"%s\" is of type %s", name, option, sqlName(c.Type)).
			WithHint("It must be of %s.", want)
	}
	return nil
}

// columnPair checks an option that names two columns.
func (d *draft) columnPair(option, form, want string, first, second func(types.Type) bool) error {
	v, ok := d.t.Options[option]
	if !ok {
		return nil
	}
	a, b, two := strings.Cut(v, ",")
	a, b = strings.TrimSpace(a), strings.TrimSpace(b)
	if !two || a == "" || b == "" || strings.Contains(b, ",") {
		return sqlerr.New(sqlerr.InvalidParameterValue, "invalid value for parameter \"%s\": \"%s\"", option, v).WithHint("Give %s.", form)
	}
	firstWant, secondWant := "type "+want, "type "+want
	if want == "" {
		firstWant, secondWant = "a text type", "type vector or halfvec"
	}
	if err := d.optionColumn(option, a, firstWant, first); err != nil {
		return err
	}
	if err := d.optionColumn(option, b, secondWant, second); err != nil {
		return err
	}
	d.t.Options[option] = a + ", " + b
	return nil
}

// optionUses reports whether an option names a column, which then cannot go.
func optionUses(t *catalog.Table, column string) string {
	for _, option := range []string{"synapse.namespace", "synapse.valid_time", "synapse.embed"} {
		for _, name := range strings.Split(t.Options[option], ",") {
			if strings.TrimSpace(name) == column {
				return option
			}
		}
	}
	return ""
}
