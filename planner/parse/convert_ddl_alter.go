package parse

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"

	"synapse/planner/ast"
)

// objectKinds are the kinds whose words differ from the grammar's constant.
var objectKinds = map[pg.ObjectType]ast.ObjectKind{
	pg.ObjectType_OBJECT_DOMCONSTRAINT:   ast.KindDomainConstraint,
	pg.ObjectType_OBJECT_FDW:             "FOREIGN DATA WRAPPER",
	pg.ObjectType_OBJECT_FOREIGN_SERVER:  "SERVER",
	pg.ObjectType_OBJECT_LARGEOBJECT:     "LARGE OBJECT",
	pg.ObjectType_OBJECT_MATVIEW:         ast.KindMatView,
	pg.ObjectType_OBJECT_OPCLASS:         "OPERATOR CLASS",
	pg.ObjectType_OBJECT_OPFAMILY:        "OPERATOR FAMILY",
	pg.ObjectType_OBJECT_STATISTIC_EXT:   "STATISTICS",
	pg.ObjectType_OBJECT_TABCONSTRAINT:   ast.KindConstraint,
	pg.ObjectType_OBJECT_TSCONFIGURATION: "TEXT SEARCH CONFIGURATION",
	pg.ObjectType_OBJECT_TSDICTIONARY:    "TEXT SEARCH DICTIONARY",
	pg.ObjectType_OBJECT_TSPARSER:        "TEXT SEARCH PARSER",
	pg.ObjectType_OBJECT_TSTEMPLATE:      "TEXT SEARCH TEMPLATE",
}

func objectKind(t pg.ObjectType) ast.ObjectKind {
	if kind, ok := objectKinds[t]; ok {
		return kind
	}
	return ast.ObjectKind(strings.ReplaceAll(strings.TrimPrefix(t.String(), "OBJECT_"), "_", " "))
}

func cascades(b pg.DropBehavior) bool { return b == pg.DropBehavior_DROP_CASCADE }

// dependent reports whether objects of the kind are named together with the
// relation (or domain) that they belong to.
func dependent(kind ast.ObjectKind) bool {
	switch kind {
	case ast.KindTrigger, ast.KindRule, ast.KindPolicy, ast.KindConstraint, ast.KindDomainConstraint, ast.KindColumn:
		return true
	}
	return false
}

// objectRef converts the many shapes in which the grammar names an object; nil for nil.
func (c *converter) objectRef(kind ast.ObjectKind, n *pg.Node) *ast.ObjectRef {
	out := &ast.ObjectRef{Position: ast.Unknown}
	switch v := n.GetNode().(type) {
	case nil:
		return nil
	case *pg.Node_String_:
		out.Names = []string{v.String_.Sval}
	case *pg.Node_TypeName:
		out.Type = c.typeName(v.TypeName)
		out.Names, out.Position = out.Type.Names, out.Type.Position
	case *pg.Node_RangeVar:
		out.Position = c.pos(v.RangeVar.Location)
		for _, name := range []string{v.RangeVar.Catalogname, v.RangeVar.Schemaname, v.RangeVar.Relname} {
			if name != "" {
				out.Names = append(out.Names, name)
			}
		}
	case *pg.Node_ObjectWithArgs:
		out.Names, out.ArgsGiven = strs(v.ObjectWithArgs.Objname), !v.ObjectWithArgs.ArgsUnspecified
		out.Args = each(v.ObjectWithArgs.Objargs, func(a *pg.Node) *ast.TypeName { return c.typeName(a.GetTypeName()) })
	case *pg.Node_List:
		c.listedObject(out, kind, v.List.Items)
	default:
		c.refuse(ast.Unknown, "this kind of object", "")
	}
	return out
}

func (c *converter) listedObject(out *ast.ObjectRef, kind ast.ObjectKind, items []*pg.Node) {
	if kind == ast.KindCast && len(items) == 2 {
		out.Type, out.Target = c.typeName(items[0].GetTypeName()), c.typeName(items[1].GetTypeName())
		out.Position = out.Type.Position
		return
	}
	for _, item := range items {
		if t := item.GetTypeName(); t != nil { // the domain of a domain constraint
			out.Names = append(out.Names, strs(t.Names)...)
			continue
		}
		out.Names = append(out.Names, str(item))
	}
	if n := len(out.Names); dependent(kind) && n > 1 {
		out.Table, out.Names = out.Names[:n-1:n-1], out.Names[n-1:]
	}
}

func (c *converter) objectRefs(kind ast.ObjectKind, nodes []*pg.Node) []*ast.ObjectRef {
	return each(nodes, func(n *pg.Node) *ast.ObjectRef { return c.objectRef(kind, n) })
}

