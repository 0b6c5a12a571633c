package federation_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/federation"
	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

var (
	ctx = context.Background()
	day = unit.Date(2026, time.March, 2)
	// loopback is where the stations are.
	loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
)

// station is a node as its neighbours meet it: a log on a database of its own, behind real HTTP. answer, when it is set, may
// answer a request instead of the node; it returns false to let the node answer.
type station struct {
	t       testing.TB
	code    string
	private string
	d       *db.DB
	log     *corridorlog.Log
	witness *corridorlog.Cosigner
	fed     *federation.Service
	http    *httptest.Server
	answer  atomic.Pointer[func(w http.ResponseWriter, r *http.Request) bool]
	asked   atomic.Int64 // requests
}

func newStation(t testing.TB, code string) *station {
	t.Helper()
	return openStation(t, code, dbtest.Open(t, nil), "")
}

func openStation(t testing.TB, code string, d *db.DB, private string) *station {
	t.Helper()
	s := &station{t: t, code: code, d: d, private: private}
	origin := code[:2] + ".corridor.example/log"
	if private == "" {
		s.private, _ = corridorlog.NewKey(origin)
	}
	var err error
	if s.log, err = corridorlog.New(corridorlog.Config{DB: s.d, Origin: origin, Key: s.private}); err != nil {
		t.Fatal(err)
	}
	if s.witness, err = corridorlog.NewCosigner(s.private); err != nil {
		t.Fatal(err)
	}
	s.sequence()
	s.http = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.http.Close)
	return s
}

func (s *station) serve(w http.ResponseWriter, r *http.Request) {
	s.asked.Add(1)
	if f := s.answer.Load(); f != nil && (*f)(w, r) {
		return
	}
	if r.URL.Path == "/letters/in" {
		s.door(w, r)
		return
	}
	if r.URL.Path == "/letters/held" {
		body, _ := io.ReadAll(r.Body)
		b, err := s.fed.HeldLetters(r.Context(), r, body)
		if err != nil {
			http.Error(w, err.Error(), fault.KindOf(err).Status())
			return
		}
		w.Write(b)
		return
	}
	var b []byte
	var err error
	if code, what, ok := strings.Cut(strings.TrimPrefix(r.URL.Path, "/log/held/"), "/"); ok && strings.HasPrefix(r.URL.Path, "/log/held/") {
		if from, isEntries := strings.CutPrefix(what, "entries/"); isEntries {
			n, _ := strconv.ParseInt(from, 10, 64)
			b, err = s.fed.HeldEntries(r.Context(), code, n)
		} else if what == "seen" {
			b, err = s.fed.Seen(r.Context(), code)
		} else {
			b, err = s.fed.Held(r.Context(), code)
		}
		if err != nil {
			http.Error(w, err.Error(), fault.KindOf(err).Status())
			return
		}
		w.Write(b)
		return
	}
	switch path := strings.TrimPrefix(r.URL.Path, "/log/"); path {
	case "epochs":
		if s.fed == nil {
			http.NotFound(w, r)
			return
		}
		b, err = s.fed.OwnEpochs(r.Context())
	case "checkpoint":
		b, err = s.log.Checkpoint(r.Context())
	case "key":
		b = []byte(s.log.PublicKey() + "\n" + s.witness.PublicKey() + "\n")
	case "witness/add-checkpoint":
		body := make([]byte, r.ContentLength)
		_, _ = r.Body.Read(body)
		a, err := s.fed.AddCheckpoint(r.Context(), body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", a.Type)
		w.WriteHeader(a.Status)
		w.Write(a.Body)
		return
	case "records":
		var at []int64
		for text := range strings.SplitSeq(r.URL.Query().Get("at"), ",") {
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				s.t.Error(err)
			}
			at = append(at, n)
		}
		all, err := s.log.Records(r.Context(), at, federation.RecordsBytesMax)
		if err == nil {
			b, err = federation.WriteRecords(all)
		}
		if err != nil {
			s.t.Error(err)
		}
	default:
		b, err = s.log.Tile(r.Context(), path)
	}
	if err != nil {
		http.Error(w, err.Error(), fault.KindOf(err).Status())
		return
	}
	w.Write(b)
}

