package scheme

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"corridor/schemes"
)

// spoilt is one pack damaged by a machine.
type spoilt struct {
	what string
	s    *Scheme
}

// spoil makes every damage of the generated set of one pack: each posting dropped, doubled, and moved to another
// action; each row removed; each clock removed; each amount of a line swapped for another.
func spoil(load func() *Scheme) []spoilt {
	var out []spoilt
	add := func(what string, change func(s *Scheme)) {
		s := load()
		change(s)
		out = append(out, spoilt{what, s})
	}
	base := load()
	for i, l := range base.Money {
		add(fmt.Sprintf("drop %s: %s", l.Action, l.Text), func(s *Scheme) { s.Money = cut(s.Money, i) })
		add(fmt.Sprintf("double %s: %s", l.Action, l.Text), func(s *Scheme) {
			twin := s.Money[i]
			twin.At.Line++ // a line of its own
			s.Money = append(append(append([]MoneyLine(nil), s.Money[:i+1]...), twin), s.Money[i+1:]...)
		})
		for _, a := range base.Actions() {
			if a != l.Action {
				add(fmt.Sprintf("move %s to %s: %s", l.Action, a, l.Text), func(s *Scheme) { s.Money[i].Action = a })
			}
		}
		for _, name := range base.Amounts.Names() {
			if name != l.Amount && l.Amount != "" {
				add(fmt.Sprintf("swap %s for %s in %s: %s", l.Amount, name, l.Action, l.Text), func(s *Scheme) { s.Money[i].Amount = name })
			}
		}
	}
	for i, r := range base.Stages {
		add(fmt.Sprintf("no row %s, %s", r.From, r.Action), func(s *Scheme) { s.Stages = cut(s.Stages, i) })
		if r.Clock != "none" {
			add(fmt.Sprintf("no clock on %s, %s", r.From, r.Action), func(s *Scheme) { s.Stages[i].Clock = "none" })
		}
	}
	return out
}

func cut[T any](list []T, i int) []T {
	return append(append([]T(nil), list[:i]...), list[i+1:]...)
}

// survivors are the generated damages that no proof can refuse, because what is left is a sound scheme of another
// kind; the tests of the packs tell them apart. Each with the reason.
var survivors = map[string]string{
	"rent.yaml: move call to remit: capture next parts of held to due":                   "ordering and paying become one step of the cashier; who fixed the sum is still somebody else",
	"rent.yaml: no row draft, fade":                                                      "a draft then stays until the firm sends or drops it; the chief is told of it",
	"rent.yaml: no row asked, fade":                                                      "a question then stays until the firm replies; the chief is told of it",
	"yrd/voucher-entitlement: no row open, expire":                                       "the voucher then stays until the firm hands it back or the supervisor freezes and revokes it",
	"yrd/voucher-entitlement: no row frozen, expire":                                     "a frozen voucher then stays until the supervisor frees or revokes it, and is told of the late one",
	"yrd/voucher-entitlement: move grant to revoke: post granted from budget to voucher": "the voucher stays empty until it is revoked and then gives all back; the runs of the pack see that nothing can be spent",
	"yrd/voucher-order: no row filed, lapse":                                             "an order then waits for the provider's answer; the supervisor is told of the late one",
	"yrd/voucher-order: no row accepted, lapse":                                          "an accepted order then stays until it is delivered or cancelled",
	"yrd/voucher-order: no row supplement, lapse":                                        "a question then stays until the firm answers; the supervisor is told of the late one",
	"yrd/enterprise-appeal: no row received, withdraw":                                   "a firm then cannot take it back before it is dispatched; the runs of the pack do",
	"yrd/enterprise-appeal: no row dispatched, withdraw":                                 "as above, once dispatched",
	"yrd/enterprise-appeal: no row handling, withdraw":                                   "as above, in hand",
	"yrd/enterprise-appeal: no row extended, withdraw":                                   "as above, with more time",
	"yrd/enterprise-appeal: no row handling, answer":                                     "a unit then answers only after it has taken more time",
	"yrd/enterprise-appeal: no row answered, confirm":                                    "a firm then confirms only with the supervisor, who calls it",
	"yrd/enterprise-appeal: no row supervised, confirm":                                  "only the supervisor then closes what the firm did not confirm in time",
	"yrd/enterprise-appeal: no row supervised, close_for_firm":                           "only the firm then closes it, or the supervisor from the long list",
	"yrd/enterprise-appeal: no row listed, close_for_firm":                               "what is on the long list is then taken up again for ever or until the firm confirms",
	"yrd/joint-acceptance: no row inspecting, withdraw":                                  "a builder then cannot take it back while the departments inspect",
	"yrd/joint-acceptance: no row rectifying, withdraw":                                  "as above, while it rectifies",
	"shared/spend: move pay to agree: capture fee of held to due, last":                  "the sum is set aside for the payee one step earlier, and is still paid by another",
}

// TestGeneratedDamagesAreRefusedByProof: of all damages that a machine can make to the packs, at least 97 % are
// refused without looking at a single test of the pack. The others are listed with the reason in the golden file.
func TestGeneratedDamagesAreRefusedByProof(t *testing.T) {
	loads := map[string]func() *Scheme{}
	for _, name := range []string{"rent.yaml", "shared/pot", "shared/spend", "local/pot", "jury.yaml", "help.yaml"} {
		loads["testdata/"+name] = func() *Scheme { s, _ := Load(os.DirFS(packsDir), name); return s }
	}
	// A pack over a shared layer has the layer's rows and lines, which are damaged there. A new pack is not damaged by
	// itself: to write one needs no Go.
	for _, dir := range []string{"yrd/voucher-entitlement", "yrd/voucher-order", "yrd/enterprise-appeal", "yrd/joint-acceptance", "cn-340000/voucher/2026"} {
		loads[dir] = func() *Scheme { s, _ := Load(schemes.FS, dir); return s }
	}
	all, refused := 0, 0
	for _, name := range sortedKeys(loads) {
		for _, sp := range spoil(loads[name]) {
			all++
			if len(Prove(sp.s)) > 0 {
				refused++
				continue
			}
			if what := strings.TrimPrefix(name, "testdata/") + ": " + sp.what; survivors[what] == "" {
				t.Errorf("survives and is not explained: %s", what)
			}
		}
	}
	share := float64(refused) / float64(all)
	t.Logf("%d of %d damages refused by proof, %.2f %%", refused, all, share*100)
	if share < 0.97 || all < 200 {
		t.Errorf("%d of %d damages refused by proof, want 97 %%", refused, all)
	}
}
