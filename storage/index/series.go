package index

import "sort"

// Series is a number over commit time: exact for every moment, one entry for
// each commit that changed it. Guarded by its owner's lock.
type Series struct {
	times []int64 // ascending
	value []int64
}

// Set records the value from t on; t must not lie before the last entry.
func (s *Series) Set(t int64, v int64) {
	n := len(s.times)
	if n > 0 && s.times[n-1] == t {
		s.value[n-1] = v
		return
	}
	if s.Last() == v {
		return
	}
	s.times = append(s.times, t)
	s.value = append(s.value, v)
}

// Last returns the newest value.
func (s *Series) Last() int64 {
	if len(s.value) == 0 {
		return 0
	}
	return s.value[len(s.value)-1]
}

// At returns the value at t.
func (s *Series) At(t int64) int64 {
	n := len(s.times)
	if n > 0 && s.times[n-1] <= t {
		return s.value[n-1]
	}
	i := sort.Search(n, func(i int) bool { return s.times[i] > t })
	if i == 0 {
		return 0
	}
	return s.value[i-1]
}
