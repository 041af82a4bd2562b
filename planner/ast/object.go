package ast

// ObjectKind is a kind of catalog object in the words of SQL ("TABLE",
// "MATERIALIZED VIEW"), so that it can stand in messages and command tags.
type ObjectKind string

// The kinds that statements about several kinds of objects use. Others that the
// grammar knows come through under the same spelling rule.
const (
	KindAccessMethod     ObjectKind = "ACCESS METHOD"
	KindAggregate        ObjectKind = "AGGREGATE"
	KindAttribute        ObjectKind = "ATTRIBUTE"
	KindCast             ObjectKind = "CAST"
	KindCollation        ObjectKind = "COLLATION"
	KindColumn           ObjectKind = "COLUMN"
	KindConstraint       ObjectKind = "CONSTRAINT"
	KindDatabase         ObjectKind = "DATABASE"
	KindDomain           ObjectKind = "DOMAIN"
	KindDomainConstraint ObjectKind = "DOMAIN CONSTRAINT"
	KindExtension        ObjectKind = "EXTENSION"
	KindFunction         ObjectKind = "FUNCTION"
	KindIndex            ObjectKind = "INDEX"
	KindLanguage         ObjectKind = "LANGUAGE"
	KindMatView          ObjectKind = "MATERIALIZED VIEW"
	KindOperator         ObjectKind = "OPERATOR"
	KindPolicy           ObjectKind = "POLICY"
	KindProcedure        ObjectKind = "PROCEDURE"
	KindRole             ObjectKind = "ROLE"
	KindRoutine          ObjectKind = "ROUTINE"
	KindRule             ObjectKind = "RULE"
	KindSchema           ObjectKind = "SCHEMA"
	KindSequence         ObjectKind = "SEQUENCE"
	KindTable            ObjectKind = "TABLE"
	KindTrigger          ObjectKind = "TRIGGER"
	KindType             ObjectKind = "TYPE"
	KindView             ObjectKind = "VIEW"
)

// ObjectRef names an object of a statement such as DROP or COMMENT.
type ObjectRef struct {
	Position
	Names []string    // qualified name; of the trigger, rule, policy or constraint itself when Table is set
	Table []string    // the relation (or domain) that a trigger, policy, rule or constraint belongs to
	Args  []*TypeName // argument types of a function or operator; nil element for NONE
	// ArgsGiven is false for DROP FUNCTION f without parentheses.
	ArgsGiven bool
	Type      *TypeName // for types and domains; the source type of a cast
	Target    *TypeName // the target type of a cast
}

// RoleKind says how a role was named.
type RoleKind uint8

// The kinds.
const (
	RoleNamed RoleKind = iota
	RoleCurrentRole
	RoleCurrentUser
	RoleSessionUser
	RolePublic
)

// RoleName is a role as named in a statement.
type RoleName struct {
	Position
	Kind RoleKind
	Name string // for RoleNamed
}

// OptionAction is ADD, SET or DROP in ALTER … OPTIONS (…).
type OptionAction uint8

// The actions.
const (
	OptionPlain OptionAction = iota
	OptionSet
	OptionAdd
	OptionDrop
)

// Option is one name [= value] of a WITH (…) list or of a statement's own
// options. At most one of the value fields is set; all empty is the bare name.
type Option struct {
	Position
	Namespace string // toast.fillfactor
	Name      string // lower case
	Action    OptionAction

	Value Expr         // a Const, or an expression (an index operator class's option)
	Type  *TypeName    // a bare word or a type: format csv is TypeName{csv}
	Names []string     // a list of names or strings: OWNED BY, FORCE_QUOTE
	Roles []*RoleName  // a list of roles
	Set   *SetStmt     // ALTER FUNCTION … SET
	Func  *FuncCall    // SUPPORT and handler functions
	Args  []*FuncParam // CREATE AGGREGATE's arguments
	Star  bool         // FORCE_QUOTE *
}

// Text returns the value as the word, number or string that was written, "" for
// a bare name.
func (o *Option) Text() string {
	if c, ok := o.Value.(*Const); ok {
		return c.String()
	}
	switch {
	case o.Type != nil:
		return o.Type.Name()
	case len(o.Names) > 0:
		return o.Names[len(o.Names)-1]
	}
	return ""
}

// HasValue reports whether anything stands after the name.
func (o *Option) HasValue() bool {
	return o.Value != nil || o.Type != nil || o.Names != nil || o.Roles != nil ||
		o.Set != nil || o.Func != nil || o.Args != nil || o.Star
}

// Persistence is how long a relation lives.
type Persistence uint8

// The persistences.
const (
	Permanent Persistence = iota
	Unlogged
	Temporary
)

// OnCommit is what a temporary table does at commit.
type OnCommit uint8

// The actions.
const (
	OnCommitDefault OnCommit = iota
	OnCommitPreserve
	OnCommitDelete
	OnCommitDrop
)
