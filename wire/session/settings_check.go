package session

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"synapse/catalog/pgcatalog"
	"synapse/catalog/sqlerr"
)

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// check validates and normalises a value for the setting, which has the value old.
func (d *settingDef) check(value, old string) (string, error) {
	switch d.kind {
	case boolSetting:
		on, ok := parseBool(value)
		if !ok {
			return "", sqlerr.New(sqlerr.InvalidParameterValue, "parameter %q requires a Boolean value", d.name)
		}
		if on {
			return "on", nil
		}
		return "off", nil
	case intSetting:
		return d.checkInt(value)
	case realSetting:
		f, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil {
			return "", sqlerr.New(sqlerr.InvalidParameterValue, "invalid value for parameter %q: %q", d.name, value)
		}
		if f < float64(d.min) || f > float64(d.max) {
			return "", sqlerr.New(sqlerr.InvalidParameterValue, "%s is outside the valid range for parameter %q (%d .. %d)", value, d.name, d.min, d.max)
		}
		return strconv.FormatFloat(f, 'g', -1, 64), nil
	case enumSetting:
		for _, e := range d.enum {
			if strings.EqualFold(e, value) {
				return e, nil
			}
		}
		return "", sqlerr.New(sqlerr.InvalidParameterValue, "invalid value for parameter %q: %q", d.name, value).
			WithHint("Available values: %s.", strings.Join(d.enum, ", "))
	}
	if d.validate != nil {
		return d.validate(value, old)
	}
	return value, nil
}

// units of integer settings: how many base units one is.
var timeUnits = []struct {
	name string
	ms   float64
}{{"us", 0.001}, {"ms", 1}, {"s", 1000}, {"min", 60_000}, {"h", 3_600_000}, {"d", 86_400_000}}

var memoryUnits = []struct {
	name string
	kb   float64
}{{"kB", 1}, {"MB", 1 << 10}, {"GB", 1 << 20}, {"TB", 1 << 30}, {"B", 1.0 / 1024}}

func (d *settingDef) checkInt(value string) (string, error) {
	text := strings.TrimSpace(value)
	digits := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ")
	unit := strings.TrimSpace(text[len(digits):])
	f, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return "", sqlerr.New(sqlerr.InvalidParameterValue, "invalid value for parameter %q: %q", d.name, value)
	}
	if unit != "" {
		factor, ok := d.unitFactor(unit)
		if !ok {
			return "", sqlerr.New(sqlerr.InvalidParameterValue, "invalid value for parameter %q: %q", d.name, value).
				WithHint("%s", d.unitHint())
		}
		f *= factor
	}
	n := int64(f + 0.5)
	if f < 0 {
		n = int64(f - 0.5)
	}
	if n < d.min || n > d.max {
		return "", sqlerr.New(sqlerr.InvalidParameterValue, "%d%s is outside the valid range for parameter %q (%d%s .. %d%s)",
			n, d.suffix(), d.name, d.min, d.suffix(), d.max, d.suffix())
	}
	return d.showInt(n), nil
}

func (d *settingDef) suffix() string {
	if d.unit == "" {
		return ""
	}
	return " " + d.unit
}

func (d *settingDef) unitHint() string {
	switch d.unit {
	case "ms":
		return `Valid units for this parameter are "us", "ms", "s", "min", "h", and "d".`
	case "kB":
		return `Valid units for this parameter are "B", "kB", "MB", "GB", and "TB".`
	}
	return "This parameter has no unit."
}

func (d *settingDef) unitFactor(unit string) (float64, bool) {
	switch d.unit {
	case "ms":
		for _, u := range timeUnits {
			if u.name == unit {
				return u.ms, true
			}
		}
	case "kB":
		for _, u := range memoryUnits {
			if u.name == unit {
				return u.kb, true
			}
		}
	}
	return 0, false
}

