package federation_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/federation"
)

// soon waits for what comes by itself while all runs.
func soon(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(90 * time.Second); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not so: %s", what)
		}
	}
}

// runs lets a station follow and write by itself until the test ends.
func (s *station) runs() {
	ctx, stop := context.WithCancel(context.Background())
	var all sync.WaitGroup
	all.Go(func() { _ = s.log.Run(ctx) })
	all.Go(func() { _ = s.fed.Run(ctx) })
	s.t.Cleanup(func() { stop(); all.Wait() })
}

// besieged is a node with an honest neighbour, with which it writes, and a hostile one.
func besieged(t *testing.T, d *db.DB) (shanghai, jiangsu, anhui *station) {
	t.Helper()
	shanghai, jiangsu, anhui = openStation(t, "310000", d, ""), newStation(t, "320000"), newStation(t, "340000")
	for _, x := range []struct{ s, a, b *station }{{shanghai, jiangsu, anhui}, {jiangsu, shanghai, nil}, {anhui, shanghai, nil}} {
		people, err := access.New(access.Config{DB: x.s.d, NoCodes: true})
		if err != nil {
			t.Fatal(err)
		}
		others := []*station{x.a}
		if x.b != nil {
			others = append(others, x.b)
		}
		x.s.follows(func(c *federation.Config) {
			c.Access, c.Key, c.AnswerTime = people, x.s.private, 4*time.Second
		}, others...)
		x.s.fed.Handle("count", func(context.Context, *db.Tx, federation.Letter) (any, error) { return 1, nil })
	}
	return shanghai, jiangsu, anhui
}

// goesOn checks that following and letters with the honest neighbour work, both ways.
func goesOn(t *testing.T, us, honest *station) {
	t.Helper()
	honest.publish(20)
	size, err := honest.log.Size(ctx)
	if err != nil {
		t.Fatal(err)
	}
	us.write(honest.code, "count", "there")
	honest.write(us.code, "count", "here")
	soon(t, "the honest neighbour is followed", func() bool { n := state(t, us.fed, honest.code); return n.OK && n.Size >= size })
	soon(t, "letters are answered both ways", func() bool {
		all := us.letters(federation.LetterQuery{Peer: honest.code})
		for _, l := range all {
			if l.State != federation.LetterDone {
				return false
			}
		}
		return len(all) > 0 && all[0].State == federation.LetterDone
	})
}

// What a hostile neighbour answers, whatever is asked.
var hostile = map[string]http.HandlerFunc{
	"headers that never come": func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	"a byte now and then": func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			w.Write([]byte("3"))
			w.(http.Flusher).Flush()
			time.Sleep(20 * time.Millisecond)
		}
	},
	"a stream without end": func(w http.ResponseWriter, r *http.Request) {
		piece := make([]byte, 64<<10)
		for r.Context().Err() == nil {
			if _, err := w.Write(piece); err != nil {
				return
			}
			sent.Add(int64(len(piece)))
		}
	},
	"a length that is a lie": func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "9000000000000000000")
		w.Write([]byte("34.corridor.example/log\n"))
	},
	"a bomb of gzip": func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(bomb())
	},
	"a redirect to itself": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) },
	"a redirect to the secrets of the cloud": func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/", http.StatusTemporaryRedirect)
	},
	"a page": func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<html><script>alert(1)</script></html>")
	},
	"headers without end": func(w http.ResponseWriter, r *http.Request) {
		for i := range 20 {
			w.Header().Set(fmt.Sprintf("X-%d", i), strings.Repeat("x", 60<<10))
		}
	},
	"errors":  func(w http.ResponseWriter, r *http.Request) { http.Error(w, strings.Repeat("no ", 1<<20), 500) },
	"nothing": func(w http.ResponseWriter, r *http.Request) {},
	"a cut connection": func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte("34.corridor"))
		panic(http.ErrAbortHandler)
	},
}

// sent is what the stream without end got rid of.
var sent atomic.Int64

// bomb unpacks to 64 MiB, four times what is read of an answer.
var bomb = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	piece := make([]byte, 1<<20)
	for range 64 {
		z.Write(piece)
	}
	z.Close()
	return b.Bytes()
})

