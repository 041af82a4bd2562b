package parse

import (
	"fmt"
	"reflect"
	"strings"

	"synapse/planner/ast"
)

// dump writes a tree as (Type field:value …), leaving out zero fields, unknown
// positions and spans. Known positions are written Type@n when pos is set.
func dump(node any, pos bool) string {
	var b strings.Builder
	dumpValue(&b, reflect.ValueOf(node), pos)
	return b.String()
}

func dumpValue(b *strings.Builder, v reflect.Value, pos bool) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			b.WriteString("nil")
			return
		}
		dumpValue(b, v.Elem(), pos)
	case reflect.Slice:
		b.WriteString("[")
		for i := range v.Len() {
			if i > 0 {
				b.WriteString(" ")
			}
			dumpValue(b, v.Index(i), pos)
		}
		b.WriteString("]")
	case reflect.Struct:
		dumpStruct(b, v, pos)
	case reflect.String:
		fmt.Fprintf(b, "%q", v.String())
	default:
		fmt.Fprint(b, v.Interface())
	}
}

func dumpStruct(b *strings.Builder, v reflect.Value, pos bool) {
	if op, ok := v.Interface().(ast.Operator); ok {
		b.WriteString(strings.TrimPrefix(op.Schema+"."+op.Name, "."))
		return
	}
	b.WriteString("(" + v.Type().Name())
	for i := range v.NumField() {
		f, name := v.Field(i), v.Type().Field(i).Name
		switch {
		case name == "Position":
			if at := f.Int(); pos && at >= 0 {
				fmt.Fprintf(b, "@%d", at)
			}
		case !pos && f.Type() == reflect.TypeFor[ast.Position]():
		case f.IsZero(), name == "Start", name == "End", name == "IntervalPrecision" && f.Int() < 0, name == "Precision" && f.Int() < 0:
		default:
			b.WriteString(" " + name + ":")
			dumpValue(b, f, pos)
		}
	}
	b.WriteString(")")
}
