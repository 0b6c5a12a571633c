package federation_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/federation"
)

// letterDigest names the bytes of a letter.
func letterDigest(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256:" + base64.StdEncoding.EncodeToString(sum[:])
}

// answerTo is what the station truly answers.
func (s *station) answerTo(r *http.Request) []byte {
	w := httptest.NewRecorder()
	s.serve(w, r)
	return w.Body.Bytes()
}

// register is what a station shows of its letters: the same on both sides but for the way.
func (s *station) register(flip bool) string {
	var lines []string
	for _, l := range s.letters(federation.LetterQuery{}) {
		lines = append(lines, fmt.Sprintf("%d %t %s %s %s%s %s", l.N, l.Out != flip, l.Kind, l.State, l.Answer, l.Code, l.Digest))
	}
	return strings.Join(lines, "\n")
}

// setBack is a node that lost its database: its log's key is all it has. Its neighbour meets it under the old address.
func setBack(t *testing.T, was *station, d *db.DB, neighbour *station) *station {
	t.Helper()
	s := openStation(t, was.code, d, was.private)
	people, err := access.New(access.Config{DB: s.d, NoCodes: true})
	if err != nil {
		t.Fatal(err)
	}
	s.follows(func(c *federation.Config) { quietly(c); c.Access, c.Key = people, s.private }, neighbour)
	was.shows(s)
	return s
}

// Both sides wrote, and answered; then one of them lost its database.
func lettersAreLost(t *testing.T, d *db.DB) (lost, shanghai *station, done *int) {
	t.Helper()
	anhui, shanghai := writers(t, dbtest.Open(t, nil), nil)
	for _, s := range []*station{anhui, shanghai} {
		s.fed.Handle("ask", func(context.Context, *db.Tx, federation.Letter) (any, error) { return 1, nil })
	}
	for _, kind := range []string{"ask", "unknown", "ask"} {
		anhui.write("310000", kind, kind)
	}
	deliver(t, anhui, shanghai)
	shanghai.write("340000", "ask", "a")
	shanghai.write("340000", "unknown", "b")
	deliver(t, shanghai, anhui)
	meet(t, anhui, shanghai)
	lost, done = setBack(t, anhui, d, shanghai), new(int)
	lost.fed.Handle("ask", func(context.Context, *db.Tx, federation.Letter) (any, error) { *done++; return *done, nil })
	return lost, shanghai, done
}

func TestLettersThatWereLostComeBackFromWhoHoldsThem(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		lost, shanghai, done := lettersAreLost(t, d)
		seen, err := lost.fed.Recover(ctx, lost.log)
		if err != nil || len(seen) != 1 || seen[0].Put == 0 {
			t.Fatalf("%+v, %v", seen, err)
		}
		if err := lost.fed.MarkBehind(ctx); err != nil {
			t.Fatal(err)
		}
		err = lost.d.Act(ctx, func(tx *db.Tx) error {
			_, err := lost.fed.Send(ctx, tx, "310000", "ask", federation.Voucher{}, 1)
			return err
		})
		wantFault(t, err, "federation.letters_behind")
		follow(t, lost.fed)
		if n, err := lost.fed.FetchLetters(ctx, seen[0].Peer); n != 5 || err != nil {
			t.Fatalf("%d letters came back, %v", n, err)
		}
		if got, want := lost.register(false), shanghai.register(true); got != want {
			t.Errorf("it shows\n%s\nits neighbour\n%s", got, want)
		}
		if *done != 1 {
			t.Errorf("of what it had done %d letters were done again, want 1: what was refused stays so", *done)
		}
		for _, l := range lost.letters(federation.LetterQuery{}) {
			if l.Back.IsZero() {
				t.Errorf("letter %d does not say that it came back", l.N)
			}
		}
		clean(t, lost.fed)

		// The numbers go on, both ways.
		lost.write("310000", "ask", "after")
		deliver(t, lost, shanghai)
		shanghai.write("340000", "ask", "after")
		deliver(t, shanghai, lost)
		if got, want := lost.register(false), shanghai.register(true); got != want || strings.Count(got, "done") != 5 {
			t.Errorf("it shows\n%s\nits neighbour\n%s", got, want)
		}
		if n, err := lost.fed.FetchLetters(ctx, seen[0].Peer); n != 0 || err != nil {
			t.Errorf("%d letters came back again, %v", n, err)
		}
	})
}

