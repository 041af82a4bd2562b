package static

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"unicode/utf8"
)

// wordPiece cuts a word greedily into the longest pieces that are known; a word
// that cannot be cut is unknown (Schuster and Nakajima, ICASSP 2012).
type wordPiece struct {
	vocab    map[string]int
	unknown  string
	prefix   string // of pieces that do not begin a word
	maxChars int
	greatest int
}

func newWordPiece(c *component) (*wordPiece, error) {
	m := &wordPiece{unknown: c.Unknown, prefix: c.Prefix, maxChars: c.MaxChars, greatest: -1}
	if err := json.Unmarshal(c.Vocab, &m.vocab); err != nil {
		return nil, fmt.Errorf("the vocabulary of WordPiece: %w", err)
	}
	if m.maxChars <= 0 {
		m.maxChars = 100
	}
	for piece, id := range m.vocab {
		if id < 0 {
			return nil, fmt.Errorf("token %q has the id %d", piece, id)
		}
		m.greatest = max(m.greatest, id)
	}
	return m, nil
}

func (m *wordPiece) size() int { return m.greatest + 1 }

func (m *wordPiece) encode(word string) []int {
	if utf8.RuneCountInString(word) > m.maxChars {
		return nil
	}
	var out []int
	for start := 0; start < len(word); {
		id, end := -1, len(word)
		for ; end > start; end-- {
			if end < len(word) && !utf8.RuneStart(word[end]) {
				continue
			}
			piece := word[start:end]
			if start > 0 {
				piece = m.prefix + piece
			}
			if known, ok := m.vocab[piece]; ok && piece != m.unknown {
				id = known
				break
			}
		}
		if id < 0 {
			return nil
		}
		out, start = append(out, id), end
	}
	return out
}

// unigram cuts a word into the pieces whose scores, logarithms of probabilities,
// have the greatest sum (Kudo, ACL 2018).
type unigram struct {
	ids     map[string]int
	scores  []float64
	unknown int     // -1: none
	penalty float64 // score of a character that no piece has
	longest int     // bytes of the longest piece
}

// unknownPenalty is how much worse than the worst piece an unknown character is, as in SentencePiece.
const unknownPenalty = 10

func newUnigram(c *component) (*unigram, error) {
	var list [][2]json.RawMessage
	if err := json.Unmarshal(c.Vocab, &list); err != nil {
		return nil, fmt.Errorf("the vocabulary of Unigram: %w", err)
	}
	m := &unigram{ids: make(map[string]int, len(list)), scores: make([]float64, len(list)), unknown: -1}
	if len(list) == 0 {
		return nil, errors.New("the vocabulary of Unigram is empty")
	}
	if c.UnknownID != nil {
		m.unknown = *c.UnknownID
	}
	worst := math.Inf(1)
	for id, entry := range list {
		var piece string
		if err := json.Unmarshal(entry[0], &piece); err != nil {
			return nil, fmt.Errorf("token %d: %w", id, err)
		}
		if err := json.Unmarshal(entry[1], &m.scores[id]); err != nil {
			return nil, fmt.Errorf("token %d: %w", id, err)
		}
		m.ids[piece] = id
		m.longest = max(m.longest, len(piece))
		worst = min(worst, m.scores[id])
	}
	m.penalty = worst - unknownPenalty
	return m, nil
}

func (m *unigram) size() int { return len(m.scores) }

func (m *unigram) encode(word string) []int {
	// best[i] is the best cut of word[:i]: its score, where its last piece starts, and the piece's id.
	type cut struct {
		score float64
		start int
		id    int
	}
	best := make([]cut, len(word)+1)
	for i := 1; i <= len(word); i++ {
		best[i] = cut{math.Inf(-1), 0, -1}
	}
	for start, r := range word {
		from := best[start].score
		whole := false // a piece of one character is known
		width := utf8.RuneLen(r)
		if width < 0 || r == utf8.RuneError {
			_, width = utf8.DecodeRuneInString(word[start:])
		}
		for end := start + width; end <= len(word) && end-start <= m.longest; {
			if id, ok := m.ids[word[start:end]]; ok && id != m.unknown {
				whole = whole || end == start+width
				if s := from + m.scores[id]; s > best[end].score {
					best[end] = cut{s, start, id}
				}
			}
			_, n := utf8.DecodeRuneInString(word[end:])
			if n == 0 {
				break
			}
			end += n
		}
		if end := start + width; !whole && from+m.penalty > best[end].score {
			best[end] = cut{from + m.penalty, start, -1}
		}
	}
	var out []int
	for at := len(word); at > 0; at = best[at].start {
		if best[at].id >= 0 {
			out = append(out, best[at].id)
		}
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}
