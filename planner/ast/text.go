package ast

import "strconv"

// String returns the constant's value without quotes: "NULL", "true", "12".
func (c *Const) String() string {
	switch c.Kind {
	case ConstNull:
		return "NULL"
	case ConstBool:
		return strconv.FormatBool(c.Bool)
	case ConstInt:
		return strconv.FormatInt(c.Int, 10)
	default:
		return c.Text
	}
}
