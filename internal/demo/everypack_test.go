package demo

import (
	"context"
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"corridor/internal/catalogue/usage"
	"corridor/internal/node"
	"corridor/schemes"
)

// walk is a way of a pack from the draft to an end, as it stands in walk.txt or walk-WORD.txt beside the pack, and how many days pass on it.
type walk struct {
	pack, name, register string
	days                 int
}

// shares says whether a way may go through a town where others went: the first of each pack. What the others are about, how often a firm
// may, what an account holds, would be that of all of them.
func (x walk) shares() bool { return x.name == "walk.txt" }

var passesDays = regexp.MustCompile(`(?m)^passes +(\S+)`)

// townDays is how old a town may grow before the next walk gets a new one: editions and budgets are those of a year.
const townDays = 60

// walks are those of the jurisdictions whose code begins so; those that share a town come last, the fewest days first.
func walks(t *testing.T, begins string) (all []walk) {
	t.Helper()
	files, err := fs.Glob(schemes.FS, "cn-"+begins+"*/*/*/walk*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := fs.ReadFile(schemes.FS, file)
		if err != nil {
			t.Fatal(err)
		}
		w := walk{pack: strings.TrimPrefix(path.Dir(path.Dir(file)), "cn-"), name: path.Base(file), register: string(text)}
		for _, m := range passesDays.FindAllStringSubmatch(w.register, -1) {
			days, err := strconv.Atoi(m[1])
			if err != nil {
				days = 365 // until a day of the year
			}
			w.days += days
		}
		all = append(all, w)
	}
	slices.SortStableFunc(all, func(a, b walk) int {
		if a.shares() != b.shares() {
			return len(b.name) - len(a.name) // the first ones last, together
		}
		return a.days - b.days
	})
	return all
}

// TestEveryPackRunsThroughThePagesFromDraftToEnd: no pack that the program carries is without a way that people went by
// the pages. What each is careful about has tests of its own beside this one.
func TestEveryPackRunsThroughThePagesFromDraftToEnd(t *testing.T) {
	ways := map[string]bool{}
	for _, x := range walks(t, "") {
		for _, m := range opensScheme.FindAllStringSubmatch(acrossLine.ReplaceAllString(x.register, ""), -1) {
			ways[path.Dir(x.pack)+"/"+m[4]] = true
		}
	}
	packs, err := node.Packs()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range packs {
		if !s.Shared() && s.Lead == nil && !ways[s.Jurisdiction+"/"+s.ID] { // a payer's case is opened by its lead: payers_test.go
			t.Errorf("no way through the pages is written for %s/%s", s.Jurisdiction, s.ID)
		}
	}
	for _, code := range []string{Shanghai, Jiangsu, Zhejiang, Anhui} {
		t.Run(code, func(t *testing.T) {
			all := slices.DeleteFunc(walks(t, code[:2]), func(x walk) bool { return acrossLine.MatchString(x.register) })
			for len(all) > 0 {
				n, days := 1, all[0].days
				for ; n < len(all) && days <= townDays && all[0].shares() && all[n].shares(); n++ {
					days += all[n].days
				}
				eachTown(t, code, func(w *town) {
					for _, x := range all[:n] {
						clear(w.cases)
						w.remember(x.register)
						t.Log(x.pack, x.name)
						w.play(x.register)
						w.ended(x)
					}
				})
				all = all[n:]
			}
		})
	}
}

// TestEveryWayThroughSeveralNodesIsGone: the ways whose lines begin with a node, each in a world of its own; every case that somebody
// opened on the way comes to an end, and the books of all nodes hold.
func TestEveryWayThroughSeveralNodesIsGone(t *testing.T) {
	for _, x := range walks(t, "") {
		if !acrossLine.MatchString(x.register) {
			continue
		}
		t.Run(x.pack+"/"+x.name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, c Config) {
				w := startWith(t, c)
				w.plays(x.register)
				p := w.towns[x.pack[:6]]
				p.ended(walk{pack: x.pack, register: begunBy(x.register)})
				w.audited()
			})
		})
	}
}

// plays goes a way through the nodes of a world: a line waits for what has to come by letter.
func (w *whole) plays(register string) {
	w.Helper()
	nodes := map[string]*walker{}
	for code, p := range w.towns {
		p.patience, p.clock = time.Minute, w.world.Clock.Now
		p.move = func(days int) { w.passes(time.Duration(days) * 24 * time.Hour) }
		p.again = func() { time.Sleep(walkerLooks) }
		nodes[code] = p.walker
	}
	if err := acrossNodes(nodes, register); err != nil {
		w.Fatal(err)
	}
}

// sharedLastYear enters a run of the year before for another firm, as the laboratory does it with a log and its register.
func (w *town) sharedLastYear(instrument string) {
	w.Helper()
	ctx := context.Background()
	lab, err := actor(ctx, w.node, "lab@shanghai.example")
	w.must(err)
	took, err := w.node.Usage.Import(ctx, lab, usage.Import{Owner: Lab, Name: "log.csv",
		File: strings.NewReader("instrument,log_no,from,to\n" + instrument + ",L-1,2025-06-03 09:00,2025-06-03 17:00\n")})
	w.must(err)
	runs, _, err := w.node.Usage.Runs(ctx, lab, usage.Query{Owner: Lab, Month: "2025-06"})
	w.must(err)
	if took.Taken != 1 || len(runs) != 1 {
		w.Fatalf("%d runs were taken, %d stand there: %v", took.Taken, len(runs), took.Bad)
	}
	w.must(w.node.Usage.Settle(ctx, lab, runs[0].ID, usage.Settling{Class: usage.Outside, UserOrg: SmallFirm, Why: "登记本", Price: 200_000_90, Direction: "136"}))
}

