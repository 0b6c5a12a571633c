package demo

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	corridorlog "corridor/internal/log"
	"corridor/internal/unit"
)

//go:embed documents/bulletin.txt
var bulletin string

const (
	bulletinName = "bulletin.txt"
	schemeID     = "voucher"
	figureID     = "vouchers-paid"
	followMax    = 90 * time.Second // for what comes from a neighbour, however often it has to be tried again
	lookEvery    = 100 * time.Millisecond
	pastDueDays  = 30 // by how much the clock is moved so that the first task is late
)

// Tour plays the line over HTTP and prints each step with its evidence. It fails at the first thing that does
// not hold. It may be played again in the same world, from anywhere that it was cut off.
//
// keep is a folder that gets what the tour downloads: the receipt, and the keys to check it with.
func Tour(ctx context.Context, at func(code string) string, keep string, out io.Writer) error {
	t := &tour{at: at, out: out, keep: keep}
	return t.play(ctx, []step{
		{"read: a published document says what was agreed", t.read},
		{"accept: a person takes one agreement into the register", t.accept},
		{"promise: two tasks with owner and day; one turns red when its day passes", t.promise},
		{"file: a firm asks for a voucher", t.file},
		{"refused: a firm that does not qualify is told which rule and why", t.refused},
		{"approve: an officer approves, the money is held, a second approval is refused", t.approve},
		{"pay: another officer pays, the books balance", t.pay},
		{"prove: the receipt is checked offline, one changed byte makes it fail", t.prove},
		{"follow: Shanghai follows Anhui's log and has verified it", t.follow},
		{"figure: the office's figure opens to the entry, beside what a document reported", t.figure},
		{"search: a firm of Anhui finds an instrument of Shanghai, and what its voucher would do in both ways of paying", t.search},
		{"order: samples are declared, the laboratory is asked, and the money and the slot are held together", t.order},
		{"run: the laboratory answers, runs the samples and delivers from its own node, by letter", t.run},
		{"claim: the firm claims with its files and rates, Anhui checks, approves and gives public notice", t.claimed},
		{"payment: it is paid by a list, the bank sends it back, and it is paid again to another account", t.paid},
		{"trace: the figure across a border has risen by this order, which anybody checks offline", t.trace},
		{"statement: the month between Anhui and Shanghai is compared, a wrong bill is named, both sign", t.statement},
	})
}

// step is one of a tour's.
type step struct {
	name string
	do   func(context.Context) error
}

// play plays the steps in their order and stops at the first that does not hold.
func (t *tour) play(ctx context.Context, steps []step) error {
	for i, s := range steps {
		fmt.Fprintf(t.out, "%2d  %s\n", i+1, s.name)
		if err := s.do(ctx); err != nil {
			return fmt.Errorf("step %d, %s: %w", i+1, s.name, err)
		}
		fmt.Fprintf(t.out, "    step %d held\n", i+1)
	}
	return nil
}

// tour is one playing. What one step finds and a later one needs is asked for again from the nodes where it
// can be, so that a tour that starts in the middle finds it too.
type tour struct {
	at   func(code string) string
	out  io.Writer
	keep string

	document  documentAnswer
	agreement string // path of the agreement
	caseID    string
	leaf      string
	index     int64
	orderID   string
	orderNo   string
	chosen    string // the slot that the firm chose, as the form takes it; "" once the order is filed
	slot      string // of the order: its booking in Shanghai's calendar
	listing   string // the instrument there
	price     string // of the slot, in yuan
	across    int    // orders across a border before this one
	half      unit.Fen
	slotEnds  time.Time
}

func (t *tour) say(format string, args ...any) {
	fmt.Fprintf(t.out, "      "+format+"\n", args...)
}

// want is an error when something does not hold.
func want(holds bool, format string, args ...any) error {
	if holds {
		return nil
	}
	return fmt.Errorf(format, args...)
}

type documentAnswer struct {
	ID       string    `json:"id"`
	Digest   string    `json:"digest"`
	Findings []finding `json:"findings"`
}

type finding struct {
	No        int    `json:"no"`
	Kind      string `json:"kind"`
	From      int    `json:"from"`
	To        int    `json:"to"`
	Quote     string `json:"quote"`
	State     string `json:"state"`
	Became    string `json:"became"`
	Agreement *struct {
		Parties []string `json:"parties"`
		Kind    string   `json:"kind"`
	} `json:"agreement"`
	Figure *struct {
		Value     float64 `json:"value"`
		Unit      string  `json:"unit"`
		Indicator string  `json:"indicator"`
	} `json:"figure"`
}

