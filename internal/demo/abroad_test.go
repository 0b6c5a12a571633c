package demo

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"corridor/internal/db/dbtest"
	"corridor/internal/node"
	"corridor/internal/scheme"
)

// whole is the demonstration with all its nodes, used by its pages, each over HTTP.
type whole struct {
	*testing.T
	world *Community
	towns map[string]*town
	stops map[string]func()
}

func startWhole(t *testing.T) *whole {
	t.Helper()
	return startWith(t, Config{})
}

// onBoth plays a community with SQLite, and with PostgreSQL where that is tested.
func onBoth(t *testing.T, play func(t *testing.T, c Config)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { play(t, Config{}) })
	if dbtest.Postgres() {
		t.Run("postgres", func(t *testing.T) { play(t, Config{DSN: func(string) string { return dbtest.PostgresDSN(t) }}) })
	}
}

// startWith starts it with other settings than those of the folder, the ports and the log.
func startWith(t *testing.T, c Config) *whole {
	t.Helper()
	c.Dir, c.BasePort, c.Logger = t.TempDir(), freeBase(t), slog.New(slog.NewTextHandler(io.Discard, nil))
	w, err := Start(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	out := &whole{T: t, world: w, towns: map[string]*town{}, stops: map[string]func(){}}
	for _, n := range w.Nodes {
		out.towns[n.Node.Code] = (&town{T: t}).walksAs(n, n.URL())
		out.runs(n)
	}
	t.Cleanup(func() {
		for _, stop := range out.stops {
			stop()
		}
		w.Close()
	})
	return out
}

// runs serves one node until it is stopped.
func (w *whole) runs(n *node.Node) {
	running, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { n.Run(running); close(done) }()
	w.stops[n.Node.Code] = func() { stop(); <-done }
}

// passes moves the clock of all nodes; sessions end.
func (w *whole) passes(d time.Duration) {
	w.Helper()
	if err := w.world.Clock.Advance(d); err != nil {
		w.Fatal(err)
	}
	for _, p := range w.towns {
		clear(p.who)
	}
}

// until waits for what comes by letter.
func (w *whole) until(what string, holds func() bool) {
	w.Helper()
	for end := time.Now().Add(time.Minute); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			w.Fatal(what)
		}
	}
}

type shadowJSON struct {
	ID      string `json:"id"`
	No      string `json:"no"`
	Stage   string `json:"stage"`
	Version int64  `json:"version"`
	Acts    []struct {
		Action string `json:"action"`
		State  string `json:"state"`
		Code   string `json:"code"`
		Says   string `json:"says"`
	} `json:"acts"`
}

// shadow is a case of another node, as the laboratory's own node tells it; empty while it is not there.
func (w *town) shadow(no string) (x shadowJSON) {
	w.Helper()
	read := func(path string, into any) {
		answer, err := w.client("lab").Get(w.at + path)
		w.must(err)
		defer answer.Body.Close()
		w.must(json.NewDecoder(answer.Body).Decode(into))
	}
	var list struct {
		Cases []shadowJSON `json:"cases"`
	}
	read("/api/v1/abroad?no="+no, &list)
	if len(list.Cases) > 0 {
		read("/api/v1/abroad/"+list.Cases[0].ID, &x)
	}
	return x
}

var shadowAction = regexp.MustCompile(`name="action" value="(\w+)"`)

// abroad takes an action on the page of a case of another node, waits for the answer, and returns what was refused.
func (w *whole) abroad(at, no, action string, fields ...string) string {
	w.Helper()
	lab := w.towns[at]
	x := lab.shadow(no)
	page := lab.get(lab.client("lab"), "/abroad/"+x.ID)
	offered := false
	for _, m := range shadowAction.FindAllStringSubmatch(page, -1) {
		offered = offered || m[1] == action
	}
	if !offered {
		return "the page does not offer " + action
	}
	form := url.Values{"version": {hiddenVersion.FindStringSubmatch(page)[1]}, "action": {action}}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		form.Set(name, value)
	}
	status, _, body := lab.send(lab.client("lab"), "/abroad/"+x.ID, form)
	if status != http.StatusSeeOther {
		return markup.ReplaceAllString(problemText.FindString(body), " ")
	}
	w.until("no answer to "+action+" of "+no, func() bool { x = lab.shadow(no); return len(x.Acts) > 0 && x.Acts[0].State != "sent" })
	return x.Acts[0].Code
}

