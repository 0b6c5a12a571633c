package demo

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/federation"
	"corridor/internal/files"
	"corridor/internal/unit"
)

// claims fills in and claims an order that was delivered; line tells its invoice from others.
func (w *whole) claims(home, name, lab, paid string, line int) {
	w.Helper()
	w.towns[home].play(fmt.Sprintf(`
firm fills %[1]s contract=file:合同%[1]s signed=%[5]s contract_sum=2000 invoices=file:发票%[1]s invoice_lines.rows=1 invoice_lines.0.seller=%[2]s invoice_lines.0.number=2631200000001234%04[4]d invoice_lines.0.line=1 invoice_lines.0.total=2000 invoice_lines.0.amount=2000 invoiced=2000 slip=file:回单%[1]s paid=%[3]s other_subsidy=0 rating=5
firm claim %[1]s -> claimed`, name, lab, paid, line, unit.DayOf(w.world.Clock.Now(), unit.Beijing())))
}

// A firm orders from a laboratory of another jurisdiction, where the firm is paid (通用) and where the provider is (通兑): taken,
// delivered, claimed, disputed, approved, paid, returned by the bank and clawed back; refused, cancelled and lapsed. The
// laboratory sees every step and every sum in its own node, and the treasury's books hold what was agreed.
func TestAnOrderAcrossTheBorderInBothPayeeModes(t *testing.T) {
	w := startWhole(t)
	shanghai := w.towns[Shanghai]
	modes := []struct{ home, paid string }{{Anhui, "2000"}, {Zhejiang, "1000"}}
	numbers := map[string]string{}
	for i, x := range modes {
		w.granted(x.home)
		for j, name := range []string{"O", "R", "C", "L"} {
			no := w.order(x.home, name, Lab)
			numbers[x.home+name] = no
			w.stands(x.home, name, Shanghai, no, "filed")
			if name == "L" {
				continue
			}
			if got := w.abroad(Shanghai, no, "accept"); got != "" {
				t.Fatal(got)
			}
			if name == "C" {
				w.towns[x.home].play("firm cancel C -> cancelled")
				w.stands(x.home, name, Shanghai, no, "cancelled")
				continue
			}
			w.stands(x.home, name, Shanghai, no, "accepted")
			if got := w.abroad(Shanghai, no, "deliver", "f.report=file:报告"+name); got != "" {
				t.Fatal(got)
			}
			w.stands(x.home, name, Shanghai, no, "delivered")
			if name == "O" {
				w.filesAreShown(x.home, no)
			}
			w.claims(x.home, name, Lab, x.paid, 10*i+j)
			w.stands(x.home, name, Shanghai, no, "claimed")
		}
		contract := regexp.MustCompile(`/abroad/\w+/files/\w+`).FindAllString(shanghai.get(shanghai.client("lab"), "/abroad/"+shanghai.shadow(numbers[x.home+"O"]).ID), -1)
		seen := ""
		for _, link := range contract {
			seen += shanghai.get(shanghai.client("lab"), link) + " "
		}
		if !strings.Contains(seen, "合同O") || !strings.Contains(seen, "报告O") {
			t.Errorf("the laboratory opens %q", seen)
		}
		w.towns[x.home].play("review refuse R 合同与发票不符 -> refused")
		w.stands(x.home, "R", Shanghai, numbers[x.home+"R"], "refused")
		if page := shanghai.get(shanghai.client("lab"), "/abroad/"+shanghai.shadow(numbers[x.home+"R"]).ID); !strings.Contains(page, "合同与发票不符") {
			t.Error("the laboratory does not read why the claim was refused")
		}
		p := w.towns[x.home]
		w.until("the register does not answer for the invoice", func() bool {
			return strings.Contains(p.get(p.client("review"), p.cases["O"]), "已占用")
		})
		p.play(`
review approve O for_research=yes -> noticed
firm fills O objection=报告日期有误
firm object O -> claimed`)
		w.stands(x.home, "O", Shanghai, numbers[x.home+"O"], "claimed")
		p.play("review approve O for_research=yes -> noticed")
	}
	w.passes(14 * 24 * time.Hour)
	for _, x := range modes {
		p, no := w.towns[x.home], numbers[x.home+"O"]
		w.stands(x.home, "O", Shanghai, no, "ordered")
		w.stands(x.home, "L", Shanghai, numbers[x.home+"L"], "lapsed")
		p.play(`
finance mark_paid O -> paid
finance bounced O 户名不符 -> ordered`)
		w.stands(x.home, "O", Shanghai, no, "ordered")
		p.play(`
finance mark_paid O -> paid
check fills O wrongly_paid=400
check recover O 抽查发现多付 -> recovering
finance repaid O -> recovered`)
		w.stands(x.home, "O", Shanghai, no, "recovered")
		page := shanghai.get(shanghai.client("lab"), "/abroad/"+shanghai.shadow(no).ID)
		for _, want := range []string{"1,000.00", "400.00", "抽查发现多付", "户名不符"} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the laboratory does not see %s", x.home, want)
			}
		}
		if got := p.balance(x.home + "/bank"); got != "600.00" {
			t.Errorf("the bank of %s has %s", x.home, got)
		}
	}
	if list := shanghai.get(shanghai.client("lab"), "/cases/abroad?state=ended"); strings.Count(list, `href="/abroad/`) != 8 {
		t.Error("the list of the laboratory has not the eight orders that ended")
	}
	if file := shanghai.get(shanghai.client("lab"), "/cases/abroad?home="+Anhui+"&format=csv"); !strings.Contains(file, numbers[Anhui+"O"]) || strings.Contains(file, numbers[Zhejiang+"O"]) {
		t.Error("the file is not what the list was narrowed to")
	}
	w.audited()
}

