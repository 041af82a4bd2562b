package ddl

import (
	"maps"
	"strconv"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/planner/ast"
)

// What ALTER TABLE says about analyzing, storing and replicating: checked as
// PostgreSQL checks it, kept, and shown by the catalogs.

// statisticsMax is PostgreSQL's greatest statistics target.
const statisticsMax = 10000

func (d *draft) alterColumnStorage(c *ast.AlterCmd) error {
	col, ord, err := d.column(c.Name)
	if c.Name == "" {
		return sqlerr.New(sqlerr.FeatureNotSupported, "cannot refer to non-index column by number")
	}
	if err != nil {
		return err
	}
	switch c.Action {
	case ast.AlterSetStatistics:
		n, err := d.statisticsTarget(c)
		if err != nil {
			return err
		}
		col.Statistics = &n
		if n < 0 {
			col.Statistics = nil
		}
	case ast.AlterSetCompression:
		return d.compression(ord, c.Text)
	default:
		return columnOptions(col, c)
	}
	return nil
}

func (b *binder) statisticsTarget(c *ast.AlterCmd) (int, error) {
	n := 0
	if k, ok := c.Expr.(*ast.Const); ok {
		n = int(k.Int)
	}
	switch {
	case n < -1:
		return 0, sqlerr.New(sqlerr.InvalidParameterValue, "statistics target %d is too low", n)
	case n > statisticsMax:
		w := sqlerr.New(sqlerr.InvalidParameterValue, "lowering statistics target to %d", statisticsMax)
		w.Severity = "WARNING"
		b.notice(w)
		n = statisticsMax
	}
	return n, nil
}

// indexStatistics is ALTER INDEX … ALTER COLUMN n SET STATISTICS, which is for
// expressions only.
func (b *binder) indexStatistics(ix *catalog.Index, c *ast.AlterCmd) error {
	if _, err := b.statisticsTarget(c); err != nil {
		return err
	}
	if c.Number < 1 || c.Number > len(ix.Keys)+len(ix.Include) {
		return sqlerr.New(sqlerr.UndefinedColumn, "column number %d of relation \"%s\" does not exist", c.Number, ix.Name)
	}
	t := b.cat.Table(ix.Table)
	if c.Number > len(ix.Keys) {
		return sqlerr.New(sqlerr.FeatureNotSupported, "cannot alter statistics on included column \"%s\" of index \"%s\"",
			t.Columns[ix.Include[c.Number-len(ix.Keys)-1]-1].Name, ix.Name)
	}
	if k := &ix.Keys[c.Number-1]; k.Column > 0 {
		return sqlerr.New(sqlerr.FeatureNotSupported, "cannot alter statistics on non-expression column \"%s\" of index \"%s\"", t.Columns[k.Column-1].Name, ix.Name).
			WithHint("Alter statistics on table column instead.")
	}
	return nil
}

func (d *draft) compression(ord int, method string) error {
	col := &d.t.Columns[ord-1]
	letters := map[string]byte{"": 0, "default": 0, "pglz": 'p', "lz4": 'l'}
	letter, ok := letters[method]
	if !ok {
		return sqlerr.New(sqlerr.InvalidParameterValue, "invalid compression method \"%s\"", method)
	}
	if in := types.Lookup(col.Type.OID); letter != 0 && in != nil && in.Len != -1 {
		return sqlerr.New(sqlerr.FeatureNotSupported, "column data type %s does not support compression", types.FormatType(col.Type.NoMod()))
	}
	col.Compression = letter
	return nil
}

