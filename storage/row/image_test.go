package row

import (
	"strings"
	"testing"

	"synapse/catalog/types"
)

func build(t *testing.T, n int, set func(b *Builder)) Image {
	t.Helper()
	var b Builder
	b.Reset(n)
	set(&b)
	im, err := b.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return im
}

func TestImageRoundTrip(t *testing.T) {
	for _, text := range []string{"", "short", strings.Repeat("x", 1<<14), strings.Repeat("y", 100_000)} {
		im := build(t, 4, func(b *Builder) {
			b.Set(0, types.Int4, types.NewInt(-5))
			b.Set(2, types.Text, types.NewString(text))
			b.Set(3, types.Float8, types.NewFloat(1.5))
		})
		if err := im.Check(); err != nil {
			t.Fatal(err)
		}
		for attr, want := range map[int]State{0: Value, 1: Null, 2: Value, 3: Value, 4: Missing} {
			if got := im.State(attr); got != want {
				t.Errorf("%d bytes: attribute %d is %d, want %d", len(text), attr, got, want)
			}
		}
		a, _ := im.Value(0, types.Int4)
		b, _ := im.Value(2, types.Text)
		c, _ := im.Value(3, types.Float8)
		if a.Int() != -5 || b.Str() != text || c.Float() != 1.5 {
			t.Errorf("%d bytes: got %v %d bytes %v", len(text), a.Int(), len(b.Str()), c.Float())
		}
	}
}

func TestResolve(t *testing.T) {
	prev := build(t, 3, func(b *Builder) {
		b.Set(0, types.Text, types.NewString("one"))
		b.Set(1, types.Text, types.NewString("two"))
	})
	next := build(t, 3, func(b *Builder) {
		b.SetRaw(0, Same, nil)
		b.Set(2, types.Text, types.NewString("three"))
	})
	got, err := next.Resolve(prev)
	if err != nil {
		t.Fatal(err)
	}
	v, _ := got.Value(0, types.Text)
	if v.Str() != "one" || got.State(1) != Null || got.State(2) != Value {
		t.Errorf("got %q, states %d %d", v.Str(), got.State(1), got.State(2))
	}
	lost := build(t, 3, func(b *Builder) { b.SetRaw(2, Same, nil) })
	if _, err := lost.Resolve(prev); err == nil {
		t.Error("resolved an attribute that the previous version does not have")
	}
}

// Whatever Check lets through can be walked.
func FuzzCheck(f *testing.F) {
	var b Builder
	b.Reset(2)
	b.Set(0, types.Text, types.NewString("abc"))
	seed, _ := b.Append(nil)
	f.Add(seed)
	f.Add([]byte{1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, raw []byte) {
		im := Image(raw)
		if im.Check() != nil {
			return
		}
		for attr := range im.Len() + 1 {
			im.Payload(attr)
			_, _ = im.Value(attr, types.Text)
			_, _ = im.Value(attr, types.Int8)
		}
		_, _ = im.Resolve(im)
	})
}
