package demo

import (
	"context"
	"strings"
	"testing"

	"corridor/internal/db"
)

// takesBack takes a label of an organisation back outside its case, today, and lets no clock go round.
func (w *town) takesBack(by, org, label string) {
	w.Helper()
	ctx := context.Background()
	who, err := actor(ctx, w.node, by)
	w.must(err)
	w.must(w.node.DB.Act(ctx, func(tx *db.Tx) error {
		return w.node.Registry.RevokeLabel(ctx, tx, who, org, label, w.node.Registry.Today(tx))
	}))
}

// lastDay is until when an organisation holds a label, "" where it holds none.
func (w *town) lastDay(org, label string) (day string) {
	w.Helper()
	ctx := context.Background()
	w.must(w.node.DB.Read(ctx, func(tx *db.Tx) error {
		l, _, err := w.node.Registry.NewestLabel(ctx, tx, org, label)
		if day = ""; l.On(w.node.Registry.Today(tx)) {
			day = l.Until.String()
		}
		return err
	}))
	return day
}

const chainLeader = `
big       opens   L chain-leader                                                       -> draft
big       fills   L chain=new_vehicles rank=1 local=35% duties=带动中小企业配套 evidence=file:佐证
big       submit  L                                                                    -> submitted
desk      fills   L offices=340000.planning
desk      consult L rank_true=yes                                                      -> consulted
planning  answers L opinions verdict=passed remark=无异议                              -> gathered
desk      show    L                                                                    -> noticed
passes    9
head      recognise L                                                                  -> recognised`

// TestARecognitionWhoseLabelIsGoneComesToAnEnd: a label that was taken back outside its case leaves no case that can neither go on nor end.
// Revoking what is gone does nothing more and says so; a case of which nobody takes a step lapses by itself.
func TestARecognitionWhoseLabelIsGoneComesToAnEnd(t *testing.T) {
	eachTown(t, Anhui, func(w *town) {
		w.play(chainLeader)
		w.takesBack("desk@anhui.example", LargeFirm, "chain_leader")
		w.play(`
head      revoke  L 企业申请退出                                                       -> revoked`)
		if page := w.get(w.client("big"), w.cases["L"]); !strings.Contains(page, "此前已不再有效") {
			t.Error("the page does not say that there was nothing left to take back")
		}
		w.play(chainLeader)
		w.takesBack("desk@anhui.example", LargeFirm, "chain_leader")
		w.play(`
passes    1`)
		if got := w.stage("big", "L"); got != "lapsed" {
			t.Errorf("the case stands in %s", got)
		}
	})
}

// TestALadderOverTheYears: the lower rungs run as long as the highest. Nobody is kept by silence: rung by rung the titles lapse.
func TestALadderOverTheYears(t *testing.T) {
	eachTown(t, Jiangsu, func(w *town) {
		w.play(`
firm      opens   F smart-factory                                                      -> draft
firm      fills   F factory=虚构一厂 maturity=3 scenes=10 numeric=60% above_scale=true accident=false evidence=file:自评
firm      submit  F                                                                    -> submitted
desk      register_basic F sheet_true=yes                                              -> basic
firm      fills   F plan=file:申报
firm      climb   F                                                                    -> visiting
desk      fills   F visit_note=达到要求
desk      pass_on F seen=yes controllable=yes                                          -> noticed
passes    9
head      name_advanced F                                                              -> advanced
firm      fills   F national_plan=file:申报
firm      climb_national F                                                             -> recommending
desk      recommend F                                                                  -> recommended
desk      name_excellent F named=yes                                                   -> excellent
passes    06-30
desk      keep_excellent F still_basic=yes                                             -> excellent`)
		top := w.lastDay(JiangsuFirm, "smart_factory_excellent")
		for _, low := range []string{"smart_factory_advanced", "smart_factory_basic"} {
			if got := w.lastDay(JiangsuFirm, low); top == "" || got != top {
				t.Errorf("%s runs until %q, the highest until %q", low, got, top)
			}
		}
		w.takesBack("desk@jiangsu.example", JiangsuFirm, "smart_factory_excellent")
		w.play(`
head      fall    F 撤销在案                                                           -> advanced
passes    06-30
desk      keep_advanced F still_basic=yes                                              -> advanced`)
		w.play("passes 3000")
		if got := w.stage("firm", "F"); got != "lapsed" {
			t.Errorf("years after the last look the case stands in %s", got)
		}
	})
}

// TestATermIsRenewedInTheMonthsBeforeItsEnd and not before; the second term follows the first, and lapses if nobody asks again.
func TestATermIsRenewedInTheMonthsBeforeItsEnd(t *testing.T) {
	eachTown(t, Zhejiang, func(w *town) {
		w.play(`
firm      opens   S specialised-sme                                                    -> draft
firm      fills   S main_share=85% growth=9% niche_years=7 field=six_bases digital_level=3 quality_items=2 margin=7% debt=45% local_points=3 ip=class_one rnd_share=15% rnd_people=12% rnd_body=municipal equity=0 breach=false evidence=file:佐证
firm      submit  S                                                                    -> submitted
desk      pass_on S sheet_true=yes                                                     -> visiting
desk      fills   S visit_note=与申报一致
desk      confirm S seen=yes                                                           -> noticed
passes    9
head      recognise S                                                                  -> recognised
firm      fills   S new_sheet=file:评分表
firm      ask_term S                                                                   -> 有效期满前`)
		first := w.lastDay(ZhejiangFirm, "specialised_sme")
		for range 3 {
			w.play(`
passes    04-30
firm      fills   S yearly_report=file:更新表
firm      update  S                                                                    -> updated
desk      keep    S still_good=yes                                                     -> recognised`)
			if w.lastDay(ZhejiangFirm, "specialised_sme") != first {
				t.Fatal("a yearly look lengthened the term")
			}
		}
		w.play(`
passes    200
firm      fills   S new_sheet=file:评分表
firm      ask_term S                                                                   -> renewing
head      renew   S term_over=yes                                                      -> recognised`)
		second := w.lastDay(ZhejiangFirm, "specialised_sme")
		if second[4:] != first[4:] || second <= first {
			t.Errorf("the second term ends on %s, the first on %s", second, first)
		}
		w.play("passes 1500")
		if got := w.stage("firm", "S"); got != "lapsed" {
			t.Errorf("after the second term the case stands in %s", got)
		}
	})
}
