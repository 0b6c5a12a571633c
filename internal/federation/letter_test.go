package federation_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/federation"
)

// door takes letters in as the face does.
func (s *station) door(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err == nil {
		if body, err = s.fed.Receive(r.Context(), r, body, w.Header()); err == nil {
			w.Write(body)
			return
		}
	}
	w.WriteHeader(fault.KindOf(err).Status())
	json.NewEncoder(w).Encode(map[string]string{"code": fault.CodeOf(err), "detail": fault.Of(err).Sentence(fault.EN)})
}

// writers is a pair of nodes that follow each other and write; clock is that of the second.
func writers(t testing.TB, d *db.DB, clock func() time.Time) (anhui, shanghai *station) {
	t.Helper()
	anhui, shanghai = newStation(t, "340000"), openStation(t, "310000", d, "")
	with := func(s *station, now func() time.Time, o *station) {
		a, err := access.New(access.Config{DB: s.d, NoCodes: true})
		if err != nil {
			t.Fatal(err)
		}
		s.follows(func(c *federation.Config) { quietly(c); c.Access, c.Key, c.Now = a, s.private, now }, o)
	}
	with(anhui, nil, shanghai)
	with(shanghai, clock, anhui)
	return anhui, shanghai
}

// write sends a letter in an act of its own.
func (s *station) write(to, kind string, body any) {
	s.t.Helper()
	if err := s.d.Act(ctx, func(tx *db.Tx) error {
		_, err := s.fed.Send(ctx, tx, to, kind, federation.Voucher{Mandate: "science@" + s.code}, body)
		return err
	}); err != nil {
		s.t.Fatal(err)
	}
}

// meet publishes what waits in both logs and lets each follow the other.
func meet(t testing.TB, all ...*station) {
	t.Helper()
	for _, s := range all {
		s.sequence()
	}
	for _, s := range all {
		follow(t, s.fed)
	}
}

func (s *station) letters(q federation.LetterQuery) []federation.Letter {
	s.t.Helper()
	all, _, err := s.fed.Letters(ctx, keeper, q)
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// deliver brings letters until they are answered; keys of the other's answers come with its log.
func deliver(t testing.TB, from, to *station) {
	t.Helper()
	meet(t, from, to)
	if _, err := from.fed.Deliver(ctx, to.code); err != nil {
		meet(t, from, to)
		if _, err := from.fed.Deliver(ctx, to.code); err != nil {
			t.Fatal(err)
		}
	}
}

func TestALetterIsAppliedOnceInItsTurnAndAnswered(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		anhui, shanghai := writers(t, d, nil)
		var taken []string
		var heard []string
		shanghai.fed.Handle("slot.ask", func(ctx context.Context, tx *db.Tx, l federation.Letter) (any, error) {
			var b struct{ Slot string }
			if err := json.Unmarshal(l.Body, &b); err != nil {
				return nil, err
			}
			if b.Slot == "taken" {
				// What a refused letter wrote is undone with it.
				if _, err := shanghai.fed.Send(ctx, tx, "340000", "slot.ask", federation.Voucher{}, b); err != nil {
					return nil, err
				}
				return nil, fault.New(fault.Conflict, "federation.decided")
			}
			taken = append(taken, fmt.Sprintf("%d %s %s %s", l.N, l.Peer, l.By.Mandate, b.Slot))
			return map[string]string{"held": b.Slot}, nil
		})
		anhui.fed.HandleAnswer("slot.ask", func(_ context.Context, _ *db.Tx, l federation.Letter) error {
			heard = append(heard, fmt.Sprintf("%d %s %s%s", l.N, l.State, l.Answer, l.Code))
			return nil
		})
		for _, slot := range []string{"a", "taken", "b"} {
			anhui.write("310000", "slot.ask", map[string]string{"slot": slot})
		}
		anhui.write("310000", "slot.unknown", 1)
		deliver(t, anhui, shanghai)
		if want := "1 340000 science@340000 a|3 340000 science@340000 b"; strings.Join(taken, "|") != want {
			t.Errorf("taken %q, want %q", strings.Join(taken, "|"), want)
		}
		if want := `1 done {"held":"a"}|2 refused federation.decided|3 done {"held":"b"}|4 refused `; strings.Join(heard, "|")+"|4 refused " != want {
			t.Errorf("heard %q, want %q", strings.Join(heard, "|"), want)
		}
		for _, s := range []*station{anhui, shanghai} {
			var got []string
			for _, l := range s.letters(federation.LetterQuery{}) {
				got = append(got, fmt.Sprintf("%d %t %s %s", l.N, l.Out, l.State, l.Code))
			}
			out := s == anhui
			want := fmt.Sprintf("4 %[1]t refused federation.letter_kind|3 %[1]t done |2 %[1]t refused federation.decided|1 %[1]t done ", out)
			if strings.Join(got, "|") != want {
				t.Errorf("%s shows %q, want %q", s.code, strings.Join(got, "|"), want)
			}
			clean(t, s.fed)
		}
		if l := anhui.letters(federation.LetterQuery{State: "refused", Kind: "slot.a"}); len(l) != 1 || l[0].Refusal[0] == "" || l[0].Refusal[1] == "" {
			t.Errorf("the refused letter is shown as %+v", l)
		}
		if n, err := anhui.fed.Deliver(ctx, "310000"); n != 0 || err != nil {
			t.Errorf("%d letters are brought again, %v", n, err)
		}
	})
}

