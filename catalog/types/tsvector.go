package types

import (
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"synapse/catalog/sqlerr"
)

// Limits of tsvector and tsquery, PostgreSQL's.
const (
	LexemeBytesMax       = 1<<11 - 1 // of a word
	TSVectorBytesMax     = 1<<20 - 1 // of words and positions together
	LexemePositionsMax   = 256
	LexemePositionMax    = 1<<14 - 1 // greater ones count as this
	TSQueryDistanceMax   = 1 << 14
	tsvectorHeaderBytes  = 8 // of PostgreSQL's own representation, which order depends on
	tsvectorEntryBytes   = 4
	tsvectorWeightShift  = 14
	tsvectorOffsetBytes  = 4
	tsvectorWordLenBytes = 2
)

// Position is where a lexeme stood: the number of the word in the lower 14 bits
// (1 to LexemePositionMax), its weight above (0 is D, 3 is A).
type Position uint16

// NewPosition makes a position; too large an at is LexemePositionMax.
func NewPosition(at, weight int) Position {
	return Position(min(at, LexemePositionMax) | weight<<tsvectorWeightShift)
}

// At is the number of the word.
func (p Position) At() int { return int(p & LexemePositionMax) }

// Weight is 0 for D to 3 for A.
func (p Position) Weight() int { return int(p >> tsvectorWeightShift) }

// Lexeme is one word of a tsvector with its positions, ascending.
type Lexeme struct {
	Word      string
	Positions []Position
}

// TSVector reads a tsvector's payload in place: uint32 number of lexemes, the
// uint32 ends of their entries counted from the first one's start, the entries
// (uint16 length of the word, the word, uint16 positions), little endian.
// Words ascend by bytes.
type TSVector struct {
	n    int
	ends string
	data string
}

// AsTSVector reads a tsvector.
func AsTSVector(v Value) TSVector {
	if len(v.s) < tsvectorOffsetBytes {
		return TSVector{}
	}
	n := int(le32(v.s))
	at := tsvectorOffsetBytes * (n + 1)
	return TSVector{n: n, ends: v.s[tsvectorOffsetBytes:at], data: v.s[at:]}
}

// Len is the number of lexemes.
func (t TSVector) Len() int { return t.n }

func (t TSVector) entry(i int) string {
	start := 0
	if i > 0 {
		start = int(le32(t.ends[tsvectorOffsetBytes*(i-1):]))
	}
	return t.data[start:le32(t.ends[tsvectorOffsetBytes*i:])]
}

// Word is the word of a lexeme; it aliases the payload.
func (t TSVector) Word(i int) string {
	e := t.entry(i)
	return e[tsvectorWordLenBytes : tsvectorWordLenBytes+le16(e)]
}

// Positions are those of a lexeme; it aliases the payload.
func (t TSVector) Positions(i int) PositionList {
	e := t.entry(i)
	return PositionList(e[tsvectorWordLenBytes+le16(e):])
}

// PositionList reads the positions of a lexeme in place.
type PositionList string

// Len is the number of positions; 0 where the tsvector holds none.
func (p PositionList) Len() int { return len(p) / 2 }

// At is one position.
func (p PositionList) At(i int) Position { return Position(le16(string(p[2*i:]))) }

func le16(s string) int { return int(s[0]) | int(s[1])<<8 }

// Find is the first lexeme whose word is not below word, and whether it is word.
func (t TSVector) Find(word string) (int, bool) {
	low, high := 0, t.n
	for low < high {
		middle := int(uint(low+high) >> 1)
		if t.Word(middle) < word {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low, low < t.n && t.Word(low) == word
}

// Lexemes copies the tsvector out for editing.
func (t TSVector) Lexemes() []Lexeme {
	out := make([]Lexeme, t.n)
	for i := range out {
		out[i].Word = t.Word(i)
		if p := t.Positions(i); p.Len() > 0 {
			out[i].Positions = make([]Position, p.Len())
			for j := range out[i].Positions {
				out[i].Positions[j] = p.At(j)
			}
		}
	}
	return out
}

// NewTSVector makes a tsvector of lexemes that are in order and distinct. Error:
// 54000 for more than TSVectorBytesMax.
func NewTSVector(lexemes []Lexeme) (Value, error) {
	size, bytes := 0, 0
	for i := range lexemes {
		size = lexemeBytes(size, len(lexemes[i].Word), len(lexemes[i].Positions))
		bytes += tsvectorOffsetBytes + tsvectorWordLenBytes + len(lexemes[i].Word) + 2*len(lexemes[i].Positions)
	}
	if size > TSVectorBytesMax {
		return Null, errTSVectorLong(size)
	}
	b := make([]byte, 0, tsvectorOffsetBytes+bytes)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(lexemes)))
	end := 0
	for i := range lexemes {
		end += tsvectorWordLenBytes + len(lexemes[i].Word) + 2*len(lexemes[i].Positions)
		b = binary.LittleEndian.AppendUint32(b, uint32(end))
	}
	for i := range lexemes {
		b = binary.LittleEndian.AppendUint16(b, uint16(len(lexemes[i].Word)))
		b = append(b, lexemes[i].Word...)
		for _, p := range lexemes[i].Positions {
			b = binary.LittleEndian.AppendUint16(b, uint16(p))
		}
	}
	return NewBytes(b), nil
}

