package catalog

import "synapse/catalog/types"

// OIDs of the predefined roles, which are PostgreSQL's.
const (
	RoleMonitor         types.OID = 3373
	RoleReadAllSettings types.OID = 3374
	RoleReadAllStats    types.OID = 3375
	RoleStatScanTables  types.OID = 3377
	RoleSignalBackend   types.OID = 4200
	RoleCheckpoint      types.OID = 4544
	RoleReadFiles       types.OID = 4569
	RoleWriteFiles      types.OID = 4570
	RoleExecuteProgram  types.OID = 4571
	RoleDatabaseOwner   types.OID = 6171
	RoleReadAllData     types.OID = 6181
	RoleWriteAllData    types.OID = 6182
)

// predefinedRoles are there in every catalog, stored or not: roles that are
// granted, but cannot log in. What is granted to others is kept with those.
func predefinedRoles() []Object {
	role := func(id types.OID, name string, in ...types.OID) Object {
		r := &Role{Header: Header{ID: id, Name: name}, Inherit: true, ConnLimit: -1}
		for _, g := range in {
			r.MemberOf = append(r.MemberOf, Membership{Role: g, Grantor: RoleSynapse})
		}
		return r
	}
	return []Object{
		role(RoleMonitor, "pg_monitor", RoleReadAllSettings, RoleReadAllStats, RoleStatScanTables),
		role(RoleReadAllSettings, "pg_read_all_settings"),
		role(RoleReadAllStats, "pg_read_all_stats"),
		role(RoleStatScanTables, "pg_stat_scan_tables"),
		role(RoleSignalBackend, "pg_signal_backend"),
		role(RoleCheckpoint, "pg_checkpoint"),
		role(RoleReadFiles, "pg_read_server_files"),
		role(RoleWriteFiles, "pg_write_server_files"),
		role(RoleExecuteProgram, "pg_execute_server_program"),
		role(RoleDatabaseOwner, "pg_database_owner"),
		role(RoleReadAllData, "pg_read_all_data"),
		role(RoleWriteAllData, "pg_write_all_data"),
	}
}

// Predefined reports whether a role is one that every database has.
func (r *Role) Predefined() bool { return r.ID < types.FirstUserOID && r.ID != RoleSynapse }

// InitialACL is what a schema that every database is born with grants then; nil for others.
func InitialACL(schema types.OID) ACL {
	switch schema {
	case SchemaPublic:
		return openSchemaACL(RoleDatabaseOwner)
	case SchemaPgCatalog, SchemaInformation, SchemaMemory:
		return openSchemaACL(RoleSynapse)
	}
	return nil
}

// openSchemaACL is that of the schema public and the system's: all may look things up in them.
func openSchemaACL(owner types.OID) ACL {
	return ACL{
		{Grantee: owner, Grantor: owner, Privileges: AllPrivileges(OnSchema)},
		{Grantee: Public, Grantor: owner, Privileges: MayUse},
	}
}
