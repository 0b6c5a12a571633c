package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"corridor/internal/casework"
	"corridor/internal/unit"
)

const (
	noticeRuns   = 14 // days by which the clock is moved so that the public notice has run
	orderInvoice = "26312000000024680135"
	orderScheme  = "voucher-order"
	yearlyScheme = "voucher-entitlement"
)

type shadowAnswer struct {
	ID    string `json:"id"`
	No    string `json:"no"`
	Stage string `json:"stage"`
	Seq   int64  `json:"seq"`
	Acts  []struct {
		Action string `json:"action"`
		State  string `json:"state"`
		Says   string `json:"says"`
	} `json:"acts"`
	Fields map[string]string   `json:"fields"`
	Sums   map[string]unit.Fen `json:"sums"`
}

// waits says whether a letter about the case has no answer yet. What the case's own node shows by then may come sooner.
func (x shadowAnswer) waits() bool {
	for _, a := range x.Acts {
		if a.State == casework.ActSent {
			return true
		}
	}
	return false
}

// bring brings a file into a case and returns its digest.
func (c *client) bring(ctx context.Context, path, name, content string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+path+"?name="+url.QueryEscape(name), strings.NewReader(content))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/octet-stream")
	b, err := c.do(r)
	var answer struct {
		Digest string `json:"digest"`
	}
	if err == nil {
		err = json.Unmarshal(b, &answer)
	}
	return answer.Digest, err
}

// deed is an action that somebody takes.
type deed struct{ email, action string }

// yearly is a firm's yearly voucher at a node: asked for under a key, and then done with what its desks do.
func (t *tour) yearly(ctx context.Context, at, org, key string, deeds ...deed) (k caseAnswer, err error) {
	firm, err := signIn(ctx, t.at(at), deeds[0].email)
	if err != nil {
		return k, err
	}
	if err := firm.post(ctx, "/api/v1/cases", key, map[string]any{"scheme": yearlyScheme, "org": org}, &k); err != nil {
		return k, err
	}
	if !k.has("submit") {
		fields := map[string]string{"asked": "80000", "planned_use": "委托检测（演示）", "bank_account": "6222021000099990000", "tax_consent": "true"}
		if err := firm.put(ctx, "/api/v1/cases/"+k.ID+"/form", map[string]any{"fields": fields}, nil); err != nil {
			return k, err
		}
	}
	for _, x := range deeds {
		who, err := signIn(ctx, t.at(at), x.email)
		if err != nil {
			return k, err
		}
		if k, err = act(ctx, who, k.ID, x.action, key+"-"+x.action, nil); err != nil {
			return k, fmt.Errorf("%s of the yearly voucher: %w", x.action, err)
		}
	}
	return k, nil
}

// drafts is an order under a yearly voucher that is filled in and not filed yet.
func drafts(ctx context.Context, firm *client, yearly, key string, fields func(id string) (map[string]string, error)) (k caseAnswer, err error) {
	if err := firm.post(ctx, "/api/v1/cases", key, map[string]any{"scheme": orderScheme, "parent": yearly}, &k); err != nil || k.has("file") {
		return k, err
	}
	typed, err := fields(k.ID)
	if err != nil {
		return k, err
	}
	return k, firm.put(ctx, "/api/v1/cases/"+k.ID+"/form", map[string]any{"fields": typed}, &k)
}

// asks are the fields of an order that names a provider and a price, and no slot.
func asks(provider string) func(string) (map[string]string, error) {
	return func(string) (map[string]string, error) {
		return map[string]string{"provider": provider, "service": "testing", "quote": asked, "purpose": "正极材料冷冻电镜表征（演示）"}, nil
	}
}

// asked is the price of an order without a slot, in yuan.
const asked = "60000"

// anhuiVoucher is the yearly voucher of the small firm of Anhui, which the city recommends and the province grants.
func (t *tour) anhuiVoucher(ctx context.Context) (caseAnswer, error) {
	return t.yearly(ctx, Anhui, SmallFirm, "tour-yearly", deed{"firm@anhui.example", "submit"}, deed{"city@anhui.example", "recommend"}, deed{"review@anhui.example", "grant"})
}

const (
	tourPieces   = 5
	tourQuestion = "300 kV 下能否分辨正极颗粒表面 2 nm 的包覆层？样品怕潮。"
	tourFeasible = "可以。请充氩密封送样，我方在手套箱内制样。"
)

