package demo

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/node"
	"corridor/internal/scheme"
	"corridor/internal/unit"
	"corridor/schemes"
)

// Two nodes of each order: that of the firm, whose voucher pays, and that of the provider, in which the laboratory acts.
var borders = []struct{ home, host, lab, instrument string }{
	{Shanghai, Jiangsu, JiangsuLab, "ICP mass spectrometer"},
	{Jiangsu, Zhejiang, ZhejiangLab, "Three-axis vibration table"},
	{Zhejiang, Shanghai, Lab, "120 kV transmission electron microscope"},
	{Anhui, Shanghai, Lab, "120 kV transmission electron microscope"},
}

// taking is a row of the table, taken by one of those who may.
type taking struct {
	scheme.Row
	who string
}

func (t taking) String() string { return t.From + " " + t.Action + " by " + t.who }

// takings are all rows of a pack, each by each of those who may take it.
func takings(s *scheme.Scheme) (all []taking) {
	for _, r := range s.Stages {
		for _, who := range r.Who {
			all = append(all, taking{r, who})
		}
	}
	return all
}

// waysOver are ways from the first stage to an end on which every row is taken by each of those who may: always the way that
// takes most of what no way before it took, of those the shortest. A way takes one row twice at most.
func waysOver(s *scheme.Scheme) (out [][]taking) {
	var all [][]taking
	var grow func(at string, way []taking, twice bool)
	grow = func(at string, way []taking, twice bool) {
		if _, end := s.IsEnd(at); end {
			all = append(all, slices.Clone(way))
			return
		}
		for _, r := range s.RowsFrom(at) {
			again := 0
			for _, t := range way {
				if t.From == r.From && t.Action == r.Action {
					again++
				}
			}
			if again > 1 || again == 1 && twice {
				continue
			}
			for _, who := range r.Who {
				grow(r.To, append(way, taking{r, who}), twice || again == 1)
			}
		}
	}
	grow(s.Start(), nil, false)
	taken := map[string]bool{}
	for {
		best, most := -1, 0
		for i, way := range all {
			fresh := 0
			for _, t := range way {
				if !taken[t.String()] {
					fresh++
				}
			}
			if fresh > most || fresh == most && fresh > 0 && len(way) < len(all[best]) {
				best, most = i, fresh
			}
		}
		if best < 0 {
			return out
		}
		out = append(out, all[best])
		for _, t := range all[best] {
			taken[t.String()] = true
		}
	}
}

// errand is an order that goes one way.
type errand struct {
	home, host *town
	lab        string
	instrument unit.ID
	s          *scheme.Scheme
	name, no   string
	line       int  // of its invoice
	slotted    bool // it names a slot, since its way loses one
	lost       int  // slots
	way        []taking
	done       int
	to         string // who is paid
}

func (e *errand) String() string { return e.home.node.Node.Code + " " + e.to + " " + e.name }

// orderView is an order as its home tells it.
type orderView struct {
	Stage   string              `json:"stage"`
	End     string              `json:"end"`
	Fields  map[string]string   `json:"fields"`
	Amounts map[string]unit.Fen `json:"amounts"`
	Waits   []struct {
		Role   string    `json:"role"`
		Action string    `json:"action"`
		Due    time.Time `json:"due"`
	} `json:"waits"`
}

func (e *errand) view() (v orderView) {
	e.home.Helper()
	e.home.asks("firm", "/api/v1"+e.home.cases[e.name], &v)
	return v
}

// officer is who of the desks acts in a role.
var officer = map[string]string{"applicant": "firm", "reviewer": "review", "finance": "finance", "auditor": "check", "public": "firm"}

// begin opens the order under the entitlement; the first step files it.
func (w *whole) begin(e *errand) {
	w.Helper()
	e.home.play("firm adds " + e.name + " E voucher-order -> draft")
	e.home.play("firm fills " + e.name + " provider=" + e.lab + " service=testing purpose=材料表征")
	if !e.slotted {
		e.home.play("firm fills " + e.name + " quote=2000")
	}
	e.no = caseNumber.FindString(e.home.get(e.home.client("firm"), e.home.cases[e.name]))
}

