package distance

// Metric names how two vectors are compared. Smaller is nearer for all of them.
type Metric uint8

// The metrics, with pgvector's operator for each.
const (
	// L2 is the Euclidean distance, <->.
	L2 Metric = iota + 1
	// InnerProduct is the negative inner product, <#>.
	InnerProduct
	// Cosine is one minus the cosine similarity, <=>; NaN when a vector is zero.
	Cosine
	// L1 is the taxicab distance, <+>.
	L1
)

// String is the metric's name as the operator classes spell it.
func (m Metric) String() string {
	switch m {
	case L2:
		return "l2"
	case InnerProduct:
		return "ip"
	case Cosine:
		return "cosine"
	case L1:
		return "l1"
	}
	return "unknown"
}

// Valid reports whether m is one of the declared metrics.
func (m Metric) Valid() bool { return m >= L2 && m <= L1 }
