package parse

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"

	"synapse/planner/ast"
)

// stmt converts a statement node. It is split by family, most frequent first.
func (c *converter) stmt(n *pg.Node) ast.Stmt {
	switch v := n.GetNode().(type) {
	case *pg.Node_SelectStmt:
		return c.selectStmt(v.SelectStmt)
	case *pg.Node_InsertStmt:
		return c.insert(v.InsertStmt)
	case *pg.Node_UpdateStmt:
		return c.update(v.UpdateStmt)
	case *pg.Node_DeleteStmt:
		return c.delete(v.DeleteStmt)
	case *pg.Node_MergeStmt:
		return c.merge(v.MergeStmt)
	case *pg.Node_TransactionStmt:
		return c.transaction(v.TransactionStmt)
	case *pg.Node_VariableSetStmt:
		return c.setStmt(v.VariableSetStmt)
	case *pg.Node_VariableShowStmt:
		return &ast.ShowStmt{Position: ast.Unknown, Name: strings.ToLower(v.VariableShowStmt.Name)}
	case *pg.Node_ExplainStmt:
		return &ast.ExplainStmt{Position: ast.Unknown, Options: c.options(v.ExplainStmt.Options), Query: c.stmt(v.ExplainStmt.Query)}
	case *pg.Node_CopyStmt:
		return c.copyStmt(v.CopyStmt)
	}
	for _, family := range []func(*pg.Node) ast.Stmt{c.sessionStmt, c.maintenanceStmt, c.createStmt, c.alterStmt, c.roleStmt} {
		if s := family(n); s != nil {
			return s
		}
	}
	return &ast.Unsupported{Position: ast.Unknown, Name: statementName(n)}
}

// sessionStmt converts prepared statements, cursors and notifications.
func (c *converter) sessionStmt(n *pg.Node) ast.Stmt {
	switch v := n.GetNode().(type) {
	case *pg.Node_PrepareStmt:
		return c.prepare(v.PrepareStmt)
	case *pg.Node_ExecuteStmt:
		return &ast.ExecuteStmt{Position: ast.Unknown, Name: v.ExecuteStmt.Name, Args: c.exprs(v.ExecuteStmt.Params)}
	case *pg.Node_DeallocateStmt:
		return &ast.DeallocateStmt{Position: ast.Unknown, Name: v.DeallocateStmt.Name}
	case *pg.Node_DeclareCursorStmt:
		return c.declare(v.DeclareCursorStmt)
	case *pg.Node_FetchStmt:
		f := v.FetchStmt
		return &ast.FetchStmt{
			Position: ast.Unknown, Cursor: f.Portalname, Direction: fetchDirections[f.Direction], Count: f.HowMany, Move: f.Ismove,
		}
	case *pg.Node_ClosePortalStmt:
		return &ast.CloseStmt{Position: ast.Unknown, Name: v.ClosePortalStmt.Portalname}
	case *pg.Node_ListenStmt:
		return &ast.ListenStmt{Position: ast.Unknown, Channel: v.ListenStmt.Conditionname}
	case *pg.Node_UnlistenStmt:
		return &ast.UnlistenStmt{Position: ast.Unknown, Channel: v.UnlistenStmt.Conditionname}
	case *pg.Node_NotifyStmt:
		return &ast.NotifyStmt{Position: ast.Unknown, Channel: v.NotifyStmt.Conditionname, Payload: v.NotifyStmt.Payload}
	case *pg.Node_DiscardStmt:
		return &ast.DiscardStmt{Position: ast.Unknown, Kind: discardKind(v.DiscardStmt.Target)}
	case *pg.Node_ConstraintsSetStmt:
		return &ast.SetConstraintsStmt{
			Position: ast.Unknown, Constraints: c.tableRefs(v.ConstraintsSetStmt.Constraints), Deferred: v.ConstraintsSetStmt.Deferred,
		}
	case *pg.Node_DoStmt:
		return c.do(v.DoStmt)
	case *pg.Node_CallStmt:
		return &ast.CallStmt{Position: ast.Unknown, Call: c.funcCall(v.CallStmt.Funccall)}
	case *pg.Node_ReturnStmt:
		return &ast.ReturnStmt{Position: ast.Unknown, Value: c.expr(v.ReturnStmt.Returnval)}
	}
	return nil
}