// An answer that is lost is given again, and the letter is not applied again.
func TestAnAnswerThatIsLostIsGivenAgain(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		anhui, shanghai := writers(t, d, nil)
		n := 0
		shanghai.fed.Handle("count", func(context.Context, *db.Tx, federation.Letter) (any, error) { n++; return n, nil })
		anhui.write("310000", "count", nil)
		meet(t, anhui, shanghai)
		shanghai.instead(func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != "/letters/in" {
				return false
			}
			body, _ := io.ReadAll(r.Body)
			if _, err := shanghai.fed.Receive(r.Context(), r, body, http.Header{}); err != nil {
				t.Error(err)
			}
			c, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				c.Close()
			}
			return true
		})
		_, err := anhui.fed.Deliver(ctx, "310000")
		wantFault(t, err, "federation.letter_no_answer")
		if l := anhui.letters(federation.LetterQuery{})[0]; l.State != "waiting" || l.Attempts != 1 || !strings.Contains(l.Problem, "did not answer") {
			t.Errorf("%+v", l)
		}
		shanghai.instead(nil)
		deliver(t, anhui, shanghai)
		if l := anhui.letters(federation.LetterQuery{})[0]; n != 1 || l.State != "done" || string(l.Answer) != "1" || l.Problem != "" {
			t.Errorf("applied %d times; %+v", n, l)
		}
	})
}

// A handler whose own trouble passes gets the letter again; nothing of the failed try is left.
func TestTroubleOfTheReceiverIsNoRefusal(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		anhui, shanghai := writers(t, d, nil)
		tries := 0
		shanghai.fed.Handle("try", func(context.Context, *db.Tx, federation.Letter) (any, error) {
			if tries++; tries == 1 {
				return nil, errors.New("the disk is away")
			}
			return tries, nil
		})
		anhui.write("310000", "try", nil)
		meet(t, anhui, shanghai)
		if _, err := anhui.fed.Deliver(ctx, "310000"); err == nil {
			t.Error("the first try brought an answer")
		}
		if all := shanghai.letters(federation.LetterQuery{}); len(all) != 0 {
			t.Errorf("a letter that was not applied is here: %+v", all)
		}
		deliver(t, anhui, shanghai)
		if all := shanghai.letters(federation.LetterQuery{}); len(all) != 1 || all[0].State != "done" {
			t.Errorf("%+v", all)
		}
	})
}

// caught keeps what a node writes instead of bringing it.
type caught struct {
	header http.Header
	body   []byte
}

func (c caught) at(s *station, change func(*http.Request) []byte) error {
	r, _ := http.NewRequest("POST", s.http.URL+"/letters/in", bytes.NewReader(c.body))
	r.Header = c.header.Clone()
	body := c.body
	if change != nil {
		body = change(r)
	}
	_, err := s.fed.Receive(ctx, r, body, http.Header{})
	return err
}

