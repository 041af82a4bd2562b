package index

import "sort"

// Series is a number over commit time: exact for every moment since the last
// Cut, one entry for each commit that changed it. Guarded by its owner's lock.
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

// Cut forgets the values before t. The entry that holds at t stays.
func (s *Series) Cut(t int64) {
	i := sort.Search(len(s.times), func(i int) bool { return s.times[i] > t }) - 1
	if i <= 0 {
		return
	}
	n := copy(s.times, s.times[i:])
	copy(s.value, s.value[i:])
	s.times, s.value = s.times[:n], s.value[:n]
	if n < cap(s.times)/4 {
		s.times, s.value = append([]int64(nil), s.times...), append([]int64(nil), s.value...)
	}
}

// AddDuring changes the value at all moments of [from, to) by n; to beyond the last
// entry changes the newest value too. Entries that Cut forgot stay forgotten.
func (s *Series) AddDuring(from, to, n int64) {
	out := Series{}
	set := func(t int64) {
		v := s.At(t)
		if from <= t && t < to {
			v += n
		}
		out.Set(t, v)
	}
	for _, t := range s.moments(from, to) {
		set(t)
	}
	*s = out
}

// moments are those of the entries, and from and to among them, ascending.
func (s *Series) moments(from, to int64) []int64 {
	out := append([]int64{}, s.times...)
	for _, t := range []int64{from, to} {
		if len(out) > 0 && t > out[0] && t < Open {
			i := sort.Search(len(out), func(i int) bool { return out[i] >= t })
			if i == len(out) || out[i] != t {
				out = append(out, 0)
				copy(out[i+1:], out[i:])
				out[i] = t
			}
		}
	}
	return out
}

// sameSince reports whether two series agree at t and after it.
func (s *Series) sameSince(o *Series, t int64) bool {
	if s.At(t) != o.At(t) {
		return false
	}
	for _, list := range [][]int64{s.times, o.times} {
		i := sort.Search(len(list), func(i int) bool { return list[i] > t })
		for _, at := range list[i:] {
			if s.At(at) != o.At(at) {
				return false
			}
		}
	}
	return true
}
