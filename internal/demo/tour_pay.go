package demo

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	corridorlog "corridor/internal/log"
)

// tourAccount is the account that the firm gives after the bank has sent a payment back. Of no real bank.
const tourAccount = "6217000099990001"

type paymentListAnswer struct {
	ID     string `json:"id"`
	No     string `json:"no"`
	Digest string `json:"digest"`
	Lines  []struct {
		Ref     string `json:"ref"`
		Account string `json:"account"`
		Again   string `json:"again"`
	} `json:"lines"`
}

// paid is the payment of the order: one officer makes a list and closes it, another releases it, the bank says that it paid and
// then that the money came back; the firm gives another account, and the next list pays it.
func (t *tour) paid(ctx context.Context) error {
	var k caseAnswer
	finance, err := signIn(ctx, t.at(Anhui), "finance@anhui.example")
	if err != nil {
		return err
	}
	if err := wait(ctx, func() (bool, error) { // the clock orders the payment once the notice has run
		err := finance.get(ctx, "/api/v1/cases/"+t.orderID, &k)
		return k.has("order_pay"), err
	}); err != nil {
		return fmt.Errorf("the payment is not ordered: %w", err)
	}
	if !k.has("mark_paid") {
		if err := t.payList(ctx, "已付,退票"); err != nil {
			return err
		}
	}
	if err := finance.get(ctx, "/api/v1/cases/"+t.orderID, &k); err != nil {
		return err
	}
	if k.Stage == "ordered" {
		if err := t.otherAccount(ctx); err != nil {
			return err
		}
		if err := t.payList(ctx, "已付"); err != nil {
			return err
		}
	}
	if err := finance.get(ctx, "/api/v1/cases/"+t.orderID, &k); err != nil {
		return err
	}
	lab, err := signIn(ctx, t.at(Shanghai), "lab@shanghai.example")
	if err != nil {
		return err
	}
	var x shadowAnswer
	if err := wait(ctx, func() (bool, error) { x, err = t.shadow(ctx, lab); return x.Stage == k.Stage, err }); err != nil {
		return fmt.Errorf("node of Shanghai does not see the payment: %w", err)
	}
	t.say("paid %s yuan in Anhui; Shanghai's page shows %s and the same sum, without a sign-in in Anhui", x.Sums["payable"], x.Stage)
	return want(k.Stage == "paid" && k.has("bounced") && x.Sums["payable"] == t.half, "stage %s, payable %s", k.Stage, x.Sums["payable"])
}

// payList makes, closes and releases a list of this one payment, and takes the bank's answers to it, one file after the other.
func (t *tour) payList(ctx context.Context, results string) error {
	finance, err := signIn(ctx, t.at(Anhui), "finance@anhui.example")
	if err != nil {
		return err
	}
	var l paymentListAnswer
	if err := finance.post(ctx, "/api/v1/payments/lists", "", map[string]any{"cases": []string{t.orderID}, "note": "演示"}, &l); err != nil {
		return fmt.Errorf("make a payment list: %w", err)
	}
	path := "/api/v1/payments/lists/" + l.ID
	if err := finance.post(ctx, path+"/close", "", map[string]any{}, &l); err != nil {
		return err
	}
	err = finance.post(ctx, path+"/release", "", map[string]any{}, nil)
	if err := want(err != nil, "who made the list could release it"); err != nil {
		return err
	}
	t.say("who made list %s tries to release it: %v", l.No, err)
	other, err := signIn(ctx, t.at(Anhui), "release@anhui.example")
	if err != nil {
		return err
	}
	if err := other.post(ctx, path+"/release", "", map[string]any{}, &l); err != nil {
		return err
	}
	if err := want(len(l.Lines) == 1, "the list has %d payments", len(l.Lines)); err != nil {
		return err
	}
	t.say("another officer releases it: %s yuan to account %s, sha256 %s", t.half, l.Lines[0].Account, l.Digest)
	for _, result := range strings.Split(results, ",") {
		reason := ""
		if result == "退票" {
			reason = "账号与户名不符"
		}
		file := fmt.Sprintf("付款编号,结果,金额（元）,退回原因\n%s,%s,%s,%s\n", l.Lines[0].Ref, result, t.half.Yuan(), reason)
		var rep struct{ Taken, Bad int }
		if err := finance.post(ctx, "/api/v1/payments/answers?"+url.Values{"name": {"answers.csv"}}.Encode(), "", []byte(file), &rep); err != nil {
			return fmt.Errorf("the bank's answer: %w", err)
		}
		var k caseAnswer
		if err := finance.get(ctx, "/api/v1/cases/"+t.orderID, &k); err != nil {
			return err
		}
		t.say("the bank answers %s: %s %s; the order stands in %s", l.Lines[0].Ref, result, reason, k.Stage)
		if err := want(rep.Taken == 1 && rep.Bad == 0, "the bank's answer was not taken: %+v", rep); err != nil {
			return err
		}
	}
	return nil
}