// columnOptions is ALTER COLUMN … SET or RESET (n_distinct = …).
func columnOptions(col *catalog.Column, c *ast.AlterCmd) error {
	out := maps.Clone(col.Options)
	if out == nil {
		out = map[string]string{}
	}
	for _, o := range c.Options {
		if o.Name != "n_distinct" && o.Name != "n_distinct_inherited" {
			return sqlerr.New(sqlerr.InvalidParameterValue, "unrecognized parameter \"%s\"", o.Name)
		}
		if c.Action == ast.AlterResetColumnOptions {
			delete(out, o.Name)
			continue
		}
		f, err := strconv.ParseFloat(o.Text(), 64)
		if err != nil {
			return sqlerr.New(sqlerr.InvalidParameterValue, "invalid value for floating point option \"%s\": %s", o.Name, o.Text())
		}
		if f < -1 {
			return sqlerr.New(sqlerr.InvalidParameterValue, "value %s out of bounds for option \"%s\"", o.Text(), o.Name).
				WithDetail("Valid values are between \"-1.000000\" and \"%f\".", 1.7976931348623157e308)
		}
		out[o.Name] = o.Text()
	}
	if len(out) == 0 {
		out = nil
	}
	col.Options = out
	return nil
}

// ownIndex finds an index of the table by name.
func (d *draft) ownIndex(name string) (*catalog.Index, error) {
	o := d.cat.Relation(d.cat.SchemaName(d.t.Schema), name)
	if o == nil {
		return nil, sqlerr.New(sqlerr.UndefinedObject, "index \"%s\" for table \"%s\" does not exist", name, d.t.Name)
	}
	ix, ok := o.(*catalog.Index)
	if !ok || ix.Table != d.t.ID {
		return nil, sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not an index for table \"%s\"", name, d.t.Name)
	}
	return ix, nil
}

// replicaIdentity is REPLICA IDENTITY: DEFAULT, FULL, NOTHING or USING INDEX.
func (d *draft) replicaIdentity(c *ast.AlterCmd) error {
	letter := byte('d')
	if c.Text != "" {
		letter = c.Text[0]
	}
	d.t.ReplicaIdentity, d.t.ReplicaIndex = letter, 0
	if letter == 'd' {
		d.t.ReplicaIdentity = 0
	}
	if letter != 'i' {
		return nil
	}
	ix, err := d.ownIndex(c.Name)
	if err != nil {
		return err
	}
	refuse := func(code sqlerr.Code, format string) error {
		return sqlerr.New(code, format, ix.Name)
	}
	switch {
	case !ix.Unique:
		return refuse(sqlerr.WrongObjectType, "cannot use non-unique index \"%s\" as replica identity")
	case ix.Deferrable:
		return refuse(sqlerr.FeatureNotSupported, "cannot use non-immediate index \"%s\" as replica identity")
	case len(keyOrds(ix)) < len(ix.Keys):
		return refuse(sqlerr.FeatureNotSupported, "cannot use expression index \"%s\" as replica identity")
	case ix.Predicate != "":
		return refuse(sqlerr.FeatureNotSupported, "cannot use partial index \"%s\" as replica identity")
	}
	for _, ord := range keyOrds(ix) {
		if col := &d.t.Columns[ord-1]; !col.NotNull {
			return sqlerr.New(sqlerr.WrongObjectType, "index \"%s\" cannot be used as replica identity because column \"%s\" is nullable", ix.Name, col.Name)
		}
	}
	d.t.ReplicaIndex = ix.ID
	return nil
}

// clusterOn is CLUSTER ON an index, and SET WITHOUT CLUSTER.
func (d *draft) clusterOn(c *ast.AlterCmd) error {
	if d.t.Partitioned() {
		return sqlerr.New(sqlerr.FeatureNotSupported, "cannot mark index clustered in partitioned table")
	}
	d.t.ClusterIndex = 0
	if c.Action == ast.AlterDropCluster {
		return nil
	}
	ix, err := d.ownIndex(c.Name)
	if err != nil {
		return err
	}
	switch {
	case ix.Method != catalog.BTree:
		return sqlerr.New(sqlerr.FeatureNotSupported, "cannot cluster on index \"%s\" because access method does not support clustering", ix.Name)
	case ix.Predicate != "":
		return sqlerr.New(sqlerr.FeatureNotSupported, "cannot cluster on partial index \"%s\"", ix.Name)
	}
	d.t.ClusterIndex = ix.ID
	return nil
}
