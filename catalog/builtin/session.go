package builtin

import (
	"math"
	"runtime"
	"sort"
	"strings"
	"time"

	"github.com/google/uuid"

	"synapse/catalog/sqlerr"
	"synapse/catalog/types"
)

// Version is what version() says: PostgreSQL's number first, which clients parse.
const Version = "PostgreSQL 15.20 (Synapse) on " + runtime.GOARCH + "-" + runtime.GOOS + ", compiled by Go, 64-bit"

// hostText lifts a question to the session without arguments.
func hostText(ask func(Host) string) body {
	return func(c *Call, _ []types.Value) (types.Value, error) { return types.NewString(ask(c.Host)), nil }
}

func constant(v types.Value) body {
	return func(*Call, []types.Value) (types.Value, error) { return v, nil }
}

// searchPath is current_schemas: with the implicit pg_catalog in front where asked for.
func searchPath(c *Call, implicit bool) []string {
	path := c.Host.SearchPath()
	if !implicit {
		return path
	}
	for _, s := range path {
		if s == "pg_catalog" {
			return path
		}
	}
	return append([]string{"pg_catalog"}, path...)
}

func currentSetting(c *Call, a []types.Value) (types.Value, error) {
	value, ok := c.Host.Setting(a[0].Str())
	switch {
	case ok:
		return types.NewString(value), nil
	case len(a) > 1 && a[1].Bool():
		return types.Null, nil
	}
	return types.Null, sqlerr.New(sqlerr.UndefinedObject, "unrecognized configuration parameter \"%s\"", a[0].Str())
}

func setConfig(c *Call, a []types.Value) (types.Value, error) {
	if a[0].IsNull() {
		return types.Null, sqlerr.New(sqlerr.NullValueNotAllowed, "SET requires parameter name")
	}
	name := a[0].Str()
	if err := c.Host.SetSetting(name, a[1].Str(), a[2].Bool()); err != nil {
		return types.Null, err
	}
	value, _ := c.Host.Setting(name)
	return types.NewString(value), nil
}

// sleepStep is how often pg_sleep asks whether it was cancelled.
const sleepStep = 50 * time.Millisecond

func sleep(c *Call, d time.Duration) error {
	end := time.Now().Add(d)
	for {
		if c.Interrupt != nil {
			if err := c.Interrupt(); err != nil {
				return err
			}
		}
		left := time.Until(end)
		if left <= 0 {
			return nil
		}
		time.Sleep(min(left, sleepStep))
	}
}

func sleepSeconds(c *Call, a []types.Value) (types.Value, error) {
	seconds := a[0].Float()
	if math.IsNaN(seconds) {
		seconds = 0
	}
	limit := float64(math.MaxInt64 / int64(time.Second))
	d := time.Duration(min(max(seconds, 0), limit) * float64(time.Second))
	return types.NewString(""), sleep(c, d)
}

// pgTypeof answers with the static type of the argument's place.
func pgTypeof(c *Call, _ []types.Value) (types.Value, error) {
	return types.NewInt(int64(c.Args[0].OID)), nil
}

func newUUID(*Call, []types.Value) (types.Value, error) {
	id, err := uuid.NewRandom()
	if err != nil {
		return types.Null, sqlerr.New(sqlerr.InternalError, "could not generate random values").Wrap(err)
	}
	return types.NewString(string(id[:])), nil
}

func newUUIDv7(*Call, []types.Value) (types.Value, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return types.Null, sqlerr.New(sqlerr.InternalError, "could not generate random values").Wrap(err)
	}
	return types.NewString(string(id[:])), nil
}

func notify(c *Call, a []types.Value) (types.Value, error) {
	if a[0].IsNull() || a[0].Str() == "" {
		return types.Null, sqlerr.New(sqlerr.InvalidParameterValue, "channel name cannot be empty")
	}
	return types.NewString(""), c.Host.Notify(a[0].Str(), a[1].Str())
}

func embed(c *Call, a []types.Value) (types.Value, error) {
	vector, err := c.Host.Embed(a[0].Str())
	if err != nil {
		return types.Null, err
	}
	return types.VectorFromFloat32s(vector), nil
}

func init() {
	addAll(hostText(Host.CurrentUser), "current_user()", "getpgusername()")
	add("session_user()", hostText(Host.SessionUser))
	add("current_database()", hostText(Host.CurrentDatabase))
	add("current_schema()", func(c *Call, _ []types.Value) (types.Value, error) {
		path := c.Host.SearchPath()
		if len(path) == 0 {
			return types.Null, nil
		}
		return types.NewString(path[0]), nil
	})
	add("current_schemas(bool)", func(c *Call, a []types.Value) (types.Value, error) {
		path := searchPath(c, a[0].Bool())
		values := make([]types.Value, len(path))
		for i, s := range path {
			values[i] = types.NewString(s)
		}
		return types.NewArray(types.Name, values).Encode(), nil
	})
	addAll(currentSetting, "current_setting(text)", "current_setting(text,bool)")
	add("set_config(text,text,bool)", setConfig)
	add("pg_backend_pid()", func(c *Call, _ []types.Value) (types.Value, error) {
		return types.NewInt(int64(c.Host.BackendPID())), nil
	})
	add("inet_client_addr()", clientAddr)
	add("version()", constant(types.NewString(Version)))
	add("pg_is_in_recovery()", constant(types.NewBool(false)))
	add("pg_sleep(float8)", sleepSeconds)
	add("pg_typeof(any)", pgTypeof)
	add("pg_notify(text,text)", notify)
	add("gen_random_uuid()", newUUID)
	Register(&Function{Name: "uuid_generate_v4", Ret: types.OIDUUID, Strict: true, Volatility: Volatile, Eval: newUUID})
	Register(&Function{Name: "uuidv7", Ret: types.OIDUUID, Strict: true, Volatility: Volatile, Eval: newUUIDv7})
	define("embed(text) vector", embed).Volatility = Stable
	addAll(constant(types.NewString("UTF8")), "pg_client_encoding()", "getdatabaseencoding()")
	add("pg_encoding_to_char(int4)", func(_ *Call, a []types.Value) (types.Value, error) {
		if a[0].Int() == 6 { // PG_UTF8
			return types.NewString("UTF8"), nil
		}
		return types.NewString(""), nil
	})
	registerSequences()
	registerAdvisoryLocks()
}

