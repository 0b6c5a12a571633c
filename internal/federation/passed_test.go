package federation_test

import (
	"context"
	"strings"
	"testing"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/federation"
)

// A letter that is passed on counts by the signature of who wrote it, and by nothing that the one says who passes it on.
func TestALetterThatIsPassedOnIsItsWritersOwn(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		anhui, shanghai := writers(t, dbtest.Open(t, nil), nil)
		jiangsu := openStation(t, "320000", d, "")
		jiangsu.follows(quietly, anhui)
		stranger := newStation(t, "330000")
		stranger.follows(quietly, shanghai)
		var proof []byte
		shanghai.fed.Handle("ask", func(_ context.Context, _ *db.Tx, l federation.Letter) (any, error) { proof = l.Proof; return nil, nil })
		anhui.write("310000", "ask", "signed")
		deliver(t, anhui, shanghai)
		read := func(s *station, proof string) (l federation.Letter, to string, err error) {
			err = s.d.Read(ctx, func(tx *db.Tx) error { l, to, err = s.fed.Passed(ctx, tx, []byte(proof)); return err })
			return l, to, err
		}
		_, _, err := read(jiangsu, string(proof))
		if fault.KindOf(err) != fault.Unavailable {
			t.Errorf("before the log was followed: %v", err)
		}
		follow(t, jiangsu.fed)
		l, to, err := read(jiangsu, string(proof))
		if err != nil || l.Peer != "340000" || to != "310000" || l.Kind != "ask" || string(l.Body) != `"signed"` || string(l.Proof) != string(proof) {
			t.Fatalf("%+v to %s, %v", l, to, err)
		}
		_, _, err = read(stranger, string(proof))
		wantFault(t, err, "federation.letter_from_nobody")
		for _, c := range []struct{ old, new, want string }{
			{`\"signed\"`, `\"signet\"`, "federation.sig_digest"},
			{`\"to\":\"310000\"`, `\"to\":\"330000\"`, "federation.sig_digest"},
			{`Signature-Input`, `Signature-Output`, "federation.sig_missing"},
			{`sha-256=`, `sha-257=`, "federation.sig_false"},
			{`letters/1`, `letters/2`, "federation.letter_key_new"},
			{`letters/1`, `letters/0`, "federation.letter_key"},
			{`{"letter"`, `["letter"`, "federation.letter_form"},
		} {
			if !strings.Contains(string(proof), c.old) {
				t.Fatalf("%s is not in %s", c.old, proof)
			}
			_, _, err := read(jiangsu, strings.Replace(string(proof), c.old, c.new, 1))
			wantFault(t, err, c.want)
		}
	})
}
