package catalog

import (
	"strconv"
	"strings"

	"synapse/catalog/types"
)

// Privileges is a set of what may be done with an object.
type Privileges uint16

// The privileges, in the order of aclitem's letters.
const (
	MayInsert Privileges = 1 << iota
	MaySelect
	MayUpdate
	MayDelete
	MayTruncate
	MayReference
	MayTrigger
	MayExecute
	MayUse
	MayCreate
	MayTemporary
	MayConnect
)

// privilegeLetters are aclitem's letters, by bit.
const privilegeLetters = "arwdDxtXUCTc"

// privilegeWords are the names of the privileges, by bit.
var privilegeWords = [...]string{
	"INSERT", "SELECT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "EXECUTE", "USAGE", "CREATE", "TEMPORARY", "CONNECT",
}

// Words are the names of the privileges in a set, in aclitem's order.
func (p Privileges) Words() []string {
	var out []string
	for i, w := range privilegeWords {
		if p&(1<<i) != 0 {
			out = append(out, w)
		}
	}
	return out
}

// PrivilegeNamed is the privilege of a name in any case; 0 if there is none.
func PrivilegeNamed(name string) Privileges {
	name = strings.ToUpper(name)
	if name == "TEMP" {
		return MayTemporary
	}
	for i, w := range privilegeWords {
		if w == name {
			return 1 << i
		}
	}
	return 0
}

// Public is the grantee that everybody is: no role's OID.
const Public types.OID = 0

// ACLItem is what one role granted to another, or to Public.
type ACLItem struct {
	Grantee, Grantor types.OID
	Privileges       Privileges
	Options          Privileges // those that the grantee may grant on; part of Privileges
}

// ACL is a list of grants; nil is the default for the kind of object.
type ACL []ACLItem

// letters are an item's privileges, each with a star where it may be granted on.
func (i *ACLItem) letters() string {
	var w strings.Builder
	for bit, c := range privilegeLetters {
		if i.Privileges&(1<<bit) != 0 {
			w.WriteRune(c)
			if i.Options&(1<<bit) != 0 {
				w.WriteByte('*')
			}
		}
	}
	return w.String()
}

// Text is the item as aclitem shows it; name writes a role.
func (i *ACLItem) Text(name func(types.OID) string) string {
	grantee := ""
	if i.Grantee != Public {
		grantee = name(i.Grantee)
	}
	return grantee + "=" + i.letters() + "/" + name(i.Grantor)
}

// ParseACLItem reads an item; role resolves a name, which may be quoted.
func ParseACLItem(text string, role func(name string) (types.OID, bool)) (ACLItem, bool) {
	var item ACLItem
	grantee, rest, ok := cutUnquoted(text, '=')
	if !ok {
		return item, false
	}
	letters, grantor, _ := strings.Cut(rest, "/")
	if grantee != "" {
		if item.Grantee, ok = role(grantee); !ok {
			return item, false
		}
	}
	if item.Grantor, ok = role(grantor); !ok {
		return item, false
	}
	for i := 0; i < len(letters); i++ {
		bit := strings.IndexByte(privilegeLetters, letters[i])
		if bit < 0 {
			return item, false
		}
		item.Privileges |= 1 << bit
		if i+1 < len(letters) && letters[i+1] == '*' {
			item.Options |= 1 << bit
			i++
		}
	}
	return item, true
}

// cutUnquoted cuts a text at the first sep outside double quotes.
func cutUnquoted(text string, sep byte) (before, after string, found bool) {
	quoted := false
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '"':
			quoted = !quoted
		case text[i] == sep && !quoted:
			return text[:i], text[i+1:], true
		}
	}
	return text, "", false
}

// MarshalText is the stored form: aclitem's, with the numbers of roles.
func (i ACLItem) MarshalText() ([]byte, error) {
	return []byte(i.Text(func(id types.OID) string { return strconv.FormatUint(uint64(id), 10) })), nil
}

