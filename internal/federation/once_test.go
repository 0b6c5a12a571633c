package federation_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
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
	"corridor/internal/unit"
)

// members are Jiangsu, Anhui and Shanghai under one community file, each following the others; Shanghai keeps the register of
// its sellers, on d, and makes the keys. They are run by the test.
func members(t testing.TB, d *db.DB, hour int64, change func(*federation.Config)) (jiangsu, anhui, shanghai *station) {
	t.Helper()
	jiangsu, anhui, shanghai = newStation(t, "320000"), newStation(t, "340000"), openStation(t, "310000", d, "")
	all := []*station{shanghai, jiangsu, anhui}
	c := federation.Community{Title: fault.Words{"演示共同体", "Demo community"}, Version: 1, From: unit.Date(2026, time.January, 1), Quorum: 2,
		Once: &federation.OnceTerms{Keeper: "310000", QuestionsHour: hour, StaleDays: 90, AgainDays: []int64{30, 90}}}
	for _, s := range all {
		n := federation.Node{Code: s.code, Name: s.peer().Name, URL: s.http.URL, Keys: []federation.DatedKey{{Key: s.log.PublicKey()}}, Witness: s.witness.PublicKey(),
			Hosts: []unit.Region{unit.Region(s.code)}, Outside: s.code == "340000"}
		c.Nodes = append(c.Nodes, n)
	}
	text, err := c.Text()
	if err != nil {
		t.Fatal(err)
	}
	signed := []byte(text)
	for _, s := range all {
		if signed, err = federation.SignCommunity(signed, s.private); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range all {
		a, err := access.New(access.Config{DB: s.d, NoCodes: true})
		if err != nil {
			t.Fatal(err)
		}
		s.follows(func(c *federation.Config) {
			quietly(c)
			c.Access, c.Key, c.Logger = a, s.private, slog.New(slog.DiscardHandler)
			if change != nil {
				change(c)
			}
		})
		if _, err := s.fed.TakeCommunity(ctx, keeper, signed); err != nil {
			t.Fatal(err)
		}
	}
	return jiangsu, anhui, shanghai
}

// run lets stations follow, deliver and sequence until the test ends.
func run(t testing.TB, all ...*station) {
	running, stop := context.WithCancel(ctx)
	var done sync.WaitGroup
	for _, s := range all {
		done.Go(func() { s.fed.Run(running) })
		done.Go(func() { s.log.Run(running) })
	}
	t.Cleanup(func() { stop(); done.Wait() })
}

const shanghaiSeller = unit.USCC("12310000DEMQ000341")

// bought is a line of 600 yuan, of which a sum in yuan is claimed.
func bought(number string, yuan unit.Fen) federation.InvoiceLine {
	return federation.InvoiceLine{Seller: shanghaiSeller, Number: unit.InvoiceNo(number), Line: 1, Total: 600_00, Amount: yuan * 100}
}

func (s *station) claim(of string, lines ...federation.InvoiceLine) {
	s.t.Helper()
	if err := s.d.Act(ctx, func(tx *db.Tx) error { return s.fed.TakeUses(ctx, tx, unit.ID(of), lines) }); err != nil {
		s.t.Error(err)
	}
}

func (s *station) settle(of string, paid bool) {
	s.t.Helper()
	if err := s.d.Act(ctx, func(tx *db.Tx) error { return s.fed.SettleUses(ctx, tx, unit.ID(of), paid) }); err != nil {
		s.t.Error(err)
	}
}

// stands says how the claims of a case stand, with the codes of the refusals.
func (s *station) stands(of string) string {
	s.t.Helper()
	var all []federation.Claim
	if err := s.d.Read(ctx, func(tx *db.Tx) (err error) { all, err = s.fed.Claims(ctx, tx, unit.ID(of)); return err }); err != nil {
		s.t.Fatal(err)
	}
	var out []string
	for _, c := range all {
		out = append(out, strings.TrimSpace(c.State+" "+strings.TrimPrefix(c.Code, "federation.once_")))
	}
	return strings.Join(out, ", ")
}

// gaveBack says that the register answered to the release of a claim of a case.
func (s *station) gaveBack(of string) bool {
	v, _, err := s.fed.Register(ctx, keeper, federation.UseQuery{}, federation.UseQuery{State: federation.UseReleased}, federation.UseQuery{})
	return err == nil && slices.ContainsFunc(v.Claims, func(c federation.Claim) bool { return string(c.Case) == of })
}

func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(what)
		}
	}
}

