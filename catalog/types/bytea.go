package types

import (
	"synapse/catalog/sqlerr"
)

// parseBytea reads the hex (\x…) and the escape format. Errors: 22023 for a bad
// hex digit, 22P02 for a bad escape.
func parseBytea(s string) (Value, error) {
	if len(s) >= 2 && s[0] == '\\' && s[1] == 'x' {
		return parseByteaHex(s[2:])
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		switch {
		case s[i] != '\\':
			out = append(out, s[i])
			i++
		case i+3 < len(s) && s[i+1] >= '0' && s[i+1] <= '3' && isOctal(s[i+2]) && isOctal(s[i+3]):
			out = append(out, (s[i+1]-'0')<<6|(s[i+2]-'0')<<3|(s[i+3]-'0'))
			i += 4
		case i+1 < len(s) && s[i+1] == '\\':
			out = append(out, '\\')
			i += 2
		default:
			return Null, sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid input syntax for type bytea")
		}
	}
	return NewBytes(out), nil
}

// parseByteaHex skips white space between, not inside, byte pairs.
func parseByteaHex(s string) (Value, error) {
	out := make([]byte, 0, len(s)/2)
	for i := 0; i < len(s); {
		c := s[i]
		if c == ' ' || c == '\n' || c == '\t' || c == '\r' {
			i++
			continue
		}
		hi := unhex(c)
		if hi < 0 {
			return Null, badHexDigit(s[i:])
		}
		if i+1 >= len(s) {
			return Null, sqlerr.New(sqlerr.InvalidParameterValue, "invalid hexadecimal data: odd number of digits")
		}
		lo := unhex(s[i+1])
		if lo < 0 {
			return Null, badHexDigit(s[i+1:])
		}
		out = append(out, byte(hi<<4|lo))
		i += 2
	}
	return NewBytes(out), nil
}

func badHexDigit(s string) error {
	return sqlerr.New(sqlerr.InvalidParameterValue, "invalid hexadecimal digit: \"%s\"", firstRune(s))
}

func appendBytea(dst []byte, s string, output string) []byte {
	if output != "escape" {
		dst = append(dst, '\\', 'x')
		for i := 0; i < len(s); i++ {
			dst = append(dst, hexDigits[s[i]>>4], hexDigits[s[i]&15])
		}
		return dst
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			dst = append(dst, '\\', '\\')
		case c < 0x20 || c > 0x7e:
			dst = append(dst, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}
