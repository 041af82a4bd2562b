package recall

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"synapse/vecindex/distance"
)

func TestTruthCountsTies(t *testing.T) {
	vecs := [][]float32{{1}, {2}, {2}, {2}, {9}}
	truth := Exact(distance.L2, vecs, []float32{0}, 3, nil)
	if truth.Matches != 5 || truth.Want != 3 || truth.Limit != 2 {
		t.Fatalf("%+v", truth)
	}
	for _, c := range []struct {
		distances []float64
		want      float64
	}{{[]float64{1, 2, 2}, 1}, {[]float64{2, 2, 2}, 1}, {[]float64{1, 2, 9}, 2. / 3}, {nil, 0}} {
		if got := truth.Of(c.distances); got != c.want {
			t.Errorf("%v: %v, want %v", c.distances, got, c.want)
		}
	}
	if none := Exact(distance.L2, vecs, []float32{0}, 3, func(int) bool { return false }); none.Of(nil) != 1 {
		t.Error("nothing wanted is nothing missed")
	}
}

func TestMixtureIsSkewedAndUnit(t *testing.T) {
	vecs, clusters := NewMixture(1, 64, 20).Vectors(2000)
	count := map[int]int{}
	for i, v := range vecs {
		count[clusters[i]]++
		if n := distance.Norm(v); math.Abs(n-1) > 1e-3 {
			t.Fatalf("length %v", n)
		}
	}
	if len(count) != 20 || count[0] < 5*count[19] {
		t.Errorf("cluster sizes %v", count)
	}
	again, _ := NewMixture(1, 64, 20).Vectors(1)
	if again[0][5] != vecs[0][5] {
		t.Error("the same seed gives other vectors")
	}
}

func TestReadFvecs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "v.fvecs")
	data := "\x02\x00\x00\x00\x00\x00\x80\x3f\x00\x00\x00\x40" + "\x01\x00\x00\x00\x00\x00\x00\xc0"
	for cut, ok := range map[int]bool{len(data): true, len(data) - 1: false, 13: false} {
		if err := os.WriteFile(path, []byte(data[:cut]), 0o600); err != nil {
			t.Fatal(err)
		}
		vecs, err := ReadFvecs(path)
		if ok != (err == nil) {
			t.Errorf("%d bytes: %v", cut, err)
		}
		if ok && (len(vecs) != 2 || vecs[0][1] != 2 || vecs[1][0] != -2) {
			t.Errorf("read %v", vecs)
		}
	}
}
