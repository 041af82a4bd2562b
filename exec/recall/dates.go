package recall

import (
	"math"
	"strings"
	"time"

	"synapse/catalog/types"
	"synapse/exec/analysis"
	"synapse/storage"
)

// epoch is the day 0 of types' times.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// dates are the terms of a question that may name a time: years, days, names of
// months and weekdays. An entry counts as holding those of the day it is valid
// from, in UTC, once: who asks what happened in June means the sessions of June,
// though nobody said the word.
type dates struct {
	terms []storage.TermStat
	cache map[string][]float64 // by day
}

// datesIn returns nil if no term can be part of a date.
func datesIn(terms []storage.TermStat) *dates {
	for _, t := range terms {
		if dateWords[t.Term] || isNumber(t.Term) {
			return &dates{terms, map[string][]float64{}}
		}
	}
	return nil
}

// dateWords are the names of months and weekdays as the English analyzer has them.
var dateWords = func() map[string]bool {
	m := map[string]bool{}
	for d := range 366 {
		for _, w := range dayTerms(epoch.AddDate(0, 0, d)) {
			if !isNumber(w) {
				m[w] = true
			}
		}
	}
	return m
}()

func dayTerms(day time.Time) []string {
	return analysis.EnglishTerms(day.Format("2 January 2006 Monday"))
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// of returns for each term whether the day of the time holds it; nil: none does.
func (d *dates) of(from types.Value) []float64 {
	if d == nil || from.IsNull() || from.Int() == math.MinInt64 || from.Int() == math.MaxInt64 {
		return nil
	}
	day := time.Unix(epoch.Unix()+from.Int()/1_000_000, 0).UTC()
	key := day.Format(time.DateOnly)
	out, ok := d.cache[key]
	if ok {
		return out
	}
	for _, w := range dayTerms(day) {
		for i, t := range d.terms {
			if t.Term == w {
				if out == nil {
					out = make([]float64, len(d.terms))
				}
				out[i] = 1
			}
		}
	}
	d.cache[key] = out
	return out
}
