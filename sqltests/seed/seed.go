// Package seed says where the random tests start.
package seed

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
)

// Variable is the environment variable that chooses: a number repeats a run,
// "random" makes up another one each time. Unset, tests are the same from run
// to run: a change is judged by what it does, not by the dice.
const Variable = "SYNAPSE_TEST_SEED"

// Of is the seed of a test, printed if the test fails.
func Of(t testing.TB) uint64 {
	t.Helper()
	value := os.Getenv(Variable)
	n := uint64(1)
	switch value {
	case "":
	case "random":
		n = rand.Uint64()
	default:
		var err error
		if n, err = strconv.ParseUint(value, 10, 64); err != nil {
			t.Fatalf("%s=%q is neither a number nor \"random\"", Variable, value)
		}
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("repeat with %s=%d", Variable, n)
		}
	})
	return n
}

// Rand is a source of random numbers that starts at the test's seed.
func Rand(t testing.TB) *rand.Rand {
	t.Helper()
	return rand.New(rand.NewPCG(Of(t), 1))
}