// granted opens an entitlement in a town.
func (w *whole) granted(home string) {
	w.Helper()
	p := w.towns[home]
	p.play("firm opens E voucher-entitlement -> draft\nfirm fills E asked=80000 planned_use=委托检测 bank_account=6222021 tax_consent=true\nfirm submit E -> submitted")
	if home == Anhui {
		p.play("city recommend E -> recommended")
	}
	p.play("review grant E -> open")
}

// order files one more order under the entitlement.
func (w *whole) order(home, name, lab string) (no string) {
	w.Helper()
	p := w.towns[home]
	p.play(`
firm adds ` + name + ` E voucher-order -> draft
firm fills ` + name + ` provider=` + lab + ` service=testing quote=2000 purpose=材料表征
firm file ` + name + ` -> filed`)
	return caseNumber.FindString(p.get(p.client("firm"), p.cases[name]))
}

// stands waits until an order stands in a stage, in its home and in the node of the laboratory.
func (w *whole) stands(home, name, at, no, stage string) {
	w.Helper()
	w.until(name+" does not come to "+stage+" in both nodes", func() bool {
		return w.towns[home].stage("firm", name) == stage && w.towns[at].shadow(no).Stage == stage
	})
}

// audited looks whether everything fits in every node.
func (w *whole) audited() {
	w.Helper()
	for _, n := range w.world.Nodes {
		if found, err := n.Audit(context.Background(), func(string) {}); err != nil || len(found) > 0 {
			w.Errorf("audit of %s: %v %v", n.Node.Code, found, err)
		}
	}
}

// providerRows are the rows of an order's pack in which the provider acts, each with the provider's own way to it from the filing.
func providerRows(s *scheme.Scheme) (rows []scheme.Row, ways [][]string) {
	way := map[string][]string{"filed": {}}
	for grown := true; grown; {
		grown = false
		for _, r := range s.Stages {
			from, known := way[r.From]
			if _, had := way[r.To]; r.Allows("provider") && known && !had {
				way[r.To], grown = append(append([]string{}, from...), r.Action), true
			}
		}
	}
	for _, r := range s.Stages {
		if from, reached := way[r.From]; r.Allows("provider") && reached {
			rows, ways = append(rows, r), append(ways, from)
		}
	}
	return rows, ways
}

// Each jurisdiction's orders, with a laboratory of another: every row of the pack in which the provider acts is taken on the page of
// the laboratory's own node, over HTTP, and both nodes show where it leads.
func TestEveryRowOfAProviderIsTakenFromItsOwnNode(t *testing.T) {
	w := startWhole(t)
	for _, x := range []struct{ home, at, lab string }{{Shanghai, Jiangsu, JiangsuLab}, {Jiangsu, Shanghai, Lab}, {Zhejiang, Shanghai, Lab}, {Anhui, Zhejiang, ZhejiangLab}} {
		w.granted(x.home)
		s, err := w.towns[x.home].node.Cases.Scheme("voucher-order")
		if err != nil {
			t.Fatal(err)
		}
		rows, ways := providerRows(s)
		if len(rows) < 4 {
			t.Errorf("%s: the provider acts in %d rows", x.home, len(rows))
		}
		for i, row := range rows {
			name := row.From + "-" + row.Action
			no := w.order(x.home, name, x.lab)
			for _, action := range append(ways[i], row.Action) {
				from := w.towns[x.home].stage("firm", name)
				w.stands(x.home, name, x.at, no, from)
				var fields []string
				for _, f := range s.NeedsField(action) {
					if f.By == "provider" {
						fields = append(fields, "f."+f.Name+"=file:报告")
					}
				}
				if got := w.abroad(x.at, no, action, fields...); got != "" {
					t.Fatalf("%s: %s of %s: %s", x.home, action, name, got)
				}
			}
			w.stands(x.home, name, x.at, no, row.To)
			if got := w.abroad(x.at, no, row.Action); !strings.Contains(got, "does not offer") && row.From != row.To {
				t.Errorf("%s: %s a second time: %q", x.home, row.Action, got)
			}
		}
	}
	w.audited()
}
