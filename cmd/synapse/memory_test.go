package main

import "testing"

func TestParseMemory(t *testing.T) {
	machine, err := machineMemory()
	if err != nil || machine == 0 {
		t.Fatal(machine, err)
	}
	for text, want := range map[string]int64{
		"": 0, "0": 0, "134217728": 128 << 20, "128MB": 128 << 20, "1.5GB": 3 << 29, "2 gb": 2 << 30,
		"100%": int64(machine), "50%": int64(float64(machine) / 100 * 50),
	} {
		if n, err := parseMemory(text); err != nil || n != want {
			t.Errorf("%q is %d, %v; want %d", text, n, err, want)
		}
	}
	for _, text := range []string{"x", "-1GB", "101%", "8XB", "1kB", "NaN", "1e300GB", "9999999TB"} {
		if n, err := parseMemory(text); err == nil {
			t.Errorf("%q is %d", text, n)
		}
	}
}
