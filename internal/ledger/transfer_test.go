package ledger

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"

	"corridor/internal/db"
	"corridor/internal/fault"
)

func TestAHoldIsSpentAtMostOnce(t *testing.T) {
	checkRegister(t, `
open     treasury:310000                                      ok
open     home/310000  floor                                   ok
open     payee/C17                                            ok
post     T0 treasury:310000 -> home/310000       100,000.00   ok
hold     T1 home/310000                           80,000.00   ok
balance  home/310000  available 20,000.00 held 80,000.00 posted 100,000.00
hold     T2 home/310000                           20,000.01   fault ledger.overdrawn amount
capture  T3 of T1 -> payee/C17                    60,000.00   ok
left     T1 20,000.00 open
capture  T4 of T1 -> payee/C17                    30,000.00   fault ledger.over_hold amount
release  T5 of T1                                             ok
left     T1 0.00 gone
balance  home/310000  available 40,000.00 held 0.00 posted 40,000.00
balance  payee/C17    available 60,000.00 held 0.00 posted 60,000.00
release  T6 of T1                                             fault ledger.hold_gone of
capture  T7 of T1 -> payee/C17                         0.00   fault ledger.hold_gone of
entries  home/310000  T0 T1 T3 T5
entries  payee/C17    T3
`)
}

func TestHoldsEndInThreeWays(t *testing.T) {
	checkRegister(t, `
open     a                                ok
open     b                                ok
hold     H1 a            10.00            ok
capture  C1 of H1 -> b    4.00            ok
capture  C2 of H1 -> b    6.00            ok       # nothing is left
left     H1 0.00 gone
hold     H2 a            10.00            ok
capture  C3 of H2 -> b    4.00 last       ok       # the rest is freed
left     H2 0.00 gone
balance  a  available -14.00 held 0.00 posted -14.00
hold     H3 a            10.00            ok
release  R1 of H3                         ok
left     H3 0.00 gone
hold     H4 a             0.00            ok       # a hold of zero is gone with its first capture
left     H4 0.00 open
capture  C4 of H4 -> b    0.00            ok
left     H4 0.00 gone
hold     H5 a            10.00            ok
capture  C5 of H5 -> b    0.00            ok       # takes nothing, and the hold stands
left     H5 10.00 open
balance  a  available -24.00 held 10.00 posted -14.00
`)
}

func TestTheSameIdIsAnsweredAsTheFirstTime(t *testing.T) {
	checkRegister(t, `
open     a                                     ok
open     b  floor                              ok
post     T1 a -> b  5.00 ref=case/1 note=fee   ok
post     T1 a -> b  5.00 ref=case/1 note=fee   again
post     T1 a -> b  5.01 ref=case/1 note=fee   fault ledger.id_taken id
post     T1 b -> a  5.00 ref=case/1 note=fee   fault ledger.id_taken id
post     T1 a -> b  5.00 ref=case/2 note=fee   fault ledger.id_taken id
post     T1 a -> b  5.00 ref=case/1            fault ledger.id_taken id
balance  b  posted 5.00
hold     H  b  5.00                            ok
capture  C  of H -> a 5.00                     ok
capture  C  of H -> a 5.00                     again    # the hold is gone, and the answer is the same
capture  C  of H -> a 5.00 debit=b             again    # the account of the hold may be said
capture  C  of H -> a 5.00 last                fault ledger.id_taken
post     T2 b -> a  1.00                       fault ledger.overdrawn amount
post     T3 a -> b  1.00                       ok
post     T2 b -> a  1.00                       ok       # the id of a refused transfer may be used again
balance  b  posted 0.00
`)
}

func TestLinkedTransfersAreAllOrNone(t *testing.T) {
	checkRegister(t, `
open     a                         ok
open     b  floor                  ok
open     c  floor                  ok
chain
post     T1 a -> b  5.00
post     T2 b -> c  5.01
end                                fault ledger.overdrawn amount
balance  b  posted 0.00
entries  a
chain                              # each stands on what those before it made
post     T1 a -> b  5.00
hold     H  b       4.00
capture  C1 of H -> c 3.00
capture  C2 of H -> c 1.00
post     T2 c -> a  4.00
end                                ok
left     H 0.00 gone
balance  b  available 1.00 held 0.00 posted 1.00
balance  c  posted 0.00
balance  a  posted -1.00
chain                              # what stands in the books already does not stop the others
post     T1 a -> b  5.00
post     T3 a -> b  2.00
post     T3 a -> b  2.00
end                                ok
balance  b  posted 3.00
chain
post     T4 a -> b  2.00
post     T4 a -> b  3.00
end                                fault ledger.id_taken id
entries  a  T1 T2 T3
`)
}