// letter writes a letter in the name of a node as only its keeper could, and returns with what it was refused; "" is done.
func (w *whole) letter(from, to, kind string, by federation.Voucher, body any) (code, says string) {
	w.Helper()
	n := w.towns[from].node
	var id unit.ID
	if err := n.DB.Act(context.Background(), func(tx *db.Tx) (err error) {
		id, err = n.Federation.Send(context.Background(), tx, to, kind, by, body)
		return err
	}); err != nil {
		w.Fatal(err)
	}
	keeper := access.Actor{Person: "01KEEPER", Name: "k", Grants: []access.Grant{{Role: "node_admin"}}, Strong: true}
	var l federation.Letter
	w.until("no answer to "+kind, func() (there bool) {
		l, _ = n.Federation.Letter(context.Background(), keeper, id)
		return l.State != federation.LetterWaiting
	})
	return l.Code, l.Refusal[0]
}

// What home refuses of a party abroad, in the documented order; then a link that is down, and a mandate that has ended.
func TestWhatHomeRefusesOfAPartyAbroad(t *testing.T) {
	w := startWhole(t)
	anhui, shanghai := w.towns[Anhui], w.towns[Shanghai]
	w.granted(Anhui)
	no := w.order(Anhui, "O", Lab)
	other := w.order(Anhui, "P", ZhejiangLab)
	w.stands(Anhui, "O", Shanghai, no, "filed")
	w.until("the other order did not come", func() bool { return w.towns[Zhejiang].shadow(other).Stage == "filed" })
	if shanghai.shadow(other).ID != "" {
		t.Error("an order is shown to who is no party to it")
	}
	idOf := func(name string) unit.ID { return unit.ID(strings.TrimPrefix(anhui.cases[name], "/cases/")) }
	version := func() int64 { return shanghai.shadow(no).Version }
	by := federation.Voucher{Person: "01J0000000000000000000LAB0", Mandate: "lab_operator@310000/" + Lab}
	act := casework.ActLetter{Case: idOf("O"), Org: Lab, Version: version(), Action: "accept"}
	with := func(change func(*casework.ActLetter)) casework.ActLetter { x := act; change(&x); return x }
	for _, x := range []struct {
		what, from string
		by         federation.Voucher
		body       any
		code       string
	}{
		{"no such letter", Shanghai, by, "x", "casework.abroad_form"},
		{"an organisation that the writer does not host", Zhejiang, by, act, "casework.abroad_not_hosted"},
		{"an organisation that nobody knows", Shanghai, by, with(func(a *casework.ActLetter) { a.Org = "91310000MA00000000" }), "casework.abroad_not_hosted"},
		{"nobody is vouched for", Shanghai, federation.Voucher{Mandate: by.Mandate}, act, "casework.abroad_mandate"},
		{"no mandate", Shanghai, federation.Voucher{Person: by.Person}, act, "casework.abroad_mandate"},
		{"a mandate of another organisation", Shanghai, federation.Voucher{Person: by.Person, Mandate: "org_admin/" + ShanghaiFirm}, act, "casework.abroad_mandate"},
		{"a desk is no mandate of an organisation", Shanghai, federation.Voucher{Person: by.Person, Mandate: "voucher_review@340000/" + Lab}, act, "casework.abroad_mandate"},
		{"a role that may not act", Shanghai, federation.Voucher{Person: by.Person, Mandate: "bank/" + Lab}, act, "casework.unknown"},
		{"a case to which it is no party", Shanghai, by, with(func(a *casework.ActLetter) { a.Case = idOf("P") }), "casework.unknown"},
		{"no such case", Shanghai, by, with(func(a *casework.ActLetter) { a.Case = unit.NewID(time.Now()) }), "casework.unknown"},
		{"an older version", Shanghai, by, with(func(a *casework.ActLetter) { a.Version-- }), "casework.changed_meanwhile"},
		{"no version", Shanghai, by, with(func(a *casework.ActLetter) { a.Version = 0 }), "casework.changed_meanwhile"},
		{"an action of the office", Shanghai, by, with(func(a *casework.ActLetter) { a.Action = "approve" }), "scheme.no_row"},
		{"an action of the clock", Shanghai, by, with(func(a *casework.ActLetter) { a.Action = "lapse" }), "scheme.no_row"},
		{"a field of another", Shanghai, by, with(func(a *casework.ActLetter) { a.Fields = map[string]string{"quote": "1"} }), "casework.field_not_yours"},
		{"a file that is none", Shanghai, by, with(func(a *casework.ActLetter) { a.Files = []casework.ShadowFile{{Digest: "x", Name: "a"}} }), "casework.abroad_form"},
	} {
		if code, says := w.letter(x.from, Anhui, casework.LetterAct, x.by, x.body); code != x.code {
			t.Errorf("%s: %q %s, want %s", x.what, code, says, x.code)
		}
	}
	if got := anhui.stage("firm", "O"); got != "filed" {
		t.Errorf("the order stands in %s", got)
	}
	// A node shows nothing of an organisation that it does not host, and an older shadow changes nothing.
	if code, _ := w.letter(Anhui, Shanghai, casework.LetterShadow, federation.Voucher{}, casework.Shadow{Case: idOf("O"), Seq: 9, Org: SmallFirm}); code != "casework.abroad_not_hosted" {
		t.Errorf("a shadow for an organisation of Anhui: %q", code)
	}
	if code, _ := w.letter(Anhui, Shanghai, casework.LetterShadow, federation.Voucher{}, casework.Shadow{Case: idOf("O"), Seq: 1, Org: Lab, Stage: "paid"}); code != "" || shanghai.shadow(no).Stage != "filed" {
		t.Errorf("an older shadow: %q, the order stands in %s", code, shanghai.shadow(no).Stage)
	}
	// Two at once: the firm cancels what the laboratory is about to deliver, and the laboratory is told by whom it was decided.
	if got := w.abroad(Shanghai, no, "accept"); got != "" {
		t.Fatal(got)
	}
	w.stands(Anhui, "O", Shanghai, no, "accepted")
	seen := version()
	anhui.play("firm cancel O -> cancelled")
	code, says := w.letter(Shanghai, Anhui, casework.LetterAct, by, casework.ActLetter{Case: idOf("O"), Org: Lab, Version: seen, Action: "cancel"})
	if code != "casework.decided_meanwhile" || !strings.Contains(says, "申请企业") {
		t.Errorf("who comes second is told %q %s", code, says)
	}

	// The link is down: what is done waits visibly, nothing is sent beside it, and it goes on by itself.
	no = w.order(Anhui, "D", Lab)
	w.stands(Anhui, "D", Shanghai, no, "filed")
	w.stops[Anhui]()
	x := shanghai.shadow(no)
	form := url.Values{"action": {"accept"}, "key": {"k1"}}
	if status, _, body := shanghai.send(shanghai.client("lab"), "/abroad/"+x.ID, form); status != http.StatusSeeOther {
		t.Fatal(status, body)
	}
	if page := shanghai.get(shanghai.client("lab"), "/abroad/"+x.ID); !strings.Contains(page, "等对方节点答复") || strings.Contains(page, `name="action"`) {
		t.Error("the page does not say that the step waits, or offers another")
	}
	if status, _, _ := shanghai.send(shanghai.client("lab"), "/abroad/"+x.ID, form); status != http.StatusSeeOther {
		t.Error("the same request again is not answered as the first time")
	}
	form.Set("key", "k2")
	if status, _, body := shanghai.send(shanghai.client("lab"), "/abroad/"+x.ID, form); status != http.StatusUnprocessableEntity && status != http.StatusConflict || !strings.Contains(body, "仪器管理员") {
		t.Errorf("a second step while the first waits: %d", status)
	}
	if got := shanghai.shadow(no); len(got.Acts) != 1 || got.Acts[0].State != "sent" {
		t.Errorf("what was sent: %+v", got.Acts)
	}
	if err := anhui.node.Listen(); err != nil {
		t.Fatal(err)
	}
	w.runs(anhui.node)
	clear(anhui.who)
	w.stands(Anhui, "D", Shanghai, no, "accepted")
	w.until("the answer is not there", func() bool { return shanghai.shadow(no).Acts[0].State == "done" })

	// The mandate of the laboratory's person ends: the page is not theirs any more.
	admin, err := actor(context.Background(), shanghai.node, "admin@shanghai.example")
	if err != nil {
		t.Fatal(err)
	}
	lab, err := actor(context.Background(), shanghai.node, "lab@shanghai.example")
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range lab.Grants {
		if err := shanghai.node.Access.Revoke(context.Background(), admin, g.ID); err != nil {
			t.Fatal(err)
		}
	}
	form.Set("action", "deliver")
	if status, _, _ := shanghai.send(shanghai.client("lab"), "/abroad/"+x.ID, form); status != http.StatusNotFound {
		t.Errorf("who has no mandate any more acts: %d", status)
	}
	w.audited()
}