// A neighbour can hold back letters; it can make up none, neither a letter of this node nor an answer of it.
func TestNobodyMakesUpALetterForANodeThatWasSetBack(t *testing.T) {
	type held struct {
		Way       string `json:"way"`
		Letter    []byte `json:"letter"`
		LetterSig string `json:"letter_sig"`
		Answer    []byte `json:"answer"`
		AnswerSig string `json:"answer_sig"`
	}
	for name, tc := range map[string]struct {
		change func(all []held) []held
		want   string
	}{
		"a letter of ours that says something else": {func(all []held) []held {
			all[0].Letter = []byte(strings.Replace(string(all[0].Letter), `"body":"ask"`, `"body":"pay"`, 1))
			return all
		}, "federation.letter_answer"},
		"with an answer that fits": {func(all []held) []held {
			was := letterDigest(all[0].Letter)
			all[0].Letter = []byte(strings.Replace(string(all[0].Letter), `"body":"ask"`, `"body":"pay"`, 1))
			all[0].Answer = []byte(strings.Replace(string(all[0].Answer), was, letterDigest(all[0].Letter), 1))
			return all
		}, "federation.letter_not_ours"},
		"without a signature": {func(all []held) []held { all[0].LetterSig = ""; return all }, "federation.letter_not_ours"},
		"an answer of ours that says something else": {func(all []held) []held {
			for i := range all {
				if all[i].Way == "out" {
					all[i].Answer = []byte(strings.Replace(string(all[i].Answer), `"body":1`, `"body":2`, 1))
				}
			}
			return all
		}, "federation.letter_not_ours"},
		"a gap":                 {func(all []held) []held { return all[1:] }, "federation.letter_order"},
		"all of them held back": {func([]held) []held { return nil }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			lost, shanghai, _ := lettersAreLost(t, dbtest.Open(t, nil))
			if _, err := lost.fed.Recover(ctx, lost.log); err != nil {
				t.Fatal(err)
			}
			if err := lost.fed.MarkBehind(ctx); err != nil {
				t.Fatal(err)
			}
			follow(t, lost.fed)
			shanghai.instead(func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path != "/letters/held" {
					return false
				}
				shanghai.instead(nil)
				var all []held
				answer := shanghai.answerTo(r)
				if err := json.Unmarshal(answer, &all); err != nil {
					t.Errorf("%s: %v", answer, err)
				}
				b, _ := json.Marshal(tc.change(all))
				w.Write(b)
				return true
			})
			_, err := lost.fed.FetchLetters(ctx, shanghai.peer())
			if got := fault.CodeOf(err); got != tc.want {
				t.Fatalf("got %v, want %s", err, tc.want)
			}
			behind, err := lost.fed.LettersBehind(ctx, keeper)
			if want := tc.want != ""; err != nil || (len(behind) == 1 && behind[0].Why != "") != want {
				t.Errorf("behind: %+v, %v", behind, err)
			}
			// When it tells the truth the rest comes.
			if _, err := lost.fed.FetchLetters(ctx, shanghai.peer()); err != nil {
				t.Error(err)
			}
			clean(t, lost.fed)
		})
	}
}

// A neighbour that gives false leaves, or none, is told and stops nobody: they come from another that holds them.
func TestAFalseNeighbourStopsNoRecovery(t *testing.T) {
	for name, answer := range map[string]func(w http.ResponseWriter, b []byte){
		"false leaves":   func(w http.ResponseWriter, b []byte) { w.Write(append(b[:len(b)-1], b[len(b)-1]^1)) },
		"half of them":   func(w http.ResponseWriter, b []byte) { w.Write(b[:len(b)/2]) },
		"a page":         func(w http.ResponseWriter, _ []byte) { fmt.Fprint(w, "<html>") },
		"nothing at all": func(w http.ResponseWriter, _ []byte) { http.Error(w, "no", http.StatusInternalServerError) },
	} {
		t.Run(name, func(t *testing.T) {
			anhui, shanghai, jiangsu := newStation(t, "340000"), newStation(t, "310000"), newStation(t, "320000")
			anhui.publish(20)
			for _, s := range []*station{jiangsu, shanghai} {
				follow(t, s.follows(quietly, anhui))
			}
			lost := openStation(t, "340000", dbtest.Open(t, nil), anhui.private)
			lost.follows(quietly, jiangsu, shanghai) // the false one is asked first
			jiangsu.instead(func(w http.ResponseWriter, r *http.Request) bool {
				if !strings.Contains(r.URL.Path, "/entries/") {
					return false
				}
				jiangsu.instead(nil)
				answer(w, jiangsu.answerTo(r))
				return true
			})
			seen, err := lost.fed.Recover(ctx, lost.log)
			if err != nil || len(seen) != 2 || seen[0].Silent == nil || seen[0].Put != 0 || seen[1].Put != 20 {
				t.Errorf("%+v, %v", seen, err)
			}
			if size, err := lost.log.Size(ctx); size != 20 || err != nil {
				t.Errorf("%d leaves are here, %v", size, err)
			}
		})
	}
}
