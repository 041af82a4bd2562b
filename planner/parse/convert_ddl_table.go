package parse

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"synapse/planner/ast"
)

func (c *converter) createTable(s *pg.CreateStmt) *ast.CreateTableStmt {
	out := &ast.CreateTableStmt{
		Position: ast.Unknown, Table: c.tableRef(s.Relation), Persistence: persistence(s.Relation), IfNotExists: s.IfNotExists,
		Inherits: c.tableRefs(s.InhRelations), PartitionOf: c.partitionBound(s.Partbound), OfType: c.typeName(s.OfTypename),
		Options: c.options(s.Options), OnCommit: onCommit(s.Oncommit), Tablespace: s.Tablespacename, AccessMethod: s.AccessMethod,
	}
	out.Elements = each(s.TableElts, c.tableElement)
	if p := s.Partspec; p != nil {
		out.PartitionBy = &ast.PartitionSpec{Position: c.pos(p.Location), Elements: each(p.PartParams, c.partitionElem)}
		switch p.Strategy {
		case pg.PartitionStrategy_PARTITION_STRATEGY_RANGE:
			out.PartitionBy.Strategy = ast.PartitionRange
		case pg.PartitionStrategy_PARTITION_STRATEGY_HASH:
			out.PartitionBy.Strategy = ast.PartitionHash
		}
	}
	return out
}

func (c *converter) tableElement(n *pg.Node) ast.TableElement {
	switch v := n.Node.(type) {
	case *pg.Node_ColumnDef:
		return c.columnDef(v.ColumnDef)
	case *pg.Node_TableLikeClause:
		table := c.tableRef(v.TableLikeClause.Relation)
		return &ast.TableLike{Position: table.Position, Table: table, Including: ast.LikeOption(v.TableLikeClause.Options)}
	}
	return c.constraint(n.GetConstraint())
}

func (c *converter) partitionElem(n *pg.Node) *ast.IndexElem {
	e := n.GetPartitionElem()
	return &ast.IndexElem{
		Position: c.pos(e.GetLocation()), Name: e.GetName(), Expr: c.expr(e.GetExpr()),
		Collation: strs(e.GetCollation()), OpClass: strs(e.GetOpclass()),
	}
}

func (c *converter) partitionBound(b *pg.PartitionBoundSpec) *ast.PartitionBound {
	if b == nil {
		return nil
	}
	out := &ast.PartitionBound{
		Position: c.pos(b.Location), Default: b.IsDefault, In: c.exprs(b.Listdatums),
		From: c.exprs(b.Lowerdatums), To: c.exprs(b.Upperdatums), Modulus: int(b.Modulus), Remainder: int(b.Remainder),
	}
	switch b.Strategy {
	case "r":
		out.Strategy = ast.PartitionRange
	case "h":
		out.Strategy = ast.PartitionHash
	}
	return out
}

func (c *converter) columnDef(d *pg.ColumnDef) *ast.ColumnDef {
	out := &ast.ColumnDef{
		Position: c.pos(d.GetLocation()), Name: d.GetColname(), Type: c.typeName(d.GetTypeName()),
		Compression: d.GetCompression(), Storage: d.GetStorageName(),
		Collation: strs(d.GetCollClause().GetCollname()), Constraints: c.constraints(d.GetConstraints()),
		Using: c.expr(d.GetRawDefault()),
	}
	return out
}

// constraints converts a column's constraints. DEFERRABLE and its kin are nodes
// of their own in the grammar; they belong to the constraint before them.
func (c *converter) constraints(nodes []*pg.Node) []*ast.Constraint {
	var out []*ast.Constraint
	for _, n := range nodes {
		k := n.GetConstraint()
		if k == nil { // COLLATE as a column "constraint" is folded by the grammar; nothing else is expected
			continue
		}
		attribute := true
		target := &ast.Constraint{}
		if len(out) > 0 {
			target = out[len(out)-1]
		}
		switch k.Contype {
		case pg.ConstrType_CONSTR_ATTR_DEFERRABLE:
			target.Deferrable = true
		case pg.ConstrType_CONSTR_ATTR_NOT_DEFERRABLE:
			target.Deferrable = false
		case pg.ConstrType_CONSTR_ATTR_DEFERRED:
			target.Deferrable, target.InitiallyDeferred = true, true
		case pg.ConstrType_CONSTR_ATTR_IMMEDIATE:
			target.InitiallyDeferred = false
		default:
			attribute = false
		}
		if !attribute {
			out = append(out, c.constraint(k))
		}
	}
	return out
}