func (c *converter) drop(s *pg.DropStmt) *ast.DropStmt {
	kind := objectKind(s.RemoveType)
	return &ast.DropStmt{
		Position: ast.Unknown, Kind: kind, Objects: c.objectRefs(kind, s.Objects),
		IfExists: s.MissingOk, Cascade: cascades(s.Behavior), Concurrently: s.Concurrent,
	}
}

func (c *converter) comment(s *pg.CommentStmt) *ast.CommentStmt {
	kind := objectKind(s.Objtype)
	return &ast.CommentStmt{
		Position: ast.Unknown, Kind: kind, Object: c.objectRef(kind, s.Object), Text: s.Comment, Remove: s.Comment == "",
	}
}

func (c *converter) rename(s *pg.RenameStmt) *ast.RenameStmt {
	kind := objectKind(s.RenameType)
	out := &ast.RenameStmt{
		Position: ast.Unknown, Kind: kind, Table: c.tableRef(s.Relation),
		Object: c.objectRef(kind, s.Object), Name: s.Subname, NewName: s.Newname,
		IfExists: s.MissingOk, Cascade: cascades(s.Behavior),
	}
	if kind == ast.KindColumn || kind == ast.KindAttribute {
		out.RelationKind = objectKind(s.RelationType)
	}
	return out
}

// alterActions maps the actions that need no more than the common fields of
// AlterCmd. The ones with a definition are in alterCmd.
var alterActions = map[pg.AlterTableType]ast.AlterAction{
	pg.AlterTableType_AT_AddColumn:               ast.AlterAddColumn,
	pg.AlterTableType_AT_DropColumn:              ast.AlterDropColumn,
	pg.AlterTableType_AT_ColumnDefault:           ast.AlterColumnDefault,
	pg.AlterTableType_AT_DropNotNull:             ast.AlterDropNotNull,
	pg.AlterTableType_AT_SetNotNull:              ast.AlterSetNotNull,
	pg.AlterTableType_AT_DropExpression:          ast.AlterDropExpression,
	pg.AlterTableType_AT_AlterColumnType:         ast.AlterColumnType,
	pg.AlterTableType_AT_SetStatistics:           ast.AlterSetStatistics,
	pg.AlterTableType_AT_SetStorage:              ast.AlterSetStorage,
	pg.AlterTableType_AT_SetCompression:          ast.AlterSetCompression,
	pg.AlterTableType_AT_SetOptions:              ast.AlterSetColumnOptions,
	pg.AlterTableType_AT_ResetOptions:            ast.AlterResetColumnOptions,
	pg.AlterTableType_AT_AddIdentity:             ast.AlterAddIdentity,
	pg.AlterTableType_AT_SetIdentity:             ast.AlterSetIdentity,
	pg.AlterTableType_AT_DropIdentity:            ast.AlterDropIdentity,
	pg.AlterTableType_AT_AddConstraint:           ast.AlterAddConstraint,
	pg.AlterTableType_AT_AlterConstraint:         ast.AlterChangeConstraint,
	pg.AlterTableType_AT_ValidateConstraint:      ast.AlterValidateConstraint,
	pg.AlterTableType_AT_DropConstraint:          ast.AlterDropConstraint,
	pg.AlterTableType_AT_ChangeOwner:             ast.AlterOwner,
	pg.AlterTableType_AT_SetRelOptions:           ast.AlterSetOptions,
	pg.AlterTableType_AT_ResetRelOptions:         ast.AlterResetOptions,
	pg.AlterTableType_AT_SetLogged:               ast.AlterSetLogged,
	pg.AlterTableType_AT_SetUnLogged:             ast.AlterSetUnlogged,
	pg.AlterTableType_AT_SetTableSpace:           ast.AlterSetTablespace,
	pg.AlterTableType_AT_SetAccessMethod:         ast.AlterSetAccessMethod,
	pg.AlterTableType_AT_EnableTrig:              ast.AlterEnableTrigger,
	pg.AlterTableType_AT_EnableAlwaysTrig:        ast.AlterEnableTrigger,
	pg.AlterTableType_AT_EnableReplicaTrig:       ast.AlterEnableTrigger,
	pg.AlterTableType_AT_EnableTrigAll:           ast.AlterEnableTrigger,
	pg.AlterTableType_AT_EnableTrigUser:          ast.AlterEnableTrigger,
	pg.AlterTableType_AT_DisableTrig:             ast.AlterDisableTrigger,
	pg.AlterTableType_AT_DisableTrigAll:          ast.AlterDisableTrigger,
	pg.AlterTableType_AT_DisableTrigUser:         ast.AlterDisableTrigger,
	pg.AlterTableType_AT_EnableRowSecurity:       ast.AlterEnableRLS,
	pg.AlterTableType_AT_DisableRowSecurity:      ast.AlterDisableRLS,
	pg.AlterTableType_AT_ForceRowSecurity:        ast.AlterForceRLS,
	pg.AlterTableType_AT_NoForceRowSecurity:      ast.AlterNoForceRLS,
	pg.AlterTableType_AT_AddInherit:              ast.AlterInherit,
	pg.AlterTableType_AT_DropInherit:             ast.AlterNoInherit,
	pg.AlterTableType_AT_AttachPartition:         ast.AlterAttachPartition,
	pg.AlterTableType_AT_DetachPartition:         ast.AlterDetachPartition,
	pg.AlterTableType_AT_DetachPartitionFinalize: ast.AlterDetachPartition,
	pg.AlterTableType_AT_ReplicaIdentity:         ast.AlterReplicaIdentity,
	pg.AlterTableType_AT_ClusterOn:               ast.AlterClusterOn,
	pg.AlterTableType_AT_DropCluster:             ast.AlterDropCluster,
}