func TestOneOfTwoJurisdictionsGetsALineThatBothClaim(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		jiangsu, anhui, shanghai := members(t, d, 1000, nil)
		run(t, jiangsu, anhui, shanghai)
		const lines = 40
		var both sync.WaitGroup
		for _, s := range []*station{jiangsu, anhui} {
			both.Go(func() {
				for i := range lines {
					s.claim(fmt.Sprint("case", i), bought(fmt.Sprintf("263120000000%08d", i), 600))
				}
			})
		}
		both.Wait()
		for i := range lines {
			of := fmt.Sprint("case", i)
			eventually(t, of+" is not answered: "+jiangsu.stands(of)+" and "+anhui.stands(of), func() bool {
				return jiangsu.stands(of) != "waiting" && anhui.stands(of) != "waiting" && !strings.Contains(jiangsu.stands(of)+anhui.stands(of), "no_key")
			})
			if got := []string{jiangsu.stands(of), anhui.stands(of)}; got[0] == got[1] || got[0] != "held" && got[0] != "refused used" || got[1] != "held" && got[1] != "refused used" {
				t.Errorf("line %d: %q", i, got)
			}
		}
		for _, s := range []*station{jiangsu, anhui, shanghai} {
			clean(t, s.fed)
		}
	})
}

func TestWhatIsLeftOfALineCanBeClaimedAndWhatIsGivenBackToo(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		jiangsu, anhui, shanghai := members(t, d, 1000, nil)
		run(t, jiangsu, anhui, shanghai)
		const number = "26312000000000000001"
		step := func(s *station, of, want string) {
			t.Helper()
			if want == "" { // given back there too
				eventually(t, of+" is not given back", func() bool { return s.gaveBack(of) })
			}
			eventually(t, fmt.Sprintf("%s %s stands %q, want %q", s.code, of, s.stands(of), want), func() bool { return s.stands(of) == want })
		}
		jiangsu.claim("J1", bought(number, 400))
		step(jiangsu, "J1", "held")
		anhui.claim("A1", bought(number, 300))
		step(anhui, "A1", "refused used")
		anhui.claim("A2", bought(number, 200)) // an honest part
		step(anhui, "A2", "held")
		other := bought(number, 1)
		other.Total = 700_00
		anhui.claim("A3", other)
		step(anhui, "A3", "refused total")
		jiangsu.claim("J1", bought(number, 400)) // the same again claims nothing more
		step(jiangsu, "J1", "held")
		jiangsu.settle("J1", true)
		step(jiangsu, "J1", "confirmed")
		anhui.settle("A2", false)
		step(anhui, "A2", "")
		shanghai.claim("S1", bought(number, 200)) // who keeps the register claims like everybody
		step(shanghai, "S1", "held")
		jiangsu.settle("J1", false) // all was paid back
		step(jiangsu, "J1", "")
		anhui.claim("A4", bought(number, 400))
		step(anhui, "A4", "held")
		anhui.claim("A4", bought(number, 300)) // the form was corrected: the old claim is given back
		step(anhui, "A4", "held")
		v, _, err := shanghai.fed.Register(ctx, keeper, federation.UseQuery{}, federation.UseQuery{}, federation.UseQuery{})
		if err != nil {
			t.Fatal(err)
		}
		held := int64(0)
		for _, a := range v.Askers {
			held += a.HeldFen
		}
		if held != 500_00 || len(v.Keys) == 0 || len(v.Questions) < 10 {
			t.Errorf("%d fen are held, %d keys, %d questions", held, len(v.Keys), len(v.Questions))
		}
		for _, u := range v.Uses {
			if strings.Contains(u.Digest, number) || u.State == "held" && (u.Stale(time.Now(), 90) || !u.Stale(time.Now().AddDate(0, 0, 91), 90)) {
				t.Errorf("%+v", u)
			}
		}
		if _, _, err := shanghai.fed.Register(ctx, clerk, federation.UseQuery{}, federation.UseQuery{}, federation.UseQuery{}); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a clerk reads the register: %v", err)
		}
		clean(t, shanghai.fed)
	})
}