func TestAReversalIsTheExactMirrorAndBothStayInTheSums(t *testing.T) {
	checkRegister(t, `
open     a                          ok
open     b  floor                   ok
open     c                          ok
day      2026-03-02
post     T1 a -> b  5.00            ok
day      2026-03-05
mirror   M1 of T1                   ok
mirror   M1 of T1                   again
mirror   M2 of T1                   fault ledger.reversed reverses
mirror   M3 of M1                   fault ledger.not_reversible reverses
balance  a  posted 0.00
balance  b  posted 0.00
asof     b  2026-03-04  posted 5.00
asof     b  2026-03-05  posted 0.00
entries  a  T1 M1
entries  b  T1 M1
post     T2 a -> b  5.00            ok
hold     H  b       5.00            ok
mirror   M4 of T2                   fault ledger.overdrawn amount   # the floor holds as ever
mirror   M5 of H                    fault ledger.field_missing debit
capture  C  of H -> c 3.00          ok
mirror   M6 of C                    ok       # the money comes back, its room in the hold does not
balance  b  available 3.00 held 2.00 posted 5.00
left     H  2.00 open
mirror   M7 of C                    fault ledger.reversed
post     M8 c -> b 1.00 reverses=C  fault ledger.not_mirror reverses
post     M9 b -> c 3.00 reverses=C  fault ledger.not_mirror reverses
chain                               # who needs the hold again links a new one
post     T9 a -> b 1.00
post     M0 b -> a 1.00 reverses=T9
hold     H2 b      3.00
end                                 ok
balance  b  available 0.00 held 5.00 posted 5.00
`)
}

