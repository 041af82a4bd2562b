package types

import (
	"bytes"
	"encoding/hex"
	"strconv"
	"strings"
	"testing"
)

// TestBinary compares the binary formats with PostgreSQL's send functions, and reads them back.
func TestBinary(t *testing.T) {
	for _, fx := range readFixtures(t, "binary.tsv") {
		ty := fixtureType(t, fx.cols[0]).NoMod()
		v, err := ParseText(ty, fx.cols[1], nil)
		if err != nil {
			t.Fatalf("binary.tsv:%d: %v", fx.line, err)
		}
		b, err := AppendBinary(nil, ty, v)
		if got := answerOf(hex.EncodeToString(b), err); got != fx.answer() {
			t.Errorf("binary.tsv:%d: %s %q\n got %q\nwant %q", fx.line, fx.cols[0], fx.cols[1], got, fx.answer())
		}
		back, err := ParseBinary(ty, b)
		if err != nil || FormatText(ty, back, nil) != FormatText(ty, v, nil) || Hash(ty, back) != Hash(ty, v) {
			t.Errorf("binary.tsv:%d: %s %q read back as %q, %v", fx.line, fx.cols[0], fx.cols[1], FormatText(ty, back, nil), err)
		}
		for n := range b { // every truncation is an error or another value, never a panic
			_, _ = ParseBinary(ty, b[:n])
		}
	}
}

// TestCompare compares the order with PostgreSQL's, and keys and hashes with the order.
func TestCompare(t *testing.T) {
	for _, fx := range readFixtures(t, "compare.tsv") {
		ty := fixtureType(t, fx.cols[0])
		a, errA := ParseText(ty, fx.cols[1], nil)
		b, errB := ParseText(ty, fx.cols[2], nil)
		if errA != nil || errB != nil {
			t.Fatalf("compare.tsv:%d: %v %v", fx.line, errA, errB)
		}
		c := Compare(ty, a, b)
		if got := "=" + strconv.Itoa(c); got != fx.answer() {
			t.Errorf("compare.tsv:%d: %s %q %q: got %s, want %s", fx.line, fx.cols[0], fx.cols[1], fx.cols[2], got, fx.answer())
		}
		checkKeyAndHash(t, ty, a, b)
	}
}

// checkKeyAndHash holds AppendKey and Hash against Compare.
func checkKeyAndHash(t *testing.T, ty Type, a, b Value) {
	t.Helper()
	c := Compare(ty, a, b)
	ka, kb := AppendKey(nil, ty, a), AppendKey(nil, ty, b)
	if k := bytes.Compare(ka, kb); k != c {
		t.Errorf("%s: Compare(%q, %q) = %d but keys compare %d: %x %x", FormatType(ty), FormatText(ty, a, nil), FormatText(ty, b, nil), c, k, ka, kb)
	}
	if c != 0 && (bytes.HasPrefix(ka, kb) || bytes.HasPrefix(kb, ka)) {
		t.Errorf("%s: a key is a prefix of another: %x %x", FormatType(ty), ka, kb)
	}
	if c == 0 && Hash(ty, a) != Hash(ty, b) {
		t.Errorf("%s: %q and %q are equal but hash apart", FormatType(ty), FormatText(ty, a, nil), FormatText(ty, b, nil))
	}
}

// TestNumericArithmetic compares results and their scales with PostgreSQL's.
func TestNumericArithmetic(t *testing.T) {
	for _, fx := range readFixtures(t, "numeric.tsv") {
		a, err := ParseText(Numeric, fx.cols[1], nil)
		if err != nil {
			t.Fatal(err)
		}
		r, err := evalNumeric(fx.cols[0], DecimalOf(a), fx.cols[2])
		text := ""
		if err == nil {
			var v Value
			if v, err = r.Value(); err == nil {
				text = FormatText(Numeric, v, nil)
				if strings.HasSuffix(fx.cols[0], "scale") && fx.cols[0] != "trim_scale" && DecimalOf(a).form != finite {
					text = "<null>" // the SQL functions' business
				}
			}
		}
		if got := answerOf(text, err); got != fx.answer() {
			t.Errorf("numeric.tsv:%d: %s(%s, %s)\n got %q\nwant %q", fx.line, fx.cols[0], fx.cols[1], fx.cols[2], got, fx.answer())
		}
	}
}

func evalNumeric(op string, a Decimal, arg string) (Decimal, error) {
	var b Decimal
	n := 0
	if arg != "" {
		v, err := ParseText(Numeric, arg, nil)
		if err != nil {
			return b, err
		}
		b = DecimalOf(v)
		n, _ = strconv.Atoi(arg)
	}
	switch op {
	case "+":
		return a.Add(b), nil
	case "-":
		return a.Sub(b), nil
	case "*":
		return a.Mul(b), nil
	case "/":
		return a.Div(b)
	case "%", "mod":
		return a.Mod(b)
	case "div":
		return a.DivInt(b)
	case "power":
		return a.Power(b)
	case "round":
		return a.Round(n), nil
	case "trunc":
		return a.Trunc(n), nil
	case "sqrt":
		return a.Sqrt()
	case "exp":
		return a.Exp()
	case "ln":
		return a.Ln()
	case "log":
		if arg == "" {
			return a.Log(DecimalFromInt64(10))
		}
		return b.Log(a) // log(base, x)
	case "floor":
		return a.Floor(), nil
	case "ceil":
		return a.Ceil(), nil
	case "abs":
		return a.Abs(), nil
	case "sign":
		if a.IsNaN() {
			return a, nil
		}
		return DecimalFromInt64(int64(a.Sign())), nil
	case "trim_scale":
		return a.TrimScale(), nil
	case "scale":
		return DecimalFromInt64(int64(a.Scale())), nil
	}
	return DecimalFromInt64(int64(a.MinScale())), nil
}
