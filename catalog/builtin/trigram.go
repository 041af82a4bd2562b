package builtin

import (
	"strconv"
	"strings"
	"unicode"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// Similarity of texts by trigrams, as the extension pg_trgm has it.
//
// A text is its words (letters and digits), lower case, each with two blanks
// before it and one behind; its trigrams are all runs of three characters in
// those. similarity is the share that two sets of trigrams have in common.
// word_similarity is the greatest similarity of the first text with a run of
// the second text's trigrams, strict_word_similarity with a run of whole words.

// share is how much two sets have in common, of which the sizes are a and b.
func share(common, a, b int) float32 {
	if a <= 0 || b <= 0 {
		return 0
	}
	return float32(common) / float32(a+b-common)
}

func similarity(a, b string) float32 {
	x, y := types.TrigramsOf(a), types.TrigramsOf(b)
	common := 0
	for i, j := 0, 0; i < len(x) && j < len(y); {
		switch c := types.CompareTrigrams(x[i], y[j]); {
		case c < 0:
			i++
		case c > 0:
			j++
		default:
			common, i, j = common+1, i+1, j+1
		}
	}
	return share(common, len(x), len(y))
}

// wordSimilarity looks for the run of the second text's trigrams that is most
// similar to the set of the first text's.
//
// The run grows to the right; at each place where it may end its beginning is
// moved to the right as far as that helps. What the run holds is counted once,
// by where each trigram was seen last.
func wordSimilarity(needle, text string, strict bool) float32 {
	want := types.TrigramsOf(needle)
	run, edges := types.TrigramRun(text)
	if len(want) == 0 || len(run) == 0 {
		return 0
	}
	w := trigramWindow{strict: strict, run: run, edges: edges, want: want, wanted: map[types.Trigram]bool{}, last: map[types.Trigram]int{}, begin: -1}
	for _, t := range want {
		w.wanted[t] = true
	}
	if strict {
		w.begin = 0
	}
	var best float32
	for i := range run {
		best = max(best, w.take(i))
	}
	return best
}

// trigramWindow is a run of trigrams [begin, the one taken last]; begin is -1
// until a trigram that is wanted begins it.
type trigramWindow struct {
	strict bool
	run    []types.Trigram
	edges  []types.WordEdge
	want   []types.Trigram
	wanted map[types.Trigram]bool
	last   map[types.Trigram]int // where a trigram of the window was seen last
	begin  int
	kinds  int // different ones in the window
	common int // of kinds that are wanted
}

// take adds the trigram at i and returns how similar the best run is that ends
// there, 0 where none may.
func (w *trigramWindow) take(i int) float32 {
	t := w.run[i]
	if w.begin >= 0 || w.wanted[t] {
		if _, in := w.last[t]; !in {
			w.kinds++
			if w.wanted[t] {
				w.common++
			}
		}
		w.last[t] = i
	}
	ends := w.wanted[t]
	if w.strict {
		ends = w.edges[i]&types.EdgeRight != 0
	}
	if !ends {
		return 0
	}
	if w.begin < 0 {
		w.begin, w.kinds = i, 1
	}
	best := share(w.common, len(w.want), w.kinds)
	was, kinds, common := w.begin, w.kinds, w.common
	for at := was; at <= i; at++ {
		if !w.strict || w.edges[at]&types.EdgeLeft != 0 {
			if s := share(common, len(w.want), kinds); s > best {
				best, w.begin, w.kinds, w.common = s, at, kinds, common
			}
		}
		if w.last[w.run[at]] == at {
			kinds--
			if w.wanted[w.run[at]] {
				common--
			}
		}
	}
	for at := was; at < w.begin; at++ {
		if w.last[w.run[at]] == at {
			delete(w.last, w.run[at])
		}
	}
	return best
}

// Settings of pg_trgm: from which similarity on %, <% and <<% are true.
const (
	settingSimilarity = "pg_trgm.similarity_threshold"
	settingWord       = "pg_trgm.word_similarity_threshold"
	settingStrictWord = "pg_trgm.strict_word_similarity_threshold"
)

func threshold(c *Call, setting string) (float32, error) {
	if c.Env != nil && c.Host != nil {
		if text, ok := c.Host.Setting(setting); ok {
			f, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return 0, sqlerr.New(sqlerr.InvalidParameterValue, "invalid value for parameter \"%s\": \"%s\"", setting, text)
			}
			return float32(f), nil
		}
	}
	return defaultThresholds[setting], nil
}

