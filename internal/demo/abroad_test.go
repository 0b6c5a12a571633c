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
)

// whole is the demonstration with all its nodes, used by its pages, each over HTTP.
type whole struct {
	*testing.T
	world *Community
	towns map[string]*town
}

func startWhole(t *testing.T) *whole {
	t.Helper()
	w, err := Start(context.Background(), Config{Dir: t.TempDir(), BasePort: freeBase(t), Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	running, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { w.Serve(running); close(done) }()
	t.Cleanup(func() { stop(); <-done; w.Close() })
	out := &whole{T: t, world: w, towns: map[string]*town{}}
	for _, n := range w.Nodes {
		out.towns[n.Node.Code] = &town{T: t, node: n, at: n.URL(), who: map[string]*http.Client{}, cases: map[string]string{}}
	}
	return out
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

// granted opens an entitlement in a town and files an order under it for the laboratory of another; it returns its number.
func (w *whole) filed(home, lab, paid string) (no string) {
	w.Helper()
	p := w.towns[home]
	p.play("firm opens E voucher-entitlement -> draft\nfirm fills E asked=80000 planned_use=委托检测 bank_account=6222021 tax_consent=true\nfirm submit E -> submitted")
	if home == Anhui {
		p.play("city recommend E -> recommended")
	}
	p.play("review grant E -> open")
	return w.order(home, "O", lab)
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

// A firm of Anhui orders from a laboratory of Shanghai. The laboratory sees the order in its own node, takes it, delivers with a
// report that stays in Shanghai, and sees how it is claimed, approved and paid; what it may not do is refused by Anhui.
func TestALaboratoryActsFromItsOwnNode(t *testing.T) {
	w := startWhole(t)
	anhui, shanghai := w.towns[Anhui], w.towns[Shanghai]
	no := w.filed(Anhui, Lab, "60000")
	w.until("the order did not come to Shanghai", func() bool { return shanghai.shadow(no).Stage == "filed" })
	page := shanghai.get(shanghai.client("lab"), "/")
	if !strings.Contains(page, no) {
		t.Error("the home page of the laboratory does not say that the order waits")
	}
	if got := w.abroad(Shanghai, no, "accept"); got != "" {
		t.Fatalf("accept: %s", got)
	}
	w.until("the order is not accepted", func() bool { return shanghai.shadow(no).Stage == "accepted" })
	if got := anhui.stage("firm", "O"); got != "accepted" {
		t.Errorf("in Anhui the order stands in %s", got)
	}
	if got := w.abroad(Shanghai, no, "deliver"); got != "casework.field_missing" {
		t.Errorf("delivered without a report: %s", got)
	}
	if got := w.abroad(Shanghai, no, "deliver", "f.report=file:报告正文"); got != "" {
		t.Fatalf("deliver: %s", got)
	}
	w.until("the order is not delivered", func() bool { return shanghai.shadow(no).Stage == "delivered" })
	page = anhui.get(anhui.client("firm"), anhui.cases["O"])
	if !strings.Contains(page, "report.txt") || strings.Contains(page, "报告正文") {
		t.Error("the firm does not see name and digest of the report alone")
	}
	for _, n := range w.world.Nodes {
		if found, err := n.Audit(context.Background(), func(string) {}); err != nil || len(found) > 0 {
			t.Errorf("audit of %s: %v %v", n.Node.Code, found, err)
		}
	}
}
