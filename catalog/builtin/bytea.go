package builtin

import (
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

func trimBytes(left, right bool) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		s, set := a[0].Str(), a[1].Str()
		for left && s != "" && strings.IndexByte(set, s[0]) >= 0 {
			s = s[1:]
		}
		for right && s != "" && strings.IndexByte(set, s[len(s)-1]) >= 0 {
			s = s[:len(s)-1]
		}
		return types.NewString(s), nil
	}
}

// base64LineBytes is where encode(…, 'base64') breaks lines (RFC 2045).
const base64LineBytes = 76

func encode(data, format string) (string, error) {
	switch strings.ToLower(format) {
	case "hex":
		return hex.EncodeToString([]byte(data)), nil
	case "base64":
		s := base64.StdEncoding.EncodeToString([]byte(data))
		var b strings.Builder
		for len(s) > base64LineBytes {
			b.WriteString(s[:base64LineBytes] + "\n")
			s = s[base64LineBytes:]
		}
		return b.String() + s, nil
	case "escape":
		var b strings.Builder
		for i := 0; i < len(data); i++ {
			switch c := data[i]; {
			case c == 0 || c >= 0x80:
				fmt.Fprintf(&b, `\%03o`, c)
			case c == '\\':
				b.WriteString(`\\`)
			default:
				b.WriteByte(c)
			}
		}
		return b.String(), nil
	}
	return "", unknownEncoding(format)
}

func unknownEncoding(format string) error {
	return sqlerr.New(sqlerr.InvalidParameterValue, "unrecognized encoding: \"%s\"", format)
}

func decode(text, format string) (string, error) {
	switch strings.ToLower(format) {
	case "hex":
		return decodeHex(text)
	case "base64":
		return decodeBase64(text)
	case "escape":
		return decodeEscape(text)
	}
	return "", unknownEncoding(format)
}

func decodeHex(text string) (string, error) {
	s := stripSpace(text)
	for i := 0; i < len(s); i++ {
		if _, err := strconv.ParseUint(s[i:i+1], 16, 8); err != nil {
			return "", sqlerr.New(sqlerr.InvalidParameterValue, "invalid hexadecimal digit: \"%s\"", s[i:i+width(s[i:], true)])
		}
	}
	b, err := hex.DecodeString(s)
	if err != nil {
		return "", sqlerr.New(sqlerr.InvalidParameterValue, "invalid hexadecimal data: odd number of digits")
	}
	return string(b), nil
}

func stripSpace(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '\n' || r == '\t' || r == '\r' {
			return -1
		}
		return r
	}, s)
}

func decodeBase64(text string) (string, error) {
	s := stripSpace(text)
	b, err := base64.StdEncoding.DecodeString(s)
	if err == nil {
		return string(b), nil
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; !isLetter(c) && !isDigitByte(c) && c != '+' && c != '/' && c != '=' {
			return "", sqlerr.New(sqlerr.InvalidParameterValue, "invalid symbol \"%s\" found while decoding base64 sequence", s[i:i+width(s[i:], true)])
		}
	}
	return "", sqlerr.New(sqlerr.InvalidParameterValue, "invalid base64 end sequence").
		WithHint("Input data is missing padding, is truncated, or is otherwise corrupted.")
}

func decodeEscape(s string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		if strings.HasPrefix(s[i:], `\\`) {
			b.WriteByte('\\')
			i++
			continue
		}
		if i+3 >= len(s) {
			return "", sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid input syntax for type bytea")
		}
		n, err := strconv.ParseUint(s[i+1:i+4], 8, 8)
		if err != nil {
			return "", sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid input syntax for type bytea")
		}
		b.WriteByte(byte(n))
		i += 3
	}
	return b.String(), nil
}

// unitIndex checks an index into bytes or bits.
func unitIndex(i, n int64) error {
	if i < 0 || i >= n {
		return sqlerr.New(sqlerr.ArraySubscriptError, "index %d out of valid range, 0..%d", i, n-1)
	}
	return nil
}

func getByte(s string, i int64) (int64, error) {
	if err := unitIndex(i, int64(len(s))); err != nil {
		return 0, err
	}
	return int64(s[i]), nil
}

func getBit(s string, i int64) (int64, error) {
	if err := unitIndex(i, 8*int64(len(s))); err != nil {
		return 0, err
	}
	return int64(s[i/8] >> (i % 8) & 1), nil
}

func setByte(_ *Call, a []types.Value) (types.Value, error) {
	b, i := []byte(a[0].Str()), a[1].Int()
	if err := unitIndex(i, int64(len(b))); err != nil {
		return types.Null, err
	}
	b[i] = byte(a[2].Int())
	return types.NewBytes(b), nil
}

