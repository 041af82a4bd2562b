package static

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The models of the tests are made here: nothing is downloaded.

func write(t *testing.T, file string, v any) {
	t.Helper()
	b, ok := v.([]byte)
	if !ok {
		var err error
		if b, err = json.Marshal(v); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// array is a tensor to write.
type array struct {
	dtype string
	shape []int
	data  []byte
}

func f32(shape []int, values ...float32) array {
	a := array{"F32", shape, nil}
	for _, v := range values {
		a.data = binary.LittleEndian.AppendUint32(a.data, math.Float32bits(v))
	}
	return a
}

func safetensors(t *testing.T, arrays map[string]array) []byte {
	t.Helper()
	header, body := map[string]any{"__metadata__": map[string]string{"format": "pt"}}, []byte(nil)
	for name, a := range arrays {
		header[name] = map[string]any{"dtype": a.dtype, "shape": a.shape, "data_offsets": []int{len(body), len(body) + len(a.data)}}
		body = append(body, a.data...)
	}
	h, err := json.Marshal(header)
	if err != nil {
		t.Fatal(err)
	}
	return append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(h))), h...), body...)
}

type object = map[string]any

// bert is tokenizer.json of a WordPiece model as BERT's.
func bert(vocab ...string) object {
	ids := object{}
	for i, v := range vocab {
		ids[v] = i
	}
	return object{
		"version": "1.0", "added_tokens": []any{},
		"normalizer":    object{"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": nil, "lowercase": true},
		"pre_tokenizer": object{"type": "BertPreTokenizer"},
		"model": object{
			"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": ids,
		},
	}
}

func open(t *testing.T, arrays map[string]array, tokenizer, config any) (*Model, error) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "tiny")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "model.safetensors"), safetensors(t, arrays))
	write(t, filepath.Join(dir, "tokenizer.json"), tokenizer)
	if config != nil {
		write(t, filepath.Join(dir, "config.json"), config)
	}
	return Open(dir)
}

func embed(t *testing.T, m *Model, text string) []float32 {
	t.Helper()
	out, err := m.Embed(context.Background(), []string{text})
	if err != nil {
		t.Fatal(err)
	}
	return out[0]
}

var tiny = []string{"[UNK]", "refund", "order", "##s", "late", ",", "cafe"}

func tinyVectors() array {
	return f32([]int{7, 2}, 9, 9, 3, 0, 0, 4, 0, 2, 6, 0, 0, 0, 1, 1)
}

