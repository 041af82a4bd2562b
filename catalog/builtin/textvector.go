package builtin

import (
	"strings"

	"synapse/catalog/sqlerr"
	"synapse/catalog/textsearch"
	"synapse/catalog/types"
)

// Functions on tsvector. Those that need a configuration are catalog/pgcatalog's.

// lexemeFunc lifts an edit of a tsvector's lexemes, which it owns.
func lexemeFunc(edit func(list []types.Lexeme, a []types.Value) ([]types.Lexeme, error)) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		list, err := edit(types.AsTSVector(a[0]).Lexemes(), a)
		if err != nil {
			return types.Null, err
		}
		return types.NewTSVector(list)
	}
}

// lexemeWeight reads a weight's letter; -1 for another character.
func lexemeWeight(v types.Value) int {
	c := byte(v.Int()) | 0x20
	return strings.IndexByte("dcba", c)
}

func errLexemeWeight(v types.Value) error {
	return sqlerr.New(sqlerr.InvalidParameterValue, "unrecognized weight: \"%c\"", byte(v.Int()))
}

func setWeight(list []types.Lexeme, weight types.Value, only map[string]bool) ([]types.Lexeme, error) {
	w := lexemeWeight(weight)
	if w < 0 {
		return nil, errLexemeWeight(weight)
	}
	for _, l := range list {
		if only != nil && !only[l.Word] {
			continue
		}
		for j, p := range l.Positions {
			l.Positions[j] = types.NewPosition(p.At(), w)
		}
	}
	return list, nil
}

// textSet is the set of an array's texts, NULLs left out.
func textSet(v types.Value) map[string]bool {
	set := map[string]bool{}
	types.ArrayEach(types.TextArray, v, func(_ int, e types.Value) bool {
		if !e.IsNull() {
			set[e.Str()] = true
		}
		return true
	})
	return set
}

func deleteLexemes(list []types.Lexeme, words map[string]bool) []types.Lexeme {
	kept := list[:0]
	for _, l := range list {
		if !words[l.Word] {
			kept = append(kept, l)
		}
	}
	return kept
}

// filterWeights keeps the positions that have one of the weights, and lexemes that keep one.
func filterWeights(list []types.Lexeme, a []types.Value) ([]types.Lexeme, error) {
	var mask [4]bool
	var err error
	types.ArrayEach(types.Of(types.OIDCharArray), a[1], func(_ int, e types.Value) bool {
		switch {
		case e.IsNull():
			err = sqlerr.New(sqlerr.NullValueNotAllowed, "weight array may not contain nulls")
		case lexemeWeight(e) < 0:
			err = errLexemeWeight(e)
		default:
			mask[lexemeWeight(e)] = true
		}
		return err == nil
	})
	kept := list[:0]
	for _, l := range list {
		positions := l.Positions[:0]
		for _, p := range l.Positions {
			if mask[p.Weight()] {
				positions = append(positions, p)
			}
		}
		if len(positions) > 0 {
			kept = append(kept, types.Lexeme{Word: l.Word, Positions: positions})
		}
	}
	return kept, err
}

// concatVectors puts the second document behind the first: its positions go on where those end.
func concatVectors(list []types.Lexeme, a []types.Value) ([]types.Lexeme, error) {
	last := 0
	for _, l := range list {
		if n := len(l.Positions); n > 0 {
			last = max(last, l.Positions[n-1].At())
		}
	}
	other := types.AsTSVector(a[1]).Lexemes()
	out := make([]types.Lexeme, 0, len(list)+len(other))
	for len(list) > 0 || len(other) > 0 {
		switch {
		case len(other) == 0 || len(list) > 0 && list[0].Word < other[0].Word:
			out, list = append(out, list[0]), list[1:]
		case len(list) == 0 || other[0].Word < list[0].Word:
			out, other = append(out, types.Lexeme{Word: other[0].Word, Positions: appendShifted(nil, other[0].Positions, last)}), other[1:]
		default:
			out = append(out, types.Lexeme{Word: list[0].Word, Positions: appendShifted(list[0].Positions, other[0].Positions, last)})
			list, other = list[1:], other[1:]
		}
	}
	return out, nil
}

// appendShifted appends positions until the lexeme is full or they cannot be told apart.
func appendShifted(dst, positions []types.Position, shift int) []types.Position {
	for _, p := range positions {
		if n := len(dst); n >= types.LexemePositionsMax || n > 0 && dst[n-1].At() == types.LexemePositionMax {
			break
		}
		dst = append(dst, types.NewPosition(p.At()+shift, p.Weight()))
	}
	return dst
}

// vectorOfArray makes a tsvector without positions.
func vectorOfArray(_ *Call, a []types.Value) (types.Value, error) {
	var list []types.Lexeme
	var err error
	types.ArrayEach(types.TextArray, a[0], func(_ int, e types.Value) bool {
		switch {
		case e.IsNull():
			err = sqlerr.New(sqlerr.NullValueNotAllowed, "lexeme array may not contain nulls")
		case e.Str() == "":
			err = sqlerr.New(sqlerr.ZeroLengthString, "lexeme array may not contain empty strings")
		default:
			err = types.CheckLexeme(e.Str())
		}
		list = append(list, types.Lexeme{Word: e.Str()})
		return err == nil
	})
	if err != nil {
		return types.Null, err
	}
	return types.NewTSVector(types.SortLexemes(list))
}