func setBit(_ *Call, a []types.Value) (types.Value, error) {
	b, i, bit := []byte(a[0].Str()), a[1].Int(), a[2].Int()
	if err := unitIndex(i, 8*int64(len(b))); err != nil {
		return types.Null, err
	}
	if bit != 0 && bit != 1 {
		return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "new bit must be 0 or 1")
	}
	b[i/8] = b[i/8]&^(1<<(i%8)) | byte(bit)<<(i%8)
	return types.NewBytes(b), nil
}

func init() {
	sum := func(fn func(string) []byte) body {
		return str1(func(s string) string { return string(fn(s)) })
	}
	addAll(str1(func(s string) string { h := md5.Sum([]byte(s)); return hex.EncodeToString(h[:]) }), "md5(text)", "md5(bytea)")
	add("sha224(bytea)", sum(func(s string) []byte { h := sha256.Sum224([]byte(s)); return h[:] }))
	add("sha256(bytea)", sum(func(s string) []byte { h := sha256.Sum256([]byte(s)); return h[:] }))
	add("sha384(bytea)", sum(func(s string) []byte { h := sha512.Sum384([]byte(s)); return h[:] }))
	add("sha512(bytea)", sum(func(s string) []byte { h := sha512.Sum512([]byte(s)); return h[:] }))
	add("encode(bytea,text)", lift2(types.Value.Str, types.Value.Str, types.NewString, encode))
	add("decode(text,text)", lift2(types.Value.Str, types.Value.Str, types.NewString, decode))
	add("to_hex(int4)", lift1(types.Value.Int, types.NewString, func(n int64) (string, error) { return strconv.FormatUint(uint64(uint32(n)), 16), nil }))
	add("to_hex(int8)", lift1(types.Value.Int, types.NewString, func(n int64) (string, error) { return strconv.FormatUint(uint64(n), 16), nil }))
	add("get_byte(bytea,int4)", lift2(types.Value.Str, types.Value.Int, types.NewInt, getByte))
	add("get_bit(bytea,int8)", lift2(types.Value.Str, types.Value.Int, types.NewInt, getBit))
	add("set_byte(bytea,int4,int4)", setByte)
	add("set_bit(bytea,int8,int4)", setBit)
	add("bit_count(bytea)", strInt(onesIn))
	add("position(bytea,bytea)", lift2(types.Value.Str, types.Value.Str, types.NewInt, func(s, sub string) (int64, error) { return int64(strings.Index(s, sub)) + 1, nil }))
	add("convert_from(bytea,name)", lift2(types.Value.Str, types.Value.Str, types.NewString, func(s, encoding string) (string, error) {
		if isLatin1(encoding) {
			return latin1ToUTF8(s)
		}
		if err := onlyUTF8(encoding); err != nil {
			return "", err
		}
		if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
			return "", sqlerr.New(sqlerr.CharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\"")
		}
		return s, nil
	}))
	add("convert_to(text,name)", lift2(types.Value.Str, types.Value.Str, types.NewString, func(s, encoding string) (string, error) {
		if isLatin1(encoding) {
			return utf8ToLatin1(s)
		}
		return s, onlyUTF8(encoding)
	}))
}

func isLatin1(encoding string) bool {
	switch strings.ToUpper(strings.NewReplacer("-", "", "_", "").Replace(encoding)) {
	case "LATIN1", "ISO88591":
		return true
	}
	return false
}

func latin1ToUTF8(s string) (string, error) {
	out := make([]rune, len(s))
	for i := range len(s) {
		if s[i] == 0 {
			return "", sqlerr.New(sqlerr.CharacterNotInRepertoire, "invalid byte sequence for encoding \"LATIN1\": 0x00")
		}
		out[i] = rune(s[i])
	}
	return string(out), nil
}

func utf8ToLatin1(s string) (string, error) {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xff {
			return "", sqlerr.New(sqlerr.UntranslatableCharacter,
				"character with byte sequence %s in encoding \"UTF8\" has no equivalent in encoding \"LATIN1\"", byteSequence(string(r)))
		}
		out = append(out, byte(r))
	}
	return string(out), nil
}

// byteSequence shows bytes as PostgreSQL's encoding errors do: 0xe2 0x82 0xac.
func byteSequence(s string) string {
	list := make([]string, len(s))
	for i := range len(s) {
		list[i] = fmt.Sprintf("0x%02x", s[i])
	}
	return strings.Join(list, " ")
}

func onlyUTF8(encoding string) error {
	switch strings.ToUpper(strings.NewReplacer("-", "", "_", "").Replace(encoding)) {
	case "UTF8", "UNICODE", "SQLASCII":
		return nil
	}
	return sqlerr.Unsupported("encoding \""+encoding+"\"", "Synapse converts from and to UTF8 and LATIN1 only.")
}
