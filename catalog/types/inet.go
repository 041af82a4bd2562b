package types

import (
	"net/netip"
	"strconv"
	"strings"

	"synapse/catalog/sqlerr"
)

// The payload of inet and cidr is PostgreSQL's binary format: byte family (2 or
// 3), byte prefix length, byte 1 for cidr, byte address length, the address.
const (
	inetHeaderBytes = 4
	inetFamily4     = 2
	inetFamily6     = 3
)

func newInet(p netip.Prefix, cidr bool) Value {
	a := p.Addr().AsSlice()
	b := []byte{inetFamily4, byte(p.Bits()), 0, byte(len(a))}
	if len(a) == 16 {
		b[0] = inetFamily6
	}
	if cidr {
		b[2] = 1
	}
	return NewBytes(append(b, a...))
}

// parseInet reads an address with an optional prefix length. cidr also takes
// networks with the trailing octets left out. Error: 22P02.
func parseInet(s string, cidr bool) (Value, error) {
	name := "inet"
	if cidr {
		name = "cidr"
	}
	addr, bitsText, hasBits := strings.Cut(s, "/")
	if cidr && !strings.Contains(addr, ":") {
		given := strings.Count(addr, ".") + 1
		if !hasBits && given < 4 {
			bitsText, hasBits = strconv.Itoa(8*given), true
		}
		addr += strings.Repeat(".0", max(0, 4-given))
	}
	a, err := netip.ParseAddr(addr)
	if err != nil || a.Zone() != "" {
		return Null, badSyntax(name, s)
	}
	bits := a.BitLen()
	if hasBits {
		bits, err = strconv.Atoi(bitsText)
		if err != nil || bits < 0 || bits > a.BitLen() || bitsText[0] == '+' {
			return Null, badSyntax(name, s)
		}
	}
	p := netip.PrefixFrom(a, bits)
	if cidr && p.Masked().Addr() != a {
		return Null, sqlerr.New(sqlerr.InvalidTextRepresentation, "invalid cidr value: \"%s\"", s).
			WithDetail("Value has bits set to right of mask.")
	}
	return newInet(p, cidr), nil
}

// inetPrefix decodes the payload; the zero Prefix for a torn one.
func inetPrefix(v Value) netip.Prefix {
	if len(v.s) < inetHeaderBytes {
		return netip.Prefix{}
	}
	a, ok := netip.AddrFromSlice([]byte(v.s[inetHeaderBytes:]))
	if !ok {
		return netip.Prefix{}
	}
	return netip.PrefixFrom(a, int(v.s[1]))
}

func appendInet(dst []byte, v Value, cidr bool) []byte {
	p := inetPrefix(v)
	dst = p.Addr().AppendTo(dst)
	if cidr || p.Bits() != p.Addr().BitLen() {
		dst = append(dst, '/')
		dst = strconv.AppendInt(dst, int64(p.Bits()), 10)
	}
	return dst
}

// compareInet orders by family, common network bits, prefix length, address:
// the order of the keys below.
func compareInet(a, b Value) int {
	var x, y [160]byte
	return strings.Compare(string(appendInetKey(x[:0], a)), string(appendInetKey(y[:0], b)))
}

// appendInetKey writes each network bit as 1 or 2 and ends them with 0, so that
// a network sorts before all that it contains.
func appendInetKey(dst []byte, v Value) []byte {
	if len(v.s) < inetHeaderBytes {
		return append(dst, keyEnd)
	}
	dst = append(dst, v.s[0])
	addr := v.s[inetHeaderBytes:]
	for i := 0; i < int(v.s[1]) && i/8 < len(addr); i++ {
		dst = append(dst, 1+addr[i/8]>>(7-i%8)&1)
	}
	dst = append(dst, keyEnd)
	return append(dst, addr...)
}

const macaddrBytes = 6

// parseMacaddr reads six bytes in any of the separators PostgreSQL takes. Error: 22P02.
func parseMacaddr(s string) (Value, error) {
	t := trimSpace(s)
	groups := 0 // digits per group: 2, 4, 6 or 12
	if i := strings.IndexAny(t, ":-."); i >= 0 {
		groups = i
		sep := t[i]
		if (groups != 2 && groups != 4 && groups != 6) || (sep == '.' && groups != 4) {
			return Null, badSyntax("macaddr", s)
		}
		for at := groups; at < len(t); at += groups + 1 {
			if t[at] != sep {
				return Null, badSyntax("macaddr", s)
			}
		}
		t = strings.ReplaceAll(t, string(sep), "")
	}
	if len(t) != 2*macaddrBytes {
		return Null, badSyntax("macaddr", s)
	}
	out := make([]byte, macaddrBytes)
	for i := range out {
		hi, lo := unhex(t[2*i]), unhex(t[2*i+1])
		if hi < 0 || lo < 0 {
			return Null, badSyntax("macaddr", s)
		}
		out[i] = byte(hi<<4 | lo)
	}
	return NewBytes(out), nil
}

func appendMacaddr(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if i > 0 {
			dst = append(dst, ':')
		}
		dst = append(dst, hexDigits[s[i]>>4], hexDigits[s[i]&15])
	}
	return dst
}
