package ops

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestProfilesAreOffUnlessAskedFor(t *testing.T) {
	for _, asked := range []bool{false, true} {
		s := New(NewRegistry())
		want := http.StatusNotFound
		if asked {
			s.Profile()
			want = http.StatusOK
		}
		for _, path := range []string{"/debug/pprof/", "/debug/pprof/heap", "/debug/pprof/symbol"} {
			w := httptest.NewRecorder()
			s.mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
			if w.Code != want {
				t.Errorf("asked %v: %s answers %d, want %d", asked, path, w.Code, want)
			}
		}
	}
}
