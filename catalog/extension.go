package catalog

import "synapse/catalog/types"

// Extensions that every database has, as PostgreSQL has plpgsql: their numbers
// are below those of CREATE EXTENSION, so that a dump leaves them out.
const (
	ExtensionPlpgsql types.OID = 13002
	ExtensionSynapse types.OID = 13003
)

// bornExtensions are those that every database has.
var bornExtensions = []*Extension{
	{Header: Header{ID: ExtensionPlpgsql, Name: "plpgsql", Schema: SchemaPgCatalog, Owner: RoleSynapse, Comment: "PL/pgSQL procedural language"}, Version: "1.0"},
	{Header: Header{ID: ExtensionSynapse, Name: "synapse", Schema: SchemaMemory, Owner: RoleSynapse, Comment: "memory of agents: entries, facts, events, lineage"}, Version: "1.0"},
}

// extensionTypes are the types that go with an extension.
var extensionTypes = map[string][]types.OID{
	"vector": {types.OIDVector, types.OIDHalfvec, types.OIDSparsevec},
	"citext": {types.OIDCitext},
	"hstore": {types.OIDHstore},
}

// ExtensionTypes lists the types that go with the extension named, without their array types.
func ExtensionTypes(name string) []types.OID { return extensionTypes[name] }

// ExtensionOfType finds the installed extension whose type, or the array of it, t is; nil if none.
func (c *Catalog) ExtensionOfType(t types.OID) *Extension {
	if in := types.Lookup(t); in != nil && in.Kind == types.KindArray {
		t = in.Elem
	}
	for name, list := range extensionTypes {
		for _, id := range list {
			if id == t {
				return c.Extension(name)
			}
		}
	}
	return nil
}

// Extensions lists the installed extensions: those that every database has come first.
func (c *Catalog) Extensions() []*Extension {
	var out []*Extension
	for _, e := range bornExtensions {
		if c.Extension(e.Name) == e {
			out = append(out, e)
		}
	}
	for _, o := range c.All(ClassExtension) {
		out = append(out, o.(*Extension))
	}
	return out
}

// Born reports whether every database has the extension, which therefore cannot be dropped.
func (e *Extension) Born() bool { return e.ID == ExtensionPlpgsql || e.ID == ExtensionSynapse }

// Extension finds an extension by name, nil if none.
func (c *Catalog) Extension(name string) *Extension {
	if id, ok := c.names[nameKey{'e', 0, name}]; ok {
		return c.objects[id].obj.(*Extension)
	}
	for _, e := range bornExtensions {
		if e.Name == name {
			return e
		}
	}
	return nil
}
