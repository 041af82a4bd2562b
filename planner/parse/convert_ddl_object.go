package parse

import (
	pg "github.com/pganalyze/pg_query_go/v5"

	"synapse/planner/ast"
)

func (c *converter) createView(s *pg.ViewStmt) *ast.CreateViewStmt {
	out := &ast.CreateViewStmt{
		Position: ast.Unknown, View: c.tableRef(s.View), Persistence: persistence(s.View), Replace: s.Replace,
		Columns: strs(s.Aliases), Query: c.query(s.Query), Options: c.options(s.Options),
	}
	switch s.WithCheckOption {
	case pg.ViewCheckOption_LOCAL_CHECK_OPTION:
		out.CheckOption = ast.CheckLocal
	case pg.ViewCheckOption_CASCADED_CHECK_OPTION:
		out.CheckOption = ast.CheckCascaded
	}
	return out
}

func (c *converter) createTableAs(s *pg.CreateTableAsStmt) *ast.CreateTableAsStmt {
	return &ast.CreateTableAsStmt{
		Position: ast.Unknown, Into: c.into(s.Into), Materialized: s.Objtype == pg.ObjectType_OBJECT_MATVIEW,
		SelectInto: s.IsSelectInto, IfNotExists: s.IfNotExists, Query: c.stmt(s.Query),
	}
}

// defineStmt converts CREATE TYPE name [(…)]; the grammar folds aggregates,
// operators and collations into the same node.
func (c *converter) defineStmt(s *pg.DefineStmt) ast.Stmt {
	if s.Kind != pg.ObjectType_OBJECT_TYPE {
		return &ast.Unsupported{Position: ast.Unknown, Name: "CREATE " + string(objectKind(s.Kind)), Hint: defineHint(s.Kind)}
	}
	return &ast.CreateTypeStmt{
		Position: ast.Unknown, Names: strs(s.Defnames), Base: len(s.Definition) > 0, Options: c.options(s.Definition),
	}
}

// defineHint says what to use instead of an object that cannot be made.
func defineHint(kind pg.ObjectType) string {
	switch kind {
	case pg.ObjectType_OBJECT_TSCONFIGURATION, pg.ObjectType_OBJECT_TSDICTIONARY, pg.ObjectType_OBJECT_TSPARSER, pg.ObjectType_OBJECT_TSTEMPLATE:
		return "Use a built-in configuration: simple, english, german and others that pg_ts_config lists."
	}
	return ""
}

func (c *converter) compositeType(s *pg.CompositeTypeStmt) *ast.CreateTypeStmt {
	table := c.tableRef(s.Typevar)
	out := &ast.CreateTypeStmt{Position: table.Position, Composite: true, Columns: c.columnDefs(s.Coldeflist)}
	if table.Schema != "" {
		out.Names = append(out.Names, table.Schema)
	}
	out.Names = append(out.Names, table.Name)
	return out
}

func (c *converter) funcParam(p *pg.FunctionParameter) *ast.FuncParam {
	out := &ast.FuncParam{Position: ast.Unknown, Name: p.GetName(), Type: c.typeName(p.GetArgType()), Default: c.expr(p.GetDefexpr())}
	if out.Type != nil {
		out.Position = out.Type.Position
	}
	switch p.GetMode() {
	case pg.FunctionParameterMode_FUNC_PARAM_OUT:
		out.Mode = ast.ParamOut
	case pg.FunctionParameterMode_FUNC_PARAM_INOUT:
		out.Mode = ast.ParamInOut
	case pg.FunctionParameterMode_FUNC_PARAM_VARIADIC:
		out.Mode = ast.ParamVariadic
	case pg.FunctionParameterMode_FUNC_PARAM_TABLE:
		out.Mode = ast.ParamTable
	}
	return out
}

func (c *converter) createFunction(s *pg.CreateFunctionStmt) *ast.CreateFunctionStmt {
	out := &ast.CreateFunctionStmt{
		Position: ast.Unknown, Names: strs(s.Funcname), Procedure: s.IsProcedure, Replace: s.Replace,
		Params:  each(s.Parameters, func(n *pg.Node) *ast.FuncParam { return c.funcParam(n.GetFunctionParameter()) }),
		Returns: c.typeName(s.ReturnType), Options: c.options(s.Options),
	}
	if s.SqlBody == nil {
		return out
	}
	// RETURN expr stands alone; BEGIN ATOMIC is a list holding a list.
	if s.SqlBody.GetList() == nil {
		out.Body = []ast.Stmt{c.stmt(s.SqlBody)}
		return out
	}
	out.Atomic = true
	for _, n := range listItems(s.SqlBody) {
		for _, stmt := range listItems(n) {
			if stmt.GetNode() != nil {
				out.Body = append(out.Body, c.stmt(stmt))
			}
		}
	}
	return out
}