// goesOn takes the next row of an order by who takes it, from that one's own node; false where only time leads on.
func (w *whole) goesOn(e *errand) bool {
	w.Helper()
	t := e.way[e.done]
	if t.ByClock() {
		return false
	}
	if t.From != "draft" { // nobody abroad sees a draft
		w.stands(e.home.node.Node.Code, e.name, e.host.node.Node.Code, e.no, t.From)
	}
	switch {
	case t.ByItself():
		w.losesSlot(e)
	case t.who == "provider":
		w.delivers(e, t)
	default:
		w.does(e, t)
	}
	if t.From == "draft" && t.To != "filed" {
		w.until(e.String()+" does not come to "+t.To, func() bool { return e.home.stage("firm", e.name) == t.To })
	} else {
		w.stands(e.home.node.Node.Code, e.name, e.host.node.Node.Code, e.no, t.To)
	}
	e.done++
	return true
}

// does takes a row from a page of the order's home.
func (w *whole) does(e *errand, t taking) {
	w.Helper()
	who, n := officer[t.who], e.name
	if t.From == "recovering" && t.who == "auditor" { // never who found it
		who = "supervise"
	}
	more := ""
	switch t.Action {
	case "file":
		if e.slotted {
			w.chooses(e.home, n, e.host.node.Node.Code, e.instrument, "")
		}
	case "claim":
		q, err := unit.ParseFen(e.view().Fields["quote"])
		w.must2(err)
		paid := q // 通用: the firm pays all
		if e.to == "provider" {
			paid = q - q/2 // 通兑: its own share
		}
		today := unit.DayOf(w.world.Clock.Now(), unit.Beijing())
		e.home.play(fmt.Sprintf(`firm fills %[1]s contract=file:合同%[1]s signed=%[2]s contract_sum=%[3]s invoices=file:发票%[1]s invoice_lines.rows=1 invoice_lines.0.seller=%[4]s invoice_lines.0.number=263120000000%08[5]d invoice_lines.0.line=1 invoice_lines.0.total=%[3]s invoice_lines.0.amount=%[3]s invoiced=%[3]s slip=file:回单%[1]s paid=%[6]s other_subsidy=0 rating=5`,
			n, today, q.Yuan(), e.lab, e.line, paid.Yuan()))
	case "answer":
		e.home.play("firm fills " + n + " more=file:补正" + n)
	case "object":
		e.home.play("firm fills " + n + " objection=报告日期有误")
	case "recover":
		e.home.play("check fills " + n + " wrongly_paid=400")
	case "approve":
		more = " for_research=yes"
		w.until(e.String()+": the register does not answer for the invoice", func() bool {
			var uses struct {
				Claims []struct{ State string }
			}
			e.home.asks("review", "/api/v1"+e.home.cases[n]+"/uses", &uses)
			return len(uses.Claims) > 0 && !slices.ContainsFunc(uses.Claims, func(c struct{ State string }) bool { return c.State != "held" })
		})
	case "mark_paid":
		w.goesTo(e)
	case "discard": // the page puts a draft away, as it does for every pack; this is the pack's own row
		if status, _, body := e.home.send(e.home.client("firm"), e.home.cases[n]+"/actions/discard", nil); status != http.StatusSeeOther {
			w.Fatalf("%s: %d %.500s", e, status, problemText.FindString(body))
		}
		return
	}
	if slices.Contains(e.s.Needs[t.Action], "reason") {
		more += " 事由" + t.Action
	}
	e.home.play(who + " " + t.Action + " " + n + more + " -> " + t.To)
	if t.Action == "approve" {
		w.bills(e)
	}
}