// instead lets a function answer; nil lets the node answer again.
func (s *station) instead(f func(w http.ResponseWriter, r *http.Request) bool) {
	if f == nil {
		s.answer.Store(nil)
		return
	}
	s.answer.Store(&f)
}

func (s *station) sequence() {
	s.t.Helper()
	for {
		n, err := s.log.Sequence(ctx)
		if err != nil {
			s.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// publish makes n payments public that never were.
func (s *station) publish(n int) {
	s.t.Helper()
	i := 0
	if _, err := s.log.Import(ctx, func() (corridorlog.Leaf, bool) {
		i++
		return corridorlog.Leaf{Kind: "voucher.paid", Day: day, Object: fmt.Sprintf("case/%d", i), Fields: map[string]any{"amount_fen": 100 * i}}, i <= n
	}); err != nil {
		s.t.Fatal(err)
	}
}

func (s *station) peer() federation.Peer {
	return federation.Peer{Code: s.code, Name: fault.Words{"演示节点" + s.code, "demo node " + s.code}, URL: s.http.URL, Key: s.log.PublicKey(), Witness: s.witness.PublicKey()}
}

// follows makes the station follow others; peers are changed by change, if given.
func (s *station) follows(change func(*federation.Config), others ...*station) *federation.Service {
	s.t.Helper()
	c := federation.Config{DB: s.d, Self: s.code, Networks: loopback, Log: s.log, Witness: s.witness}
	for _, o := range others {
		c.Peers = append(c.Peers, o.peer())
	}
	if change != nil {
		change(&c)
	}
	f, err := federation.New(c)
	if err != nil {
		s.t.Fatal(err)
	}
	s.fed = f
	return f
}

// quietly leaves out the witnesses, so that only following is seen.
func quietly(c *federation.Config) {
	for i := range c.Peers {
		c.Peers[i].Witness = ""
	}
}

func follow(t testing.TB, f *federation.Service) {
	t.Helper()
	if err := f.Follow(ctx); err != nil {
		t.Fatal(err)
	}
}

// state is how a neighbour stands; what stands around every page says the same, once nothing came between the two readings.
func state(t testing.TB, f *federation.Service, code string) (n federation.Neighbour) {
	t.Helper()
	differs := ""
	for range 50 {
		if n, differs = stands(t, f, code); differs == "" {
			return n
		}
	}
	t.Error(differs)
	return n
}

func stands(t testing.TB, f *federation.Service, code string) (_ federation.Neighbour, differs string) {
	t.Helper()
	all, err := f.State(ctx)
	if err != nil {
		t.Fatal(err)
	}
	rail, err := f.Rail(ctx)
	if err != nil || len(rail) != len(all) {
		t.Fatalf("the rail has %d of %d neighbours, %v", len(rail), len(all), err)
	}
	for i, n := range all {
		if r := rail[i]; r.Code != n.Code || r.Size != n.Size || r.OK != n.OK || r.Late != n.Late || r.Seen != n.Seen || (r.Problem == nil) != (n.Problem == nil) || r.Witnesses != nil {
			differs = fmt.Sprintf("the rail has %+v, the page %+v", r, n)
		}
		if n.Code == code {
			return n, differs
		}
	}
	t.Fatalf("there is no neighbour %s", code)
	return federation.Neighbour{}, ""
}

func (s *station) publicLeaves() (n int) {
	s.t.Helper()
	if err := s.d.Read(ctx, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, `SELECT count(*) FROM v_public_leaf ORDER BY 1 LIMIT 1`).Scan(&n)
	}); err != nil {
		s.t.Fatal(err)
	}
	return n
}

func clean(t testing.TB, f *federation.Service) {
	t.Helper()
	found, err := f.Audit(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) > 0 {
		t.Fatalf("audit: %s", strings.Join(found, "\n"))
	}
}

func wantFault(t testing.TB, err error, code string) {
	t.Helper()
	if got := fault.CodeOf(err); got != code {
		t.Errorf("got %q (%v), want %q", got, err, code)
	}
}

func TestWhatANeighbourPublishesIsHere(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		anhui := newStation(t, "340000")
		shanghai := openStation(t, "310000", d, "")
		shanghai.publish(2)
		f := shanghai.follows(quietly, anhui)
		if n := state(t, f, "340000"); n.OK || !n.Late || !n.Seen.IsZero() {
			t.Errorf("before the first round: %+v", n)
		}
		follow(t, f) // an empty log
		total := 0
		for _, n := range []int{1, 0, 254, 1, 1, 300} {
			anhui.publish(n)
			total += n
			follow(t, f)
			if got := state(t, f, "340000"); got.Size != int64(total) || !got.OK || got.Late || got.Problem != nil {
				t.Fatalf("after %d leaves: %+v", total, got)
			}
			clean(t, f)
		}
		if got := shanghai.publicLeaves(); got != total+2 {
			t.Errorf("%d public leaves, want %d", got, total+2)
		}
		l, err := f.Leaf(ctx, anhui.log.Origin(), 300)
		if err != nil || l.Kind != "voucher.paid" || l.Day != day || l.WithdrawnBy != -1 {
			t.Errorf("leaf 300: %+v, %v", l, err)
		}
		e, err := anhui.log.Entry(ctx, 300)
		if err != nil || string(e.Leaf) != string(l.Bytes) {
			t.Errorf("leaf 300 is %q here and %q there, %v", l.Bytes, e.Leaf, err)
		}
		for _, n := range []int64{0, 255, 256, int64(total) - 1} {
			b, err := f.Receipt(ctx, anhui.log.Origin(), n)
			if err != nil {
				t.Fatal(err)
			}
			v, err := corridorlog.VerifyReceipt(b, anhui.log.PublicKey())
			if err != nil || v.Index != n || v.Size != int64(total) || v.Object != "" {
				t.Errorf("our receipt of their leaf %d: %+v, %v", n, v, err)
			}
		}
		_, err = f.Receipt(ctx, anhui.log.Origin(), int64(total))
		wantFault(t, err, "federation.no_leaf")
		_, err = f.Receipt(ctx, "other", 0)
		wantFault(t, err, "federation.no_leaf")
		_, err = f.Leaf(ctx, anhui.log.Origin(), int64(total))
		wantFault(t, err, "federation.no_leaf")
		if p, ok := f.Peer(anhui.log.Origin()); !ok || p.Code != "340000" {
			t.Errorf("peer %+v, %v", p, ok)
		}
		_, ok := f.Peer("other")
		if ok {
			t.Error("a log of nobody has a peer")
		}
	})
}