// triggerWords are the texts of the trigger actions.
var triggerWords = map[pg.AlterTableType]string{
	pg.AlterTableType_AT_EnableAlwaysTrig:  "ALWAYS",
	pg.AlterTableType_AT_EnableReplicaTrig: "REPLICA",
	pg.AlterTableType_AT_EnableTrigUser:    "USER",
	pg.AlterTableType_AT_DisableTrigUser:   "USER",
}

func (c *converter) alterTable(s *pg.AlterTableStmt) *ast.AlterTableStmt {
	return &ast.AlterTableStmt{
		Position: ast.Unknown, Kind: objectKind(s.Objtype), Table: c.tableRef(s.Relation), IfExists: s.MissingOk,
		Cmds: each(s.Cmds, func(n *pg.Node) *ast.AlterCmd { return c.alterCmd(n.GetAlterTableCmd()) }),
	}
}

func (c *converter) alterCmd(a *pg.AlterTableCmd) *ast.AlterCmd {
	out := &ast.AlterCmd{
		Position: ast.Unknown, Action: alterActions[a.Subtype], Name: a.Name, Number: int(a.Num),
		Text: triggerWords[a.Subtype], Owner: c.role(a.Newowner), Cascade: cascades(a.Behavior),
	}
	// missing_ok is IF NOT EXISTS for the action that adds, IF EXISTS elsewhere.
	if out.Action == ast.AlterAddColumn {
		out.IfNotExists = a.MissingOk
	} else {
		out.IfExists = a.MissingOk
	}
	if out.Action == ast.AlterOther {
		out.Text = strings.TrimPrefix(a.Subtype.String(), "AT_")
	}
	c.alterDefinition(out, a.Def)
	out.Finalize = a.Subtype == pg.AlterTableType_AT_DetachPartitionFinalize
	return out
}

// alterDefinition converts the definition of an action; its node's type says which it is.
func (c *converter) alterDefinition(out *ast.AlterCmd, def *pg.Node) {
	switch v := def.GetNode().(type) {
	case nil:
	case *pg.Node_ColumnDef:
		out.Column = c.columnDef(v.ColumnDef)
		out.Position = out.Column.Position
	case *pg.Node_Constraint:
		out.Constraint = c.constraint(v.Constraint)
		out.Position = out.Constraint.Position
		if out.Action == ast.AlterChangeConstraint {
			out.Name = out.Constraint.Name
		}
	case *pg.Node_List:
		out.Options = c.options(v.List.Items)
	case *pg.Node_RangeVar:
		out.Table = c.tableRef(v.RangeVar)
	case *pg.Node_PartitionCmd:
		out.Table, out.Bound = c.tableRef(v.PartitionCmd.Name), c.partitionBound(v.PartitionCmd.Bound)
		out.Concurrently = v.PartitionCmd.Concurrent
	case *pg.Node_ReplicaIdentityStmt:
		out.Text, out.Name = v.ReplicaIdentityStmt.IdentityType, v.ReplicaIdentityStmt.Name
	case *pg.Node_String_:
		out.Text = v.String_.Sval
	case *pg.Node_TypeName:
		out.Text = c.typeName(v.TypeName).Name()
	default:
		out.Expr = c.expr(def)
	}
}

// PostgreSQL's letters for ALTER DOMAIN.
var domainActions = map[string]ast.AlterAction{
	"T": ast.AlterColumnDefault,
	"N": ast.AlterDropNotNull,
	"O": ast.AlterSetNotNull,
	"C": ast.AlterAddConstraint,
	"X": ast.AlterDropConstraint,
	"V": ast.AlterValidateConstraint,
}

func (c *converter) alterDomain(s *pg.AlterDomainStmt) *ast.AlterDomainStmt {
	out := &ast.AlterDomainStmt{
		Position: ast.Unknown, Names: strs(s.TypeName), Action: domainActions[s.Subtype], Name: s.Name,
		IfExists: s.MissingOk, Cascade: cascades(s.Behavior),
	}
	if k := s.Def.GetConstraint(); k != nil {
		out.Constraint = c.constraint(k)
	} else {
		out.Expr = c.expr(s.Def)
	}
	return out
}
