package catalog

import "synapse/catalog/types"

// SchemaToast exists because clients filter it out by name.
const SchemaToast types.OID = 99

// Bootstrap returns the objects of a new data directory: the schemas, the role
// and the databases that every PostgreSQL user expects, and the memory schema.
func Bootstrap() []Object {
	header := func(id types.OID, name, comment string) Header {
		return Header{ID: id, Name: name, Owner: RoleSynapse, Comment: comment}
	}
	open := func(owner, id types.OID, name, comment string) *Schema {
		s := &Schema{Header: header(id, name, comment)}
		s.Owner, s.ACL = owner, openSchemaACL(owner)
		return s
	}
	return []Object{
		open(RoleSynapse, SchemaPgCatalog, "pg_catalog", "system catalog schema"),
		&Schema{Header: header(SchemaToast, "pg_toast", "reserved schema for TOAST tables")},
		open(RoleSynapse, SchemaInformation, "information_schema", ""),
		open(RoleDatabaseOwner, SchemaPublic, "public", "standard public schema"),
		open(RoleSynapse, SchemaMemory, "memory", "what agents know: entries, facts, events, and the lineage of every read"),
		&Role{
			Header: Header{ID: RoleSynapse, Name: "synapse"}, Super: true, Login: true, Inherit: true,
			CreateRole: true, CreateDB: true, BypassRLS: true, ConnLimit: -1,
		},
		&Database{Header: header(DatabaseSynapse, "synapse", "default database")},
		&Database{Header: header(DatabasePostgres, "postgres", "default administrative connection database")},
	}
}

// schemaNames are the schemas of virtual relations.
var schemaNames = map[types.OID]string{
	SchemaPgCatalog: "pg_catalog", SchemaInformation: "information_schema", SchemaMemory: "memory",
}

// VirtualSchemaName returns the name of a schema that holds virtual relations.
func VirtualSchemaName(id types.OID) string { return schemaNames[id] }
