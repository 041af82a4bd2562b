package textsearch

import (
	"math"
	"slices"
	"strings"

	"synapse/catalog/types"
)

// Normalisations of ranks, bits of ts_rank's last argument.
const (
	normLogLength   = 1 << iota // by 1 + the logarithm of the document's length
	normLength                  // by its length
	normDistance                // by the mean harmonic distance between covers (ts_rank_cd)
	normUnique                  // by the number of its words
	normLogUnique               // by 1 + the logarithm of that
	normSelfPlusOne             // rank / (rank + 1)
)

// Weights of a position by its class, D to A.
type Weights [4]float32

// DefaultWeights are those of ts_rank without weights.
var DefaultWeights = Weights{0.1, 0.2, 0.4, 1.0}

// nowhere is the position of lexemes without one.
const nowhere = types.PositionList("\xff\x3f")

// The arithmetic below is in single precision where PostgreSQL's is, so that ranks agree to the bit.

// Rank is ts_rank: how often and how near to each other the query's words stand.
func Rank(w Weights, v types.TSVector, q *types.TSQuery, method int) float32 {
	if v.Len() == 0 || q == nil {
		return 0
	}
	words := distinctOperands(q)
	var rank float32
	if (q.Op == types.TSAnd || q.Op == types.TSPhrase) && len(words) > 1 {
		rank = rankNearness(w, v, words)
	} else {
		rank = rankFrequency(w, v, words)
	}
	if rank < 0 {
		rank = 1e-20
	}
	if method&normLogLength != 0 {
		rank = float32(float64(rank) / (math.Log(float64(vectorLength(v)+1)) / math.Log(2)))
	}
	if n := vectorLength(v); method&normLength != 0 && n > 0 {
		rank /= float32(n)
	}
	if method&normUnique != 0 {
		rank /= float32(v.Len())
	}
	if method&normLogUnique != 0 {
		rank = float32(float64(rank) / (math.Log(float64(v.Len()+1)) / math.Log(2)))
	}
	if method&normSelfPlusOne != 0 {
		rank /= rank + 1
	}
	return rank
}

// vectorLength counts the positions; a lexeme without one counts once.
func vectorLength(v types.TSVector) int {
	n := 0
	for i := range v.Len() {
		n += max(v.Positions(i).Len(), 1)
	}
	return n
}

// distinctOperands are the query's operands by word, each word once.
func distinctOperands(q *types.TSQuery) []*types.TSQuery {
	var list []*types.TSQuery
	Operands(q, func(o *types.TSQuery) { list = append(list, o) })
	types.QuickSort(list, func(a, b *types.TSQuery) int { return strings.Compare(a.Word, b.Word) })
	return slices.CompactFunc(list, func(a, b *types.TSQuery) bool { return a.Word == b.Word })
}

// entries are the lexemes that an operand matches, [first, end).
func entries(v types.TSVector, q *types.TSQuery) (first, end int) {
	first, found := v.Find(q.Word)
	if !q.Prefix {
		if found {
			return first, first + 1
		}
		return first, first
	}
	for end = first; end < v.Len() && strings.HasPrefix(v.Word(end), q.Word); {
		end++
	}
	return first, end
}

// rankFrequency sums, for each lexeme, the greatest weight and the others' shares.
func rankFrequency(w Weights, v types.TSVector, words []*types.TSQuery) float32 {
	var rank float32
	for _, q := range words {
		first, end := entries(v, q)
		for i := first; i < end; i++ {
			p := v.Positions(i)
			if p.Len() == 0 {
				p = nowhere
			}
			var sum, greatest float32 = 0, -1
			at := 0
			for j := range p.Len() {
				weight := w[p.At(j).Weight()]
				sum += weight / float32((j+1)*(j+1))
				if weight > greatest {
					greatest, at = weight, j
				}
			}
			share := greatest + sum - greatest/float32((at+1)*(at+1))
			// The divisor is the limit of the sum of 1/i², so that a rank stays below 1.
			rank = float32(float64(rank) + float64(share)/1.64493406685)
		}
	}
	if len(words) > 0 {
		rank /= float32(len(words))
	}
	return rank
}

// wordDistance is the weight of two words so many positions apart.
func wordDistance(n int) float32 {
	if n > 100 {
		return 1e-30
	}
	return float32(1.0 / (1.005 + 0.05*math.Exp(float64(float32(n))/1.5-2)))
}

// rankNearness looks at each pair of positions of two words. -1: there is no pair.
func rankNearness(w Weights, v types.TSVector, words []*types.TSQuery) float32 {
	found := make([]types.PositionList, len(words))
	without := make([]bool, len(words)) // lexemes that have no position
	var rank float32 = -1
	for i, q := range words {
		first, end := entries(v, q)
		for e := first; e < end; e++ {
			found[i] = v.Positions(e)
			if without[i] = found[i].Len() == 0; without[i] {
				found[i] = nowhere
			}
			for k := range i {
				rank = rankPairs(w, rank, found[i], found[k], without[i] || without[k])
			}
		}
	}
	return rank
}

func rankPairs(w Weights, rank float32, list, other types.PositionList, without bool) float32 {
	for l := range list.Len() {
		for p := range other.Len() {
			a, b := list.At(l), other.At(p)
			distance := max(a.At()-b.At(), b.At()-a.At())
			if distance == 0 {
				if !without {
					continue
				}
				distance = types.LexemePositionMax + 1
			}
			weight := float32(math.Sqrt(float64(w[a.Weight()] * w[b.Weight()] * wordDistance(distance))))
			if rank < 0 {
				rank = weight
			} else {
				rank = float32(1.0 - (1.0-float64(rank))*(1.0-float64(weight)))
			}
		}
	}
	return rank
}
