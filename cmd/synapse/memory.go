package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// memoryMin is the least budget that a server starts with.
const memoryMin = 64 << 20

// parseMemory reads --memory: bytes, with a unit (kB, MB, GB, TB, powers of 1024
// as PostgreSQL's), or a percentage of the machine's memory or of its cgroup's
// limit, whichever is less; 0 or empty: no budget.
func parseMemory(text string) (int64, error) {
	text = strings.TrimSpace(text)
	if text == "" || text == "0" {
		return 0, nil
	}
	bad := fmt.Errorf("--memory must be a size like 8GB or 70%%, not %q", text)
	digits := strings.TrimRight(text, "%kKmMgGtTbB ")
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil || n <= 0 || n > 1<<53 {
		return 0, bad
	}
	var bytes int64
	switch unit := strings.TrimSpace(text[len(digits):]); strings.ToLower(unit) {
	case "%":
		if n > 100 {
			return 0, bad
		}
		machine, err := machineMemory()
		if err != nil {
			return 0, err
		}
		bytes = int64(float64(machine) / 100 * n)
	case "", "b":
		bytes = int64(n)
	default:
		shift, ok := map[string]int{"kb": 10, "mb": 20, "gb": 30, "tb": 40}[strings.ToLower(unit)]
		if !ok || n > float64(int64(1)<<(62-shift)) {
			return 0, bad
		}
		bytes = int64(n * float64(int64(1)<<shift))
	}
	if bytes < memoryMin {
		return 0, fmt.Errorf("--memory must be at least %d MB", memoryMin>>20)
	}
	return bytes, nil
}

// machineMemory is the memory of the machine, or the cgroup's limit where that is less.
func machineMemory() (uint64, error) {
	machine, err := memlimit.FromSystem()
	if err != nil || machine == 0 {
		return 0, fmt.Errorf("the machine's memory is not known, give --memory a size: %w", err)
	}
	if group, err := memlimit.FromCgroup(); err == nil && group > 0 { // else there is none, or no limit
		machine = min(machine, group)
	}
	return machine, nil
}