// A link that is cut delays the answer and changes nothing: the claim waits, is answered once when the link is there again, and
// what was given back meanwhile is given back.
func TestAClaimWaitsWhileTheLinkIsCut(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		jiangsu, anhui, shanghai := members(t, d, 1000, nil)
		run(t, jiangsu, anhui, shanghai)
		jiangsu.claim("J0", bought("26312000000000000009", 1)) // the key is here
		eventually(t, "the first claim is not held", func() bool { return jiangsu.stands("J0") == "held" })
		var cut atomic.Bool
		var lost atomic.Int64
		cut.Store(true)
		shanghai.instead(func(w http.ResponseWriter, r *http.Request) bool {
			switch {
			case r.URL.Path != "/letters/in":
				return false
			case cut.Load():
				panic(http.ErrAbortHandler) // nothing arrives
			case lost.Add(1) <= 2:
				shanghai.door(discard{http.Header{}}, r)
				panic(http.ErrAbortHandler) // it arrives, and its answer is lost
			}
			return false
		})
		const number = "26312000000000000002"
		jiangsu.claim("J1", bought(number, 600))
		jiangsu.claim("J2", bought("26312000000000000003", 600))
		jiangsu.settle("J2", false)
		for range 20 {
			time.Sleep(10 * time.Millisecond)
			if got := jiangsu.stands("J1"); got != "waiting" {
				t.Fatalf("it stands %q behind a cut link", got)
			}
		}
		cut.Store(false)
		eventually(t, "the claim does not heal", func() bool { return jiangsu.stands("J1") == "held" && jiangsu.gaveBack("J2") && lost.Load() > 2 })
		anhui.claim("A1", bought(number, 1), bought("26312000000000000003", 600))
		eventually(t, "Anhui does not get what was given back, and that alone", func() bool { return anhui.stands("A1") == "refused used, held" })
		clean(t, shanghai.fed)
	})
}