// showInt prints a value with the largest unit that divides it, as SHOW does.
func (d *settingDef) showInt(n int64) string {
	if n == 0 || d.unit == "" || n < 0 {
		return strconv.FormatInt(n, 10)
	}
	switch d.unit {
	case "ms":
		for i := len(timeUnits) - 1; i > 0; i-- {
			if u := int64(timeUnits[i].ms); n%u == 0 {
				return fmt.Sprintf("%d%s", n/u, timeUnits[i].name)
			}
		}
	case "kB":
		for i := 3; i >= 0; i-- {
			if u := int64(memoryUnits[i].kb); n%u == 0 {
				return fmt.Sprintf("%d%s", n/u, memoryUnits[i].name)
			}
		}
	}
	return strconv.FormatInt(n, 10)
}

// durationSetting reads a time setting back: 0 is none.
func durationSetting(shown string) time.Duration {
	if shown == "" || shown == "0" {
		return 0
	}
	digits := strings.TrimRight(shown, "abcdefghijklmnopqrstuvwxyz")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0
	}
	for _, u := range timeUnits {
		if u.name == shown[len(digits):] {
			return time.Duration(float64(n) * u.ms * float64(time.Millisecond))
		}
	}
	return time.Duration(n) * time.Millisecond
}

func parseBool(s string) (value, ok bool) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "on", "true", "t", "yes", "y", "1", "tr", "tru", "ye":
		return true, true
	case "off", "false", "f", "no", "n", "0", "of", "fa", "fal", "fals":
		return false, true
	}
	return false, false
}

// checkDateStyle normalises "iso, dmy" and its abbreviations to "ISO, DMY". What
// the value leaves out stays as it is in old; German implies DMY unless told.
func checkDateStyle(value, old string) (string, error) {
	style, order := "", ""
	var german, conflict bool
	put := func(field *string, word string) {
		conflict = conflict || *field != "" && *field != word
		*field = word
	}
	bad := sqlerr.New(sqlerr.InvalidParameterValue, "invalid value for parameter \"DateStyle\": %q", value)
	for _, word := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' }) {
		switch lower := strings.ToLower(word); {
		case lower == "iso":
			put(&style, "ISO")
		case lower == "sql":
			put(&style, "SQL")
		case strings.HasPrefix(lower, "postgres"):
			put(&style, "Postgres")
		case lower == "german":
			put(&style, "German")
			german = true
		case lower == "mdy" || lower == "us" || strings.HasPrefix(lower, "noneuro"):
			put(&order, "MDY")
		case lower == "dmy" || strings.HasPrefix(lower, "euro"):
			put(&order, "DMY")
		case lower == "ymd":
			put(&order, "YMD")
		case lower == "default":
			old = "ISO, MDY"
		default:
			return "", bad.WithDetail("Unrecognized key word: %q.", word)
		}
	}
	if conflict {
		return "", bad.WithDetail("Conflicting \"datestyle\" specifications.")
	}
	oldStyle, oldOrder, _ := strings.Cut(old, ", ")
	if style == "" {
		style = oldStyle
	}
	if order == "" {
		if order = oldOrder; german {
			order = "DMY"
		}
	}
	return style + ", " + order, nil
}

func checkTimeZone(value, _ string) (string, error) {
	if strings.EqualFold(value, "default") || strings.EqualFold(value, "local") {
		return defaultTimeZone, nil
	}
	if _, err := loadZone(value); err != nil {
		return "", sqlerr.New(sqlerr.InvalidParameterValue, "invalid value for parameter \"TimeZone\": %q", value)
	}
	return canonicalZone(value), nil
}

func checkEncoding(value, _ string) (string, error) {
	switch strings.ToUpper(strings.NewReplacer("-", "", "_", "").Replace(value)) {
	case "UTF8", "UNICODE", "SQLASCII":
		return "UTF8", nil
	}
	return "", sqlerr.New(sqlerr.InvalidParameterValue, "invalid value for parameter \"client_encoding\": %q", value).
		WithHint("Synapse speaks UTF8 only.")
}

// memorySetting reads a memory setting back, in bytes.
func memorySetting(shown string) int64 {
	digits := strings.TrimRight(shown, "kMGTB")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0
	}
	for _, u := range memoryUnits {
		if u.name == shown[len(digits):] {
			return int64(float64(n) * u.kb * 1024)
		}
	}
	return n * 1024
}

// checkTextSearchConfig takes the name of a text search configuration.
func checkTextSearchConfig(value, _ string) (string, error) {
	return pgcatalog.TextSearchConfigName(value)
}
