package catalog

import "synapse/catalog/types"

// Class says what an object is.
type Class uint8

// Classes of object.
const (
	ClassSchema Class = iota + 1
	ClassTable
	ClassIndex
	ClassSequence
	ClassView
	ClassRole
	ClassExtension
	ClassDatabase
	ClassFunction
	ClassType
)

// Object is one catalog object. Objects are immutable once they are in a
// Catalog: to change one, copy it, change the copy, put it.
type Object interface {
	Class() Class
	ObjectID() types.OID
	ObjectName() string
	SchemaID() types.OID // 0 where the class has no schema
	Head() *Header       // what all objects share
}

// Header is what all objects share.
type Header struct {
	ID      types.OID `json:"id"`
	Name    string    `json:"name"`
	Schema  types.OID `json:"schema,omitempty"`
	Owner   types.OID `json:"owner,omitempty"`
	Comment string    `json:"comment,omitempty"`
	ACL     ACL       `json:"acl,omitempty"`     // nil = the default privileges
	Created int64     `json:"created,omitempty"` // µs since 2000: commit time, set when built from storage
}

// ObjectID returns the OID.
func (h *Header) ObjectID() types.OID { return h.ID }

// ObjectName returns the unqualified name.
func (h *Header) ObjectName() string { return h.Name }

// Head returns the header itself.
func (h *Header) Head() *Header { return h }

// SchemaID returns the OID of the schema, 0 if the class has none.
func (h *Header) SchemaID() types.OID { return h.Schema }

// Schema is a namespace of names (pg_namespace).
type Schema struct {
	Header
}

// Class implements Object.
func (*Schema) Class() Class { return ClassSchema }

// Persistence is pg_class.relpersistence.
type Persistence byte

// Persistences.
const (
	Permanent Persistence = 'p'
	Unlogged  Persistence = 'u'
	Temporary Persistence = 't'
)

// Table is a table, or with Virtual set a relation whose rows a provider makes.
type Table struct {
	Header
	Columns      []Column          `json:"columns"`
	Constraints  []Constraint      `json:"constraints,omitempty"`
	Persistence  Persistence       `json:"persistence,omitempty"` // 0 = Permanent
	Options      map[string]string `json:"options,omitempty"`     // WITH (…): synapse.namespace, synapse.valid_time, synapse.retention, …
	NextAttr     int               `json:"next_attr"`             // attribute number the next added column gets
	TypeID       types.OID         `json:"type_id,omitempty"`     // its row type in pg_type
	ArrayTypeID  types.OID         `json:"array_type_id,omitempty"`
	Materialized string            `json:"materialized,omitempty"` // defining query of a materialized view
	SearchPath   []string          `json:"search_path,omitempty"`  // by which names in Materialized resolve
	Names        []NameUse         `json:"names,omitempty"`        // what the names in Materialized mean
	Populated    bool              `json:"populated,omitempty"`
	OnCommit     byte              `json:"on_commit,omitempty"` // temporary: 'd'rop, 'r' delete rows
	Virtual      bool              `json:"-"`
	RLS          bool              `json:"rls,omitempty"`
	Triggers     []Trigger         `json:"triggers,omitempty"` // in order of name, as they fire
	// Kept for clients that ask: nothing replicates by identity or orders rows by an index here.
	ReplicaIdentity byte      `json:"replica_identity,omitempty"` // 'f' full, 'n' nothing, 'i' ReplicaIndex; 0 = the primary key
	ReplicaIndex    types.OID `json:"replica_index,omitempty"`
	ClusterIndex    types.OID `json:"cluster_index,omitempty"`

	Partitioning *Partitioning   `json:"partitioning,omitempty"`
	Bound        *PartitionBound `json:"bound,omitempty"`    // of a partition, whose parent is Parents[0]
	Parents      []types.OID     `json:"parents,omitempty"`  // it inherits from, in order of declaration
	Children     []types.OID     `json:"children,omitempty"` // that inherit from it, in order of OID
}

// Class implements Object.
func (*Table) Class() Class { return ClassTable }

