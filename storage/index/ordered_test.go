package index

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// line is one entry of the reference: a list that is searched from end to end.
type line struct {
	key      string
	local    uint32
	from, to int64
}

// TestOrderedAgainstList compares ranges at random times, forwards and back, in
// steps of random size, with a plain list.
func TestOrderedAgainstList(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	x := NewOrdered()
	var list []line
	key := func() string { return strings.Repeat("k", rng.IntN(12)) + fmt.Sprint(rng.IntN(30)) }
	open := map[uint32]int{}
	for now := int64(1); now < 3000; now++ {
		local := uint32(rng.IntN(60))
		if i, ok := open[local]; ok {
			if !x.Close([]byte(list[i].key), local, now) {
				t.Fatalf("entry %+v is missing", list[i])
			}
			list[i].to = now
			delete(open, local)
		}
		if rng.IntN(3) > 0 {
			k := key()
			x.Add([]byte(k), local, now)
			open[local] = len(list)
			list = append(list, line{k, local, now, Open})
		}
		if now%20 == 0 {
			compareRange(t, rng, x, list, Range{Low: []byte(key()), At: rng.Int64N(now + 1), Reverse: rng.IntN(2) == 0}, key())
		}
	}
}

func compareRange(t *testing.T, rng *rand.Rand, x *Ordered, list []line, r Range, high string) {
	t.Helper()
	if rng.IntN(3) > 0 {
		r.High = []byte(high)
	}
	var want []line
	for _, l := range list {
		if l.key >= string(r.Low) && (r.High == nil || l.key < high) && l.from <= r.At && r.At < l.to {
			want = append(want, l)
		}
	}
	slices.SortFunc(want, func(a, b line) int {
		if c := strings.Compare(a.key, b.key); c != 0 {
			return c
		}
		return int(int64(a.local) - int64(b.local))
	})
	if r.Reverse {
		slices.Reverse(want)
	}
	var pos Position
	var got []Hit
	for {
		n := 1 + rng.IntN(4)
		before := len(got)
		if got = x.Scan(&r, &pos, got, n); len(got) < before+n {
			break
		}
	}
	if len(got) != len(want) {
		t.Fatalf("range %+v: %d entries, want %d", r, len(got), len(want))
	}
	for i := range got {
		if string(got[i].Key) != want[i].key || got[i].Local != want[i].local || got[i].From != want[i].from {
			t.Fatalf("range %+v, entry %d: %+v, want %+v", r, i, got[i], want[i])
		}
	}
}

func TestOrderedCount(t *testing.T) {
	x := NewOrdered()
	for i := range uint32(500) {
		x.Add([]byte{byte(i % 5)}, i, 1)
	}
	for _, c := range []struct {
		low, high []byte
		want      int
	}{{nil, nil, 500}, {[]byte{2}, []byte{3}, 100}, {[]byte{2}, nil, 300}, {[]byte{7}, nil, 0}} {
		if got := x.Count(c.low, c.high); got != c.want {
			t.Errorf("%v..%v: %d, want %d", c.low, c.high, got, c.want)
		}
	}
}

func TestOrderedChanged(t *testing.T) {
	x := NewOrdered()
	x.Add([]byte("b"), 1, 10)
	x.Close([]byte("b"), 1, 20)
	x.Add([]byte("d"), 1, 20)
	for _, c := range []struct {
		low, high string
		since     int64
		want      bool
	}{{"a", "c", 5, true}, {"a", "c", 15, true}, {"a", "c", 20, false}, {"c", "e", 19, true}, {"c", "e", 20, false}, {"e", "f", 0, false}} {
		if got := x.Changed([]byte(c.low), []byte(c.high), c.since); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestHashAgainstMap(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	h, want := NewHash(), map[string]uint32{}
	for i := range 20_000 {
		k := fmt.Sprint(rng.IntN(500))
		if local, ok := want[k]; ok && rng.IntN(2) == 0 {
			h.Delete([]byte(k), local+1) // another row's: stays
			h.Delete([]byte(k), local)
			delete(want, k)
		} else {
			h.Put([]byte(k), uint32(i), int64(i))
			want[k] = uint32(i)
		}
	}
	if h.Len() != len(want) {
		t.Errorf("%d keys, want %d", h.Len(), len(want))
	}
	for k := range 500 {
		local, _, ok := h.Get(fmt.Append(nil, k))
		if w, has := want[fmt.Sprint(k)]; ok != has || local != w {
			t.Errorf("key %d: %d %v, want %d %v", k, local, ok, w, has)
		}
	}
}

func TestSeries(t *testing.T) {
	var s Series
	s.Set(10, 1)
	s.Set(20, 2)
	s.Set(20, 3)
	s.Set(30, 3)
	for at, want := range map[int64]int64{9: 0, 10: 1, 19: 1, 20: 3, 99: 3} {
		if got := s.At(at); got != want {
			t.Errorf("at %d: %d, want %d", at, got, want)
		}
	}
}