// bills lets the laboratory record, in its own node, what it has billed for an order: the statement compares it.
func (w *whole) bills(e *errand) {
	w.Helper()
	w.until(e.String()+" does not stand among the services", func() bool {
		return strings.Contains(e.host.get(e.host.client("lab"), "/services?format=csv"), e.no)
	})
	form := url.Values{"payer": {e.home.node.Node.Code}, "order": {e.no}, "billed": {e.view().Fields["quote"]}}
	if status, _, body := e.host.send(e.host.client("lab"), "/services", form); status != http.StatusSeeOther {
		w.Fatalf("%s: what was billed is not recorded: %d %.500s", e, status, problemText.FindString(body))
	}
}

// goesTo looks to whom the payment goes before it is made.
func (w *whole) goesTo(e *errand) {
	w.Helper()
	var waiting struct {
		Waiting []struct {
			CaseNo string `json:"case_no"`
			Payee  string `json:"payee"`
		} `json:"waiting"`
	}
	e.home.asks("finance", "/api/v1/payments", &waiting)
	want := e.home.orgOf("firm")
	if e.to == "provider" {
		want = e.lab
	}
	for _, x := range waiting.Waiting {
		if x.CaseNo == e.no {
			if x.Payee != want {
				w.Errorf("%s is paid to %s, want %s", e, x.Payee, want)
			}
			return
		}
	}
	w.Errorf("%s does not wait to be paid", e)
}

// delivers takes a row from the page of the laboratory's own node.
func (w *whole) delivers(e *errand, t taking) {
	w.Helper()
	var fields []string
	for _, f := range e.s.NeedsField(t.Action) {
		if f.By == "provider" {
			fields = append(fields, "f."+f.Name+"=file:报告")
		}
	}
	if t.Action == "accept" && e.slotted {
		w.keptSlot(e)
	}
	if got := w.abroad(e.host.node.Node.Code, e.no, t.Action, fields...); got != "" {
		w.Fatalf("%s: %s: %s", e, t, got)
	}
}

// keptSlot is the booking that the laboratory keeps for an order, once home knows of it.
func (w *whole) keptSlot(e *errand) (booking string) {
	w.Helper()
	w.until(e.String()+": no slot is kept", func() bool {
		var kept struct {
			Kept []struct {
				CaseNo  string `json:"case_no"`
				Booking string `json:"booking"`
				State   string `json:"state"`
			} `json:"kept"`
		}
		var held struct {
			Slots []struct{ State string }
		}
		e.host.asks("admin", "/api/v1/slots/register", &kept)
		e.home.asks("firm", "/api/v1"+e.home.cases[e.name]+"/slots", &held)
		for _, k := range kept.Kept {
			if k.CaseNo == e.no && (k.State == "held" || k.State == "confirmed") && len(held.Slots) > 0 && held.Slots[0].State == k.State {
				booking = k.Booking
				return true
			}
		}
		return false
	})
	return booking
}

// losesSlot lets the laboratory give up what it keeps for an order.
func (w *whole) losesSlot(e *errand) {
	w.Helper()
	act := "/decline"
	if e.way[e.done].From == "accepted" {
		act = "/cancel"
	}
	path := "/bookings/" + w.keptSlot(e)
	if status, _, body := e.host.send(e.host.client("lab"), path+act, url.Values{"reason": {"设备检修"}}); status != http.StatusSeeOther {
		w.Fatalf("%s: the laboratory cannot give the slot up: %d %.500s", e, status, problemText.FindString(body))
	}
	e.lost++
}

// rings moves the clock to the first moment at which one of the waiting orders goes on, and looks that they do.
func (w *whole) rings(waiting []*errand) {
	w.Helper()
	due := map[*errand]time.Time{}
	var first time.Time
	for _, e := range waiting {
		t := e.way[e.done]
		for _, x := range e.view().Waits {
			if x.Role == "clock" && x.Action == t.Action {
				due[e] = x.Due
			}
		}
		if due[e].IsZero() {
			w.Fatalf("%s waits for no clock before %s", e, t)
		}
		if first.IsZero() || due[e].Before(first) {
			first = due[e]
		}
	}
	w.passes(max(first.Sub(w.world.Clock.Now()), 0) + time.Second)
	for _, e := range waiting {
		if t := e.way[e.done]; !due[e].After(w.world.Clock.Now()) {
			w.until(fmt.Sprintf("%s: %s does not happen", e, t), func() bool { return e.home.stage("firm", e.name) == t.To })
			e.done++
		}
	}
}

