package demo

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"time"
)

// A firm of Anhui and one of Zhejiang claim the same line of an invoice of a Shanghai laboratory, each in its own node and at the
// same time: both cases wait for Shanghai's answer, one is held there and goes on, the other is refused by invoice_unused.
func TestTwoJurisdictionsClaimOneInvoice(t *testing.T) { onBoth(t, oneInvoice) }

func oneInvoice(t *testing.T, c Config) {
	base := freeBase(t)
	c.Dir, c.BasePort, c.Logger = t.TempDir(), base, slog.New(slog.NewTextHandler(io.Discard, nil))
	w, err := Start(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	running, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { w.Serve(running); close(done) }()
	t.Cleanup(func() { stop(); <-done; w.Close() })
	towns := map[string]*town{}
	for _, x := range []struct{ code, lab, recommends, paid string }{{Anhui, Lab, "city recommend E -> recommended", "60000"}, {Zhejiang, ZhejiangLab, "", "30000"}} {
		p := (&town{T: t}).walksAs(w.Node(x.code), w.Node(x.code).URL())
		towns[x.code] = p
		p.play("firm opens E voucher-entitlement -> draft\nfirm fills E asked=80000 planned_use=委托检测 bank_account=6222021 tax_consent=true\nfirm submit E -> submitted")
		p.play(x.recommends)
		p.play(`
review    grant   E                                                                    -> open
firm      adds    O E voucher-order                                                    -> draft
firm      fills   O provider=` + x.lab + ` service=testing quote=60000 purpose=材料表征
firm      file    O                                                                    -> filed
lab       accept  O                                                                    -> accepted
lab       fills   O report=file:报告
lab       deliver O                                                                    -> delivered
firm      fills   O contract=file:合同 signed=2026-03-02 contract_sum=60000 invoices=file:发票 invoice_lines.rows=1 invoice_lines.0.seller=` + Lab + ` invoice_lines.0.number=26312000000087654321 invoice_lines.0.line=1 invoice_lines.0.total=60000 invoice_lines.0.amount=60000 invoiced=60000 slip=file:回单 paid=` + x.paid + ` other_subsidy=0 rating=5`)
	}
	for _, p := range towns {
		p.play("firm claim O -> claimed")
	}
	held, refused := "", ""
	for end := time.Now().Add(time.Minute); held == "" || refused == ""; time.Sleep(lookEvery) {
		if time.Now().After(end) {
			t.Fatalf("held in %q, refused in %q", held, refused)
		}
		for code, p := range towns {
			switch page := p.get(p.client("review"), p.cases["O"]); {
			case strings.Contains(page, "已占用"):
				held = code
			case strings.Contains(page, "不可用"):
				refused = code
			case !strings.Contains(page, "等答复"):
				t.Fatalf("the case in %s does not say that it waits", code)
			}
		}
	}
	if held == refused {
		t.Fatalf("%s is held and refused", held)
	}
	towns[held].play("review approve O for_research=yes -> noticed")
	towns[refused].play("review approve O for_research=yes -> 发票未在任何地区使用过")
	for _, n := range w.Nodes {
		if found, err := n.Audit(context.Background(), func(string) {}); err != nil || len(found) > 0 {
			t.Errorf("audit of %s: %v %v", n.Node.Code, found, err)
		}
	}
}

// freeBase is a port that is free with those of all members, below those that the system gives to whoever calls.
func freeBase(t testing.TB) int {
	t.Helper()
	free := func(base int) bool {
		for _, m := range Members {
			l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", base+m.Port))
			if err != nil {
				return false
			}
			defer l.Close()
		}
		return true
	}
	for range 100 {
		if base := 12_000 + 10*rand.IntN(800); free(base) { // below those of the scripts, which are tested at the same time
			return base
		}
	}
	t.Fatal("no ports are free")
	return 0
}