// ended wants every case of the walk at an end, as whoever opened it sees it.
func (w *town) ended(x walk) {
	w.Helper()
	for _, m := range opensScheme.FindAllStringSubmatch(x.register, -1) {
		page := w.get(w.client(m[1]), "/api/v1"+w.cases[m[2]+m[3]])
		if !endOf.MatchString(page) {
			w.Errorf("%s/%s: case %s has not come to an end: %.300s", x.pack, x.name, m[2]+m[3], page)
		}
	}
}

// TestACityPaysByItsOwnListThroughThePages: Suzhou's share goes on Suzhou's list, beside the province's voucher on the
// province's; officers of each find theirs.
func TestACityPaysByItsOwnListThroughThePages(t *testing.T) {
	eachTown(t, Jiangsu, func(w *town) {
		w.play(`
firm      opens   C voucher-copay                                                      -> draft
firm      fills   C order_no=32-26-0001-0 province_paid=23500.90 proof=file:到账凭证 account=中国虚构银行6222021234567890
firm      submit  C                                                                    -> submitted
cityreview approve C proof_true=yes                                                    -> noticed`)
		w.passes(9 * 24 * time.Hour)
		city := w.client("citypay")
		id := strings.TrimPrefix(w.cases["C"], "/cases/")
		if page := w.get(city, "/payments"); !strings.Contains(page, "4,700.00") || !strings.Contains(page, id) {
			t.Fatalf("the city's payment does not wait on its page")
		}
		status, list, body := w.send(city, "/payments/lists", url.Values{"case": {id}, "note": {"苏州三月"}})
		if status != 303 {
			t.Fatalf("the list is not made: %d %.500s", status, body)
		}
		for _, x := range []struct{ who, act string }{{"citypay", "close"}, {"cityrelease", "release"}} {
			if status, _, body := w.send(w.client(x.who), list+"/"+x.act, nil); status != 303 {
				t.Fatalf("%s: %d %.500s", x.act, status, body)
			}
		}
		page := w.get(city, list)
		if !strings.Contains(page, "FK-3205-2026-0001") || !strings.Contains(page, "苏州市人民政府") {
			t.Error("the list does not say whose treasury it goes to")
		}
		if file := w.get(city, list+"/file?format=csv"); !strings.Contains(file, "FK-3205-2026-0001-001") || !strings.Contains(file, "4700.00") {
			t.Errorf("the file for the treasury of the city: %s", file)
		}
		if page := w.get(w.client("finance"), "/payments/lists?treasury=320000"); strings.Contains(page, "FK-3205") {
			t.Error("the province's lists hold the city's")
		}
		if page := w.get(w.client("finance"), "/payments/lists"); !strings.Contains(page, "FK-3205-2026-0001") || !strings.Contains(page, `value="320500"`) {
			t.Error("the province's officers cannot choose the city's treasury")
		}
	})
}

// TestADraftOfAnyPackIsPutAwayOnItsPage and taken up again; a pack's own way of throwing it away is not offered twice.
func TestADraftOfAnyPackIsPutAwayOnItsPage(t *testing.T) {
	eachTown(t, Shanghai, func(w *town) {
		for name, pack := range map[string]string{"A": "enterprise-appeal", "J": "joint-acceptance", "E": "voucher-entitlement"} {
			w.play("firm opens " + name + " " + pack + " -> draft")
			firm, path := w.client("firm"), w.cases[name]
			if page := w.get(firm, path); !strings.Contains(page, path+"/discard") || strings.Contains(page, `/actions/discard"`) {
				t.Errorf("the page of a draft of %s does not offer to put it away, or offers it twice", pack)
			}
			if status, _, body := w.send(firm, path+"/discard", nil); status != 303 {
				t.Fatalf("%s is not put away: %d %.400s", pack, status, body)
			}
			page := w.get(firm, path)
			if !strings.Contains(page, "草稿已作废") || !strings.Contains(page, path+"/reopen") || strings.Contains(page, "f.asked") || !strings.Contains(page, "期限未核实") {
				t.Errorf("the page of a draft of %s that was put away", pack)
			}
			if status, _, _ := w.send(firm, path+"/actions/submit", nil); status == 303 {
				t.Errorf("a draft of %s that was put away is submitted", pack)
			}
			if status, _, body := w.send(firm, path+"/reopen", nil); status != 303 {
				t.Fatalf("%s is not taken up again: %d %.400s", pack, status, body)
			}
			if page := w.get(firm, path); !strings.Contains(page, path+"/discard") || strings.Contains(page, "草稿已作废") {
				t.Errorf("a draft of %s that was taken up again is none", pack)
			}
		}
	})
}