func TestAHostileNeighbourHarmsNobodyButItself(t *testing.T) {
	for name, answer := range hostile {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
				shanghai, jiangsu, anhui := besieged(t, d)
				anhui.publish(5)
				meet(t, shanghai, jiangsu)
				follow(t, shanghai.fed)
				before := anhui.asked.Load()
				sent.Store(0)
				anhui.instead(func(w http.ResponseWriter, r *http.Request) bool {
					_, _ = io.Copy(io.Discard, r.Body) // a server sees that its client has gone once all was read
					answer(w, r)
					return true
				})
				shanghai.write("340000", "count", "to the hostile one")
				shanghai.runs()
				jiangsu.runs()
				soon(t, "the hostile one was asked", func() bool { return anhui.asked.Load() >= before+2 })
				goesOn(t, shanghai, jiangsu)
				goesOn(t, shanghai, jiangsu)
				soon(t, "it is said what is wrong with the hostile one", func() bool {
					n := state(t, shanghai.fed, "340000")
					return n.Trouble != nil && n.Trouble.Sentence(fault.ZH) != "" && !n.Tried.IsZero()
				})
				if n := state(t, shanghai.fed, "340000"); n.Size != 5 {
					t.Errorf("%d leaves of the hostile one are here, want 5", n.Size)
				}
				if l := shanghai.letters(federation.LetterQuery{Peer: "340000"}); len(l) != 1 || l[0].State != federation.LetterWaiting {
					t.Errorf("the letter to the hostile one: %+v", l)
				}
				if asked := anhui.asked.Load() - before; sent.Load() > asked*(20<<20) {
					t.Errorf("%d MiB were read of %d answers", sent.Load()>>20, asked)
				}
			})
		})
	}
}

// forgery is a letter as anybody can write one: it claims a neighbour's name, and its signature is false.
func forgery(t *testing.T, n int) (*http.Request, []byte) {
	t.Helper()
	body := fmt.Appendf(nil, `{"v":1,"from":"340000","to":"310000","n":%d,"before":"","id":"01J0000000000000000000000%d","kind":"count","made":"2026-03-02T00:00:00Z","by":{},"body":1}`, n, n%10)
	r := httptest.NewRequest(http.MethodPost, "/letters/in", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Content-Digest", "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:")
	r.Header.Set("Signature-Input", `sig=("@method" "@path" "content-type" "content-digest");created=1772409600;keyid="34.corridor.example/log/letters/1";alg="ed25519";tag="corridor-letter"`)
	r.Header.Set("Signature", `sig=:AAAA:`)
	return r, body
}

// Thousands of letters, forged and true, keep nobody waiting: forged ones cost no act, and of true ones only some are worked on at once.
func TestAFloodOfLettersKeepsNobodyWaiting(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		shanghai, jiangsu, anhui := besieged(t, d)
		for range 3 {
			meet(t, shanghai, jiangsu, anhui)
		}
		anhui.write("310000", "count", 1)
		deliver(t, anhui, shanghai)
		shanghai.runs()
		jiangsu.runs()
		under, stop := context.WithCancel(ctx)
		var all sync.WaitGroup
		defer all.Wait()
		defer stop()
		var forged atomic.Int64
		for range 4 {
			all.Go(func() {
				for n := 0; under.Err() == nil; n++ {
					r, body := forgery(t, n+2)
					if _, err := shanghai.fed.Receive(under, r, body, http.Header{}); err == nil {
						t.Error("a forged letter was taken")
					}
					forged.Add(1)
				}
			})
		}
		// Its true letters come as fast as it can write them.
		all.Go(func() {
			for under.Err() == nil {
				for range 100 {
					anhui.write("310000", "count", strings.Repeat("x", 10_000))
				}
				_, _ = anhui.fed.Deliver(under, "310000")
			}
		})
		for range 3 {
			goesOn(t, shanghai, jiangsu)
		}
		soon(t, "thousands were forged", func() bool { return forged.Load() > 2000 })
		stop()
		all.Wait()
		turned, err := shanghai.fed.TurnedAway(ctx, keeper)
		counted := int64(0)
		for _, x := range turned {
			if x.Peer == "340000" {
				counted += x.Times
			}
		}
		if err != nil || counted < forged.Load()-4 {
			t.Errorf("%d of %d forged letters are counted, %v", counted, forged.Load(), err)
		}
		clean(t, shanghai.fed)
	})
}

