package types

import (
	"encoding/binary"
	"hash/crc32"
	"strconv"
	"strings"

	"synapse/catalog/sqlerr"
)

// TSOperator is an operator of a tsquery, numbered as in its binary format.
type TSOperator uint8

// Operators. TSOperand marks a word, TSStop a stop word, which no finished query holds.
const (
	TSOperand TSOperator = iota
	TSNot
	TSAnd
	TSOr
	TSPhrase
	TSStop
)

// priority binds tighter the higher it is.
func (o TSOperator) priority() int { return [...]int{TSNot: 4, TSAnd: 2, TSOr: 1, TSPhrase: 3}[o] }

// TSQuery is a node of a query; nil is the query without a lexeme.
type TSQuery struct {
	Op       TSOperator
	Distance int      // of TSPhrase
	Left     *TSQuery // nil for TSNot
	Right    *TSQuery

	Word   string // of TSOperand
	Weight uint8  // bit w: positions of weight w count (3 is A); 0: all do
	Prefix bool   // words that begin with Word match
}

// Types of node in the binary format.
const (
	tsqueryValue    = 1
	tsqueryOperator = 2
)

// tsqueryDepthMax bounds how deep a query nests.
const tsqueryDepthMax = 10000

// Nodes is the number of operators and operands.
func (q *TSQuery) Nodes() int {
	if q == nil {
		return 0
	}
	return 1 + q.Left.Nodes() + q.Right.Nodes()
}

// wordBytes is the length of all words, each with a byte more.
func (q *TSQuery) wordBytes() int {
	switch {
	case q == nil:
		return 0
	case q.Op == TSOperand:
		return len(q.Word) + 1
	}
	return q.Left.wordBytes() + q.Right.wordBytes()
}

// Value makes the tsquery's value. Its payload is the binary format: uint32
// number of nodes, the nodes in prefix order, the right operand first.
func (q *TSQuery) Value() Value {
	b := binary.BigEndian.AppendUint32(nil, uint32(q.Nodes()))
	return NewBytes(q.append(b))
}

func (q *TSQuery) append(b []byte) []byte {
	if q == nil {
		return b
	}
	if q.Op == TSOperand {
		prefix := byte(0)
		if q.Prefix {
			prefix = 1
		}
		b = append(b, tsqueryValue, q.Weight, prefix)
		return append(append(b, q.Word...), 0)
	}
	b = append(b, tsqueryOperator, byte(q.Op))
	if q.Op == TSPhrase {
		b = binary.BigEndian.AppendUint16(b, uint16(q.Distance))
	}
	return q.Left.append(q.Right.append(b))
}

// AsTSQuery decodes a tsquery; its words alias the payload.
func AsTSQuery(v Value) *TSQuery {
	d := tsqueryDecoder{byteReader: byteReader{b: v.Bytes()}, trusted: true}
	q, _ := d.query()
	return q
}

// tsqueryDecoder reads the binary format.
type tsqueryDecoder struct {
	byteReader
	trusted bool // a payload of ours: words need no copy and no check
	left    int  // nodes not read yet
}

func (d *tsqueryDecoder) query() (*TSQuery, error) {
	d.left = int(uint32(d.int32()))
	if d.left > len(d.b)/2 {
		return nil, sqlerr.Internal("invalid size of tsquery")
	}
	if d.left == 0 {
		return nil, nil
	}
	q, err := d.node(0)
	switch {
	case d.short:
		return nil, errShortMessage()
	case err != nil:
		return nil, err
	case d.left > 0:
		return nil, sqlerr.Internal("malformed tsquery: extra nodes")
	case len(d.b) > 0:
		return nil, badBinary("incorrect binary data format")
	}
	return q, nil
}

func (d *tsqueryDecoder) byte() byte {
	if b := d.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *tsqueryDecoder) node(depth int) (*TSQuery, error) {
	if depth > tsqueryDepthMax && !d.trusted {
		return nil, errTSQueryDeep()
	}
	if d.left == 0 {
		return nil, sqlerr.Internal("malformed tsquery: operand not found")
	}
	d.left--
	switch kind := d.byte(); {
	case d.short:
		return nil, errShortMessage()
	case kind == tsqueryValue:
		return d.operand()
	case kind != tsqueryOperator:
		return nil, sqlerr.Internal("unrecognized tsquery node type: %d", kind)
	}
	q := &TSQuery{Op: TSOperator(d.byte())}
	if q.Op < TSNot || q.Op > TSPhrase {
		return nil, sqlerr.Internal("invalid tsquery: unrecognized operator type %d", int(q.Op))
	}
	if q.Op == TSPhrase {
		q.Distance = int(d.uint16())
		if q.Distance > TSQueryDistanceMax && !d.trusted {
			return nil, errTSQueryDistance()
		}
	}
	var err error
	if q.Right, err = d.node(depth + 1); err != nil || q.Op == TSNot {
		return q, err
	}
	q.Left, err = d.node(depth + 1)
	return q, err
}

func (d *tsqueryDecoder) operand() (*TSQuery, error) {
	q := &TSQuery{Weight: d.byte(), Prefix: d.byte() != 0}
	if d.trusted {
		word, rest, _ := strings.Cut(NewBytes(d.b).s, "\x00")
		q.Word, d.b = word, NewString(rest).Bytes()
		return q, nil
	}
	var err error
	if q.Word, err = d.cstring(); err != nil {
		return nil, err
	}
	switch {
	case q.Weight > 0xF:
		return nil, sqlerr.Internal("invalid tsquery: invalid weight bitmap")
	case len(q.Word) > LexemeBytesMax:
		return nil, sqlerr.Internal("invalid tsquery: operand too long")
	}
	return q, nil
}