// order is the firm that declares what it sends, asks the laboratory whether it can be measured, and orders.
func (t *tour) order(ctx context.Context) error {
	var err error
	if t.across, err = t.acrossBorder(ctx); err != nil {
		return err
	}
	firm, err := signIn(ctx, t.at(Anhui), "firm@anhui.example")
	if err != nil {
		return err
	}
	if t.chosen != "" {
		samples, err := json.Marshal([]map[string]string{{"sample": "三元正极粉末", "pieces": fmt.Sprint(tourPieces), "hazard": "toxic", "handling": "confidential"}})
		if err != nil {
			return err
		}
		fields := map[string]string{"provider": Lab, "service": "testing", "slot": t.chosen, "purpose": "正极材料冷冻电镜表征（演示）", "samples": string(samples), "question": tourQuestion}
		if err := firm.put(ctx, "/api/v1/cases/"+t.orderID+"/form", map[string]any{"fields": fields}, nil); err != nil {
			return err
		}
	}
	order, err := act(ctx, firm, t.orderID, "file", "tour-order-file", nil)
	if err != nil {
		return err
	}
	t.orderNo = order.No
	t.say("%s/cases/%s: the order %s names a laboratory that Shanghai's node hosts", t.at(Anhui), order.ID, order.No)
	t.say("samples declared: %s", order.Fields["samples"])
	t.say("the laboratory is asked: %s", order.Fields["question"])
	if err := want(order.has("file"), "the order was not filed"); err != nil {
		return err
	}
	return t.heldTogether(ctx, firm)
}

// shadow is the order as the laboratory's own node shows it.
func (t *tour) shadow(ctx context.Context, lab *client) (x shadowAnswer, err error) {
	var list struct {
		Cases []shadowAnswer `json:"cases"`
	}
	if err := lab.get(ctx, "/api/v1/abroad?no="+t.orderNo, &list); err != nil || len(list.Cases) == 0 {
		return x, err
	}
	return x, lab.get(ctx, "/api/v1/abroad/"+list.Cases[0].ID, &x)
}

// run is the laboratory, which signs in nowhere but in Shanghai: it takes the order and delivers.
func (t *tour) run(ctx context.Context) error {
	digest, err := t.serves(ctx, t.confirmed)
	if err != nil || digest == "" {
		return err
	}
	firm, err := signIn(ctx, t.at(Anhui), "firm@anhui.example")
	if err != nil {
		return err
	}
	content, err := firm.text(ctx, "/api/v1/cases/"+t.orderID+"/files/"+digest)
	if err != nil {
		return fmt.Errorf("the firm opens the report: %w", err)
	}
	t.say("the firm opens it in Anhui: %d bytes, asked for in Shanghai and written into both journals", len(content))
	var k caseAnswer
	if err := firm.get(ctx, "/api/v1/cases/"+t.orderID, &k); err != nil {
		return err
	}
	return want(strings.Contains(string(content), "冷冻电镜") && k.Fields["feasible"] == tourFeasible, "the report is another, or the laboratory's answer is: %q", k.Fields["feasible"])
}

// serves is the laboratory with the order: accepted, then delivered, by letters; in between comes what has to be confirmed, if anything
// has. It returns the digest of the report; "" where an earlier tour went on from here.
func (t *tour) serves(ctx context.Context, confirmed func(context.Context) (*client, error)) (digest string, err error) {
	lab, err := signIn(ctx, t.at(Shanghai), "lab@shanghai.example")
	if err != nil {
		return "", err
	}
	var x shadowAnswer
	come := func(stages ...string) func() (bool, error) {
		return func() (bool, error) {
			x, err = t.shadow(ctx, lab)
			return slices.Contains(stages, x.Stage) && !x.waits(), err
		}
	}
	if err := wait(ctx, func() (bool, error) { x, err = t.shadow(ctx, lab); return x.Stage != "", err }); err != nil {
		return "", fmt.Errorf("the order does not come to Shanghai: %w", err)
	}
	t.say("%s/abroad/%s shows %s, stage %s", t.at(Shanghai), x.ID, x.No, x.Stage)
	if x.Stage != "filed" && x.Stage != "accepted" { // an earlier tour went on from here
		return "", nil
	}
	answer := map[string]any{}
	if x.Fields["question"] != "" {
		t.say("it shows the declaration: %s", x.Fields["samples"])
		t.say("and the question, which the laboratory answers: %s", tourFeasible)
		answer["fields"] = map[string]string{"feasible": tourFeasible}
	}
	if err := lab.post(ctx, "/api/v1/abroad/"+x.ID+"/actions/accept", "tour-order-accept", answer, nil); err != nil {
		return "", err
	}
	if err := wait(ctx, come("accepted")); err != nil {
		return "", fmt.Errorf("the laboratory's acceptance is not answered: %w", err)
	}
	t.say("accepted by letter, shown again: number %d of what the firm's node has shown", x.Seq)
	if confirmed != nil {
		if lab, err = confirmed(ctx); err != nil {
			return "", err
		}
	}
	digest, err = lab.bring(ctx, "/api/v1/abroad/"+x.ID+"/files", "report.txt", "冷冻电镜表征报告（演示）")
	if err != nil {
		return "", err
	}
	if err := lab.post(ctx, "/api/v1/abroad/"+x.ID+"/actions/deliver", "tour-order-deliver", map[string]any{"fields": map[string]string{"report": digest}}, nil); err != nil {
		return "", err
	}
	if err := wait(ctx, come("delivered")); err != nil {
		return "", fmt.Errorf("the delivery is not answered: %w", err)
	}
	t.say("delivered; the report stays in Shanghai, the firm's node has sha256 %s", digest)
	return digest, nil
}

