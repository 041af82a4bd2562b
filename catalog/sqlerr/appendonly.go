package sqlerr

// AppendOnly is 55000 for a change (its verb) of a table to which rows are only added.
func AppendOnly(verb, table string) *Error {
	return New(ObjectNotInPrerequisiteState, "cannot %s table \"%s\": it is append-only", verb, table).
		WithDetail("Its rows can be added (INSERT) and read; retention and erasure remove them.").
		WithHint("Write a new row that says what has changed.")
}