func (t *tour) editor(ctx context.Context) (*client, error) {
	return signIn(ctx, t.at(Office), "editor@office.example")
}

func (t *tour) read(ctx context.Context) error {
	c, err := t.editor(ctx)
	if err != nil {
		return err
	}
	var taken struct {
		ID string `json:"id"`
	}
	if err := c.post(ctx, "/api/v1/documents", "", map[string]any{"name": bulletinName, "text": bulletin}, &taken); err != nil {
		return err
	}
	if err := c.get(ctx, "/api/v1/documents/"+taken.ID, &t.document); err != nil {
		return err
	}
	kinds := map[string]int{}
	for _, f := range t.document.Findings {
		kinds[f.Kind]++
		if err := want(f.From >= 0 && f.To <= len(bulletin) && f.From < f.To && bulletin[f.From:f.To] == f.Quote,
			"finding %d does not stand at bytes %d to %d", f.No, f.From, f.To); err != nil {
			return err
		}
	}
	for _, k := range []string{"agreement", "figure", "policy"} {
		if err := want(kinds[k] > 0, "no %s was found", k); err != nil {
			return err
		}
	}
	t.say("%s/documents/%s", t.at(Office), taken.ID)
	t.say("sha256 %s", t.document.Digest)
	t.say("%d agreements, %d figures, %d policies, every span true to the byte", kinds["agreement"], kinds["figure"], kinds["policy"])
	return nil
}

// find returns the first finding for which ok holds.
func (t *tour) find(what string, ok func(finding) bool) (finding, error) {
	for _, f := range t.document.Findings {
		if ok(f) {
			return f, nil
		}
	}
	return finding{}, fmt.Errorf("the document has no %s", what)
}

// decide accepts a finding, unless it is accepted already.
func (t *tour) decide(ctx context.Context, c *client, f finding, indicator string) (finding, error) {
	if f.State == "accepted" {
		return f, nil
	}
	path := fmt.Sprintf("/api/v1/documents/%s/findings/%d", t.document.ID, f.No)
	return f, c.post(ctx, path, "", map[string]any{"accept": true, "indicator": indicator}, &f)
}

func (t *tour) accept(ctx context.Context) error {
	c, err := t.editor(ctx)
	if err != nil {
		return err
	}
	f, err := t.find("agreement", func(f finding) bool { return f.Kind == "agreement" })
	if err != nil {
		return err
	}
	if f, err = t.decide(ctx, c, f, ""); err != nil {
		return err
	}
	t.agreement = f.Became
	var a struct {
		Parties []string `json:"parties"`
		Kind    string   `json:"kind"`
		Source  struct {
			Quote  string `json:"quote"`
			Digest string `json:"digest"`
			From   int    `json:"from"`
			To     int    `json:"to"`
		} `json:"source"`
	}
	if err := nobody(t.at(Office)).get(ctx, "/api/v1"+t.agreement, &a); err != nil {
		return err
	}
	t.say("%s%s", t.at(Office), t.agreement)
	t.say("%s: %s", a.Kind, strings.Join(a.Parties, " / "))
	t.say("source: bytes %d to %d of sha256 %s", a.Source.From, a.Source.To, a.Source.Digest)
	return want(len(a.Parties) >= 2 && a.Source.Quote == f.Quote && a.Source.Digest == t.document.Digest,
		"the register does not show the source of the agreement")
}

type taskAnswer struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Owner string `json:"owner"`
	Due   string `json:"due"`
	Light string `json:"light"`
	Late  int    `json:"late_days"`
}

type agreementAnswer struct {
	Parties []string     `json:"parties"`
	Tasks   []taskAnswer `json:"tasks"`
}

