package ddl

import (
	"slices"
	"strings"

	"synapse/catalog"
	"synapse/catalog/partition"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
	"synapse/planner/bind"
)

// partitionKeysMax is PostgreSQL's PARTITION_MAX_KEYS.
const partitionKeysMax = 32

var strategies = map[ast.PartitionStrategy]catalog.Strategy{
	ast.PartitionRange: catalog.ByRange, ast.PartitionList: catalog.ByList, ast.PartitionHash: catalog.ByHash,
}

// partitionBy is PARTITION BY of a table whose columns are known.
func (d *draft) partitionBy(s *ast.PartitionSpec) error {
	if s == nil {
		return nil
	}
	if s.Strategy == ast.PartitionList && len(s.Elements) > 1 {
		return sqlerr.New(sqlerr.InvalidObjectDefinition, "cannot use \"list\" partition strategy with more than one column")
	}
	if len(s.Elements) > partitionKeysMax {
		return sqlerr.New(sqlerr.TooManyColumns, "cannot partition using more than %d columns", partitionKeysMax)
	}
	p := &catalog.Partitioning{Strategy: strategies[s.Strategy]}
	for _, e := range s.Elements {
		k, err := d.partitionKey(p, e)
		if err != nil {
			return err
		}
		p.Keys = append(p.Keys, k)
	}
	d.t.Partitioning = p
	return nil
}

func (d *draft) partitionKey(p *catalog.Partitioning, e *ast.IndexElem) (k catalog.IndexKey, err error) {
	invalid := func(format string, args ...any) *sqlerr.Error {
		return sqlerr.New(sqlerr.InvalidObjectDefinition, format, args...).At(d.at(e.Pos()))
	}
	if e.Expr == nil {
		c, ord := d.t.Column(e.Name)
		switch {
		case systemColumnNames[e.Name]:
			return k, invalid("cannot use system column \"%s\" in partition key", e.Name)
		case c == nil:
			return k, sqlerr.New(sqlerr.UndefinedColumn, "column \"%s\" named in partition key does not exist", e.Name).At(d.at(e.Pos()))
		case c.Generated != "":
			return k, invalid("cannot use generated column in partition key").WithDetail("Column \"%s\" is a generated column.", c.Name)
		}
		k = catalog.IndexKey{Column: ord, Type: c.Type, Collation: c.Collation}
	} else if k, err = d.partitionExpr(e, invalid); err != nil {
		return k, err
	}
	if len(e.Collation) > 0 {
		if k.Collation, err = d.collation(e.Collation, k.Type); err != nil {
			return k, err
		}
	}
	method := catalog.BTree
	if p.Strategy == catalog.ByHash {
		method = catalog.Hash
	}
	if k.Opclass, err = opclass(method, k.Type, e); err == nil && method == catalog.BTree {
		err = hasBTree(k.Type)
	}
	if err != nil && len(e.OpClass) == 0 {
		return k, sqlerr.From(err).WithHint("You must specify a %s operator class or define a default %s operator class for the data type.", method, method)
	}
	return k, err
}

func (d *draft) partitionExpr(e *ast.IndexElem, invalid func(string, ...any) *sqlerr.Error) (k catalog.IndexKey, err error) {
	x, err := bind.CatalogExpr(d.bindContext(), d.t, nil, e.Expr, bind.PartitionKeyExpr, d.text)
	if err != nil {
		return k, err
	}
	if c, ok := x.(*plan.Col); ok {
		k = catalog.IndexKey{Column: c.Index + 1, Type: c.Typ, Collation: d.t.Columns[c.Index].Collation}
		return k, nil
	}
	used := columnsOf(x)
	if len(used) == 0 {
		return k, invalid("cannot use constant expression as partition key")
	}
	for _, ord := range used {
		if c := &d.t.Columns[ord-1]; c.Generated != "" {
			return k, invalid("cannot use generated column in partition key")
		}
	}
	k = catalog.IndexKey{Expr: x.String(), Type: x.Type()}
	if in := types.Lookup(k.Type.OID); in == nil || in.TypType == 'p' {
		return k, sqlerr.New(sqlerr.InvalidTableDefinition, "partition key column %d has pseudo-type %s", 1, sqlName(k.Type))
	}
	return k, nil
}