// A node that was set back to a backup hears again what the register answered since. A claim that was given back is valid no more,
// whatever the answer to its hold was, and nothing is asked about it again: saving its row claims the line anew. One that was used
// stays used.
func TestAClaimThatWasGivenBackBeforeARestoreIsValidNoMore(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		jiangsu, anhui, shanghai := members(t, d, 1000, nil)
		turn := func(s *station) {
			t.Helper()
			deliver(t, s, shanghai)
			if _, err := s.fed.TickUses(ctx); err != nil {
				t.Fatal(err)
			}
			deliver(t, s, shanghai)
		}
		until := func(s *station, of, want string) {
			t.Helper()
			eventually(t, fmt.Sprintf("%s %s stands %q, want %q", s.code, of, s.stands(of), want), func() bool { turn(s); return s.stands(of) == want })
		}
		cases := map[string]federation.InvoiceLine{"given back": bought("26312000000000000011", 600), "used": bought("26312000000000000012", 600), "given back while it waited": bought("26312000000000000013", 600)}
		jiangsu.claim("given back", cases["given back"])
		jiangsu.claim("used", cases["used"])
		until(jiangsu, "given back", "held")
		until(jiangsu, "used", "held")
		jiangsu.claim("given back while it waited", cases["given back while it waited"])
		backup := filepath.Join(t.TempDir(), "backup.db")
		if err := jiangsu.d.Backup(ctx, backup); err != nil {
			t.Fatal(err)
		}
		until(jiangsu, "given back while it waited", "held")
		jiangsu.settle("given back", false)
		jiangsu.settle("used", true)
		jiangsu.settle("given back while it waited", false)
		until(jiangsu, "used", "confirmed")
		anhui.claim("A", cases["given back"], cases["given back while it waited"])
		until(anhui, "A", "held, held")

		back := openStation(t, jiangsu.code, dbtest.OpenAt(t, "sqlite:"+backup, nil), jiangsu.private)
		people, err := access.New(access.Config{DB: back.d, NoCodes: true})
		if err != nil {
			t.Fatal(err)
		}
		back.follows(func(c *federation.Config) {
			quietly(c)
			c.Access, c.Key, c.Logger = people, back.private, slog.New(slog.DiscardHandler)
		})
		if err := back.fed.Open(ctx); err != nil {
			t.Fatal(err)
		}
		if err := back.fed.MarkBehind(ctx); err != nil {
			t.Fatal(err)
		}
		told := map[unit.ID]bool{}
		back.fed.HandleUses(func(_ context.Context, _ *db.Tx, of unit.ID) error { told[of] = true; return nil })
		jiangsu.shows(back)
		turn(back)
		before := len(back.letters(federation.LetterQuery{}))
		turn(back)
		if after := len(back.letters(federation.LetterQuery{})); after != before {
			t.Errorf("%d letters were written about what the register had answered", after-before)
		}
		for of, want := range map[string]string{"given back": "refused given_back", "used": "confirmed", "given back while it waited": "refused given_back"} {
			if got := back.stands(of); got != want || !told[unit.ID(of)] {
				t.Errorf("what was %s stands %q, want %q; told %t", of, got, want, told[unit.ID(of)])
			}
		}
		for _, of := range []string{"given back", "given back while it waited"} { // its row is saved again: given up, and claimed anew
			back.claim(of)
			back.claim(of, cases[of])
			until(back, of, "refused used")
		}
		back.settle("used", true)
		until(back, "used", "confirmed")
		for _, s := range []*station{anhui, shanghai, back} {
			clean(t, s.fed)
		}
	})
}

// discard is who is gone before the answer comes.
type discard struct{ h http.Header }

func (d discard) Header() http.Header         { return d.h }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}

func TestWhoAnswersFollowsFromTheSellerAndTheYear(t *testing.T) {
	jiangsu, anhui, shanghai := members(t, dbtest.Open(t, nil), 1000, nil)
	run(t, jiangsu, anhui, shanghai)
	for i, x := range []struct{ seller, keeper string }{{"12310000DEMQ000341", "310000"}, {"12320000DEMQ00050T", "320000"}, {"91340100MA0DEMQ19B", "340000"}, {"91440300MA0DEMQ00X", "340000"}, {"12100000DEMQ00000X", "340000"}} {
		of := fmt.Sprint("K", i)
		l := bought("26312000000000000004", 1)
		l.Seller = unit.USCC(x.seller)
		jiangsu.claim(of, l)
		var all []federation.Claim
		eventually(t, of+" is not held", func() bool { return jiangsu.stands(of) == "held" })
		if err := jiangsu.d.Read(ctx, func(tx *db.Tx) (err error) { all, err = jiangsu.fed.Claims(ctx, tx, unit.ID(of)); return err }); err != nil {
			t.Fatal(err)
		}
		if all[0].Keeper != x.keeper {
			t.Errorf("for %s answers %s, want %s", x.seller, all[0].Keeper, x.keeper)
		}
	}
}

