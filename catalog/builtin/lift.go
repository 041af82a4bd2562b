package builtin

import (
	"math"
	"unicode/utf8"

	"synapse/catalog/types"
)

// The lifters turn plain Go functions over payloads into bodies. The letters
// name operands and result: i the integer payload, f the float, s the string,
// b a bool.

func lift1[A, R any](in func(types.Value) A, out func(R) types.Value, fn func(A) (R, error)) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		r, err := fn(in(a[0]))
		if err != nil {
			return types.Null, err
		}
		return out(r), nil
	}
}

func lift2[A, B, R any](in1 func(types.Value) A, in2 func(types.Value) B, out func(R) types.Value, fn func(A, B) (R, error)) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		r, err := fn(in1(a[0]), in2(a[1]))
		if err != nil {
			return types.Null, err
		}
		return out(r), nil
	}
}

func int1(fn func(int64) (int64, error)) body { return lift1(types.Value.Int, types.NewInt, fn) }

func int2(fn func(a, b int64) (int64, error)) body {
	return lift2(types.Value.Int, types.Value.Int, types.NewInt, fn)
}

func float1(fn func(float64) (float64, error)) body {
	return lift1(types.Value.Float, types.NewFloat, fn)
}

func float2(fn func(a, b float64) (float64, error)) body {
	return lift2(types.Value.Float, types.Value.Float, types.NewFloat, fn)
}

// str1 lifts a total function of one string.
func str1(fn func(string) string) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		return types.NewString(fn(a[0].Str())), nil
	}
}

// strBool lifts a predicate of two strings.
func strBool(fn func(a, b string) bool) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		return types.NewBool(fn(a[0].Str(), a[1].Str())), nil
	}
}

// strInt lifts a measure of one string.
func strInt(fn func(string) int) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		return types.NewInt(int64(fn(a[0].Str()))), nil
	}
}

// identity returns its argument: casts between types with equal payloads.
func identity(_ *Call, a []types.Value) (types.Value, error) { return a[0], nil }

// not inverts a predicate.
func not(fn body) body {
	return func(c *Call, a []types.Value) (types.Value, error) {
		v, err := fn(c, a)
		if err != nil || v.IsNull() {
			return v, err
		}
		return types.NewBool(!v.Bool()), nil
	}
}

// swapped exchanges the two arguments.
func swapped(fn body) body {
	return func(c *Call, a []types.Value) (types.Value, error) {
		return fn(c, []types.Value{a[1], a[0]})
	}
}

// addAll binds one body to several signatures.
func addAll(eval body, keys ...string) {
	for _, key := range keys {
		add(key, eval)
	}
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func isInt32(n int64) bool { return n >= math.MinInt32 && n <= math.MaxInt32 }
