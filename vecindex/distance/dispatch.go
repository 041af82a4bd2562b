package distance

// Level is an instruction set that the kernels can use.
type Level uint8

// The levels, from always there to best.
const (
	Scalar Level = iota
	NEON
	AVX2
	AVX512
)

// String is the level's name as the server logs it.
func (l Level) String() string {
	switch l {
	case NEON:
		return "neon"
	case AVX2:
		return "avx2"
	case AVX512:
		return "avx512"
	}
	return "scalar"
}

// level is chosen once, before main. Only tests change it.
var level = best()

// Active returns the level that the kernels of this process run at.
func Active() Level { return level }
