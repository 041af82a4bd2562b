package ddl

import (
	"slices"

	"synapse/catalog"
	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec/plan"
	"synapse/planner/ast"
)

// attachPartition is ALTER TABLE … ATTACH PARTITION.
func (d *draft) attachPartition(c *ast.AlterCmd) error {
	if !d.t.Partitioned() {
		return sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not a partitioned table", d.t.Name)
	}
	o := d.relation(c.Table.Schema, c.Table.Name)
	if o == nil {
		return d.noRelation(c.Table)
	}
	t, ok := o.(*catalog.Table)
	if !ok || t.Virtual || t.Materialized != "" {
		return sqlerr.New(sqlerr.WrongObjectType, "ALTER action ATTACH PARTITION cannot be performed on relation \"%s\"", c.Table.Name).
			WithDetail("This operation is not supported for %ss.", describeKind(o))
	}
	d.put()
	child := &draft{binder: d.binder, t: t.Clone()}
	if err := child.attachable(d.t); err != nil {
		return err
	}
	d.lock(t.ID, ast.AccessExclusiveLock)
	if err := child.compatible(d.t, true); err != nil {
		return err
	}
	if err := child.join(d.t, c.Bound); err != nil {
		return err
	}
	d.reload()
	if err := child.takeOver(d.t, true); err != nil {
		return err
	}
	d.step(&plan.CheckPartition{Table: d.cat.Table(t.ID)})
	return nil
}

// attachable refuses tables that cannot become a partition of parent.
func (d *draft) attachable(parent *catalog.Table) error {
	t := d.t
	switch {
	case t.IsPartition():
		return sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is already a partition", t.Name)
	case len(t.Parents) > 0:
		return sqlerr.New(sqlerr.WrongObjectType, "cannot attach inheritance child as partition")
	case len(t.Children) > 0 && !t.Partitioned():
		return sqlerr.New(sqlerr.WrongObjectType, "cannot attach inheritance parent as partition")
	case t.Persistence == catalog.Temporary && parent.Persistence != catalog.Temporary:
		return sqlerr.New(sqlerr.WrongObjectType, "cannot attach a temporary relation as partition of permanent relation \"%s\"", parent.Name)
	case t.Persistence != catalog.Temporary && parent.Persistence == catalog.Temporary:
		return sqlerr.New(sqlerr.WrongObjectType, "cannot attach a permanent relation as partition of temporary relation \"%s\"", parent.Name)
	}
	if slices.ContainsFunc(d.cat.Family(t), func(o *catalog.Table) bool { return o.ID == parent.ID }) {
		return sqlerr.New(sqlerr.DuplicateTable, "circular inheritance not allowed").
			WithDetail("\"%s\" is already a child of \"%s\".", parent.Name, t.Name)
	}
	for _, ord := range t.Live() {
		if c, _ := parent.Column(t.Columns[ord-1].Name); c == nil {
			return sqlerr.New(sqlerr.DatatypeMismatch, "table \"%s\" contains column \"%s\" not found in parent \"%s\"", t.Name, t.Columns[ord-1].Name, parent.Name).
				WithDetail("The new partition may contain only the columns present in parent.")
		}
	}
	for i := range t.Triggers {
		if tr := &t.Triggers[i]; tr.Is(catalog.TriggerRow) && (tr.OldTable != "" || tr.NewTable != "") {
			return sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "trigger \"%s\" prevents table \"%s\" from becoming a partition", tr.Name, t.Name).
				WithDetail("ROW triggers with transition tables are not supported on partitions.")
		}
	}
	return nil
}