func (t *tour) promise(ctx context.Context) error {
	planner, err := signIn(ctx, t.at(Office), "planner@office.example")
	if err != nil {
		return err
	}
	var a agreementAnswer
	if err := planner.get(ctx, "/api/v1"+t.agreement, &a); err != nil {
		return err
	}
	if len(a.Tasks) == 0 {
		tasks := []map[string]any{
			{"title": "公布首批开放仪器目录", "owner": a.Parties[0], "due": unit.Date(2026, time.March, 31)},
			{"title": "开通跨省预约", "owner": a.Parties[1], "due": unit.Date(2026, time.June, 30)},
		}
		if err := planner.post(ctx, "/api/v1"+t.agreement+"/tasks", "", map[string]any{"tasks": tasks}, nil); err != nil {
			return err
		}
		if err := planner.get(ctx, "/api/v1"+t.agreement, &a); err != nil {
			return err
		}
	}
	if err := want(len(a.Tasks) == 2, "there are %d tasks, want 2", len(a.Tasks)); err != nil {
		return err
	}
	before := a.Tasks[0].Light
	if before != "red" {
		if err := planner.post(ctx, "/api/v1/demo/clock", "", map[string]any{"days": pastDueDays}, nil); err != nil {
			return err
		}
		// The session has ended meanwhile: the register is open to everybody.
		if err := nobody(t.at(Office)).get(ctx, "/api/v1"+t.agreement, &a); err != nil {
			return err
		}
		t.say("the clock was moved forward by %d days: the first lamp was %s and is %s", pastDueDays, before, a.Tasks[0].Light)
	}
	for _, k := range a.Tasks {
		t.say("%-5s %s, %s, due %s", k.Light, k.Title, k.Owner, k.Due)
	}
	return want(a.Tasks[0].Light == "red" && a.Tasks[0].Late > 0 && a.Tasks[1].Light != "red",
		"the lamps are %s and %s", a.Tasks[0].Light, a.Tasks[1].Light)
}

type caseAnswer struct {
	ID      string            `json:"id"`
	No      string            `json:"no"`
	Stage   string            `json:"stage"`
	End     string            `json:"end"`
	Version int64             `json:"version"`
	Fields  map[string]string `json:"fields"`
	History []stepAnswer      `json:"history"`
	Allowed []allowedAnswer   `json:"allowed"`
}

type stepAnswer struct {
	At      string `json:"at"`
	Action  string `json:"action"`
	By      string `json:"by"`
	Receipt string `json:"receipt"`
}

type allowedAnswer struct {
	Action  string `json:"action"`
	Verdict string `json:"verdict"`
	Answers []struct {
		Need   string `json:"need"`
		Result string `json:"result"`
	} `json:"answers"`
}

// has says whether the case has had an action.
func (c caseAnswer) has(action string) bool {
	for _, h := range c.History {
		if h.Action == action {
			return true
		}
	}
	return false
}

// open opens the firm's case and fills in the form, unless that is done.
func (t *tour) open(ctx context.Context, c *client, org, key string) (k caseAnswer, err error) {
	if err = c.post(ctx, "/api/v1/cases", key, map[string]any{"scheme": schemeID, "org": org}, &k); err != nil || k.has("file") {
		return k, err
	}
	fields := map[string]string{"provider": Lab, "purpose": "正极材料冷冻电镜表征（演示）", "contract_sum": "48000", "invoiced": "48000"}
	return k, c.put(ctx, "/api/v1/cases/"+k.ID+"/form", map[string]any{"version": k.Version, "fields": fields}, &k)
}

// act takes an action under a key, so that the same again does nothing.
func act(ctx context.Context, c *client, id, action, key string, more map[string]any) (k caseAnswer, err error) {
	body := map[string]any{}
	for name, v := range more {
		body[name] = v
	}
	return k, c.post(ctx, "/api/v1/cases/"+id+"/actions/"+action, key, body, &k)
}

func (t *tour) file(ctx context.Context) error {
	firm, err := signIn(ctx, t.at(Anhui), "firm@anhui.example")
	if err != nil {
		return err
	}
	k, err := t.open(ctx, firm, SmallFirm, "tour-small")
	if err != nil {
		return err
	}
	if !k.has("file") {
		for _, a := range k.Allowed {
			for _, r := range a.Answers {
				t.say("%s: %s %s", a.Action, r.Result, r.Need)
			}
		}
	}
	if k, err = act(ctx, firm, k.ID, "file", "tour-file", nil); err != nil {
		return err
	}
	t.caseID = k.ID
	t.say("%s/cases/%s, number %s, stands in %s", t.at(Anhui), k.ID, k.No, k.Stage)
	return want(k.has("file"), "the case was not filed")
}