func TestALogFarAheadIsTakenInPieces(t *testing.T) {
	anhui, shanghai := newStation(t, "340000"), newStation(t, "310000")
	f := shanghai.follows(quietly, anhui)
	anhui.publish(5000)
	follow(t, f)
	if n := state(t, f, "340000"); n.Size != 5000 || !n.OK {
		t.Fatalf("%+v", n)
	}
	anhui.publish(3000)
	follow(t, f)
	if n := state(t, f, "340000"); n.Size != 8000 || !n.OK {
		t.Fatalf("%+v", n)
	}
	clean(t, f)
	before := anhui.asked.Load()
	follow(t, f)
	if n := anhui.asked.Load() - before; n != 1 {
		t.Errorf("a round without news asks %d times", n)
	}
}

// A first piece is in, then the neighbour falls silent: what is proved stays, and the rest comes later.
func TestAPieceThatIsInStays(t *testing.T) {
	anhui, shanghai := newStation(t, "340000"), newStation(t, "310000")
	f := shanghai.follows(quietly, anhui)
	anhui.publish(5000)
	anhui.instead(func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasPrefix(r.URL.Path, "/log/tile/entries/009") {
			http.Error(w, "away", http.StatusServiceUnavailable)
			return true
		}
		return false
	})
	if err := f.Follow(ctx); err == nil {
		t.Fatal("nothing was missing")
	}
	n := state(t, f, "340000")
	if n.Size != 2048 || n.Problem != nil {
		t.Fatalf("%+v", n)
	}
	_, err := f.Receipt(ctx, anhui.log.Origin(), 7)
	wantFault(t, err, "federation.not_all_here")
	clean(t, f)
	anhui.instead(nil)
	anhui.publish(10)
	follow(t, f)
	if n := state(t, f, "340000"); n.Size != 5010 || !n.OK {
		t.Fatalf("%+v", n)
	}
	clean(t, f)
}