// catch is the letter that waits first, as it would arrive.
func catch(t testing.TB, from, to *station) (c caught) {
	t.Helper()
	to.instead(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/letters/in" {
			return false
		}
		c.header = r.Header.Clone()
		c.body, _ = io.ReadAll(r.Body)
		http.Error(w, "{}", http.StatusServiceUnavailable)
		return true
	})
	if _, err := from.fed.Deliver(ctx, to.code); err == nil {
		t.Fatal("the letter was answered")
	}
	to.instead(nil)
	return c
}

// Everything that somebody between two nodes can do to a letter is turned away with its own reason, and counted.
func TestWhatIsNoLetterInItsTurnIsTurnedAway(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		now := time.Now()
		anhui, shanghai := writers(t, d, func() time.Time { return now })
		other := newStation(t, "330000")
		n := 0
		shanghai.fed.Handle("count", func(context.Context, *db.Tx, federation.Letter) (any, error) { n++; return n, nil })
		anhui.write("310000", "count", "one")
		wantFault(t, catch(t, anhui, shanghai).at(shanghai, nil), "federation.letter_key_new") // its log has not told the key yet
		meet(t, anhui, shanghai)
		first := catch(t, anhui, shanghai)
		for _, tc := range []struct {
			what, code string
			change     func(*http.Request) []byte
		}{
			{"cut", "federation.letter_form", func(*http.Request) []byte { return first.body[:len(first.body)-1] }},
			{"stretched", "federation.letter_form", func(*http.Request) []byte { return append(bytes.Clone(first.body), '1') }},
			{"changed", "federation.sig_digest", func(*http.Request) []byte { return bytes.Replace(first.body, []byte(`"one"`), []byte(`"two"`), 1) }},
			{"to another path", "federation.sig_false", func(r *http.Request) []byte { r.URL.Path = "/other"; return first.body }},
			{"by another method", "federation.sig_false", func(r *http.Request) []byte { r.Method = "PUT"; return first.body }},
			{"not signed", "federation.sig_missing", func(r *http.Request) []byte { r.Header.Del("Signature"); return first.body }},
			{"a false signature", "federation.sig_false", func(r *http.Request) []byte {
				s := r.Header.Get("Signature")
				r.Header.Set("Signature", strings.Replace(s, s[10:12], string([]byte{s[11] ^ 1, s[10] ^ 1}), 1))
				return first.body
			}},
			{"of a node that nobody knows", "federation.letter_from_nobody", func(*http.Request) []byte {
				return bytes.Replace(first.body, []byte(`"340000"`), []byte(`"`+other.code+`"`), 1)
			}},
			{"for another node", "federation.letter_for_other", func(*http.Request) []byte {
				return bytes.Replace(first.body, []byte(`"310000"`), []byte(`"330000"`), 1)
			}},
			{"an hour late", "federation.sig_time", func(*http.Request) []byte { now = now.Add(time.Hour); return first.body }},
			{"by a clock an hour ahead", "federation.sig_time", func(*http.Request) []byte { now = now.Add(-2 * time.Hour); return first.body }},
			{"under a key that has ended", "federation.letter_key_ended", func(*http.Request) []byte { now = now.Add(500 * 24 * time.Hour); return first.body }},
		} {
			was := now
			if err := first.at(shanghai, tc.change); fault.CodeOf(err) != tc.code && !(tc.code == "federation.sig_false" && fault.CodeOf(err) == "federation.sig_form") {
				t.Errorf("%s: %v, want %s", tc.what, err, tc.code)
			}
			now = was
		}
		now = now.Add(4 * time.Minute) // clocks that are a little apart are no trouble
		if err := first.at(shanghai, nil); err != nil {
			t.Fatal(err)
		}
		if err := first.at(shanghai, nil); err != nil || n != 1 {
			t.Errorf("a replay: %v, applied %d times", err, n)
		}
		now = time.Now()
		meet(t, anhui, shanghai)
		if _, err := anhui.fed.Deliver(ctx, "310000"); err != nil {
			t.Fatal(err)
		}
		// Letters two and three; three is brought first.
		anhui.write("310000", "count", "two")
		second := catch(t, anhui, shanghai)
		deliver(t, anhui, shanghai)
		anhui.write("310000", "count", "three")
		third := catch(t, anhui, shanghai)
		deliver(t, anhui, shanghai)
		late, _ := pairOfTheSame(t, anhui, shanghai)
		wantFault(t, third.at(late, nil), "federation.letter_order")
		wantFault(t, second.at(late, nil), "federation.letter_order")
		if n != 3 {
			t.Errorf("applied %d times, want 3", n)
		}
		turned, err := shanghai.fed.TurnedAway(ctx, keeper)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]int64{}
		for _, x := range turned {
			got[x.Code] = x.Times
		}
		if got["federation.letter_key_new"] != 0 || got["federation.sig_time"] != 2 || got["federation.sig_digest"] != 1 || got["federation.letter_key_ended"] != 1 || got["federation.letter_from_nobody"] != 0 {
			t.Errorf("counted %v", got)
		}
		clean(t, shanghai.fed)
		clean(t, anhui.fed)
	})
}