// detachPartition is ALTER TABLE … DETACH PARTITION, with CONCURRENTLY too: one
// transaction does it all, so that FINALIZE never finds anything to end.
func (d *draft) detachPartition(c *ast.AlterCmd) error {
	if !d.t.Partitioned() {
		return sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not a partitioned table", d.t.Name)
	}
	o := d.relation(c.Table.Schema, c.Table.Name)
	if o == nil {
		return d.noRelation(c.Table)
	}
	t, ok := o.(*catalog.Table)
	if !ok || !slices.Contains(d.t.Children, t.ID) {
		return sqlerr.New(sqlerr.UndefinedTable, "relation \"%s\" is not a partition of relation \"%s\"", c.Table.Name, d.t.Name)
	}
	if c.Finalize {
		return sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "cannot complete detaching partition \"%s\"", t.Name).
			WithDetail("There's no pending concurrent detach.")
	}
	if c.Concurrently {
		for _, id := range d.t.Children {
			if d.cat.Table(id).Bound.Default {
				return sqlerr.New(sqlerr.ObjectNotInPrerequisiteState, "cannot detach partitions concurrently when a default partition exists")
			}
		}
	}
	d.lock(t.ID, ast.AccessExclusiveLock)
	if err := d.unreferenced(t); err != nil {
		return err
	}
	d.put()
	child := &draft{binder: d.binder, t: t.Clone()}
	child.separate(d.t)
	child.t.Bound = nil
	child.t.Triggers = slices.DeleteFunc(child.t.Triggers, func(tr catalog.Trigger) bool { return tr.Parent != 0 })
	for i := range child.t.Constraints {
		k := &child.t.Constraints[i]
		if k.ParentID != 0 {
			k.ParentID, k.Inherited, k.NotLocal = 0, 0, false
		}
	}
	child.leave(d.t.ID)
	for _, ix := range d.cat.Indexes(t.ID) {
		if ix.Parent != 0 {
			n := *ix
			n.Parent = 0
			d.binder.put(&n)
		}
	}
	for _, id := range child.t.Children {
		d.dropClonedTriggers(id, d.t)
	}
	d.reload()
	return nil
}

// unreferenced refuses to take rows away that foreign keys point at.
func (d *draft) unreferenced(t *catalog.Table) error {
	for up := d.t; up != nil; {
		for _, child := range d.cat.Referencing(up.ID) {
			for i := range child.Constraints {
				if k := child.Constraints[i]; k.Kind == catalog.ForeignKey && k.Parent == up.ID && k.ParentID == 0 {
					d.step(&plan.CheckDetached{Partition: t, Child: child, Constraint: k})
				}
			}
		}
		if len(up.Parents) == 0 || !up.IsPartition() {
			break
		}
		up = d.cat.Table(up.Parents[0])
	}
	return nil
}

// dropClonedTriggers removes what a table above gave to the partitions of a
// partition that leaves.
func (d *draft) dropClonedTriggers(id types.OID, from *catalog.Table) {
	t := d.cat.Table(id).Clone()
	for i := range from.Triggers {
		name := from.Triggers[i].Name
		t.Triggers = slices.DeleteFunc(t.Triggers, func(tr catalog.Trigger) bool { return tr.Parent != 0 && tr.Name == name })
	}
	d.binder.put(t)
	for _, below := range t.Children {
		d.dropClonedTriggers(below, from)
	}
}

// takeOver gives a partition what its parent has: indexes, keys, foreign keys and
// row triggers. existing: an equal index or foreign key of the partition serves.
func (d *draft) takeOver(parent *catalog.Table, existing bool) error {
	for _, ix := range d.cat.Indexes(parent.ID) {
		if err := d.partIndex(parent, ix, existing); err != nil {
			return err
		}
	}
	for i := range parent.Constraints {
		if k := parent.Constraints[i]; k.Kind == catalog.ForeignKey {
			if err := d.partForeignKey(parent, k, existing); err != nil {
				return err
			}
		}
	}
	for i := range parent.Triggers {
		if err := d.partTrigger(parent, &parent.Triggers[i]); err != nil {
			return err
		}
	}
	d.put()
	return nil
}

// below calls f with a draft of each partition.
func (d *draft) below(f func(child *draft) error) error {
	d.put()
	if !d.t.Partitioned() {
		return nil
	}
	for _, id := range d.t.Children {
		child := &draft{binder: d.binder, t: d.cat.Table(id).Clone(), fresh: d.fresh}
		if err := f(child); err != nil {
			return err
		}
		child.put()
	}
	return nil
}