// maintenanceStmt converts statements about stored data as a whole.
func (c *converter) maintenanceStmt(n *pg.Node) ast.Stmt {
	switch v := n.GetNode().(type) {
	case *pg.Node_TruncateStmt:
		return &ast.TruncateStmt{
			Position: ast.Unknown, Tables: c.tableRefs(v.TruncateStmt.Relations),
			RestartIdentity: v.TruncateStmt.RestartSeqs, Cascade: cascades(v.TruncateStmt.Behavior),
		}
	case *pg.Node_VacuumStmt:
		return c.vacuum(v.VacuumStmt)
	case *pg.Node_ReindexStmt:
		return c.reindex(v.ReindexStmt)
	case *pg.Node_ClusterStmt:
		return &ast.ClusterStmt{
			Position: ast.Unknown, Table: c.tableRef(v.ClusterStmt.Relation), Index: v.ClusterStmt.Indexname, Options: c.options(v.ClusterStmt.Params),
		}
	case *pg.Node_LockStmt:
		return &ast.LockStmt{
			Position: ast.Unknown, Tables: c.tableRefs(v.LockStmt.Relations), Mode: ast.LockMode(v.LockStmt.Mode), NoWait: v.LockStmt.Nowait,
		}
	case *pg.Node_CheckPointStmt:
		return &ast.CheckpointStmt{Position: ast.Unknown}
	case *pg.Node_CommentStmt:
		return c.comment(v.CommentStmt)
	case *pg.Node_RefreshMatViewStmt:
		r := v.RefreshMatViewStmt
		return &ast.RefreshStmt{Position: ast.Unknown, View: c.tableRef(r.Relation), Concurrently: r.Concurrent, NoData: r.SkipData}
	}
	return nil
}

// createStmt converts CREATE.
func (c *converter) createStmt(n *pg.Node) ast.Stmt {
	switch v := n.GetNode().(type) {
	case *pg.Node_CreateStmt:
		return c.createTable(v.CreateStmt)
	case *pg.Node_CreateTableAsStmt:
		return c.createTableAs(v.CreateTableAsStmt)
	case *pg.Node_IndexStmt:
		return c.createIndex(v.IndexStmt)
	case *pg.Node_ViewStmt:
		return c.createView(v.ViewStmt)
	case *pg.Node_CreateSchemaStmt:
		s := v.CreateSchemaStmt
		return &ast.CreateSchemaStmt{
			Position: ast.Unknown, Name: s.Schemaname, Owner: c.role(s.Authrole), IfNotExists: s.IfNotExists, Elements: each(s.SchemaElts, c.stmt),
		}
	case *pg.Node_CreateSeqStmt:
		s := v.CreateSeqStmt
		return &ast.CreateSequenceStmt{
			Position: ast.Unknown, Sequence: c.tableRef(s.Sequence), Persistence: persistence(s.Sequence),
			IfNotExists: s.IfNotExists, Options: c.options(s.Options),
		}
	case *pg.Node_DefineStmt:
		return c.defineStmt(v.DefineStmt)
	case *pg.Node_CompositeTypeStmt:
		return c.compositeType(v.CompositeTypeStmt)
	case *pg.Node_CreateEnumStmt:
		return &ast.CreateTypeStmt{Position: ast.Unknown, Enum: true, Names: strs(v.CreateEnumStmt.TypeName), Labels: strs(v.CreateEnumStmt.Vals)}
	case *pg.Node_CreateRangeStmt:
		return &ast.CreateTypeStmt{Position: ast.Unknown, Range: true, Names: strs(v.CreateRangeStmt.TypeName), Options: c.options(v.CreateRangeStmt.Params)}
	case *pg.Node_CreateDomainStmt:
		return c.createDomain(v.CreateDomainStmt)
	case *pg.Node_CreateExtensionStmt:
		s := v.CreateExtensionStmt
		return &ast.CreateExtensionStmt{Position: ast.Unknown, Name: s.Extname, IfNotExists: s.IfNotExists, Options: c.options(s.Options)}
	case *pg.Node_CreateFunctionStmt:
		return c.createFunction(v.CreateFunctionStmt)
	case *pg.Node_CreateTrigStmt:
		return c.createTrigger(v.CreateTrigStmt)
	case *pg.Node_CreatedbStmt:
		return &ast.CreateDatabaseStmt{Position: ast.Unknown, Name: v.CreatedbStmt.Dbname, Options: c.options(v.CreatedbStmt.Options)}
	case *pg.Node_CreatePolicyStmt:
		return c.policy(v.CreatePolicyStmt)
	}
	return nil
}

