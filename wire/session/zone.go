package session

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	_ "time/tzdata" // the binary must know zones on machines without zoneinfo
)

const defaultTimeZone = "UTC"

// loadZone reads a TimeZone value: an IANA name, UTC, or hours from Greenwich
// as SET TIME ZONE takes them (positive is east for plain numbers; POSIX names
// such as UTC-3 are west-positive).
func loadZone(name string) (*time.Location, error) {
	name = strings.TrimSpace(name)
	switch strings.ToUpper(name) {
	case "UTC", "GMT", "Z", "ZULU", "UCT", "ETC/UTC":
		return time.UTC, nil
	case "":
		return nil, fmt.Errorf("empty zone name")
	}
	if hours, err := strconv.ParseFloat(name, 64); err == nil && hours >= -16 && hours <= 16 {
		return time.FixedZone(name, int(hours*3600)), nil
	}
	if off, ok := clockOffset(name); ok {
		return time.FixedZone(name, off), nil
	}
	if strings.EqualFold(name, "local") {
		return nil, fmt.Errorf("no zone %q", name)
	}
	if loc, err := time.LoadLocation(name); err == nil {
		return loc, nil
	}
	return time.LoadLocation(titleZone(name))
}

// clockOffset reads +hh:mm and POSIX <+hh>-hh.
func clockOffset(s string) (seconds int, ok bool) {
	if i := strings.IndexByte(s, '>'); strings.HasPrefix(s, "<") && i > 0 {
		s = s[i+1:]
		sec, ok := clockOffset(s)
		return -sec, ok // what follows the name is west-positive
	}
	sign := 1
	switch {
	case strings.HasPrefix(s, "-"):
		sign, s = -1, s[1:]
	case strings.HasPrefix(s, "+"):
		s = s[1:]
	}
	h, m, colon := strings.Cut(s, ":")
	hours, err := strconv.Atoi(h)
	if err != nil || hours > 16 {
		return 0, false
	}
	minutes := 0
	if colon {
		if minutes, err = strconv.Atoi(m); err != nil || minutes > 59 {
			return 0, false
		}
	}
	return sign * (hours*3600 + minutes*60), true
}

// titleZone turns europe/berlin into Europe/Berlin: zone names are matched without case.
func titleZone(s string) string {
	b := []byte(strings.ToLower(s))
	up := true
	for i, ch := range b {
		if up && ch >= 'a' && ch <= 'z' {
			b[i] = ch - 32
		}
		up = ch == '/' || ch == '_' || ch == '-'
	}
	return string(b)
}

// canonicalZone is how SHOW prints a zone that was given.
func canonicalZone(name string) string {
	name = strings.TrimSpace(name)
	switch strings.ToUpper(name) {
	case "UTC", "GMT":
		return strings.ToUpper(name)
	}
	if hours, err := strconv.ParseFloat(name, 64); err == nil {
		return posixZone(int(hours * 3600))
	}
	if _, err := time.LoadLocation(name); err == nil {
		return name
	}
	if t := titleZone(name); t != name {
		if _, err := time.LoadLocation(t); err == nil {
			return t
		}
	}
	return name
}

// posixZone names an offset from Greenwich as PostgreSQL does: <-03:30>+03:30.
func posixZone(east int) string {
	sign, posix := "+", "-"
	if east < 0 {
		sign, posix, east = "-", "+", -east
	}
	clock := fmt.Sprintf("%02d", east/3600)
	if minutes := east % 3600 / 60; minutes != 0 {
		clock += fmt.Sprintf(":%02d", minutes)
	}
	return "<" + sign + clock + ">" + posix + clock
}