// keyCoversPartition refuses a unique key that does not hold the whole partition key:
// two partitions could hold the same key.
func (d *draft) keyCoversPartition(cols []int, what string) error {
	if !d.t.Partitioned() {
		return nil
	}
	for i := range d.t.Partitioning.Keys {
		k := &d.t.Partitioning.Keys[i]
		if k.Column == 0 {
			return sqlerr.New(sqlerr.FeatureNotSupported, "unsupported %s constraint with partition key definition", what).
				WithDetail("%s constraints cannot be used when partition keys include expressions.", what)
		}
		if !slices.Contains(cols, k.Column) {
			return sqlerr.New(sqlerr.FeatureNotSupported, "unique constraint on partitioned table must include all partitioning columns").
				WithDetail("%s constraint on table \"%s\" lacks column \"%s\" which is part of the partition key.", what, d.t.Name, d.t.Columns[k.Column-1].Name)
		}
	}
	return nil
}

// inPartitionKey refuses a change of a column that rows are dealt out by.
func (d *draft) inPartitionKey(ord int, verb string) error {
	if !d.t.Partitioned() {
		return nil
	}
	for i := range d.t.Partitioning.Keys {
		k := &d.t.Partitioning.Keys[i]
		used := []int{k.Column}
		if k.Column == 0 {
			list, err := d.textColumns(d.t, k.Expr)
			if err != nil {
				return err
			}
			used = list
		}
		if hasColumn(used, ord) {
			return sqlerr.New(sqlerr.InvalidTableDefinition, "cannot %s column \"%s\" because it is part of the partition key of relation \"%s\"",
				verb, d.t.Columns[ord-1].Name, d.t.Name)
		}
	}
	return nil
}

// partitionedParent finds the table that a partition is to be part of.
func (b *binder) partitionedParent(ref *ast.TableRef) (*catalog.Table, error) {
	o := b.relation(ref.Schema, ref.Name)
	if o == nil {
		return nil, b.noRelation(ref)
	}
	t, ok := o.(*catalog.Table)
	if !ok || t.Materialized != "" || t.Virtual {
		return nil, sqlerr.New(sqlerr.WrongObjectType, "inherited relation \"%s\" is not a table or foreign table", ref.Name)
	}
	if !t.Partitioned() {
		return nil, sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not partitioned", ref.Name)
	}
	b.lock(t.ID, ast.AccessExclusiveLock)
	return t, nil
}

// bound evaluates FOR VALUES for a partition of parent.
func (b *binder) bound(parent *catalog.Table, s *ast.PartitionBound) (*catalog.PartitionBound, error) {
	p := parent.Partitioning
	if s.Default {
		if p.Strategy == catalog.ByHash {
			return nil, sqlerr.New(sqlerr.InvalidTableDefinition, "a hash-partitioned table may not have a default partition")
		}
		return &catalog.PartitionBound{Default: true}, nil
	}
	if strategies[s.Strategy] != p.Strategy {
		words := map[catalog.Strategy]string{catalog.ByHash: "hash", catalog.ByList: "list", catalog.ByRange: "range"}
		return nil, sqlerr.New(sqlerr.InvalidTableDefinition, "invalid bound specification for a %s partition", words[p.Strategy]).At(b.at(s.Pos()))
	}
	out := &catalog.PartitionBound{}
	switch p.Strategy {
	case catalog.ByHash:
		switch {
		case s.Modulus <= 0:
			return nil, sqlerr.New(sqlerr.InvalidTableDefinition, "modulus for hash partition must be an integer value greater than zero")
		case s.Remainder < 0:
			return nil, sqlerr.New(sqlerr.InvalidTableDefinition, "remainder for hash partition must be an integer value greater than or equal to zero")
		case s.Remainder >= s.Modulus:
			return nil, sqlerr.New(sqlerr.InvalidTableDefinition, "remainder for hash partition must be less than modulus")
		}
		out.Modulus, out.Remainder = s.Modulus, s.Remainder
		return out, nil
	case catalog.ByList:
		for _, e := range s.In {
			v, err := b.boundValue(parent, 0, e)
			if err != nil {
				return nil, err
			}
			if !slices.ContainsFunc(out.In, func(o catalog.BoundDatum) bool {
				return (o.Text == nil) == (v.Text == nil) && (v.Text == nil || *o.Text == *v.Text)
			}) {
				out.In = append(out.In, v)
			}
		}
		return out, nil
	}
	switch {
	case len(s.From) != len(p.Keys):
		return nil, sqlerr.New(sqlerr.InvalidTableDefinition, "FROM must specify exactly one value per partitioning column")
	case len(s.To) != len(p.Keys):
		return nil, sqlerr.New(sqlerr.InvalidTableDefinition, "TO must specify exactly one value per partitioning column")
	}
	var err error
	if out.From, err = b.rangeBound(parent, s.From); err != nil {
		return nil, err
	}
	out.To, err = b.rangeBound(parent, s.To)
	return out, err
}

