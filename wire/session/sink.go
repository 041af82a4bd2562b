package session

import (
	"io"
	"unicode/utf8"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
	"synapse/exec"
	"synapse/exec/plan"
)

// Column and Batch are what wire sees of results.
type (
	Column = plan.OutColumn
	Batch  = exec.Batch
)

// Sink takes the results of a session's statements, in order. Rows may be
// called many times; its batch is valid during the call only.
type Sink interface {
	RowDescription(cols []Column, formats []int16)
	Rows(cols []Column, formats []int16, f *types.Format, b *Batch) error
	Complete(tag string)
	EmptyQuery()
	Notice(e *sqlerr.Error)
	ParameterStatus(name, value string)
	// CopyIn starts COPY FROM STDIN and returns the client's data.
	CopyIn(columns int, binary bool) io.Reader
	// CopyOut starts COPY TO STDOUT; each Write is one CopyData.
	CopyOut(columns int, binary bool) io.WriteCloser
	// Wake says that notifications wait; called from other sessions' goroutines.
	Wake()
}

// Param is one parameter of Bind: Raw nil is NULL.
type Param struct {
	Raw    []byte
	Binary bool
}

// Notification is one NOTIFY to deliver.
type Notification struct {
	PID     int32
	Channel string
	Payload string
	tenant  types.OID // whose channels it is of; 0: of who is not bound to namespaces
}

// CheckText refuses text that no statement may contain: invalid UTF-8 (22021).
// NUL cannot occur, the protocol ends strings with it.
func CheckText(s string) error {
	if utf8.ValidString(s) {
		return nil
	}
	for i, r := range s {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				return sqlerr.New(sqlerr.CharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\": 0x%02x", s[i])
			}
		}
	}
	return nil
}