// claimed is the firm that claims and rates, the officer who approves, and the notice that runs.
func (t *tour) claimed(ctx context.Context) error {
	firm, err := signIn(ctx, t.at(Anhui), "firm@anhui.example")
	if err != nil {
		return err
	}
	var k caseAnswer
	if err := firm.get(ctx, "/api/v1/cases/"+t.orderID, &k); err != nil {
		return err
	}
	if err := fillClaim(ctx, firm, k, orderInvoice, t.price); err != nil {
		return err
	}
	if k, err = act(ctx, firm, t.orderID, "claim", "tour-order-claim", nil); err != nil {
		return err
	}
	t.say("claimed: contract, invoice and bank slip as files, %s yuan paid by the firm, the service rated %s", k.Fields["paid"], k.Fields["rating"])
	lab, err := signIn(ctx, t.at(Shanghai), "lab@shanghai.example")
	if err != nil {
		return err
	}
	var x shadowAnswer
	if err := wait(ctx, func() (bool, error) {
		x, err = t.shadow(ctx, lab)
		return x.Fields["rating"] == k.Fields["rating"], err
	}); err != nil {
		return fmt.Errorf("the laboratory does not see its rating: %w", err)
	}
	t.say("%s/abroad/%s: the laboratory sees that it was rated %s", t.at(Shanghai), x.ID, x.Fields["rating"])
	officer, err := signIn(ctx, t.at(Anhui), "review@anhui.example")
	if err != nil {
		return err
	}
	if err := wait(ctx, func() (bool, error) { // the register of Shanghai answers whether the invoice was used
		k, err = act(ctx, officer, t.orderID, "approve", "tour-order-approve", map[string]any{"answers": map[string]bool{"for_research": true}})
		return err == nil, err
	}); err != nil {
		return fmt.Errorf("approve: %w", err)
	}
	t.say("approved, after Shanghai answered that the invoice is unused and the register that firm and laboratory are not related")
	if k.Stage == "noticed" {
		if err := officer.post(ctx, "/api/v1/demo/clock", "", map[string]any{"days": noticeRuns}, nil); err != nil {
			return err
		}
		t.say("the clock was moved forward by %d days: the public notice has run", noticeRuns)
	}
	return want(k.has("approve"), "stage %s", k.Stage)
}

// fillClaim brings what the firm claims with into an order that was delivered: contract, invoice, slip. It does nothing in an order that has gone on.
func fillClaim(ctx context.Context, firm *client, k caseAnswer, invoice, price string) (err error) {
	if k.Stage != "delivered" {
		return nil
	}
	fields := map[string]string{"contract_sum": price, "invoiced": price, "paid": price, "other_subsidy": "0", "rating": "5"}
	for name, content := range map[string]string{"contract": "技术服务合同（演示）", "invoices": "发票（演示）", "slip": "银行回单（演示）"} {
		if fields[name], err = firm.bring(ctx, "/api/v1/cases/"+k.ID+"/files", name+".txt", content); err != nil {
			return err
		}
	}
	for _, h := range k.History {
		if at, err := time.Parse(time.RFC3339, h.At); err == nil && h.Action == "file" {
			fields["signed"] = unit.DayOf(at, unit.Beijing()).String()
		}
	}
	rows, err := json.Marshal([]map[string]string{{"seller": Lab, "number": invoice, "line": "1", "total": price, "amount": price}})
	if err != nil {
		return err
	}
	fields["invoice_lines"] = string(rows)
	return firm.put(ctx, "/api/v1/cases/"+k.ID+"/form", map[string]any{"fields": fields}, nil)
}