var defaultThresholds = map[string]float32{settingSimilarity: 0.3, settingWord: 0.6, settingStrictWord: 0.5}

func init() {
	words := func(strict bool) func(a, b string) float32 {
		return func(a, b string) float32 { return wordSimilarity(a, b, strict) }
	}
	for _, m := range []struct {
		name, setting, op, turned, distance, turnedDistance string
		measure                                             func(a, b string) float32
	}{
		{"similarity", settingSimilarity, "%", "", "<->", "", similarity},
		{"word_similarity", settingWord, "<%", "%>", "<<->", "<->>", words(false)},
		{"strict_word_similarity", settingStrictWord, "<<%", "%>>", "<<<->", "<->>>", words(true)},
	} {
		value := func(a []types.Value) float64 { return float64(m.measure(a[0].Str(), a[1].Str())) }
		define(m.name+"(text,text) float4", func(_ *Call, a []types.Value) (types.Value, error) { return types.NewFloat(value(a)), nil })
		like := func(c *Call, a []types.Value) (types.Value, error) {
			least, err := threshold(c, m.setting)
			return types.NewBool(float32(value(a)) >= least), err
		}
		far := func(_ *Call, a []types.Value) (types.Value, error) {
			return types.NewFloat(float64(1 - float32(value(a)))), nil
		}
		trigramOperator(m.name+"_op(text,text) bool", like, m.op, m.turned)
		if m.turned == "" {
			trigramOperator(m.name+"_dist(text,text) float4", far, m.distance, m.distance)
			continue
		}
		trigramOperator(m.name+"_commutator_op(text,text) bool", swapped(like), m.turned, m.op)
		trigramOperator(m.name+"_dist_op(text,text) float4", far, m.distance, m.turnedDistance)
		trigramOperator(m.name+"_dist_commutator_op(text,text) float4", swapped(far), m.turnedDistance, m.distance)
	}
	define("show_trgm(text) _text", func(_ *Call, a []types.Value) (types.Value, error) {
		var out []types.Value
		for _, t := range types.TrigramsOf(a[0].Str()) {
			text := string(t[:])
			if !isASCII(text) || strings.ContainsFunc(text, func(r rune) bool { return r != ' ' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
				text = "0x" + strconv.FormatUint(uint64(t[0])<<16|uint64(t[1])<<8|uint64(t[2])|1<<24, 16)[1:]
			}
			out = append(out, types.NewString(text))
		}
		return types.NewArray(types.Text, out).Encode(), nil
	})
	limit := define("show_limit() float4", func(c *Call, _ []types.Value) (types.Value, error) {
		f, err := threshold(c, settingSimilarity)
		return types.NewFloat(float64(f)), err
	})
	limit.Volatility = Stable
	set := define("set_limit(float4) float4", func(c *Call, a []types.Value) (types.Value, error) {
		text := string(types.AppendFloat(nil, a[0].Float(), 32, 1))
		return a[0], c.Host.SetSetting(settingSimilarity, text, false)
	})
	set.Volatility = Volatile
}

// trigramOperator registers a function and, unless op is empty, the operator on it.
func trigramOperator(signature string, eval body, op, commutator string) {
	fn := define(signature, eval)
	fn.Volatility = Stable
	if fn.Ret == types.OIDFloat4 {
		fn.Volatility = Immutable
	}
	if op == "%" {
		commutator = "%"
	}
	if op != "" {
		operatorOn(fn, op, commutator, "")
	}
}
