package builtin

import "synapse/catalog/types"

// OperatorFor returns the operator with exactly these operand types (left 0
// for a prefix operator), nil if none. Overload resolution is the binder's.
func OperatorFor(name string, left, right types.OID) *Operator {
	for _, op := range operators[name] {
		if op.Left == left && op.Right == right {
			return op
		}
	}
	return nil
}

// FunctionFor returns the function with exactly these declared argument types, nil if none.
func FunctionFor(name string, args ...types.OID) *Function {
next:
	for _, f := range functions[name] {
		if len(f.Args) != len(args) {
			continue
		}
		for i, a := range args {
			if f.Args[i] != a {
				continue next
			}
		}
		return f
	}
	return nil
}

// Equality returns the = operator of a type's default ordering, nil if it has none.
func Equality(t types.OID) *Operator { return comparison("=", t) }

// Less returns the < operator of a type's default ordering, nil if it has none.
func Less(t types.OID) *Operator {
	if types.Of(t).Kind() == types.KindHstore {
		return OperatorFor("#<#", types.OIDHstore, types.OIDHstore)
	}
	return comparison("<", t)
}

// comparison looks for an operator of the type's own, then for that of the
// type it is binary coercible to (varchar → text), then for the polymorphic one.
func comparison(name string, t types.OID) *Operator {
	t = types.Of(t).Base().OID
	if op := OperatorFor(name, t, t); op != nil {
		return op
	}
	switch types.Of(t).Kind() {
	case types.KindText:
		return OperatorFor(name, types.OIDText, types.OIDText)
	case types.KindOID:
		return OperatorFor(name, types.OIDOID, types.OIDOID)
	case types.KindEnum:
		return OperatorFor(name, types.OIDAnyEnum, types.OIDAnyEnum)
	case types.KindArray:
		return OperatorFor(name, types.OIDAnyArray, types.OIDAnyArray)
	case types.KindRange:
		return OperatorFor(name, types.OIDAnyRange, types.OIDAnyRange)
	case types.KindMultirange:
		return OperatorFor(name, types.OIDAnyMultirange, types.OIDAnyMultirange)
	case types.KindRecord:
		return OperatorFor(name, types.OIDRecord, types.OIDRecord)
	}
	return nil
}