// alterStmt converts ALTER and DROP.
func (c *converter) alterStmt(n *pg.Node) ast.Stmt {
	switch v := n.GetNode().(type) {
	case *pg.Node_AlterTableStmt:
		return c.alterTable(v.AlterTableStmt)
	case *pg.Node_DropStmt:
		return c.drop(v.DropStmt)
	case *pg.Node_RenameStmt:
		return c.rename(v.RenameStmt)
	case *pg.Node_AlterObjectSchemaStmt:
		s, kind := v.AlterObjectSchemaStmt, objectKind(v.AlterObjectSchemaStmt.ObjectType)
		return &ast.AlterSchemaStmt{
			Position: ast.Unknown, Kind: kind, Table: c.tableRef(s.Relation), Object: c.objectRef(kind, s.Object), NewSchema: s.Newschema, IfExists: s.MissingOk,
		}
	case *pg.Node_AlterOwnerStmt:
		s, kind := v.AlterOwnerStmt, objectKind(v.AlterOwnerStmt.ObjectType)
		return &ast.AlterOwnerStmt{Position: ast.Unknown, Kind: kind, Object: c.objectRef(kind, s.Object), Owner: c.role(s.Newowner)}
	case *pg.Node_AlterSeqStmt:
		s := v.AlterSeqStmt
		return &ast.AlterSequenceStmt{Position: ast.Unknown, Sequence: c.tableRef(s.Sequence), IfExists: s.MissingOk, Options: c.options(s.Options)}
	case *pg.Node_AlterEnumStmt:
		return c.alterEnum(v.AlterEnumStmt)
	case *pg.Node_AlterDomainStmt:
		return c.alterDomain(v.AlterDomainStmt)
	case *pg.Node_AlterExtensionStmt:
		return &ast.AlterExtensionStmt{Position: ast.Unknown, Name: v.AlterExtensionStmt.Extname, Options: c.options(v.AlterExtensionStmt.Options)}
	case *pg.Node_AlterFunctionStmt:
		s, kind := v.AlterFunctionStmt, objectKind(v.AlterFunctionStmt.Objtype)
		object := &pg.Node{Node: &pg.Node_ObjectWithArgs{ObjectWithArgs: s.Func}}
		return &ast.AlterFunctionStmt{Position: ast.Unknown, Kind: kind, Object: c.objectRef(kind, object), Options: c.options(s.Actions)}
	case *pg.Node_AlterPolicyStmt:
		return c.alterPolicy(v.AlterPolicyStmt)
	case *pg.Node_AlterDatabaseStmt:
		return &ast.AlterDatabaseStmt{Position: ast.Unknown, Name: v.AlterDatabaseStmt.Dbname, Options: c.options(v.AlterDatabaseStmt.Options)}
	case *pg.Node_AlterDatabaseSetStmt:
		return &ast.AlterDatabaseStmt{Position: ast.Unknown, Name: v.AlterDatabaseSetStmt.Dbname, Set: c.set(v.AlterDatabaseSetStmt.Setstmt)}
	case *pg.Node_DropdbStmt:
		s := v.DropdbStmt
		return &ast.DropDatabaseStmt{Position: ast.Unknown, Name: s.Dbname, IfExists: s.MissingOk, Options: c.options(s.Options)}
	}
	return nil
}

