package plpgsql

import (
	_ "embed"
	"strings"
	"sync"
)

// conditionNames lists the condition names of PostgreSQL's appendix A with their SQLSTATEs.
//
//go:embed conditions.tsv
var conditionNames string

var conditions = sync.OnceValue(func() map[string][]string {
	out := map[string][]string{}
	for _, line := range strings.Split(strings.TrimSpace(conditionNames), "\n") {
		name, code, _ := strings.Cut(line, "\t")
		out[name] = append(out[name], code)
	}
	return out
})

// ConditionCodes are the SQLSTATEs that a condition name stands for; nil if there is no such name.
func ConditionCodes(name string) []string { return conditions()[name] }

// isSQLState reports whether a text is five digits and capitals.
func isSQLState(code string) bool {
	if len(code) != 5 {
		return false
	}
	for _, c := range code {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}
