package session

import (
	"sync"

	"synapse/planner/parse"
)

// fingerprintsMax bounds the texts whose fingerprint is remembered.
const fingerprintsMax = 4096

// fingerprints remembers the fingerprints of statement texts: clients send the
// same texts again and again, and normalising costs more than a point read.
type fingerprints struct {
	mu     sync.Mutex // guards byText
	byText map[string]uint64
}

// of is the fingerprint of a statement: equal for texts that differ in constants only.
func (f *fingerprints) of(sql string) uint64 {
	f.mu.Lock()
	fp, ok := f.byText[sql]
	f.mu.Unlock()
	if ok {
		return fp
	}
	_, fp = parse.Normalize(sql)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.byText == nil || len(f.byText) >= fingerprintsMax {
		f.byText = make(map[string]uint64, fingerprintsMax)
	}
	if len(sql) <= maxActivityText { // long texts are rarely sent twice
		f.byText[sql] = fp
	}
	return fp
}
