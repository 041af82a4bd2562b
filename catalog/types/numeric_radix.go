package types

import (
	"math/big"
	"strings"
)

// parseNumericRadix reads 0x, 0o and 0b integers; t is s without its sign. Error: 22P02.
func parseNumericRadix(s, t string, neg bool) (Value, error) {
	base := map[byte]int{'x': 16, 'o': 8, 'b': 2}[t[1]|0x20]
	body := strings.TrimPrefix(t[2:], "_")
	if body == "" || body[0] == '_' || body[len(body)-1] == '_' || strings.Contains(body, "__") {
		return Null, badSyntax("numeric", s)
	}
	c, ok := new(big.Int).SetString(strings.ReplaceAll(body, "_", ""), base)
	if !ok || c.Sign() < 0 || body[0] == '+' {
		return Null, badSyntax("numeric", s)
	}
	if neg {
		c.Neg(c)
	}
	return Decimal{}.with(c).Value()
}
