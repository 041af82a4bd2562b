package types

import (
	"strings"
	"testing"
	"time"

	"synapse/catalog/sqlerr"
)

// TestZoneNames loads every listed zone, in capitals.
func TestZoneNames(t *testing.T) {
	for _, n := range ZoneNames() {
		z, err := LoadZone(strings.ToUpper(n))
		if err != nil {
			t.Errorf("%s: %v", n, err)
		} else if z.String() != n && z != time.UTC {
			t.Errorf("%s loads as %s", n, z)
		}
	}
}

func TestLoadZone(t *testing.T) {
	at := time.Date(2024, 7, 1, 0, 0, 0, 0, time.UTC)
	for name, want := range map[string]int{
		"utc": 0, "UTC": 0, "Etc/GMT+5": -5 * 3600, "us/pacific": -7 * 3600, "america/port_of_spain": -4 * 3600,
		"EST": -5 * 3600, "cest": 7200, "EST5EDT": -4 * 3600, "UTC+3": -3 * 3600, "ABC-5:30": 19800, "XYZ7": -7 * 3600,
	} {
		z, err := LoadZone(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, off := at.In(z).Zone(); off != want {
			t.Errorf("%s: offset %d, want %d", name, off, want)
		}
	}
	for _, name := range []string{"", "Local", "local", "Nowhere/City", "../etc/passwd", "AB+3", "UTC+99"} {
		if z, err := LoadZone(name); !sqlerr.Is(err, sqlerr.InvalidParameterValue) {
			t.Errorf("%q: %v, %v", name, z, err)
		}
	}
}
