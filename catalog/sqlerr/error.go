package sqlerr

import (
	"errors"
	"fmt"
)

// Severity is the wire's severity word.
type Severity string

// Severities of ErrorResponse and NoticeResponse.
const (
	SeverityError   Severity = "ERROR"
	SeverityFatal   Severity = "FATAL"
	SeverityPanic   Severity = "PANIC"
	SeverityWarning Severity = "WARNING"
	SeverityNotice  Severity = "NOTICE"
	SeverityInfo    Severity = "INFO"
	SeverityLog     Severity = "LOG"
	SeverityDebug   Severity = "DEBUG"
)

// Error is what the client sees: PostgreSQL's error fields. It is built once,
// then treated as immutable except through the With methods, which return the
// same pointer so that they chain at the place of birth.
type Error struct {
	Severity Severity
	Code     Code
	Message  string
	Detail   string
	Hint     string
	Where    string
	Position int // 1-based character (rune) offset into the user's text; 0 = none
	// InternalQuery is the text inside a function that failed, and InternalPosition
	// the place in it, as Position; "" and 0 where there is none.
	InternalQuery    string
	InternalPosition int
	Schema           string
	Table            string
	Column           string
	DataType         string
	Constraint       string

	cause error
}

// New makes an ERROR with a formatted message.
func New(code Code, format string, args ...any) *Error {
	msg := format
	if len(args) > 0 {
		msg = fmt.Sprintf(format, args...)
	}
	return &Error{Severity: SeverityError, Code: code, Message: msg}
}

// Unsupported is 0A000 for a thing Synapse does not do; hint says what to use instead (may be empty).
func Unsupported(what, hint string) *Error {
	if hint == "" {
		hint = insteadOf(what)
	}
	return &Error{Severity: SeverityError, Code: FeatureNotSupported, Message: what + " is not supported", Hint: hint}
}

// Internal is XX000: an invariant of ours did not hold.
func Internal(format string, args ...any) *Error {
	return New(InternalError, "internal error: "+format, args...)
}

// Notice makes a NOTICE to be sent beside a successful result.
func Notice(format string, args ...any) *Error {
	e := New(SuccessfulCompletion, format, args...)
	e.Severity = SeverityNotice
	return e
}

// Warningf makes a WARNING with the given code.
func Warningf(code Code, format string, args ...any) *Error {
	e := New(code, format, args...)
	e.Severity = SeverityWarning
	return e
}

// Error implements error: "message (SQLSTATE code)".
func (e *Error) Error() string { return e.Message + " (SQLSTATE " + string(e.Code) + ")" }

// Unwrap returns the cause given to Wrap.
func (e *Error) Unwrap() error { return e.cause }

// WithDetail sets the DETAIL field.
func (e *Error) WithDetail(format string, args ...any) *Error {
	e.Detail = fmt.Sprintf(format, args...)
	return e
}

// WithHint sets the HINT field.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// At sets the position: a 1-based character offset; a value < 1 leaves it unset.
func (e *Error) At(position int) *Error {
	if position > 0 && e.Position == 0 {
		e.Position = position
	}
	return e
}

// On sets the schema, table, column and constraint fields; empty ones stay.
func (e *Error) On(schema, table, column, constraint string) *Error {
	if schema != "" {
		e.Schema = schema
	}
	if table != "" {
		e.Table = table
	}
	if column != "" {
		e.Column = column
	}
	if constraint != "" {
		e.Constraint = constraint
	}
	return e
}

// OnType sets the data type field.
func (e *Error) OnType(name string) *Error { e.DataType = name; return e }

// In sets the context line (WHERE field of the wire, "CONTEXT:" in psql).
func (e *Error) In(format string, args ...any) *Error {
	e.Where = fmt.Sprintf(format, args...)
	return e
}

// Fatal raises the severity: the connection ends after it.
func (e *Error) Fatal() *Error { e.Severity = SeverityFatal; return e }

// Wrap keeps cause for errors.Is and the server's log; the client sees only the fields.
func (e *Error) Wrap(cause error) *Error { e.cause = cause; return e }

// From finds the *Error in err's chain, or wraps err as XX000.
func From(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return New(InternalError, "%s", err.Error()).Wrap(err)
}

// CodeOf returns the SQLSTATE of err: "" for nil, XX000 for an error without one.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	return From(err).Code
}

// Is reports whether err carries the code.
func Is(err error, code Code) bool { return err != nil && CodeOf(err) == code }
