package types

import (
	"hash/crc32"
	"math"
	"slices"
	"strings"
	"unicode"
)

// Trigram is three characters, or three bytes of their hash where they are more
// than three bytes long, as pg_trgm keeps them.
type Trigram [3]byte

// WordEdge says that a trigram begins or ends a word.
type WordEdge uint8

// Edges of words, which combine.
const (
	EdgeLeft WordEdge = 1 << iota
	EdgeRight
)

// TrigramRun is the trigrams of a text in order, and which begin or end a word.
func TrigramRun(s string) (list []Trigram, edges []WordEdge) {
	for _, word := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		padded := append(append([]rune("  "), []rune(word)...), ' ')
		for i := 0; i+3 <= len(padded); i++ {
			edge := WordEdge(0)
			if i == 0 {
				edge |= EdgeLeft
			}
			if i+3 == len(padded) {
				edge |= EdgeRight
			}
			list, edges = append(list, compactTrigram(padded[i:i+3])), append(edges, edge)
		}
	}
	return list, edges
}

func compactTrigram(r []rune) Trigram {
	s := string(r)
	if len(s) == 3 {
		return Trigram{s[0], s[1], s[2]}
	}
	// PostgreSQL's "legacy" CRC: the reflected table, walked as if it were not.
	crc := uint32(math.MaxUint32)
	for i := 0; i < len(s); i++ {
		crc = crc32.IEEETable[byte(crc>>24)^s[i]] ^ crc<<8
	}
	crc = ^crc
	return Trigram{byte(crc), byte(crc >> 8), byte(crc >> 16)}
}

// CompareTrigrams orders by bytes.
func CompareTrigrams(a, b Trigram) int {
	for i := range a {
		if a[i] != b[i] {
			return int(a[i]) - int(b[i])
		}
	}
	return 0
}

// TrigramsOf is the set of a text's trigrams, sorted.
func TrigramsOf(s string) []Trigram {
	list, _ := TrigramRun(s)
	slices.SortFunc(list, CompareTrigrams)
	return slices.Compact(list)
}

// TrigramsOfPattern is a set of trigrams that every text has which the LIKE
// pattern matches, sorted; empty where the pattern says too little.
func TrigramsOfPattern(pattern string) []Trigram {
	var out []Trigram
	for _, part := range patternParts(pattern) {
		padded := part.runes
		if part.left {
			padded = append([]rune("  "), padded...)
		}
		if part.right {
			padded = append(padded[:len(padded):len(padded)], ' ')
		}
		for i := 0; i+3 <= len(padded); i++ {
			out = append(out, compactTrigram(padded[i:i+3]))
		}
	}
	slices.SortFunc(out, CompareTrigrams)
	return slices.Compact(out)
}

// wordPart is a run of letters and digits of a pattern; left and right tell
// whether it is known to begin and end a word.
type wordPart struct {
	runes       []rune
	left, right bool
}

func patternParts(pattern string) []wordPart {
	var out []wordPart
	part := wordPart{left: true}
	end := func(known bool) {
		if len(part.runes) > 0 {
			part.right = known
			out = append(out, part)
		}
		part = wordPart{left: known}
	}
	runes := []rune(strings.ToLower(pattern))
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		if r == '\\' && i+1 < len(runes) {
			i++
			r = runes[i]
		} else if r == '%' || r == '_' {
			end(false)
			continue
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			part.runes = append(part.runes, r)
		} else {
			end(true)
		}
	}
	end(true)
	return out
}
