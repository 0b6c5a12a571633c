package federation_test

import (
	"testing"

	"corridor/internal/federation"
)

// Whoever asks a witness is nobody yet: nothing that is sent may do more than get an answer.
func FuzzAddCheckpoint(f *testing.F) {
	anhui, shanghai := newStation(f, "340000"), newStation(f, "310000")
	w := shanghai.follows(quietly, anhui)
	anhui.publish(3)
	f.Add([]byte(request(f, anhui.log, 0)))
	f.Add([]byte("old 1\nAAAA\n\nx\n1\ny\n\n— a b\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := w.AddCheckpoint(ctx, b)
		if err != nil || a.Status < 200 || a.Status > 499 {
			t.Errorf("%q: %+v, %v", b, a, err)
		}
	})
}

func FuzzSucceed(f *testing.F) {
	c, all := three(f)
	f.Add(sign(f, c, all...))
	f.Add([]byte("corridor community v1\n{}\n\n— a b\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, by, err := federation.Succeed(federation.Community{}, b)
		if err == nil && (got.Version != 1 || len(by) != 3) {
			t.Errorf("%q: %+v by %v", b, got, by)
		}
	})
}
