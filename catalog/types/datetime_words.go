package types

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

// zoneAbbrevs are time zone abbreviations, seconds east of UTC, with the
// meanings of PostgreSQL's default set.
var zoneAbbrevs = map[string]int{
	"utc": 0, "gmt": 0, "z": 0, "zulu": 0, "ut": 0, "uct": 0, "wet": 0,
	"est": -5 * 3600, "edt": -4 * 3600, "cst": -6 * 3600, "cdt": -5 * 3600,
	"mst": -7 * 3600, "mdt": -6 * 3600, "pst": -8 * 3600, "pdt": -7 * 3600,
	"akst": -9 * 3600, "akdt": -8 * 3600, "hst": -10 * 3600,
	"ast": -4 * 3600, "adt": -3 * 3600, "nst": -12600, "ndt": -9000,
	"clt": -4 * 3600, "clst": -3 * 3600, "brt": -3 * 3600, "brst": -2 * 3600, "art": -3 * 3600, "pyt": -4 * 3600,
	"bst": 3600, "cet": 3600, "cest": 7200, "cetdst": 7200, "met": 3600, "mest": 7200, "metdst": 7200,
	"mez": 3600, "mesz": 7200, "west": 3600, "wetdst": 3600, "bdst": 7200,
	"eet": 7200, "eest": 10800, "eetdst": 10800, "ist": 7200, "idt": 10800, "sast": 7200,
	"msk": 3 * 3600, "msd": 4 * 3600, "eat": 3 * 3600, "pkt": 5 * 3600, "npt": 20700,
	"sgt": 8 * 3600, "hkt": 8 * 3600, "pht": 8 * 3600, "myt": 8 * 3600, "awst": 8 * 3600, "ict": 7 * 3600,
	"jst": 9 * 3600, "kst": 9 * 3600, "acst": 34200, "acdt": 37800, "aest": 10 * 3600, "aedt": 11 * 3600,
	"cast": 34200, "sadt": 37800, "nzt": 12 * 3600, "nzst": 12 * 3600, "nzdt": 13 * 3600, "chast": 45900, "chadt": 49500,
	"ulat": 8 * 3600, "uzt": 5 * 3600, "yekt": 5 * 3600, "omst": 6 * 3600, "krat": 7 * 3600, "irkt": 8 * 3600, "vlat": 10 * 3600,
}