// partIndex makes the partition's part of an index, or takes one that is there.
func (d *draft) partIndex(parent *catalog.Table, ix *catalog.Index, existing bool) error {
	if existing {
		for _, own := range d.cat.Indexes(d.t.ID) {
			if own.Parent == 0 && d.alike(parent, ix, own) {
				d.attachIndex(parent, ix, own)
				return nil
			}
		}
	}
	d.put()
	had := d.cat.Indexes(d.t.ID)
	place := map[int]int{}
	for _, ord := range parent.Live() {
		_, place[ord] = d.t.Column(parent.Columns[ord-1].Name)
	}
	if err := d.copyIndex(likeCopy{source: parent, place: place}, ix); err != nil {
		return err
	}
	for _, own := range d.cat.Indexes(d.t.ID) {
		if slices.ContainsFunc(had, func(o *catalog.Index) bool { return o.ID == own.ID }) {
			continue
		}
		d.attachIndex(parent, ix, own)
		return d.below(func(child *draft) error { return child.partIndex(d.t, own, existing) })
	}
	return nil
}

// alike reports whether an index of the partition can be its part of one of the parent.
func (d *draft) alike(parent *catalog.Table, ix, own *catalog.Index) bool {
	if own.Method != ix.Method || own.Unique != ix.Unique || own.Predicate != ix.Predicate || own.NullsEqual != ix.NullsEqual ||
		len(own.Keys) != len(ix.Keys) || own.Invalid || (ix.Constraint != 0) && (own.Constraint == 0 || own.Primary != ix.Primary) {
		return false
	}
	if !slices.Equal(catalog.MapOrds(parent, d.t, ix.Include), own.Include) {
		return false
	}
	for i := range ix.Keys {
		k, o := ix.Keys[i], own.Keys[i]
		if k.Column > 0 {
			_, k.Column = d.t.Column(parent.Columns[k.Column-1].Name)
		}
		if k != o {
			return false
		}
	}
	return true
}

// attachIndex makes own the partition's part of an index, and their constraints too.
func (d *draft) attachIndex(parent *catalog.Table, ix, own *catalog.Index) {
	n := *own
	n.Parent = ix.ID
	d.binder.put(&n)
	if ix.Constraint == 0 || own.Constraint == 0 {
		return
	}
	for i := range d.t.Constraints {
		if k := &d.t.Constraints[i]; k.ID == own.Constraint {
			k.ParentID, k.Inherited, k.NotLocal = ix.Constraint, 1, true
		}
	}
	d.put()
}

// partForeignKey gives the partition a foreign key of its parent.
func (d *draft) partForeignKey(parent *catalog.Table, k catalog.Constraint, existing bool) error {
	cols := catalog.MapOrds(parent, d.t, k.Columns)
	if existing {
		for i := range d.t.Constraints {
			own := &d.t.Constraints[i]
			if own.Kind == catalog.ForeignKey && own.ParentID == 0 && own.Parent == k.Parent && slices.Equal(own.Columns, cols) &&
				slices.Equal(own.ParentCols, k.ParentCols) && own.OnDelete == k.OnDelete && own.OnUpdate == k.OnUpdate {
				own.ParentID, own.Inherited, own.NotLocal = k.ID, 1, true
				return nil
			}
		}
	}
	parentID := k.ID
	id, err := d.NewOID()
	if err != nil {
		return err
	}
	k.ID, k.Columns, k.ParentID, k.Inherited, k.NotLocal = id, cols, parentID, 1, true
	if constraintNamed(d.t, k.Name) != nil {
		k.Name = d.chooseConstraintName(d.t.Schema, d.t, d.t.Name, columnNames(d.t, cols), "fkey")
	}
	d.t.Constraints = append(d.t.Constraints, k)
	d.put()
	if !d.fresh && !k.NotValid {
		d.step(&plan.CheckForeignKey{Table: d.t.Clone(), Constraint: k})
	}
	t := d.t
	return d.below(func(child *draft) error { return child.partForeignKey(t, k, existing) })
}

