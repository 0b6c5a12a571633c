package agreement_test

import (
	"context"
	"testing"

	"corridor/internal/agreement"
	"corridor/internal/unit"
)

// submitted has Anhui submit a task under way, and says which evidence it was submitted with.
func (p *pairOf) submitted(id unit.ID, title string) unit.ID {
	p.t.Helper()
	ctx := context.Background()
	p.ah.done(p.ah.Finish(ctx, ofAnhui, id, p.ah.is(id).Version, title))
	all, _, err := p.ah.Evidence(ctx, planner, id)
	p.ah.done(err)
	return all[len(all)-1].ID
}

// TestAVerdictIsOnlyAboutWhatWasVerified: while a verdict is on its way the lead takes back what it is about and submits something else.
// The verdict says nothing about that, and both nodes end with the same task, which waits for a verdict anew.
func TestAVerdictIsOnlyAboutWhatWasVerified(t *testing.T) {
	for name, passed := range map[string]bool{"passed": true, "sent back": false} {
		t.Run(name, func(t *testing.T) {
			eachPair(t, func(p *pairOf) {
				ctx := context.Background()
				a := p.sh.framework()
				x := p.sh.task(a) // Anhui leads, Shanghai verifies
				p.sh.done(p.sh.Share(ctx, planner, a.ID, "340000"))
				p.same(a.ID)
				first := p.submitted(x.ID, "目录已公布")
				p.same(a.ID)
				p.sh.done(p.sh.Verify(ctx, ofShanghai, x.ID, p.sh.is(x.ID).Version, passed, "看过"))
				p.ah.done(p.ah.Withdraw(ctx, ofAnhui, x.ID, first, "弄错了"))
				p.submitted(x.ID, "更正后的目录")
				if got := p.toAH.deliver(p.ah, speaks); len(got) != 1 || got[0] != "agreement.verdict agreement.verdict_other" {
					t.Errorf("the verdict about what was taken back: %v", got)
				}
				if r := p.deliver(); r != "" {
					t.Errorf("refused: %s", r)
				}
				for _, h := range []*house{p.sh, p.ah} {
					if got := h.is(x.ID); got.State != agreement.StateSubmitted || got.Evidence != "更正后的目录" {
						t.Errorf("%s, %s", got.State, got.Evidence)
					}
				}
				p.sh.done(p.sh.Verify(ctx, ofShanghai, x.ID, p.sh.is(x.ID).Version, true, ""))
				p.same(a.ID)
				if got := p.ah.is(x.ID); got.State != agreement.StateDone {
					t.Errorf("after the second verdict %s", got.State)
				}
			})
		})
	}
}

// TestAVerdictHoldsWhereMoreWasShownMeanwhile: evidence that is added or taken back beside what was submitted does not make it another submission.
func TestAVerdictHoldsWhereMoreWasShownMeanwhile(t *testing.T) {
	eachPair(t, func(p *pairOf) {
		ctx := context.Background()
		a := p.sh.framework()
		x := p.sh.task(a)
		p.sh.done(p.sh.Share(ctx, planner, a.ID, "340000"))
		p.same(a.ID)
		first := p.submitted(x.ID, "目录已公布")
		p.same(a.ID)
		p.sh.done(p.sh.Verify(ctx, ofShanghai, x.ID, p.sh.is(x.ID).Version, true, ""))
		p.ah.done(p.ah.AddEvidence(ctx, ofAnhui, x.ID, p.ah.is(x.ID).Version, agreement.Evidence{Title: "附件"}))
		p.ah.done(p.ah.Withdraw(ctx, ofAnhui, x.ID, first, "以附件为准"))
		p.same(a.ID)
		if one, other := p.sh.is(x.ID), p.ah.is(x.ID); one.State != agreement.StateDone || other.State != agreement.StateDone {
			t.Errorf("%s, %s", one.State, other.State)
		}
	})
}