func TestQuestionsOfANodeAreLimited(t *testing.T) {
	const limit = 20
	jiangsu, anhui, shanghai := members(t, dbtest.Open(t, nil), limit, nil)
	run(t, jiangsu, anhui, shanghai)
	lines := make([]federation.InvoiceLine, limit+5)
	for i := range lines {
		lines[i] = bought(fmt.Sprintf("26312000000%09d", i), 1)
	}
	jiangsu.claim("L", lines...)
	eventually(t, "no limit: "+jiangsu.stands("L"), func() bool {
		return strings.Count(jiangsu.stands("L"), "held") == limit && strings.Count(jiangsu.stands("L"), "waiting often") == 5
	})
	anhui.claim("A", bought("26312000000000000005", 1)) // another node is not held up by it
	eventually(t, "Anhui: "+anhui.stands("A"), func() bool { return anhui.stands("A") == "held" })
}

// An invoice is asked about again on the days that the members agreed on; a cancelled one is told once to whom the case is.
func TestAnInvoiceIsAskedAboutAgainAfterPayment(t *testing.T) {
	answers := filepath.Join(t.TempDir(), "tax.csv")
	if err := os.WriteFile(answers, []byte("2631 2000 0000 0000 0006,12310000DEMQ000341,valid\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tax, err := federation.OpenTaxCheck(answers, http.DefaultClient)
	if err != nil {
		t.Fatal(err)
	}
	var at atomic.Int64
	at.Store(time.Date(2026, time.March, 2, 2, 0, 0, 0, time.UTC).UnixMicro())
	clock := func() time.Time { return time.UnixMicro(at.Load()) }
	_, _, shanghai := members(t, dbtest.Open(t, clock), 1000, func(c *federation.Config) { c.TaxCheck = tax })
	var told []unit.ID
	shanghai.fed.HandleUses(func(_ context.Context, _ *db.Tx, of unit.ID) error { told = append(told, of); return nil })
	shanghai.claim("S1", bought("26312000000000000006", 600))
	shanghai.settle("S1", true)
	look := func(days int, want string) {
		t.Helper()
		at.Add((time.Duration(days) * 24 * time.Hour).Microseconds())
		if _, err := shanghai.fed.TickUses(ctx); err != nil {
			t.Fatal(err)
		}
		v, _, err := shanghai.fed.Register(ctx, keeper, federation.UseQuery{}, federation.UseQuery{}, federation.UseQuery{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, x := range v.Claims[0].Checks {
			got = append(got, fmt.Sprint(x.Days, x.Answer))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%d days later: %v, want %s", days, got, want)
		}
	}
	look(29, "30 90")
	look(2, "30valid 90")
	if err := os.WriteFile(answers, []byte("26312000000000000006,,cancelled,红字发票\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	told = nil
	look(60, "30valid 90cancelled")
	look(1, "30valid 90cancelled")
	if len(told) != 1 || told[0] != "S1" {
		t.Errorf("told %v", told)
	}
}

// A node that has just started knows the community file before its first round: an act of its first moment asks the same register
// as all others.
func TestAStartedNodeKnowsWhoAnswersBeforeItsFirstRound(t *testing.T) {
	_, anhui, _ := members(t, dbtest.Open(t, nil), 1000, nil)
	again, err := federation.New(federation.Config{DB: anhui.d, Self: "340000", Networks: loopback, Log: anhui.log, Key: anhui.private})
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Open(ctx); err != nil {
		t.Fatal(err)
	}
	anhui.fed = again
	anhui.claim("A1", bought("26312000000000000008", 1))
	var all []federation.Claim
	if err := anhui.d.Read(ctx, func(tx *db.Tx) (err error) { all, err = again.Claims(ctx, tx, "A1"); return err }); err != nil {
		t.Fatal(err)
	}
	if len(all) != 1 || all[0].Keeper != "310000" || all[0].Code != "federation.once_no_key" {
		t.Errorf("%+v", all)
	}
}