// partTrigger gives the partition a row trigger of its parent.
func (d *draft) partTrigger(parent *catalog.Table, tr *catalog.Trigger) error {
	if !tr.Is(catalog.TriggerRow) {
		return nil
	}
	if have := triggerNamed(d.t.Triggers, tr.Name); have != nil {
		if have.Parent == 0 {
			return sqlerr.New(sqlerr.DuplicateObject, "trigger \"%s\" for relation \"%s\" already exists", tr.Name, d.t.Name)
		}
		d.t.Triggers = withoutTrigger(d.t.Triggers, have.ID)
	}
	id, err := d.NewOID()
	if err != nil {
		return err
	}
	n := *tr
	n.ID, n.Parent, n.Columns, n.Comment = id, tr.ID, catalog.MapOrds(parent, d.t, tr.Columns), ""
	d.t.Triggers = sortedTriggers(append(d.t.Triggers, n))
	d.put()
	t := d.t
	return d.below(func(child *draft) error { return child.partTrigger(t, &n) })
}

// attachIndexPartition is ALTER INDEX … ATTACH PARTITION: the index of a partition
// becomes part of the parent's, which is valid when all partitions have theirs.
func (b *binder) attachIndexPartition(ix *catalog.Index, c *ast.AlterCmd) error {
	o := b.relation(c.Table.Schema, c.Table.Name)
	if o == nil {
		return sqlerr.New(sqlerr.UndefinedTable, "relation \"%s\" does not exist", c.Table.Name)
	}
	own, ok := o.(*catalog.Index)
	parent := b.cat.Table(ix.Table)
	switch {
	case !ok:
		return sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not an index", c.Table.Name)
	case !parent.Partitioned():
		return sqlerr.New(sqlerr.WrongObjectType, "\"%s\" is not a partitioned index", ix.Name)
	case own.Parent == ix.ID:
		return nil
	}
	refuse := func(code sqlerr.Code, format string, args ...any) error {
		return sqlerr.New(code, "cannot attach index \"%s\" as a partition of index \"%s\"", own.Name, ix.Name).WithDetail(format, args...)
	}
	if own.Parent != 0 {
		return refuse(sqlerr.ObjectNotInPrerequisiteState, "Index \"%s\" is already attached to another index.", own.Name)
	}
	t := b.cat.Table(own.Table)
	if !slices.Contains(parent.Children, t.ID) {
		return refuse(sqlerr.ObjectNotInPrerequisiteState, "Index \"%s\" is not an index on any partition of table \"%s\".", own.Name, parent.Name)
	}
	for _, other := range b.cat.Indexes(t.ID) {
		if other.Parent == ix.ID {
			return refuse(sqlerr.ObjectNotInPrerequisiteState, "Another index is already attached for partition \"%s\".", t.Name)
		}
	}
	d := &draft{binder: b, t: t.Clone()}
	if !d.alike(parent, ix, own) {
		if ix.Constraint != 0 && own.Constraint == 0 {
			return refuse(sqlerr.InvalidObjectDefinition, "The index \"%s\" belongs to a constraint in table \"%s\" but no constraint exists for index \"%s\".", ix.Name, parent.Name, own.Name)
		}
		return refuse(sqlerr.InvalidObjectDefinition, "The index definitions do not match.")
	}
	d.attachIndex(parent, ix, own)
	b.validateIndex(b.cat.Index(ix.ID))
	return nil
}

// validateIndex makes an index valid once each partition has its part of it.
func (b *binder) validateIndex(ix *catalog.Index) {
	for _, id := range b.cat.Table(ix.Table).Children {
		has := slices.ContainsFunc(b.cat.Indexes(id), func(o *catalog.Index) bool { return o.Parent == ix.ID && !o.Invalid })
		if !has {
			return
		}
	}
	if !ix.Invalid {
		return
	}
	n := *ix
	n.Invalid = false
	b.put(&n)
	if up := b.cat.Index(ix.Parent); up != nil {
		b.validateIndex(up)
	}
}
