package web

import "corridor/internal/casework"

type replayPage struct {
	Case  casework.Case
	Steps []replayView
	Same  bool // every decision comes out as it did
}

type replayView struct {
	casework.Replayed
	Verdicts []verdictView
}

// replayCase judges every decision of a case again from what each kept, and shows what each saw and its digest.
func (v *visit) replayCase() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	c, all, err := v.s.c.Cases.Replay(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	s, err := v.s.c.Cases.Edition(c)
	if err != nil {
		return err
	}
	p := replayPage{Case: c, Same: true}
	for _, r := range all {
		p.Same = p.Same && len(r.Differ) == 0
		p.Steps = append(p.Steps, replayView{r, v.verdicts(s, r.Step.Decision.Answers)})
	}
	v.under("/cases/"+string(id), s.Title[0]+" "+c.No, s.Title[1]+" "+c.No)
	return v.show("replay", v.t("重新判定", "Judged again"), p)
}