// pairOfTheSame is a node with the name of another that has taken no letters: one that lost them.
func pairOfTheSame(t testing.TB, anhui, shanghai *station) (*station, *federation.Service) {
	t.Helper()
	s := openStation(t, shanghai.code, dbtest.Open(t, nil), shanghai.private)
	f := s.follows(func(c *federation.Config) { quietly(c); c.Key = s.private }, anhui)
	follow(t, f)
	return s, f
}

// A node that was taken back to an old backup writes its numbers again with other words: they are refused, the first ones stay.
func TestANumberIsUsedOnce(t *testing.T) {
	anhui, shanghai := writers(t, dbtest.Open(t, nil), nil)
	shanghai.fed.Handle("count", func(context.Context, *db.Tx, federation.Letter) (any, error) { return 1, nil })
	anhui.write("310000", "count", "one")
	deliver(t, anhui, shanghai)
	again := openStation(t, "340000", dbtest.Open(t, nil), anhui.private)
	f := again.follows(func(c *federation.Config) { quietly(c); c.Key = anhui.private }, shanghai)
	again.write("310000", "count", "other")
	_, err := f.Deliver(ctx, "310000")
	if err == nil || !strings.Contains(err.Error(), "federation.letter_turned") {
		t.Errorf("got %v", err)
	}
	turned, err := shanghai.fed.TurnedAway(ctx, keeper)
	if err != nil || len(turned) != 1 || turned[0].Code != "federation.letter_other" {
		t.Errorf("%+v, %v", turned, err)
	}
}

func TestAKeyIsFollowedByTheNext(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		anhui, shanghai := writers(t, d, nil)
		shanghai.fed.Handle("count", func(context.Context, *db.Tx, federation.Letter) (any, error) { return 1, nil })
		anhui.write("310000", "count", 1)
		meet(t, anhui, shanghai)
		old := catch(t, anhui, shanghai)
		if _, err := anhui.fed.RotateLetterKey(ctx, clerk, false); fault.KindOf(err) == "" {
			t.Error("a clerk changed the key")
		}
		k, err := anhui.fed.RotateLetterKey(ctx, keeper, false)
		if err != nil || k.Generation != 2 {
			t.Fatalf("%+v, %v", k, err)
		}
		meet(t, anhui, shanghai)
		if err := old.at(shanghai, nil); err != nil {
			t.Errorf("the key before counts no more: %v", err)
		}
		deliver(t, anhui, shanghai)
		anhui.write("310000", "count", 2)
		meet(t, anhui, shanghai)
		old = catch(t, anhui, shanghai)
		if _, err := anhui.fed.RotateLetterKey(ctx, keeper, true); err != nil {
			t.Fatal(err)
		}
		meet(t, anhui, shanghai)
		wantFault(t, old.at(shanghai, nil), "federation.letter_key") // it was ended by the next
		deliver(t, anhui, shanghai)
		if own, err := anhui.fed.OwnLetterKey(ctx); err != nil || own.Generation != 3 || own.Until < own.From {
			t.Errorf("%+v, %v", own, err)
		}
	})
}