func TestANeighbourThatIsDownComesBack(t *testing.T) {
	now := time.Date(2026, time.March, 2, 1, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	anhui, jiangsu := newStation(t, "340000"), newStation(t, "320000")
	shanghai := newStation(t, "310000")
	f := shanghai.follows(func(c *federation.Config) { quietly(c); c.Now = clock }, anhui, jiangsu)
	anhui.publish(3)
	follow(t, f)
	anhui.instead(func(w http.ResponseWriter, r *http.Request) bool {
		c, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			c.Close()
		}
		return true
	})
	now = now.Add(2 * time.Minute)
	jiangsu.publish(4)
	if err := f.Follow(ctx); err == nil {
		t.Error("a silent neighbour is no error of the round")
	}
	if n := state(t, f, "340000"); !n.Late || n.Problem != nil || n.Size != 3 {
		t.Errorf("the silent one: %+v", n)
	}
	if n := state(t, f, "320000"); n.Late || n.Size != 4 {
		t.Errorf("the other one: %+v", n)
	}
	anhui.instead(nil)
	anhui.publish(2)
	follow(t, f)
	if n := state(t, f, "340000"); n.Late || n.Size != 5 || !n.OK {
		t.Errorf("back again: %+v", n)
	}
}

func TestRunFollowsUntilItIsStopped(t *testing.T) {
	anhui, shanghai := newStation(t, "340000"), newStation(t, "310000")
	f := shanghai.follows(quietly, anhui)
	running, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- f.Run(running) }()
	anhui.publish(3)
	soon(t, "what was published came", func() bool { return state(t, f, "340000").Size == 3 })
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func TestAWithdrawalComesWithTheLog(t *testing.T) {
	anhui, shanghai := newStation(t, "340000"), newStation(t, "310000")
	f := shanghai.follows(quietly, anhui)
	anhui.publish(2)
	e, err := anhui.log.Entry(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := anhui.d.Act(ctx, func(tx *db.Tx) error {
		_, err := anhui.log.Withdraw(ctx, tx, e.ID, corridorlog.Withdrawal{Day: day, Reason: "published in error"})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	anhui.sequence()
	follow(t, f)
	if l, err := f.Leaf(ctx, anhui.log.Origin(), 0); err != nil || l.WithdrawnBy != 2 {
		t.Errorf("leaf 0: %+v, %v", l, err)
	}
	var shown int
	if err := shanghai.d.Read(ctx, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, `SELECT count(*) FROM v_public_leaf WHERE withdrawn ORDER BY 1 LIMIT 1`).Scan(&shown)
	}); err != nil || shown != 1 {
		t.Errorf("%d leaves show as withdrawn, %v", shown, err)
	}
	clean(t, f)
}

func TestWrongSettingsAreRefused(t *testing.T) {
	anhui := newStation(t, "340000")
	good := anhui.peer()
	for name, change := range map[string]func(*federation.Config){
		"this node":       func(c *federation.Config) { c.Self = "340000" },
		"twice":           func(c *federation.Config) { c.Peers = append(c.Peers, good) },
		"no key":          func(c *federation.Config) { c.Peers[0].Key = "" },
		"a false key":     func(c *federation.Config) { c.Peers[0].Key = strings.Replace(good.Key, "34.", "33.", 1) },
		"keys of two":     func(c *federation.Config) { c.Peers[0].Key += "\n" + newStation(t, "330000").log.PublicKey() },
		"no address":      func(c *federation.Config) { c.Peers[0].URL = "" },
		"a file":          func(c *federation.Config) { c.Peers[0].URL = "file:///etc" },
		"a slash":         func(c *federation.Config) { c.Peers[0].URL += "/" },
		"a false witness": func(c *federation.Config) { c.Peers[0].Witness = good.Key },
		"no database":     func(c *federation.Config) { c.DB = nil },
	} {
		c := federation.Config{DB: anhui.d, Self: "310000", Networks: loopback, Peers: []federation.Peer{good}}
		change(&c)
		if _, err := federation.New(c); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}
