package builtin

import (
	"testing"
	"time"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// fakeHost is a session that remembers what it was asked.
type fakeHost struct {
	Host
	settings map[string]string
	locks    []int64
	two      bool
}

func (h *fakeHost) CurrentUser() string  { return "alice" }
func (h *fakeHost) SearchPath() []string { return []string{"public"} }
func (h *fakeHost) ClientAddr() string   { return "" }
func (h *fakeHost) Setting(name string) (string, bool) {
	v, ok := h.settings[name]
	return v, ok
}

func (h *fakeHost) SetSetting(name, value string, _ bool) error {
	h.settings[name] = value
	return nil
}

func (h *fakeHost) AdvisoryLock(key int64, two bool, _, _, try bool) (bool, error) {
	h.locks = append(h.locks, key)
	h.two = two
	return !try, nil
}
func (h *fakeHost) TextScore(*TextScore) (float64, error) { return 0.5, nil }

func (h *fakeHost) Embed(string) ([]float32, error) { return []float32{1, 2}, nil }

func callHost(t *testing.T, h Host, name string, ret types.Type, ts []types.Type, args ...types.Value) (string, error) {
	t.Helper()
	fn := tableCase{name: name, types: ts}.find(name)
	if fn == nil {
		t.Fatalf("no function %s", name)
	}
	v, err := invoke(fn, &Call{Env: &Env{Format: types.DefaultFormat, Host: h}, Args: ts, Ret: ret}, args)
	return showValue(ret, v), err
}

func TestSessionFunctions(t *testing.T) {
	h := &fakeHost{settings: map[string]string{"a.b": "1"}}
	text := func(s string) types.Value { return types.NewString(s) }
	for _, c := range []struct {
		name string
		ret  types.Type
		ts   []types.Type
		args []types.Value
		want string
	}{
		{"current_user", types.Name, nil, nil, "alice"},
		{"current_schema", types.Name, nil, nil, "public"},
		{"current_schemas", types.Of(types.OIDNameArray), typesOf(t, "bool"), []types.Value{types.NewBool(true)}, "{pg_catalog,public}"},
		{"current_setting", types.Text, typesOf(t, "text"), []types.Value{text("a.b")}, "1"},
		{"current_setting", types.Text, typesOf(t, "text bool"), []types.Value{text("x.y"), types.NewBool(true)}, `\N`},
		{"set_config", types.Text, typesOf(t, "text text bool"), []types.Value{text("c.d"), text("2"), types.NewBool(false)}, "2"},
		{"inet_client_addr", types.Of(types.OIDInet), nil, nil, `\N`},
		{"pg_try_advisory_lock", types.Bool, typesOf(t, "int4 int4"), []types.Value{types.NewInt(1), types.NewInt(-1)}, "f"},
		{"embed", types.Vector, typesOf(t, "text"), []types.Value{text("hello")}, "[1,2]"},
		{"pg_typeof", types.Of(types.OIDOID), typesOf(t, "int4"), []types.Value{types.Null}, "23"},
	} {
		got, err := callHost(t, h, c.name, c.ret, c.ts, c.args...)
		if err != nil || got != c.want {
			t.Errorf("%s = %s, %v, want %s", c.name, got, err, c.want)
		}
	}
	if len(h.locks) != 1 || h.locks[0] != 1<<32|0xFFFFFFFF || !h.two {
		t.Errorf("advisory key of (1,-1): %x, two %v", h.locks, h.two)
	}
	_, err := callHost(t, h, "current_setting", types.Text, typesOf(t, "text"), text("x.y"))
	if !sqlerr.Is(err, sqlerr.UndefinedObject) {
		t.Errorf("unknown setting: %v", err)
	}
}

func TestSleepIsInterruptible(t *testing.T) {
	cancelled := sqlerr.New(sqlerr.QueryCanceled, "canceling statement due to user request")
	c := &Call{Env: &Env{Interrupt: func() error { return cancelled }}}
	start := time.Now()
	_, err := sleepSeconds(c, []types.Value{types.NewFloat(30)})
	if !sqlerr.Is(err, sqlerr.QueryCanceled) || time.Since(start) > 5*time.Second {
		t.Errorf("pg_sleep: %v after %v", err, time.Since(start))
	}
}

func TestZonedArithmetic(t *testing.T) {
	zone, err := types.LoadZone("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	f := *types.DefaultFormat
	f.Zone = zone
	call := &Call{Env: &Env{Format: &f}}
	parse := func(typ types.Type, s string) types.Value {
		v, err := types.ParseText(typ, s, &f)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	// PostgreSQL: a day keeps the wall clock over the change to summer time, 24 hours do not.
	plus := OperatorFor("+", types.OIDTimestamptz, types.OIDInterval).Fn
	for span, want := range map[string]string{"1 day": "2024-03-10 12:00:00-04", "24:00": "2024-03-10 13:00:00-04", "1 mon": "2024-04-09 12:00:00-04"} {
		v, err := plus.Eval(call, []types.Value{parse(types.Timestamptz, "2024-03-09 12:00-05"), parse(types.Interval, span)})
		if got := types.FormatText(types.Timestamptz, v, &f); err != nil || got != want {
			t.Errorf("+ %s = %s, %v, want %s", span, got, err, want)
		}
	}
	trunc := FunctionFor("date_trunc", types.OIDText, types.OIDTimestamptz)
	v, err := trunc.Eval(call, []types.Value{types.NewString("day"), parse(types.Timestamptz, "2024-03-10 12:00-04")})
	if got := types.FormatText(types.Timestamptz, v, &f); err != nil || got != "2024-03-10 00:00:00-05" {
		t.Errorf("date_trunc = %s, %v", got, err)
	}
}
