package types

import (
	"regexp"
	"strconv"
	"strings"
)

// KeptName is how a type is written in expressions that the catalog keeps: as
// FormatType does, but a type that a user made stands by its
// OID, "#16520", since the text has to mean the same type after that is renamed
// or moved. ShowKept puts the names back.
func KeptName(t Type) string {
	if DefinedType(t.OID) != nil {
		return `"#` + strconv.Itoa(int(t.OID)) + `"`
	}
	return FormatType(t)
}

// KeptReference reads the name of a type that KeptName wrote by OID.
func KeptReference(name string) (OID, bool) {
	digits, ok := strings.CutPrefix(name, "#")
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 10, 32)
	return OID(n), err == nil && DefinedType(OID(n)) != nil
}

var keptReference = regexp.MustCompile(`"#(\d+)"`)

// ShowKept replaces the types that stand by OID in a kept text by what
// name calls them; name nil is their plain name.
func ShowKept(text string, name func(OID) string) string {
	if !strings.Contains(text, `"#`) {
		return text
	}
	return keptReference.ReplaceAllStringFunc(text, func(m string) string {
		id, ok := KeptReference(strings.Trim(m, `"`))
		switch {
		case !ok:
			return m
		case name == nil:
			return FormatType(Of(id))
		}
		return name(id)
	})
}