func (t *tour) refused(ctx context.Context) error {
	firm, err := signIn(ctx, t.at(Anhui), "big@anhui.example")
	if err != nil {
		return err
	}
	k, err := t.open(ctx, firm, LargeFirm, "tour-large")
	if err != nil {
		return err
	}
	_, err = act(ctx, firm, k.ID, "file", "tour-file", nil)
	var r *Refused
	if !errors.As(err, &r) {
		return fmt.Errorf("the large firm was not refused: %w", err)
	}
	t.say("%d %s on rule %s", r.Status, r.Code, r.Field)
	t.say("%s", r.Detail)
	return want(r.Code == "casework.rule_fails" && r.Field != "" && strings.Contains(r.Detail, "5200"), "the refusal does not name the rule and what it saw")
}

type accountAnswer struct {
	Path      string   `json:"path"`
	Posted    unit.Fen `json:"posted"`
	Held      unit.Fen `json:"held"`
	Available unit.Fen `json:"available"`
}

// accounts are the books of Anhui, as the finance officer sees them.
func (t *tour) accounts(ctx context.Context) (all []accountAnswer, err error) {
	finance, err := signIn(ctx, t.at(Anhui), "finance@anhui.example")
	if err != nil {
		return nil, err
	}
	var answer struct {
		Accounts []accountAnswer `json:"accounts"`
	}
	err = finance.get(ctx, "/api/v1/books/accounts", &answer)
	return answer.Accounts, err
}

func (t *tour) approve(ctx context.Context) error {
	officer, err := signIn(ctx, t.at(Anhui), "review@anhui.example")
	if err != nil {
		return err
	}
	k, err := act(ctx, officer, t.caseID, "approve", "tour-approve", map[string]any{"reason": "材料齐全，符合条件（演示）", "answers": map[string]bool{}})
	if err != nil {
		return err
	}
	if !k.has("pay") {
		all, err := t.accounts(ctx)
		if err != nil {
			return err
		}
		held := unit.Fen(0)
		for _, a := range all {
			held += a.Held
		}
		t.say("held in the books: %s yuan", held)
		if err := want(held > 0, "nothing is held"); err != nil {
			return err
		}
	}
	_, err = act(ctx, officer, t.caseID, "approve", "", nil)
	t.say("a second approval: %v", err)
	return want(codeOf(err) == "scheme.no_row", "a second approval was not refused: %v", err)
}

func (t *tour) pay(ctx context.Context) error {
	officer, err := signIn(ctx, t.at(Anhui), "review@anhui.example")
	if err != nil {
		return err
	}
	_, err = act(ctx, officer, t.caseID, "pay", "", nil)
	t.say("the officer who approved tries to pay: %v", err)
	if err := want(err != nil, "the officer who approved could pay"); err != nil {
		return err
	}
	finance, err := signIn(ctx, t.at(Anhui), "finance@anhui.example")
	if err != nil {
		return err
	}
	k, err := act(ctx, finance, t.caseID, "pay", "tour-pay", nil)
	if err != nil {
		return err
	}
	for _, h := range k.History {
		if h.Receipt != "" {
			t.leaf = h.Receipt
		}
	}
	all, err := t.accounts(ctx)
	if err != nil {
		return err
	}
	sum, held := unit.Fen(0), unit.Fen(0)
	for _, a := range all {
		t.say("%-56s %16s  held %s", a.Path, a.Posted, a.Held)
		sum += a.Posted
		if !strings.Contains(a.Path, "/controller/") && !strings.HasSuffix(a.Path, "/own/voucher") { // of a tour before: its yearly voucher, and its order
			held += a.Held
		}
	}
	return want(k.Stage == "paid" && k.End == "granted" && t.leaf != "" && sum == 0 && held == 0 && len(all) > 2,
		"stage %s, end %s, receipt %q; the books add up to %s and hold %s", k.Stage, k.End, t.leaf, sum, held)
}

func (t *tour) prove(ctx context.Context) error {
	firm, err := signIn(ctx, t.at(Anhui), "firm@anhui.example")
	if err != nil {
		return err
	}
	var receipt []byte
	if err := wait(ctx, func() (bool, error) {
		receipt, err = firm.text(ctx, "/api/v1/receipts/"+t.leaf)
		return err == nil, err
	}); err != nil {
		return err
	}
	key, err := firm.text(ctx, "/log/key")
	if err != nil {
		return err
	}
	public := strings.TrimSpace(string(key))
	other, err := nobody(t.at(Shanghai)).text(ctx, "/log/key")
	if err != nil {
		return err
	}
	if err := t.save("receipt.txt", map[string][]byte{"receipt.txt": receipt, "anhui.pub": key, "shanghai.pub": other}); err != nil {
		return err
	}
	v, err := corridorlog.VerifyReceipt(receipt, public)
	if err != nil {
		return fmt.Errorf("the receipt does not verify: %w", err)
	}
	t.index = v.Index
	t.say("leaf %d of %s, %d bytes of receipt, key %s", v.Index, v.Origin, len(receipt), public)
	for at := range receipt {
		damaged := append([]byte(nil), receipt...)
		damaged[at] ^= 1
		if _, err := corridorlog.VerifyReceipt(damaged, public); err == nil {
			return fmt.Errorf("the receipt verifies with byte %d changed", at)
		}
	}
	t.say("each of its %d bytes was changed in turn: none of them verifies", len(receipt))
	return nil
}

