package textsearch

import (
	"cmp"
	"slices"
	"strings"

	"synapse/catalog/types"
)

// LongWordNotice is what PostgreSQL says of words that are too long to be indexed.
const LongWordNotice = "word is too long to be indexed"

// vectorPositionsMax is how many positions to_tsvector keeps of a lexeme, one less than a tsvector can hold.
const vectorPositionsMax = types.LexemePositionsMax - 1

// word is a lexeme of a document and where it stands.
type word struct {
	lexeme string
	at     int // not above types.LexemePositionMax
}

// Document collects the lexemes of one text or several on end.
type Document struct {
	Config *Config
	// Notice is told of words that are passed over; it may be nil.
	Notice func(message string)

	words []word
	at    int // of the last word; stop words count
}

// Add appends a text and reports whether it had a lexeme.
func (d *Document) Add(text string) bool {
	before := len(d.words)
	Parse(text, func(t Token) bool {
		dict := d.Config.Dictionary(t.Type)
		if len(t.Text) > types.LexemeBytesMax {
			if d.Notice != nil {
				d.Notice(LongWordNotice)
			}
			return true
		}
		if dict == nil {
			return true
		}
		d.at++
		if lexeme, ok := dict.Lexize(t.Text); ok {
			d.words = append(d.words, word{lexeme, min(d.at, types.LexemePositionMax)})
		}
		return true
	})
	return len(d.words) > before
}

// AddApart appends a text that does not go on where the last one ended: no
// phrase reaches from one to the other.
func (d *Document) AddApart(text string) {
	if d.Add(text) {
		d.at++
	}
}

// Vector is the tsvector of the document. Error: 54000.
func (d *Document) Vector() (types.Value, error) {
	slices.SortFunc(d.words, func(a, b word) int {
		if c := strings.Compare(a.lexeme, b.lexeme); c != 0 {
			return c
		}
		return cmp.Compare(a.at, b.at)
	})
	positions := make([]types.Position, 0, len(d.words))
	var list []types.Lexeme
	for _, w := range d.words {
		if n := len(list); n > 0 && list[n-1].Word == w.lexeme {
			l := &list[n-1]
			last := l.Positions[len(l.Positions)-1].At()
			if len(l.Positions) < vectorPositionsMax && last != types.LexemePositionMax && last != w.at {
				positions = append(positions, types.NewPosition(w.at, 0))
				l.Positions = positions[len(positions)-len(l.Positions)-1:]
			}
			continue
		}
		positions = append(positions, types.NewPosition(w.at, 0))
		list = append(list, types.Lexeme{Word: w.lexeme, Positions: positions[len(positions)-1:]})
	}
	return types.NewTSVector(list)
}