// UnmarshalText reads the stored form. The first versions kept the names of
// roles and enforced nothing: such an item grants nothing.
func (i *ACLItem) UnmarshalText(text []byte) error {
	*i, _ = ParseACLItem(string(text), func(name string) (types.OID, bool) {
		n, err := strconv.ParseUint(name, 10, 32)
		return types.OID(n), err == nil
	})
	return nil
}

// GrantKind is what an object is to GRANT: acldefault's letters.
type GrantKind byte

// The kinds that have privileges.
const (
	OnTable    GrantKind = 'r'
	OnColumn   GrantKind = 'c'
	OnSequence GrantKind = 's'
	OnDatabase GrantKind = 'd'
	OnFunction GrantKind = 'f'
	OnSchema   GrantKind = 'n'
	OnType     GrantKind = 'T'
	OnLanguage GrantKind = 'l'
)

// AllPrivileges are those that a kind of object has.
func AllPrivileges(k GrantKind) Privileges {
	switch k {
	case OnTable:
		return MayInsert | MaySelect | MayUpdate | MayDelete | MayTruncate | MayReference | MayTrigger
	case OnColumn:
		return MayInsert | MaySelect | MayUpdate | MayReference
	case OnSequence:
		return MaySelect | MayUpdate | MayUse
	case OnDatabase:
		return MayCreate | MayTemporary | MayConnect
	case OnFunction:
		return MayExecute
	case OnSchema:
		return MayUse | MayCreate
	case OnType, OnLanguage:
		return MayUse
	}
	return 0
}

// publicPrivileges are those that everybody has on an object without an ACL.
func publicPrivileges(k GrantKind) Privileges {
	switch k {
	case OnDatabase:
		return MayTemporary | MayConnect
	case OnFunction:
		return MayExecute
	case OnType, OnLanguage:
		return MayUse
	}
	return 0
}

// DefaultACL is what an object of a kind grants that has no ACL of its own.
func DefaultACL(k GrantKind, owner types.OID) ACL {
	var out ACL
	if p := publicPrivileges(k); p != 0 {
		out = append(out, ACLItem{Grantee: Public, Grantor: owner, Privileges: p})
	}
	if p := AllPrivileges(k); p != 0 && k != OnColumn {
		out = append(out, ACLItem{Grantee: owner, Grantor: owner, Privileges: p})
	}
	return out
}

// KindOf is an object's kind to GRANT, 0 for what has no privileges.
func KindOf(o Object) GrantKind {
	switch o.Class() {
	case ClassTable, ClassView:
		return OnTable
	case ClassSequence:
		return OnSequence
	case ClassDatabase:
		return OnDatabase
	case ClassFunction:
		return OnFunction
	case ClassSchema:
		return OnSchema
	case ClassType:
		return OnType
	}
	return 0
}

// systemACL is what everybody may do with the system's own relations.
func systemACL(t *Table) ACL {
	acl := ACL{{Grantee: RoleSynapse, Grantor: RoleSynapse, Privileges: AllPrivileges(OnTable)}}
	if !confidential[t.Name] {
		acl = append(acl, ACLItem{Grantee: Public, Grantor: RoleSynapse, Privileges: MaySelect})
	}
	return acl
}

// confidential are the system's relations that only superusers read.
var confidential = map[string]bool{
	"pg_authid": true, "pg_shadow": true, "pg_statistic": true, "pg_user_mapping": true, "pg_largeobject": true, "pg_config": true,
	"pg_hba_file_rules": true, "pg_file_settings": true, "pg_statistic_ext_data": true, "pg_ident_file_mappings": true,
}

// ACLOf is what an object grants: its own ACL, or the default of its kind.
func ACLOf(o Object) ACL {
	h := o.Head()
	if h.ACL != nil {
		return h.ACL
	}
	if t, ok := o.(*Table); ok && t.Virtual {
		return systemACL(t)
	}
	if _, schema := o.(*Schema); schema && VirtualSchemaName(h.ID) != "" || h.ID == SchemaPublic {
		return openSchemaACL(h.Owner) // of a database from before privileges
	}
	return DefaultACL(KindOf(o), h.Owner)
}

// Clone copies the list, so that it can be changed.
func (a ACL) Clone() ACL { return append(ACL{}, a...) }