// roleStmt converts statements about roles and privileges.
func (c *converter) roleStmt(n *pg.Node) ast.Stmt {
	switch v := n.GetNode().(type) {
	case *pg.Node_CreateRoleStmt:
		s := v.CreateRoleStmt
		return &ast.CreateRoleStmt{
			Position: ast.Unknown, Name: s.Role, Login: s.StmtType == pg.RoleStmtType_ROLESTMT_USER, Options: c.options(s.Options),
		}
	case *pg.Node_AlterRoleStmt:
		s := v.AlterRoleStmt
		return &ast.AlterRoleStmt{Position: ast.Unknown, Role: c.role(s.Role), Options: c.options(s.Options), Drop: s.Action < 0}
	case *pg.Node_AlterRoleSetStmt:
		s := v.AlterRoleSetStmt
		return &ast.AlterRoleSetStmt{Position: ast.Unknown, Role: c.role(s.Role), Database: s.Database, Set: c.set(s.Setstmt)}
	case *pg.Node_DropRoleStmt:
		return &ast.DropRoleStmt{Position: ast.Unknown, Roles: c.roles(v.DropRoleStmt.Roles), IfExists: v.DropRoleStmt.MissingOk}
	case *pg.Node_GrantStmt:
		return c.grant(v.GrantStmt)
	case *pg.Node_GrantRoleStmt:
		return c.grantRole(v.GrantRoleStmt)
	case *pg.Node_AlterDefaultPrivilegesStmt:
		s := v.AlterDefaultPrivilegesStmt
		return &ast.AlterDefaultPrivilegesStmt{Position: ast.Unknown, Options: c.options(s.Options), Grant: c.grant(s.Action)}
	case *pg.Node_DropOwnedStmt:
		return &ast.OwnedStmt{Position: ast.Unknown, Roles: c.roles(v.DropOwnedStmt.Roles), Cascade: cascades(v.DropOwnedStmt.Behavior)}
	case *pg.Node_ReassignOwnedStmt:
		return &ast.OwnedStmt{Position: ast.Unknown, Roles: c.roles(v.ReassignOwnedStmt.Roles), NewRole: c.role(v.ReassignOwnedStmt.Newrole)}
	}
	return nil
}

// statementNames are the statements whose node is not named after their words.
var statementNames = map[string]string{
	"rule_stmt":                  "CREATE RULE",
	"sec_label_stmt":             "SECURITY LABEL",
	"create_am_stmt":             "CREATE ACCESS METHOD",
	"create_event_trig_stmt":     "CREATE EVENT TRIGGER",
	"alter_event_trig_stmt":      "ALTER EVENT TRIGGER",
	"create_fdw_stmt":            "CREATE FOREIGN DATA WRAPPER",
	"alter_fdw_stmt":             "ALTER FOREIGN DATA WRAPPER",
	"create_foreign_server_stmt": "CREATE SERVER",
	"create_plang_stmt":          "CREATE LANGUAGE",
	"create_op_class_stmt":       "CREATE OPERATOR CLASS",
	"create_op_family_stmt":      "CREATE OPERATOR FAMILY",
	"create_stats_stmt":          "CREATE STATISTICS",
	"create_table_space_stmt":    "CREATE TABLESPACE",
	"drop_table_space_stmt":      "DROP TABLESPACE",
	"alter_system_stmt":          "ALTER SYSTEM",
}

// statementName makes words from the name of a node: "CREATE PUBLICATION" for
// CreatePublicationStmt.
func statementName(n *pg.Node) string {
	if n.GetNode() == nil {
		return "this statement"
	}
	m := n.ProtoReflect()
	name := string(m.WhichOneof(m.Descriptor().Oneofs().Get(0)).Name())
	if words, ok := statementNames[name]; ok {
		return words
	}
	return strings.ToUpper(strings.ReplaceAll(strings.TrimSuffix(name, "_stmt"), "_", " "))
}