// A node that opens among neighbours publishes its key, so that its first letter is not turned away for a key that is new.
func TestTheFirstKeyIsThereBeforeTheFirstLetter(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		anhui, shanghai := writers(t, d, nil)
		shanghai.fed.Handle("count", func(context.Context, *db.Tx, federation.Letter) (any, error) { return 1, nil })
		for _, s := range []*station{anhui, shanghai} {
			for range 2 { // opened again, it keeps the key
				if err := s.fed.RenewLetterKey(ctx, false); err != nil {
					t.Fatal(err)
				}
			}
			if k, err := s.fed.OwnLetterKey(ctx); err != nil || k.Generation != 1 {
				t.Fatalf("%s: %+v, %v", s.code, k, err)
			}
		}
		meet(t, anhui, shanghai)
		anhui.write("310000", "count", 1)
		if n, err := anhui.fed.Deliver(ctx, "310000"); err != nil || n != 1 {
			t.Errorf("%d were brought: %v", n, err)
		}
	})
	alone := newStation(t, "330000")
	alone.follows(func(c *federation.Config) { quietly(c); c.Key = alone.private })
	if err := alone.fed.RenewLetterKey(ctx, false); err != nil {
		t.Fatal(err)
	}
	if k, err := alone.fed.OwnLetterKey(ctx); err != nil || k.Generation != 0 {
		t.Errorf("a node without neighbours has a key of letters: %+v, %v", k, err)
	}
}

// Two nodes that run bring each other's letters by themselves, over a link that breaks.
func TestLettersLeaveByThemselves(t *testing.T) {
	anhui, shanghai := writers(t, dbtest.Open(t, nil), nil)
	sum := 0
	shanghai.fed.Handle("add", func(_ context.Context, _ *db.Tx, l federation.Letter) (any, error) {
		var n int
		err := json.Unmarshal(l.Body, &n)
		sum += n
		return sum, err
	})
	var came atomic.Int64
	shanghai.instead(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/letters/in" && came.Add(1)%4 == 0 {
			http.Error(w, "{}", http.StatusBadGateway)
			return true
		}
		return false
	})
	running, stop := context.WithCancel(ctx)
	defer stop()
	for _, s := range []*station{anhui, shanghai} {
		go s.fed.Run(running)
		go s.log.Run(running)
	}
	for n := 1; n <= 20; n++ {
		anhui.write("310000", "add", n)
	}
	for end := time.Now().Add(time.Minute); len(anhui.letters(federation.LetterQuery{State: "done"})) < 20; {
		if time.Now().After(end) {
			t.Fatalf("%d letters wait", len(anhui.letters(federation.LetterQuery{State: "waiting"})))
		}
		time.Sleep(20 * time.Millisecond)
	}
	if sum != 210 {
		t.Errorf("the sum is %d, want 210", sum)
	}
}

func TestWhoMayWriteAndRead(t *testing.T) {
	anhui, shanghai := writers(t, dbtest.Open(t, nil), nil)
	if _, err := anhui.fed.WriteNote(ctx, clerk, "310000", federation.Note{Subject: "a", Text: "b"}); fault.KindOf(err) == "" {
		t.Error("a clerk wrote")
	}
	_, err := anhui.fed.WriteNote(ctx, keeper, "310000", federation.Note{Subject: " ", Text: "b"})
	wantFault(t, err, "federation.note")
	_, err = anhui.fed.WriteNote(ctx, keeper, "999999", federation.Note{Subject: "a", Text: "b"})
	wantFault(t, err, "federation.letter_nobody")
	id, err := anhui.fed.WriteNote(ctx, keeper, "310000", federation.Note{Subject: "对账", Text: "三月的结算单请核对。"})
	if err != nil {
		t.Fatal(err)
	}
	deliver(t, anhui, shanghai)
	if _, err := shanghai.fed.Letter(ctx, clerk, id); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a clerk reads a letter: %v", err)
	}
	l, err := shanghai.fed.Letter(ctx, keeper, id)
	if err != nil || l.Out || l.State != "done" || !strings.Contains(string(l.Body), "对账") || l.By.Person != string(keeper.Person) {
		t.Errorf("%+v, %v", l, err)
	}
	_, _, err = shanghai.fed.Letters(ctx, clerk, federation.LetterQuery{})
	if fault.KindOf(err) != fault.NotFound {
		t.Errorf("a clerk reads the list: %v", err)
	}
}