// More of one neighbour than its share of a moment is turned away and counted, and its next letter is taken.
func TestOnlySomeLettersOfANeighbourAreWorkedOnAtOnce(t *testing.T) {
	anhui, shanghai := writers(t, dbtest.Open(t, nil), nil)
	meet(t, anhui, shanghai)
	held, inside := make(chan struct{}), make(chan struct{}, 1)
	shanghai.fed.Handle("slow", func(ctx context.Context, _ *db.Tx, _ federation.Letter) (any, error) {
		select {
		case inside <- struct{}{}:
		default:
		}
		<-held
		return 1, nil
	})
	var letter []byte
	var head http.Header
	shanghai.instead(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/letters/in" {
			return false
		}
		letter, _ = io.ReadAll(r.Body)
		head = r.Header.Clone()
		http.Error(w, "later", http.StatusServiceUnavailable)
		return true
	})
	anhui.write("310000", "slow", 1)
	meet(t, anhui, shanghai)
	_, _ = anhui.fed.Deliver(ctx, "310000")
	bring := func() error {
		r := httptest.NewRequest(http.MethodPost, "/letters/in", bytes.NewReader(letter))
		r.Header = head.Clone()
		_, err := shanghai.fed.Receive(ctx, r, letter, http.Header{})
		return err
	}
	var all sync.WaitGroup
	codes := make(chan string, 30)
	all.Go(func() { codes <- fault.CodeOf(bring()) })
	<-inside
	for range 29 {
		all.Go(func() { codes <- fault.CodeOf(bring()) })
	}
	soon(t, "most were turned away", func() bool { return len(codes) >= 22 })
	close(held)
	all.Wait()
	close(codes)
	got := map[string]int{}
	for c := range codes {
		got[c]++
	}
	if got[""] < 1 || got["federation.neighbour_often"] < 20 || got[""]+got["federation.neighbour_often"] != 30 {
		t.Errorf("answers %v", got)
	}
	if all := shanghai.letters(federation.LetterQuery{}); len(all) != 1 {
		t.Errorf("%d letters were applied", len(all))
	}
}

// A log that grows by more than is taken of a neighbour in a day is taken up to there, and goes on the day after.
func TestALogThatFillsTheDiskIsTakenByTheDay(t *testing.T) {
	anhui, shanghai := newStation(t, "340000"), newStation(t, "310000")
	var ahead atomic.Int64
	f := shanghai.follows(func(c *federation.Config) {
		quietly(c)
		c.DayBytes = 500_000
		c.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	}, anhui)
	anhui.publish(2048)
	follow(t, f)
	anhui.publish(2048)
	wantFault(t, f.Follow(ctx), "federation.neighbour_much")
	if n := state(t, f, "340000"); n.Size != 2048 || n.Problem != nil || n.Trouble == nil || n.Trouble.Code != "federation.neighbour_much" {
		t.Errorf("%+v", n)
	}
	ahead.Store(int64(24 * time.Hour))
	follow(t, f)
	if n := state(t, f, "340000"); n.Size != 4096 || n.Trouble != nil {
		t.Errorf("the day after: %+v", n)
	}
}

// Where this node may be led, by the rule at the top of address.go.
func TestWhereANeighbourMayLeadUs(t *testing.T) {
	anhui, shanghai := newStation(t, "340000"), newStation(t, "310000")
	people, err := access.New(access.Config{DB: shanghai.d, NoCodes: true})
	if err != nil {
		t.Fatal(err)
	}
	closed := shanghai.follows(func(c *federation.Config) { c.Access, c.Networks = people, nil })
	name := fault.Words{"安徽（演示）", "Anhui (demo)"}
	port := anhui.http.URL[strings.LastIndex(anhui.http.URL, ":"):]
	before := anhui.asked.Load()
	for _, tc := range []struct {
		address string
		near    bool
		want    string
	}{
		{"https://10.0.0.7", false, "federation.address_near"},
		{"https://[fd00::1]", false, "federation.address_near"},
		{"https://127.0.0.1" + port, false, "federation.address_near"},
		{"https://localhost" + port, false, "federation.address_near"}, // found out when the connection is made
		{"http://203.0.113.7", false, "federation.address_plain"},
		{"http://node.example", false, "federation.address_plain"},
		{anhui.http.URL, false, "federation.address_plain"},
		{"http://169.254.169.254", true, "federation.address_never"},
		{"http://[::ffff:169.254.169.254]", true, "federation.address_never"},
		{"http://100.100.100.200", true, "federation.address_never"},
		{"http://0.0.0.0" + port, true, "federation.address_never"},
		{"http://[fe80::1]", true, "federation.address_never"},
	} {
		_, err := closed.Ask(ctx, keeper, "340000", name, tc.address, tc.near)
		wantFault(t, err, tc.want)
	}
	if anhui.asked.Load() != before {
		t.Error("it was asked all the same")
	}
	r, err := closed.Ask(ctx, keeper, "340000", name, anhui.http.URL, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := closed.Confirm(ctx, keeper, r.ID, r.Fingerprint); err != nil {
		t.Fatal(err)
	}
	anhui.publish(2)
	follow(t, closed)
	if n := state(t, closed, "340000"); n.Size != 2 || !n.Near {
		t.Errorf("a confirmed address: %+v", n)
	}
	// A neighbour of the settings or of the community file is no exception.
	open := shanghai.follows(func(c *federation.Config) {
		quietly(c)
		c.Networks = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	}, anhui)
	wantFault(t, open.Follow(ctx), "federation.address_plain")
}
