package types

import (
	_ "embed" // the list of zone names
	"strconv"
	"strings"
	"sync"
	"time"
	_ "time/tzdata"
	// so that the binary knows every zone wherever it runs

	"synapse/catalog/sqlerr"
)

// zoneNames are the names of the tz database, one per line; the library can load
// a zone by its exact name but not list them.
//
//go:embed zone_names.txt
var zoneNames string

// zoneSpelling maps a lower-case name to its spelling.
var zoneSpelling = sync.OnceValue(func() map[string]string {
	names := ZoneNames()
	m := make(map[string]string, len(names))
	for _, n := range names {
		m[lowerASCII(n)] = n
	}
	return m
})

// ZoneNames lists the names of the tz database, sorted.
func ZoneNames() []string { return strings.Fields(zoneNames) }

// zoneCache keeps loaded zones by lower-case name: loading unpacks them each time.
var zoneCache sync.Map

// LoadZone finds a time zone as SET TIME ZONE does: a name of the tz database in
// any case, an abbreviation, or a POSIX form such as UTC+3 (west of Greenwich is
// positive there). Error: 22023.
func LoadZone(name string) (*time.Location, error) {
	key := lowerASCII(name)
	if z, ok := zoneCache.Load(key); ok {
		return z.(*time.Location), nil
	}
	z := findZone(name, key)
	if z == nil {
		return nil, sqlerr.New(sqlerr.InvalidParameterValue, "time zone \"%s\" not recognized", name)
	}
	// POSIX forms are made up freely and cheap to read: caching them would let users fill memory.
	if _, listed := zoneSpelling()[key]; listed {
		zoneCache.Store(key, z)
	}
	return z, nil
}

func findZone(name, key string) *time.Location {
	switch key {
	case "", "local":
		return nil
	case "utc", "gmt", "zulu", "z":
		return time.UTC
	}
	if off, ok := zoneAbbrevs()[key]; ok {
		return time.FixedZone(strings.ToUpper(key), off)
	}
	if n, ok := zoneSpelling()[key]; ok {
		if z, err := time.LoadLocation(n); err == nil {
			return z
		}
	}
	return posixZone(name)
}

// posixZone reads [ABC][+-]h[h][:mm], whose sign counts hours west.
func posixZone(name string) *time.Location {
	i := 0
	for i < len(name) && isAlpha(name[i]) {
		i++
	}
	if i > 0 && i < 3 || i == len(name) {
		return nil
	}
	abbrev, rest := name[:i], name[i:]
	sign := -1
	if rest[0] == '-' || rest[0] == '+' {
		if rest[0] == '-' {
			sign = 1
		}
		rest = rest[1:]
	}
	hours, minutes, _ := strings.Cut(rest, ":")
	h, errH := strconv.Atoi(hours)
	m := 0
	var errM error
	if minutes != "" {
		m, errM = strconv.Atoi(minutes)
	}
	if errH != nil || errM != nil || h > 15 || h < 0 || m < 0 || m > 59 {
		return nil
	}
	return time.FixedZone(strings.ToUpper(abbrev), sign*(h*3600+m*60))
}