// parseTSQueryBinary is tsqueryrecv.
func parseTSQueryBinary(b []byte) (Value, error) {
	d := tsqueryDecoder{byteReader: byteReader{b: b}}
	q, err := d.query()
	if err != nil {
		return Null, err
	}
	return q.Value(), nil
}

func errTSQueryDeep() error {
	return sqlerr.New(sqlerr.StatementTooComplex, "stack depth limit exceeded").
		WithHint("A tsquery may nest %d operators deep.", tsqueryDepthMax)
}

func errTSQueryDistance() error {
	return sqlerr.New(sqlerr.InvalidParameterValue,
		"distance in phrase operator must be an integer value between zero and %d inclusive", TSQueryDistanceMax)
}

// String is tsqueryout.
func (q *TSQuery) String() string {
	if q == nil {
		return ""
	}
	return string(q.appendText(nil, -1, false))
}

// appendText writes a node below an operator of the priority given; rightOfPhrase:
// it is the right operand of a phrase, whose order counts.
func (q *TSQuery) appendText(dst []byte, parent int, rightOfPhrase bool) []byte {
	if q.Op == TSOperand {
		return q.appendOperand(dst)
	}
	priority := q.Op.priority()
	parens := priority < parent || q.Op == TSPhrase && rightOfPhrase
	if parens {
		dst = append(dst, "( "...)
	}
	if q.Op == TSNot {
		dst = q.Right.appendText(append(dst, '!'), priority, false)
	} else {
		dst = q.Left.appendText(dst, priority, false)
		switch {
		case q.Op == TSAnd:
			dst = append(dst, " & "...)
		case q.Op == TSOr:
			dst = append(dst, " | "...)
		case q.Distance == 1:
			dst = append(dst, " <-> "...)
		default:
			dst = append(strconv.AppendInt(append(dst, " <"...), int64(q.Distance), 10), "> "...)
		}
		dst = q.Right.appendText(dst, priority, q.Op == TSPhrase)
	}
	if parens {
		dst = append(dst, " )"...)
	}
	return dst
}

func (q *TSQuery) appendOperand(dst []byte) []byte {
	dst = appendQuotedLexeme(dst, q.Word)
	if q.Weight == 0 && !q.Prefix {
		return dst
	}
	dst = append(dst, ':')
	if q.Prefix {
		dst = append(dst, '*')
	}
	for w := 3; w >= 0; w-- {
		if q.Weight&(1<<w) != 0 {
			dst = append(dst, "DCBA"[w])
		}
	}
	return dst
}

// LexemeCRC is the checksum by which PostgreSQL sorts words of queries: CRC-32
// with its table read from the other end.
func LexemeCRC(word string) int32 {
	crc := ^uint32(0)
	for i := 0; i < len(word); i++ {
		crc = crc32.IEEETable[byte(crc>>24)^word[i]] ^ crc<<8
	}
	return int32(^crc)
}

// CompareTSQueryNodes is PostgreSQL's order of subtrees, in which weights and prefixes do not count.
func CompareTSQueryNodes(a, b *TSQuery) int {
	if (a.Op == TSOperand) != (b.Op == TSOperand) {
		if a.Op == TSOperand {
			return 1
		}
		return -1
	}
	if a.Op == TSOperand {
		if c := cmpInt(int64(LexemeCRC(b.Word)), int64(LexemeCRC(a.Word))); c != 0 {
			return c
		}
		return strings.Compare(a.Word, b.Word)
	}
	if a.Op != b.Op {
		return cmpInt(int64(b.Op), int64(a.Op))
	}
	if c := CompareTSQueryNodes(a.Right, b.Right); c != 0 || a.Op == TSNot {
		return c
	}
	if c := CompareTSQueryNodes(a.Left, b.Left); c != 0 {
		return c
	}
	return cmpInt(int64(b.Distance), int64(a.Distance))
}

func compareTSQuery(a, b Value) int {
	if a.s == b.s {
		return 0
	}
	x, y := AsTSQuery(a), AsTSQuery(b)
	if c := cmpInt(int64(x.Nodes()), int64(y.Nodes())); c != 0 {
		return c
	}
	if c := cmpInt(int64(x.wordBytes()), int64(y.wordBytes())); c != 0 || x == nil {
		return c
	}
	return CompareTSQueryNodes(x, y)
}

// appendTSQueryKey mirrors compareTSQuery.
func appendTSQueryKey(dst []byte, v Value) []byte {
	q := AsTSQuery(v)
	dst = binary.BigEndian.AppendUint32(dst, uint32(q.Nodes()))
	dst = binary.BigEndian.AppendUint32(dst, uint32(q.wordBytes()))
	return q.appendKey(dst)
}

func (q *TSQuery) appendKey(dst []byte) []byte {
	switch {
	case q == nil:
		return dst
	case q.Op == TSOperand:
		dst = binary.BigEndian.AppendUint32(append(dst, 1), ^(uint32(LexemeCRC(q.Word)) ^ 1<<31))
		return appendStringKey(dst, q.Word)
	}
	dst = q.Right.appendKey(append(dst, 0, ^byte(q.Op)))
	dst = q.Left.appendKey(dst)
	return binary.BigEndian.AppendUint16(dst, ^uint16(q.Distance))
}
