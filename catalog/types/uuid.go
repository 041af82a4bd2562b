package types

// uuidBytes is the length of a uuid's payload.
const uuidBytes = 16

// parseUUID takes 32 hexadecimal digits with an optional hyphen after any group
// of four and optional braces around, as PostgreSQL does. Error: 22P02.
func parseUUID(s string) (Value, error) {
	t := s
	if len(t) >= 2 && t[0] == '{' {
		if t[len(t)-1] != '}' {
			return Null, badSyntax("uuid", s)
		}
		t = t[1 : len(t)-1]
	}
	var out [uuidBytes]byte
	at := 0
	for i := 0; i < uuidBytes; i++ {
		if at+2 > len(t) {
			return Null, badSyntax("uuid", s)
		}
		hi, lo := unhex(t[at]), unhex(t[at+1])
		if hi < 0 || lo < 0 {
			return Null, badSyntax("uuid", s)
		}
		out[i] = byte(hi<<4 | lo)
		at += 2
		if i%2 == 1 && i < uuidBytes-1 && at < len(t) && t[at] == '-' {
			at++
		}
	}
	if at != len(t) {
		return Null, badSyntax("uuid", s)
	}
	return NewString(string(out[:])), nil
}

func appendUUID(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			dst = append(dst, '-')
		}
		dst = append(dst, hexDigits[s[i]>>4], hexDigits[s[i]&15])
	}
	return dst
}
