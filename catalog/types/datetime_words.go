package types

import (
	_ "embed" // the list of abbreviations
	"strconv"
	"strings"
	"sync"
)

// wordKind says what a word in date text means.
type wordKind uint8

const (
	wordIgnore wordKind = iota
	wordMonth
	wordDay // of the week
	wordAMPM
	wordEra
	wordReserved
	wordUnit    // labels the number behind it
	wordISOTime // the T of ISO 8601
	wordDST
	wordZone // a zone abbreviation; value is seconds east of UTC
)

// Values of reserved words.
const (
	reservedNow = iota
	reservedYesterday
	reservedToday
	reservedTomorrow
	reservedZulu
	reservedEpoch
	reservedLate
	reservedEarly
)

// Values of the other words.
const (
	clockAM = 1
	clockPM = 2

	unitJulian = 1
	unitOther  = 2
	unitTime   = 3
)

type dateWord struct {
	kind  wordKind
	value int
}

// dateWords are the words of date text apart from zone names.
var dateWords = map[string]dateWord{
	"am": {wordAMPM, clockAM}, "pm": {wordAMPM, clockPM},
	"ad": {wordEra, 0}, "bc": {wordEra, 1},
	"at": {wordIgnore, 0}, "on": {wordIgnore, 0},
	"now": {wordReserved, reservedNow}, "yesterday": {wordReserved, reservedYesterday},
	"today": {wordReserved, reservedToday}, "tomorrow": {wordReserved, reservedTomorrow},
	"allballs": {wordReserved, reservedZulu}, "epoch": {wordReserved, reservedEpoch},
	"infinity": {wordReserved, reservedLate}, "+infinity": {wordReserved, reservedLate},
	"-infinity": {wordReserved, reservedEarly},
	"j":         {wordUnit, unitJulian}, "jd": {wordUnit, unitJulian}, "julian": {wordUnit, unitJulian},
	"d": {wordUnit, unitOther}, "h": {wordUnit, unitOther}, "m": {wordUnit, unitOther},
	"mm": {wordUnit, unitOther}, "s": {wordUnit, unitOther}, "y": {wordUnit, unitOther},
	"dow": {wordUnit, unitOther}, "doy": {wordUnit, unitOther},
	"isodow": {wordUnit, unitOther}, "isoyear": {wordUnit, unitOther},
	"t": {wordISOTime, unitTime}, "dst": {wordDST, 3600},

	"jan": {wordMonth, 1}, "january": {wordMonth, 1}, "feb": {wordMonth, 2}, "february": {wordMonth, 2},
	"mar": {wordMonth, 3}, "march": {wordMonth, 3}, "apr": {wordMonth, 4}, "april": {wordMonth, 4},
	"may": {wordMonth, 5}, "jun": {wordMonth, 6}, "june": {wordMonth, 6}, "jul": {wordMonth, 7}, "july": {wordMonth, 7},
	"aug": {wordMonth, 8}, "august": {wordMonth, 8}, "sep": {wordMonth, 9}, "sept": {wordMonth, 9}, "september": {wordMonth, 9},
	"oct": {wordMonth, 10}, "october": {wordMonth, 10}, "nov": {wordMonth, 11}, "november": {wordMonth, 11},
	"dec": {wordMonth, 12}, "december": {wordMonth, 12},

	"sun": {wordDay, 0}, "sunday": {wordDay, 0}, "mon": {wordDay, 1}, "monday": {wordDay, 1},
	"tue": {wordDay, 2}, "tues": {wordDay, 2}, "tuesday": {wordDay, 2},
	"wed": {wordDay, 3}, "weds": {wordDay, 3}, "wednesday": {wordDay, 3},
	"thu": {wordDay, 4}, "thur": {wordDay, 4}, "thurs": {wordDay, 4}, "thursday": {wordDay, 4},
	"fri": {wordDay, 5}, "friday": {wordDay, 5}, "sat": {wordDay, 6}, "saturday": {wordDay, 6},
}

// zoneAbbrevText lists the abbreviations of PostgreSQL's default set: name,
// seconds east of UTC, d for daylight saving time or s. Where the meaning of an
// abbreviation has changed over time, it is today's.
//
//go:embed zone_abbrevs.txt
var zoneAbbrevText string

// ZoneAbbrev is a time zone abbreviation.
type ZoneAbbrev struct {
	Name     string // in lower case
	Offset   int    // seconds east of UTC
	Daylight bool
}

// ZoneAbbrevs lists the abbreviations, sorted.
var ZoneAbbrevs = sync.OnceValue(func() []ZoneAbbrev {
	var out []ZoneAbbrev
	f := strings.Fields(zoneAbbrevText)
	for i := 0; i+2 < len(f); i += 3 {
		offset, _ := strconv.Atoi(f[i+1])
		out = append(out, ZoneAbbrev{Name: f[i], Offset: offset, Daylight: f[i+2] == "d"})
	}
	return out
})

// zoneAbbrevs are the abbreviations by name.
var zoneAbbrevs = sync.OnceValue(func() map[string]int {
	out := map[string]int{}
	for _, a := range ZoneAbbrevs() {
		out[a.Name] = a.Offset
	}
	return out
})