// Column is one column of a table.
type Column struct {
	Name      string     `json:"name"`
	Type      types.Type `json:"type"`
	Attr      int        `json:"attr"` // 0-based attribute number in row payloads
	NotNull   bool       `json:"not_null,omitempty"`
	Default   string     `json:"default,omitempty"`   // SQL text; "" none
	Generated string     `json:"generated,omitempty"` // GENERATED ALWAYS AS (…) STORED: SQL text
	Identity  byte       `json:"identity,omitempty"`  // 'a' always, 'd' by default, 0 none
	Sequence  types.OID  `json:"sequence,omitempty"`  // of serial and identity columns
	Dropped   bool       `json:"dropped,omitempty"`
	Missing   *string    `json:"missing,omitempty"` // text form of the value rows without the attribute have; nil = NULL
	Collation string     `json:"collation,omitempty"`
	Comment   string     `json:"comment,omitempty"`
	Storage   byte       `json:"storage,omitempty"`
	ACL       ACL        `json:"acl,omitempty"` // grants on the column, beside those on its table
	// What PostgreSQL's analyzer and storage would do with the column: kept and
	// shown, without a meaning here.
	Statistics  *int              `json:"statistics,omitempty"`
	Options     map[string]string `json:"options,omitempty"`
	Compression byte              `json:"compression,omitempty"`
	Inherited   int               `json:"inherited,omitempty"` // how many parents have it too
	NotLocal    bool              `json:"not_local,omitempty"` // only because parents have it
}

// ConstraintKind is pg_constraint.contype.
type ConstraintKind byte

// Constraint kinds. NOT NULL is a property of the column.
const (
	PrimaryKey ConstraintKind = 'p'
	Unique     ConstraintKind = 'u'
	Check      ConstraintKind = 'c'
	ForeignKey ConstraintKind = 'f'
	Exclusion  ConstraintKind = 'x'
)

// Action is what a foreign key does when its parent goes: pg_constraint.confdeltype.
type Action byte

// Foreign key actions.
const (
	NoAction   Action = 'a'
	Restrict   Action = 'r'
	Cascade    Action = 'c'
	SetNull    Action = 'n'
	SetDefault Action = 'd'
)

// Constraint of a table. Columns are 1-based positions in Table.Columns.
type Constraint struct {
	ID         types.OID      `json:"id"`
	Name       string         `json:"name"`
	Kind       ConstraintKind `json:"kind"`
	Columns    []int          `json:"columns,omitempty"`
	Index      types.OID      `json:"index,omitempty"` // of primary key and unique; of the parent for a foreign key
	Expr       string         `json:"expr,omitempty"`  // check: SQL text
	Parent     types.OID      `json:"parent,omitempty"`
	ParentCols []int          `json:"parent_cols,omitempty"`
	OnDelete   Action         `json:"on_delete,omitempty"`
	OnUpdate   Action         `json:"on_update,omitempty"`
	MatchFull  bool           `json:"match_full,omitempty"`
	Deferrable bool           `json:"deferrable,omitempty"`
	Deferred   bool           `json:"deferred,omitempty"` // initially
	NotValid   bool           `json:"not_valid,omitempty"`
	Comment    string         `json:"comment,omitempty"`
	Inherited  int            `json:"inherited,omitempty"`  // how many parents have it too
	NotLocal   bool           `json:"not_local,omitempty"`  // only because parents have it
	NoInherit  bool           `json:"no_inherit,omitempty"` // a check that children do not take over
	ParentID   types.OID      `json:"parent_id,omitempty"`  // the constraint of the partitioned table that it is part of
}

// Method is an index access method.
type Method string

// Access methods (pg_am).
const (
	BTree   Method = "btree"
	Hash    Method = "hash"
	GIN     Method = "gin"
	HNSW    Method = "hnsw"
	IVFFlat Method = "ivfflat"
	// GiST and SP-GiST keep keys as btree does: exclusion constraints look into
	// them, the planner does not.
	GiST   Method = "gist"
	SPGiST Method = "spgist"
	BM25   Method = "bm25" // inverted text index with postings per (partition, term)
)

// Index of a table.
type Index struct {
	Header
	Table      types.OID         `json:"table"`
	Method     Method            `json:"method"`
	Keys       []IndexKey        `json:"keys"`
	Include    []int             `json:"include,omitempty"` // 1-based column positions
	Unique     bool              `json:"unique,omitempty"`
	Primary    bool              `json:"primary,omitempty"`
	NullsEqual bool              `json:"nulls_equal,omitempty"` // NULLS NOT DISTINCT
	Predicate  string            `json:"predicate,omitempty"`   // SQL text of a partial index
	Options    map[string]string `json:"options,omitempty"`     // m, ef_construction, …
	Constraint types.OID         `json:"constraint,omitempty"`  // that it serves
	Invalid    bool              `json:"invalid,omitempty"`     // still building or failed
	Deferrable bool              `json:"deferrable,omitempty"`  // of its constraint: keys may be taken twice until it is checked
	Exclude    []string          `json:"exclude,omitempty"`     // operator of each key, of an exclusion constraint
	Parent     types.OID         `json:"parent,omitempty"`      // the index of the partitioned table that it is part of
}

// Inverted reports whether the index maps what values contain to rows: gin, and
// gist over tsvector, whose queries are the same.
func (x *Index) Inverted() bool {
	return x.Method == GIN || x.Method == GiST && len(x.Keys) == 1 && x.Keys[0].Type.Kind() == types.KindTSVector
}

