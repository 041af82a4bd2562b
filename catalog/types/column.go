package types

// Column is one typed column of a batch. Exactly one of I64 and Str is used,
// by the class of Type; its length is the number of rows. Owned by the
// operator that fills it and valid until that operator's next Next; Str
// elements may alias slabs pinned by the statement's snapshot. Not safe for
// concurrent use.
type Column struct {
	Type  Type
	I64   []int64
	Str   []string
	nulls []uint64 // bit i set: row i is NULL; shorter than the rows: the rest is not NULL
	fixed bool
}

// Reset empties the column, gives it a type and n rows that are zero and not NULL.
// It keeps the memory.
func (c *Column) Reset(t Type, n int) {
	c.Type = t
	c.fixed = t.Fixed()
	c.nulls = c.nulls[:0]
	c.I64 = c.I64[:0]
	c.Str = c.Str[:0]
	if c.fixed {
		if cap(c.I64) < n {
			c.I64 = make([]int64, n)
		}
		c.I64 = c.I64[:n]
		clear(c.I64)
		return
	}
	if cap(c.Str) < n {
		c.Str = make([]string, n)
	}
	c.Str = c.Str[:n]
	clear(c.Str)
}

// Len returns the number of rows.
func (c *Column) Len() int {
	if c.fixed {
		return len(c.I64)
	}
	return len(c.Str)
}

// Fixed reports whether the column uses I64.
func (c *Column) Fixed() bool { return c.fixed }

// HasNulls reports whether a NULL may be present.
func (c *Column) HasNulls() bool { return len(c.nulls) > 0 }

// IsNull reports whether row i is NULL.
func (c *Column) IsNull(i int) bool {
	w := i >> 6
	return w < len(c.nulls) && c.nulls[w]&(1<<(uint(i)&63)) != 0
}

// SetNull makes row i NULL.
func (c *Column) SetNull(i int) {
	w := i >> 6
	for len(c.nulls) <= w {
		c.nulls = append(c.nulls, 0)
	}
	c.nulls[w] |= 1 << (uint(i) & 63)
	if c.fixed {
		c.I64[i] = 0
	} else {
		c.Str[i] = ""
	}
}

// clearNull makes row i not NULL.
func (c *Column) clearNull(i int) {
	if w := i >> 6; w < len(c.nulls) {
		c.nulls[w] &^= 1 << (uint(i) & 63)
	}
}

// Get returns row i.
func (c *Column) Get(i int) Value {
	if c.IsNull(i) {
		return Value{}
	}
	if c.fixed {
		return Value{i: c.I64[i], valid: true}
	}
	return Value{s: c.Str[i], valid: true}
}

// Set stores v at row i, which must exist.
func (c *Column) Set(i int, v Value) {
	if !v.valid {
		c.SetNull(i)
		return
	}
	c.clearNull(i)
	if c.fixed {
		c.I64[i] = v.i
	} else {
		c.Str[i] = v.s
	}
}

// Append adds one row.
func (c *Column) Append(v Value) {
	n := c.Len()
	if c.fixed {
		c.I64 = append(c.I64, v.i)
	} else {
		c.Str = append(c.Str, v.s)
	}
	if !v.valid {
		c.SetNull(n)
	} else {
		c.clearNull(n)
	}
}

// Truncate keeps the first n rows.
func (c *Column) Truncate(n int) {
	if c.fixed {
		c.I64 = c.I64[:n]
	} else {
		c.Str = c.Str[:n]
	}
	if w := n >> 6; w < len(c.nulls) {
		c.nulls[w] &= 1<<(uint(n)&63) - 1
		c.nulls = c.nulls[:w+1]
	}
}