// save puts what was downloaded into the folder that keeps it, and says how the receipt in it is checked.
func (t *tour) save(receipt string, files map[string][]byte) error {
	if err := os.MkdirAll(t.keep, 0o750); err != nil {
		return err
	}
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(t.keep, name), b, 0o600); err != nil {
			return err
		}
	}
	t.say("corridor verify %s --key %s", filepath.Join(t.keep, receipt), filepath.Join(t.keep, "anhui.pub"))
	return nil
}

type neighbourAnswer struct {
	Code string `json:"code"`
	Size int64  `json:"size"`
	OK   bool   `json:"ok"`
}

func (t *tour) follow(ctx context.Context) error {
	var last neighbourAnswer
	err := wait(ctx, func() (bool, error) {
		var answer struct {
			Neighbours []neighbourAnswer `json:"neighbours"`
		}
		if err := nobody(t.at(Shanghai)).get(ctx, "/api/v1/neighbours", &answer); err != nil {
			return false, err
		}
		for _, n := range answer.Neighbours {
			if n.Code == Anhui {
				last = n
			}
		}
		return last.OK && last.Size > t.index, nil
	})
	t.say("Shanghai has verified %d leaves of Anhui's log", last.Size)
	return err
}

type figureAnswer struct {
	Value   json.Number `json:"value"`
	Total   int         `json:"total"`
	Entries []struct {
		Origin string `json:"origin"`
		Index  int64  `json:"index"`
		URL    string `json:"url"`
	} `json:"entries"`
	Reported []struct {
		Quote string      `json:"quote"`
		Value json.Number `json:"value"`
	} `json:"reported"`
}

func (t *tour) figure(ctx context.Context) error {
	editor, err := t.editor(ctx)
	if err != nil {
		return err
	}
	f, err := t.find("figure of vouchers paid", func(f finding) bool {
		return f.Kind == "figure" && f.Figure != nil && strings.HasPrefix(strings.TrimLeft(bulletin[f.From:], " "), "1笔")
	})
	if err != nil {
		return err
	}
	if _, err := t.decide(ctx, editor, f, figureID); err != nil {
		return err
	}
	var a figureAnswer
	url := ""
	if err := wait(ctx, func() (bool, error) {
		if err := nobody(t.at(Office)).get(ctx, "/api/v1/figures/"+figureID, &a); err != nil {
			return false, err
		}
		for _, e := range a.Entries {
			if e.Origin == origin(memberOf(Anhui)) && e.Index == t.index {
				url = e.URL
			}
		}
		return url != "", nil
	}); err != nil {
		return fmt.Errorf("the figure does not open to leaf %d: %w", t.index, err)
	}
	page, err := nobody("").text(ctx, url)
	if err != nil {
		return fmt.Errorf("the entry's page: %w", err)
	}
	t.say("%s/figures/%s shows %s, made by %d entries", t.at(Office), figureID, a.Value, a.Total)
	t.say("its entry opens at %s (%d bytes)", url, len(page))
	for _, r := range a.Reported {
		t.say("a document reported %s: %q", r.Value, r.Quote)
	}
	return want(len(a.Reported) > 0 && strings.Contains(a.Reported[0].Quote, "已拨付创新券1笔") && a.Value.String() == fmt.Sprint(a.Total), "the figure stands beside no report, or is not its entries")
}

// wait looks again until what is waited for is there; the last error is told when the time is over.
func wait(ctx context.Context, there func() (bool, error)) error {
	end := time.Now().Add(followMax)
	for {
		ok, err := there()
		if ok {
			return nil
		}
		if time.Now().After(end) {
			return errors.Join(fmt.Errorf("not there after %s", followMax), err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(lookEvery):
		}
	}
}
