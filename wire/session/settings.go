package session

import (
	"fmt"
	"sort"
	"strings"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// settings is one session's configuration: every known name has a value;
// unknown names with a dot are custom settings and exist once set. SET inside a
// transaction is undone by its rollback, SET LOCAL by its end.
type settings struct {
	values map[string]string // set here; others have their default
	reset  map[string]string // what RESET goes back to: start-up and role settings
	undo   []undoSetting     // of the open transaction
	format *types.Format     // derived; nil = to be made again
	report func(name, value string)
}

type undoSetting struct {
	name  string
	value string
	set   bool // the name had a value
	local bool
}

// Setting is a name and value to report.
type Setting struct{ Name, Value string }

func newSettings(report func(name, value string)) *settings {
	return &settings{values: map[string]string{}, reset: map[string]string{}, report: report}
}

// get returns the value as SHOW prints it.
func (s *settings) get(name string) (string, bool) {
	d := lookupSetting(name)
	if d == nil {
		v, ok := s.values[strings.ToLower(name)]
		return v, ok
	}
	if v, ok := s.values[d.name]; ok {
		return v, true
	}
	return d.def, true
}

// must is get for names that the table has.
func (s *settings) must(name string) string {
	v, _ := s.get(name)
	return v
}

func (s *settings) on(name string) bool { return s.must(name) == "on" }

// set assigns a value after its check. local: until the end of the transaction.
func (s *settings) set(name, value string, local bool) error {
	key := strings.ToLower(name)
	if d := lookupSetting(name); d != nil {
		if d.fixed {
			return sqlerr.New(sqlerr.CantChangeRuntimeParam, "parameter %q cannot be changed", d.name)
		}
		v, err := d.check(value, s.must(d.name))
		if err != nil {
			return err
		}
		if d.only != nil && !contains(d.only, v) {
			return sqlerr.Unsupported(fmt.Sprintf("the value %s of parameter \"%s\"", v, d.name), "Possible here: "+strings.Join(d.only, ", ")+".")
		}
		key, value = d.name, v
	} else if !strings.Contains(key, ".") {
		return unknownSetting(name)
	}
	s.assign(key, value, true, local)
	return nil
}

// resetTo goes back to the start-up value or the default.
func (s *settings) resetTo(name string, local bool) error {
	d := lookupSetting(name)
	key := strings.ToLower(name)
	if d == nil && !strings.Contains(key, ".") {
		return unknownSetting(name)
	}
	if d != nil {
		if d.fixed {
			return sqlerr.New(sqlerr.CantChangeRuntimeParam, "parameter %q cannot be changed", d.name)
		}
		key = d.name
	}
	v, ok := s.reset[key]
	s.assign(key, v, ok, local)
	return nil
}

func (s *settings) resetAll() {
	names := make([]string, 0, len(s.values))
	for name := range s.values {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if d := lookupSetting(name); d != nil && (d.fixed || d.keepOnResetAll) {
			continue
		}
		v, ok := s.reset[name]
		s.assign(name, v, ok, false)
	}
}

func (s *settings) assign(key, value string, set, local bool) {
	old, had := s.values[key]
	if !local {
		for i := range s.undo { // a later SET outlives an earlier SET LOCAL
			if s.undo[i].name == key {
				s.undo[i].local = false
			}
		}
	}
	s.undo = append(s.undo, undoSetting{key, old, had, local})
	s.store(key, value, set)
}

func (s *settings) store(key, value string, set bool) {
	before, _ := s.get(key)
	if set {
		s.values[key] = value
	} else {
		delete(s.values, key)
	}
	s.format = nil
	after, _ := s.get(key)
	if d := lookupSetting(key); d != nil && d.report && before != after && s.report != nil {
		s.report(d.name, after)
	}
}

// mark returns a position for rollbackTo.
func (s *settings) mark() int { return len(s.undo) }

func (s *settings) rollbackTo(mark int) {
	for i := len(s.undo) - 1; i >= mark; i-- {
		u := s.undo[i]
		s.store(u.name, u.value, u.set)
	}
	s.undo = s.undo[:mark]
}

// end forgets the transaction: after a commit only SET LOCAL is undone.
func (s *settings) end(committed bool) {
	if !committed {
		s.rollbackTo(0)
		return
	}
	for i := len(s.undo) - 1; i >= 0; i-- {
		if u := s.undo[i]; u.local {
			s.store(u.name, u.value, u.set)
		}
	}
	s.undo = s.undo[:0]
}

func unknownSetting(name string) error {
	return sqlerr.New(sqlerr.UndefinedObject, "unrecognized configuration parameter %q", name)
}

// Format returns the text settings of the session, made again after a change.
func (s *settings) textFormat() *types.Format {
	if s.format != nil {
		return s.format
	}
	f := *types.DefaultFormat
	style, order, _ := strings.Cut(s.must("DateStyle"), ", ")
	f.DateStyle, f.DateOrder = style, order
	f.IntervalStyle = s.must("IntervalStyle")
	f.ByteaOutput = s.must("bytea_output")
	f.ExtraFloatDigits = atoi(s.must("extra_float_digits"))
	if zone, err := loadZone(s.must("TimeZone")); err == nil {
		f.Zone = zone
	}
	s.format = &f
	return s.format
}