// otherAccount is the firm that gives another account, after a list to the old one is refused, and the desk that confirms it.
func (t *tour) otherAccount(ctx context.Context) error {
	finance, err := signIn(ctx, t.at(Anhui), "finance@anhui.example")
	if err != nil {
		return err
	}
	err = finance.post(ctx, "/api/v1/payments/lists", "", map[string]any{"cases": []string{t.orderID}, "note": "演示"}, nil)
	t.say("a second list to the same account: %v", err)
	if err := want(codeOf(err) == "settlement.account_returned", "money could be sent to the account that sent it back"); err != nil {
		return err
	}
	firm, err := signIn(ctx, t.at(Anhui), "firm@anhui.example")
	if err != nil {
		return err
	}
	var given struct {
		ID string `json:"id"`
	}
	if err := firm.post(ctx, "/api/v1/payees", "", map[string]any{"org": SmallFirm, "holder": "巢湖电池材料有限公司（演示）", "bank": "演示银行合肥分行", "account": tourAccount}, &given); err != nil {
		return fmt.Errorf("give another account: %w", err)
	}
	t.say("the firm gives another account, %s, and the desk confirms it", tourAccount)
	return finance.post(ctx, "/api/v1/payees/"+given.ID+"/decision", "", map[string]any{"confirm": true}, nil)
}

// acrossBorder is how many orders the office has counted of which firm and provider are in different provinces.
func (t *tour) acrossBorder(ctx context.Context) (int, error) {
	var a struct {
		Across struct {
			Count int `json:"count"`
		} `json:"across"`
	}
	err := nobody(t.at(Office)).get(ctx, "/api/v1/flows", &a)
	return a.Across.Count, err
}

// trace is anybody who opens the figure down to this order, and checks its entry without asking a node.
func (t *tour) trace(ctx context.Context) error {
	firm, err := signIn(ctx, t.at(Anhui), "firm@anhui.example")
	if err != nil {
		return err
	}
	var k caseAnswer
	if err := firm.get(ctx, "/api/v1/cases/"+t.orderID, &k); err != nil {
		return err
	}
	leaf, rise := "", 1
	for _, h := range k.History {
		if h.Action == "approve" {
			leaf = h.Receipt
		}
	}
	v, err := t.checked(ctx, leaf)
	if err != nil {
		return err
	}
	var a struct {
		Entries []struct {
			Origin string `json:"origin"`
			Index  int64  `json:"index"`
			URL    string `json:"url"`
			User   string `json:"user"`
			Host   string `json:"host"`
		} `json:"entries"`
	}
	url := ""
	if err := wait(ctx, func() (bool, error) {
		err := nobody(t.at(Office)).get(ctx, "/api/v1/flows/entries?across=true", &a)
		for _, e := range a.Entries {
			if e.Origin == v.Origin && e.Index == v.Index {
				url = e.URL
			}
		}
		return url != "", err
	}); err != nil {
		return fmt.Errorf("the figure does not open to leaf %d: %w", v.Index, err)
	}
	after, err := t.acrossBorder(ctx)
	if err != nil {
		return err
	}
	if t.chosen == "" { // an earlier tour has ordered
		rise = 0
	}
	t.say("%s/flows: voucher orders across a border were %d and are %d", t.at(Office), t.across, after)
	t.say("the figure opens to this order: %s", url)
	page, err := nobody("").text(ctx, url)
	if err != nil {
		return fmt.Errorf("the entry's page: %w", err)
	}
	return want(after == t.across+rise && len(page) > 0, "the figure was %d and is %d", t.across, after)
}

// checked downloads the receipt of a leaf of Anhui and checks it offline, as it is and with one byte changed.
func (t *tour) checked(ctx context.Context, leaf string) (v corridorlog.Verified, err error) {
	anybody := nobody(t.at(Anhui))
	var receipt []byte
	if err := wait(ctx, func() (bool, error) {
		receipt, err = anybody.text(ctx, "/api/v1/receipts/"+leaf)
		return err == nil, err
	}); err != nil {
		return v, err
	}
	key, err := anybody.text(ctx, "/log/key")
	if err != nil {
		return v, err
	}
	if err := t.save("order.txt", map[string][]byte{"order.txt": receipt, "anhui.pub": key}); err != nil {
		return v, err
	}
	public := strings.TrimSpace(string(key))
	if v, err = corridorlog.VerifyReceipt(receipt, public); err != nil {
		return v, fmt.Errorf("the receipt does not verify: %w", err)
	}
	receipt[len(receipt)/2] ^= 1
	if _, err := corridorlog.VerifyReceipt(receipt, public); err == nil {
		return v, fmt.Errorf("the receipt verifies with a byte changed")
	}
	t.say("leaf %d of %s is the approval of this order; with one byte changed it does not verify", v.Index, v.Origin)
	return v, nil
}
