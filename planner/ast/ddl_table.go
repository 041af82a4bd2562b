package ast

// CreateTableStmt is CREATE TABLE (not AS).
type CreateTableStmt struct {
	Position
	Table        *TableRef
	Persistence  Persistence
	IfNotExists  bool
	Elements     []TableElement
	Inherits     []*TableRef // for PARTITION OF, the parent
	PartitionBy  *PartitionSpec
	PartitionOf  *PartitionBound // set for PARTITION OF
	OfType       *TypeName
	Options      []*Option
	OnCommit     OnCommit
	Tablespace   string
	AccessMethod string
}

// ColumnDef is a column of a table, of a composite type or of a function's
// column definition list.
type ColumnDef struct {
	Position
	Name        string
	Type        *TypeName // nil in CREATE TABLE OF and for view columns
	Compression string
	Storage     string
	Collation   []string
	Constraints []*Constraint // NOT NULL and DEFAULT too
	Using       Expr          // ALTER COLUMN TYPE … USING, else nil
}

// ConstraintKind is a kind of constraint.
type ConstraintKind uint8

// The kinds. Deferrability words that follow a column constraint are folded
// into it.
const (
	ConstraintNull ConstraintKind = iota
	ConstraintNotNull
	ConstraintDefault
	ConstraintIdentity
	ConstraintGenerated
	ConstraintCheck
	ConstraintPrimaryKey
	ConstraintUnique
	ConstraintExclude
	ConstraintForeignKey
)

// RefAction is what a foreign key does when the parent changes.
type RefAction uint8

// The actions.
const (
	RefNoAction RefAction = iota
	RefRestrict
	RefCascade
	RefSetNull
	RefSetDefault
)

// MatchKind is a foreign key's MATCH.
type MatchKind uint8

// The kinds.
const (
	MatchSimple MatchKind = iota
	MatchFull
	MatchPartial
)

// Constraint is a table or column constraint.
type Constraint struct {
	Position
	Kind ConstraintKind
	Name string // "" if not given

	Expr             Expr      // default, check, generated
	Always           bool      // GENERATED ALWAYS (identity and generated columns)
	Options          []*Option // identity: sequence options; keys: WITH (…)
	Columns          []string  // keys; the referencing columns of a foreign key
	Include          []string
	NullsNotDistinct bool
	UsingIndex       string // PRIMARY KEY USING INDEX name
	Tablespace       string

	Exclude      []*ExcludeElem
	AccessMethod string
	Where        Expr // EXCLUDE … WHERE

	Parent        *TableRef
	ParentColumns []string
	Match         MatchKind
	OnUpdate      RefAction
	OnDelete      RefAction
	SetColumns    []string // ON DELETE SET NULL (columns)

	Deferrable        bool
	InitiallyDeferred bool
	NoInherit         bool
	NotValid          bool
}

// ExcludeElem is element WITH operator.
type ExcludeElem struct {
	Position
	Elem *IndexElem
	Op   Operator
}

// TableLike is LIKE table INCLUDING ….
type TableLike struct {
	Position
	Table *TableRef
	// Including is a mask of PostgreSQL's CREATE_TABLE_LIKE bits.
	Including LikeOption
}

// LikeOption is a mask of what LIKE copies.
type LikeOption uint32

// The options of LIKE.
const (
	LikeComments LikeOption = 1 << iota
	LikeCompression
	LikeConstraints
	LikeDefaults
	LikeGenerated
	LikeIdentity
	LikeIndexes
	LikeStatistics
	LikeStorage
)

// PartitionStrategy is the kind of partitioning.
type PartitionStrategy uint8

// The strategies.
const (
	PartitionList PartitionStrategy = iota
	PartitionRange
	PartitionHash
)

// PartitionSpec is PARTITION BY strategy (…).
type PartitionSpec struct {
	Position
	Strategy PartitionStrategy
	Elements []*IndexElem
}

// PartitionBound is FOR VALUES … or DEFAULT.
type PartitionBound struct {
	Position
	Default            bool
	Strategy           PartitionStrategy
	In                 []Expr
	From, To           []Expr
	Modulus, Remainder int
}

// IndexElem is a column or expression of an index with its options.
type IndexElem struct {
	Position
	Name           string // "" for an expression
	Expr           Expr
	Collation      []string
	OpClass        []string
	OpClassOptions []*Option
	Dir            SortDir
	Nulls          NullsOrder
}

// CreateIndexStmt is CREATE INDEX.
type CreateIndexStmt struct {
	Position
	Name             string // "" if not given
	Table            *TableRef
	Unique           bool
	Concurrently     bool
	IfNotExists      bool
	AccessMethod     string // "btree" where not given
	Elements         []*IndexElem
	Include          []*IndexElem
	NullsNotDistinct bool
	Options          []*Option
	Tablespace       string
	Where            Expr
}

func (*ColumnDef) tableElement()  {}
func (*Constraint) tableElement() {}
func (*TableLike) tableElement()  {}

func (*CreateTableStmt) stmt() {}
func (*CreateIndexStmt) stmt() {}