var constraintKinds = map[pg.ConstrType]ast.ConstraintKind{
	pg.ConstrType_CONSTR_NULL:      ast.ConstraintNull,
	pg.ConstrType_CONSTR_NOTNULL:   ast.ConstraintNotNull,
	pg.ConstrType_CONSTR_DEFAULT:   ast.ConstraintDefault,
	pg.ConstrType_CONSTR_IDENTITY:  ast.ConstraintIdentity,
	pg.ConstrType_CONSTR_GENERATED: ast.ConstraintGenerated,
	pg.ConstrType_CONSTR_CHECK:     ast.ConstraintCheck,
	pg.ConstrType_CONSTR_PRIMARY:   ast.ConstraintPrimaryKey,
	pg.ConstrType_CONSTR_UNIQUE:    ast.ConstraintUnique,
	pg.ConstrType_CONSTR_EXCLUSION: ast.ConstraintExclude,
	pg.ConstrType_CONSTR_FOREIGN:   ast.ConstraintForeignKey,
}

func (c *converter) constraint(k *pg.Constraint) *ast.Constraint {
	out := &ast.Constraint{
		Position: c.pos(k.GetLocation()), Kind: constraintKinds[k.GetContype()], Name: k.GetConname(),
		Expr: c.expr(k.GetRawExpr()), Always: k.GetGeneratedWhen() == "a", Options: c.options(k.GetOptions()),
		Columns: strs(k.GetKeys()), Include: strs(k.GetIncluding()), NullsNotDistinct: k.GetNullsNotDistinct(),
		UsingIndex: k.GetIndexname(), Tablespace: k.GetIndexspace(),
		AccessMethod: k.GetAccessMethod(), Where: c.expr(k.GetWhereClause()),
		Deferrable: k.GetDeferrable() || k.GetInitdeferred(), InitiallyDeferred: k.GetInitdeferred(),
		NoInherit: k.GetIsNoInherit(), NotValid: k.GetSkipValidation(),
	}
	for _, n := range k.GetExclusions() {
		pair := listItems(n)
		if len(pair) == 2 {
			elem := c.indexElem(pair[0])
			out.Exclude = append(out.Exclude, &ast.ExcludeElem{Position: elem.Position, Elem: elem, Op: operator(listItems(pair[1]))})
		}
	}
	if out.Kind == ast.ConstraintForeignKey {
		c.foreignKey(out, k)
	}
	return out
}

func (c *converter) foreignKey(out *ast.Constraint, k *pg.Constraint) {
	out.Columns, out.Parent, out.ParentColumns = strs(k.FkAttrs), c.tableRef(k.Pktable), strs(k.PkAttrs)
	out.OnUpdate, out.OnDelete, out.SetColumns = refAction(k.FkUpdAction), refAction(k.FkDelAction), strs(k.FkDelSetCols)
	switch k.FkMatchtype {
	case "f":
		out.Match = ast.MatchFull
	case "p":
		out.Match = ast.MatchPartial
	}
}

// refAction reads PostgreSQL's letters for ON DELETE and ON UPDATE.
func refAction(letter string) ast.RefAction {
	switch letter {
	case "r":
		return ast.RefRestrict
	case "c":
		return ast.RefCascade
	case "n":
		return ast.RefSetNull
	case "d":
		return ast.RefSetDefault
	}
	return ast.RefNoAction
}

func (c *converter) indexElems(nodes []*pg.Node) []*ast.IndexElem { return each(nodes, c.indexElem) }

func (c *converter) indexElem(n *pg.Node) *ast.IndexElem {
	e := n.GetIndexElem()
	out := &ast.IndexElem{
		Position: ast.Unknown, Name: e.GetName(), Expr: c.expr(e.GetExpr()), Collation: strs(e.GetCollation()),
		OpClass: strs(e.GetOpclass()), OpClassOptions: c.options(e.GetOpclassopts()),
		Dir: sortDir(e.GetOrdering()), Nulls: nullsOrder(e.GetNullsOrdering()),
	}
	if out.Expr != nil {
		out.Position = ast.Position(out.Expr.Pos())
	}
	return out
}

func (c *converter) createIndex(s *pg.IndexStmt) *ast.CreateIndexStmt {
	return &ast.CreateIndexStmt{
		Position: ast.Unknown, Name: s.Idxname, Table: c.tableRef(s.Relation), Unique: s.Unique, Concurrently: s.Concurrent,
		IfNotExists: s.IfNotExists, AccessMethod: s.AccessMethod, Elements: c.indexElems(s.IndexParams),
		Include: c.indexElems(s.IndexIncludingParams), NullsNotDistinct: s.NullsNotDistinct,
		Options: c.options(s.Options), Tablespace: s.TableSpace, Where: c.expr(s.WhereClause),
	}
}