// otherPayee are the packs with every order's payee exchanged: where the firm is paid (通用) the provider is (通兑), and the other
// way round.
func otherPayee(t *testing.T) (out []*scheme.Scheme) {
	t.Helper()
	changed := fstest.MapFS{}
	err := fs.WalkDir(schemes.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(schemes.FS, path)
		text := string(b)
		switch {
		case strings.HasSuffix(path, "voucher-order/2026/scheme.yaml") && strings.Contains(text, "pay_to:    {value: firm,"):
			text = strings.Replace(text, "pay_to:    {value: firm,", "pay_to:    {value: provider,", 1)
		case strings.HasSuffix(path, "voucher-order/2026/scheme.yaml"):
			text = strings.Replace(text, "pay_to:    {value: provider,", "pay_to:    {value: firm,", 1)
		}
		changed[path] = &fstest.MapFile{Data: []byte(text)}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if out, err = node.PacksIn(changed); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestEveryRowOfEveryOrderAcrossTheBorderInBothPayeeModes: the order packs of four jurisdictions, each as it stands and with the
// other payee, between two nodes over HTTP. Every row is taken, by each of those who may, from the page of that one's own node:
// orders are declined, lapse, lose their slots, are cancelled by either side, refused, disputed, paid, returned by the bank, clawed
// back and written off. Afterwards the two nodes show the same of every order, the sums are those of the rules, nothing is held, no
// letter waits, each month's statement has no difference, and every audit is clean.
//
// The ways of each mode are dealt out over the four packs, so that every row is taken in some of them; with CORRIDOR_TEST_WHOLE=1
// each pack goes all of them.
func TestEveryRowOfEveryOrderAcrossTheBorderInBothPayeeModes(t *testing.T) {
	packs, err := node.Packs()
	if err != nil {
		t.Fatal(err)
	}
	for mode, x := range []struct {
		name  string
		packs []*scheme.Scheme
	}{{"as written", packs}, {"the other payee", otherPayee(t)}} {
		t.Run(x.name, func(t *testing.T) {
			startWith(t, Config{Packs: x.packs}).ordersGo(mode)
			if dbtest.Postgres() {
				t.Run("postgres", func(t *testing.T) {
					startWith(t, Config{Packs: x.packs, DSN: func(string) string { return dbtest.PostgresDSN(t) }}).ordersGo(mode + 2)
				})
			}
		})
	}
}

// ordersGo opens an order for each way, brings all to an end, and looks what is left. deal says which pack gets the first way where
// they are dealt out.
func (w *whole) ordersGo(deal int) {
	w.Helper()
	var all []*errand
	taken := map[string]bool{}
	whole := os.Getenv("CORRIDOR_TEST_WHOLE") != ""
	for i, b := range borders {
		w.granted(b.home)
		s, err := w.towns[b.home].node.Cases.Scheme("voucher-order")
		w.must2(err)
		to, _ := s.Params.Get("pay_to")
		for j, way := range waysOver(s) {
			for _, t := range way {
				taken[t.String()] = true
			}
			if !whole && (j+deal)%len(borders) != i {
				continue
			}
			e := &errand{home: w.towns[b.home], host: w.towns[b.host], lab: b.lab, s: s, name: fmt.Sprintf("W%d", j), line: 100*i + j, way: way, to: to.Value.Text,
				slotted: slices.ContainsFunc(way, func(t taking) bool { return t.ByItself() })}
			if e.slotted {
				e.instrument = w.instrument(b.host, b.instrument)
			}
			w.begin(e)
			all = append(all, e)
		}
		for _, t := range takings(s) {
			if !taken[t.String()] {
				w.Errorf("%s: no way takes %s", b.home, t)
			}
		}
	}
	for {
		var waiting []*errand
		for moved := true; moved; { // one step of each after the other: what goes by letter is there when its turn comes
			moved, waiting = false, nil
			for _, e := range all {
				switch {
				case e.done == len(e.way):
				case w.goesOn(e):
					moved = true
				default:
					waiting = append(waiting, e)
				}
			}
		}
		if len(waiting) == 0 {
			break
		}
		w.rings(waiting)
	}
	steps := 0
	for _, e := range all {
		steps += len(e.way)
	}
	w.Logf("%d orders took %d steps", len(all), steps)
	w.ordersEnded(all)
	for _, b := range borders {
		w.statements(b.home, b.host, all)
	}
	w.audited()
}

// statements closes every month between a payer and a host; both sides compute the same, and an officer of each signs.
func (w *whole) statements(payer, host string, all []*errand) {
	w.Helper()
	var paid, back, want unit.Fen
	for _, e := range all {
		if e.home.node.Node.Code == payer {
			want += e.wants(e.view(), w)
		}
	}
	ends := []*town{w.towns[payer], w.towns[host]}
	for {
		var open statementsAnswer
		ends[0].asks("release", "/api/v1/statements?way=paid&node="+host, &open)
		i := slices.IndexFunc(open.Open, func(o struct {
			Host   string `json:"host"`
			Period string `json:"period"`
		}) bool {
			return o.Host == host
		})
		if i < 0 {
			break
		}
		status, path, body := ends[0].send(ends[0].client("release"), "/statements", url.Values{"host": {host}, "period": {open.Open[i].Period}})
		if status != http.StatusSeeOther {
			w.Fatalf("%s is not closed: %d %.500s", open.Open[i].Period, status, problemText.FindString(body))
		}
		var s statementAnswer
		for _, p := range ends {
			w.until("the lines of "+path+" do not come", func() bool {
				if p.node.Node.Code == host && !strings.Contains(p.get(p.client("finance"), "/statements?format=csv"), open.Open[i].Period) {
					return false
				}
				p.asks("finance", "/api/v1"+path, &s)
				return s.Digest != ""
			})
			if s.Differences != 0 {
				w.Errorf("%s of %s: %+v", path, p.node.Node.Code, s.Named)
			}
			if status, _, body := p.send(p.client("finance"), path+"/sign", url.Values{"digest": {s.Digest}}); status != http.StatusSeeOther {
				w.Fatalf("%s is not signed: %d %.500s", path, status, problemText.FindString(body))
			}
		}
		for _, p := range ends {
			w.until(path+" is not signed by both", func() bool { p.asks("finance", "/api/v1"+path, &s); return s.State == "signed" })
		}
		paid, back = paid+s.Totals.Paid, back+s.Totals.Back
	}
	if paid-back != want {
		w.Errorf("by the statements %s paid %s for %s and got %s back; the orders say %s", payer, paid, host, back, want)
	}
}

// ordersEnded looks at the books, shadows, slots and letters when every order has come to its end.
func (w *whole) ordersEnded(all []*errand) {
	w.Helper()
	out := map[string]unit.Fen{} // that each treasury paid, less what came back
	for _, e := range all {
		last := e.way[len(e.way)-1]
		v := e.view()
		if v.Stage != last.To || v.End == "" {
			w.Errorf("%s stands in %s, want the end %s", e, v.Stage, last.To)
		}
		paid := e.wants(v, w)
		out[e.home.node.Node.Code] += paid
		if e.way[0].Action != "file" {
			continue // nobody abroad has seen it
		}
		var there struct {
			shadowJSON
			End  string              `json:"end"`
			Sums map[string]unit.Fen `json:"sums"`
		}
		w.until(e.String()+": the laboratory's node does not know the end", func() bool {
			e.host.asks("lab", "/api/v1/abroad/"+e.host.shadow(e.no).ID, &there)
			return there.Stage == v.Stage
		})
		if there.End != v.End {
			w.Errorf("%s has ended as %q at home, as %q at the laboratory's node", e, v.End, there.End)
		}
		for name, sum := range v.Amounts {
			if there.Sums[name] != sum {
				w.Errorf("%s: %s is %s at home, %s at the laboratory's node", e, name, sum, there.Sums[name])
			}
		}
	}
	for _, p := range w.towns {
		if p.node.Node.Code == Office {
			continue
		}
		if want := out[p.node.Node.Code]; want != 0 { // of an account that was never needed there is no balance
			if got := p.balance(p.node.Node.Code + "/bank"); got != want.Yuan() {
				w.Errorf("%s has paid %s yuan, the orders say %s", p.node.Node.Code, got, want.Yuan())
			}
		}
		w.nothingHeld(p)
	}
}

// wants is what an order has cost in the end, by its way and the rules; it looks whether the order says the same.
func (e *errand) wants(v orderView, w *whole) (paid unit.Fen) {
	w.Helper()
	went := func(action string) bool {
		return slices.ContainsFunc(e.way, func(t taking) bool { return t.Action == action })
	}
	sums := map[string]unit.Fen{}
	q, _ := unit.ParseFen(v.Fields["quote"])
	if went("file") {
		sums["reserve"] = q / 2
	}
	if went("approve") { // half of what was paid or is promised, whole yuan
		sums["payable"] = min(q/2, sums["reserve"]) / unit.FenPerYuan * unit.FenPerYuan
	}
	if went("mark_paid") {
		paid = sums["payable"]
	}
	if went("recover") {
		sums["to_repay"] = min(400*unit.FenPerYuan, sums["payable"])
	}
	if went("repaid") {
		paid -= sums["to_repay"]
	}
	for name, want := range sums {
		if v.Amounts[name] != want {
			w.Errorf("%s: %s is %s, want %s", e, name, v.Amounts[name], want)
		}
	}
	return paid
}

// nothingHeld looks for what is left over in a node: money on hold, slots, letters, lines of invoices.
func (w *whole) nothingHeld(p *town) {
	w.Helper()
	ctx, code := context.Background(), p.node.Node.Code
	w.must2(p.node.DB.Read(ctx, func(tx *db.Tx) error {
		for after := ""; ; {
			page, next, err := p.node.Ledger.Accounts(ctx, tx, "case/", after, 500)
			for _, a := range page {
				if a.Posted != 0 && !strings.HasSuffix(a.Path, "/own/voucher") || a.Posted != a.Available {
					w.Errorf("%s: %s has %s, of which %s can be spent", code, a.Path, a.Posted, a.Available)
				}
			}
			if after = next; err != nil || after == "" {
				return err
			}
		}
	}))
	var slots struct {
		Kept []struct {
			CaseNo string `json:"case_no"`
			State  string `json:"state"`
		} `json:"kept"`
		Held []struct {
			CaseNo string `json:"case_no"`
			State  string `json:"state"`
			Want   string `json:"want"`
		} `json:"held"`
	}
	w.until(code+" still holds slots", func() bool {
		p.asks("admin", "/api/v1/slots/register", &slots)
		for _, x := range slots.Kept {
			if x.State == "held" {
				return false
			}
		}
		for _, x := range slots.Held {
			if x.State == "held" || x.State == "asked" {
				return false
			}
		}
		return true
	})
	w.until(code+" has letters that wait", func() bool {
		return strings.Count(p.get(p.client("admin"), "/letters?state=waiting&format=csv"), "\n") == 1
	})
	if file := p.get(p.client("admin"), "/once?state=held&format=csv"); strings.Count(file, ",held,") > 0 {
		w.Errorf("%s keeps lines of invoices for orders that have ended:\n%s", code, file)
	}
}