// clientAddr is NULL for connections without an address (sockets).
func clientAddr(c *Call, _ []types.Value) (types.Value, error) {
	addr := c.Host.ClientAddr()
	if addr == "" {
		return types.Null, nil
	}
	return types.ParseText(types.Of(types.OIDInet), addr, c.Format)
}

// SequenceRow is what a sequence yields when it is read like a table. PostgreSQL
// keeps log_cnt for its own log; here it is always 0.
var SequenceRow = &Function{
	Name: "pg_sequence_row", Kind: SetReturning, Args: []types.OID{types.OIDRegclass}, Ret: types.OIDRecord, Strict: true, Volatility: Volatile,
	Columns: []OutColumn{{Name: "last_value", Type: types.Int8}, {Name: "log_cnt", Type: types.Int8}, {Name: "is_called", Type: types.Bool}},
	Rows: func(c *Call, a []types.Value, yield func([]types.Value) error) error {
		last, called, err := c.Host.SequenceState(types.OID(a[0].Int()))
		if err != nil {
			return err
		}
		return yield([]types.Value{types.NewInt(last), types.NewInt(0), types.NewBool(called)})
	},
}

func registerSequences() {
	number := func(ask func(Host, types.OID) (int64, error)) body {
		return func(c *Call, a []types.Value) (types.Value, error) {
			n, err := ask(c.Host, types.OID(a[0].Int()))
			return types.NewInt(n), err
		}
	}
	add("nextval(regclass)", number(Host.NextVal))
	add("currval(regclass)", number(Host.CurrVal))
	add("lastval()", func(c *Call, _ []types.Value) (types.Value, error) {
		n, err := c.Host.LastVal()
		return types.NewInt(n), err
	})
	add("pg_sequence_last_value(regclass)", func(c *Call, a []types.Value) (types.Value, error) {
		last, called, err := c.Host.SequenceState(types.OID(a[0].Int()))
		if err != nil || !called {
			return types.Null, err
		}
		return types.NewInt(last), nil
	})
	Register(SequenceRow)
	addAll(func(c *Call, a []types.Value) (types.Value, error) {
		called := len(a) < 3 || a[2].Bool()
		return a[1], c.Host.SetVal(types.OID(a[0].Int()), a[1].Int(), called)
	}, "setval(regclass,int8)", "setval(regclass,int8,bool)")
}

// registerAdvisoryLocks adds pg_[try_]advisory_[xact_]lock[_shared] and the
// unlocks, each for one int8 key and for two int4 keys.
func registerAdvisoryLocks() {
	keys := map[string]bool{"(int8)": false, "(int4,int4)": true}
	forms := make([]string, 0, len(keys))
	for form := range keys {
		forms = append(forms, form)
	}
	sort.Strings(forms)
	key := func(a []types.Value) int64 {
		if len(a) == 2 {
			return a[0].Int()<<32 | a[1].Int()&math.MaxUint32
		}
		return a[0].Int()
	}
	for _, form := range forms {
		two := keys[form]
		for _, name := range []string{
			"pg_advisory_lock", "pg_advisory_lock_shared", "pg_advisory_xact_lock", "pg_advisory_xact_lock_shared",
			"pg_try_advisory_lock", "pg_try_advisory_lock_shared", "pg_try_advisory_xact_lock", "pg_try_advisory_xact_lock_shared",
		} {
			shared, xact, try := strings.HasSuffix(name, "_shared"), strings.Contains(name, "_xact_"), strings.Contains(name, "_try_")
			add(name+form, func(c *Call, a []types.Value) (types.Value, error) {
				got, err := c.Host.AdvisoryLock(key(a), two, shared, xact, try)
				if !try {
					return types.NewString(""), err
				}
				return types.NewBool(got), err
			})
		}
		for _, name := range []string{"pg_advisory_unlock", "pg_advisory_unlock_shared"} {
			add(name+form, func(c *Call, a []types.Value) (types.Value, error) {
				held, err := c.Host.AdvisoryUnlock(key(a), two, strings.HasSuffix(name, "_shared"))
				return types.NewBool(held), err
			})
		}
	}
	add("pg_advisory_unlock_all()", func(c *Call, _ []types.Value) (types.Value, error) {
		c.Host.AdvisoryUnlockAll()
		return types.NewString(""), nil
	})
}