func errTSVectorLong(size int) error {
	return sqlerr.New(sqlerr.ProgramLimitExceeded, "string is too long for tsvector (%d bytes, max %d bytes)", size, TSVectorBytesMax)
}

// lexemeBytes adds a lexeme to the size of PostgreSQL's representation, where positions begin at even bytes.
func lexemeBytes(size, word, positions int) int {
	size += word
	if positions > 0 {
		size = (size+1)&^1 + 2 + 2*positions
	}
	return size
}

// diskBytes is the size of PostgreSQL's representation.
func (t TSVector) diskBytes() int {
	size := 0
	for i := range t.n {
		size = lexemeBytes(size, len(t.Word(i)), t.Positions(i).Len())
	}
	return tsvectorHeaderBytes + tsvectorEntryBytes*t.n + size
}

// SortLexemes puts lexemes in order and joins equal ones: their positions are
// united, of two weights at one position the higher stays.
func SortLexemes(lexemes []Lexeme) []Lexeme {
	QuickSort(lexemes, func(a, b Lexeme) int { return strings.Compare(a.Word, b.Word) })
	out := lexemes[:0]
	for _, l := range lexemes {
		if n := len(out); n > 0 && out[n-1].Word == l.Word {
			out[n-1].Positions = append(out[n-1].Positions, l.Positions...)
			continue
		}
		l.Positions = slices.Clip(l.Positions)
		out = append(out, l)
	}
	for i := range out {
		out[i].Positions = sortPositions(out[i].Positions)
	}
	return out
}

func sortPositions(list []Position) []Position {
	if len(list) <= 1 {
		return list
	}
	QuickSort(list, func(a, b Position) int { return a.At() - b.At() })
	out := list[:1]
	for _, p := range list[1:] {
		last := &out[len(out)-1]
		if p.At() == last.At() {
			*last = NewPosition(p.At(), max(p.Weight(), last.Weight()))
			continue
		}
		out = append(out, p)
		if len(out) == LexemePositionsMax || p.At() == LexemePositionMax {
			break
		}
	}
	return out
}

// compareTSVector is PostgreSQL's order, which is by size first.
func compareTSVector(a, b Value) int {
	x, y := AsTSVector(a), AsTSVector(b)
	if c := cmpInt(int64(x.diskBytes()), int64(y.diskBytes())); c != 0 {
		return c
	}
	if c := cmpInt(int64(x.n), int64(y.n)); c != 0 {
		return c
	}
	for i := range x.n {
		if c := compareLexemes(x, y, i); c != 0 {
			return c
		}
	}
	return 0
}

func compareLexemes(x, y TSVector, i int) int {
	p, q := x.Positions(i), y.Positions(i)
	if (p.Len() > 0) != (q.Len() > 0) {
		return cmpInt(int64(q.Len()), int64(p.Len()))
	}
	if c := strings.Compare(x.Word(i), y.Word(i)); c != 0 {
		return c
	}
	if c := cmpInt(int64(q.Len()), int64(p.Len())); c != 0 {
		return c
	}
	for j := range p.Len() {
		if c := cmpInt(int64(q.At(j).At()), int64(p.At(j).At())); c != 0 {
			return c
		}
		if c := cmpInt(int64(q.At(j).Weight()), int64(p.At(j).Weight())); c != 0 {
			return c
		}
	}
	return 0
}