// unnestVector gives a row for each lexeme, NULLs where it has no positions.
func unnestVector(_ *Call, a []types.Value, yield func([]types.Value) error) error {
	for _, l := range types.AsTSVector(a[0]).Lexemes() {
		row := []types.Value{types.NewString(l.Word), types.Null, types.Null}
		if len(l.Positions) > 0 {
			var at, weights []types.Value
			for _, p := range l.Positions {
				at = append(at, types.NewInt(int64(p.At())))
				weights = append(weights, types.NewString("DCBA"[p.Weight():p.Weight()+1]))
			}
			row[1] = types.NewArray(types.Int2, at).Encode()
			row[2] = types.NewArray(types.Text, weights).Encode()
		}
		if err := yield(row); err != nil {
			return err
		}
	}
	return nil
}

// rankWeights reads ts_rank's array of weights, D to A; negative ones are the defaults.
func rankWeights(v types.Value) (textsearch.Weights, error) {
	out := textsearch.DefaultWeights
	list, err := types.DecodeArray(types.Float4Array, v)
	switch {
	case err != nil:
		return out, err
	case len(list.Dims) != 1:
		return out, sqlerr.New(sqlerr.ArraySubscriptError, "array of weight must be one-dimensional")
	case len(list.Values) < len(out):
		return out, sqlerr.New(sqlerr.ArraySubscriptError, "array of weight is too short")
	}
	for _, e := range list.Values {
		if e.IsNull() {
			return out, sqlerr.New(sqlerr.NullValueNotAllowed, "array of weight must not contain nulls")
		}
	}
	for i := range out {
		if w := float32(list.Values[i].Float()); w >= 0 {
			out[i] = w
		}
		if out[i] > 1 {
			return out, sqlerr.New(sqlerr.InvalidParameterValue, "weight out of range")
		}
	}
	return out, nil
}

// rankBody lifts a ranking; weighted: weights are the first argument.
func rankBody(rank func(textsearch.Weights, types.TSVector, *types.TSQuery, int) float32, weighted bool) body {
	return func(_ *Call, a []types.Value) (types.Value, error) {
		weights := textsearch.DefaultWeights
		if weighted {
			var err error
			if weights, err = rankWeights(a[0]); err != nil {
				return types.Null, err
			}
			a = a[1:]
		}
		method := 0
		if len(a) > 2 {
			method = int(a[2].Int())
		}
		return types.NewFloat(float64(rank(weights, types.AsTSVector(a[0]), types.AsTSQuery(a[1]), method))), nil
	}
}

// Trigger functions of the built-in kind; the session runs them as triggers.
const (
	TSVectorUpdateTrigger       types.OID = 3752
	TSVectorUpdateTriggerColumn types.OID = 3753
)

func init() {
	addAll(func(*Call, []types.Value) (types.Value, error) {
		return types.Null, sqlerr.New(sqlerr.FeatureNotSupported, "trigger functions can only be called as triggers")
	}, "tsvector_update_trigger()", "tsvector_update_trigger_column()")
	add("strip(tsvector)", lexemeFunc(func(list []types.Lexeme, _ []types.Value) ([]types.Lexeme, error) {
		for i := range list {
			list[i].Positions = nil
		}
		return list, nil
	}))
	add("setweight(tsvector,char)", lexemeFunc(func(list []types.Lexeme, a []types.Value) ([]types.Lexeme, error) {
		return setWeight(list, a[1], nil)
	}))
	add("setweight(tsvector,char,_text)", lexemeFunc(func(list []types.Lexeme, a []types.Value) ([]types.Lexeme, error) {
		return setWeight(list, a[1], textSet(a[2]))
	}))
	add("ts_delete(tsvector,text)", lexemeFunc(func(list []types.Lexeme, a []types.Value) ([]types.Lexeme, error) {
		return deleteLexemes(list, map[string]bool{a[1].Str(): true}), nil
	}))
	add("ts_delete(tsvector,_text)", lexemeFunc(func(list []types.Lexeme, a []types.Value) ([]types.Lexeme, error) {
		return deleteLexemes(list, textSet(a[1])), nil
	}))
	add("ts_filter(tsvector,_char)", lexemeFunc(filterWeights))
	add("tsvector_concat(tsvector,tsvector)", lexemeFunc(concatVectors))
	add("array_to_tsvector(_text)", vectorOfArray)
	add("tsvector_to_array(tsvector)", func(_ *Call, a []types.Value) (types.Value, error) {
		v := types.AsTSVector(a[0])
		words := make([]types.Value, v.Len())
		for i := range words {
			words[i] = types.NewString(v.Word(i))
		}
		return types.NewArray(types.Text, words).Encode(), nil
	})
	addSet("unnest(tsvector)", unnestVector)
	add("length(tsvector)", func(_ *Call, a []types.Value) (types.Value, error) {
		return types.NewInt(int64(types.AsTSVector(a[0]).Len())), nil
	})
	match := func(_ *Call, a []types.Value) (types.Value, error) {
		return types.NewBool(textsearch.Match(types.AsTSVector(a[0]), types.AsTSQuery(a[1]))), nil
	}
	add("ts_match_vq(tsvector,tsquery)", match)
	add("ts_match_qv(tsquery,tsvector)", swapped(match))
	for _, end := range []string{")", ",int4)"} {
		add("ts_rank(tsvector,tsquery"+end, rankBody(textsearch.Rank, false))
		add("ts_rank(_float4,tsvector,tsquery"+end, rankBody(textsearch.Rank, true))
		add("ts_rank_cd(tsvector,tsquery"+end, rankBody(textsearch.RankCover, false))
		add("ts_rank_cd(_float4,tsvector,tsquery"+end, rankBody(textsearch.RankCover, true))
	}
}
