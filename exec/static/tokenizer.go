package static

import (
	"encoding/json"
	"fmt"
	"os"
)

// tokenizer turns a text into token ids: normalise, split into words, look each
// word up in pieces. It reads tokenizer.json of Hugging Face's tokenizers, those
// parts of it that model2vec writes; what it does not know is an error when the
// file is opened, never another tokenisation.
type tokenizer struct {
	normalise []func(string) string
	split     []func([]string) []string
	pieces    pieces
}

// pieces is a tokenizer's model: ids of a word's pieces, without unknown ones.
type pieces interface {
	encode(word string) []int
	size() int // one more than the greatest id
}

// component is a normalizer, pre-tokenizer or model of tokenizer.json.
type component struct {
	Type          string          `json:"type"`
	Normalizers   []component     `json:"normalizers"`
	Pretokenizers []component     `json:"pretokenizers"`
	Lowercase     bool            `json:"lowercase"`
	CleanText     bool            `json:"clean_text"`
	Chinese       bool            `json:"handle_chinese_chars"`
	StripAccents  *bool           `json:"strip_accents"`
	StripLeft     bool            `json:"strip_left"`
	StripRight    bool            `json:"strip_right"`
	Pattern       pattern         `json:"pattern"`
	Content       string          `json:"content"`
	Prepend       string          `json:"prepend"`
	Replacement   string          `json:"replacement"`
	PrependScheme string          `json:"prepend_scheme"`
	AddPrefix     *bool           `json:"add_prefix_space"`
	Split         *bool           `json:"split"`
	Individual    bool            `json:"individual_digits"`
	Behavior      string          `json:"behavior"`
	Unknown       string          `json:"unk_token"`
	UnknownID     *int            `json:"unk_id"`
	Prefix        string          `json:"continuing_subword_prefix"`
	MaxChars      int             `json:"max_input_chars_per_word"`
	Vocab         json.RawMessage `json:"vocab"`
}

type pattern struct {
	String string `json:"String"`
	Regex  string `json:"Regex"`
}

func readTokenizer(file string) (*tokenizer, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var c struct {
		Normalizer   *component `json:"normalizer"`
		PreTokenizer *component `json:"pre_tokenizer"`
		Model        component  `json:"model"`
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	t := &tokenizer{}
	if c.Normalizer != nil {
		err = t.addNormalizer(c.Normalizer)
	}
	if err == nil && c.PreTokenizer != nil {
		err = t.addSplitter(c.PreTokenizer)
	}
	if err == nil {
		t.pieces, err = newPieces(&c.Model)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return t, nil
}

func unsupported(what, name string) error {
	return fmt.Errorf("the %s %q is not supported", what, name)
}

func newPieces(c *component) (pieces, error) {
	switch c.Type {
	case "WordPiece":
		return newWordPiece(c)
	case "Unigram":
		return newUnigram(c)
	}
	return nil, unsupported("tokenizer model", c.Type)
}

func (t *tokenizer) size() int { return t.pieces.size() }

func (t *tokenizer) encode(text string) []int {
	for _, f := range t.normalise {
		text = f(text)
	}
	words := []string{text}
	for _, f := range t.split {
		words = f(words)
	}
	var out []int
	for _, w := range words {
		if w != "" {
			out = append(out, t.pieces.encode(w)...)
		}
		if len(out) >= maxTokens {
			break
		}
	}
	return out
}