func TestMeanOfTokens(t *testing.T) {
	m, err := open(t, map[string]array{"embeddings": tinyVectors()}, bert(tiny...), object{"normalize": false})
	if err != nil {
		t.Fatal(err)
	}
	if m.Model() != "tiny" || m.Dimensions() != 2 {
		t.Errorf("%s, %d dimensions", m.Model(), m.Dimensions())
	}
	for text, want := range map[string][]float32{
		"refund":            {3, 0},
		"Refund ORDERS":     {1, 2}, // refund, order, ##s
		"refund, late":      {3, 0}, // the comma is a token of its own
		"refund unknowable": {3, 0}, // unknown words do not count
		"Café":              {1, 1},
		"":                  {1, 0}, // no token at all
		"☃":                 {1, 0},
	} {
		if got := embed(t, m, text); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
	long := embed(t, m, strings.Repeat("refund ", maxTokens)+strings.Repeat("order ", maxTokens))
	if !slices.Equal(long, []float32{3, 0}) {
		t.Errorf("beyond %d tokens: %v", maxTokens, long)
	}
}

func TestNormalised(t *testing.T) {
	for _, config := range []any{nil, object{"normalize": true}} {
		m, err := open(t, map[string]array{"embeddings": tinyVectors()}, bert(tiny...), config)
		if err != nil {
			t.Fatal(err)
		}
		got := embed(t, m, "refund order") // mean (1.5, 2), length 2.5
		if math.Abs(float64(got[0])-0.6) > 1e-6 || math.Abs(float64(got[1])-0.8) > 1e-6 {
			t.Errorf("%v", got)
		}
	}
}

// TestHalvesMappingAndWeights: vectors of two bytes, shared between tokens and weighted by token.
func TestHalvesMappingAndWeights(t *testing.T) {
	halves := array{dtype: "F16", shape: []int{2, 2}}
	for _, h := range []uint16{0x3c00, 0x0000, 0xc000, 0x0001} { // 1, 0, -2, 2^-24
		halves.data = binary.LittleEndian.AppendUint16(halves.data, h)
	}
	mapping := array{dtype: "I64", shape: []int{3}}
	for _, row := range []uint64{0, 1, 0} {
		mapping.data = binary.LittleEndian.AppendUint64(mapping.data, row)
	}
	m, err := open(t, map[string]array{"embeddings": halves, "mapping": mapping, "weights": f32([]int{3}, 1, 1, 0.5)},
		bert("[UNK]", "a", "b"), object{"normalize": false})
	if err != nil {
		t.Fatal(err)
	}
	if got := embed(t, m, "a"); !slices.Equal(got, []float32{-2, 0x1p-24}) {
		t.Errorf("a: %v", got)
	}
	if got := embed(t, m, "b"); !slices.Equal(got, []float32{0.5, 0}) {
		t.Errorf("b: %v", got)
	}
}

func TestUnigram(t *testing.T) {
	tokenizer := object{
		"normalizer": object{"type": "Sequence", "normalizers": []object{
			{"type": "Precompiled", "precompiled_charsmap": ""},
			{"type": "Lowercase"},
			{"type": "Replace", "pattern": object{"Regex": " {2,}"}, "content": " "},
		}},
		"pre_tokenizer": object{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
		"model": object{"type": "Unigram", "unk_id": 0, "vocab": [][]any{
			{"<unk>", 0}, {"▁", -3}, {"▁new", -2}, {"▁newer", -6}, {"er", -1}, {"york", -4}, {"▁york", -5}, {"n", -7},
		}},
	}
	m, err := open(t, map[string]array{"embeddings": f32([]int{8, 1}, 1, 2, 3, 4, 5, 6, 7, 8)}, tokenizer, nil)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string][]int{
		"newer":      {2, 4},    // -2 - 1 is more than -6
		"New  YORK":  {2, 6},    // the word of its own beats ▁ and york
		"new☃york":   {2, 5},    // the unknown character goes
		"ｎｅｗ":        {2},       // full width
		"":           {1},       // the mark itself
		"newern":     {2, 4, 7}, // one character at last
		"newer york": {2, 4, 6},
	} {
		if got := m.tokens.encode(text); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// TestRefusesWhatItCannotRead: a broken or unknown file is an error at the start, not another meaning.
func TestRefusesWhatItCannotRead(t *testing.T) {
	good := func() map[string]array { return map[string]array{"embeddings": tinyVectors()} }
	other := func(change func(object)) object {
		o := bert(tiny...)
		change(o)
		return o
	}
	for name, c := range map[string]struct {
		arrays    map[string]array
		tokenizer any
		config    any
		want      string
	}{
		"no matrix":       {map[string]array{"vectors": tinyVectors()}, bert(tiny...), nil, "no matrix named embeddings"},
		"too few":         {map[string]array{"embeddings": f32([]int{1, 2}, 1, 2)}, bert(tiny...), nil, "7 tokens, but 1 vectors"},
		"wrong size":      {map[string]array{"embeddings": {"F32", []int{7, 2}, make([]byte, 4)}}, bert(tiny...), nil, "size of its shape"},
		"huge shape":      {map[string]array{"embeddings": {"F32", []int{1 << 40, 1 << 40}, nil}}, bert(tiny...), nil, "size of its shape"},
		"unknown type":    {map[string]array{"embeddings": {"F4", []int{7, 2}, nil}}, bert(tiny...), nil, "size of its shape"},
		"NaN":             {map[string]array{"embeddings": f32([]int{7, 1}, 1, 2, 3, float32(math.NaN()), 5, 6, 7)}, bert(tiny...), nil, "NaN"},
		"mapping beyond":  {map[string]array{"embeddings": tinyVectors(), "mapping": {"I8", []int{7}, []byte{0, 1, 2, 3, 4, 5, 100}}}, bert(tiny...), nil, "maps to vector 100"},
		"few weights":     {map[string]array{"embeddings": tinyVectors(), "weights": f32([]int{1}, 1)}, bert(tiny...), nil, "weights"},
		"BPE":             {good(), other(func(o object) { o["model"] = object{"type": "BPE"} }), nil, `tokenizer model "BPE" is not supported`},
		"other splitter":  {good(), other(func(o object) { o["pre_tokenizer"] = object{"type": "ByteLevel"} }), nil, `pre-tokenizer "ByteLevel" is not supported`},
		"other cleaning":  {good(), other(func(o object) { o["normalizer"] = object{"type": "Nmt"} }), nil, `normalizer "Nmt" is not supported`},
		"bad expression":  {good(), other(func(o object) { o["normalizer"] = object{"type": "Replace", "pattern": object{"Regex": "("}} }), nil, "pattern of a normalizer"},
		"garbage":         {good(), []byte("<html>"), nil, "invalid character"},
		"garbage config":  {good(), bert(tiny...), []byte("x"), "invalid character"},
		"vocabulary list": {good(), other(func(o object) { o["model"].(object)["vocab"] = []string{"a"} }), nil, "vocabulary"},
	} {
		if _, err := open(t, c.arrays, c.tokenizer, c.config); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
	if _, err := Open(t.TempDir()); err == nil {
		t.Error("an empty folder was opened")
	}
	for _, raw := range [][]byte{nil, []byte("short"), append(binary.LittleEndian.AppendUint64(nil, 1<<60), '{'), append(binary.LittleEndian.AppendUint64(nil, 2), "[]"...)} {
		file := filepath.Join(t.TempDir(), "x")
		write(t, file, raw)
		if _, err := readTensors(file); err == nil {
			t.Errorf("%q was read", raw)
		}
	}
}