// Class implements Object.
func (*Index) Class() Class { return ClassIndex }

// IndexKey is one key of an index: a column or an expression.
type IndexKey struct {
	Column     int        `json:"column,omitempty"` // 1-based position in Table.Columns; 0 = Expr
	Expr       string     `json:"expr,omitempty"`   // SQL text
	Type       types.Type `json:"type"`             // of the key's value
	Opclass    string     `json:"opclass,omitempty"`
	Collation  string     `json:"collation,omitempty"`
	Desc       bool       `json:"desc,omitempty"`
	NullsFirst bool       `json:"nulls_first,omitempty"` // resolved: DESC has it by default
}

// Sequence generator. Its position is kept by storage outside transactions.
type Sequence struct {
	Header
	Type        types.Type  `json:"type"`
	Start       int64       `json:"start"`
	Increment   int64       `json:"increment"`
	Min         int64       `json:"min"`
	Max         int64       `json:"max"`
	Cache       int64       `json:"cache"`
	Cycle       bool        `json:"cycle,omitempty"`
	OwnerTable  types.OID   `json:"owner_table,omitempty"`
	OwnerColumn int         `json:"owner_column,omitempty"` // 1-based position
	Persistence Persistence `json:"persistence,omitempty"`
}

// Class implements Object.
func (*Sequence) Class() Class { return ClassSequence }

// View is a named query.
type View struct {
	Header
	Query      string            `json:"query"` // SELECT text with names resolved as the creator saw them
	Columns    []Column          `json:"columns"`
	Options    map[string]string `json:"options,omitempty"`
	SearchPath []string          `json:"search_path,omitempty"` // path in force at creation: names in Query resolve by it
	Names      []NameUse         `json:"names,omitempty"`       // what the names in Query mean
	TypeID     types.OID         `json:"type_id,omitempty"`
	// Base is the relation whose rows the view's rows are, if it can be written
	// through as far as its own query goes; BaseColumns are the 1-based positions
	// of its columns there, 0 for expressions.
	Base        types.OID `json:"base,omitempty"`
	BaseColumns []int     `json:"base_columns,omitempty"`
	Triggers    []Trigger `json:"triggers,omitempty"` // INSTEAD OF, and of statements
}

// NameUse is a name in the text of a stored query: of a relation, of a created function or type.
type NameUse struct {
	At        int       `json:"at"` // byte offset
	ID        types.OID `json:"id"`
	Qualified bool      `json:"qualified,omitempty"` // the text says the schema
}

// Class implements Object.
func (*View) Class() Class { return ClassView }

// Role is a user or group.
type Role struct {
	Header
	Super      bool              `json:"super,omitempty"`
	Login      bool              `json:"login,omitempty"`
	Inherit    bool              `json:"inherit,omitempty"`
	CreateRole bool              `json:"create_role,omitempty"`
	CreateDB   bool              `json:"create_db,omitempty"`
	BypassRLS  bool              `json:"bypass_rls,omitempty"`
	Replicate  bool              `json:"replicate,omitempty"`   // REPLICATION: recorded, nothing asks for it
	Password   string            `json:"password,omitempty"`    // SCRAM verifier
	ValidUntil *int64            `json:"valid_until,omitempty"` // of the password: µs since 2000; nil = for ever
	ConnLimit  int               `json:"conn_limit,omitempty"`  // -1 = none
	Settings   map[string]string `json:"settings,omitempty"`    // ALTER ROLE … SET
	MemberOf   []Membership      `json:"memberships,omitempty"`
	// Defaults are the ALTER DEFAULT PRIVILEGES for what the role will make.
	Defaults []DefaultGrant `json:"defaults,omitempty"`
	// Namespaces are those that the role may reach; see namespaces.go.
	Namespaces []NamespaceGrant `json:"namespaces,omitempty"`
}

// DefaultGrant is what new objects of a kind grant: one row of pg_default_acl.
type DefaultGrant struct {
	ID     types.OID `json:"id"`
	Schema types.OID `json:"schema,omitempty"` // 0: in all schemas, in place of the built-in default; else added to it
	Kind   GrantKind `json:"kind"`
	ACL    ACL       `json:"acl"`
}

// Class implements Object.
func (*Role) Class() Class { return ClassRole }

// Extension records a CREATE EXTENSION.
type Extension struct {
	Header
	Version string `json:"version"`
}

// Class implements Object.
func (*Extension) Class() Class { return ClassExtension }

// Database is a row of pg_database; all share one store.
type Database struct {
	Header
}

// Class implements Object.
func (*Database) Class() Class { return ClassDatabase }
