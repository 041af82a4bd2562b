package snapshot

import (
	"encoding/binary"
	"hash/crc32"
	"math"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum guards a stored version against what SQLite does not notice: pages
// have no checksums. It covers everything but _system_to, which changes, and
// columns that were added later. values are as bound or as read, by column.
func (t *table) checksum(id uint64, from int64, attrs int, values []any) uint32 {
	var b [17]byte
	binary.LittleEndian.PutUint64(b[:], id)
	binary.LittleEndian.PutUint64(b[8:], uint64(from))
	sum := crc32.Checksum(b[:16], castagnoli)
	sum = crc32.Update(sum, castagnoli, binary.LittleEndian.AppendUint32(nil, uint32(attrs)))
	for i, c := range t.columns {
		if c.attr >= attrs {
			continue
		}
		var tag byte
		var word uint64
		var tail []byte
		switch x := values[i].(type) {
		case nil:
		case int64:
			tag, word = 'i', uint64(x)
		case float64:
			tag, word = 'r', math.Float64bits(x)
		case string:
			tag, word, tail = 't', uint64(len(x)), []byte(x)
		case []byte:
			tag, word, tail = 'b', uint64(len(x)), x
		}
		b[0] = tag
		binary.LittleEndian.PutUint64(b[1:], word)
		sum = crc32.Update(sum, castagnoli, b[:9])
		sum = crc32.Update(sum, castagnoli, tail)
	}
	return sum
}