func (b *binder) rangeBound(parent *catalog.Table, list []ast.Expr) ([]catalog.BoundDatum, error) {
	var out []catalog.BoundDatum
	for i, e := range list {
		d := catalog.BoundDatum{}
		if ref, ok := e.(*ast.ColumnRef); ok && len(ref.Fields) == 1 && (ref.Fields[0] == "minvalue" || ref.Fields[0] == "maxvalue") {
			d.Kind = catalog.MinValue
			if ref.Fields[0] == "maxvalue" {
				d.Kind = catalog.MaxValue
			}
		} else {
			var err error
			if d, err = b.boundValue(parent, i, e); err != nil {
				return nil, err
			}
			if d.Text == nil {
				return nil, sqlerr.New(sqlerr.InvalidObjectDefinition, "cannot specify NULL in range bound")
			}
		}
		if i > 0 && out[i-1].Kind != catalog.PlainValue && out[i-1].Kind != d.Kind {
			word := map[catalog.DatumKind]string{catalog.MinValue: "MINVALUE", catalog.MaxValue: "MAXVALUE"}[out[i-1].Kind]
			return nil, sqlerr.New(sqlerr.DatatypeMismatch, "every bound following %s must also be %s", word, word).At(b.at(e.Pos()))
		}
		out = append(out, d)
	}
	return out, nil
}

// boundValue evaluates one value of a bound as the key's type.
func (b *binder) boundValue(parent *catalog.Table, key int, e ast.Expr) (d catalog.BoundDatum, err error) {
	name := partition.KeyName(parent, key)
	v, typ, err := bind.BoundValue(b.bindContext(), e, parent.Partitioning.Keys[key].Type.NoMod(), name, b.text)
	if err != nil || v.IsNull() {
		return d, err
	}
	text := types.FormatText(typ, v, types.DefaultFormat)
	d.Text = &text
	return d, nil
}

// siblings is the set of a partitioned table's partitions but one.
func (b *binder) siblings(parent *catalog.Table, but types.OID) (*partition.Set, error) {
	var list []*catalog.Table
	for _, id := range parent.Children {
		if id != but {
			list = append(list, b.cat.Table(id))
		}
	}
	return partition.Of(parent, list)
}

// join makes d's table a partition of parent, with a bound that fits. The rows of
// the default partition must not be the new one's.
func (d *draft) join(parent *catalog.Table, s *ast.PartitionBound) error {
	bound, err := d.bound(parent, s)
	if err != nil {
		return err
	}
	set, err := d.siblings(parent, d.t.ID)
	if err != nil {
		return err
	}
	if err := set.Conflict(d.t.Name, bound); err != nil {
		if e := sqlerr.From(err); bound.Modulus == 0 || strings.Contains(e.Message, "overlap") {
			return e.At(d.conflictPosition(s))
		}
		return err
	}
	d.t.Bound = bound
	d.adopt(parent)
	for _, sibling := range set.Children {
		if sibling.Bound.Default && !bound.Default {
			d.step(&plan.CheckPartition{Table: sibling, Default: true})
		}
	}
	return nil
}

// conflictPosition is where PostgreSQL points for a bound that does not fit.
func (d *draft) conflictPosition(s *ast.PartitionBound) int {
	switch {
	case s.Default:
		return d.at(s.Pos())
	case len(s.In) > 0:
		return d.at(s.In[0].Pos())
	case len(s.From) > 0:
		return d.at(s.From[0].Pos())
	}
	return d.at(s.Pos())
}

// adopt notes a parent in the table and the table in its parent.
func (d *draft) adopt(parent *catalog.Table) {
	d.t.Parents = append(d.t.Parents, parent.ID)
	d.put()
	p := d.cat.Table(parent.ID).Clone()
	p.Children = append(p.Children, d.t.ID)
	slices.Sort(p.Children)
	d.binder.put(p)
}

// leave undoes adopt.
func (d *draft) leave(parent types.OID) {
	d.t.Parents = slices.DeleteFunc(d.t.Parents, func(id types.OID) bool { return id == parent })
	if len(d.t.Parents) == 0 {
		d.t.Parents = nil
	}
	d.put()
	d.forgetChild(parent, d.t.ID)
}

func (b *binder) forgetChild(parent, child types.OID) {
	t := b.cat.Table(parent)
	if t == nil {
		return
	}
	p := t.Clone()
	p.Children = slices.DeleteFunc(p.Children, func(id types.OID) bool { return id == child })
	if len(p.Children) == 0 {
		p.Children = nil
	}
	b.put(p)
}
