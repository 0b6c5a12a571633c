package federation_test

import (
	"net/http"
	"testing"

	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
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

// Whoever comes to the door with a letter is nobody yet: nothing that is sent is taken in without a true signature.
func FuzzReceive(f *testing.F) {
	anhui, shanghai := writers(f, dbtest.Open(f, nil), nil)
	anhui.write("310000", "count", "one")
	meet(f, anhui, shanghai)
	c := catch(f, anhui, shanghai)
	f.Add(c.body, c.header.Get("Signature-Input"), c.header.Get("Signature"), c.header.Get("Content-Digest"))
	f.Add([]byte(`{"v":1}`), "sig1=()", "sig1=:AAAA:", "sha-256=:AAAA:")
	f.Fuzz(func(t *testing.T, body []byte, input, sig, digest string) {
		x := caught{http.Header{"Signature-Input": {input}, "Signature": {sig}, "Content-Digest": {digest}, "Content-Type": {"application/json"}}, body}
		if err := x.at(shanghai, nil); err == nil && string(body) != string(c.body) {
			t.Errorf("%q was taken in", body)
		} else if k := fault.KindOf(err); k == fault.Internal {
			t.Errorf("%q: %v", body, err)
		}
	})
}