func TestABatchIsReversedTogether(t *testing.T) {
	books(t, func(t *testing.T, l *Ledger, c *clock) {
		keep(t, l, c, `
open  a           ok
open  b  floor    ok
open  c           ok
chain                            # b passes on what it gets
post     T1 a -> b  5.00  ref=batch/1
hold     H  b       3.00  ref=batch/1
capture  C  of H -> c  2.00 last  ref=batch/1
post     T2 b -> c  3.00  ref=batch/1
end               ok
balance  c  posted 5.00
`)
		ctx := context.Background()
		err := l.db.Act(ctx, func(tx *db.Tx) error {
			batch, err := l.Find(ctx, tx, "batch/1")
			if err != nil {
				return err
			}
			_, err = l.Apply(ctx, tx, Mirrors(batch, func(e Entry) string { return "undo/" + e.ID }, "wrong batch")...)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		keep(t, l, c, `
entries  b  T1 H C T2 undo/T2 undo/C undo/T1
balance  a  posted 0.00
balance  b  available 0.00 held 0.00 posted 0.00
balance  c  posted 0.00
`)
		audited(t, l)
	})
}

func TestEachRefusalComesInItsPlace(t *testing.T) {
	seen := map[string]bool{"ledger.chain_too_long": true} // the test after this one
	text := `
open     a                          ok
open     b                          ok
open     poor  floor                ok
open     low                        ok
open     full                       ok
open     well                       ok
open     hours HOURS                ok
post     T0 a -> b  5.00            ok
hold     H  b       3.00            ok
hold     H0 b       3.00            ok
release  R0 of H0                   ok
post     M  b -> a  5.00 reverses=T0  ok
post     T1 a -> b  5.00            ok
post     T2 well -> full    MAX     ok
post     T3 poor -> a       0.00    ok
# A post that is wrong in every way is put right one by one.
transfer id=        kind=bogus last amount=-1 of=H                                            fault ledger.text id
transfer id=LONG    kind=bogus last amount=-1 of=H                                            fault ledger.text id
transfer id=x\ty    kind=bogus last amount=-1 of=H                                            fault ledger.text id
transfer id=x\xff   kind=bogus last amount=-1 of=H                                            fault ledger.text id
transfer id=X       kind=bogus last amount=-1 of=H ref=LONG                                   fault ledger.text ref
transfer id=X       kind=bogus last amount=-1 of=H note=\t                                    fault ledger.text note
transfer id=X       kind=bogus last amount=-1 of=LONG                                         fault ledger.text of
transfer id=X       kind=bogus last amount=-1 of=H reverses=LONG                              fault ledger.text reverses
transfer id=X       kind=bogus last amount=-1 of=H                                            fault ledger.kind kind
transfer id=X       kind=post  last amount=-1 of=H                                            fault ledger.field_missing debit
transfer id=X       kind=post  last amount=-1 of=H debit=nix                                  fault ledger.field_missing credit
transfer id=X       kind=post  last amount=-1 of=H debit=nix credit=nix                       fault ledger.field_unused of
transfer id=X       kind=post  last amount=-1 debit=nix credit=nix                            fault ledger.field_unused last
transfer id=X       kind=post  amount=-1      debit=nix credit=nix reverses=nix               fault ledger.amount_negative amount
transfer id=X       kind=post  amount=OVER    debit=nix credit=nix reverses=nix               fault ledger.range amount
transfer id=T0      kind=post  amount=MAX     debit=nix credit=nix reverses=nix               fault ledger.same_account credit
transfer id=T0      kind=post  amount=MAX     debit=nix credit=nil reverses=nix               fault ledger.id_taken id
transfer id=X       kind=post  amount=MAX     debit=nix credit=nil reverses=nix               fault ledger.no_account debit
transfer id=X       kind=post  amount=MAX     debit=poor credit=nil reverses=nix              fault ledger.no_account credit
transfer id=X       kind=post  amount=MAX     debit=poor credit=hours reverses=nix            fault ledger.asset_mixed credit
transfer id=X       kind=post  amount=MAX     debit=poor credit=full reverses=nix             fault ledger.no_entry reverses
transfer id=X       kind=post  amount=MAX     debit=poor credit=full reverses=H               fault ledger.not_reversible reverses
transfer id=X       kind=post  amount=MAX     debit=poor credit=full reverses=R0              fault ledger.not_reversible reverses
transfer id=X       kind=post  amount=MAX     debit=poor credit=full reverses=M               fault ledger.not_reversible reverses
transfer id=X       kind=post  amount=MAX     debit=poor credit=full reverses=T0              fault ledger.not_mirror reverses
transfer id=X       kind=post  amount=5.00    debit=b credit=a reverses=T0                    fault ledger.reversed reverses
transfer id=X       kind=post  amount=MAX     debit=poor credit=full                          fault ledger.overdrawn amount
transfer id=X       kind=post  amount=MAX     debit=well credit=full                          fault ledger.range debit
transfer id=X       kind=post  amount=MAX     debit=low credit=full                           fault ledger.range credit
transfer id=X       kind=post  amount=MAX     debit=full credit=well                          ok
# A capture.
transfer id=Y       kind=capture amount=MAX reverses=T0                                       fault ledger.field_missing credit
transfer id=Y       kind=capture amount=MAX reverses=T0 credit=nix debit=a                    fault ledger.field_missing of
transfer id=Y       kind=capture amount=MAX reverses=T0 credit=nix debit=a of=nix             fault ledger.field_unused reverses
transfer id=Y       kind=capture amount=MAX credit=nix debit=a of=nix                         fault ledger.no_hold of
transfer id=Y       kind=capture amount=MAX credit=nix debit=a of=T0                          fault ledger.no_hold of      # a post is no hold
transfer id=Y       kind=capture amount=MAX credit=nix debit=a of=H0                          fault ledger.hold_account debit
transfer id=Y       kind=capture amount=MAX credit=nix of=H0                                  fault ledger.no_account credit
transfer id=Y       kind=capture amount=MAX credit=b of=H0                                    fault ledger.same_account credit
transfer id=Y       kind=capture amount=MAX credit=hours of=H0                                fault ledger.asset_mixed credit
transfer id=Y       kind=capture amount=MAX credit=a of=H0                                    fault ledger.hold_gone of
transfer id=Y       kind=capture amount=MAX credit=a of=H                                     fault ledger.over_hold amount
post     T4 well -> full  MAX                                                                 ok
transfer id=Y       kind=capture amount=0.01 credit=full of=H                                 fault ledger.range credit
transfer id=Y       kind=capture amount=3.00 credit=a of=H                                    ok
# A hold and a release.
transfer id=Z       kind=hold                                                                 fault ledger.field_missing debit
transfer id=Z       kind=hold  debit=nix credit=a of=H last reverses=T0                       fault ledger.field_unused credit
transfer id=Z       kind=hold  debit=nix amount=1                                             fault ledger.no_account debit
transfer id=Z       kind=hold  debit=poor amount=0.01                                         fault ledger.overdrawn amount
transfer id=Z       kind=hold  debit=well amount=0.01                                         fault ledger.range debit
transfer id=Z       kind=hold  debit=poor amount=0.00                                         ok
transfer id=W       kind=release                                                              fault ledger.field_missing of
transfer id=W       kind=release of=nix amount=1                                              fault ledger.field_unused amount
transfer id=W       kind=release of=nix                                                       fault ledger.no_hold of
transfer id=W       kind=release of=H debit=a                                                 fault ledger.hold_account debit
transfer id=W       kind=release of=H                                                         fault ledger.hold_gone of
`
	checkRegister(t, text)
	for _, code := range regexp.MustCompile(`fault (\S+)`).FindAllStringSubmatch(text, -1) {
		seen[code[1]] = true
	}
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	listed := regexp.MustCompile(`(?m)^//\t *\d+  (ledger\.\w+)`).FindAllStringSubmatch(string(doc), -1)
	if len(listed) != 21 {
		t.Errorf("doc.go lists %d refusals", len(listed))
	}
	for _, code := range listed {
		if !seen[code[1]] {
			t.Errorf("%s is in the list of refusals and in no line of the register", code[1])
		}
	}
}

func TestAChainHasALimit(t *testing.T) {
	books(t, func(t *testing.T, l *Ledger, c *clock) {
		keep(t, l, c, "open a ok\nopen b ok")
		chain := make([]Transfer, chainMax+1) // all wrong in other ways too: the length comes first
		err := l.db.Act(context.Background(), func(tx *db.Tx) error {
			_, err := l.Apply(context.Background(), tx, chain...)
			return err
		})
		if got, want := fault.CodeOf(err), "ledger.chain_too_long"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestARefusalLeavesTheCallersActClean(t *testing.T) {
	books(t, func(t *testing.T, l *Ledger, c *clock) {
		keep(t, l, c, "open a ok\nopen b floor ok")
		ctx := context.Background()
		err := l.db.Act(ctx, func(tx *db.Tx) error {
			_, err := l.Apply(ctx, tx,
				Transfer{ID: "T1", Kind: Post, Debit: "a", Credit: "b", Amount: 100},
				Transfer{ID: "T2", Kind: Post, Debit: "b", Credit: "a", Amount: 101})
			if fault.CodeOf(err) != "ledger.overdrawn" || !strings.Contains(err.Error(), "T2") {
				t.Errorf("got %v", err)
			}
			return nil // and the act goes on
		})
		if err != nil {
			t.Fatal(err)
		}
		keep(t, l, c, "entries a\nbalance b posted 0.00")
		audited(t, l)
	})
}

func TestAccountsAreOpenedOnce(t *testing.T) {
	checkRegister(t, `
open  310000/voucher/2026/budget  floor     ok
open  310000/voucher/2026/budget  floor     ok
open  310000/voucher/2026/budget            fault ledger.account_other
open  310000/voucher/2026/budget  CNH floor fault ledger.account_other
open  /a                                    fault ledger.path path
open  a//b                                  fault ledger.path path
open  a/                                    fault ledger.path path
open  -a                                    fault ledger.path path
open  钱                                    fault ledger.path path
open  a/b_c.d-e:f                           ok
open  b  C                                  fault ledger.asset asset
open  b  cny                                fault ledger.asset asset
open  b  CNY-                               fault ledger.asset asset
open  b  GPU.HOURS                          ok
`)
}

func TestTimeNeverRunsBackwardsInAnAccount(t *testing.T) {
	books(t, func(t *testing.T, l *Ledger, c *clock) {
		keep(t, l, c, `
open  a                   ok
open  b                   ok
day   2026-03-09
post  T1 a -> b  1.00     ok
`)
		again, err := New(Config{DB: l.db})
		if err != nil {
			t.Fatal(err)
		}
		keep(t, again, c, `
day   2026-03-02
post  T2 a -> b  1.00     ok
asof  a 2026-03-08  posted 0.00
asof  a 2026-03-09  posted -2.00
`)
		audited(t, again)
	})
}
