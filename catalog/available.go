package catalog

// Available is an extension that CREATE EXTENSION takes. Its functions, types and
// operators are built in and there from the start (see ExtensionTypes); creating it
// records that a database relies on it.
type Available struct {
	Name    string
	Version string // that it behaves as
	Comment string // of its row in pg_available_extensions
	// Fixed: the schema cannot be changed once it is created.
	Fixed bool
	// Trusted: CREATE EXTENSION needs no superuser in PostgreSQL.
	Trusted bool
}

// AvailableExtensions lists them by name.
var AvailableExtensions = []Available{
	{Name: "btree_gist", Version: "1.7", Comment: "support for indexing common datatypes in GiST", Trusted: true},
	{Name: "citext", Version: "1.6", Comment: "data type for case-insensitive character strings", Trusted: true},
	{Name: "hstore", Version: "1.8", Comment: "data type for storing sets of (key, value) pairs", Trusted: true},
	{Name: "pg_trgm", Version: "1.6", Comment: "text similarity measurement and index searching based on trigrams", Trusted: true},
	{Name: "pgcrypto", Version: "1.3", Comment: "cryptographic functions", Trusted: true},
	{Name: "plpgsql", Version: "1.0", Comment: "PL/pgSQL procedural language", Fixed: true, Trusted: true},
	{Name: "uuid-ossp", Version: "1.1", Comment: "generate universally unique identifiers (UUIDs)", Trusted: true},
	{Name: "vector", Version: "0.8.0", Comment: "vector data type and ivfflat and hnsw access methods", Trusted: true},
}

// FindExtension finds an available extension, nil if there is none of the name.
func FindExtension(name string) *Available {
	for i := range AvailableExtensions {
		if AvailableExtensions[i].Name == name {
			return &AvailableExtensions[i]
		}
	}
	return nil
}
