package catalog

import "synapse/catalog/types"

// Function is a function or procedure that a user created, or a function of
// the memory schema that is shown by \sf.
type Function struct {
	Header
	Procedure bool          `json:"procedure,omitempty"`
	Args      []FunctionArg `json:"args,omitempty"`    // in order of declaration, OUT ones included
	Ret       types.Type    `json:"ret"`               // record where several OUT arguments or columns make the result
	RetRel    types.OID     `json:"ret_rel,omitempty"` // relation or composite type whose row is returned; Ret is record
	RetSet    bool          `json:"ret_set,omitempty"`
	Columns   []FunctionArg `json:"columns,omitempty"` // RETURNS TABLE
	Language  string        `json:"language"`
	Body      string        `json:"body"`
	Atomic    bool          `json:"atomic,omitempty"` // Body is SQL-standard: BEGIN ATOMIC … END or RETURN …
	Strict    bool          `json:"strict,omitempty"`
	Volatile  byte          `json:"volatile,omitempty"` // 'i', 's' or 'v'; 0 is 'v'

	SecurityDefiner bool      `json:"security_definer,omitempty"`
	Leakproof       bool      `json:"leakproof,omitempty"`
	Parallel        byte      `json:"parallel,omitempty"` // 's', 'r' or 'u'; 0 is 'u'
	Cost            float64   `json:"cost,omitempty"`     // 0 is the language's default
	Rows            float64   `json:"rows,omitempty"`     // 0 is the default
	Settings        []Setting `json:"settings,omitempty"` // SET name TO value, in force while it runs
	// SearchPath is the path at creation: names in an Atomic body resolve by it.
	SearchPath []string `json:"search_path,omitempty"`
}

// Setting is a configuration parameter with its value.
type Setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Class implements Object.
func (*Function) Class() Class { return ClassFunction }

// FunctionArg is a parameter or result column.
type FunctionArg struct {
	Name    string     `json:"name,omitempty"`
	Type    types.Type `json:"type"`
	Rel     types.OID  `json:"rel,omitempty"` // relation or composite type whose row it is; Type is record
	Default string     `json:"default,omitempty"`
	Mode    byte       `json:"mode,omitempty"` // 'i' (or 0), 'o', 'b', 'v', 't'
}

// In reports whether callers give the argument.
func (a *FunctionArg) In() bool { return a.Mode != 'o' && a.Mode != 't' }

// Out reports whether the argument is part of the result.
func (a *FunctionArg) Out() bool { return a.Mode == 'o' || a.Mode == 'b' || a.Mode == 't' }

// Inputs are the arguments that callers give.
func (f *Function) Inputs() []FunctionArg {
	var out []FunctionArg
	for i := range f.Args {
		if f.Args[i].In() {
			out = append(out, f.Args[i])
		}
	}
	return out
}

// Outputs are the OUT arguments, or the columns of RETURNS TABLE.
func (f *Function) Outputs() []FunctionArg {
	if len(f.Columns) > 0 {
		return f.Columns
	}
	var out []FunctionArg
	for i := range f.Args {
		if f.Args[i].Out() {
			out = append(out, f.Args[i])
		}
	}
	return out
}

// Volatility is pg_proc.provolatile.
func (f *Function) Volatility() byte {
	if f.Volatile == 0 {
		return 'v'
	}
	return f.Volatile
}

// Kind is the word of SQL for what it is: "function" or "procedure".
func (f *Function) Kind() string {
	if f.Procedure {
		return "procedure"
	}
	return "function"
}

// TriggerType is pg_trigger.tgtype: when and for what a trigger fires.
type TriggerType int16

// The bits of TriggerType. Without TriggerBefore and TriggerInstead it is AFTER.
const (
	TriggerRow TriggerType = 1 << iota
	TriggerBefore
	TriggerInsert
	TriggerDelete
	TriggerUpdate
	TriggerTruncate
	TriggerInstead
)

// Trigger is a trigger of a table or view. It is part of its relation, with
// which it is versioned.
type Trigger struct {
	ID       types.OID   `json:"id"`
	Name     string      `json:"name"`
	Function types.OID   `json:"function"`
	Args     []string    `json:"args,omitempty"`
	Type     TriggerType `json:"type"`
	Columns  []int       `json:"columns,omitempty"` // UPDATE OF: 1-based positions
	When     string      `json:"when,omitempty"`    // SQL text over the rows old and new
	OldTable string      `json:"old_table,omitempty"`
	NewTable string      `json:"new_table,omitempty"`
	Disabled bool        `json:"disabled,omitempty"`
	Comment  string      `json:"comment,omitempty"`
	Parent   types.OID   `json:"parent,omitempty"` // the trigger of the partitioned table that it was made for
}

// Is reports whether the trigger has all of the bits.
func (t *Trigger) Is(bits TriggerType) bool { return t.Type&bits == bits }

// After reports whether it fires after the event.
func (t *Trigger) After() bool { return t.Type&(TriggerBefore|TriggerInstead) == 0 }