// appendTSVectorKey mirrors compareTSVector; what sorts downward is inverted.
func appendTSVectorKey(dst []byte, v Value) []byte {
	t := AsTSVector(v)
	dst = binary.BigEndian.AppendUint32(dst, uint32(t.diskBytes()))
	dst = binary.BigEndian.AppendUint32(dst, uint32(t.n))
	for i := range t.n {
		p := t.Positions(i)
		if p.Len() > 0 {
			dst = append(dst, 0)
		} else {
			dst = append(dst, 1)
		}
		dst = appendStringKey(dst, t.Word(i))
		dst = binary.BigEndian.AppendUint16(dst, ^uint16(p.Len()))
		for j := range p.Len() {
			at := p.At(j)
			dst = binary.BigEndian.AppendUint16(dst, ^uint16(at.At()<<2|at.Weight()))
		}
	}
	return dst
}

// appendTSVector is tsvectorout.
func appendTSVector(dst []byte, v Value) []byte {
	t := AsTSVector(v)
	for i := range t.n {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = appendQuotedLexeme(dst, t.Word(i))
		p := t.Positions(i)
		for j := range p.Len() {
			mark := byte(',')
			if j == 0 {
				mark = ':'
			}
			dst = strconv.AppendInt(append(dst, mark), int64(p.At(j).At()), 10)
			if w := p.At(j).Weight(); w > 0 {
				dst = append(dst, "DCBA"[w])
			}
		}
	}
	return dst
}

// appendQuotedLexeme doubles quotes and backslashes.
func appendQuotedLexeme(dst []byte, word string) []byte {
	dst = append(dst, '\'')
	for i := 0; i < len(word); i++ {
		if word[i] == '\'' || word[i] == '\\' {
			dst = append(dst, word[i])
		}
		dst = append(dst, word[i])
	}
	return append(dst, '\'')
}

// appendTSVectorBinary is tsvectorsend: the number of lexemes, then each with its
// word, a zero, the number of positions and the positions.
func appendTSVectorBinary(dst []byte, v Value) []byte {
	t := AsTSVector(v)
	dst = binary.BigEndian.AppendUint32(dst, uint32(t.n))
	for i := range t.n {
		dst = append(append(dst, t.Word(i)...), 0)
		p := t.Positions(i)
		dst = binary.BigEndian.AppendUint16(dst, uint16(p.Len()))
		for j := range p.Len() {
			dst = binary.BigEndian.AppendUint16(dst, uint16(p.At(j)))
		}
	}
	return dst
}

// parseTSVectorBinary is tsvectorrecv.
func parseTSVectorBinary(b []byte) (Value, error) {
	r := byteReader{b: b}
	n := int(r.int32())
	// A lexeme takes three bytes at least: what the message cannot hold is refused before it is allocated.
	if n < 0 || n > TSVectorBytesMax {
		return Null, sqlerr.Internal("invalid size of tsvector")
	}
	if n > len(r.b)/3 {
		return Null, errShortMessage()
	}
	list := make([]Lexeme, 0, n)
	for range n {
		word, err := r.cstring()
		if err != nil {
			return Null, err
		}
		positions := int(r.uint16())
		switch {
		case len(word) > LexemeBytesMax:
			return Null, sqlerr.Internal("invalid tsvector: lexeme too long")
		case positions > LexemePositionsMax:
			return Null, sqlerr.Internal("unexpected number of tsvector positions")
		}
		l := Lexeme{Word: word}
		for j := range positions {
			p := Position(r.uint16())
			if j > 0 && p.At() <= l.Positions[j-1].At() {
				if r.short {
					break
				}
				return Null, sqlerr.Internal("position information is misordered")
			}
			l.Positions = append(l.Positions, p)
		}
		if r.short {
			return Null, errShortMessage()
		}
		list = append(list, l)
	}
	if len(r.b) > 0 {
		return Null, badBinary("incorrect binary data format")
	}
	slices.SortStableFunc(list, func(a, b Lexeme) int { return strings.Compare(a.Word, b.Word) })
	for i := 1; i < len(list); i++ {
		if list[i].Word == list[i-1].Word {
			return Null, sqlerr.Internal("invalid tsvector: duplicate lexeme")
		}
	}
	return NewTSVector(list)
}

// cstring takes text up to its terminating zero, a copy.
func (r *byteReader) cstring() (string, error) {
	for i, c := range r.b {
		if c == 0 {
			s := string(r.take(i + 1)[:i])
			if !utf8.ValidString(s) {
				return "", checkUTF8(s)
			}
			return s, nil
		}
	}
	return "", sqlerr.New(sqlerr.ProtocolViolation, "invalid string in message")
}