// PostgreSQL's TRIGGER_TYPE bits (catalog/pg_trigger.h).
const (
	triggerBefore    = 1 << 1
	triggerInsert    = 1 << 2
	triggerDelete    = 1 << 3
	triggerUpdate    = 1 << 4
	triggerTruncate  = 1 << 5
	triggerInsteadOf = 1 << 6
)

func (c *converter) createTrigger(s *pg.CreateTrigStmt) *ast.CreateTriggerStmt {
	out := &ast.CreateTriggerStmt{
		Position: ast.Unknown, Name: s.Trigname, Replace: s.Replace, Constraint: s.Isconstraint, Table: c.tableRef(s.Relation),
		Function: strs(s.Funcname), Args: strs(s.Args), Row: s.Row, Columns: strs(s.Columns), When: c.expr(s.WhenClause),
		Deferrable: s.Deferrable, InitiallyDeferred: s.Initdeferred, From: c.tableRef(s.Constrrel),
	}
	switch {
	case s.Timing&triggerBefore != 0:
		out.Timing = ast.TriggerBefore
	case s.Timing&triggerInsteadOf != 0:
		out.Timing = ast.TriggerInsteadOf
	}
	for bit, event := range map[int32]ast.TriggerEvent{
		triggerInsert: ast.TriggerInsert, triggerDelete: ast.TriggerDelete,
		triggerUpdate: ast.TriggerUpdate, triggerTruncate: ast.TriggerTruncate,
	} {
		if s.Events&bit != 0 {
			out.Events |= event
		}
	}
	for _, n := range s.TransitionRels {
		if t := n.GetTriggerTransition(); t.GetIsNew() {
			out.NewTable = t.GetName()
		} else {
			out.OldTable = t.GetName()
		}
	}
	return out
}

func (c *converter) policy(s *pg.CreatePolicyStmt) *ast.PolicyStmt {
	return &ast.PolicyStmt{
		Position: ast.Unknown, Name: s.PolicyName, Table: c.tableRef(s.Table), Command: s.CmdName, Permissive: s.Permissive,
		Roles: c.roles(s.Roles), Using: c.expr(s.Qual), Check: c.expr(s.WithCheck),
	}
}

func (c *converter) alterPolicy(s *pg.AlterPolicyStmt) *ast.PolicyStmt {
	return &ast.PolicyStmt{
		Position: ast.Unknown, Alter: true, Name: s.PolicyName, Table: c.tableRef(s.Table),
		Roles: c.roles(s.Roles), Using: c.expr(s.Qual), Check: c.expr(s.WithCheck),
	}
}

func (c *converter) grant(s *pg.GrantStmt) *ast.GrantStmt {
	kind := objectKind(s.Objtype)
	return &ast.GrantStmt{
		Position: ast.Unknown, Revoke: !s.IsGrant, Kind: kind,
		AllInSchema: s.Targtype == pg.GrantTargetType_ACL_TARGET_ALL_IN_SCHEMA,
		Default:     s.Targtype == pg.GrantTargetType_ACL_TARGET_DEFAULTS,
		Objects:     c.objectRefs(kind, s.Objects),
		Privileges: each(s.Privileges, func(n *pg.Node) *ast.Privilege {
			p := n.GetAccessPriv()
			return &ast.Privilege{Position: ast.Unknown, Name: p.GetPrivName(), Columns: strs(p.GetCols())}
		}),
		Grantees: c.roles(s.Grantees), GrantOption: s.GrantOption, GrantedBy: c.role(s.Grantor), Cascade: cascades(s.Behavior),
	}
}

func (c *converter) grantRole(s *pg.GrantRoleStmt) *ast.GrantRoleStmt {
	return &ast.GrantRoleStmt{
		Position: ast.Unknown, Revoke: !s.IsGrant,
		Roles:    each(s.GrantedRoles, func(n *pg.Node) string { return n.GetAccessPriv().GetPrivName() }),
		Grantees: c.roles(s.GranteeRoles), Options: c.options(s.Opt), GrantedBy: c.role(s.Grantor), Cascade: cascades(s.Behavior),
	}
}

func (c *converter) alterEnum(s *pg.AlterEnumStmt) *ast.AlterEnumStmt {
	return &ast.AlterEnumStmt{
		Position: ast.Unknown, Names: strs(s.TypeName), OldLabel: s.OldVal, NewLabel: s.NewVal,
		Neighbor: s.NewValNeighbor, After: s.NewValIsAfter, IfNotExists: s.SkipIfNewValExists,
	}
}

func (c *converter) createDomain(s *pg.CreateDomainStmt) *ast.CreateDomainStmt {
	return &ast.CreateDomainStmt{
		Position: ast.Unknown, Names: strs(s.Domainname), Type: c.typeName(s.TypeName),
		Collation: strs(s.CollClause.GetCollname()), Constraints: c.constraints(s.Constraints),
	}
}