// filesAreShown looks at the report of an order from its home: it stays in Shanghai and is asked for when somebody who may see
// the case opens it; both journals say so. The laboratory sees in turn what the firm has brought, and nobody else anything.
func (w *whole) filesAreShown(home, no string) {
	w.Helper()
	p := w.towns[home]
	link := regexp.MustCompile(`/cases/\w+/files/\w+`).FindString(p.get(p.client("review"), p.cases["O"]))
	if got := p.get(p.client("review"), link); got != "报告O" {
		w.Errorf("the report that an officer opens is %q", got)
	}
	digest := link[strings.LastIndex(link, "/")+1:]
	for code, act := range map[string]string{home: "case.file_seen", Shanghai: "case.file_shown"} {
		auditor := access.Actor{Person: "01AUDIT", Grants: []access.Grant{{Role: "auditor"}}, Strong: true}
		lines, _, err := w.towns[code].node.Access.Journal(context.Background(), auditor, access.JournalQuery{Act: act})
		if err != nil || len(lines) == 0 || !strings.Contains(lines[0].Detail, digest) {
			w.Errorf("the journal of %s has %v, %v", code, lines, err)
		}
	}
	ask := federation.FileRequest{To: Shanghai, Case: unit.ID(strings.TrimPrefix(p.cases["O"], "/cases/")), Digest: files.Digest(digest)}
	for from, want := range map[string]bool{home: true, Jiangsu: false} { // a node that is not the case's home gets nothing
		content, err := w.towns[from].node.Federation.FetchFile(context.Background(), ask)
		if (err == nil) != want || want && string(content) != "报告O" {
			w.Errorf("%s asks for the report: %q, %v", from, content, err)
		}
	}
	ask.Digest = files.Digest(strings.Repeat("0", 64))
	if _, err := p.node.Federation.FetchFile(context.Background(), ask); err == nil {
		w.Error("a file that was not brought for the case is given out")
	}
}
